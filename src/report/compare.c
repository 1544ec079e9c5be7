// SPDX-License-Identifier: GPL-2.0
#include "report/compare.h"

#include <errno.h>
#include <string.h>

#include "rules/states.h"
#include "util/cleanup.h"

struct compare {
	const struct snapshot *a, *b;
	compared_fn fn;
	void *ctx;
	int found;
	/* States of both sides, in the order of their ids. */
	struct state_force *states[2];
	size_t n_states[2], room_states[2];
	int side;
	bool no_memory;
};

static void tell(struct compare *c, const struct compared *compared)
{
	if (!compared->differences)
		return;
	c->found++;
	c->fn(c->ctx, compared);
}

/* Which of the livepatches that both have this is. */
static size_t rank(const struct facts *list, const struct facts *other, const struct patch *patch)
{
	size_t n = 0;

	for (const struct patch *p = list->patches; p != patch; p++)
		n += facts__named(other, p->name) != NULL;
	return n;
}

static bool states_differ(const struct patch *a, const struct patch *b, bool versions)
{
	if (a->n_states != b->n_states)
		return true;
	for (size_t i = 0; i < a->n_states; i++) {
		const struct state *other = patch__state(b, a->states[i].id);

		if (!other || (versions && other->version != a->states[i].version))
			return true;
	}
	return false;
}

static const struct object *find_object(const struct patch *patch, const char *name)
{
	for (size_t i = 0; i < patch->n_objects; i++)
		if (!strcmp(patch->objects[i].name, name))
			return &patch->objects[i];
	return NULL;
}

static bool has_func(const struct object *object, const struct func *func)
{
	for (size_t i = 0; i < object->n_funcs; i++)
		if (object->funcs[i].sympos == func->sympos &&
		    !strcmp(object->funcs[i].name, func->name))
			return true;
	return false;
}

static bool lacks_functions(const struct patch *a, const struct patch *b)
{
	for (size_t o = 0; o < a->n_objects; o++) {
		const struct object *object = &a->objects[o], *other = find_object(b, object->name);

		if (!other)
			return true;
		for (size_t f = 0; f < object->n_funcs; f++)
			if (!has_func(other, &object->funcs[f]))
				return true;
	}
	return false;
}

static void compare_patch(struct compare *c, const struct patch *a, const struct patch *b)
{
	const struct facts *in_a = &c->a->installed, *in_b = &c->b->installed;
	bool versions = !((in_a->flags | in_b->flags) & WIRE_F_NO_VERSION);
	struct compared compared = {
		.a = a,
		.b = b,
		.order_a = a ? a - in_a->patches + 1 : 0,
		.order_b = b ? b - in_b->patches + 1 : 0,
		.no_version_a = in_a->flags & WIRE_F_NO_VERSION,
		.no_version_b = in_b->flags & WIRE_F_NO_VERSION,
	};
	uint32_t *differences = &compared.differences;

	if (!a || !b) {
		*differences = a ? DIFFERENCE_ONLY_A : DIFFERENCE_ONLY_B;
		tell(c, &compared);
		return;
	}
	if (rank(in_a, in_b, a) != rank(in_b, in_a, b))
		*differences |= DIFFERENCE_ORDER;
	if (states_differ(a, b, versions))
		*differences |= DIFFERENCE_STATES;
	if (a->enabled != b->enabled || a->forced != b->forced ||
	    (a == c->a->transition) != (b == c->b->transition))
		*differences |= DIFFERENCE_STATUS;
	if (a->replace != b->replace)
		*differences |= DIFFERENCE_REPLACE;
	if (lacks_functions(a, b) || lacks_functions(b, a))
		*differences |= DIFFERENCE_FUNCTIONS;
	tell(c, &compared);
}

static void note_state(void *ctx, const struct state_force *state)
{
	struct compare *c = ctx;
	struct state_force *list = grow(c->states[c->side], c->n_states[c->side],
					&c->room_states[c->side], sizeof(*list));

	if (!list) {
		c->no_memory = true;
		return;
	}
	c->states[c->side] = list;
	if (state->holder)
		list[c->n_states[c->side]++] = *state;
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
	size_t i = 0, j = 0;

	for (c->side = 0; c->side < 2; c->side++)
		if (snapshot_states(c->side ? c->b : c->a, note_state, c) || c->no_memory)
			return -ENOMEM;
	while (i < c->n_states[0] || j < c->n_states[1]) {
		const struct state_force *a = i < c->n_states[0] ? &c->states[0][i] : NULL;
		const struct state_force *b = j < c->n_states[1] ? &c->states[1][j] : NULL;
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

int compare_snapshots(const struct snapshot *a, const struct snapshot *b, compared_fn fn, void *ctx)
{
	struct compare c = { .a = a, .b = b, .fn = fn, .ctx = ctx };
	int err;

	for (size_t i = 0; i < a->installed.n_patches; i++)
		compare_patch(&c, &a->installed.patches[i],
			      facts__named(&b->installed, a->installed.patches[i].name));
	for (size_t i = 0; i < b->installed.n_patches; i++)
		if (!facts__named(&a->installed, b->installed.patches[i].name))
			compare_patch(&c, NULL, &b->installed.patches[i]);
	err = compare_states(&c);
	free(c.states[0]);
	free(c.states[1]);
	return err ? err : c.found;
}

const char *difference_name(enum difference difference)
{
	static const char *const names[DIFFERENCES] = {
		"only_a",  "only_b",	"order",  "states",  "status",
		"replace", "functions", "holder", "version",
	};

	return names[__builtin_ctz(difference)];
}
