// SPDX-License-Identifier: GPL-2.0
#include "klpt.h"

static void klpt_wait(void)
{
}

static int klpt_interruptible(void)
{
	return 0;
}

static struct klp_func funcs[] = {
	{
		.old_name = "klpt_wait",
		.new_func = klpt_wait,
	},
	{
		.old_name = "klpt_interruptible",
		.new_func = klpt_interruptible,
	}, {}
};

static struct klp_object objs[] = {
	{
		.name = "klpt_block",
		.funcs = funcs,
	}, {}
};

static struct klp_state states[] = { KLPT_STATE(10, 1), {} };

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.states = states,
};

KLPT_MODULE(patch, "completes when klpt_block lets everybody go");
