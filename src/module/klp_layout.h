/* SPDX-License-Identifier: GPL-2.0 */
/* Where the livepatch structures of a kernel have their members, from BTF. */
#ifndef KLPSCOPE_MODULE_KLP_LAYOUT_H
#define KLPSCOPE_MODULE_KLP_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/module_facts.h"

struct btf;

/* One member: at @offset, @size bytes; @size 0: this kernel has it not. */
struct klp_member {
	uint32_t offset;
	uint32_t size;
};

struct klp_layout {
	uint32_t patch_size, object_size, func_size, state_size;
	struct {
		struct klp_member mod, objs, states, replace;
	} patch;
	struct {
		struct klp_member name, funcs, pre_patch;
	} object;
	struct {
		struct klp_member old_name, new_func, old_sympos;
	} func;
	struct {
		struct klp_member id, version;
		bool other_rule; /* it has what the rule that klpscope knows does not look at */
	} state;
	struct klp_member module_name; /* of struct module */
	struct module_rules loader; /* what else the kernel's types tell of what it takes */
};

/**
 * klp_layout_of() - the layout from type information
 * @btf: of the kernel that will load the module, or the module's own
 * @layout: filled
 *
 * Return: 0; -ENOENT if it does not describe the livepatch structures whole;
 * -EINVAL if what it says cannot be.
 */
int klp_layout_of(const struct btf *btf, struct klp_layout *layout);

/**
 * klp_layout_read() - the layout from type information as bytes
 * @data: raw BTF
 * @size: of it
 * @base: raw BTF that it continues, or NULL
 * @base_size: of that
 * @layout: filled
 *
 * Return: as klp_layout_of(); -EINVAL also where it is no BTF.
 */
int klp_layout_read(const void *data, size_t size, const void *base, size_t base_size,
		    struct klp_layout *layout);

#endif
