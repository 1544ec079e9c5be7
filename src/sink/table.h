/* SPDX-License-Identifier: GPL-2.0 */
/* What all tables do with libsmartcols. */
#ifndef KLPSCOPE_SINK_TABLE_H
#define KLPSCOPE_SINK_TABLE_H

#include <libsmartcols/libsmartcols.h>
#include <stdbool.h>
#include <stdio.h>

/* Released at the end of the scope. */
#define _cleanup_table_ _cleanup_(table_unrefp)

void table_unrefp(struct libscols_table **table);

/** table_new() - an empty table that is printed to @out; NULL without memory */
struct libscols_table *table_new(FILE *out, bool noheadings);

/** table_column() - add a column (@flags: SCOLS_FL_...; cells wrap at newlines); 0 or -ENOMEM */
int table_column(struct libscols_table *table, const char *name, int flags);

/** table_cell() - set a cell, printf-style; 0 or -ENOMEM */
int table_cell(struct libscols_line *line, size_t column, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
