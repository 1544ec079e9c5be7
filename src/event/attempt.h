/* SPDX-License-Identifier: GPL-2.0 */
/* Attempts to enable a livepatch, from klp_enable_patch until they are decided. */
#ifndef KLPSCOPE_ATTEMPT_H
#define KLPSCOPE_ATTEMPT_H

#include "compat.h"
#include "event.h"
#include "facts.h"

#define ATTEMPTS_MAX	     256 /* remembered at once; then the oldest is forgotten */
#define ATTEMPT_MESSAGES_MAX 64 /* lines of the kernel log kept for one attempt */

struct attempt_message {
	struct event event; /* of kind EVENT_MESSAGE; its text is kept below */
	char text[WIRE_TEXT_LEN + 1];
};

struct attempt {
	uint64_t key; /* as BPF names it; 0: the entry is free */
	uint64_t number; /* as users see it */
	struct facts candidate; /* one patch, or empty where its walk was lost */
	struct facts installed;
	struct conflicts conflicts;
	bool checked; /* @installed and @conflicts are filled */
	bool started; /* the transition has begun: accepted */
	struct attempt_message *messages;
	size_t n_messages, room_messages;
	size_t messages_dropped;
};

struct attempts {
	struct attempt list[ATTEMPTS_MAX];
	uint64_t last_number;
};

/** attempts__get() - the attempt with this key, made if there is none */
struct attempt *attempts__get(struct attempts *attempts, uint64_t key);

/** attempts__find() - the attempt with this key, or NULL */
struct attempt *attempts__find(struct attempts *attempts, uint64_t key);

/** attempt__clear() - forget an attempt and release what it holds */
void attempt__clear(struct attempt *attempt);

/** attempt__keep_message() - remember a line of the kernel log; -ENOMEM */
int attempt__keep_message(struct attempt *attempt, const struct event *event);

/** attempt__patch() - the candidate; NULL where its walk was lost */
const struct patch *attempt__patch(const struct attempt *attempt);

/** attempts__clear() - forget all */
void attempts__clear(struct attempts *attempts);

#endif
