// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "sink/blockers.h"
#include "sink/json_keys.h"

static void write_transition(struct json_writer *w, const struct blockers_look *look)
{
	json_key(w, "transition");
	if (!look->running) {
		json_null(w);
		return;
	}
	json_begin_object(w);
	json_key_string(w, "patch", look->patch);
	json_key_string(w, "target", target_name(look->target));
	json_key_time(w, "since", look->has_since, look->since_real_ns);
	json_key_number(w, "tasks", look->tasks);
	json_key_number(w, "remaining", look->remaining);
	json_end_object(w);
}

int blockers_json(FILE *out, const struct blockers_look *look)
{
	static const struct blockers none = { 0 };
	bool known = look->running && look->blockers;
	struct json_writer *w = json_writer__open(out, false);

	if (!w)
		return -ENOMEM;
	json_begin_object(w);
	json_key_time(w, "time", true, look->real_ns);
	write_transition(w, look);
	json_key_blockers(w, "blockers", known ? look->blockers : &none);
	json_key_number(w, "more", look->running ? look->more : 0);
	if (look->incomplete)
		json_key_bool(w, "incomplete", true);
	json_end_object(w);
	json_writer__line(w);
	json_writer__close(w);
	return 0;
}
