/* SPDX-License-Identifier: GPL-2.0 */
/* Events to systemd's journal, each an entry with fields of its own (docs/journal.md). */
#ifndef KLPSCOPE_SINK_JOURNAL_H
#define KLPSCOPE_SINK_JOURNAL_H

#include "event/event.h"
#include "facts/snapshot.h"
#include "flow/record_sink.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* A full journald is waited for so long, ms; then the entry is lost. */
#define JOURNAL_PATIENCE_MS 100

struct journal_options {
	const char *socket;
	/* The journal does not take entries any more (negative errno), or it does again (0): @lost were lost meanwhile. */
	void (*news)(int error, uint64_t lost);
};

struct journal;

/** journal__new() - nothing is sent yet, so nothing can fail but memory: then NULL. @options is copied */
struct journal *journal__new(const struct journal_options *options);

/** journal__event() - send one; a retry, and a progress that brought nothing new, are left out. For struct pump's also */
void journal__event(void *journal, const struct event *event);

/** journal__installed() - send what is installed */
void journal__installed(struct journal *journal, const struct snapshot *snapshot);

/**
 * journal__sink() - records instead of events: what they mean is sent
 * @inner: gets the records first
 *
 * Return: for the pump, in the place of @inner; the journal's. NULL without memory.
 */
struct record_sink *journal__sink(struct journal *journal, struct record_sink *inner);

/** journal__end() - the last record has come; how many entries were lost in all */
uint64_t journal__end(struct journal *journal);

/** journal__free() - release; NULL is allowed */
void journal__free(struct journal *journal);

#endif
