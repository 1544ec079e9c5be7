// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>

#include "event/event.h"
#include "rules/states.h"
#include "sink/json_gen.h"
#include "sink/status.h"

static void write_patch(yajl_gen g, const struct snapshot *s, size_t i)
{
	const struct patch *patch = &s->installed.patches[i];

	yajl_gen_map_open(g);
	json_key_string(g, "patch", patch->name);
	json_key_number(g, "order", i + 1);
	json_key_bool(g, "enabled", patch->enabled);
	json_key_bool(g, "replace", patch->replace);
	json_key_bool(g, "forced", patch->forced);
	json_key_bool(g, "transition", patch == s->transition);
	json_key_states(g, patch, s->installed.flags);
	json_key_objects(g, patch);
	yajl_gen_map_close(g);
}

static void write_state(void *ctx, const struct state_force *state)
{
	bool has_version = !state->no_version;
	yajl_gen g = ctx;

	yajl_gen_map_open(g);
	json_key_number(g, "state", state->id);
	json_key_version(g, "version", has_version && state->holder ? &state->version : NULL);
	json_key_string(g, "patch", state->holder ? state->holder->name : NULL);
	if (state->changing) {
		json_key_version(g, "next_version",
				 has_version && state->next ? &state->next_version : NULL);
		json_key_string(g, "next_patch", state->next ? state->next->name : NULL);
	}
	yajl_gen_map_close(g);
}

static void write_transition(yajl_gen g, const struct snapshot *s)
{
	json_key(g, "transition");
	if (!s->transition) {
		yajl_gen_null(g);
		return;
	}
	yajl_gen_map_open(g);
	json_key_string(g, "patch", s->transition->name);
	json_key_string(g, "target", target_name(s->target));
	json_key_time(g, "since", s->has_since, s->since_real_ns);
	json_key_number_or_null(g, "tasks", s->has_tasks, s->tasks);
	json_key_number_or_null(g, "remaining", s->has_tasks, s->tasks_left);
	yajl_gen_map_close(g);
}

static int write_status(FILE *out, const struct snapshot *s, bool pretty)
{
	yajl_gen g = json_open(out, pretty);
	int err;

	if (!g)
		return -ENOMEM;
	yajl_gen_map_open(g);
	json_key_time(g, "time", true, s->real_ns);
	json_key_bool(g, "in_flux", s->in_flux);
	json_key_string(g, "broken", s->broken[0] ? s->broken : NULL);
	json_key_bool(g, "incomplete", !facts__complete(&s->installed));
	json_key(g, "livepatches");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < s->installed.n_patches; i++)
		write_patch(g, s, i);
	yajl_gen_array_close(g);
	json_key(g, "states");
	yajl_gen_array_open(g);
	err = snapshot_states(s, write_state, g);
	yajl_gen_array_close(g);
	write_transition(g, s);
	yajl_gen_map_close(g);
	yajl_gen_free(g);
	return err;
}

int status_json(FILE *out, const struct snapshot *s)
{
	return write_status(out, s, true);
}

int status_json_line(FILE *out, const struct snapshot *s)
{
	return write_status(out, s, false);
}
