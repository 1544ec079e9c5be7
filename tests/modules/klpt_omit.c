// SPDX-License-Identifier: GPL-2.0
#include "klpt.h"

static struct klp_state states[] = {
	KLPT_STATE(10, 1),
	{}
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = klpt_objs,
	.states = states,
};

KLPT_MODULE(patch, "not cumulative, leaves out the states of others");
