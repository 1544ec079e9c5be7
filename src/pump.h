/* SPDX-License-Identifier: GPL-2.0 */
/* The one loop: from a source, through the decoder and the filter, to a sink. */
#ifndef KLPSCOPE_PUMP_H
#define KLPSCOPE_PUMP_H

#include "event/filter.h"
#include "flow/record_sink.h"
#include "flow/source.h"
#include "report/report.h"
#include "sink/sink.h"
#include "util/child.h"

struct pump {
	struct source *source;
	struct sink *sink; /* NULL: none, events go into @report only */
	struct record_sink *records; /* gets the records; there is no @sink and no @filter then */
	const struct filter *filter; /* of what @sink and @summary get */
	struct summary
		*summary; /* filled with the transitions of the patches asked for; NULL: not */
	struct report *
		report; /* filled with all events, clocks, and snapshots of what is installed; NULL: not */
	/* Gets what passes the filter, too; NULL: none */
	void (*also)(void *ctx, const struct event *event);
	void *also_ctx;
	struct child *child; /* ends with it; pid 0: there is none */
	uint64_t count; /* ends after so many events, 0: no limit */
	uint64_t duration_ns; /* ends after this time, 0: no limit */
	bool sink_failed; /* out: the error that pump_run() returned is the sink's */
	bool stopped; /* out: by a signal or the child's end, with more to come from the source */
};

/**
 * pump_signals() - catch SIGINT, SIGTERM, SIGHUP and SIGCHLD from here on
 *
 * They are blocked but while the pump waits, so none is lost between.
 */
void pump_signals(void);

/** pump_catch() - catch this signal, too; pump_caught() then tells it */
void pump_catch(int signal);

/** pump_caught() - whether it came since the last call */
bool pump_caught(int signal);

/**
 * pump_run() - hand on events until there is a reason to stop
 * @pump: what to connect
 *
 * Stops at a signal, after @count events, after @duration_ns, when the child has
 * ended, or when the source has; what is in the source then still comes through. While a child
 * runs, SIGINT is left to it, which a terminal sent it as well.
 *
 * Return: 0; negative errno if the sink could not be written or the source not
 * be read.
 */
int pump_run(struct pump *pump);

/** pump_wait_child() - wait for the child, if it still runs; a SIGTERM is handed on to it */
void pump_wait_child(struct child *child);

#endif
