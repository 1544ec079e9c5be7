/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one way in which klpscope makes tables: rows of cells (sink/column.h), of which some columns are shown, sorted by
 * one, for people (by libsmartcols) or as JSON.
 */
#ifndef KLPSCOPE_SINK_TABLE_H
#define KLPSCOPE_SINK_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "sink/column.h"
#include "util/array.h"
#include "util/cleanup.h"

struct table_type {
	const char *name; /* for --table; of the array in JSON */
	const char *title; /* above it, where there are several */
	struct columns columns;
};

#define TABLE_COLUMNS(columns)                                                                     \
	{                                                                                          \
		columns, ARRAY_SIZE(columns)                                                       \
	}

/* What is asked for. */
struct table_options {
	const char *table; /* only this one; NULL: all, or with @columns or @sort the first */
	const char *columns; /* "PATCH,MAX", "+FORCED"; NULL: the default ones */
	const char *sort; /* column, with a '-' before it from high to low; NULL: as it came */
	bool noheadings; /* and each row is one line, in which no cell is empty */
};

/** table_chosen() - whether one table is asked for, with nothing around it: that is for programs */
bool table_chosen(const struct table_options *options);

/** table_find() - of types that end with NULL, the one asked for, or the first; NULL if there is none */
const struct table_type *table_find(const struct table_type *const *types,
				    const struct table_options *options);

/* Enough for the names of all columns of a table. */
#define TABLE_PROBLEM_LEN 512

/**
 * table_check() - whether there is such a table, and whether it has these columns
 * @types: that there are, ended by NULL
 * @options: as given
 * @problem: if not, set to what is wrong, and what there is
 *
 * Return: 0 or -EINVAL.
 */
int table_check(const struct table_type *const *types, const struct table_options *options,
		char problem[TABLE_PROBLEM_LEN]);

/**
 * table_help() - list the columns with their meaning, for --help and completion
 * @out: where to
 * @types: ended by NULL
 * @where: words after the name of each table, or ""
 */
void table_help(FILE *out, const struct table_type *const *types, const char *where);

/**
 * table_new() - an empty table
 * @type: its columns
 * @options: which of them, as checked; must live as long
 *
 * Return: NULL without memory; all other functions take that and do nothing.
 */
struct table *table_new(const struct table_type *type, const struct table_options *options);

/** table_row() - add a row; all that is shown of @row is copied */
void table_row(struct table *table, const void *row);

/** table_rows() - how many there are */
size_t table_rows(const struct table *table);

/** table_print() - write it for people; 0 or -ENOMEM, also if there was no memory for a row */
int table_print(struct table *table, FILE *out);

/** table_json() - write the rows as an array of objects; 0 or -ENOMEM, likewise */
int table_json(struct table *table, FILE *out);

/** table_free() - release it; NULL is allowed */
void table_free(struct table *table);

/* Released at the end of the scope. */
#define _cleanup_table_ _cleanup_(table_freep)

static inline void table_freep(struct table **table)
{
	table_free(*table);
}

#endif
