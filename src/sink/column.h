/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Columns of tables. A column fills a cell with what the cell is: a number, a moment, words. How that is shown, sorted
 * and written as JSON stands here, so that it is the same in every table.
 */
#ifndef KLPSCOPE_SINK_COLUMN_H
#define KLPSCOPE_SINK_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink/json_keys.h"
#include "util/cleanup.h"

/* Shown columns of one table. */
#define COLUMNS_MAX 32

enum cell_kind {
	CELL_NONE, /* not known, or there is none: null */
	CELL_NUMBER,
	CELL_SPAN, /* a length of time, ns */
	CELL_TIME, /* a moment: UTC in JSON, local time for people */
	CELL_BOOL, /* yes or no */
	CELL_TEXT,
	CELL_LIST, /* of texts: an array */
};

struct cell_text {
	char *s;
	bool safe; /* for a terminal, as it is; else as it came, and escaped where it is shown */
};

/* One field of a row: zeroed, then filled by a column. */
struct cell {
	enum cell_kind kind;
	uint64_t number; /* a bool's, too */
	int64_t real_ns; /* of a moment, */
	int64_t order_ns; /* and its place among others */
	struct cell_text *texts;
	size_t n, room;
	const char *none; /* shown of a list that is empty */
	char *shown; /* in place of what the value would show */
	bool no_memory;
};

/** cell_none() - nothing, or not known: "-" */
void cell_none(struct cell *cell);

/** cell_none_but() - the same, shown as words */
void cell_none_but(struct cell *cell, const char *words);

void cell_number(struct cell *cell, uint64_t number);
void cell_bool(struct cell *cell, bool b);

/** cell_span() - a length of time; 0 is shown as "-" */
void cell_span(struct cell *cell, uint64_t ns);

/** cell_span_or_none() - a length of time, where 0 means that it is not known */
void cell_span_or_none(struct cell *cell, uint64_t ns);

/**
 * cell_time() - a moment
 * @cell: filled
 * @real_ns: CLOCK_REALTIME; 0: not known
 * @order_ns: by which it is sorted, where the clock may have been set
 */
void cell_time(struct cell *cell, int64_t real_ns, int64_t order_ns);

/** cell_name() - a string as it came from the kernel or a file; NULL and "" are none */
void cell_name(struct cell *cell, const char *name);

/** cell_take() - the same of a string that becomes the cell's; NULL: there was no memory for it */
void cell_take(struct cell *cell, char *text);

/** cell_text() - text with parts that came from the kernel or a file */
void cell_text(struct cell *cell, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** cell_words() - our own words, or what is escaped already */
void cell_words(struct cell *cell, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** cell_take_words() - the same of a string that becomes the cell's; NULL: there was no memory for it */
void cell_take_words(struct cell *cell, char *words);

/** cell_append() - more of the same after cell_text() or cell_words() */
void cell_append(struct cell *cell, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** cell_list() - a list, as yet empty; @none, a constant, is shown if it stays so */
void cell_list(struct cell *cell, const char *none);

/** cell_item() - one more of a list, as cell_text() */
void cell_item(struct cell *cell, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** cell_item_words() - one more of a list, as cell_words() */
void cell_item_words(struct cell *cell, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** cell_show() - words that are shown in place of the value */
void cell_show(struct cell *cell, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** cell_compare() - by which of two cells of a column comes first; none is before all others */
int cell_compare(const struct cell *a, const struct cell *b);

/** cell_json() - write the value */
void cell_json(struct json_writer *w, const struct cell *cell);

/** cell_clear() - release what it holds and make it empty */
void cell_clear(struct cell *cell);

/* Released at the end of the scope. */
#define _cleanup_cell_ _cleanup_(cell_clear)

enum column_flags {
	COLUMN_RIGHT = 1 << 0, /* set to the right */
	COLUMN_LONG = 1 << 1, /* cells may have several lines: an entry of a list in each */
	COLUMN_INLINE = 1 << 2, /* the entries of a list in one line */
	COLUMN_EXTRA = 1 << 3, /* shown only where it is asked for */
};

/* With the other flags: how many entries of a list are shown before the rest is counted; else all are. */
#define COLUMN_ENTRIES_SHIFT 8
#define COLUMN_ENTRIES(n)    ((n) << COLUMN_ENTRIES_SHIFT)

struct column {
	const char *name; /* heading, and for -o and --sort */
	const char *key; /* in JSON; NULL: the name in lower case */
	const char *help;
	unsigned int flags; /* enum column_flags, COLUMN_ENTRIES() */
	void (*fill)(struct cell *cell, const void *row);
};

/* A function to fill a cell by one expression of its row, a struct TYPE that is called r. */
#define COLUMN_OF(fn, type, filled)                                                                \
	static void fn(struct cell *cell, const void *row)                                         \
	{                                                                                          \
		const struct type *r = row;                                                        \
		filled;                                                                            \
	}

struct columns {
	const struct column *list;
	size_t n;
};

/** column_find() - by its name, in any case; NULL if there is none */
const struct column *column_find(const struct columns *columns, const char *name, size_t len);

/**
 * column_choose() - which columns a list names
 * @columns: that there are
 * @list: "PATCH,max"; "+FORCED" adds to those that are shown by default; NULL: just these
 * @chosen: filled
 * @bad: set to the first name that is no column, or that is too much
 * @len: its length
 *
 * Return: how many were chosen, or -EINVAL.
 */
int column_choose(const struct columns *columns, const char *list,
		  const struct column *chosen[COLUMNS_MAX], const char **bad, size_t *len);

/** column_text() - a cell as it is shown, escaped; @one_line: and in one line, without gaps; NULL without memory */
char *column_text(const struct column *column, const struct cell *cell, bool one_line);

/** column_key() - write the name that a column has in JSON */
void column_key(struct json_writer *w, const struct column *column);

#endif
