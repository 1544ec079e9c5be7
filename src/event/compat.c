// SPDX-License-Identifier: GPL-2.0
#include "compat.h"

#include <errno.h>
#include <string.h>

#include "util/cleanup.h"

/* The candidate's states by id, the first of each id only, as klp_get_state() finds it. */
struct offer {
	uint64_t id;
	size_t order;
	uint32_t version;
};

static int offer_cmp(const void *a, const void *b)
{
	const struct offer *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static struct offer *offers_sorted(const struct patch *candidate)
{
	struct offer *offers = calloc(candidate->n_states + 1, sizeof(*offers));

	if (!offers)
		return NULL;
	for (size_t i = 0; i < candidate->n_states; i++) {
		offers[i] = (struct offer){
			.id = candidate->states[i].id,
			.order = i,
			.version = candidate->states[i].version,
		};
	}
	qsort(offers, candidate->n_states, sizeof(*offers), offer_cmp);
	return offers;
}

static const struct offer *offers_find(const struct offer *offers, size_t n, uint64_t id)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (offers[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && offers[low].id == id ? &offers[low] : NULL;
}

static int conflicts_add(struct conflicts *found, struct conflict conflict)
{
	struct conflict *list = grow(found->list, found->n, &found->room, sizeof(*list));

	if (!list)
		return -ENOMEM;
	found->list = list;
	list[found->n++] = conflict;
	return 0;
}

int compat_check(const struct patch *candidate, const struct facts *installed,
		 struct conflicts *found)
{
	_cleanup_free_ struct offer *offers = offers_sorted(candidate);
	int err;

	if (!offers)
		return -ENOMEM;
	for (size_t p = 0; p < installed->n_patches; p++) {
		const struct patch *patch = &installed->patches[p];

		for (size_t s = 0; s < patch->n_states; s++) {
			const struct state *state = &patch->states[s];
			const struct offer *offer =
				offers_find(offers, candidate->n_states, state->id);
			struct conflict conflict = {
				.id = state->id,
				.installed_version = state->version,
				.no_version = installed->flags & WIRE_F_NO_VERSION,
				.installed_by = patch->name,
			};

			if (offer && offer->version >= state->version)
				continue;
			if (!offer && !candidate->replace)
				continue;
			conflict.kind = offer ? CONFLICT_OLDER : CONFLICT_MISSING;
			conflict.offered_version = offer ? offer->version : 0;
			err = conflicts_add(found, conflict);
			if (err)
				return err;
		}
	}
	return 0;
}

void conflicts__clear(struct conflicts *found)
{
	free(found->list);
	memset(found, 0, sizeof(*found));
}
