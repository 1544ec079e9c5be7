// SPDX-License-Identifier: GPL-2.0
/* Changes a function of klpt_target, which may come later; refuses that by its callback, or names a function that is not there. */
#include "klpt.h"

static bool refuse;
module_param(refuse, bool, 0644);

static char *func = "klpt_target_one";
module_param(func, charp, 0444);

static int klpt_new(void)
{
	return THIS_MODULE->name[0];
}

static int pre_patch(struct klp_object *obj)
{
	return refuse ? -EPERM : 0;
}

static struct klp_func funcs[] = {
	{
		.new_func = klpt_new,
	}, {}
};

static struct klp_object objs[] = {
	{
		.name = "klpt_target",
		.funcs = funcs,
		.callbacks = {
			.pre_patch = pre_patch,
		},
	}, {}
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

static int __init klpt_init(void)
{
	funcs[0].old_name = func;
	return klp_enable_patch(&patch);
}

static void __exit klpt_exit(void)
{
}

module_init(klpt_init);
module_exit(klpt_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("klpscope test: a livepatch for a module that comes later");
MODULE_INFO(livepatch, "Y");
