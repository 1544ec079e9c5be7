// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>

#include "sink/blockers.h"
#include "util/cleanup.h"
#include "util/escape.h"
#include "util/timefmt.h"

COLUMN_OF(fill_tid, blocker, cell_number(cell, r->tid))
COLUMN_OF(fill_comm, blocker, cell_name(cell, r->comm))

static void fill_type(struct cell *cell, const void *row)
{
	const struct blocker *blocker = row;

	if (blocker->flags & WIRE_TASK_IDLE)
		cell_words(cell, "idle");
	else
		cell_words(cell, blocker->flags & WIRE_TASK_KTHREAD ? "kernel" : "user");
}

COLUMN_OF(fill_state, blocker, cell_words(cell, "%s", blocker__state(r)))
COLUMN_OF(fill_cpu, blocker, cell_number(cell, r->cpu))
COLUMN_OF(fill_cgroup, blocker, cell_name(cell, r->cgroup))

/* Escaped already. */
COLUMN_OF(fill_why, blocker, cell_take_words(cell, blocker__explanation(r)))

static const struct column columns[] = {
	{ "TID", NULL, "thread ID", COLUMN_RIGHT, fill_tid },
	{ "COMM", NULL, "its name", 0, fill_comm },
	{ "TYPE", NULL, "user, kernel (a kernel thread), or idle", 0, fill_type },
	{ "STATE", NULL, "what it is doing", 0, fill_state },
	{ "CPU", NULL, "the CPU that it is on, or was on last", COLUMN_RIGHT, fill_cpu },
	{ "CGROUP", NULL, "its control group", 0, fill_cgroup },
	{ "WHY", "explanation", "why it has not switched", 0, fill_why },
};

static const struct table_type blockers = { "blockers", "blockers", TABLE_COLUMNS(columns) };

const struct table_type *const blockers_table_types[] = { &blockers, NULL };

static struct table *make_table(const struct blockers_look *look,
				const struct table_options *options)
{
	struct table *table = table_new(&blockers, options);
	size_t n = look->running && look->blockers ? look->blockers->n : 0;

	for (size_t i = 0; i < n; i++)
		table_row(table, &look->blockers->list[i]);
	return table;
}

static void write_transition(FILE *out, const struct blockers_look *look)
{
	const char *target = target_name(look->target);
	char time[TIMEFMT_LEN], span[TIMEFMT_LEN];

	if (!look->running) {
		fputs("no transition is running\n", out);
		return;
	}
	escape_text(out, look->patch ? look->patch : "?");
	fprintf(out, " to %s: %" PRIu64 " of %" PRIu64 " tasks left", target ? target : "unknown",
		look->remaining, look->tasks);
	if (look->has_since) {
		timefmt_wall(time, look->since_real_ns);
		timefmt_span(span, look->real_ns > look->since_real_ns
					   ? look->real_ns - look->since_real_ns
					   : 0);
		fprintf(out, ", since %s (%s)", time, span);
	} else {
		fputs(", since when is not in the kernel log any more", out);
	}
	fputc('\n', out);
}

static void write_stack(FILE *out, const struct blocker *blocker)
{
	fputc('\n', out);
	escape_text(out, blocker->comm);
	fprintf(out, ":%u\n", blocker->tid);
	for (size_t i = blocker->shown_from; i < blocker->n_frames; i++) {
		fputs("    ", out);
		escape_text(out, blocker->frames[i].text ? blocker->frames[i].text : "?");
		fputc('\n', out);
	}
	if (blocker->flags & WIRE_TASK_STACK_CUT)
		fputs("    ... (deeper than what was read)\n", out);
	else if (!blocker->n_frames)
		fputs(blocker->flags & WIRE_TASK_ON_CPU ? "    (it is running)\n"
							: "    (could not be read)\n",
		      out);
}

int blockers_table(FILE *out, const struct blockers_look *look, const struct table_options *options,
		   bool stacks)
{
	_cleanup_table_ struct table *table = make_table(look, options);

	if (!options->noheadings)
		write_transition(out, look);
	if (table_print(table, out))
		return -ENOMEM;
	for (size_t i = 0; stacks && i < table_rows(table); i++)
		write_stack(out, &look->blockers->list[i]);
	/* Without headings, each line is a task. */
	if (look->running && look->more && !options->noheadings)
		fprintf(out, "(%" PRIu64 " more)\n", look->more);
	return 0;
}

int blockers_table_json(FILE *out, const struct blockers_look *look,
			const struct table_options *options)
{
	_cleanup_table_ struct table *table = make_table(look, options);

	return table_json(table, out);
}
