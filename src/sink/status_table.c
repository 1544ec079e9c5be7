// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>

#include "event/event.h"
#include "rules/in_force.h"
#include "rules/states.h"
#include "sink/status.h"
#include "util/cleanup.h"
#include "util/escape.h"
#include "util/timefmt.h"

/* Lines that one cell shows before it counts the rest. */
#define CELL_LINES 8

struct row {
	const struct snapshot *snapshot;
	size_t index;
	const struct patch *patch;
};

COLUMN_OF(fill_order, row, cell_number(cell, r->index + 1))
COLUMN_OF(fill_name, row, cell_name(cell, r->patch->name))

static void fill_status(struct cell *cell, const void *row)
{
	const struct snapshot *snapshot = ((const struct row *)row)->snapshot;
	const struct patch *patch = ((const struct row *)row)->patch;

	if (patch != snapshot->transition)
		cell_words(cell, patch->enabled ? "enabled" : "disabled");
	else if (snapshot->target == 1)
		cell_words(cell, "patching");
	else
		cell_words(cell, snapshot->target == 0 ? "unpatching" : "in transition");
	if (patch->forced)
		cell_append(cell, ",forced");
}

COLUMN_OF(fill_replace, row, cell_bool(cell, r->patch->replace))

static void fill_objects(struct cell *cell, const void *row)
{
	const struct patch *patch = ((const struct row *)row)->patch;

	cell_list(cell, "");
	for (size_t i = 0; i < patch->n_objects; i++)
		cell_item(cell, "%s", object_label(&patch->objects[i]));
}

static void fill_functions(struct cell *cell, const void *row)
{
	const struct snapshot *snapshot = ((const struct row *)row)->snapshot;
	const struct patch *patch = ((const struct row *)row)->patch;

	cell_list(cell, "");
	for (size_t o = 0; o < patch->n_objects; o++) {
		const struct object *object = &patch->objects[o];
		bool not_patched = object->patched_known && !object->patched && patch->enabled &&
				   patch != snapshot->transition;

		for (size_t f = 0; f < object->n_funcs; f++)
			cell_item(cell, "%s:%s%s", object_label(object), object->funcs[f].name,
				  not_patched ? " (not patched)" : "");
	}
}

static void fill_funcs(struct cell *cell, const void *row)
{
	const struct patch *patch = ((const struct row *)row)->patch;
	size_t n = 0;

	for (size_t o = 0; o < patch->n_objects; o++)
		n += patch->objects[o].n_funcs;
	cell_number(cell, n);
}

static void fill_states(struct cell *cell, const void *row)
{
	const struct patch *patch = ((const struct row *)row)->patch;
	uint32_t flags = ((const struct row *)row)->snapshot->installed.flags;

	if (flags & WIRE_F_NO_STATES) {
		cell_none_but(cell, "not in this kernel");
		return;
	}
	cell_list(cell, "-");
	for (size_t i = 0; i < patch->n_states; i++) {
		cell_item(cell, "%" PRIu64, patch->states[i].id);
		if (!(flags & WIRE_F_NO_VERSION))
			cell_append(cell, ":%u", patch->states[i].version);
	}
}

static const struct column patch_columns[] = {
	{ "ORDER", NULL, "place in the stack, the last one is on top", COLUMN_RIGHT, fill_order },
	{ "PATCH", NULL, "name of the livepatch", 0, fill_name },
	{ "STATUS", NULL, "enabled, or what its transition is doing", 0, fill_status },
	{ "REPLACE", NULL, "whether it is cumulative", 0, fill_replace },
	{ "STATES", NULL, "its states as ID:VERSION", COLUMN_LONG | COLUMN_ENTRIES(CELL_LINES),
	  fill_states },
	{ "FUNCTIONS", NULL, "what it patches, as OBJECT:FUNCTION",
	  COLUMN_LONG | COLUMN_ENTRIES(CELL_LINES), fill_functions },
	{ "OBJECTS", NULL, "objects that it patches",
	  COLUMN_LONG | COLUMN_EXTRA | COLUMN_ENTRIES(CELL_LINES), fill_objects },
	{ "FUNCS", NULL, "number of functions that it patches", COLUMN_RIGHT | COLUMN_EXTRA,
	  fill_funcs },
};

COLUMN_OF(fill_state, state_force, cell_number(cell, r->id))

static void fill_version(struct cell *cell, const void *row)
{
	const struct state_force *state = row;

	if (state->holder && !state->no_version)
		cell_number(cell, state->version);
	else
		cell_none_but(cell, state->holder ? "?" : "none");
}

COLUMN_OF(fill_holder, state_force, cell_name(cell, r->holder ? r->holder->name : NULL))

static void fill_next(struct cell *cell, const void *row)
{
	const struct state_force *state = row;

	if (!state->changing)
		cell_none_but(cell, "");
	else if (!state->next)
		cell_words(cell, "none");
	else if (state->no_version)
		cell_text(cell, "? (%s)", state->next->name);
	else
		cell_text(cell, "%u (%s)", state->next_version, state->next->name);
}

static const struct column state_columns[] = {
	{ "STATE", NULL, "its id", COLUMN_RIGHT, fill_state },
	{ "VERSION", NULL, "the one in force", COLUMN_RIGHT, fill_version },
	{ "PATCH", NULL, "the livepatch that has it", 0, fill_holder },
	{ "NEXT", NULL, "after the transition that runs: the version, and who has it", COLUMN_EXTRA,
	  fill_next },
};

static const struct table_type patches = { "livepatches", "livepatches",
					   TABLE_COLUMNS(patch_columns) };
static const struct table_type states = { "states", "states", TABLE_COLUMNS(state_columns) };

const struct table_type *const status_table_types[] = { &patches, &states, NULL };

static void add_patches(struct table *table, const struct snapshot *s)
{
	for (size_t i = 0; i < s->installed.n_patches; i++)
		table_row(table, &(struct row){ s, i, &s->installed.patches[i] });
}

static void add_state(void *ctx, const struct state_force *state)
{
	table_row(ctx, state);
}

static int add_rows(struct table *table, const struct table_type *type, const struct snapshot *s)
{
	if (type == &states)
		return snapshot_states(s, add_state, table);
	add_patches(table, s);
	return 0;
}

/* One table, and nothing else. */
static int chosen_table(FILE *out, const struct snapshot *s, const struct table_options *options,
			bool json)
{
	const struct table_type *type = table_find(status_table_types, options);
	_cleanup_table_ struct table *table = table_new(type, options);
	int err = add_rows(table, type, s);

	if (err)
		return err;
	return json ? table_json(table, out) : table_print(table, out);
}

static int states_table(FILE *out, const struct snapshot *s, bool noheadings)
{
	/* What comes next is of interest where something does. */
	const struct table_options options = { .columns = s->transition ? "+NEXT" : NULL,
					       .noheadings = noheadings };
	_cleanup_table_ struct table *table = table_new(&states, &options);
	int err = add_rows(table, &states, s);

	if (err)
		return err;
	if (table_rows(table))
		fputc('\n', out);
	return table_print(table, out);
}

static void transition_line(FILE *out, const struct snapshot *s)
{
	const char *target = target_name(s->target);
	char time[TIMEFMT_LEN], span[TIMEFMT_LEN];

	if (!s->transition)
		return;
	fputs("\nin transition: ", out);
	escape_text(out, s->transition->name);
	fprintf(out, " to %s", target ? target : "unknown");
	if (s->has_since) {
		timefmt_wall(time, s->since_real_ns);
		timefmt_span(span,
			     s->real_ns > s->since_real_ns ? s->real_ns - s->since_real_ns : 0);
		fprintf(out, ", since %s (%s)", time, span);
	} else {
		fputs(", since when is not in the kernel log any more", out);
	}
	if (s->has_tasks)
		fprintf(out, ", %" PRIu64 " of %" PRIu64 " tasks left", s->tasks_left, s->tasks);
	fputc('\n', out);
}

static bool write_skipper(void *ctx, const struct skipper *skipper)
{
	const struct foreign_owners *owners = skipper->owners;
	size_t kept = owners->n < FOREIGN_OWNERS_MAX ? owners->n : FOREIGN_OWNERS_MAX;
	FILE *out = ctx;

	fputs("\nNOT SURE to be in force: ", out);
	escape_text(out, skipper->patch->name);
	fputs(", as ", out);
	escape_text(out, skipper->object->name);
	fputc(':', out);
	escape_text(out, skipper->func->name);
	fprintf(out, " can be skipped by a BPF program (%s, %u", skipper->kind, skipper->program);
	if (skipper->name[0]) {
		fputc(' ', out);
		escape_text(out, skipper->name);
	}
	fputc(')', out);
	for (size_t i = 0; i < kept; i++) {
		fputs(i ? ", " : ", held by ", out);
		escape_text(out, owners->list[i].comm);
		fprintf(out, " (pid %u)", owners->list[i].pid);
	}
	if (owners->n > kept)
		fprintf(out, " and %zu more", owners->n - kept);
	fputc('\n', out);
	return false;
}

int status_table(FILE *out, const struct snapshot *s, const struct foreign_found *foreign,
		 const struct table_options *options)
{
	int err;

	if (!s->installed.n_patches) {
		if (!options->noheadings)
			fputs("no livepatch installed\n", out);
		return 0;
	}
	err = chosen_table(out, s, options, false);
	/* Chosen columns are for scripts. */
	if (err || table_chosen(options))
		return err;
	err = states_table(out, s, options->noheadings);
	transition_line(out, s);
	if (foreign)
		in_force_skippers(&s->installed, foreign, write_skipper, out);
	return err;
}

int status_table_json(FILE *out, const struct snapshot *s, const struct table_options *options)
{
	return chosen_table(out, s, options, true);
}
