/* SPDX-License-Identifier: GPL-2.0 */
/* The transitions of a trace as a table. */
#ifndef KLPSCOPE_SINK_SUMMARY_TABLE_H
#define KLPSCOPE_SINK_SUMMARY_TABLE_H

#include "event/summary.h"

/** summary_table() - write the transitions as a table; 0 or -ENOMEM */
int summary_table(FILE *out, const struct summary *summary);

#endif
