/* SPDX-License-Identifier: GPL-2.0 */
/* Finds 64-bit ids among very many; ids may be chosen by whoever made a file. */
#ifndef KLPSCOPE_UTIL_ID_INDEX_H
#define KLPSCOPE_UTIL_ID_INDEX_H

#include <stddef.h>
#include <stdint.h>

#define ID_INDEX_NONE UINT32_MAX

struct id_index {
	struct id_slot *slots;
	size_t mask; /* slots - 1, a power of two */
	uint64_t seed;
};

/** id_index_make() - an index with room for @n ids; 0, or -ENOMEM */
int id_index_make(struct id_index *index, size_t n);

/**
 * id_index_add() - remember where an id is, unless it is there already
 * @index: made by id_index_make()
 * @id: what is looked for later
 * @at: below ID_INDEX_NONE
 *
 * Return: where the id is: @at, or what it was first added with.
 */
uint32_t id_index_add(struct id_index *index, uint64_t id, uint32_t at);

/** id_index_find() - where an id is, ID_INDEX_NONE: not there */
uint32_t id_index_find(const struct id_index *index, uint64_t id);

/** id_index_clear() - release it */
void id_index_clear(struct id_index *index);

#endif
