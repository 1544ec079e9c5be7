/* SPDX-License-Identifier: GPL-2.0 */
/* What commands share that write tables. */
#ifndef KLPSCOPE_CMD_COMMON_COLUMNS_H
#define KLPSCOPE_CMD_COMMON_COLUMNS_H

#include <argp.h>

#include "sink/table.h"

/* Options -o, --sort and --noheadings: a child parser for argp, its input is struct table_options. */
extern const struct argp argp_columns;

/** columns_check() - once all is parsed: say and exit if there is no such table or column */
void columns_check(const struct argp_state *state, const struct table_options *options,
		   const struct table_type *const *types);

#endif
