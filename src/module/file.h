/* SPDX-License-Identifier: GPL-2.0 */
/* Files that are looked at as a whole: modules, and those with type information. */
#ifndef KLPSCOPE_MODULE_FILE_H
#define KLPSCOPE_MODULE_FILE_H

#include <stddef.h>

#include "module/klp_layout.h"
#include "util/failure.h"

struct module_facts;

struct file_bytes {
	unsigned char *data;
	size_t size;
};

/**
 * module_file_read() - what the module in a file says
 * @path: its name
 * @layout: of the kernel it is for, or NULL
 * @facts: filled; to be released with module_facts_clear(), also on failure
 * @why: filled on failure
 *
 * Return: 0 or negative errno.
 */
int module_file_read(const char *path, const struct klp_layout *layout, struct module_facts *facts,
		     struct failure *why);

/**
 * klp_layout_from_file() - the layout that a file tells: raw BTF, or an ELF file with .BTF
 * @path: its name
 * @layout: filled
 * @why: filled on failure
 *
 * Return: 0 or negative errno.
 */
int klp_layout_from_file(const char *path, struct klp_layout *layout, struct failure *why);

#endif
