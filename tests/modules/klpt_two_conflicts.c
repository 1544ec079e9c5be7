// SPDX-License-Identifier: GPL-2.0
#include "klpt.h"

static struct klp_state states[] = {
	KLPT_STATE(1, 1),
	KLPT_STATE(10, 1),
	{}
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = klpt_objs,
	.states = states,
	.replace = true,
};

KLPT_MODULE(patch, "an older state 1, and others left out");
