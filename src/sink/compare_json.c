// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "sink/compare_forms.h"
#include "sink/json_keys.h"

struct writing {
	struct json_writer *w;
	bool states; /* these are written now, else livepatches */
	const struct compare_side *a, *b;
};

static void key_side(struct json_writer *w, const char *key, const struct compare_side *side)
{
	json_key(w, key);
	json_begin_object(w);
	json_key_string(w, "name", side->name);
	json_key_string(w, "host", side->host && *side->host ? side->host : NULL);
	json_key_string(w, "release", side->release && *side->release ? side->release : NULL);
	json_key_time(w, "time", side->snapshot.real_ns, side->snapshot.real_ns);
	json_key_bool(w, "known", side->known);
	json_key_bool(w, "incomplete", side->incomplete);
	json_end_object(w);
}

static void key_patch(struct json_writer *w, const char *key, const struct patch *patch,
		      size_t order, const struct snapshot *snapshot)
{
	json_key(w, key);
	if (!patch) {
		json_null(w);
		return;
	}
	json_begin_object(w);
	json_key_number(w, "order", order);
	json_key_bool(w, "enabled", patch->enabled);
	json_key_bool(w, "replace", patch->replace);
	json_key_bool(w, "forced", patch->forced);
	json_key_bool(w, "transition", patch == snapshot->transition);
	json_key_states(w, patch, snapshot->installed.flags);
	json_key_objects(w, patch);
	json_end_object(w);
}

static void key_holder(struct json_writer *w, const char *key, const struct patch *holder,
		       const uint32_t *version)
{
	json_key(w, key);
	if (!holder) {
		json_null(w);
		return;
	}
	json_begin_object(w);
	json_key_string(w, "patch", holder->name);
	json_key_version(w, "version", version);
	json_end_object(w);
}

static void write_difference(void *ctx, const struct compared *c)
{
	struct writing *writing = ctx;
	struct json_writer *w = writing->w;

	if (writing->states != (c->id != 0))
		return;
	json_begin_object(w);
	if (c->id)
		json_key_number(w, "state", c->id);
	else
		json_key_string(w, "patch", c->a ? c->a->name : c->b->name);
	json_key(w, "differences");
	json_begin_array(w);
	for (int i = 0; i < DIFFERENCES; i++)
		if (c->differences & (1U << i))
			json_string(w, difference_name(1U << i));
	json_end_array(w);
	if (c->id) {
		key_holder(w, "a", c->a, c->no_version_a ? NULL : &c->version_a);
		key_holder(w, "b", c->b, c->no_version_b ? NULL : &c->version_b);
	} else {
		key_patch(w, "a", c->a, c->order_a, &writing->a->snapshot);
		key_patch(w, "b", c->b, c->order_b, &writing->b->snapshot);
	}
	json_end_object(w);
}

int compare_json(FILE *out, const struct compare_side *a, const struct compare_side *b)
{
	struct writing writing = { .w = json_writer__open(out, false), .a = a, .b = b };
	int n = 0;

	if (!writing.w)
		return -ENOMEM;
	json_begin_object(writing.w);
	key_side(writing.w, "a", a);
	key_side(writing.w, "b", b);
	for (int states = 0; n >= 0 && states < 2; states++) {
		writing.states = states;
		json_key(writing.w, states ? "states" : "livepatches");
		json_begin_array(writing.w);
		n = compare_snapshots(&a->snapshot, &b->snapshot, write_difference, &writing);
		json_end_array(writing.w);
	}
	json_end_object(writing.w);
	json_writer__line(writing.w);
	json_writer__close(writing.w);
	return n;
}
