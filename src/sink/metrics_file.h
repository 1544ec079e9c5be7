/* SPDX-License-Identifier: GPL-2.0 */
/* Keeps a file of metrics up to date with the records that pass through to another sink of records. */
#ifndef KLPSCOPE_SINK_METRICS_FILE_H
#define KLPSCOPE_SINK_METRICS_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/consumer.h"
#include "sink/metrics.h"

/*
 * The file is written when something changed: so soon after the time before at most, ns; and while a transition runs,
 * after its beginning was written, and for what is told all the time (progress, lookups), no more often than this.
 */
#define METRICS_SOON_NS	 1000000000ULL
#define METRICS_LATER_NS 60000000000ULL
/* Nor sooner than so many times as long as writing took: records and signals come first. */
#define METRICS_REST 20

struct metrics_file_options {
	const char *path;
	const char *release; /* of the kernel */
	void *ctx; /* of what follows */
	/* What the recorder knows of itself: fills records, bytes, waiting. */
	void (*ask)(void *ctx, struct metrics_recorder *recorder);
	/* It cannot be written any more (negative errno), or it can again (0). */
	void (*news)(void *ctx, int error);
};

struct metrics_file;

/** metrics_file__new() - not written before the first flush; NULL without memory. @options is copied, its path is not */
struct metrics_file *metrics_file__new(const struct metrics_file_options *options);

/** metrics_file__consumer() - the file's: keeps it up to date, and writes it a last time when it is closed */
struct consumer *metrics_file__consumer(struct metrics_file *file);

/** metrics_file__changed() - something that @ask tells is another now */
void metrics_file__changed(struct metrics_file *file);

/** metrics_file__free() - release; the file stays. NULL is allowed */
void metrics_file__free(struct metrics_file *file);

#endif
