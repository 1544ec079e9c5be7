// SPDX-License-Identifier: GPL-2.0
#include "klpt.h"

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = klpt_objs,
};

KLPT_MODULE(patch, "valid, to meet another's transition");
