// SPDX-License-Identifier: GPL-2.0
#include <linux/completion.h>
#include "klpt.h"

static int klpt_wait_for_completion(struct completion *x)
{
	return wait_for_completion_killable(x);
}

static struct klp_func funcs[] = {
	{
		.old_name = "wait_for_completion_interruptible",
		.new_func = klpt_wait_for_completion,
	}, {}
};

static struct klp_object objs[] = {
	{
		.funcs = funcs,
	}, {}
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

KLPT_MODULE(patch, "patches a function of the scheduler, in .sched.text");
