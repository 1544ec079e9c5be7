// SPDX-License-Identifier: GPL-2.0
/* Nothing of it is 0, so that all of it is in the file. */
#define KLPT_TEMPLATE_NAMES "a", "b", "c", "d", "e", "f", "g"
#define KLPT_TEMPLATE_STATES \
	KLPT_STATE(1, 1), KLPT_STATE(2, 1), KLPT_STATE(3, 1), KLPT_STATE(4, 1), KLPT_STATE(5, 1), KLPT_STATE(6, 1)
#define KLPT_TEMPLATE_SYMPOS 1
#define KLPT_TEMPLATE_REPLACE true
#include "klpt_template.h"
