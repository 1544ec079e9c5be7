/* SPDX-License-Identifier: GPL-2.0 */
/* The tasks that a transition waits for, for people (a table) and for programs (JSON). */
#ifndef KLPSCOPE_SINK_BLOCKERS_H
#define KLPSCOPE_SINK_BLOCKERS_H

#include "event/event.h"
#include "sink/table.h"

/* One look at the running transition. */
struct blockers_look {
	bool running; /* if not, the rest says nothing */
	const char *patch; /* NULL: not known */
	int target;
	uint64_t tasks, remaining;
	bool has_since;
	int64_t since_real_ns, real_ns; /* when it started, if the kernel log says so; now */
	const struct blockers *blockers; /* NULL: none */
	uint64_t more; /* that are left and were not looked at */
	bool incomplete; /* something was cut, lost or could not be read */
};

extern const struct table_type *const blockers_table_types[];

/**
 * blockers_table() - write a line about the transition, then a table
 * @out: where to
 * @look: what was seen
 * @options: which columns; noheadings: only the table
 * @stacks: then the stack of each task
 *
 * Return: 0 or -ENOMEM.
 */
int blockers_table(FILE *out, const struct blockers_look *look, const struct table_options *options,
		   bool stacks);

/** blockers_table_json() - the chosen columns as JSON; 0 or -ENOMEM */
int blockers_table_json(FILE *out, const struct blockers_look *look,
			const struct table_options *options);

/** blockers_json() - the same as one JSON document on a line, always with stacks; 0 or -ENOMEM */
int blockers_json(FILE *out, const struct blockers_look *look);

#endif
