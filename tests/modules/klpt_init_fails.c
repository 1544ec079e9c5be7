// SPDX-License-Identifier: GPL-2.0
/* Its init returns an error though its livepatch was enabled: the kernel frees the module, and the livepatch stays on its list. */
#include "klpt.h"

static int error = 5;
module_param(error, int, 0444);

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = klpt_objs,
};

static int __init klpt_init(void)
{
	int ret = klp_enable_patch(&patch);

	return ret ? ret : -error;
}

static void __exit klpt_exit(void)
{
}

module_init(klpt_init);
module_exit(klpt_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("klpscope test: an init that fails after the livepatch was enabled");
MODULE_INFO(livepatch, "Y");
