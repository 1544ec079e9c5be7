/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where events go. A sink does not know whether they are live or recorded.
 *
 * Room sink: what people and programs read. It must not know whether it is live.
 */
#ifndef KLPSCOPE_SINK_SINK_H
#define KLPSCOPE_SINK_SINK_H

#include <stdio.h>

#include "event/event.h"
#include "event/summary.h"
#include "flow/consumer.h"

enum time_style {
	TIME_WALL, /* local time of day */
	TIME_BOOT, /* seconds since boot, as dmesg */
	TIME_DELTA, /* seconds since the event before */
	TIME_ISO, /* RFC 3339 with date and offset */
};

struct sink_options {
	enum time_style time;
	bool color;
	bool live_line; /* keep a line with the running transition below the events */
};

struct sink {
	struct consumer consumer; /* first; see sink__consumer() */
	const struct sink_ops *ops;
	FILE *out;
	struct sink_options options;
	uint64_t last_boot_ns; /* of the event before, 0: none */
	void *state; /* the sink's own */
	uint64_t count, written; /* as a consumer it has enough after @count events; 0: never */
};

struct sink_ops {
	const char *name;
	int (*open)(struct sink *sink); /* optional */
	/* Whether there was anything to write of it. */
	bool (*event)(struct sink *sink, const struct event *event);
	/* The transitions of the whole, at the end; optional. */
	void (*summary)(struct sink *sink, const struct summary *summary);
	void (*close)(struct sink *sink); /* optional */
};

extern const struct sink_ops sink_text;
extern const struct sink_ops sink_json;
extern const struct sink_ops sink_chrome;
extern const struct sink_ops sink_perfetto;

/** text_message() - an event as the text sink tells it, without time and task; a stall has a line for each task */
void text_message(FILE *out, const struct event *event);

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

/**
 * sink__consumer() - the sink as a consumer of a pump, which closes it
 * @sink: opened
 * @filter: of the events that are written; NULL: all
 * @count: it has enough after so many that were written; 0: never
 *
 * Return: the consumer, which is a part of @sink.
 */
struct consumer *sink__consumer(struct sink *sink, const struct filter *filter, uint64_t count);

/** sink__event() - write one event; whether there was anything to write of it */
bool sink__event(struct sink *sink, const struct event *event);

/** sink__summary() - write what was in all, before the sink is closed */
void sink__summary(struct sink *sink, const struct summary *summary);

/** sink__flush() - have all that was written reach the file; negative errno if it cannot */
int sink__flush(struct sink *sink);

/** sink__close() - release what the sink holds */
void sink__close(struct sink *sink);

/** time_style_of() - the style of this name, -EINVAL if there is none */
int time_style_of(const char *name);

#endif
