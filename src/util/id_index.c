// SPDX-License-Identifier: GPL-2.0
#include "util/id_index.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

struct id_slot {
	uint64_t id;
	uint32_t at; /* ID_INDEX_NONE: empty */
};

/* Unforeseeable, so that no file can have all its ids fall into one place (splitmix64's steps). */
static size_t place(const struct id_index *index, uint64_t id)
{
	id = (id ^ index->seed) * 0xbf58476d1ce4e5b9ULL;
	id = (id ^ (id >> 29) ^ index->seed) * 0x94d049bb133111ebULL;
	return (id ^ (id >> 32)) & index->mask;
}

static uint64_t seed_of_process(void)
{
	static uint64_t seed;

	/* Without randomness, as early at boot, it is only slower if somebody wants it so. */
	if (!seed && getrandom(&seed, sizeof(seed), GRND_NONBLOCK) < 0)
		seed = (uintptr_t)&seed;
	return seed;
}

int id_index_make(struct id_index *index, size_t n)
{
	size_t slots = 16;

	if (n >= ID_INDEX_NONE)
		return -ENOMEM;
	while (slots < n + n / 2)
		slots *= 2;
	*index = (struct id_index){ .slots = malloc(slots * sizeof(*index->slots)),
				    .mask = slots - 1 };
	if (!index->slots)
		return -ENOMEM;
	for (size_t i = 0; i < slots; i++)
		index->slots[i].at = ID_INDEX_NONE;
	index->seed = seed_of_process();
	return 0;
}

static struct id_slot *slot_of(const struct id_index *index, uint64_t id)
{
	size_t at = place(index, id);

	while (index->slots[at].at != ID_INDEX_NONE && index->slots[at].id != id)
		at = (at + 1) & index->mask;
	return &index->slots[at];
}

uint32_t id_index_add(struct id_index *index, uint64_t id, uint32_t at)
{
	struct id_slot *slot = slot_of(index, id);

	if (slot->at == ID_INDEX_NONE)
		*slot = (struct id_slot){ id, at };
	return slot->at;
}

uint32_t id_index_find(const struct id_index *index, uint64_t id)
{
	return slot_of(index, id)->at;
}

void id_index_clear(struct id_index *index)
{
	free(index->slots);
	index->slots = NULL;
}
