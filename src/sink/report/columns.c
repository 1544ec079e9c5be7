// SPDX-License-Identifier: GPL-2.0
#include "sink/report/columns.h"

#include <inttypes.h>
#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>

#include "rules/refusal.h"
#include "sink/report/messages.h"
#include "util/cleanup.h"
#include "util/escape.h"
#include "util/timefmt.h"

/* Frames that a cell shows before it counts the rest; --json has all. */
#define STACK_LINES 12

static void write_name(FILE *out, const char *name)
{
	escape_text(out, name ? name : "-");
}

static void write_span(FILE *out, uint64_t ns)
{
	char span[TIMEFMT_LEN];

	if (ns)
		timefmt_span(span, ns);
	fputs(ns ? span : "-", out);
}

static void write_time(FILE *out, const struct report_when *when)
{
	char time[TIMEFMT_LEN];

	timefmt_iso(time, when->real_ns);
	fputs(time, out);
}

/* Words that hold what comes from the kernel as it came. */
static void put_string(FILE *out, char *string)
{
	escape_text(out, string ? string : "?");
	free(string);
}

static void write_u64(FILE *out, uint64_t number)
{
	fprintf(out, "%" PRIu64, number);
}

/* Columns that show one number, and sort by it. */
#define NUMBER_COLUMN(fn, type, expression)                                                        \
	static uint64_t fn##_number(const void *row)                                               \
	{                                                                                          \
		const struct type *r = row;                                                        \
		return expression;                                                                 \
	}                                                                                          \
	static void fn(FILE *out, const void *row)                                                 \
	{                                                                                          \
		write_u64(out, fn##_number(row));                                                  \
	}

/* Columns that show a length of time, "-" for none, and sort by it. */
#define SPAN_COLUMN(fn, type, expression)                                                          \
	static uint64_t fn##_number(const void *row)                                               \
	{                                                                                          \
		const struct type *r = row;                                                        \
		return expression;                                                                 \
	}                                                                                          \
	static void fn(FILE *out, const void *row)                                                 \
	{                                                                                          \
		write_span(out, fn##_number(row));                                                 \
	}

#define WHEN_COLUMN(fn, type, place)                                                               \
	static uint64_t fn##_number(const void *row)                                               \
	{                                                                                          \
		const struct type *r = row;                                                        \
		return r->place.line_ns;                                                           \
	}                                                                                          \
	static void fn(FILE *out, const void *row)                                                 \
	{                                                                                          \
		const struct type *r = row;                                                        \
		write_time(out, &r->place);                                                        \
	}

#define NAME_COLUMN(fn, type, expression)                                                          \
	static void fn(FILE *out, const void *row)                                                 \
	{                                                                                          \
		const struct type *r = row;                                                        \
		write_name(out, expression);                                                       \
	}

/* Livepatches. */

static uint64_t refusals_of(const struct report_patch *patch)
{
	uint64_t n = 0;

	for (int i = 0; i < CAUSES; i++)
		n += patch->refused[i];
	return n;
}

static void patch_causes(FILE *out, const void *row)
{
	const struct report_patch *patch = row;
	const char *sep = "";

	for (int i = 0; i < CAUSES; i++) {
		if (!patch->refused[i])
			continue;
		fprintf(out, "%s%s:%" PRIu64, sep, cause_name(i), patch->refused[i]);
		sep = "\n";
	}
	if (!*sep)
		fputc('-', out);
}

NAME_COLUMN(patch_name, report_patch, r->name)
NUMBER_COLUMN(patch_attempts, report_patch, r->attempts)
NUMBER_COLUMN(patch_accepted, report_patch, r->accepted)
NUMBER_COLUMN(patch_refused, report_patch, refusals_of(r))
NUMBER_COLUMN(patch_undecided, report_patch, r->undecided)
NUMBER_COLUMN(patch_transitions, report_patch, r->transitions)
NUMBER_COLUMN(patch_completed, report_patch, r->completed)
NUMBER_COLUMN(patch_canceled, report_patch, r->canceled)
NUMBER_COLUMN(patch_reversed, report_patch, r->reversed)
NUMBER_COLUMN(patch_forced, report_patch, r->forced)
NUMBER_COLUMN(patch_tries, report_patch, r->tries)
NUMBER_COLUMN(patch_signals, report_patch, r->signals)
NUMBER_COLUMN(patch_blockers, report_patch, r->blockers)
NUMBER_COLUMN(patch_lookups, report_patch, r->lookups)
SPAN_COLUMN(patch_min, report_patch, r->durations.min)
SPAN_COLUMN(patch_median, report_patch, histogram__quantile(&r->durations, 50))
SPAN_COLUMN(patch_p99, report_patch, histogram__quantile(&r->durations, 99))
SPAN_COLUMN(patch_max, report_patch, r->durations.max)
WHEN_COLUMN(patch_first, report_patch, first)
WHEN_COLUMN(patch_last, report_patch, last)

#define RIGHT SCOLS_FL_RIGHT
#define WRAP  SCOLS_FL_WRAP
#define COLUMN(name, help, flags, by_default, fn)                                                  \
	{                                                                                          \
		name, help, flags, by_default, fn, fn##_number                                     \
	}
#define TEXT_COLUMN(name, help, flags, by_default, fn)                                             \
	{                                                                                          \
		name, help, flags, by_default, fn, NULL                                            \
	}

static const struct report_column patch_columns[] = {
	TEXT_COLUMN("PATCH", "name of the livepatch", 0, true, patch_name),
	COLUMN("ATTEMPTS", "attempts to enable it", RIGHT, true, patch_attempts),
	COLUMN("ACCEPTED", "of these, accepted", RIGHT, true, patch_accepted),
	COLUMN("REFUSED", "of these, refused", RIGHT, true, patch_refused),
	COLUMN("UNDECIDED", "of these, neither was seen", RIGHT, false, patch_undecided),
	TEXT_COLUMN("CAUSES", "why it was refused, as CAUSE:NUMBER", WRAP, true, patch_causes),
	COLUMN("TRANSITIONS", "transitions in both directions", RIGHT, true, patch_transitions),
	COLUMN("COMPLETED", "of these, completed", RIGHT, false, patch_completed),
	COLUMN("CANCELED", "of these, canceled: refused after they were begun", RIGHT, false,
	       patch_canceled),
	COLUMN("REVERSED", "of these, reversed on the way", RIGHT, false, patch_reversed),
	COLUMN("FORCED", "of these, forced", RIGHT, false, patch_forced),
	COLUMN("TRIES", "the kernel's looks at all tasks, in all transitions", RIGHT, true,
	       patch_tries),
	COLUMN("SIGNALS", "times that the kernel sent its own signals", RIGHT, false,
	       patch_signals),
	COLUMN("MIN", "shortest completed transition", RIGHT, true, patch_min),
	COLUMN("MEDIAN", "half of them were not longer", RIGHT, true, patch_median),
	COLUMN("P99", "99 % of them were not longer", RIGHT, true, patch_p99),
	COLUMN("MAX", "longest one", RIGHT, true, patch_max),
	COLUMN("BLOCKERS", "tasks that held transitions up for longer than --stall", RIGHT, true,
	       patch_blockers),
	COLUMN("LOOKUPS", "of states", RIGHT, false, patch_lookups),
	COLUMN("FIRST", "when it was seen first", 0, false, patch_first),
	COLUMN("LAST", "when it was seen last", 0, false, patch_last),
};

/* Transitions. */

static void transition_to(FILE *out, const void *row)
{
	const struct report_transition *t = row;
	const char *target = target_name(t->t.target);

	fputs(target ? target : "unknown", out);
}

static void transition_outcome(FILE *out, const void *row)
{
	report_write_outcome(out, &((const struct report_transition *)row)->t);
}

static void transition_by(FILE *out, const void *row)
{
	put_string(out,
		   report_string(report_write_who, &((const struct report_transition *)row)->who));
}

static void transition_blockers(FILE *out, const void *row)
{
	const struct report_transition *t = row;

	for (size_t i = 0; i < t->t.n_blockers; i++) {
		const struct summary_blocker *blocker = &t->t.blockers[i];

		fputs(i ? "\n" : "", out);
		escape_text(out, blocker->comm);
		fprintf(out, ":%u%s: ", blocker->tid, blocker->kthread ? " (kernel thread)" : "");
		/* blocker__explain() has escaped what needs to be. */
		fputs(blocker->why, out);
	}
	if (t->t.more_blockers)
		fprintf(out, "%s(%" PRIu64 " more)", t->t.n_blockers ? "\n" : "",
			t->t.more_blockers);
	if (!t->t.n_blockers && !t->t.more_blockers)
		fputc('-', out);
}

WHEN_COLUMN(transition_begin, report_transition, begin)

static uint64_t transition_span_number(const void *row)
{
	return ((const struct report_transition *)row)->t.duration_ns;
}

static void transition_span(FILE *out, const void *row)
{
	const struct report_transition *t = row;

	if (!t->t.duration_ns)
		fputs("not seen", out);
	else
		write_span(out, t->t.duration_ns);
}

NAME_COLUMN(transition_patch, report_transition, r->t.patch)
NUMBER_COLUMN(transition_tries, report_transition, r->t.tries)
NUMBER_COLUMN(transition_signals, report_transition, r->t.signals)
NUMBER_COLUMN(transition_left, report_transition, r->t.most_remaining)
SPAN_COLUMN(transition_cost, report_transition, r->t.cost_ns)

static const struct report_column transition_columns[] = {
	COLUMN("BEGIN", "when it was first seen", 0, true, transition_begin),
	TEXT_COLUMN("PATCH", "name of the livepatch", 0, true, transition_patch),
	TEXT_COLUMN("TO", "the last target", 0, true, transition_to),
	TEXT_COLUMN("OUTCOME", "how it ended", 0, true, transition_outcome),
	COLUMN("DURATION", "from the kernel's start to its end", RIGHT, true, transition_span),
	COLUMN("TRIES", "the kernel's looks at all tasks", RIGHT, true, transition_tries),
	COLUMN("SIGNALS", "times that the kernel sent its own signals", RIGHT, false,
	       transition_signals),
	TEXT_COLUMN("BY", "the task that began it", 0, true, transition_by),
	COLUMN("LEFT", "the most tasks that a sample found left", RIGHT, false, transition_left),
	COLUMN("COST", "CPU time that klpscope took to look at all tasks", RIGHT, false,
	       transition_cost),
	TEXT_COLUMN("BLOCKERS", "tasks that held it up, and why", WRAP, false, transition_blockers),
};

/* States: a line for each change. */

static void change_version(FILE *out, bool has, uint32_t version, const char *patch)
{
	if (!patch)
		fputs("none", out);
	else if (has)
		fprintf(out, "%u", version);
	else
		fputc('?', out);
}

static void change_from(FILE *out, const void *row)
{
	const struct report_change *change = row;

	change_version(out, change->has_from, change->from_version, change->from_patch);
}

static void change_to(FILE *out, const void *row)
{
	const struct report_change *change = row;

	change_version(out, change->has_to, change->to_version, change->to_patch);
}

static void change_by(FILE *out, const void *row)
{
	const struct report_change *change = row;

	if (change->found)
		fputs("(found installed)", out);
	else
		put_string(out, report_string(report_write_who, &change->who));
}

WHEN_COLUMN(change_time, report_change, when)
NUMBER_COLUMN(change_state, report_change, r->id)
NAME_COLUMN(change_from_patch, report_change, r->from_patch)
NAME_COLUMN(change_to_patch, report_change, r->to_patch)

static const struct report_column change_columns[] = {
	COLUMN("STATE", "its id", RIGHT, true, change_state),
	COLUMN("TIME", "when the transition that changed it was complete", 0, true, change_time),
	TEXT_COLUMN("FROM", "version before", RIGHT, true, change_from),
	TEXT_COLUMN("TO", "version after", RIGHT, true, change_to),
	TEXT_COLUMN("PATCH", "the livepatch that has it now", 0, true, change_to_patch),
	TEXT_COLUMN("FROMPATCH", "the livepatch that had it before", 0, false, change_from_patch),
	TEXT_COLUMN("BY", "the task that began the transition", 0, true, change_by),
};

/* Refusals. */

static void refusal_who(FILE *out, const void *row)
{
	put_string(out,
		   report_string(report_write_who, &((const struct report_refusal *)row)->who));
}

static void refusal_errno(FILE *out, const void *row)
{
	const struct report_refusal *refusal = row;

	fputs(refusal->error ? error_name(refusal->error) : "-", out);
}

static void refusal_why(FILE *out, const void *row)
{
	fputs(cause_name(((const struct report_refusal *)row)->cause), out);
}

static void refusal_conflicts(FILE *out, const void *row)
{
	const struct report_refusal *refusal = row;

	for (size_t i = 0; i < refusal->conflicts.n; i++) {
		const struct conflict *c = &refusal->conflicts.list[i];

		fprintf(out, "%s%" PRIu64 ":", i ? "\n" : "", c->id);
		if (c->kind == CONFLICT_OLDER)
			fprintf(out, "%u", c->offered_version);
		else
			fputs("none", out);
		if (c->no_version)
			fputs("<?", out);
		else
			fprintf(out, "<%u", c->installed_version);
		fputc(' ', out);
		write_name(out, c->installed_by);
	}
	if (refusal->more_conflicts)
		fprintf(out, "\n(%" PRIu64 " more)", refusal->more_conflicts);
	if (!refusal->conflicts.n)
		fputc('-', out);
}

static void refusal_patch(FILE *out, const void *row)
{
	const struct report_refusal *r = row;

	if (r->action == REFUSED_LOAD && !r->patch && r->module)
		fputs("module ", out);
	write_name(out, r->patch || r->action != REFUSED_LOAD ? r->patch : r->module);
}

static void refusal_action(FILE *out, const void *row)
{
	fputs(refused_action_name(((const struct report_refusal *)row)->action), out);
}

NAME_COLUMN(refusal_module, report_refusal, r->module)
NAME_COLUMN(refusal_explanation, report_refusal, r->explanation)
NAME_COLUMN(refusal_message, report_refusal, r->message)
WHEN_COLUMN(refusal_time, report_refusal, when)

static const struct report_column refusal_columns[] = {
	COLUMN("TIME", "when it was refused", 0, true, refusal_time),
	TEXT_COLUMN("WHO", "the task that tried", 0, true, refusal_who),
	TEXT_COLUMN("ACTION",
		    "what was refused: enable, disable, another write, or load of a module", 0,
		    false, refusal_action),
	TEXT_COLUMN("PATCH", "name of the livepatch, or of the module that is refused", 0, true,
		    refusal_patch),
	TEXT_COLUMN("MODULE", "the module that is refused", 0, false, refusal_module),
	TEXT_COLUMN("ERRNO", "with what error", 0, true, refusal_errno),
	TEXT_COLUMN("CAUSE", "why, as in events", 0, true, refusal_why),
	TEXT_COLUMN("CONFLICTS", "states, as ID:OFFERED<INSTALLED and who has it", WRAP, false,
		    refusal_conflicts),
	TEXT_COLUMN("EXPLANATION", "why, in words", WRAP, true, refusal_explanation),
	TEXT_COLUMN("MESSAGE", "what the kernel said", WRAP, false, refusal_message),
};

/* Stalls. */

static void stall_stack(FILE *out, const void *row)
{
	const struct report_stall *stall = row;

	for (size_t i = 0; i < stall->n_frames && i < STACK_LINES; i++) {
		fputs(i ? "\n" : "", out);
		escape_text(out, stall->stack[i]);
	}
	if (stall->n_frames > STACK_LINES)
		fprintf(out, "\n(%zu more)", stall->n_frames - STACK_LINES);
	if (!stall->n_frames)
		fputc('-', out);
}

static void stall_task(FILE *out, const void *row)
{
	const struct report_stall *stall = row;

	escape_text(out, stall->comm);
	fprintf(out, ":%u%s", stall->tid, stall->kthread ? " (kernel thread)" : "");
}

static void stall_class(FILE *out, const void *row)
{
	fputs(blocker_class_name(((const struct report_stall *)row)->class), out);
}

static void stall_why(FILE *out, const void *row)
{
	fputs(((const struct report_stall *)row)->why, out);
}

NAME_COLUMN(stall_patch, report_stall, r->patch)
NUMBER_COLUMN(stall_seen, report_stall, r->seen)
NUMBER_COLUMN(stall_transitions, report_stall, r->transitions)
SPAN_COLUMN(stall_least, report_stall, r->at_least_ns)
SPAN_COLUMN(stall_most, report_stall, r->at_most_ns)
SPAN_COLUMN(stall_total, report_stall, r->total_at_least_ns)
WHEN_COLUMN(stall_first, report_stall, first)
WHEN_COLUMN(stall_last, report_stall, last)

static const struct report_column stall_columns[] = {
	TEXT_COLUMN("TASK", "the first such task", 0, true, stall_task),
	TEXT_COLUMN("PATCH", "the livepatch that waited for it", 0, true, stall_patch),
	COLUMN("SEEN", "how often such a task was told", RIGHT, true, stall_seen),
	COLUMN("TRANSITIONS", "that waited for it", RIGHT, false, stall_transitions),
	COLUMN("ATLEAST", "the longest wait for it that was seen, from the transition's start",
	       RIGHT, true, stall_least),
	COLUMN("ATMOST", "the longest of these transitions", RIGHT, true, stall_most),
	COLUMN("TOTAL", "sum of the waits that were seen", RIGHT, false, stall_total),
	TEXT_COLUMN("CLASS", "why, as in events", 0, false, stall_class),
	TEXT_COLUMN("WHY", "why, in words", WRAP, true, stall_why),
	TEXT_COLUMN("STACK", "where it was, innermost first", WRAP, true, stall_stack),
	COLUMN("FIRST", "when it was told first", 0, false, stall_first),
	COLUMN("LAST", "when it was last known to be waited for", 0, false, stall_last),
};

/* Lookups. */

static void lookup_found(FILE *out, const void *row)
{
	const struct report_lookup *lookup = row;

	if (lookup->counted)
		fputs("not known", out);
	else if (lookup->from_patch && lookup->has_version)
		fprintf(out, "%u (", lookup->version);
	else if (lookup->calls == lookup->not_found)
		fputs("none", out);
	else if (!lookup->from_patch)
		fputs("found", out);
	if (!lookup->counted && lookup->from_patch) {
		write_name(out, lookup->from_patch);
		fputs(lookup->has_version ? ")" : "", out);
	}
}

NAME_COLUMN(lookup_function, report_lookup, r->function)
NAME_COLUMN(lookup_patch, report_lookup, r->patch)
NAME_COLUMN(lookup_caller, report_lookup, r->caller)
NUMBER_COLUMN(lookup_state, report_lookup, r->id)
NUMBER_COLUMN(lookup_calls, report_lookup, r->calls)
NUMBER_COLUMN(lookup_not_found, report_lookup, r->not_found)

static const struct report_column lookup_columns[] = {
	TEXT_COLUMN("FUNCTION", "the kernel's", 0, true, lookup_function),
	COLUMN("STATE", "the id that was asked for", RIGHT, true, lookup_state),
	TEXT_COLUMN("PATCH", "the livepatch in transition, or whose states were asked", 0, true,
		    lookup_patch),
	TEXT_COLUMN("CALLER", "who asked", 0, true, lookup_caller),
	COLUMN("CALLS", "how often", RIGHT, true, lookup_calls),
	COLUMN("NOTFOUND", "of these, nobody had the state", RIGHT, true, lookup_not_found),
	TEXT_COLUMN("FOUND", "what was found last", 0, true, lookup_found),
};

#define TABLE(name, title, none, columns, member)                                                  \
	{                                                                                          \
		name, title, none, columns, ARRAY_SIZE(columns), offsetof(struct report, member),  \
			_Generic(((struct report *)0)->member, struct recent                       \
				 : true, struct report_tree                                        \
				 : false)                                                          \
	}

const struct report_table report_tables[] = {
	TABLE("livepatches", "livepatches", "no livepatch was seen", patch_columns, patches),
	TABLE("transitions", "transitions", "no transition was seen", transition_columns,
	      transitions),
	TABLE("states", "states, by each change of version", "no state was seen", change_columns,
	      changes),
	TABLE("refusals", "refusals", "nothing was refused", refusal_columns, refusals),
	TABLE("stalls", "stalls", "no task was seen to hold a transition up", stall_columns,
	      stalls),
	TABLE("lookups", "lookups of states", "no lookup was seen", lookup_columns, lookups),
};
const size_t report_tables_count = ARRAY_SIZE(report_tables);

size_t report_table_count(const struct report_table *table, const struct report *report)
{
	const void *rows = (const char *)report + table->rows;

	return table->recent ? recent__n(rows) : ((const struct report_tree *)rows)->n;
}

const void *report_table_row(const struct report_table *table, const struct report *report,
			     size_t i)
{
	const void *rows = (const char *)report + table->rows;

	return table->recent ? recent__at(rows, i) : ((const struct report_tree *)rows)->list[i];
}

char *report_column_text(const struct report_column *column, const void *row)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	column->write(out, row);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}
