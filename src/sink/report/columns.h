/* SPDX-License-Identifier: GPL-2.0 */
/* The tables of a report and their columns, as data. */
#ifndef KLPSCOPE_SINK_REPORT_COLUMNS_H
#define KLPSCOPE_SINK_REPORT_COLUMNS_H

#include <stdbool.h>
#include <stdio.h>

#include "report/report.h"

struct report_column {
	const char *name;
	const char *help;
	int flags; /* SCOLS_FL_... */
	bool by_default;
	void (*write)(FILE *out, const void *row); /* escaped */
	uint64_t (*number)(const void *row); /* to sort by; NULL: by what is written */
};

struct report_table {
	const char *name; /* --table */
	const char *title;
	const char *none; /* in place of an empty table */
	const struct report_column *columns;
	size_t n_columns;
	size_t rows; /* offset in struct report of its rows */
	bool recent; /* which are a struct recent; if not, a struct report_tree */
};

/** report_table_count() - how many rows @report has for a table */
size_t report_table_count(const struct report_table *table, const struct report *report);

/** report_table_row() - one of them; @report's */
const void *report_table_row(const struct report_table *table, const struct report *report,
			     size_t i);

/** report_column_text() - what a column writes of a row, the caller's to free; NULL without memory */
char *report_column_text(const struct report_column *column, const void *row);

extern const struct report_table report_tables[];
extern const size_t report_tables_count;

#endif
