/* SPDX-License-Identifier: GPL-2.0 */
/* The transitions of a trace as a table. */
#ifndef KLPSCOPE_SINK_SUMMARY_TABLE_H
#define KLPSCOPE_SINK_SUMMARY_TABLE_H

#include "event/summary.h"
#include "sink/column.h"

/** summary_table() - write the transitions as a table; 0 or -ENOMEM */
int summary_table(FILE *out, const struct summary *summary);

/* Columns of a struct summary_transition that a report has as well. */
void cell_summary_patch(struct cell *cell, const void *transition);
void cell_summary_target(struct cell *cell, const void *transition);
void cell_summary_outcome(struct cell *cell, const void *transition);
void cell_summary_duration(struct cell *cell, const void *transition);
void cell_summary_tries(struct cell *cell, const void *transition);
void cell_summary_blockers(struct cell *cell, const void *transition);

#endif
