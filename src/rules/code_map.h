/* SPDX-License-Identifier: GPL-2.0 */
/* In which function of a livepatch an address lies. */
#ifndef KLPSCOPE_RULES_CODE_MAP_H
#define KLPSCOPE_RULES_CODE_MAP_H

#include "facts/facts.h"

/* The code of a function that must not be run while a transition ends; functions may overlap. */
struct code_range {
	uint64_t first, last; /* addresses, inclusive */
	const struct object *object;
	const struct func *func;
};

struct code_map {
	struct code_range *ranges; /* in the livepatch's order */
	size_t n;
	/* Stretches of addresses, each from its beginning to the next one's. */
	uint64_t *begins;
	uint32_t
		*range_of; /* of each, the first of the ranges that cover it; CODE_MAP_NONE: none */
	size_t n_stretches;
};

#define CODE_MAP_NONE UINT32_MAX

/**
 * code_map_make() - make a map
 * @map: filled; points into @patch
 * @patch: with the code of its functions
 * @target: of its transition: 1 what they replace is in the map, 0 what they bring
 *
 * Return: 0, or -ENOMEM; in both cases @map is to be cleared.
 */
int code_map_make(struct code_map *map, const struct patch *patch, int target);

/** code_map_find() - the first function of the livepatch that covers an address: its place in @map->ranges, or CODE_MAP_NONE */
uint32_t code_map_find(const struct code_map *map, uint64_t addr);

/** code_map_clear() - release what @map holds and make it empty */
void code_map_clear(struct code_map *map);

#endif
