/* SPDX-License-Identifier: GPL-2.0 */
/* A snapshot for people (tables) and for programs (JSON). */
#ifndef KLPSCOPE_SINK_STATUS_H
#define KLPSCOPE_SINK_STATUS_H

#include <stdbool.h>
#include <stdio.h>

#include "facts/foreign_found.h"
#include "facts/snapshot.h"
#include "sink/table.h"

/* Of livepatches, of states; ended by NULL. */
extern const struct table_type *const status_table_types[];

/** status_table() - write tables; @foreign: what others have attached, NULL: not known; 0 or -ENOMEM */
int status_table(FILE *out, const struct snapshot *snapshot, const struct foreign_found *foreign,
		 const struct table_options *options);

/** status_table_json() - the chosen columns as JSON; 0 or -ENOMEM */
int status_table_json(FILE *out, const struct snapshot *snapshot,
		      const struct table_options *options);

/** status_json() - all of it as one JSON document; @foreign likewise; 0 or -ENOMEM */
int status_json(FILE *out, const struct snapshot *snapshot, const struct foreign_found *foreign);

/** status_json_line() - the same, in one line without its end */
int status_json_line(FILE *out, const struct snapshot *snapshot,
		     const struct foreign_found *foreign);

#endif
