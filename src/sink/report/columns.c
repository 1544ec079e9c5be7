// SPDX-License-Identifier: GPL-2.0
#include "sink/report/columns.h"

#include <assert.h>
#include <inttypes.h>

#include "rules/refusal.h"
#include "sink/report/forms.h"
#include "sink/report/messages.h"
#include "sink/summary_table.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error_name.h"
#include "util/escape.h"

/* Frames that a cell shows before it counts the rest. */
#define STACK_LINES 12

#define NUMBER_COLUMN(fn, type, number) COLUMN_OF(fn, type, cell_number(cell, number))
#define NAME_COLUMN(fn, type, name)	COLUMN_OF(fn, type, cell_name(cell, name))
#define SPAN_COLUMN(fn, type, ns)	COLUMN_OF(fn, type, cell_span(cell, ns))
/* Of something that may not have been seen. */
#define SEEN_SPAN_COLUMN(fn, type, ns) COLUMN_OF(fn, type, cell_span_or_none(cell, ns))
#define WHEN_COLUMN(fn, type, place)                                                               \
	COLUMN_OF(fn, type, cell_time(cell, r->place.real_ns, r->place.line_ns))
#define WHO_COLUMN(fn, type, who) COLUMN_OF(fn, type, fill_who(cell, &r->who))

static void fill_who(struct cell *cell, const struct report_who *who)
{
	if (who->known)
		cell_take(cell, report_string(report_write_who, who));
	else
		cell_none_but(cell, "unknown");
}

/* Livepatches. */

static uint64_t refusals_of(const struct report_patch *patch)
{
	uint64_t n = 0;

	for (int i = 0; i < CAUSES; i++)
		n += patch->refused[i];
	return n;
}

static void patch_causes(struct cell *cell, const void *row)
{
	const struct report_patch *patch = row;

	cell_list(cell, "-");
	for (int i = 0; i < CAUSES; i++)
		if (patch->refused[i])
			cell_item(cell, "%s:%" PRIu64, cause_name(i), patch->refused[i]);
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
SEEN_SPAN_COLUMN(patch_min, report_patch, r->durations.min)
SEEN_SPAN_COLUMN(patch_median, report_patch, histogram__quantile(&r->durations, 50))
SEEN_SPAN_COLUMN(patch_p99, report_patch, histogram__quantile(&r->durations, 99))
SEEN_SPAN_COLUMN(patch_max, report_patch, r->durations.max)
WHEN_COLUMN(patch_first, report_patch, first)
WHEN_COLUMN(patch_last, report_patch, last)

#define RIGHT COLUMN_RIGHT
#define LONG  COLUMN_LONG
#define EXTRA COLUMN_EXTRA

static const struct column patch_columns[] = {
	{ "PATCH", NULL, "name of the livepatch", 0, patch_name },
	{ "ATTEMPTS", NULL, "attempts to enable it", RIGHT, patch_attempts },
	{ "ACCEPTED", NULL, "of these, accepted", RIGHT, patch_accepted },
	{ "REFUSED", NULL, "of these, refused", RIGHT, patch_refused },
	{ "UNDECIDED", NULL, "of these, neither was seen", RIGHT | EXTRA, patch_undecided },
	{ "CAUSES", NULL, "why it was refused, as CAUSE:NUMBER", LONG, patch_causes },
	{ "TRANSITIONS", NULL, "transitions in both directions", RIGHT, patch_transitions },
	{ "COMPLETED", NULL, "of these, completed", RIGHT | EXTRA, patch_completed },
	{ "CANCELED", NULL, "of these, canceled: refused after they were begun", RIGHT | EXTRA,
	  patch_canceled },
	{ "REVERSED", NULL, "of these, reversed on the way", RIGHT | EXTRA, patch_reversed },
	{ "FORCED", NULL, "of these, forced", RIGHT | EXTRA, patch_forced },
	{ "TRIES", NULL, "the kernel's looks at all tasks, in all transitions", RIGHT,
	  patch_tries },
	{ "SIGNALS", NULL, "times that the kernel sent its own signals", RIGHT | EXTRA,
	  patch_signals },
	{ "MIN", "min_ns", "shortest completed transition", RIGHT, patch_min },
	{ "MEDIAN", "median_ns", "half of them were not longer", RIGHT, patch_median },
	{ "P99", "p99_ns", "99 % of them were not longer", RIGHT, patch_p99 },
	{ "MAX", "max_ns", "longest one", RIGHT, patch_max },
	{ "BLOCKERS", NULL, "tasks that held transitions up for longer than --stall", RIGHT,
	  patch_blockers },
	{ "LOOKUPS", NULL, "of states", RIGHT | EXTRA, patch_lookups },
	{ "FIRST", NULL, "when it was seen first", EXTRA, patch_first },
	{ "LAST", NULL, "when it was seen last", EXTRA, patch_last },
};

/* Transitions. */

/* What a trace's summary has as well is its. */
static_assert(offsetof(struct report_transition, t) == 0, "a transition is also its summary's");

WHEN_COLUMN(transition_begin, report_transition, begin)
WHO_COLUMN(transition_by, report_transition, who)
NUMBER_COLUMN(transition_signals, report_transition, r->t.signals)
NUMBER_COLUMN(transition_left, report_transition, r->t.most_remaining)
SPAN_COLUMN(transition_cost, report_transition, r->t.cost_ns)

static const struct column transition_columns[] = {
	{ "BEGIN", NULL, "when it was first seen", 0, transition_begin },
	{ "PATCH", NULL, "name of the livepatch", 0, cell_summary_patch },
	{ "TO", "target", "the last target", 0, cell_summary_target },
	{ "OUTCOME", NULL, "how it ended", 0, cell_summary_outcome },
	{ "DURATION", "duration_ns", "from the kernel's start to its end", RIGHT,
	  cell_summary_duration },
	{ "TRIES", NULL, "the kernel's looks at all tasks", RIGHT, cell_summary_tries },
	{ "SIGNALS", NULL, "times that the kernel sent its own signals", RIGHT | EXTRA,
	  transition_signals },
	{ "BY", NULL, "the task that began it", 0, transition_by },
	{ "LEFT", "most_remaining", "the most tasks that a sample found left", RIGHT | EXTRA,
	  transition_left },
	{ "COST", "cost_ns", "CPU time that klpscope took to look at all tasks", RIGHT | EXTRA,
	  transition_cost },
	{ "BLOCKERS", NULL, "tasks that held it up, and why", LONG | EXTRA, cell_summary_blockers },
};

/* States: a line for each change. */

static void change_version(struct cell *cell, bool has, uint32_t version, const char *patch)
{
	if (patch && has)
		cell_number(cell, version);
	else
		cell_none_but(cell, patch ? "?" : "none");
}

static void change_by(struct cell *cell, const void *row)
{
	const struct report_change *change = row;

	if (change->found)
		cell_none_but(cell, "(found installed)");
	else
		fill_who(cell, &change->who);
}

COLUMN_OF(change_from, report_change,
	  change_version(cell, r->has_from, r->from_version, r->from_patch))
COLUMN_OF(change_to, report_change, change_version(cell, r->has_to, r->to_version, r->to_patch))
WHEN_COLUMN(change_time, report_change, when)
NUMBER_COLUMN(change_state, report_change, r->id)
NAME_COLUMN(change_from_patch, report_change, r->from_patch)
NAME_COLUMN(change_to_patch, report_change, r->to_patch)

static const struct column change_columns[] = {
	{ "STATE", NULL, "its id", RIGHT, change_state },
	{ "TIME", NULL, "when the transition that changed it was complete", 0, change_time },
	{ "FROM", "from_version", "version before", RIGHT, change_from },
	{ "TO", "to_version", "version after", RIGHT, change_to },
	{ "PATCH", "to_patch", "the livepatch that has it now", 0, change_to_patch },
	{ "FROMPATCH", "from_patch", "the livepatch that had it before", EXTRA, change_from_patch },
	{ "BY", NULL, "the task that began the transition", 0, change_by },
};

/* Refusals. */

static void refusal_conflicts(struct cell *cell, const void *row)
{
	const struct report_refusal *refusal = row;

	cell_list(cell, "-");
	for (size_t i = 0; i < refusal->conflicts.n; i++) {
		const struct conflict *c = &refusal->conflicts.list[i];

		cell_item(cell, "%" PRIu64 ":", c->id);
		if (c->kind == CONFLICT_OLDER)
			cell_append(cell, "%u", c->offered_version);
		else
			cell_append(cell, "none");
		if (c->no_version)
			cell_append(cell, "<?");
		else
			cell_append(cell, "<%u", c->installed_version);
		cell_append(cell, " %s", c->installed_by ? c->installed_by : "-");
	}
	if (refusal->more_conflicts)
		cell_item(cell, "(%" PRIu64 " more)", refusal->more_conflicts);
}

WHO_COLUMN(refusal_who, report_refusal, who)
NAME_COLUMN(refusal_errno, report_refusal, r->error ? error_name(r->error) : NULL)
NAME_COLUMN(refusal_why, report_refusal, cause_name(r->cause))
NAME_COLUMN(refusal_action, report_refusal, refused_action_name(r->action))
NAME_COLUMN(refusal_module, report_refusal, r->module)

/* Of a module that the loader refuses nobody knows whether it is a livepatch: no value, its name is shown. */
static void refusal_patch(struct cell *cell, const void *row)
{
	const struct report_refusal *r = row;
	_cleanup_free_ char *module = NULL;

	cell_name(cell, r->patch);
	if (r->patch || r->action != REFUSED_LOAD || !r->module)
		return;
	module = escape_text_dup(r->module);
	cell_show(cell, "module %s", module ? module : "?");
}

NAME_COLUMN(refusal_explanation, report_refusal, r->explanation)
NAME_COLUMN(refusal_message, report_refusal, r->message)
WHEN_COLUMN(refusal_time, report_refusal, when)

static const struct column refusal_columns[] = {
	{ "TIME", NULL, "when it was refused", 0, refusal_time },
	{ "WHO", "by", "the task that tried", 0, refusal_who },
	{ "ACTION", NULL, "what was refused: enable, disable, another write, or load of a module",
	  EXTRA, refusal_action },
	{ "PATCH", NULL, "name of the livepatch, or of the module that is refused", 0,
	  refusal_patch },
	{ "MODULE", NULL, "the module that is refused", EXTRA, refusal_module },
	{ "ERRNO", NULL, "with what error", 0, refusal_errno },
	{ "CAUSE", NULL, "why, as in events", 0, refusal_why },
	{ "CONFLICTS", NULL, "states, as ID:OFFERED<INSTALLED and who has it", LONG | EXTRA,
	  refusal_conflicts },
	{ "EXPLANATION", NULL, "why, in words", LONG, refusal_explanation },
	{ "MESSAGE", NULL, "what the kernel said", LONG | EXTRA, refusal_message },
};

/* Stalls. */

static void stall_stack(struct cell *cell, const void *row)
{
	const struct report_stall *stall = row;

	cell_list(cell, "-");
	for (size_t i = 0; i < stall->n_frames; i++)
		cell_item(cell, "%s", stall->stack[i]);
}

COLUMN_OF(stall_task, report_stall,
	  cell_text(cell, "%s:%u%s", r->comm, r->tid, r->kthread ? " (kernel thread)" : ""))
NAME_COLUMN(stall_class, report_stall, blocker_class_name(r->class))
/* blocker__explanation() has escaped what needs to be. */
COLUMN_OF(stall_why, report_stall, cell_words(cell, "%s", r->why))
NAME_COLUMN(stall_patch, report_stall, r->patch)
NUMBER_COLUMN(stall_seen, report_stall, r->seen)
NUMBER_COLUMN(stall_transitions, report_stall, r->transitions)
SPAN_COLUMN(stall_least, report_stall, r->at_least_ns)
SEEN_SPAN_COLUMN(stall_most, report_stall, r->at_most_ns)
SPAN_COLUMN(stall_total, report_stall, r->total_at_least_ns)
WHEN_COLUMN(stall_first, report_stall, first)
WHEN_COLUMN(stall_last, report_stall, last)

static const struct column stall_columns[] = {
	{ "TASK", NULL, "the first such task", 0, stall_task },
	{ "PATCH", NULL, "the livepatch that waited for it", 0, stall_patch },
	{ "SEEN", NULL, "how often such a task was told", RIGHT, stall_seen },
	{ "TRANSITIONS", NULL, "that waited for it", RIGHT | EXTRA, stall_transitions },
	{ "ATLEAST", "at_least_ns",
	  "the longest wait for it that was seen, from the transition's start", RIGHT,
	  stall_least },
	{ "ATMOST", "at_most_ns", "the longest of these transitions", RIGHT, stall_most },
	{ "TOTAL", "total_at_least_ns", "sum of the waits that were seen", RIGHT | EXTRA,
	  stall_total },
	{ "CLASS", NULL, "why, as in events", EXTRA, stall_class },
	{ "WHY", "explanation", "why, in words", LONG, stall_why },
	{ "STACK", NULL, "where it was, innermost first", LONG | COLUMN_ENTRIES(STACK_LINES),
	  stall_stack },
	{ "FIRST", NULL, "when it was told first", EXTRA, stall_first },
	{ "LAST", NULL, "when it was last known to be waited for", EXTRA, stall_last },
};

/* Lookups. */

static void lookup_found(struct cell *cell, const void *row)
{
	const struct report_lookup *lookup = row;

	if (lookup->counted)
		cell_none_but(cell, "not known");
	else if (lookup->from_patch && lookup->has_version)
		cell_text(cell, "%u (%s)", lookup->version, lookup->from_patch);
	else if (lookup->from_patch)
		cell_name(cell, lookup->from_patch);
	else
		cell_words(cell, lookup->calls == lookup->not_found ? "none" : "found");
}

/* The kernel's own counts do not say what was found. */
static void lookup_not_found(struct cell *cell, const void *row)
{
	const struct report_lookup *lookup = row;

	if (!lookup->counted) {
		cell_number(cell, lookup->not_found);
		return;
	}
	cell_none(cell);
	cell_show(cell, "%" PRIu64, lookup->not_found);
}

NAME_COLUMN(lookup_function, report_lookup, r->function)
NAME_COLUMN(lookup_patch, report_lookup, r->patch)
NAME_COLUMN(lookup_caller, report_lookup, r->caller)
NUMBER_COLUMN(lookup_state, report_lookup, r->id)
NUMBER_COLUMN(lookup_calls, report_lookup, r->calls)

static const struct column lookup_columns[] = {
	{ "FUNCTION", NULL, "the kernel's", 0, lookup_function },
	{ "STATE", NULL, "the id that was asked for", RIGHT, lookup_state },
	{ "PATCH", NULL, "the livepatch in transition, or whose states were asked", 0,
	  lookup_patch },
	{ "CALLER", NULL, "who asked", 0, lookup_caller },
	{ "CALLS", NULL, "how often", RIGHT, lookup_calls },
	{ "NOTFOUND", "not_found", "of these, nobody had the state", RIGHT, lookup_not_found },
	{ "FOUND", NULL, "what was found last", 0, lookup_found },
};

#define TABLE(name, title, none, columns, member)                                                  \
	{                                                                                          \
		{ name, title, TABLE_COLUMNS(columns) }, none, offsetof(struct report, member),    \
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

const struct table_type *const report_table_types[] = {
	&report_tables[0].type,
	&report_tables[1].type,
	&report_tables[2].type,
	&report_tables[3].type,
	&report_tables[4].type,
	&report_tables[5].type,
	NULL,
};
static_assert(ARRAY_SIZE(report_tables) + 1 == ARRAY_SIZE(report_table_types), "all tables");

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
