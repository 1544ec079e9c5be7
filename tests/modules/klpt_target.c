// SPDX-License-Identifier: GPL-2.0
/* A module with functions to be patched, none of which ever runs. */
#include <linux/module.h>

noinline int klpt_target_one(void);
noinline int klpt_target_two(void);
noinline int klpt_target_three(void);

noinline int klpt_target_one(void)
{
	return THIS_MODULE->name[0];
}

noinline int klpt_target_two(void)
{
	return THIS_MODULE->name[1];
}

noinline int klpt_target_three(void)
{
	return THIS_MODULE->name[2];
}

static int __init klpt_target_init(void)
{
	return 0;
}

static void __exit klpt_target_exit(void)
{
}

module_init(klpt_target_init);
module_exit(klpt_target_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("klpscope test: functions to be patched");
