// SPDX-License-Identifier: GPL-2.0
#include "sink/summary_table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "sink/table.h"
#include "util/cleanup.h"
#include "util/escape.h"
#include "util/saturate.h"
#include "util/timefmt.h"

void cell_summary_patch(struct cell *cell, const void *transition)
{
	cell_name(cell, ((const struct summary_transition *)transition)->patch);
}

void cell_summary_target(struct cell *cell, const void *transition)
{
	const char *target = target_name(((const struct summary_transition *)transition)->target);

	if (target)
		cell_words(cell, "%s", target);
	else
		cell_none_but(cell, "unknown");
}

void cell_summary_outcome(struct cell *cell, const void *transition)
{
	const struct summary_transition *t = transition;

	cell_words(cell, "%s%s%s", outcome_name(t->outcome), t->reversed ? ",reversed" : "",
		   t->forced ? ",forced" : "");
}

void cell_summary_duration(struct cell *cell, const void *transition)
{
	const struct summary_transition *t = transition;

	if (t->duration_ns)
		cell_span(cell, t->duration_ns);
	else
		cell_none_but(cell, "not seen");
}

void cell_summary_tries(struct cell *cell, const void *transition)
{
	cell_number(cell, ((const struct summary_transition *)transition)->tries);
}

void cell_summary_blockers(struct cell *cell, const void *transition)
{
	const struct summary_transition *t = transition;

	cell_list(cell, "-");
	for (size_t i = 0; i < t->n_blockers; i++) {
		const struct summary_blocker *blocker = &t->blockers[i];
		_cleanup_free_ char *comm = escape_text_dup(blocker->comm);

		/* blocker__explain() has escaped what needs to be. */
		cell_item_words(cell, "%s:%u%s: %s", comm ? comm : "?", blocker->tid,
				blocker->kthread ? " (kernel thread)" : "", blocker->why);
	}
	if (t->more_blockers)
		cell_item_words(cell, "(%" PRIu64 " more)", t->more_blockers);
}

/* A trace is watched as it is written, so the time of day does. */
static void fill_begin(struct cell *cell, const void *transition)
{
	const struct summary_transition *t = transition;
	char begin[TIMEFMT_LEN];

	timefmt_wall(begin, t->begin_real_ns);
	cell_time(cell, t->begin_real_ns, t->begin_real_ns);
	cell_show(cell, "%s", begin);
}

static const struct column columns[] = {
	{ "BEGIN", NULL, "when it was first seen", 0, fill_begin },
	{ "PATCH", NULL, "name of the livepatch", 0, cell_summary_patch },
	{ "TO", "target", "the last target", 0, cell_summary_target },
	{ "OUTCOME", NULL, "how it ended", 0, cell_summary_outcome },
	{ "DURATION", "duration_ns", "from the kernel's start to its end", COLUMN_RIGHT,
	  cell_summary_duration },
	{ "TRIES", NULL, "the kernel's looks at all tasks", COLUMN_RIGHT, cell_summary_tries },
	{ "BLOCKERS", NULL, "tasks that held it up, and why", COLUMN_LONG, cell_summary_blockers },
};

static const struct table_type transitions = { "transitions", "transitions",
					       TABLE_COLUMNS(columns) };

/* What looking at the tasks has cost; nothing where it never came to that. */
static void write_cost(FILE *out, const struct summary *summary)
{
	uint64_t samples = 0, cost_ns = 0;
	char cost[TIMEFMT_LEN], each[TIMEFMT_LEN];

	for (size_t i = 0; i < summary->n; i++) {
		samples += summary->list[i].samples;
		add_u64(&cost_ns, summary->list[i].cost_ns);
	}
	if (!samples)
		return;
	timefmt_span(cost, cost_ns);
	timefmt_span(each, cost_ns / samples);
	fprintf(out, "klpscope looked at all tasks %" PRIu64 " times: %s of CPU time, %s each\n",
		samples, cost, each);
}

int summary_table(FILE *out, const struct summary *summary)
{
	static const struct table_options as_it_is = { 0 };
	_cleanup_table_ struct table *table = table_new(&transitions, &as_it_is);

	fprintf(out, "\n%zu %s%s\n", summary->n, summary->n == 1 ? "transition" : "transitions",
		summary->n ? ":" : "");
	for (size_t i = 0; i < summary->n; i++)
		table_row(table, &summary->list[i]);
	if (table_print(table, out))
		return -ENOMEM;
	if (summary->more)
		fprintf(out, "(%" PRIu64 " more)\n", summary->more);
	write_cost(out, summary);
	if (summary->incomplete)
		fputs("events were lost: this may not be all\n", out);
	return 0;
}
