// SPDX-License-Identifier: GPL-2.0
#include "klpt.h"

static struct klp_state states[] = {
	KLPT_STATE(0xfffffffffffffff0, 1),
	{}
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = klpt_objs,
	.states = states,
};

KLPT_MODULE(patch, "brings a state with a large id");
