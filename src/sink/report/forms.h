/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What recordings tell in all, in every form.
 *
 * Room sink/report: every form of a report. It knows the model, and must not change it.
 */
#ifndef KLPSCOPE_SINK_REPORT_FORMS_H
#define KLPSCOPE_SINK_REPORT_FORMS_H

#include <stdbool.h>
#include <stdio.h>

#include "report/report.h"

struct report_options {
	const char *table; /* only this one; NULL: all, or with @columns or @sort the first */
	const char *columns; /* "PATCH,MAX", "+FORCED"; NULL: the default ones */
	const char *sort; /* column, with a '-' before it from high to low; NULL: as it came */
	bool noheadings;
};

/**
 * report_check_options() - whether there is such a table, and whether it has these columns
 * @options: as given
 * @what: set to what is wrong, in words
 * @bad: set to the first name that is none
 * @len: its length
 *
 * Return: 0 or -EINVAL.
 */
int report_check_options(const struct report_options *options, const char **what, const char **bad,
			 size_t *len);

/** report_columns_help() - list the tables and their columns with their meaning */
void report_columns_help(FILE *out);

/** report_text() - a header and tables; 0 or -ENOMEM */
int report_text(FILE *out, const struct report *report, const struct report_options *options);

/** report_table_json() - the chosen columns of one table as JSON, as lsblk -J does; 0 or -ENOMEM */
int report_table_json(FILE *out, const struct report *report, const struct report_options *options);

/** report_json() - all of it as one JSON document in a line; 0 or -ENOMEM */
int report_json(FILE *out, const struct report *report);

/** report_markdown() - a post-mortem; 0 or -ENOMEM */
int report_markdown(FILE *out, const struct report *report);

/** report_html() - one page with everything in it; 0 or -ENOMEM */
int report_html(FILE *out, const struct report *report);

/** report_folded() - the stacks of tasks that were waited for, for flame graphs; 0 */
int report_folded(FILE *out, const struct report *report);

#endif
