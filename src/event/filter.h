/* SPDX-License-Identifier: GPL-2.0 */
/* Which events somebody wants: by livepatch, kind, state and time. */
#ifndef KLPSCOPE_EVENT_FILTER_H
#define KLPSCOPE_EVENT_FILTER_H

#include "event/event.h"
#include "event/moment.h"

struct filter {
	const char *patch; /* glob, NULL: any */
	uint32_t kinds; /* bits of enum event_kind, 0: all */
	bool has_state;
	uint64_t state;
	struct moment since, until; /* both inclusive */
};

/**
 * filter_match() - whether a user wants to see an event
 *
 * Lost events and warnings pass every filter: who filters must know what is
 * missing from the answer.
 */
bool filter_match(const struct filter *filter, const struct event *event);

/**
 * filter_parse_kinds() - "refused,state" to bits
 * @list: names, separated by commas
 * @kinds: bits are added here
 * @bad: set to the first name that is none, with its length in @bad_len
 *
 * Return: 0 or -EINVAL.
 */
int filter_parse_kinds(const char *list, uint32_t *kinds, const char **bad, size_t *bad_len);

#endif
