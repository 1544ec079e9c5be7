/* SPDX-License-Identifier: GPL-2.0 */
/* The tables of a report and their columns, as data. */
#ifndef KLPSCOPE_SINK_REPORT_COLUMNS_H
#define KLPSCOPE_SINK_REPORT_COLUMNS_H

#include <stdbool.h>
#include <stdio.h>

#include "report/report.h"
#include "sink/table.h"

struct report_table {
	struct table_type type;
	const char *none; /* in place of an empty table */
	size_t rows; /* offset in struct report of its rows */
	bool recent; /* which are a struct recent; if not, a struct report_tree */
};

/** report_table_count() - how many rows @report has for a table */
size_t report_table_count(const struct report_table *table, const struct report *report);

/** report_table_row() - one of them; @report's */
const void *report_table_row(const struct report_table *table, const struct report *report,
			     size_t i);

extern const struct report_table report_tables[];
extern const size_t report_tables_count;

#endif
