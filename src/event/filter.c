// SPDX-License-Identifier: GPL-2.0
#include "event/filter.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

static bool conflicts_have(const struct conflicts *conflicts, uint64_t id)
{
	for (size_t i = 0; i < conflicts->n; i++)
		if (conflicts->list[i].id == id)
			return true;
	return false;
}

static bool concerns_state(const struct event *event, uint64_t id)
{
	switch (event->kind) {
	case EVENT_ENABLE:
		return event->enable.candidate && patch__state(event->enable.candidate, id);
	case EVENT_REFUSED:
		return conflicts_have(event->refused.conflicts, id);
	case EVENT_STATE:
		return event->state.id == id;
	case EVENT_LOOKUP:
		return event->lookup.id == id;
	case EVENT_LOOKUP_COUNT:
		return event->lookup_count.id == id;
	default:
		return false;
	}
}

bool filter_match(const struct filter *filter, const struct event *event)
{
	if (filter->since.set && moment_cmp(event, &filter->since) < 0)
		return false;
	if (filter->until.set && moment_cmp(event, &filter->until) > 0)
		return false;
	if (event->kind == EVENT_LOST || event->kind == EVENT_WARNING ||
	    event->kind == EVENT_INIT_FAILED)
		return true;
	if (filter->kinds && !(filter->kinds & (1U << event->kind)))
		return false;
	if (filter->patch && (!event->patch || fnmatch(filter->patch, event->patch, 0)))
		return false;
	return !filter->has_state || concerns_state(event, filter->state);
}

int filter_parse_kinds(const char *list, uint32_t *kinds, const char **bad, size_t *bad_len)
{
	for (;;) {
		size_t len = strcspn(list, ",");
		int kind = event_kind_of(list, len);

		if (kind < 0) {
			*bad = list;
			*bad_len = len;
			return -EINVAL;
		}
		*kinds |= 1U << kind;
		if (!list[len])
			return 0;
		list += len + 1;
	}
}
