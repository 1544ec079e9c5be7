/* SPDX-License-Identifier: GPL-2.0 */
/* report of events of many hosts, from a journal or from traces. */
#ifndef KLPSCOPE_CMD_COMMON_FLEET_H
#define KLPSCOPE_CMD_COMMON_FLEET_H

#include "cmd/common/inputs.h"
#include "event/filter.h"
#include "fleet/json_events.h"
#include "sink/fleet_forms.h"

struct fleet_report {
	struct inputs *inputs; /* files, "-" for stdin; none: stdin */
	struct filter *filter; /* --since, --until */
	enum json_events_format format;
	struct fleet_options options;
	bool json;
};

/**
 * fleet_format() - take what says of which form the files are out of the files that were named
 * @inputs: what is to be read
 * @format: set if there was one
 *
 * Return: whether there was: "journal-json" or "json-lines", as --input=FORM.
 */
bool fleet_format(struct inputs *inputs, enum json_events_format *format);

/** fleet_report() - read all and write the report; an exit status */
int fleet_report(const struct fleet_report *how);

#endif
