// SPDX-License-Identifier: GPL-2.0
#include "report/compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/states.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/id_index.h"

/* One of the two, and what it is looked up by. */
struct side {
	const struct snapshot *snapshot;
	const struct patch **by_name;
	const struct patch *
		*other; /* of each livepatch the other side's of that name, NULL: none */
	size_t *rank; /* of each, how many that both have come before it */
	/* States, in the order of their ids. */
	struct state_force *states;
	size_t n_states, room_states;
	bool no_memory;
};

struct compare {
	struct side a, b;
	compared_fn fn;
	void *ctx;
	int found;
	bool no_memory;
};

static void tell(struct compare *c, const struct compared *compared)
{
	if (!compared->differences)
		return;
	c->found++;
	c->fn(c->ctx, compared);
}

static int side_open(struct side *side, const struct snapshot *snapshot)
{
	size_t n = snapshot->installed.n_patches;

	side->snapshot = snapshot;
	side->by_name = facts__by_name(&snapshot->installed);
	side->other = calloc(n + 1, sizeof(struct patch *));
	side->rank = calloc(n + 1, sizeof(*side->rank));
	return side->by_name && side->other && side->rank ? 0 : -ENOMEM;
}

static void side_close(struct side *side)
{
	free(side->by_name);
	free(side->other);
	free(side->rank);
	free(side->states);
}

static void side_match(struct side *side, const struct side *other)
{
	const struct facts *facts = &side->snapshot->installed;
	size_t n = 0;

	for (size_t i = 0; i < facts->n_patches; i++) {
		side->other[i] = patches_named(other->by_name, other->snapshot->installed.n_patches,
					       facts->patches[i].name);
		side->rank[i] = n;
		n += side->other[i] != NULL;
	}
}

static size_t place_of(const struct side *side, const struct patch *patch)
{
	return patch - side->snapshot->installed.patches;
}

static int states_differ(const struct patch *a, const struct patch *b, bool versions, bool *differ)
{
	_cleanup_(id_index_clear) struct id_index of_b = { 0 };

	*differ = a->n_states != b->n_states;
	if (*differ || !a->n_states)
		return 0;
	if (id_index_make(&of_b, b->n_states))
		return -ENOMEM;
	for (size_t i = 0; i < b->n_states; i++)
		id_index_add(&of_b, b->states[i].id, i);
	for (size_t i = 0; i < a->n_states && !*differ; i++) {
		uint32_t at = id_index_find(&of_b, a->states[i].id);

		*differ = at == ID_INDEX_NONE ||
			  (versions && b->states[at].version != a->states[i].version);
	}
	return 0;
}

/* A function that is changed, or an object in which some may be. */
struct changed {
	const char *object;
	const char *function; /* "": the object itself */
	uint32_t sympos;
};

static int changed_cmp(const void *a, const void *b)
{
	const struct changed *x = a, *y = b;
	int order = strcmp(x->object, y->object);

	if (!order)
		order = strcmp(x->function, y->function);
	return order || x->sympos == y->sympos ? order : x->sympos < y->sympos ? -1 : 1;
}

/* All that a livepatch changes, sorted, each once; the caller's to free, NULL without memory. */
static struct changed *changes_of(const struct patch *patch, size_t *n)
{
	size_t all = patch->n_objects, kept = 0;
	struct changed *list;

	for (size_t o = 0; o < patch->n_objects; o++)
		all += patch->objects[o].n_funcs;
	list = calloc(all + 1, sizeof(*list));
	if (!list)
		return NULL;
	all = 0;
	for (size_t o = 0; o < patch->n_objects; o++) {
		const struct object *object = &patch->objects[o];

		list[all++] = (struct changed){ object->name, "", 0 };
		for (size_t f = 0; f < object->n_funcs; f++)
			list[all++] = (struct changed){ object->name, object->funcs[f].name,
							object->funcs[f].sympos };
	}
	qsort(list, all, sizeof(*list), changed_cmp);
	for (size_t i = 0; i < all; i++)
		if (!kept || changed_cmp(&list[kept - 1], &list[i]))
			list[kept++] = list[i];
	*n = kept;
	return list;
}

static int functions_differ(const struct patch *a, const struct patch *b, bool *differ)
{
	size_t n_a = 0, n_b = 0;
	_cleanup_free_ struct changed *of_a = changes_of(a, &n_a), *of_b = changes_of(b, &n_b);

	if (!of_a || !of_b)
		return -ENOMEM;
	*differ = n_a != n_b;
	for (size_t i = 0; i < n_a && !*differ; i++)
		*differ = changed_cmp(&of_a[i], &of_b[i]);
	return 0;
}

static void compare_patch(struct compare *c, const struct patch *a, const struct patch *b)
{
	const struct snapshot *in_a = c->a.snapshot, *in_b = c->b.snapshot;
	bool no_version_a = in_a->installed.flags & WIRE_F_NO_VERSION;
	bool no_version_b = in_b->installed.flags & WIRE_F_NO_VERSION;
	struct compared compared = {
		.a = a,
		.b = b,
		.order_a = a ? place_of(&c->a, a) + 1 : 0,
		.order_b = b ? place_of(&c->b, b) + 1 : 0,
		.no_version_a = no_version_a,
		.no_version_b = no_version_b,
	};
	uint32_t *differences = &compared.differences;
	bool states, functions;

	if (!a || !b) {
		*differences = a ? DIFFERENCE_ONLY_A : DIFFERENCE_ONLY_B;
		tell(c, &compared);
		return;
	}
	if (states_differ(a, b, !no_version_a && !no_version_b, &states) ||
	    functions_differ(a, b, &functions)) {
		c->no_memory = true;
		return;
	}
	if (c->a.rank[place_of(&c->a, a)] != c->b.rank[place_of(&c->b, b)])
		*differences |= DIFFERENCE_ORDER;
	if (states)
		*differences |= DIFFERENCE_STATES;
	if (a->enabled != b->enabled || a->forced != b->forced ||
	    (a == in_a->transition) != (b == in_b->transition))
		*differences |= DIFFERENCE_STATUS;
	if (a->replace != b->replace)
		*differences |= DIFFERENCE_REPLACE;
	if (functions)
		*differences |= DIFFERENCE_FUNCTIONS;
	tell(c, &compared);
}

static void note_state(void *ctx, const struct state_force *state)
{
	struct side *side = ctx;
	struct state_force *list =
		grow(side->states, side->n_states, &side->room_states, sizeof(*list));

	if (!list) {
		side->no_memory = true;
		return;
	}
	side->states = list;
	if (state->holder)
		list[side->n_states++] = *state;
}

static void compare_state(struct compare *c, uint64_t id, const struct state_force *a,
			  const struct state_force *b)
{
	struct compared compared = {
		.id = id,
		.a = a ? a->holder : NULL,
		.b = b ? b->holder : NULL,
		.version_a = a ? a->version : 0,
		.version_b = b ? b->version : 0,
		.no_version_a = a && a->no_version,
		.no_version_b = b && b->no_version,
	};

	if (!a || !b)
		compared.differences = a ? DIFFERENCE_ONLY_A : DIFFERENCE_ONLY_B;
	else if (!a->no_version && !b->no_version && a->version != b->version)
		compared.differences = DIFFERENCE_VERSION;
	else if (strcmp(a->holder->name, b->holder->name))
		compared.differences = DIFFERENCE_HOLDER;
	tell(c, &compared);
}

static int compare_states(struct compare *c)
{
	struct side *sides[] = { &c->a, &c->b };
	size_t i = 0, j = 0;

	for (size_t side = 0; side < ARRAY_SIZE(sides); side++)
		if (snapshot_states(sides[side]->snapshot, note_state, sides[side]) ||
		    sides[side]->no_memory)
			return -ENOMEM;
	while (i < c->a.n_states || j < c->b.n_states) {
		const struct state_force *a = i < c->a.n_states ? &c->a.states[i] : NULL;
		const struct state_force *b = j < c->b.n_states ? &c->b.states[j] : NULL;
		uint64_t id = a ? a->id : UINT64_MAX;

		/* The next id of both; what has another has to wait. */
		if (b && b->id < id)
			id = b->id;
		if (a && a->id != id)
			a = NULL;
		if (b && b->id != id)
			b = NULL;
		compare_state(c, id, a, b);
		i += a != NULL;
		j += b != NULL;
	}
	return 0;
}

static int compare_all(struct compare *c)
{
	const struct facts *a = &c->a.snapshot->installed, *b = &c->b.snapshot->installed;

	side_match(&c->a, &c->b);
	side_match(&c->b, &c->a);
	for (size_t i = 0; i < a->n_patches; i++)
		compare_patch(c, &a->patches[i], c->a.other[i]);
	for (size_t i = 0; i < b->n_patches; i++)
		if (!c->b.other[i])
			compare_patch(c, NULL, &b->patches[i]);
	return c->no_memory ? -ENOMEM : compare_states(c);
}

int compare_snapshots(const struct snapshot *a, const struct snapshot *b, compared_fn fn, void *ctx)
{
	struct compare c = { .fn = fn, .ctx = ctx };
	int err = side_open(&c.a, a) | side_open(&c.b, b);

	if (!err)
		err = compare_all(&c);
	side_close(&c.a);
	side_close(&c.b);
	return err ? -ENOMEM : c.found;
}

const char *difference_name(enum difference difference)
{
	static const char *const names[DIFFERENCES] = {
		"only_a",  "only_b",	"order",  "states",  "status",
		"replace", "functions", "holder", "version",
	};

	return names[__builtin_ctz(difference)];
}
