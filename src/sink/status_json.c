// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>

#include "event/event.h"
#include "rules/states.h"
#include "sink/json_keys.h"
#include "sink/status.h"

static void write_patch(struct json_writer *w, const struct snapshot *s, size_t i)
{
	const struct patch *patch = &s->installed.patches[i];

	json_begin_object(w);
	json_key_string(w, "patch", patch->name);
	json_key_number(w, "order", i + 1);
	json_key_bool(w, "enabled", patch->enabled);
	json_key_bool(w, "replace", patch->replace);
	json_key_bool(w, "forced", patch->forced);
	json_key_bool(w, "transition", patch == s->transition);
	json_key_states(w, patch, s->installed.flags);
	json_key_objects(w, patch);
	json_end_object(w);
}

static void write_state(void *ctx, const struct state_force *state)
{
	bool has_version = !state->no_version;
	struct json_writer *w = ctx;

	json_begin_object(w);
	json_key_number(w, "state", state->id);
	json_key_version(w, "version", has_version && state->holder ? &state->version : NULL);
	json_key_string(w, "patch", state->holder ? state->holder->name : NULL);
	if (state->changing) {
		json_key_version(w, "next_version",
				 has_version && state->next ? &state->next_version : NULL);
		json_key_string(w, "next_patch", state->next ? state->next->name : NULL);
	}
	json_end_object(w);
}

static void write_transition(struct json_writer *w, const struct snapshot *s)
{
	json_key(w, "transition");
	if (!s->transition) {
		json_null(w);
		return;
	}
	json_begin_object(w);
	json_key_string(w, "patch", s->transition->name);
	json_key_string(w, "target", target_name(s->target));
	json_key_time(w, "since", s->has_since, s->since_real_ns);
	json_key_number_or_null(w, "tasks", s->has_tasks, s->tasks);
	json_key_number_or_null(w, "remaining", s->has_tasks, s->tasks_left);
	json_end_object(w);
}

static int write_status(FILE *out, const struct snapshot *s, bool pretty)
{
	struct json_writer *w = json_writer__open(out, pretty);
	int err;

	if (!w)
		return -ENOMEM;
	json_begin_object(w);
	json_key_time(w, "time", true, s->real_ns);
	json_key_bool(w, "in_flux", s->in_flux);
	json_key_string(w, "broken", s->broken[0] ? s->broken : NULL);
	json_key_bool(w, "incomplete", !facts__complete(&s->installed));
	json_key(w, "livepatches");
	json_begin_array(w);
	for (size_t i = 0; i < s->installed.n_patches; i++)
		write_patch(w, s, i);
	json_end_array(w);
	json_key(w, "states");
	json_begin_array(w);
	err = snapshot_states(s, write_state, w);
	json_end_array(w);
	write_transition(w, s);
	json_end_object(w);
	json_writer__close(w);
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
