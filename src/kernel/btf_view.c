// SPDX-License-Identifier: GPL-2.0
#include "kernel/btf_view.h"

#include <errno.h>
#include <stdlib.h>

size_t btf_view_size(const struct btf_type *type)
{
	size_t n = btf_vlen(type);

	switch (btf_kind(type)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return sizeof(*type);
	case BTF_KIND_INT:
		return sizeof(*type) + sizeof(__u32);
	case BTF_KIND_VAR:
		return sizeof(*type) + sizeof(struct btf_var);
	case BTF_KIND_DECL_TAG:
		return sizeof(*type) + sizeof(struct btf_decl_tag);
	case BTF_KIND_ARRAY:
		return sizeof(*type) + sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return sizeof(*type) + n * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return sizeof(*type) + n * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return sizeof(*type) + n * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return sizeof(*type) + n * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return sizeof(*type) + n * sizeof(struct btf_var_secinfo);
	default:
		return 0;
	}
}

/* The next type's offset, or 0 where there is none whole. */
static uint32_t after(const struct btf_view *view, uint32_t at)
{
	uint32_t left = view->types_size - at;
	size_t size;

	if (left < sizeof(struct btf_type))
		return 0;
	size = btf_view_size((const struct btf_type *)(view->types + at));
	return size && size <= left ? at + (uint32_t)size : 0;
}

static int make_index(struct btf_view *view)
{
	view->n = 1;
	for (uint32_t at = 0; at < view->types_size; view->n++) {
		at = after(view, at);
		if (!at)
			return -EINVAL;
	}
	view->at = calloc(view->n, sizeof(*view->at));
	if (!view->at)
		return -ENOMEM;
	for (uint32_t id = 2; id < view->n; id++)
		view->at[id] = after(view, view->at[id - 1]);
	return 0;
}

int btf_view_open(struct btf_view *view, const void *bytes, size_t size)
{
	const struct btf_header *header = bytes;
	size_t rest;

	*view = (struct btf_view){ 0 };
	if (size < sizeof(*header) || header->magic != BTF_MAGIC ||
	    header->version != BTF_VERSION || header->hdr_len < sizeof(*header) ||
	    header->hdr_len > size)
		return -EINVAL;
	rest = size - header->hdr_len;
	if (header->type_off > rest || header->type_len > rest - header->type_off ||
	    header->str_off > rest || header->str_len > rest - header->str_off ||
	    (header->hdr_len + header->type_off) % 4 || !header->str_len)
		return -EINVAL;
	view->types = (const unsigned char *)bytes + header->hdr_len + header->type_off;
	view->types_size = header->type_len;
	view->strings = (const char *)bytes + header->hdr_len + header->str_off;
	view->strings_size = header->str_len;
	if (view->strings[view->strings_size - 1])
		return -EINVAL;
	return make_index(view);
}

int btf_view_check(const void *bytes, size_t size)
{
	struct btf_view view;
	int err = btf_view_open(&view, bytes, size);

	btf_view_close(&view);
	return err;
}

const struct btf_type *btf_view_type(const struct btf_view *view, uint32_t id)
{
	return id && id < view->n ? (const struct btf_type *)(view->types + view->at[id]) : NULL;
}

const char *btf_view_name(const struct btf_view *view, uint32_t offset)
{
	return offset < view->strings_size ? view->strings + offset : "";
}

void btf_view_close(struct btf_view *view)
{
	free(view->at);
	*view = (struct btf_view){ 0 };
}
