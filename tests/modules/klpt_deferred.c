// SPDX-License-Identifier: GPL-2.0
/* Enables its livepatch from a work item, which then says something that is not about it. */
#include <linux/workqueue.h>

#include "klpt.h"

static char *func = "cmdline_proc_show";
module_param(func, charp, 0444);

static struct klp_func funcs[] = {
	{
		.new_func = klpt_cmdline_proc_show,
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

static void klpt_enable(struct work_struct *work)
{
	int ret = klp_enable_patch(&patch);

	pr_info("klpt_deferred: a disk is on fire (%d)\n", ret);
}

static DECLARE_DELAYED_WORK(work, klpt_enable);

static int __init klpt_init(void)
{
	funcs[0].old_name = func;
	schedule_delayed_work(&work, HZ / 2);
	return 0;
}

static void __exit klpt_exit(void)
{
	cancel_delayed_work_sync(&work);
}

module_init(klpt_init);
module_exit(klpt_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("klpscope test: a livepatch that is enabled from a work item");
MODULE_INFO(livepatch, "Y");
