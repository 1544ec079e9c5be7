// SPDX-License-Identifier: GPL-2.0
#include "event/walks.h"

#include <string.h>

struct walk *walks__find(struct walks *walks, uint32_t name)
{
	for (size_t i = 0; i < walks->used; i++)
		if (walks->list[i].open && walks->list[i].begin.head.hdr.walk == name)
			return &walks->list[i];
	return NULL;
}

struct walk *walks__candidate(struct walks *walks, uint64_t attempt)
{
	for (size_t i = 0; i < walks->used; i++) {
		struct walk *walk = &walks->list[i];

		if (walk->open && walk->begin.kind == WIRE_WALK_ENABLE &&
		    walk->begin.attempt == attempt)
			return walk;
	}
	return NULL;
}

struct walk *walks__place(struct walks *walks, uint32_t name)
{
	struct walk *walk = walks__find(walks, name);

	for (size_t i = 0; !walk && i < walks->used; i++)
		if (!walks->list[i].open)
			walk = &walks->list[i];
	if (!walk && walks->used < WALKS_MAX)
		walk = &walks->list[walks->used++];
	return walk ? walk : &walks->list[name % WALKS_MAX];
}

void walk__begin(struct walk *walk, const struct wire_walk_begin *begin)
{
	walk->begin = *begin;
	walk->open = true;
}

struct facts walk__take(struct walk *walk)
{
	struct facts facts = walk->facts;

	memset(&walk->facts, 0, sizeof(walk->facts));
	return facts;
}

void walk__close(struct walk *walk)
{
	facts__clear(&walk->facts);
	blockers__clear(&walk->blockers);
	walk->open = false;
}

void walks__clear(struct walks *walks)
{
	for (size_t i = 0; i < walks->used; i++)
		walk__close(&walks->list[i]);
}
