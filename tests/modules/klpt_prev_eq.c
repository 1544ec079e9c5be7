// SPDX-License-Identifier: GPL-2.0
#include "klpt.h"

static struct klp_state states[] = {
	KLPT_STATE(1, 2),
	{}
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = klpt_objs,
	.states = states,
};

KLPT_MODULE(patch, "a state in the same version as test_klp_state2");
