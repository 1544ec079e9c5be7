// SPDX-License-Identifier: GPL-2.0
#include <linux/sched.h>
#include "klpt.h"

/* Called in a loop while klpt_sleeper's hold is set, and then on the thread's stack: no tail call. */
static void klpt_slow_sleep(void)
{
	schedule_timeout_idle(HZ / 10);
	barrier();
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
