// SPDX-License-Identifier: GPL-2.0
#include "klpt.h"

static unsigned int lookups = 1000;
module_param(lookups, uint, 0644);
MODULE_PARM_DESC(lookups, "lookups of a state at each read of /proc/cmdline");

static struct klp_patch patch;

static int lookup_proc_show(struct seq_file *m, void *v)
{
	unsigned int i, found = 0;

	for (i = 0; i < lookups; i++)
		found += !!klp_get_state(&patch, 21 + i % 2);
	seq_printf(m, "%s: found %u of %u\n", THIS_MODULE->name, found, i);
	return 0;
}

static struct klp_func funcs[] = {
	{
		.old_name = "cmdline_proc_show",
		.new_func = lookup_proc_show,
	}, {}
};

static struct klp_object objs[] = {
	{
		.funcs = funcs,
	}, {}
};

static struct klp_state states[] = {
	KLPT_STATE(21, 1),
	{}
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.states = states,
};

KLPT_MODULE(patch, "its function looks up a state that is there and one that is not, by turns");
