/* SPDX-License-Identifier: GPL-2.0 */
/* Events from lines of JSON: what trace --json writes, or journalctl -o json of what --journal sent. */
#ifndef KLPSCOPE_FLEET_JSON_EVENTS_H
#define KLPSCOPE_FLEET_JSON_EVENTS_H

#include <stdio.h>

#include "fleet/fleet.h"

/* A longer line is not understood. */
#define JSON_LINE_MAX (16 << 20)

enum json_events_format {
	JSON_LINES, /* of klpscope trace --json; a key "host" or "hostname" that was added to them says of which host */
	JSON_JOURNAL, /* of journalctl --all -o json */
};

typedef void (*fleet_event_fn)(void *ctx, const struct fleet_event *event);

/* Lines that became no event. */
struct json_events_rest {
	uint64_t others; /* of other programs, or without an event */
	uint64_t cut; /* journalctl left the event out, as it is long */
	uint64_t bad; /* not understood */
};

/**
 * json_events_read() - all lines of a stream
 * @in: the stream
 * @format: of its lines
 * @ctx: for @fn
 * @host: of JSON_LINES that do not say it themselves
 * @fn: called for each event; what it gets lives until it returns
 * @rest: counts the lines that have none
 *
 * A line is not understood if it is no JSON, is longer than JSON_LINE_MAX,
 * nested deeper than 32, would take more than 48 MB when parsed, or has a
 * NUL, or an integer that 64 bits do not hold.
 *
 * Return: 0 or negative errno.
 */
int json_events_read(FILE *in, enum json_events_format format, const char *host, fleet_event_fn fn,
		     void *ctx, struct json_events_rest *rest);

#endif
