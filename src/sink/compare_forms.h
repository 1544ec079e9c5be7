/* SPDX-License-Identifier: GPL-2.0 */
/* What differs between two sides, for people and for programs. */
#ifndef KLPSCOPE_SINK_COMPARE_FORMS_H
#define KLPSCOPE_SINK_COMPARE_FORMS_H

#include <stdio.h>

#include "report/compare.h"
#include "sink/table.h"

struct compare_side {
	const char *name; /* as it was given: a file, or "live" */
	const char *host, *release; /* "" not known */
	struct snapshot snapshot; /* real_ns: when it was so */
	bool known; /* what is installed was seen, not only worked out from events */
	bool incomplete; /* something may be missing from it */
};

/* Of livepatches, of states; ended by NULL. */
extern const struct table_type *const compare_table_types[];

/** compare_text() - tables of what is not the same; how many differences there are, or -ENOMEM */
int compare_text(FILE *out, const struct compare_side *a, const struct compare_side *b,
		 const struct table_options *options);

/** compare_table_json() - one of them as JSON; how many differences there are in all, or -ENOMEM */
int compare_table_json(FILE *out, const struct compare_side *a, const struct compare_side *b,
		       const struct table_options *options);

/** compare_json() - the same as a line of JSON */
int compare_json(FILE *out, const struct compare_side *a, const struct compare_side *b);

#endif
