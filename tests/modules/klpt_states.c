// SPDX-License-Identifier: GPL-2.0
/* As many states as the parameter n says, from 1 on. */
#include <linux/slab.h>

#include "klpt.h"

static unsigned int n = 3000;
module_param(n, uint, 0444);
MODULE_PARM_DESC(n, "how many states");

static struct klp_state *states;

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = klpt_objs,
};

static int __init klpt_states_init(void)
{
	unsigned int i;
	int err;

	/* The last one is the end. */
	states = kvcalloc(n + 1, sizeof(*states), GFP_KERNEL);
	if (!states)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		states[i] = (struct klp_state)KLPT_STATE(i + 1, 1);
	patch.states = states;
	err = klp_enable_patch(&patch);
	if (err)
		kvfree(states);
	return err;
}

static void __exit klpt_states_exit(void)
{
	kvfree(states);
}

module_init(klpt_states_init);
module_exit(klpt_states_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("klpscope test: any number of states");
MODULE_INFO(livepatch, "Y");
