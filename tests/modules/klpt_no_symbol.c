// SPDX-License-Identifier: GPL-2.0
#include "klpt.h"

static struct klp_func funcs[] = {
	{
		.old_name = "klpt_no_such_function",
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

KLPT_MODULE(patch, "the function to patch does not exist");
