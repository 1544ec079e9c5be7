// SPDX-License-Identifier: GPL-2.0
/* No livepatch: built without unwind tables, so that the kernel cannot look behind it. */
#include <linux/module.h>
#include "klpt_zoo.h"

int zoo_blind(int (*next)(const char *way), const char *way)
{
	int err = next(way);

	barrier();
	return err;
}
EXPORT_SYMBOL_GPL(zoo_blind);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("klpscope test: code without unwind tables");
