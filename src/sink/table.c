// SPDX-License-Identifier: GPL-2.0
#include "sink/table.h"

#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/array.h"
#include "util/cleanup.h"

/* A name in a message. */
#define NAME_SHOWN 64

struct line {
	struct cell *cells; /* of the chosen columns, */
	struct cell key; /* what it is sorted by, */
	size_t place; /* and where it came among those of the same key */
};

struct table {
	const struct table_type *type;
	const struct table_options *options;
	const struct column *chosen[COLUMNS_MAX];
	int n_chosen;
	const struct column *sort; /* NULL: not sorted */
	struct line *lines;
	size_t n, room;
	int err;
};

bool table_chosen(const struct table_options *options)
{
	return options->table || options->columns || options->sort;
}

const struct table_type *table_find(const struct table_type *const *types,
				    const struct table_options *options)
{
	for (; *types; types++)
		if (!options->table || !strcasecmp((*types)->name, options->table))
			return *types;
	return NULL;
}

static const char *sort_name(const char *sort)
{
	return sort + (*sort == '-');
}

static void list_columns(FILE *out, const struct table_type *type)
{
	for (size_t i = 0; i < type->columns.n; i++)
		fprintf(out, "%s%s", i ? ", " : "", type->columns.list[i].name);
}

/* What there is instead: another table may have a column of that name. */
static void no_column(FILE *out, const struct table_type *const *types,
		      const struct table_type *type, const char *option, const char *name,
		      size_t len)
{
	const char *sep = "; it is in --table ";

	fprintf(out, "%s: there is no column '%.*s'", option,
		(int)(len < NAME_SHOWN ? len : NAME_SHOWN), name);
	if (types[1])
		fprintf(out, " in --table %s", type->name);
	for (; *types; types++) {
		if (!column_find(&(*types)->columns, name, len))
			continue;
		fprintf(out, "%s%s", sep, (*types)->name);
		sep = ", ";
	}
	fputs("; there are ", out);
	list_columns(out, type);
}

static void no_table(FILE *out, const struct table_type *const *types, const char *name)
{
	fprintf(out, "--table: there is no table '%.*s'; there are", NAME_SHOWN, name);
	for (size_t i = 0; types[i]; i++)
		fprintf(out, "%s %s", i ? "," : "", types[i]->name);
}

static int check(FILE *out, const struct table_type *const *types,
		 const struct table_options *options)
{
	const struct table_type *type = table_find(types, options);
	const struct column *chosen[COLUMNS_MAX];
	const char *name = options->sort ? sort_name(options->sort) : NULL;
	const char *bad;
	size_t len;

	if (!type)
		no_table(out, types, options->table);
	else if (column_choose(&type->columns, options->columns, chosen, &bad, &len) < 0)
		no_column(out, types, type, "-o", bad, len);
	else if (name && !column_find(&type->columns, name, strlen(name)))
		no_column(out, types, type, "--sort", name, strlen(name));
	else
		return 0;
	return -EINVAL;
}

int table_check(const struct table_type *const *types, const struct table_options *options,
		char problem[TABLE_PROBLEM_LEN])
{
	FILE *out = fmemopen(problem, TABLE_PROBLEM_LEN, "w");
	int err;

	if (!out)
		return -ENOMEM;
	*problem = '\0';
	err = check(out, types, options);
	/* What does not fit is cut. */
	fclose(out);
	problem[TABLE_PROBLEM_LEN - 1] = '\0';
	return err;
}

void table_help(FILE *out, const struct table_type *const *types, const char *where)
{
	bool several = types[1];

	for (; *types; types++) {
		const struct table_type *type = *types;

		if (several)
			fprintf(out, "\nColumns of --table %s%s:\n", type->name, where);
		else
			fputs("\nColumns for -o:\n", out);
		for (size_t i = 0; i < type->columns.n; i++)
			fprintf(out, "  %-11s %s\n", type->columns.list[i].name,
				type->columns.list[i].help);
	}
}

struct table *table_new(const struct table_type *type, const struct table_options *options)
{
	struct table *table = calloc(1, sizeof(*table));
	const char *bad, *sort = options->sort ? sort_name(options->sort) : NULL;
	size_t len;

	if (!table)
		return NULL;
	table->type = type;
	table->options = options;
	table->n_chosen =
		column_choose(&type->columns, options->columns, table->chosen, &bad, &len);
	if (table->n_chosen < 0) {
		table->err = table->n_chosen;
		table->n_chosen = 0;
	}
	if (sort)
		table->sort = column_find(&type->columns, sort, strlen(sort));
	return table;
}

static void fill(struct table *table, const struct column *column, struct cell *cell,
		 const void *row)
{
	column->fill(cell, row);
	if (cell->no_memory)
		table->err = -ENOMEM;
}

void table_row(struct table *table, const void *row)
{
	struct line *lines;
	struct cell *cells;

	if (!table || table->err)
		return;
	lines = grow(table->lines, table->n, &table->room, sizeof(*lines));
	if (lines)
		table->lines = lines;
	cells = lines ? calloc(table->n_chosen + 1, sizeof(*cells)) : NULL;
	if (!cells) {
		table->err = -ENOMEM;
		return;
	}
	table->lines[table->n] = (struct line){ .cells = cells, .place = table->n };
	for (int i = 0; i < table->n_chosen; i++)
		fill(table, table->chosen[i], &cells[i], row);
	if (table->sort)
		fill(table, table->sort, &table->lines[table->n].key, row);
	table->n++;
}

size_t table_rows(const struct table *table)
{
	return table ? table->n : 0;
}

static int compare_lines(const void *a, const void *b, void *down)
{
	const struct line *x = a, *y = b;
	int order = cell_compare(&x->key, &y->key);

	if (!order)
		return x->place < y->place ? -1 : x->place > y->place;
	return *(const bool *)down ? -order : order;
}

static void sort_lines(struct table *table)
{
	bool down = table->sort && *table->options->sort == '-';

	if (table->sort && table->n)
		qsort_r(table->lines, table->n, sizeof(*table->lines), compare_lines, &down);
}

static void unref(struct libscols_table **table)
{
	scols_unref_table(*table);
}

static int add_column(struct libscols_table *shown, const struct column *column, bool one_line)
{
	int flags = (column->flags & COLUMN_RIGHT ? SCOLS_FL_RIGHT : 0) |
		    (column->flags & COLUMN_LONG && !one_line ? SCOLS_FL_WRAP : 0);
	struct libscols_column *added = scols_table_new_column(shown, column->name, 0, flags);

	if (!added)
		return -ENOMEM;
	/* What we write is escaped already; libsmartcols would escape a "\\x" once more. */
	scols_column_set_safechars(added, "\\\n");
	/* A cell wraps where we put a newline, not where the terminal ends. */
	if (flags & SCOLS_FL_WRAP)
		scols_column_set_wrapfunc(added, scols_wrapnl_chunksize, scols_wrapnl_nextchunk,
					  NULL);
	return 0;
}

static int add_line(struct libscols_table *shown, const struct table *table,
		    const struct line *line)
{
	struct libscols_line *added = scols_table_new_line(shown, NULL);

	if (!added)
		return -ENOMEM;
	for (int i = 0; i < table->n_chosen; i++) {
		char *text =
			column_text(table->chosen[i], &line->cells[i], table->options->noheadings);

		if (!text || scols_line_refer_data(added, i, text)) {
			free(text);
			return -ENOMEM;
		}
	}
	return 0;
}

int table_print(struct table *table, FILE *out)
{
	_cleanup_(unref) struct libscols_table *shown = table ? scols_new_table() : NULL;

	if (!shown)
		return -ENOMEM;
	if (table->err)
		return table->err;
	scols_table_set_stream(shown, out);
	scols_table_enable_noheadings(shown, table->options->noheadings);
	for (int i = 0; i < table->n_chosen; i++)
		if (add_column(shown, table->chosen[i], table->options->noheadings))
			return -ENOMEM;
	sort_lines(table);
	for (size_t i = 0; i < table->n; i++)
		if (add_line(shown, table, &table->lines[i]))
			return -ENOMEM;
	return scols_print_table(shown) ? -ENOMEM : 0;
}

int table_json(struct table *table, FILE *out)
{
	struct json_writer *w;

	if (!table || table->err)
		return table ? table->err : -ENOMEM;
	sort_lines(table);
	w = json_writer__open(out, true);
	if (!w)
		return -ENOMEM;
	json_begin_object(w);
	json_key(w, table->type->name);
	json_begin_array(w);
	for (size_t i = 0; i < table->n; i++) {
		json_begin_object(w);
		for (int c = 0; c < table->n_chosen; c++) {
			column_key(w, table->chosen[c]);
			cell_json(w, &table->lines[i].cells[c]);
		}
		json_end_object(w);
	}
	json_end_array(w);
	json_end_object(w);
	json_writer__close(w);
	return 0;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->n; i++) {
		for (int c = 0; c < table->n_chosen; c++)
			cell_clear(&table->lines[i].cells[c]);
		free(table->lines[i].cells);
		cell_clear(&table->lines[i].key);
	}
	free(table->lines);
	free(table);
}
