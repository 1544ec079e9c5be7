// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>

#include "sink/blockers.h"
#include "sink/table.h"
#include "util/cleanup.h"
#include "util/escape.h"
#include "util/timefmt.h"

enum { TID, COMM, TYPE, STATE, CPU, CGROUP, WHY };

static const struct {
	const char *name;
	int flags;
} columns[] = {
	[TID] = { "TID", SCOLS_FL_RIGHT },
	[COMM] = { "COMM", 0 },
	[TYPE] = { "TYPE", 0 },
	[STATE] = { "STATE", 0 },
	[CPU] = { "CPU", SCOLS_FL_RIGHT },
	[CGROUP] = { "CGROUP", 0 },
	[WHY] = { "WHY", 0 },
};

static const char *type_of(const struct blocker *blocker)
{
	if (blocker->flags & WIRE_TASK_IDLE)
		return "idle";
	return blocker->flags & WIRE_TASK_KTHREAD ? "kernel" : "user";
}

static int add_line(struct libscols_table *table, const struct blocker *blocker)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	_cleanup_free_ char *comm = escape_text_dup(blocker->comm);
	_cleanup_free_ char *cgroup = escape_text_dup(blocker->cgroup ? blocker->cgroup : "-");
	_cleanup_free_ char *why = blocker__explanation(blocker);

	if (!line || !comm || !cgroup || !why)
		return -ENOMEM;
	if (table_cell(line, TID, "%u", blocker->tid) || table_cell(line, COMM, "%s", comm) ||
	    table_cell(line, TYPE, "%s", type_of(blocker)) ||
	    table_cell(line, STATE, "%s", blocker__state(blocker)) ||
	    table_cell(line, CPU, "%u", blocker->cpu) || table_cell(line, CGROUP, "%s", cgroup) ||
	    table_cell(line, WHY, "%s", why))
		return -ENOMEM;
	return 0;
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
	for (size_t i = 0; i < blocker->n_frames; i++) {
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

int blockers_table(FILE *out, const struct blockers_look *look, bool noheadings, bool stacks)
{
	_cleanup_table_ struct libscols_table *table = table_new(out, noheadings);
	size_t n = look->running && look->blockers ? look->blockers->n : 0;

	if (!table)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (table_column(table, columns[i].name, columns[i].flags))
			return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (add_line(table, &look->blockers->list[i]))
			return -ENOMEM;
	if (!noheadings)
		write_transition(out, look);
	if (n && scols_print_table(table))
		return -ENOMEM;
	for (size_t i = 0; stacks && i < n; i++)
		write_stack(out, &look->blockers->list[i]);
	if (look->running && look->more)
		fprintf(out, "(%" PRIu64 " more)\n", look->more);
	return 0;
}
