/* SPDX-License-Identifier: GPL-2.0 */
/* Where events go. A sink does not know whether they are live or recorded. */
#ifndef KLPSCOPE_SINK_H
#define KLPSCOPE_SINK_H

#include <stdio.h>

#include "event.h"

enum time_style {
	TIME_WALL, /* local time of day */
	TIME_BOOT, /* seconds since boot, as dmesg */
	TIME_DELTA, /* seconds since the event before */
	TIME_ISO, /* RFC 3339 with date and offset */
};

struct sink_options {
	enum time_style time;
	bool color;
};

struct sink {
	const struct sink_ops *ops;
	FILE *out;
	struct sink_options options;
	uint64_t last_boot_ns; /* of the event before, 0: none */
	void *state; /* the sink's own */
};

struct sink_ops {
	const char *name;
	int (*open)(struct sink *sink); /* optional */
	void (*event)(struct sink *sink, const struct event *event);
	void (*close)(struct sink *sink); /* optional */
};

extern const struct sink_ops sink_text;
extern const struct sink_ops sink_json;

/**
 * sink__open() - make a sink ready
 * @sink: filled
 * @ops: which one
 * @out: open stream that it writes to; stays the caller's
 * @options: how; copied
 *
 * Return: 0, or -ENOMEM.
 */
int sink__open(struct sink *sink, const struct sink_ops *ops, FILE *out,
	       const struct sink_options *options);

/** sink__event() - write one event */
void sink__event(struct sink *sink, const struct event *event);

/** sink__flush() - have all that was written reach the file; negative errno if it cannot */
int sink__flush(struct sink *sink);

/** sink__close() - release what the sink holds */
void sink__close(struct sink *sink);

/** time_style_of() - the style of this name, -EINVAL if there is none */
int time_style_of(const char *name);

#endif
