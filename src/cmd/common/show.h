/* SPDX-License-Identifier: GPL-2.0 */
/* What commands that show events share: which, and how. */
#ifndef KLPSCOPE_CMD_COMMON_SHOW_H
#define KLPSCOPE_CMD_COMMON_SHOW_H

#include <argp.h>

#include "event/filter.h"
#include "pump.h"
#include "sink/sink.h"
#include "util/failure.h"

struct show {
	struct filter filter;
	const struct sink_ops *sink;
	struct sink_options sink_options;
	const char *output; /* NULL: stdout */
	bool summary;
	uint64_t count; /* events, 0: all */
};

/* Its input is a struct show. */
extern const struct argp argp_show;

/** show_open() - where events are to be written; NULL with @why filled */
FILE *show_open(const struct show *show, struct failure *why);

/**
 * show_begin() - make the sink ready and a pump's way to it
 * @show: how
 * @out: as show_open() gave it
 * @sink: opened, to be closed by show_end()
 * @pump: its sink, filter and count are set
 *
 * Return: 0 or -ENOMEM.
 */
int show_begin(struct show *show, FILE *out, struct sink *sink, struct pump *pump);

/**
 * show_end() - after pump_run(): close the sink and the output
 * @show: how
 * @pump: with its sink
 * @err: what pump_run() returned; @pump->sink_failed tells whose it is
 * @doing: the command's name
 *
 * What went wrong with the output is said on stderr, but that nobody reads it any more.
 *
 * Return: @err, or the error of the output.
 */
int show_end(const struct show *show, struct pump *pump, int err, const char *doing);

#endif
