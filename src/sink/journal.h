/* SPDX-License-Identifier: GPL-2.0 */
/* Events to systemd's journal, each an entry with fields of its own (docs/journal.md). */
#ifndef KLPSCOPE_SINK_JOURNAL_H
#define KLPSCOPE_SINK_JOURNAL_H

#include "event/event.h"
#include "facts/snapshot.h"
#include "flow/consumer.h"

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

/** journal__event() - send one; a retry, and a progress that brought nothing new, are left out */
void journal__event(struct journal *journal, const struct event *event);

/** journal__installed() - send what is installed */
void journal__installed(struct journal *journal, const struct snapshot *snapshot);

/** journal__consumer() - the journal's: sends events and what is installed */
struct consumer *journal__consumer(struct journal *journal);

/** journal__lost() - how many entries were lost in all */
uint64_t journal__lost(const struct journal *journal);

/** journal__free() - release; NULL is allowed */
void journal__free(struct journal *journal);

#endif
