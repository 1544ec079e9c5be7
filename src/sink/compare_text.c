// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "sink/compare_forms.h"
#include "sink/table.h"
#include "util/cleanup.h"
#include "util/escape.h"
#include "util/timefmt.h"

#define STATES_IN_CELL 8

struct tables {
	const struct compare_side *a, *b;
	struct libscols_table *patches, *states;
	int err;
};

/* A cell made by one of the functions below. */
typedef void (*cell_fn)(FILE *out, const struct compared *compared, bool b);

static void differences(FILE *out, const struct compared *c, bool b _unused_)
{
	const char *sep = "";

	for (int i = 0; i < DIFFERENCES; i++) {
		if (!(c->differences & (1U << i)))
			continue;
		fprintf(out, "%s%s", sep, difference_name(1U << i));
		sep = ",";
	}
}

static void name(FILE *out, const struct compared *c, bool b _unused_)
{
	escape_text(out, c->a ? c->a->name : c->b->name);
}

static void patch_side(FILE *out, const struct compared *c, bool b)
{
	const struct patch *patch = b ? c->b : c->a;

	if (!patch) {
		fputs("not installed", out);
		return;
	}
	fprintf(out, "#%zu %s%s%s", b ? c->order_b : c->order_a,
		patch->enabled ? "enabled" : "disabled", patch->forced ? ",forced" : "",
		patch->replace ? ",replace" : "");
	for (size_t i = 0; i < patch->n_states && i < STATES_IN_CELL; i++) {
		fprintf(out, "%s%" PRIu64, i ? "," : " ", patch->states[i].id);
		if (!(b ? c->no_version_b : c->no_version_a))
			fprintf(out, ":%u", patch->states[i].version);
	}
	if (patch->n_states > STATES_IN_CELL)
		fprintf(out, ",... (%zu in all)", patch->n_states);
}

static void state_id(FILE *out, const struct compared *c, bool b _unused_)
{
	fprintf(out, "%" PRIu64, c->id);
}

static void state_side(FILE *out, const struct compared *c, bool b)
{
	const struct patch *holder = b ? c->b : c->a;

	if (!holder) {
		fputs("none", out);
		return;
	}
	if (b ? c->no_version_b : c->no_version_a) {
		escape_text(out, holder->name);
		return;
	}
	fprintf(out, "version %u (", b ? c->version_b : c->version_a);
	escape_text(out, holder->name);
	fputc(')', out);
}

static int cell(struct libscols_line *line, size_t column, cell_fn fn, const struct compared *c,
		bool b)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return -ENOMEM;
	fn(out, c, b);
	if (!fclose(out) && !scols_line_refer_data(line, column, text))
		return 0;
	free(text);
	return -ENOMEM;
}

static void add(void *ctx, const struct compared *c)
{
	struct tables *t = ctx;
	struct libscols_line *line = scols_table_new_line(c->id ? t->states : t->patches, NULL);
	cell_fn side = c->id ? state_side : patch_side;

	if (!line || cell(line, 0, c->id ? state_id : name, c, false) ||
	    cell(line, 1, side, c, false) || cell(line, 2, side, c, true) ||
	    cell(line, 3, differences, c, false))
		t->err = -ENOMEM;
}

static struct libscols_table *new_table(FILE *out, const char *what, int flags)
{
	struct libscols_table *table = table_new(out, false);

	if (table && !table_column(table, what, flags) && !table_column(table, "A", 0) &&
	    !table_column(table, "B", 0) && !table_column(table, "DIFFERENCE", 0))
		return table;
	scols_unref_table(table);
	return NULL;
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

int compare_text(FILE *out, const struct compare_side *a, const struct compare_side *b)
{
	_cleanup_table_ struct libscols_table *patches = new_table(out, "PATCH", 0);
	_cleanup_table_ struct libscols_table *states = new_table(out, "STATE", SCOLS_FL_RIGHT);
	struct tables t = { a, b, patches, states, 0 };
	int n;

	if (!patches || !states)
		return -ENOMEM;
	write_side(out, 'A', a);
	write_side(out, 'B', b);
	n = compare_snapshots(&a->snapshot, &b->snapshot, add, &t);
	if (n < 0 || t.err)
		return -ENOMEM;
	if (!n) {
		fprintf(out, "\nno difference: %zu %s\n", a->snapshot.installed.n_patches,
			a->snapshot.installed.n_patches == 1 ? "livepatch" : "livepatches");
		return 0;
	}
	if (!scols_table_is_empty(patches)) {
		fputc('\n', out);
		if (scols_print_table(patches))
			return -ENOMEM;
	}
	if (!scols_table_is_empty(states)) {
		fputc('\n', out);
		if (scols_print_table(states))
			return -ENOMEM;
	}
	return n;
}
