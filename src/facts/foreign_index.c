// SPDX-License-Identifier: GPL-2.0
#include "facts/foreign_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int by_place(const void *a, const void *b)
{
	return a < b ? -1 : a > b;
}

static int program_func_cmp(const void *a, const void *b)
{
	const struct foreign_program *x = *(struct foreign_program *const *)a,
				     *y = *(struct foreign_program *const *)b;
	int order = strcmp(x->func, y->func);

	return order ? order : by_place(x, y);
}

static int program_id_cmp(const void *a, const void *b)
{
	const struct foreign_program *x = *(struct foreign_program *const *)a,
				     *y = *(struct foreign_program *const *)b;

	return x->id != y->id ? (x->id < y->id ? -1 : 1) : by_place(x, y);
}

static int kprobe_symbol_cmp(const void *a, const void *b)
{
	const struct foreign_kprobe *x = *(struct foreign_kprobe *const *)a,
				    *y = *(struct foreign_kprobe *const *)b;
	int order = strcmp(x->symbol, y->symbol);

	return order ? order : by_place(x, y);
}

static int kprobe_address_cmp(const void *a, const void *b)
{
	const struct foreign_kprobe *x = *(struct foreign_kprobe *const *)a,
				    *y = *(struct foreign_kprobe *const *)b;

	return x->address != y->address ? (x->address < y->address ? -1 : 1) : by_place(x, y);
}

/* Pointers to @n elements of a table, sorted; NULL without memory. */
static void *sorted(void *table, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
	void **list = calloc(n + 1, sizeof(void *));

	for (size_t i = 0; list && i < n; i++)
		list[i] = (char *)table + i * size;
	if (list)
		qsort(list, n, sizeof(void *), cmp);
	return list;
}

int foreign_index_make(struct foreign_index *index, const struct foreign_found *found)
{
	*index = (struct foreign_index){
		.programs_by_func = sorted(found->programs, found->n_programs,
					   sizeof(*found->programs), program_func_cmp),
		.programs_by_id = sorted(found->programs, found->n_programs,
					 sizeof(*found->programs), program_id_cmp),
		.kprobes_by_symbol = sorted(found->kprobes, found->n_kprobes,
					    sizeof(*found->kprobes), kprobe_symbol_cmp),
		.kprobes_by_address = sorted(found->kprobes, found->n_kprobes,
					     sizeof(*found->kprobes), kprobe_address_cmp),
		.n_programs = found->n_programs,
		.n_kprobes = found->n_kprobes,
	};
	return index->programs_by_func && index->programs_by_id && index->kprobes_by_symbol &&
			       index->kprobes_by_address
		       ? 0
		       : -ENOMEM;
}

/* Where in a sorted list the key is, or would be; @behind: where what comes after it begins. */
static size_t place_of(void *const *list, size_t n, const void *key, bool behind,
		       int (*cmp)(const void *element, const void *key))
{
	size_t from = 0, to = n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = cmp(list[middle], key);

		if (order < 0 || (behind && !order))
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* Those of a sorted list that are as the key: from where on, and @found of them. */
static size_t range_of(const void *list, size_t n, const void *key,
		       int (*cmp)(const void *element, const void *key), size_t *found)
{
	size_t first = place_of(list, n, key, false, cmp);

	*found = place_of(list, n, key, true, cmp) - first;
	return first;
}

static int is_on(const void *program, const void *func)
{
	return strcmp(((const struct foreign_program *)program)->func, func);
}

static int has_id(const void *program, const void *id)
{
	uint32_t x = ((const struct foreign_program *)program)->id, y = *(const uint32_t *)id;

	return x < y ? -1 : x > y;
}

static int is_in(const void *kprobe, const void *symbol)
{
	return strcmp(((const struct foreign_kprobe *)kprobe)->symbol, symbol);
}

static int is_at(const void *kprobe, const void *address)
{
	uint64_t x = ((const struct foreign_kprobe *)kprobe)->address,
		 y = *(const uint64_t *)address;

	return x < y ? -1 : x > y;
}

struct foreign_program *const *foreign_programs_on(const struct foreign_index *index,
						   const char *func, size_t *n)
{
	return index->programs_by_func +
	       range_of(index->programs_by_func, index->n_programs, func, is_on, n);
}

struct foreign_kprobe *const *foreign_kprobes_on(const struct foreign_index *index,
						 const char *symbol, size_t *n)
{
	return index->kprobes_by_symbol +
	       range_of(index->kprobes_by_symbol, index->n_kprobes, symbol, is_in, n);
}

struct foreign_kprobe *const *foreign_kprobes_at(const struct foreign_index *index,
						 uint64_t address, size_t *n)
{
	return index->kprobes_by_address +
	       range_of(index->kprobes_by_address, index->n_kprobes, &address, is_at, n);
}

struct foreign_program *foreign_program_of(const struct foreign_index *index, uint32_t id)
{
	size_t n, at = range_of(index->programs_by_id, index->n_programs, &id, has_id, &n);

	return id && n ? index->programs_by_id[at] : NULL;
}

void foreign_index_clear(struct foreign_index *index)
{
	free(index->programs_by_func);
	free(index->programs_by_id);
	free(index->kprobes_by_symbol);
	free(index->kprobes_by_address);
	*index = (struct foreign_index){ 0 };
}
