// SPDX-License-Identifier: GPL-2.0
#include "facts/snapshot.h"

#include <errno.h>
#include <string.h>

#include "rules/states.h"
#include "util/cleanup.h"

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

void snapshot_clear(struct snapshot *snapshot)
{
	facts__clear(&snapshot->installed);
	memset(snapshot, 0, sizeof(*snapshot));
}
