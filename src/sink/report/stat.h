/* SPDX-License-Identifier: GPL-2.0 */
/* Counts in perf stat's look. */
#ifndef KLPSCOPE_SINK_REPORT_STAT_H
#define KLPSCOPE_SINK_REPORT_STAT_H

#include <stdio.h>

#include "report/report.h"

struct stat_cost {
	char name[32];
	uint64_t runs, ns;
};

/* What was counted beside events. */
struct stat_totals {
	const char *what; /* the command, NULL: the whole system */
	uint64_t elapsed_ns;
	uint64_t
		cpu_ns; /* of klpscope itself in that time, in user space and in the kernel for it */
	bool has_costs; /* of its programs: */
	struct stat_cost *costs;
	size_t n_costs;
};

/** stat_text() - all of it; 0 or -ENOMEM */
int stat_text(FILE *out, const struct report *report, const struct stat_totals *totals);

/** stat_json() - the same as a line of JSON; 0 or -ENOMEM */
int stat_json(FILE *out, const struct report *report, const struct stat_totals *totals);

/* Sums at the end of an interval. */
struct stat_sums {
	uint64_t attempts, accepted, refused, transitions, tries, stalls, lookups, lost;
};

/** stat_interval_heading() - what stands above the lines of stat_interval() */
void stat_interval_heading(FILE *out);

/** stat_interval() - a line of what came since the last */
void stat_interval(FILE *out, const struct report *report, struct stat_sums *last,
		   uint64_t elapsed_ns);

#endif
