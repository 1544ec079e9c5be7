// SPDX-License-Identifier: GPL-2.0
#include "util/recent.h"

#include <stdlib.h>
#include <string.h>

static void *place(const struct recent *recent, uint64_t number)
{
	return recent->items + number % recent->max * recent->size;
}

void *recent__push(struct recent *recent)
{
	size_t want = recent->total + 1;
	void *item;

	if (recent->total < recent->max && want > recent->room) {
		size_t room = recent->room ? recent->room * 2 : 8;
		char *bigger;

		if (room > recent->max)
			room = recent->max;
		bigger = reallocarray(recent->items, room, recent->size);
		if (!bigger)
			return NULL;
		recent->items = bigger;
		recent->room = room;
	}
	item = place(recent, recent->total);
	if (recent->total >= recent->max && recent->clear)
		recent->clear(item);
	recent->total++;
	return memset(item, 0, recent->size);
}

size_t recent__n(const struct recent *recent)
{
	return recent->total < recent->max ? recent->total : recent->max;
}

void *recent__at(const struct recent *recent, size_t i)
{
	return place(recent, recent__earlier(recent) + i);
}

uint64_t recent__earlier(const struct recent *recent)
{
	return recent->total - recent__n(recent);
}

void recent__keep_last(struct recent *recent)
{
	size_t n = recent__n(recent);

	for (size_t i = 0; recent->clear && i + 1 < n; i++)
		recent->clear(recent__at(recent, i));
	if (n)
		memmove(recent->items, recent__at(recent, n - 1), recent->size);
	recent->total = n ? 1 : 0;
}

void recent__clear(struct recent *recent)
{
	for (size_t i = 0; recent->clear && i < recent__n(recent); i++)
		recent->clear(recent__at(recent, i));
	free(recent->items);
	recent->items = NULL;
	recent->room = 0;
	recent->total = 0;
}
