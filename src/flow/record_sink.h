/* SPDX-License-Identifier: GPL-2.0 */
/* Where records go as they are, before anything is made of them: what "record" writes to. */
#ifndef KLPSCOPE_FLOW_RECORD_SINK_H
#define KLPSCOPE_FLOW_RECORD_SINK_H

#include <stddef.h>
#include <stdint.h>

struct record_sink;

struct record_sink_ops {
	/* Takes one record; 0, or negative errno. */
	int (*record)(struct record_sink *sink, const void *data, size_t size);
	/* All that there is now was handed over. */
	int (*flush)(struct record_sink *sink);
	/* Does what is due; called whenever the pump is awake, before it reads. */
	int (*turn)(struct record_sink *sink);
	/* When a turn is due even if nothing comes: CLOCK_MONOTONIC, ns; 0: never. */
	uint64_t (*due)(const struct record_sink *sink);
};

/* The first member of each kind of it. */
struct record_sink {
	const struct record_sink_ops *ops;
};

#endif
