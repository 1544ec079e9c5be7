// SPDX-License-Identifier: GPL-2.0
/* What "verdicts instance" makes of klpt_template, compiled; their names are equally long. */
#define KLPT_TEMPLATE_NAMES \
	"cmdline_proc_show", "loadavg_proc_show", "version_proc_show", "one", "two", "three", "klpt_target"
#define KLPT_TEMPLATE_STATES KLPT_STATE(7, 70), KLPT_STATE(0xfffffffffffffff8, 0xffffffff), KLPT_STATE(9, 0)
#define KLPT_TEMPLATE_SYMPOS 2
#define KLPT_TEMPLATE_REPLACE false
#include "klpt_template.h"
