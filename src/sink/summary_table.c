// SPDX-License-Identifier: GPL-2.0
#include "sink/summary_table.h"

#include <errno.h>
#include <inttypes.h>

#include "sink/table.h"
#include "util/cleanup.h"
#include "util/saturate.h"
#include "util/escape.h"
#include "util/timefmt.h"

enum { BEGIN, PATCH, TO, OUTCOME, DURATION, TRIES, BLOCKERS };

static const struct {
	const char *name;
	int flags;
} columns[] = {
	[BEGIN] = { "BEGIN", 0 },
	[PATCH] = { "PATCH", 0 },
	[TO] = { "TO", 0 },
	[OUTCOME] = { "OUTCOME", 0 },
	[DURATION] = { "DURATION", SCOLS_FL_RIGHT },
	[TRIES] = { "TRIES", SCOLS_FL_RIGHT },
	[BLOCKERS] = { "BLOCKERS", SCOLS_FL_WRAP },
};

static char *blockers_text(const struct summary_transition *t)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < t->n_blockers; i++) {
		if (i)
			fputc('\n', out);
		escape_text(out, t->blockers[i].comm);
		fprintf(out, ":%u%s: %s", t->blockers[i].tid,
			t->blockers[i].kthread ? " (kernel thread)" : "", t->blockers[i].why);
	}
	if (t->more_blockers)
		fprintf(out, "%s(%" PRIu64 " more)", t->n_blockers ? "\n" : "", t->more_blockers);
	if (!t->n_blockers && !t->more_blockers)
		fputc('-', out);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

static int add_line(struct libscols_table *table, const struct summary_transition *t)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	_cleanup_free_ char *patch = escape_text_dup(t->patch ? t->patch : "-");
	_cleanup_free_ char *blockers = blockers_text(t);
	const char *target = target_name(t->target);
	char begin[TIMEFMT_LEN], span[TIMEFMT_LEN] = "not seen";

	if (!line || !patch || !blockers)
		return -ENOMEM;
	timefmt_wall(begin, t->begin_real_ns);
	if (t->duration_ns)
		timefmt_span(span, t->duration_ns);
	if (table_cell(line, BEGIN, "%s", begin) || table_cell(line, PATCH, "%s", patch) ||
	    table_cell(line, TO, "%s", target ? target : "unknown") ||
	    table_cell(line, OUTCOME, "%s%s%s", outcome_name(t->outcome),
		       t->reversed ? ",reversed" : "", t->forced ? ",forced" : "") ||
	    table_cell(line, DURATION, "%s", span) || table_cell(line, TRIES, "%u", t->tries) ||
	    table_cell(line, BLOCKERS, "%s", blockers))
		return -ENOMEM;
	return 0;
}

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
	_cleanup_table_ struct libscols_table *table = table_new(out, false);

	fprintf(out, "\n%zu %s%s\n", summary->n, summary->n == 1 ? "transition" : "transitions",
		summary->n ? ":" : "");
	if (!table)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (table_column(table, columns[i].name, columns[i].flags))
			return -ENOMEM;
	for (size_t i = 0; i < summary->n; i++)
		if (add_line(table, &summary->list[i]))
			return -ENOMEM;
	if (summary->n && scols_print_table(table))
		return -ENOMEM;
	if (summary->more)
		fprintf(out, "(%" PRIu64 " more)\n", summary->more);
	write_cost(out, summary);
	if (summary->incomplete)
		fputs("events were lost: this may not be all\n", out);
	return 0;
}
