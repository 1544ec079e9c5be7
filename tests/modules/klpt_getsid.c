// SPDX-License-Identifier: GPL-2.0
/* Changes a function that BPF may change the result of (fmod_ret): getsid(2) of others says EXDEV. */
#include "klpt.h"

static int klpt_task_getsid(struct task_struct *p)
{
	return -EXDEV;
}

static struct klp_func klpt_security_funcs[] = {
	{
		.old_name = "security_task_getsid",
		.new_func = klpt_task_getsid,
	}, {}
};

static struct klp_object klpt_security_objs[] = {
	{
		.funcs = klpt_security_funcs,
	}, {}
};

static struct klp_patch klpt_patch = {
	.mod = THIS_MODULE,
	.objs = klpt_security_objs,
};

KLPT_MODULE(klpt_patch, "changes security_task_getsid");
