/* SPDX-License-Identifier: GPL-2.0 */
/* What "klpscope check" found, step by step: what one step says points into the baseline before the next. */
#ifndef KLPSCOPE_SINK_CHECK_SINK_H
#define KLPSCOPE_SINK_CHECK_SINK_H

#include <stdio.h>

#include "check/check.h"

struct check_sink {
	const struct check_sink_ops *ops;
	FILE *out;
	bool color;
	bool verbose; /* text: also the rules that are fulfilled */
	size_t steps, n_steps; /* done, and in all */
	void *state; /* the sink's own */
};

struct check_sink_ops {
	/* 0 or -ENOMEM; @sink->n_steps is known. */
	int (*begin)(struct check_sink *sink, const struct baseline *baseline);
	void (*step)(struct check_sink *sink, const struct check *check,
		     const struct baseline *baseline);
	void (*end)(struct check_sink *sink, enum check_verdict verdict);
};

extern const struct check_sink_ops check_text;
extern const struct check_sink_ops check_json;

#endif
