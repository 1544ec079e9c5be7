// SPDX-License-Identifier: GPL-2.0
#include "sink/table.h"

#include <errno.h>
#include <stdarg.h>

#include "util/cleanup.h"

void table_unrefp(struct libscols_table **table)
{
	scols_unref_table(*table);
}

struct libscols_table *table_new(FILE *out, bool noheadings)
{
	struct libscols_table *table = scols_new_table();

	if (!table)
		return NULL;
	scols_table_set_stream(table, out);
	scols_table_enable_noheadings(table, noheadings);
	return table;
}

int table_column(struct libscols_table *table, const char *name, int flags)
{
	struct libscols_column *column = scols_table_new_column(table, name, 0, flags);

	if (!column)
		return -ENOMEM;
	/* What we write is escaped already; libsmartcols would escape a "\\x" once more. */
	scols_column_set_safechars(column, "\\\n");
	/* A cell wraps where we put a newline, not where the terminal ends. */
	if (flags & SCOLS_FL_WRAP)
		scols_column_set_wrapfunc(column, scols_wrapnl_chunksize, scols_wrapnl_nextchunk,
					  NULL);
	return 0;
}

int table_cell(struct libscols_line *line, size_t column, const char *format, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	if (!scols_line_refer_data(line, column, text))
		return 0;
	free(text);
	return -ENOMEM;
}
