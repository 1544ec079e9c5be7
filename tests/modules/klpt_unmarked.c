// SPDX-License-Identifier: GPL-2.0
#include "klpt.h"

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = klpt_objs,
};

KLPT_UNMARKED_MODULE(patch, "calls klp_enable_patch, but is no livepatch module");
