// SPDX-License-Identifier: GPL-2.0
#include "rules/compat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/cleanup.h"
#include "util/id_index.h"

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
	_cleanup_(id_index_clear) struct id_index offers = { 0 };
	int err = id_index_make(&offers, candidate->n_states);

	if (err)
		return err;
	/* The first of each id counts, as klp_get_state() finds it. */
	for (size_t i = 0; i < candidate->n_states; i++)
		id_index_add(&offers, candidate->states[i].id, i);
	for (size_t p = 0; p < installed->n_patches; p++) {
		const struct patch *patch = &installed->patches[p];

		for (size_t s = 0; s < patch->n_states; s++) {
			const struct state *state = &patch->states[s];
			uint32_t at = id_index_find(&offers, state->id);
			const struct state *offer =
				at == ID_INDEX_NONE ? NULL : &candidate->states[at];
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
