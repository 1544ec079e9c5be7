// SPDX-License-Identifier: GPL-2.0
#include "klpt.h"

static int error = EIO;
module_param(error, int, 0444);
MODULE_PARM_DESC(error, "what the pre_patch callback returns, positive (default EIO)");

static int pre_patch(struct klp_object *obj)
{
	return -error;
}

static struct klp_object objs[] = {
	{
		.funcs = klpt_funcs,
		.callbacks.pre_patch = pre_patch,
	}, {}
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

KLPT_MODULE(patch, "pre_patch callback fails");
