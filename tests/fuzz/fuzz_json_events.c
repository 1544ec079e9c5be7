// SPDX-License-Identifier: GPL-2.0
/* Any bytes as lines of many hosts, through to tables and JSON. The first byte chooses whose lines: a journal's, or traces'. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/json_events.h"
#include "sink/fleet_forms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_event(void *ctx, const struct fleet_event *event)
{
	/* As a filter on the name of a livepatch would. */
	if (event->type != FLEET_EVENT || !event->event.patch || strcmp(event->event.patch, "skip"))
		fleet__event(ctx, event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct json_events_rest rest = { 0 };
	struct fleet *fleet = fleet__new();
	FILE *in = size > 1 ? fmemopen((uint8_t *)data + 1, size - 1, "r") : NULL;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	if (fleet && in &&
	    json_events_read(in, *data == 'J' ? JSON_JOURNAL : JSON_LINES, "file", on_event, fleet,
			     &rest))
		abort();
	if (in)
		fclose(in);
	if (fleet) {
		fleet->others = rest.others;
		fleet->cut = rest.cut;
		fleet->bad = rest.bad;
		fleet__finish(fleet);
		fleet_text(nowhere, fleet, &(struct fleet_options){ .by_host = size % 2 });
		fleet_json(nowhere, fleet);
	}
	fleet__free(fleet);
	return 0;
}
