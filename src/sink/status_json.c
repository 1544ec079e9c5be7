// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>

#include "event/event.h"
#include "rules/in_force.h"
#include "rules/states.h"
#include "sink/json_keys.h"
#include "sink/status.h"

struct skippers_ctx {
	struct json_writer *w;
	const struct patch *patch;
};

static bool write_skipper(void *ctx, const struct skipper *skipper)
{
	const struct skippers_ctx *c = ctx;
	const struct foreign_owners *owners = skipper->owners;
	size_t kept = owners->n < FOREIGN_OWNERS_MAX ? owners->n : FOREIGN_OWNERS_MAX;

	if (skipper->patch != c->patch)
		return false;
	json_begin_object(c->w);
	json_key_string(c->w, "object", skipper->object->name);
	json_key_string(c->w, "function", skipper->func->name);
	json_key_string(c->w, "kind", skipper->kind);
	json_key_number_or_null(c->w, "program", skipper->program, skipper->program);
	json_key_string(c->w, "program_name", skipper->name[0] ? skipper->name : NULL);
	json_key(c->w, "owners");
	json_begin_array(c->w);
	for (size_t i = 0; i < kept; i++) {
		json_begin_object(c->w);
		json_key_number(c->w, "pid", owners->list[i].pid);
		json_key_string(c->w, "comm", owners->list[i].comm);
		json_end_object(c->w);
	}
	json_end_array(c->w);
	json_end_object(c->w);
	return false;
}

static void write_skippers(struct json_writer *w, const struct snapshot *s,
			   const struct patch *patch, const struct foreign_found *foreign)
{
	struct skippers_ctx ctx = { w, patch };

	json_key(w, "skipped_by");
	if (!foreign) {
		json_null(w);
		return;
	}
	json_begin_array(w);
	in_force_skippers(&s->installed, foreign, write_skipper, &ctx);
	json_end_array(w);
}

static void write_patch(struct json_writer *w, const struct snapshot *s, size_t i,
			const struct foreign_found *foreign)
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
	write_skippers(w, s, patch, foreign);
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

static int write_status(FILE *out, const struct snapshot *s, const struct foreign_found *foreign,
			bool pretty)
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
		write_patch(w, s, i, foreign);
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

int status_json(FILE *out, const struct snapshot *s, const struct foreign_found *foreign)
{
	return write_status(out, s, foreign, true);
}

int status_json_line(FILE *out, const struct snapshot *s, const struct foreign_found *foreign)
{
	return write_status(out, s, foreign, false);
}
