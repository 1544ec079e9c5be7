// SPDX-License-Identifier: GPL-2.0
#include "kernel/btf_names.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"

void btf_names_clear(struct btf_names *names)
{
	free(names->list);
	*names = (struct btf_names){ 0 };
}

bool btf_names_add(struct btf_names *names, const char *text, size_t len)
{
	struct btf_name *list = grow(names->list, names->n, &names->room, sizeof(*list));

	if (!list)
		return false;
	names->list = list;
	list[names->n++] = (struct btf_name){ text, len };
	names->starts[(unsigned char)*text] = true;
	return true;
}

bool btf_names_has(const struct btf_names *names, const char *text)
{
	size_t len;

	if (!names->starts[(unsigned char)*text])
		return false;
	len = strlen(text);
	for (size_t i = 0; i < names->n; i++)
		if (names->list[i].len == len && !memcmp(names->list[i].text, text, len))
			return true;
	return false;
}
