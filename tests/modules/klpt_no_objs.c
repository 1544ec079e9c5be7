// SPDX-License-Identifier: GPL-2.0
#include "klpt.h"

static struct klp_patch patch = {
	.mod = THIS_MODULE,
};

KLPT_MODULE(patch, "invalid, has no objects");
