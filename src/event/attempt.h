/* SPDX-License-Identifier: GPL-2.0 */
/* Attempts to enable a livepatch, from klp_enable_patch until they are decided. */
#ifndef KLPSCOPE_EVENT_ATTEMPT_H
#define KLPSCOPE_EVENT_ATTEMPT_H

#include "facts/facts.h"
#include "rules/compat.h"

#define ATTEMPTS_MAX	    256 /* remembered at once; then the oldest is forgotten */
#define ATTEMPT_PENDING_MAX 64 /* records kept for one attempt */

/* A record whose telling waits until the attempt is decided. */
union pending {
	struct wire_hdr hdr;
	struct wire_message message;
	struct wire_lookup lookup;
};

struct attempt {
	uint64_t key; /* as BPF names it; 0: the entry is free */
	uint64_t number; /* as users see it */
	struct facts candidate; /* one patch, or empty where its walk was lost */
	struct facts installed;
	struct conflicts conflicts;
	bool checked; /* @installed and @conflicts are filled */
	bool started; /* the transition has begun: accepted */
	bool completed; /* the transition has ended */
	bool returned; /* the module's init has ended; with the above, all is told */
	union pending *pending; /* in order */
	size_t n_pending, room_pending;
	size_t pending_dropped;
};

struct attempts {
	struct attempt list[ATTEMPTS_MAX];
	size_t used; /* places from the first on that ever were, which in practice are few */
	uint64_t last_number;
};

/** attempts__get() - the attempt with this key, made if there is none */
struct attempt *attempts__get(struct attempts *attempts, uint64_t key);

/** attempts__find() - the attempt with this key, or NULL */
struct attempt *attempts__find(struct attempts *attempts, uint64_t key);

/** attempt__clear() - forget an attempt and release what it holds */
void attempt__clear(struct attempt *attempt);

/** attempt__keep() - remember a WIRE_MESSAGE or WIRE_LOOKUP, already validated; -ENOMEM */
int attempt__keep(struct attempt *attempt, const struct wire_hdr *rec);

/** attempt__patch() - the candidate; NULL where its walk was lost */
const struct patch *attempt__patch(const struct attempt *attempt);

/** attempts__clear() - forget all */
void attempts__clear(struct attempts *attempts);

#endif
