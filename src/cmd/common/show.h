/* SPDX-License-Identifier: GPL-2.0 */
/* What commands that show events share: which, and how. */
#ifndef KLPSCOPE_CMD_COMMON_SHOW_H
#define KLPSCOPE_CMD_COMMON_SHOW_H

#include <argp.h>

#include "event/filter.h"
#include "pump.h"
#include "sink/sink.h"
#include "util/failure.h"

/* The transitions of what is shown, listed at its end. */
struct show_summary {
	struct consumer consumer; /* first */
	struct filter filter; /* which livepatches, of any kind of event */
	struct summary summary;
	struct sink *sink; /* where to */
	bool always; /* also that there were none */
};

struct show {
	struct filter filter;
	const struct sink_ops *ops;
	struct sink_options sink_options;
	const char *output; /* NULL: stdout */
	bool summary;
	uint64_t count; /* events, 0: all */
	/* In use, from show_open() on. */
	FILE *out;
	struct sink sink;
	struct show_summary at_end;
};

/* Its input is a struct show. */
extern const struct argp argp_show;

/** show_open() - open what events are written to; 0, or negative errno with @why filled */
int show_open(struct show *show, struct failure *why);

/**
 * show_begin() - have a pump write events
 * @show: opened
 * @pump: gets consumers
 * @with_summary: list the transitions at the end, if there were any, though nobody asked for it
 *
 * Return: 0 or -ENOMEM with @why filled.
 */
int show_begin(struct show *show, struct pump *pump, bool with_summary, struct failure *why);

/** show_end() - after pump__close(): close what was written to; 0, or negative errno with @why filled */
int show_end(struct show *show, struct failure *why);

#endif
