/* SPDX-License-Identifier: GPL-2.0 */
/* What many hosts tell, in every form. */
#ifndef KLPSCOPE_SINK_FLEET_FORMS_H
#define KLPSCOPE_SINK_FLEET_FORMS_H

#include <stdbool.h>
#include <stdio.h>

#include "fleet/fleet.h"
#include "sink/table.h"

/* Of hosts, states, refusals, stalls; ended by NULL. */
extern const struct table_type *const fleet_table_types[];

struct fleet_options {
	bool by_host; /* a row for each host, and no more */
	struct table_options table; /* noheadings: also no header */
};

/** fleet_text() - header and tables, or the one that was chosen; 0 or -ENOMEM */
int fleet_text(FILE *out, const struct fleet *fleet, const struct fleet_options *options);

/** fleet_table_json() - the chosen columns of one table as JSON; 0 or -ENOMEM */
int fleet_table_json(FILE *out, const struct fleet *fleet, const struct table_options *options);

/** fleet_json() - all of it as one JSON document (docs/journal.md); 0 or -ENOMEM */
int fleet_json(FILE *out, const struct fleet *fleet);

/** fleet_host_name() - its name, with what tells it from another of the same; the caller's to free */
char *fleet_host_name(const struct fleet_host *host);

/** fleet_outcome_name() - the published name of a stall's outcome */
const char *fleet_outcome_name(const struct fleet_stall *stall);

#endif
