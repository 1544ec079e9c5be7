// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>

#include "sink/compare_forms.h"
#include "util/cleanup.h"
#include "util/escape.h"
#include "util/timefmt.h"

#define STATES_IN_CELL 8

COLUMN_OF(fill_name, compared, cell_name(cell, r->a ? r->a->name : r->b->name))

static void fill_states(struct cell *cell, const struct patch *patch, bool no_version)
{
	for (size_t i = 0; i < patch->n_states && i < STATES_IN_CELL; i++) {
		cell_append(cell, "%s%" PRIu64, i ? "," : " ", patch->states[i].id);
		if (!no_version)
			cell_append(cell, ":%u", patch->states[i].version);
	}
	if (patch->n_states > STATES_IN_CELL)
		cell_append(cell, ",... (%zu in all)", patch->n_states);
}

static void fill_patch(struct cell *cell, const struct patch *patch, size_t order, bool no_version)
{
	if (!patch) {
		cell_none_but(cell, "not installed");
		return;
	}
	cell_words(cell, "#%zu %s%s%s", order, patch->enabled ? "enabled" : "disabled",
		   patch->forced ? ",forced" : "", patch->replace ? ",replace" : "");
	fill_states(cell, patch, no_version);
}

COLUMN_OF(fill_patch_a, compared, fill_patch(cell, r->a, r->order_a, r->no_version_a))
COLUMN_OF(fill_patch_b, compared, fill_patch(cell, r->b, r->order_b, r->no_version_b))
COLUMN_OF(fill_state, compared, cell_number(cell, r->id))

static void fill_holder(struct cell *cell, const struct patch *holder, uint32_t version,
			bool no_version)
{
	if (!holder)
		cell_none_but(cell, "none");
	else if (no_version)
		cell_name(cell, holder->name);
	else
		cell_text(cell, "version %u (%s)", version, holder->name);
}

COLUMN_OF(fill_state_a, compared, fill_holder(cell, r->a, r->version_a, r->no_version_a))
COLUMN_OF(fill_state_b, compared, fill_holder(cell, r->b, r->version_b, r->no_version_b))

static void fill_differences(struct cell *cell, const void *row)
{
	const struct compared *c = row;

	cell_list(cell, "");
	for (int i = 0; i < DIFFERENCES; i++)
		if (c->differences & (1U << i))
			cell_item(cell, "%s", difference_name(1U << i));
}

static const struct column patch_columns[] = {
	{ "PATCH", NULL, "name of the livepatch", 0, fill_name },
	{ "A", NULL, "its place, status and states there", 0, fill_patch_a },
	{ "B", NULL, "and there", 0, fill_patch_b },
	{ "DIFFERENCE", "differences", "what is not the same", COLUMN_INLINE, fill_differences },
};

static const struct column state_columns[] = {
	{ "STATE", NULL, "its id", COLUMN_RIGHT, fill_state },
	{ "A", NULL, "the version in force there, and who has it", 0, fill_state_a },
	{ "B", NULL, "and there", 0, fill_state_b },
	{ "DIFFERENCE", "differences", "what is not the same", COLUMN_INLINE, fill_differences },
};

static const struct table_type patches = { "livepatches", "livepatches",
					   TABLE_COLUMNS(patch_columns) };
static const struct table_type states = { "states", "states", TABLE_COLUMNS(state_columns) };

const struct table_type *const compare_table_types[] = { &patches, &states, NULL };

struct tables {
	struct table *patches, *states; /* NULL: not asked for */
};

static void add(void *ctx, const struct compared *c)
{
	const struct tables *t = ctx;

	table_row(c->id ? t->states : t->patches, c);
}

static void write_side(FILE *out, char letter, const struct compare_side *side)
{
	char time[TIMEFMT_LEN];

	fprintf(out, "%c: ", letter);
	escape_text(out, side->name);
	if (side->host && *side->host) {
		fputs(", ", out);
		escape_text(out, side->host);
	}
	if (side->release && *side->release) {
		fputs(", ", out);
		escape_text(out, side->release);
	}
	timefmt_iso(time, side->snapshot.real_ns);
	fprintf(out, ", as of %s", side->snapshot.real_ns ? time : "an unknown time");
	if (!side->known)
		fputs(" (what was installed before its events is not known)", out);
	if (side->incomplete)
		fputs(" (something may be missing)", out);
	fputc('\n', out);
}

static int one_table(FILE *out, const struct compare_side *a, const struct compare_side *b,
		     const struct table_options *options, bool json)
{
	const struct table_type *type = table_find(compare_table_types, options);
	_cleanup_table_ struct table *table = table_new(type, options);
	struct tables t = { .patches = type == &patches ? table : NULL,
			    .states = type == &states ? table : NULL };
	int n = compare_snapshots(&a->snapshot, &b->snapshot, add, &t);

	if (n < 0 || (json ? table_json(table, out) : table_print(table, out)))
		return -ENOMEM;
	return n;
}

int compare_table_json(FILE *out, const struct compare_side *a, const struct compare_side *b,
		       const struct table_options *options)
{
	return one_table(out, a, b, options, true);
}

/* A blank line is above it, unless it is the first that is written. */
static int print(FILE *out, struct table *table, bool first)
{
	if (!table_rows(table))
		return 0;
	if (!first)
		fputc('\n', out);
	return table_print(table, out);
}

static int both_tables(FILE *out, const struct compare_side *a, const struct compare_side *b,
		       const struct table_options *options)
{
	_cleanup_table_ struct table *patch_table = table_new(&patches, options),
				     *state_table = table_new(&states, options);
	struct tables t = { patch_table, state_table };
	int n = compare_snapshots(&a->snapshot, &b->snapshot, add, &t);

	if (n < 0 || !patch_table || !state_table)
		return -ENOMEM;
	if (!n && !options->noheadings)
		fprintf(out, "\nno difference: %zu %s\n", a->snapshot.installed.n_patches,
			a->snapshot.installed.n_patches == 1 ? "livepatch" : "livepatches");
	if (print(out, patch_table, options->noheadings) ||
	    print(out, state_table, options->noheadings && !table_rows(patch_table)))
		return -ENOMEM;
	return n;
}

int compare_text(FILE *out, const struct compare_side *a, const struct compare_side *b,
		 const struct table_options *options)
{
	if (table_chosen(options))
		return one_table(out, a, b, options, false);
	if (!options->noheadings) {
		write_side(out, 'A', a);
		write_side(out, 'B', b);
	}
	return both_tables(out, a, b, options);
}
