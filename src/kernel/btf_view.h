/* SPDX-License-Identifier: GPL-2.0 */
/* BTF as the bytes that it comes in, and an index; libbpf would hold a copy of the bytes as well. */
#ifndef KLPSCOPE_KERNEL_BTF_VIEW_H
#define KLPSCOPE_KERNEL_BTF_VIEW_H

#include <bpf/btf.h>
#include <stddef.h>
#include <stdint.h>

struct btf_view {
	const unsigned char *types;
	const char *strings;
	uint32_t types_size, strings_size; /* bytes */
	uint32_t n; /* types, and one for void; ids are below it */
	uint32_t *at; /* offset in @types by id */
};

/**
 * btf_view_open() - look at BTF (Documentation/bpf/btf.rst) in memory
 * @view: set; its index is to be released with btf_view_close()
 * @bytes: from malloc(), or where else numbers of 32 bits may be; stay the caller's, for as long as the view is used
 * @size: of them
 *
 * Nothing outside of @bytes is ever read, whatever they are.
 *
 * Return: 0; -EINVAL: no BTF, or with a kind of type that was unknown in 6.1; -ENOMEM.
 */
int btf_view_open(struct btf_view *view, const void *bytes, size_t size);

/** btf_view_check() - whether it could be opened: 0, or as btf_view_open() */
int btf_view_check(const void *bytes, size_t size);

/** btf_view_type() - a type; NULL for void and for what is not there */
const struct btf_type *btf_view_type(const struct btf_view *view, uint32_t id);

/** btf_view_name() - by its offset, "" for what is not there */
const char *btf_view_name(const struct btf_view *view, uint32_t offset);

/** btf_view_size() - of a type with all that belongs to it, bytes; 0: its kind is unknown */
size_t btf_view_size(const struct btf_type *type);

void btf_view_close(struct btf_view *view);

#endif
