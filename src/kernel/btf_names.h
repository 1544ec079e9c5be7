/* SPDX-License-Identifier: GPL-2.0 */
/* Some names, to be looked for among the kernel's 100,000. */
#ifndef KLPSCOPE_KERNEL_BTF_NAMES_H
#define KLPSCOPE_KERNEL_BTF_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct btf_name {
	const char *text; /* not ours */
	size_t len;
};

struct btf_names {
	struct btf_name *list;
	size_t n, room;
	bool starts[256]; /* whether any begins with this letter: most of the kernel's do not */
};

/** btf_names_add() - the first @len letters of @text, which stays the caller's; false: no memory */
bool btf_names_add(struct btf_names *names, const char *text, size_t len);

/** btf_names_has() - whether @text is one of them */
bool btf_names_has(const struct btf_names *names, const char *text);

void btf_names_clear(struct btf_names *names);

#endif
