// SPDX-License-Identifier: GPL-2.0
#include "sink/column.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/array.h"
#include "util/cleanup.h"
#include "util/escape.h"
#include "util/timefmt.h"

/* Longer than any name of a column. */
#define KEY_LEN 32

void cell_none(struct cell *cell)
{
	cell->kind = CELL_NONE;
}

void cell_none_but(struct cell *cell, const char *words)
{
	cell_none(cell);
	cell_show(cell, "%s", words);
}

void cell_number(struct cell *cell, uint64_t number)
{
	cell->kind = CELL_NUMBER;
	cell->number = number;
}

void cell_bool(struct cell *cell, bool b)
{
	cell->kind = CELL_BOOL;
	cell->number = b;
}

void cell_span(struct cell *cell, uint64_t ns)
{
	cell->kind = CELL_SPAN;
	cell->number = ns;
}

void cell_span_or_none(struct cell *cell, uint64_t ns)
{
	if (ns)
		cell_span(cell, ns);
	else
		cell_none(cell);
}

void cell_time(struct cell *cell, int64_t real_ns, int64_t order_ns)
{
	cell->kind = real_ns ? CELL_TIME : CELL_NONE;
	cell->real_ns = real_ns;
	cell->order_ns = order_ns;
}

static void add_text(struct cell *cell, char *s, bool safe)
{
	struct cell_text *texts =
		s ? grow(cell->texts, cell->n, &cell->room, sizeof(*texts)) : NULL;

	if (!texts) {
		cell->no_memory = true;
		free(s);
		return;
	}
	cell->texts = texts;
	cell->texts[cell->n++] = (struct cell_text){ s, safe };
}

static char *formatted(const char *format, va_list args)
{
	char *s;

	return vasprintf(&s, format, args) < 0 ? NULL : s;
}

void cell_take(struct cell *cell, char *text)
{
	cell->kind = CELL_TEXT;
	add_text(cell, text, false);
}

void cell_take_words(struct cell *cell, char *words)
{
	cell->kind = CELL_TEXT;
	add_text(cell, words, true);
}

void cell_name(struct cell *cell, const char *name)
{
	if (name && *name)
		cell_take(cell, strdup(name));
	else
		cell_none(cell);
}

void cell_text(struct cell *cell, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	cell_take(cell, formatted(format, args));
	va_end(args);
}

void cell_words(struct cell *cell, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	cell_take_words(cell, formatted(format, args));
	va_end(args);
}

void cell_append(struct cell *cell, const char *format, ...)
{
	_cleanup_free_ char *more = NULL;
	struct cell_text *last;
	va_list args;
	char *s;

	va_start(args, format);
	more = formatted(format, args);
	va_end(args);
	if (!cell->n)
		return;
	last = &cell->texts[cell->n - 1];
	if (!more || asprintf(&s, "%s%s", last->s, more) < 0) {
		cell->no_memory = true;
		return;
	}
	free(last->s);
	last->s = s;
}

void cell_list(struct cell *cell, const char *none)
{
	cell->kind = CELL_LIST;
	cell->none = none;
}

void cell_item(struct cell *cell, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_text(cell, formatted(format, args), false);
	va_end(args);
}

void cell_item_words(struct cell *cell, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_text(cell, formatted(format, args), true);
	va_end(args);
}

void cell_show(struct cell *cell, const char *format, ...)
{
	va_list args;

	free(cell->shown);
	va_start(args, format);
	cell->shown = formatted(format, args);
	va_end(args);
	cell->no_memory |= !cell->shown;
}

static int compare_texts(const struct cell *a, const struct cell *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++) {
		int order = strcmp(a->texts[i].s, b->texts[i].s);

		if (order)
			return order;
	}
	return a->n < b->n ? -1 : a->n > b->n;
}

int cell_compare(const struct cell *a, const struct cell *b)
{
	/* A column has one kind of cells, and none. */
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->kind == CELL_TIME)
		return a->order_ns < b->order_ns ? -1 : a->order_ns > b->order_ns;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return compare_texts(a, b);
}

void cell_json(struct json_writer *w, const struct cell *cell)
{
	char time[TIMEFMT_LEN];

	switch (cell->kind) {
	case CELL_NONE:
		json_string(w, NULL);
		break;
	case CELL_NUMBER:
	case CELL_SPAN:
		json_number(w, cell->number);
		break;
	case CELL_TIME:
		timefmt_utc(time, cell->real_ns);
		json_string(w, time);
		break;
	case CELL_BOOL:
		json_bool(w, cell->number);
		break;
	case CELL_TEXT:
		json_string(w, cell->n ? cell->texts[0].s : NULL);
		break;
	case CELL_LIST:
		json_begin_array(w);
		for (size_t i = 0; i < cell->n; i++)
			json_string(w, cell->texts[i].s);
		json_end_array(w);
		break;
	}
}

void cell_clear(struct cell *cell)
{
	for (size_t i = 0; i < cell->n; i++)
		free(cell->texts[i].s);
	free(cell->texts);
	free(cell->shown);
	*cell = (struct cell){ 0 };
}

const struct column *column_find(const struct columns *columns, const char *name, size_t len)
{
	for (size_t i = 0; i < columns->n; i++)
		if (strlen(columns->list[i].name) == len &&
		    !strncasecmp(columns->list[i].name, name, len))
			return &columns->list[i];
	return NULL;
}

int column_choose(const struct columns *columns, const char *list,
		  const struct column *chosen[COLUMNS_MAX], const char **bad, size_t *len)
{
	bool add = list && *list == '+';
	int n = 0;

	for (size_t i = 0; (!list || add) && i < columns->n && n < COLUMNS_MAX; i++)
		if (!(columns->list[i].flags & COLUMN_EXTRA))
			chosen[n++] = &columns->list[i];
	if (!list)
		return n;
	for (list += add;; list += *len + 1) {
		const struct column *column;

		*len = strcspn(list, ",");
		column = column_find(columns, list, *len);
		if (!column || n == COLUMNS_MAX) {
			*bad = list;
			return -EINVAL;
		}
		chosen[n++] = column;
		if (!list[*len])
			return n;
	}
}

static void write_text(FILE *out, const struct cell_text *text)
{
	if (text->safe)
		fputs(text->s, out);
	else
		escape_text(out, text->s);
}

/* In one line it is whole: it is read by programs. */
static void write_list(FILE *out, const struct column *column, const struct cell *cell,
		       bool one_line)
{
	size_t entries = column->flags >> COLUMN_ENTRIES_SHIFT,
	       n = one_line || !entries || cell->n < entries ? cell->n : entries;
	bool is_inline = one_line || column->flags & COLUMN_INLINE;

	for (size_t i = 0; i < n; i++) {
		if (i)
			fputc(is_inline ? ',' : '\n', out);
		write_text(out, &cell->texts[i]);
	}
	if (n < cell->n && is_inline)
		fprintf(out, ",... (%zu in all)", cell->n);
	else if (n < cell->n)
		fprintf(out, "\n(%zu more)", cell->n - n);
}

static void write_span(FILE *out, uint64_t ns)
{
	char span[TIMEFMT_LEN] = "-";

	if (ns)
		timefmt_span(span, ns);
	fputs(span, out);
}

static void write_value(FILE *out, const struct column *column, const struct cell *cell,
			bool one_line)
{
	char time[TIMEFMT_LEN];

	switch (cell->kind) {
	case CELL_NONE:
		fputc('-', out);
		break;
	case CELL_NUMBER:
		fprintf(out, "%" PRIu64, cell->number);
		break;
	case CELL_SPAN:
		write_span(out, cell->number);
		break;
	case CELL_TIME:
		timefmt_iso(time, cell->real_ns);
		fputs(time, out);
		break;
	case CELL_BOOL:
		fputs(cell->number ? "yes" : "no", out);
		break;
	case CELL_TEXT:
		write_list(out, column, cell, one_line);
		break;
	case CELL_LIST:
		if (!cell->n)
			fputs(cell->none, out);
		write_list(out, column, cell, one_line);
		break;
	}
}

char *column_text(const struct column *column, const struct cell *cell, bool one_line)
{
	/* What is shown of a list may be cut, which is not for programs. */
	bool whole = one_line && cell->kind == CELL_LIST && cell->n;
	char *text = NULL;
	size_t size;
	FILE *out = cell->no_memory ? NULL : open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (cell->shown && !whole)
		fputs(cell->shown, out);
	else
		write_value(out, column, cell, one_line);
	/* Without headings, fields are counted: none is blank. */
	fflush(out);
	if (one_line && !size)
		fputc('-', out);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

void column_key(struct json_writer *w, const struct column *column)
{
	char key[KEY_LEN] = "";

	for (size_t i = 0; i < sizeof(key) - 1 && column->name[i]; i++)
		key[i] = (char)tolower((unsigned char)column->name[i]);
	json_key(w, column->key ? column->key : key);
}
