/* SPDX-License-Identifier: GPL-2.0 */
/* What is installed and what happened, as metrics: their names are an interface (docs/metrics.md). */
#ifndef KLPSCOPE_SINK_METRICS_H
#define KLPSCOPE_SINK_METRICS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "facts/snapshot.h"
#include "report/report.h"

/* Series of that many are written, the others are counted. */
#define METRICS_PATCHES_MAX 64 /* the latest */
#define METRICS_STATES_MAX  256 /* those with the lowest ids */

enum metrics_form {
	METRICS_OPENMETRICS, /* OpenMetrics 1.0 */
	METRICS_CLASSIC, /* Prometheus' text format 0.0.4: all that node_exporter's textfile collector reads */
};

/* Of a "klpscope record" that writes them. */
struct metrics_recorder {
	bool running; /* false: it ended, these are its last */
	bool waiting; /* for space on the disk */
	int64_t begin_real_ns;
	uint64_t records, bytes; /* written */
	uint64_t cpu_ns, resident; /* of the process: CPU time, bytes of memory */
	uint64_t failures; /* to write the metrics */
};

struct metrics_transition {
	bool known; /* whether one runs */
	const char *patch; /* NULL: none runs */
	int target;
	int64_t since_real_ns; /* 0: not known */
	int64_t stalled_real_ns; /* tasks were first told that hold it up; 0: none were, or nobody looked */
	bool has_tasks;
	uint64_t tasks_left;
};

struct metrics {
	const char *release; /* of the kernel; NULL or "": not known */
	const struct snapshot *installed; /* NULL: not known */
	bool incomplete; /* there may be something else than @installed */
	struct metrics_transition transition;
	const struct report *report; /* what happened; NULL: nobody watched */
	const struct metrics_recorder *recorder; /* NULL: none writes this */
};

/**
 * metrics_of_snapshot() - metrics of what is installed now
 * @metrics: filled; points into @snapshot
 */
void metrics_of_snapshot(struct metrics *metrics, const struct snapshot *snapshot);

/**
 * metrics_of_report() - metrics of what was watched
 * @metrics: filled; points into @report and @view
 * @report: as of now, or finished
 * @view: filled; its parts are the report's, so it is not to be cleared
 */
void metrics_of_report(struct metrics *metrics, const struct report *report, struct snapshot *view);

/** metrics_write() - all of them; 0, or -ENOMEM */
int metrics_write(FILE *out, const struct metrics *metrics, enum metrics_form form);

#endif
