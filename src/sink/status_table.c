// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "event/event.h"
#include "rules/states.h"
#include "sink/status.h"
#include "sink/table.h"
#include "util/cleanup.h"
#include "util/escape.h"
#include "util/timefmt.h"

/* Lines that one cell shows before it counts the rest; --json has all. */
#define CELL_LINES  8
#define COLUMNS_MAX 32

struct row {
	const struct snapshot *snapshot;
	size_t index;
	const struct patch *patch;
};

static void write_order(FILE *out, const struct row *row)
{
	fprintf(out, "%zu", row->index + 1);
}

static void write_name(FILE *out, const struct row *row)
{
	escape_text(out, row->patch->name);
}

static void write_status(FILE *out, const struct row *row)
{
	if (row->patch == row->snapshot->transition)
		fputs(row->snapshot->target == 1   ? "patching"
		      : row->snapshot->target == 0 ? "unpatching"
						   : "in transition",
		      out);
	else
		fputs(row->patch->enabled ? "enabled" : "disabled", out);
	if (row->patch->forced)
		fputs(",forced", out);
}

static void write_replace(FILE *out, const struct row *row)
{
	fputs(row->patch->replace ? "yes" : "no", out);
}

static void write_objects(FILE *out, const struct row *row)
{
	size_t n = row->patch->n_objects;

	for (size_t i = 0; i < n && i < CELL_LINES; i++) {
		if (i)
			fputc('\n', out);
		escape_text(out, row->patch->objects[i].name);
	}
	if (n > CELL_LINES)
		fprintf(out, "\n(%zu more)", n - CELL_LINES);
}

static void write_functions(FILE *out, const struct row *row)
{
	size_t n = 0;

	for (size_t o = 0; o < row->patch->n_objects; o++) {
		const struct object *object = &row->patch->objects[o];

		for (size_t f = 0; f < object->n_funcs; f++, n++) {
			if (n >= CELL_LINES)
				continue;
			if (n)
				fputc('\n', out);
			escape_text(out, object->name);
			fputc(':', out);
			escape_text(out, object->funcs[f].name);
		}
	}
	if (n > CELL_LINES)
		fprintf(out, "\n(%zu more)", n - CELL_LINES);
}

static void write_funcs(FILE *out, const struct row *row)
{
	size_t n = 0;

	for (size_t o = 0; o < row->patch->n_objects; o++)
		n += row->patch->objects[o].n_funcs;
	fprintf(out, "%zu", n);
}

static void write_states(FILE *out, const struct row *row)
{
	size_t n = row->patch->n_states;

	if (row->snapshot->installed.flags & WIRE_F_NO_STATES) {
		fputs("not in this kernel", out);
		return;
	}
	if (!n)
		fputc('-', out);
	for (size_t i = 0; i < n && i < CELL_LINES; i++) {
		fprintf(out, "%s%" PRIu64, i ? "\n" : "", row->patch->states[i].id);
		if (!(row->snapshot->installed.flags & WIRE_F_NO_VERSION))
			fprintf(out, ":%u", row->patch->states[i].version);
	}
	if (n > CELL_LINES)
		fprintf(out, "\n(%zu more)", n - CELL_LINES);
}

static const struct column {
	const char *name;
	const char *help;
	int flags;
	bool by_default;
	void (*write)(FILE *out, const struct row *row);
} columns[] = {
	{ "ORDER", "place in the stack, the last one is on top", SCOLS_FL_RIGHT, true,
	  write_order },
	{ "PATCH", "name of the livepatch", 0, true, write_name },
	{ "STATUS", "enabled, or what its transition is doing", 0, true, write_status },
	{ "REPLACE", "whether it is cumulative", 0, true, write_replace },
	{ "STATES", "its states as ID:VERSION", SCOLS_FL_WRAP, true, write_states },
	{ "FUNCTIONS", "what it patches, as OBJECT:FUNCTION", SCOLS_FL_WRAP, true,
	  write_functions },
	{ "OBJECTS", "objects that it patches", SCOLS_FL_WRAP, false, write_objects },
	{ "FUNCS", "number of functions that it patches", SCOLS_FL_RIGHT, false, write_funcs },
};

static const struct column *column_find(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		if (strlen(columns[i].name) == len && !strncasecmp(columns[i].name, name, len))
			return &columns[i];
	return NULL;
}

/* Fills the chosen columns; -EINVAL with the bad name, else their number. */
static int column_list(const char *list, const struct column *chosen[COLUMNS_MAX], const char **bad,
		       size_t *bad_len)
{
	bool add = list && *list == '+';
	int n = 0;

	for (size_t i = 0; (!list || add) && i < ARRAY_SIZE(columns); i++)
		if (columns[i].by_default)
			chosen[n++] = &columns[i];
	if (!list)
		return n;
	list += add;
	for (;;) {
		size_t len = strcspn(list, ",");
		const struct column *column = column_find(list, len);

		if (!column || n == COLUMNS_MAX) {
			*bad = list;
			*bad_len = len;
			return -EINVAL;
		}
		chosen[n++] = column;
		if (!list[len])
			return n;
		list += len + 1;
	}
}

int status_check_columns(const char *list, const char **bad, size_t *len)
{
	const struct column *chosen[COLUMNS_MAX];
	int n = column_list(list, chosen, bad, len);

	return n < 0 ? n : 0;
}

void status_columns_help(FILE *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		fprintf(out, "  %-10s %s\n", columns[i].name, columns[i].help);
}

static int fill(struct libscols_table *table, const struct snapshot *s,
		const struct column *const *chosen, int n)
{
	for (size_t i = 0; i < s->installed.n_patches; i++) {
		struct row row = { s, i, &s->installed.patches[i] };
		struct libscols_line *line = scols_table_new_line(table, NULL);

		if (!line)
			return -ENOMEM;
		for (int c = 0; c < n; c++) {
			char *text = NULL;
			size_t size;
			FILE *out = open_memstream(&text, &size);

			if (!out)
				return -ENOMEM;
			chosen[c]->write(out, &row);
			if (fclose(out) || scols_line_refer_data(line, c, text)) {
				free(text);
				return -ENOMEM;
			}
		}
	}
	return 0;
}

static int patches_table(FILE *out, const struct snapshot *s, const struct status_options *options,
			 bool json)
{
	_cleanup_table_ struct libscols_table *table = table_new(out, options->noheadings);
	const struct column *chosen[COLUMNS_MAX];
	const char *bad;
	size_t len;
	int n = column_list(options->columns, chosen, &bad, &len);

	if (!table)
		return -ENOMEM;
	for (int i = 0; i < n; i++)
		if (table_column(table, chosen[i]->name, chosen[i]->flags))
			return -ENOMEM;
	if (json) {
		scols_table_enable_json(table, 1);
		scols_table_set_name(table, "livepatches");
	}
	if (fill(table, s, chosen, n) || scols_print_table(table))
		return -ENOMEM;
	return 0;
}

struct states_ctx {
	struct libscols_table *table;
	bool with_next;
	int err;
};

static char *next_text(const struct state_force *state)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (state->changing && state->next) {
		if (state->no_version)
			fputs("? (", out);
		else
			fprintf(out, "%u (", state->next_version);
		escape_text(out, state->next->name);
		fputc(')', out);
	} else if (state->changing) {
		fputs("none", out);
	}
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

static void add_state(void *ctx, const struct state_force *state)
{
	struct states_ctx *c = ctx;
	struct libscols_line *line = scols_table_new_line(c->table, NULL);
	char id[24], version[16] = "none";
	_cleanup_free_ char *holder = escape_text_dup(state->holder ? state->holder->name : "-");
	_cleanup_free_ char *next = next_text(state);

	snprintf(id, sizeof(id), "%" PRIu64, state->id);
	if (state->holder && state->no_version)
		strcpy(version, "?");
	else if (state->holder)
		snprintf(version, sizeof(version), "%u", state->version);
	if (!line || !holder || !next || scols_line_set_data(line, 0, id) ||
	    scols_line_set_data(line, 1, version) || scols_line_set_data(line, 2, holder) ||
	    (c->with_next && scols_line_set_data(line, 3, next)))
		c->err = -ENOMEM;
}

static int states_table(FILE *out, const struct snapshot *s, const struct status_options *options)
{
	_cleanup_table_ struct libscols_table *table = table_new(out, options->noheadings);
	struct states_ctx ctx = { .table = table, .with_next = s->transition };

	if (!table || table_column(table, "STATE", SCOLS_FL_RIGHT) ||
	    table_column(table, "VERSION", SCOLS_FL_RIGHT) || table_column(table, "PATCH", 0) ||
	    (s->transition && table_column(table, "NEXT", 0)))
		return -ENOMEM;
	if (snapshot_states(s, add_state, &ctx) || ctx.err)
		return -ENOMEM;
	if (scols_table_is_empty(table))
		return 0;
	fputc('\n', out);
	return scols_print_table(table) ? -ENOMEM : 0;
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

int status_table(FILE *out, const struct snapshot *s, const struct status_options *options)
{
	int err;

	if (!s->installed.n_patches) {
		if (!options->noheadings)
			fputs("no livepatch installed\n", out);
		return 0;
	}
	err = patches_table(out, s, options, false);
	/* Chosen columns are for scripts: one table, nothing else. */
	if (err || options->columns)
		return err;
	err = states_table(out, s, options);
	transition_line(out, s);
	return err;
}

int status_table_json(FILE *out, const struct snapshot *s, const struct status_options *options)
{
	return patches_table(out, s, options, true);
}
