// SPDX-License-Identifier: GPL-2.0
/*
 * Cumulative, with a later version of state 1. What it makes of klpt_block's klpt_wait() sleeps as well, until the
 * parameter hold is cleared; so do tasks hold up its way in and its way out.
 */
#include <linux/delay.h>

#include "klpt.h"

static bool hold = true;
module_param(hold, bool, 0644);
MODULE_PARM_DESC(hold, "keep who is inside");

static void upgraded_wait(void)
{
	while (READ_ONCE(hold) && !msleep_interruptible(100))
		;
}

static struct klp_func funcs[] = {
	{
		.old_name = "klpt_wait",
		.new_func = upgraded_wait,
	}, {}
};

static struct klp_object objs[] = {
	{
		.name = "klpt_block",
		.funcs = funcs,
	}, {}
};

static struct klp_state states[] = { KLPT_STATE(1, 2), KLPT_STATE(10, 1), {} };

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.states = states,
	.replace = true,
};

KLPT_MODULE(patch, "cumulative, who waits in it holds its removal up");
