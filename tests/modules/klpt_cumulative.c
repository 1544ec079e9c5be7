// SPDX-License-Identifier: GPL-2.0
#include "klpt.h"

static struct klp_state states[] = {
	KLPT_STATE(1, 2),
	KLPT_STATE(10, 1),
	KLPT_STATE(0xfffffffffffffff0, 2),
	{}
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = klpt_objs,
	.states = states,
	.replace = true,
};

KLPT_MODULE(patch, "cumulative, with all states of others");
