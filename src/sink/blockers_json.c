// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "sink/blockers.h"
#include "sink/json_gen.h"

static void write_transition(yajl_gen g, const struct blockers_look *look)
{
	json_key(g, "transition");
	if (!look->running) {
		yajl_gen_null(g);
		return;
	}
	yajl_gen_map_open(g);
	json_key_string(g, "patch", look->patch);
	json_key_string(g, "target", target_name(look->target));
	json_key_time(g, "since", look->has_since, look->since_real_ns);
	json_key_number(g, "tasks", look->tasks);
	json_key_number(g, "remaining", look->remaining);
	yajl_gen_map_close(g);
}

int blockers_json(FILE *out, const struct blockers_look *look)
{
	static const struct blockers none = { 0 };
	bool known = look->running && look->blockers;
	yajl_gen g = json_open(out, false);

	if (!g)
		return -ENOMEM;
	yajl_gen_map_open(g);
	json_key_time(g, "time", true, look->real_ns);
	write_transition(g, look);
	json_key_blockers(g, "blockers", known ? look->blockers : &none);
	json_key_number(g, "more", look->running ? look->more : 0);
	if (look->incomplete)
		json_key_bool(g, "incomplete", true);
	yajl_gen_map_close(g);
	json_line(g);
	yajl_gen_free(g);
	return 0;
}
