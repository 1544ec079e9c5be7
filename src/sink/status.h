/* SPDX-License-Identifier: GPL-2.0 */
/* A snapshot for people (tables) and for programs (JSON). */
#ifndef KLPSCOPE_SINK_STATUS_H
#define KLPSCOPE_SINK_STATUS_H

#include <stdbool.h>
#include <stdio.h>

#include "facts/snapshot.h"

struct status_options {
	const char *columns; /* "PATCH,STATES", "+FUNCTIONS"; NULL: the default ones */
	bool noheadings;
	bool color;
};

/**
 * status_check_columns() - whether a list of columns can be shown
 * @columns: as in struct status_options
 * @bad: set to the first name that is no column
 * @len: its length
 *
 * Return: 0 or -EINVAL.
 */
int status_check_columns(const char *columns, const char **bad, size_t *len);

/** status_columns_help() - list the columns with their meaning */
void status_columns_help(FILE *out);

/** status_table() - write tables; 0 or -ENOMEM */
int status_table(FILE *out, const struct snapshot *snapshot, const struct status_options *options);

/** status_table_json() - the chosen columns as JSON, as lsblk -J does; 0 or -ENOMEM */
int status_table_json(FILE *out, const struct snapshot *snapshot,
		      const struct status_options *options);

/** status_json() - all of it as one JSON document; 0 or -ENOMEM */
int status_json(FILE *out, const struct snapshot *snapshot);

/** status_json_line() - the same, in one line without its end */
int status_json_line(FILE *out, const struct snapshot *snapshot);

#endif
