/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where records come from. A source never prints.
 *
 * Room flow: what a source and a consumer of records are. It knows nothing else.
 */
#ifndef KLPSCOPE_FLOW_SOURCE_H
#define KLPSCOPE_FLOW_SOURCE_H

#include <stddef.h>
#include <stdint.h>

/* Takes one record; a negative errno ends the reading and is handed on. */
typedef int (*record_fn)(void *ctx, const void *data, size_t size);

struct source;

struct source_ops {
	/* What there is now, without waiting; 0, 1 if that was the last, or negative errno. */
	int (*consume)(struct source *source, record_fn fn, void *ctx);
	/* What is only known at the end (counts, losses). */
	int (*finish)(struct source *source, record_fn fn, void *ctx);
	/* When to consume again even if nothing is readable: CLOCK_MONOTONIC, ns; 0: never. Optional. */
	uint64_t (*due)(const struct source *source);
};

/* The first member of each kind of source. */
struct source {
	const struct source_ops *ops;
	int fd; /* readable when there is something to consume */
};

#endif
