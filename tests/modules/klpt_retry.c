// SPDX-License-Identifier: GPL-2.0
/* Tries again in one init while another transition runs, each time with new structures, and says something in between. */
#include <linux/delay.h>
#include <linux/slab.h>

#include "klpt.h"

static int tries = 5;
module_param(tries, int, 0444);

struct attempt {
	struct klp_patch patch;
	struct klp_object objs[2];
	struct klp_func funcs[2];
};

static int klpt_try(void)
{
	struct attempt *attempt = kzalloc(sizeof(*attempt), GFP_KERNEL);
	int ret;

	if (!attempt)
		return -ENOMEM;
	attempt->funcs[0].old_name = "cmdline_proc_show";
	attempt->funcs[0].new_func = klpt_cmdline_proc_show;
	attempt->objs[0].funcs = attempt->funcs;
	attempt->patch.mod = THIS_MODULE;
	attempt->patch.objs = attempt->objs;
	ret = klp_enable_patch(&attempt->patch);
	if (ret)
		kfree(attempt);
	return ret;
}

static int __init klpt_init(void)
{
	int ret;

	while ((ret = klpt_try()) == -EBUSY && --tries > 0) {
		pr_info("klpt_retry: waits\n");
		msleep(500);
	}
	return ret;
}

static void __exit klpt_exit(void)
{
}

module_init(klpt_init);
module_exit(klpt_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("klpscope test: several attempts in one init");
MODULE_INFO(livepatch, "Y");
