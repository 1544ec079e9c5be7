// SPDX-License-Identifier: GPL-2.0
#include <linux/sched.h>
#include "klpt.h"

static bool hold;
module_param(hold, bool, 0644);
MODULE_PARM_DESC(hold, "keep whoever calls the new function in it, so that a reversal cannot complete");

/* Called in a loop while klpt_sleeper's hold is set. */
static void klpt_slow_sleep(void)
{
	do
		schedule_timeout_idle(HZ / 10);
	while (READ_ONCE(hold));
}

static struct klp_func funcs[] = {
	{
		.old_name = "klpt_sleep",
		.new_func = klpt_slow_sleep,
	}, {}
};

static struct klp_object objs[] = {
	{
		.name = "klpt_sleeper",
		.funcs = funcs,
	}, {}
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

KLPT_MODULE(patch, "completes when klpt_sleeper lets its thread go");
