/* SPDX-License-Identifier: GPL-2.0 */
/* The latest of many: as many as there is room for, and how many came before them. */
#ifndef KLPSCOPE_UTIL_RECENT_H
#define KLPSCOPE_UTIL_RECENT_H

#include <stddef.h>
#include <stdint.h>

struct recent {
	size_t size; /* of an item, bytes */
	size_t max; /* items that are kept */
	void (*clear)(void *item); /* release what one holds; NULL: nothing */
	char *items;
	size_t room;
	uint64_t total; /* that ever came */
};

/** recent__push() - a zeroed item at the end, in the place of the oldest if need be; NULL without memory */
void *recent__push(struct recent *recent);

/** recent__n() - how many are kept */
size_t recent__n(const struct recent *recent);

/** recent__at() - one that is kept, 0 is the oldest */
void *recent__at(const struct recent *recent, size_t i);

/** recent__earlier() - how many came before those that are kept */
uint64_t recent__earlier(const struct recent *recent);

/** recent__keep_last() - release all but the last, as if nothing had come before it */
void recent__keep_last(struct recent *recent);

/** recent__clear() - release all and make it empty; size, max and clear stay */
void recent__clear(struct recent *recent);

#endif
