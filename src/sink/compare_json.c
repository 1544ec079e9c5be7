// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "sink/compare_forms.h"
#include "sink/json_gen.h"

struct writing {
	yajl_gen g;
	bool states; /* these are written now, else livepatches */
	const struct compare_side *a, *b;
};

static void key_side(yajl_gen g, const char *key, const struct compare_side *side)
{
	json_key(g, key);
	yajl_gen_map_open(g);
	json_key_string(g, "name", side->name);
	json_key_string(g, "host", side->host && *side->host ? side->host : NULL);
	json_key_string(g, "release", side->release && *side->release ? side->release : NULL);
	json_key_time(g, "time", side->snapshot.real_ns, side->snapshot.real_ns);
	json_key_bool(g, "known", side->known);
	json_key_bool(g, "incomplete", side->incomplete);
	yajl_gen_map_close(g);
}

static void key_patch(yajl_gen g, const char *key, const struct patch *patch, size_t order,
		      const struct snapshot *snapshot)
{
	json_key(g, key);
	if (!patch) {
		yajl_gen_null(g);
		return;
	}
	yajl_gen_map_open(g);
	json_key_number(g, "order", order);
	json_key_bool(g, "enabled", patch->enabled);
	json_key_bool(g, "replace", patch->replace);
	json_key_bool(g, "forced", patch->forced);
	json_key_bool(g, "transition", patch == snapshot->transition);
	json_key_states(g, patch, snapshot->installed.flags);
	json_key_objects(g, patch);
	yajl_gen_map_close(g);
}

static void key_holder(yajl_gen g, const char *key, const struct patch *holder,
		       const uint32_t *version)
{
	json_key(g, key);
	if (!holder) {
		yajl_gen_null(g);
		return;
	}
	yajl_gen_map_open(g);
	json_key_string(g, "patch", holder->name);
	json_key_version(g, "version", version);
	yajl_gen_map_close(g);
}

static void write(void *ctx, const struct compared *c)
{
	struct writing *w = ctx;
	yajl_gen g = w->g;

	if (w->states != (c->id != 0))
		return;
	yajl_gen_map_open(g);
	if (c->id)
		json_key_number(g, "state", c->id);
	else
		json_key_string(g, "patch", c->a ? c->a->name : c->b->name);
	json_key(g, "differences");
	yajl_gen_array_open(g);
	for (int i = 0; i < DIFFERENCES; i++)
		if (c->differences & (1U << i))
			json_string(g, difference_name(1U << i));
	yajl_gen_array_close(g);
	if (c->id) {
		key_holder(g, "a", c->a, c->no_version_a ? NULL : &c->version_a);
		key_holder(g, "b", c->b, c->no_version_b ? NULL : &c->version_b);
	} else {
		key_patch(g, "a", c->a, c->order_a, &w->a->snapshot);
		key_patch(g, "b", c->b, c->order_b, &w->b->snapshot);
	}
	yajl_gen_map_close(g);
}

int compare_json(FILE *out, const struct compare_side *a, const struct compare_side *b)
{
	struct writing w = { .g = json_open(out, false), .a = a, .b = b };
	int n = 0;

	if (!w.g)
		return -ENOMEM;
	yajl_gen_map_open(w.g);
	key_side(w.g, "a", a);
	key_side(w.g, "b", b);
	for (int states = 0; n >= 0 && states < 2; states++) {
		w.states = states;
		json_key(w.g, states ? "states" : "livepatches");
		yajl_gen_array_open(w.g);
		n = compare_snapshots(&a->snapshot, &b->snapshot, write, &w);
		yajl_gen_array_close(w.g);
	}
	yajl_gen_map_close(w.g);
	json_line(w.g);
	yajl_gen_free(w.g);
	return n;
}
