// SPDX-License-Identifier: GPL-2.0
/* Changes a function that BPF programs of type LSM hang on: getsid(2) of others says EXDEV. */
#include "klpt.h"

static int klpt_task_getsid(struct task_struct *p)
{
	return -EXDEV;
}

static struct klp_func klpt_lsm_funcs[] = {
	{
		.old_name = "bpf_lsm_task_getsid",
		.new_func = klpt_task_getsid,
	}, {}
};

static struct klp_object klpt_lsm_objs[] = {
	{
		.funcs = klpt_lsm_funcs,
	}, {}
};

static struct klp_patch klpt_patch = {
	.mod = THIS_MODULE,
	.objs = klpt_lsm_objs,
};

KLPT_MODULE(klpt_patch, "changes bpf_lsm_task_getsid");
