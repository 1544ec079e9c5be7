// SPDX-License-Identifier: GPL-2.0
#include "facts/symbols.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

int symbols_want(struct symbols *symbols, const char *object, const char *name)
{
	struct symbol_count *list = grow(symbols->list, symbols->n, &symbols->room, sizeof(*list));
	struct symbol_count *one;

	if (!list)
		return -ENOMEM;
	symbols->list = list;
	one = &list[symbols->n];
	*one = (struct symbol_count){ .object = strdup(object), .name = strdup(name) };
	if (!one->object || !one->name) {
		free(one->object);
		free(one->name);
		return -ENOMEM;
	}
	symbols->n++;
	symbols->sorted = false;
	return 0;
}

/* Longer names are none of the kernel's. */
#define EXPORT_NAME_MAX 600

int symbols_want_export(struct symbols *symbols, const char *name)
{
	char export[EXPORT_NAME_MAX];
	int err = symbols_want(symbols, SYMBOLS_ANY, name);
	struct symbol_count *one;

	snprintf(export, sizeof(export), SYMBOLS_EXPORT "%s", name);
	if (!err)
		err = symbols_want(symbols, SYMBOLS_ANY, export);
	if (err)
		return err;
	one = &symbols->list[symbols->n - 1];
	one->export = calloc(1, sizeof(*one->export));
	return one->export ? 0 : -ENOMEM;
}

struct symbol_count *symbols_exported(const struct symbols *symbols, const char *name)
{
	char export[EXPORT_NAME_MAX];

	snprintf(export, sizeof(export), SYMBOLS_EXPORT "%s", name);
	return symbols_find(symbols, SYMBOLS_ANY, export);
}

static void clear(struct symbol_count *one)
{
	if (one->export)
		free(one->export->namespace);
	free(one->export);
	free(one->object);
	free(one->name);
}

static int cmp(const void *a, const void *b)
{
	const struct symbol_count *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->object, y->object);
}

void symbols_sort(struct symbols *symbols)
{
	size_t kept = 0;

	if (symbols->n)
		qsort(symbols->list, symbols->n, sizeof(*symbols->list), cmp);
	for (size_t i = 0; i < symbols->n; i++) {
		struct symbol_count *one = &symbols->list[i];

		if (kept && !cmp(&symbols->list[kept - 1], one)) {
			/* A symbol may be wanted by chance of the name of another's export. */
			if (!symbols->list[kept - 1].export) {
				symbols->list[kept - 1].export = one->export;
				one->export = NULL;
			}
			clear(one);
		} else {
			symbols->list[kept++] = *one;
		}
	}
	symbols->n = kept;
	symbols->sorted = true;
}

struct symbol_count *symbols_find(const struct symbols *symbols, const char *object,
				  const char *name)
{
	const struct symbol_count key = { .object = (char *)object, .name = (char *)name };

	if (!symbols->sorted || !symbols->n)
		return NULL;
	return bsearch(&key, symbols->list, symbols->n, sizeof(key), cmp);
}

void symbols_clear(struct symbols *symbols)
{
	for (size_t i = 0; i < symbols->n; i++)
		clear(&symbols->list[i]);
	free(symbols->list);
	memset(symbols, 0, sizeof(*symbols));
}
