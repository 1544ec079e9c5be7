// SPDX-License-Identifier: GPL-2.0
#include "event/attempt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

struct attempt *attempts__find(struct attempts *attempts, uint64_t key)
{
	for (size_t i = 0; key && i < attempts->used; i++)
		if (attempts->list[i].key == key)
			return &attempts->list[i];
	return NULL;
}

struct attempt *attempts__get(struct attempts *attempts, uint64_t key)
{
	struct attempt *attempt = attempts__find(attempts, key);

	if (attempt)
		return attempt;
	/* A free entry has number 0, so the oldest is also the first free one. */
	attempt = &attempts->list[0];
	for (size_t i = 1; i < attempts->used; i++)
		if (attempts->list[i].number < attempt->number)
			attempt = &attempts->list[i];
	if (attempts->used < ATTEMPTS_MAX && (attempt->number || !attempts->used))
		attempt = &attempts->list[attempts->used++];
	attempt__clear(attempt);
	attempt->key = key;
	attempt->number = ++attempts->last_number;
	return attempt;
}

void attempt__clear(struct attempt *attempt)
{
	facts__clear(&attempt->candidate);
	facts__clear(&attempt->installed);
	conflicts__clear(&attempt->conflicts);
	free(attempt->pending);
	memset(attempt, 0, sizeof(*attempt));
}

int attempt__keep(struct attempt *attempt, const struct wire_hdr *rec)
{
	union pending *pending;

	if (attempt->n_pending >= ATTEMPT_PENDING_MAX) {
		attempt->pending_dropped++;
		return 0;
	}
	pending = grow(attempt->pending, attempt->n_pending, &attempt->room_pending,
		       sizeof(*pending));
	if (!pending)
		return -ENOMEM;
	attempt->pending = pending;
	memcpy(&pending[attempt->n_pending++], rec, rec->size);
	return 0;
}

const struct patch *attempt__patch(const struct attempt *attempt)
{
	return attempt->candidate.n_patches ? &attempt->candidate.patches[0] : NULL;
}

void attempts__clear(struct attempts *attempts)
{
	for (size_t i = 0; i < attempts->used; i++)
		attempt__clear(&attempts->list[i]);
}
