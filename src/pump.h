/* SPDX-License-Identifier: GPL-2.0 */
/* The one loop: from a source, by one decoder, to a list of consumers. */
#ifndef KLPSCOPE_PUMP_H
#define KLPSCOPE_PUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/consumer.h"
#include "flow/source.h"
#include "util/child.h"

/* More than any command has. */
#define PUMP_CONSUMERS_MAX 8

struct decoder;

struct pump {
	struct source *source;
	struct child *child; /* ends with it; NULL or pid 0: there is none */
	uint64_t duration_ns; /* ends after this time, 0: no limit */
	struct consumer *consumers[PUMP_CONSUMERS_MAX]; /* see pump__add() */
	size_t n_consumers;
	const struct consumer *failed; /* out: whose error it is; NULL: the source's, or memory */
	bool stopped; /* out: by a signal or the child's end, with more to come from the source */
	/* The pump's own. */
	struct decoder *decoder; /* NULL: nobody wants events, or none has come */
	bool keeps_records; /* somebody does */
	int error; /* of a consumer of events; negative errno */
	bool done; /* somebody has seen the last event that was wanted */
};

/**
 * pump_signals() - catch SIGINT, SIGTERM, SIGHUP and SIGCHLD from here on
 *
 * They are blocked but while the pump waits, so none is lost between.
 */
void pump_signals(void);

/** pump_catch() - catch this signal, too; pump_caught() then tells it */
void pump_catch(int signal);

/** pump_caught() - whether it came since the last call */
bool pump_caught(int signal);

/**
 * pump__add() - put a consumer at the end of the list
 * @pump: not running
 * @consumer: lives until pump__close()
 *
 * Each record and each event goes through the list in its order.
 */
void pump__add(struct pump *pump, struct consumer *consumer);

/**
 * pump__record() - hand on a record as if it came from the source
 *
 * Also for a consumer that is being called: what is installed belongs between
 * two records of the kernel.
 *
 * Return: 0 or negative errno, see pump__run().
 */
int pump__record(struct pump *pump, const void *data, size_t size);

/** pump__flush() - have consumers take to where they write what they have; as pump__run() */
int pump__flush(struct pump *pump);

/**
 * pump__run() - hand on records and events until there is a reason to stop
 * @pump: what to connect
 *
 * Stops at a signal, when a consumer has enough, after @duration_ns, when the
 * child has ended, or when the source has; what is in the source then still
 * comes through. While a child runs, SIGINT is left to it, which a terminal sent
 * it as well.
 *
 * Return: 0, or negative errno; @pump->failed says whose it is.
 */
int pump__run(struct pump *pump);

/**
 * pump__close() - close all consumers, in the order of the list
 * @pump: after pump__run(), or instead of it
 * @err: what that returned; -ECANCELED if it was not run
 *
 * Return: @err, or if that is 0 the first error of a consumer.
 */
int pump__close(struct pump *pump, int err);

/** pump_wait_child() - wait for the child, if it still runs; a SIGTERM is handed on to it */
void pump_wait_child(struct child *child);

#endif
