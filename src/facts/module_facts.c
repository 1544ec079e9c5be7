// SPDX-License-Identifier: GPL-2.0
#include "facts/module_facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts/symbols.h"
#include "util/array.h"
#include "util/cleanup.h"

void module_facts_clear(struct module_facts *m)
{
	for (size_t i = 0; i < m->n_symbols; i++) {
		free(m->symbols[i].section_object);
		free(m->symbols[i].object);
		free(m->symbols[i].name);
	}
	free(m->symbols);
	for (size_t i = 0; i < m->n_imports; i++)
		free(m->imports[i].name);
	free(m->imports);
	for (size_t i = 0; i < m->n_namespaces; i++)
		free(m->namespaces[i]);
	free(m->namespaces);
	free(m->modinfo_name);
	free(m->license);
	free(m->srcversion);
	patch__clear(&m->patch);
	free(m->vermagic);
	free(m->file);
	memset(m, 0, sizeof(*m));
}

int module_facts_symbols(const struct module_facts *m, struct symbols *symbols)
{
	int err = symbols_want_export(symbols, "klp_enable_patch");

	if (!err)
		err = symbols_want_export(symbols, "module_layout");
	for (size_t i = 0; i < m->n_imports && !err; i++)
		err = symbols_want_export(symbols, m->imports[i].name);
	for (size_t i = 0; i < m->n_symbols && !err; i++)
		if (m->symbols[i].object)
			err = symbols_want(symbols, m->symbols[i].object, m->symbols[i].name);
	for (size_t o = 0; o < m->patch.n_objects; o++) {
		const struct object *object = &m->patch.objects[o];

		/* That the kernel itself has them may be because the object is built in. */
		for (size_t f = 0; f < object->n_funcs && !err; f++) {
			err = symbols_want(symbols, object->name, object->funcs[f].name);
			if (!err)
				err = symbols_want(symbols, "vmlinux", object->funcs[f].name);
		}
	}
	return err;
}

struct named {
	const char *name;
	uint32_t sympos;
	size_t index;
};

/* As sysfs has names: "!" for each "/" (kobject_set_name_vargs()). */
static int sysfs_cmp(const char *x, const char *y)
{
	for (;; x++, y++) {
		char a = *x == '/' ? '!' : *x, b = *y == '/' ? '!' : *y;

		if (a != b)
			return a < b ? -1 : 1;
		if (!a)
			return 0;
	}
}

static int named_cmp(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = sysfs_cmp(x->name, y->name);

	if (order)
		return order;
	if (x->sympos != y->sympos)
		return x->sympos < y->sympos ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* The earliest element that has been there before, by its index; SIZE_MAX: none. */
static size_t first_twice(struct named *list, size_t n)
{
	size_t first = SIZE_MAX;

	qsort(list, n, sizeof(*list), named_cmp);
	for (size_t i = 1; i < n; i++)
		if (!sysfs_cmp(list[i].name, list[i - 1].name) &&
		    list[i].sympos == list[i - 1].sympos && list[i].index < first)
			first = list[i].index;
	return first;
}

static void twice(struct module_facts *m, uint64_t at, const char *what, const char *name)
{
	if (m->twice[0] && m->twice_at <= at)
		return;
	m->twice_at = at;
	snprintf(m->twice, sizeof(m->twice), "%s %.60s is there twice", what, name);
}

int module_facts_find_twice(struct module_facts *m)
{
	static const char *const files[] = { "enabled", "transition", "force" };
	size_t most = m->patch.n_objects;
	_cleanup_free_ struct named *list = NULL;
	size_t at;

	for (size_t o = 0; o < m->patch.n_objects; o++)
		if (m->patch.objects[o].n_funcs > most)
			most = m->patch.objects[o].n_funcs;
	list = calloc(most + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (size_t o = 0; o < m->patch.n_objects; o++)
		list[o] = (struct named){ m->patch.objects[o].name, 0, o };
	at = first_twice(list, m->patch.n_objects);
	if (at != SIZE_MAX)
		twice(m, module_place(at, MODULE_OF_OBJECT), "object", m->patch.objects[at].name);
	/* Files that each livepatch has beside the folders of its objects. */
	for (size_t o = 0; o < m->patch.n_objects; o++)
		for (size_t i = 0; i < ARRAY_SIZE(files); i++)
			if (!strcmp(m->patch.objects[o].name, files[i]))
				twice(m, module_place(o, MODULE_OF_OBJECT), "in sysfs,", files[i]);
	for (size_t o = 0; o < m->patch.n_objects; o++) {
		const struct object *object = &m->patch.objects[o];

		/* Position 0 is told as 1 in sysfs. */
		for (size_t f = 0; f < object->n_funcs; f++)
			list[f] = (struct named){
				object->funcs[f].name,
				object->funcs[f].sympos ? object->funcs[f].sympos : 1,
				f,
			};
		at = first_twice(list, object->n_funcs);
		if (at != SIZE_MAX)
			twice(m, module_place(o, at), "function", object->funcs[at].name);
	}
	return 0;
}

const char *module_tool_name(enum module_tool tool)
{
	static const char *const names[] = {
		[MODULE_TOOL_KPATCH] = "kpatch-build",
		[MODULE_TOOL_KLP_BUILD] = "klp-build",
	};

	return names[tool];
}
