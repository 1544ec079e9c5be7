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

/*
 * Once patched, a cumulative patch leaves nothing below it. Above it there is
 * one only if its disabling was reversed.
 */
static const struct patch *patched_holder(const struct facts *installed, const struct patch *patch,
					  uint64_t id, uint32_t *version)
{
	size_t lowest = patch->replace ? patch - installed->patches : 0;

	for (size_t i = installed->n_patches; i-- > lowest;) {
		const struct state *state = patch__state(&installed->patches[i], id);

		if (state) {
			*version = state->version;
			return &installed->patches[i];
		}
	}
	return NULL;
}

static void change_of(const struct facts *installed, const struct patch *patch, int target,
		      uint64_t id, state_change_fn fn, void *ctx)
{
	struct state_change change = { .id = id };

	if (target) {
		change.from = state_holder(installed, id, patch, &change.from_version);
		change.to = patched_holder(installed, patch, id, &change.to_version);
	} else {
		change.from = state_holder(installed, id, NULL, &change.from_version);
		change.to = state_holder(installed, id, patch, &change.to_version);
	}
	if (change.from != change.to)
		fn(ctx, &change);
}

/* Whether an earlier state of the walk below has the same id. */
static bool seen_before(const struct facts *installed, const struct patch *patch, size_t p,
			size_t s, uint64_t id)
{
	if (patch__state(patch, id))
		return true;
	for (size_t i = 0; i < p; i++)
		if (patch__state(&installed->patches[i], id))
			return true;
	return patch__state(&installed->patches[p], id) != &installed->patches[p].states[s];
}

void state_changes(const struct facts *installed, const struct patch *patch, int target,
		   state_change_fn fn, void *ctx)
{
	for (size_t s = 0; s < patch->n_states; s++) {
		uint64_t id = patch->states[s].id;

		if (patch__state(patch, id) == &patch->states[s])
			change_of(installed, patch, target, id, fn, ctx);
	}
	if (!target || !patch->replace)
		return;
	/* What the replaced patches had and this one has not. */
	for (size_t p = 0; p < installed->n_patches; p++) {
		const struct patch *other = &installed->patches[p];

		for (size_t s = 0; other != patch && s < other->n_states; s++) {
			uint64_t id = other->states[s].id;

			if (!seen_before(installed, patch, p, s, id))
				change_of(installed, patch, target, id, fn, ctx);
		}
	}
}

static int id_cmp(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The state_changes() of the running transition, looked for by id. */
struct find_change {
	struct state_force *state;
};

static void find_change(void *ctx, const struct state_change *change)
{
	struct state_force *state = ((struct find_change *)ctx)->state;

	if (change->id != state->id)
		return;
	state->changing = true;
	state->next = change->to;
	state->next_version = change->to_version;
}

static void state_of(const struct snapshot *s, uint64_t id, state_force_fn fn, void *ctx)
{
	struct state_force state = {
		.id = id,
		.no_version = s->installed.flags & WIRE_F_NO_VERSION,
	};
	struct find_change find = { .state = &state };
	/* A patch that is only on its way in holds nothing yet. */
	const struct patch *except = s->transition && s->target == 1 ? s->transition : NULL;

	state.holder = state_holder(&s->installed, id, except, &state.version);
	if (s->transition && s->target >= 0)
		state_changes(&s->installed, s->transition, s->target, find_change, &find);
	fn(ctx, &state);
}

int snapshot_states(const struct snapshot *s, state_force_fn fn, void *ctx)
{
	_cleanup_free_ uint64_t *ids = NULL;
	size_t n = 0, all = 0;

	for (size_t p = 0; p < s->installed.n_patches; p++)
		all += s->installed.patches[p].n_states;
	ids = calloc(all + 1, sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	for (size_t p = 0; p < s->installed.n_patches; p++)
		for (size_t i = 0; i < s->installed.patches[p].n_states; i++)
			ids[n++] = s->installed.patches[p].states[i].id;
	qsort(ids, n, sizeof(*ids), id_cmp);
	for (size_t i = 0; i < n; i++)
		if (!i || ids[i] != ids[i - 1])
			state_of(s, ids[i], fn, ctx);
	return 0;
}
