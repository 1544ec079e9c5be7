// SPDX-License-Identifier: GPL-2.0
#include "rules/code_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

static size_t count_funcs(const struct patch *patch)
{
	size_t n = 0;

	for (size_t o = 0; o < patch->n_objects; o++)
		n += patch->objects[o].n_funcs;
	return n;
}

static void list_ranges(struct code_map *map, const struct patch *patch, int target)
{
	for (size_t o = 0; o < patch->n_objects; o++) {
		const struct object *object = &patch->objects[o];

		for (size_t f = 0; f < object->n_funcs; f++) {
			const struct func *func = &object->funcs[f];
			const struct code *code = target ? &func->before : &func->after;
			uint64_t most = UINT64_MAX - code->addr;

			if (!code->addr || !code->size)
				continue;
			map->ranges[map->n++] = (struct code_range){
				.first = code->addr,
				.last = code->addr +
					(code->size - 1 < most ? code->size - 1 : most),
				.object = object,
				.func = func,
			};
		}
	}
}

static int address_cmp(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* A stretch begins where a range does, and behind one. */
static void list_stretches(struct code_map *map)
{
	size_t all = 0, n = 0;

	for (size_t i = 0; i < map->n; i++) {
		map->begins[all++] = map->ranges[i].first;
		if (map->ranges[i].last != UINT64_MAX)
			map->begins[all++] = map->ranges[i].last + 1;
	}
	qsort(map->begins, all, sizeof(*map->begins), address_cmp);
	for (size_t i = 0; i < all; i++)
		if (!n || map->begins[n - 1] != map->begins[i])
			map->begins[n++] = map->begins[i];
	map->n_stretches = n;
}

/* The stretch that an address lies in, from 1; 0: before the first. */
static size_t stretch_of(const struct code_map *map, uint64_t addr)
{
	size_t from = 0, to = map->n_stretches;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (map->begins[middle] <= addr)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* The first stretch from @i on that is still free, and a shorter way there the next time. */
static uint32_t next_free(uint32_t *next, uint32_t i)
{
	while (next[i] != i) {
		next[i] = next[next[i]];
		i = next[i];
	}
	return i;
}

/* Each stretch gets the first range that covers it: those that have one are passed over. */
static int give_out(struct code_map *map)
{
	_cleanup_free_ uint32_t *next = calloc(map->n_stretches + 1, sizeof(*next));

	if (!next)
		return -ENOMEM;
	for (uint32_t i = 0; i <= map->n_stretches; i++)
		next[i] = i;
	for (uint32_t i = 0; i < map->n_stretches; i++)
		map->range_of[i] = CODE_MAP_NONE;
	for (uint32_t r = 0; r < map->n; r++) {
		uint32_t end = stretch_of(map, map->ranges[r].last);
		uint32_t i = next_free(next, stretch_of(map, map->ranges[r].first) - 1);

		for (; i < end; i = next_free(next, i)) {
			map->range_of[i] = r;
			next[i] = i + 1;
		}
	}
	return 0;
}

int code_map_make(struct code_map *map, const struct patch *patch, int target)
{
	size_t n = count_funcs(patch);

	*map = (struct code_map){
		.ranges = calloc(n + 1, sizeof(*map->ranges)),
		.begins = calloc(2 * n + 1, sizeof(*map->begins)),
		.range_of = calloc(2 * n + 1, sizeof(*map->range_of)),
	};
	if (!map->ranges || !map->begins || !map->range_of)
		return -ENOMEM;
	list_ranges(map, patch, target);
	list_stretches(map);
	return give_out(map);
}

uint32_t code_map_find(const struct code_map *map, uint64_t addr)
{
	size_t stretch = stretch_of(map, addr);

	return stretch ? map->range_of[stretch - 1] : CODE_MAP_NONE;
}

void code_map_clear(struct code_map *map)
{
	free(map->ranges);
	free(map->begins);
	free(map->range_of);
	memset(map, 0, sizeof(*map));
}
