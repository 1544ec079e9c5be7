// SPDX-License-Identifier: GPL-2.0
#include "rules/states.h"

#include <stdbool.h>

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
