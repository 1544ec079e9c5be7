/* SPDX-License-Identifier: GPL-2.0 */
/* From the bytes of a module to what it says. */
#ifndef KLPSCOPE_MODULE_READ_H
#define KLPSCOPE_MODULE_READ_H

#include "facts/module_facts.h"
#include "module/klp_layout.h"
#include "util/failure.h"

/**
 * module_facts_read() - read a module
 * @facts: filled; to be released with module_facts_clear(), also on failure. @facts->file is not touched
 * @data: the file, unpacked; whatever it holds is only read within @size
 * @size: bytes
 * @layout: of the kernel that will load it; NULL: only the module's own BTF is used
 * @why: filled on failure
 *
 * klp_patch is found by the relocations: the structure whose mod is
 * &__this_module, which klp_enable_patch() demands. What the code of the module
 * writes to before it enables the patch shows in the relocations of the code.
 *
 * Return: 0, -ENOMEM, or -ENOEXEC where the file is no module.
 */
int module_facts_read(struct module_facts *facts, const void *data, size_t size,
		      const struct klp_layout *layout, struct failure *why);

#endif
