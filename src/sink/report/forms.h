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
#include "sink/table.h"

/* All tables of a report; ended by NULL. */
extern const struct table_type *const report_table_types[];

/** report_text() - a header and tables; 0 or -ENOMEM */
int report_text(FILE *out, const struct report *report, const struct table_options *options);

/** report_table_json() - the chosen columns of one table as JSON; 0 or -ENOMEM */
int report_table_json(FILE *out, const struct report *report, const struct table_options *options);

/** report_json() - all of it as one JSON document in a line; 0 or -ENOMEM */
int report_json(FILE *out, const struct report *report);

/** report_markdown() - a post-mortem; 0 or -ENOMEM */
int report_markdown(FILE *out, const struct report *report);

/** report_html() - one page with everything in it; 0 or -ENOMEM */
int report_html(FILE *out, const struct report *report);

/** report_folded() - the stacks of tasks that were waited for, for flame graphs; 0 */
int report_folded(FILE *out, const struct report *report);

#endif
