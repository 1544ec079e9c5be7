/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who gets what a pump reads: records as they came, or the events that the pump's decoder makes of them. A consumer does
 * not know who else there is, nor whether the records are live.
 */
#ifndef KLPSCOPE_FLOW_CONSUMER_H
#define KLPSCOPE_FLOW_CONSUMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct consumer;
struct event;
struct filter;
struct snapshot;

/* All are optional. A negative errno ends the pump, which names the consumer that returned it. */
struct consumer_ops {
	/* One record, before any event of it. */
	int (*record)(struct consumer *consumer, const void *data, size_t size);
	/* One event; it lives until this returns. 1: it was the last that is wanted, by anybody. */
	int (*event)(struct consumer *consumer, const struct event *event);
	/* What was installed at @boot_ns (CLOCK_BOOTTIME): a snapshot is complete. */
	int (*installed)(struct consumer *consumer, const struct snapshot *snapshot,
			 uint64_t boot_ns);
	/* A record was not decoded for want of memory: events are missing. */
	void (*missed)(struct consumer *consumer);
	/* All that there is now was handed over. */
	int (*flush)(struct consumer *consumer);
	/* When to be woken even if nothing comes: CLOCK_MONOTONIC, ns; 0: never. */
	uint64_t (*due)(const struct consumer *consumer);
	/* The pump is awake, and about to read: do what is due. */
	int (*wake)(struct consumer *consumer);
	/* Nothing comes any more. @err: what the pump ended with, 0 if all went well, -ECANCELED if it was not run. */
	int (*close)(struct consumer *consumer, int err);
};

/* The first member of each kind of consumer. */
struct consumer {
	const struct consumer_ops *ops;
	const struct filter *filter; /* of events; NULL: all */
	const char *output; /* what it writes to, for messages; NULL: nothing that can fail */
	bool keeps; /* the records as they are: the pump goes on where they cannot be decoded */
	int reader; /* fd that reports an error when nobody reads any more; 0: none */
};

#endif
