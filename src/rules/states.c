// SPDX-License-Identifier: GPL-2.0
#include "rules/states.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "util/cleanup.h"

const struct patch *state_holder(const struct facts *installed, uint64_t id,
				 const struct patch *except, uint32_t *version)
{
	for (size_t i = installed->n_patches; i-- > 0;) {
		const struct patch *patch = &installed->patches[i];
		const struct state *state = patch == except ? NULL : patch__state(patch, id);

		if (state) {
			*version = state->version;
			return patch;
		}
	}
	return NULL;
}

/* A state of a livepatch: of several with one id the first, as klp_get_state() finds it. */
struct have {
	uint64_t id;
	uint32_t patch, at; /* which of the livepatches, which of its states */
};

/* Those of all livepatches, by id; of one id, in the order of the livepatches. */
struct haves {
	const struct facts *installed;
	struct have *list;
	size_t n;
};

static int have_cmp(const void *a, const void *b)
{
	const struct have *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	if (x->patch != y->patch)
		return x->patch < y->patch ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static int haves_make(struct haves *haves, const struct facts *installed)
{
	size_t all = 0, n = 0;

	for (size_t p = 0; p < installed->n_patches; p++)
		all += installed->patches[p].n_states;
	*haves = (struct haves){ .installed = installed };
	haves->list = calloc(all + 1, sizeof(*haves->list));
	if (!haves->list)
		return -ENOMEM;
	for (size_t p = 0; p < installed->n_patches; p++)
		for (size_t i = 0; i < installed->patches[p].n_states; i++)
			haves->list[n++] =
				(struct have){ installed->patches[p].states[i].id, p, i };
	qsort(haves->list, n, sizeof(*haves->list), have_cmp);
	for (size_t i = 0; i < n; i++) {
		const struct have *last = haves->n ? &haves->list[haves->n - 1] : NULL;
		struct have have = haves->list[i];

		if (!last || last->id != have.id || last->patch != have.patch)
			haves->list[haves->n++] = have;
	}
	return 0;
}

static void haves_clear(struct haves *haves)
{
	free(haves->list);
}

/* The first place that is not before a state of a livepatch; it may be the end. */
static size_t place_of(const struct haves *haves, uint64_t id, uint32_t patch)
{
	const struct have key = { .id = id, .patch = patch };
	size_t from = 0, to = haves->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (have_cmp(&haves->list[middle], &key) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* NULL: the livepatch does not have it. */
static const struct have *find(const struct haves *haves, uint64_t id, uint32_t patch)
{
	size_t at = place_of(haves, id, patch);

	return at < haves->n && haves->list[at].id == id && haves->list[at].patch == patch
		       ? &haves->list[at]
		       : NULL;
}

/* No livepatch, where one is to be left out. */
#define NO_PATCH UINT32_MAX

/* The latest that has a state, from @lowest on and other than @except: state_holder() of many states. */
static const struct patch *holder_of(const struct haves *haves, uint64_t id, uint32_t lowest,
				     uint32_t except, uint32_t *version)
{
	size_t first = place_of(haves, id, lowest), end = place_of(haves, id, NO_PATCH);
	const struct patch *patch;

	if (end > first && haves->list[end - 1].patch == except)
		end--;
	if (end == first)
		return NULL;
	patch = &haves->installed->patches[haves->list[end - 1].patch];
	*version = patch->states[haves->list[end - 1].at].version;
	return patch;
}

/* What becomes of a state; whether it changes. */
static bool change_of(const struct haves *haves, const struct patch *patch, int target, uint64_t id,
		      struct state_change *change)
{
	uint32_t self = patch - haves->installed->patches;
	/*
	 * Once patched, a cumulative patch leaves nothing below it. Above it there is
	 * one only if its disabling was reversed.
	 */
	uint32_t lowest = target && patch->replace ? self : 0;

	*change = (struct state_change){ .id = id };
	change->from = holder_of(haves, id, 0, target ? self : NO_PATCH, &change->from_version);
	change->to = holder_of(haves, id, lowest, target ? NO_PATCH : self, &change->to_version);
	return change->from != change->to;
}

int state_changes(const struct facts *installed, const struct patch *patch, int target,
		  state_change_fn fn, void *ctx)
{
	_cleanup_(haves_clear) struct haves haves;
	uint32_t self = patch - installed->patches;
	struct state_change change;
	int err = haves_make(&haves, installed);

	if (err)
		return err;
	for (size_t s = 0; s < patch->n_states; s++) {
		uint64_t id = patch->states[s].id;

		if (find(&haves, id, self)->at == s &&
		    change_of(&haves, patch, target, id, &change))
			fn(ctx, &change);
	}
	if (!target || !patch->replace)
		return 0;
	/* What the replaced patches had and this one has not. */
	for (size_t p = 0; p < installed->n_patches; p++) {
		const struct patch *other = &installed->patches[p];

		for (size_t s = 0; other != patch && s < other->n_states; s++) {
			uint64_t id = other->states[s].id;
			const struct have *first = &haves.list[place_of(&haves, id, 0)];

			if (first->patch == p && first->at == s && !find(&haves, id, self) &&
			    change_of(&haves, patch, target, id, &change))
				fn(ctx, &change);
		}
	}
	return 0;
}

static void state_of(const struct snapshot *s, const struct haves *haves, uint64_t id,
		     state_force_fn fn, void *ctx)
{
	struct state_force state = {
		.id = id,
		.no_version = s->installed.flags & WIRE_F_NO_VERSION,
	};
	uint32_t self = s->transition ? s->transition - s->installed.patches : NO_PATCH;
	/* A patch that is only on its way in holds nothing yet. */
	bool enters = s->transition && s->target == 1;
	struct state_change change;

	state.holder = holder_of(haves, id, 0, enters ? self : NO_PATCH, &state.version);
	if (s->transition && s->target >= 0 &&
	    (find(haves, id, self) || (s->target && s->transition->replace)) &&
	    change_of(haves, s->transition, s->target, id, &change)) {
		state.changing = true;
		state.next = change.to;
		state.next_version = change.to_version;
	}
	fn(ctx, &state);
}

int snapshot_states(const struct snapshot *s, state_force_fn fn, void *ctx)
{
	_cleanup_(haves_clear) struct haves haves;
	int err = haves_make(&haves, &s->installed);

	for (size_t i = 0; !err && i < haves.n; i++)
		if (!i || haves.list[i].id != haves.list[i - 1].id)
			state_of(s, &haves, haves.list[i].id, fn, ctx);
	return err;
}
