// SPDX-License-Identifier: GPL-2.0
#include "sink/json_keys.h"

#include "facts/facts.h"
#include "rules/compat.h"
#include "util/error_name.h"
#include "util/histogram.h"
#include "util/timefmt.h"

void json_key_string(struct json_writer *w, const char *key, const char *s)
{
	json_key(w, key);
	json_string(w, s);
}

void json_key_number(struct json_writer *w, const char *key, uint64_t number)
{
	json_key(w, key);
	json_number(w, number);
}

void json_key_number_or_null(struct json_writer *w, const char *key, bool there, uint64_t number)
{
	json_key(w, key);
	if (there)
		json_number(w, number);
	else
		json_null(w);
}

void json_key_bool(struct json_writer *w, const char *key, bool b)
{
	json_key(w, key);
	json_bool(w, b);
}

void json_key_time(struct json_writer *w, const char *key, bool there, int64_t real_ns)
{
	char time[TIMEFMT_LEN];

	if (there)
		timefmt_utc(time, real_ns);
	json_key_string(w, key, there ? time : NULL);
}

void json_key_quantiles(struct json_writer *w, const struct histogram *histogram)
{
	json_key_number_or_null(w, "min_ns", histogram->n, histogram->min);
	json_key_number_or_null(w, "median_ns", histogram->n, histogram__quantile(histogram, 50));
	json_key_number_or_null(w, "p99_ns", histogram->n, histogram__quantile(histogram, 99));
	json_key_number_or_null(w, "max_ns", histogram->n, histogram->max);
}

void json_key_version(struct json_writer *w, const char *key, const uint32_t *version)
{
	json_key(w, key);
	if (version)
		json_number(w, *version);
	else
		json_null(w);
}

void json_key_error(struct json_writer *w, int error)
{
	json_key_string(w, "errno", error ? error_name(error) : NULL);
	json_key(w, "error");
	if (error)
		json_signed(w, error);
	else
		json_null(w);
}

void json_key_conflicts(struct json_writer *w, const struct conflicts *conflicts)
{
	json_key(w, "conflicts");
	json_begin_array(w);
	for (size_t i = 0; i < conflicts->n; i++) {
		const struct conflict *c = &conflicts->list[i];

		json_begin_object(w);
		json_key_number(w, "state", c->id);
		json_key_version(w, "offered_version",
				 c->kind == CONFLICT_OLDER ? &c->offered_version : NULL);
		json_key_version(w, "installed_version",
				 c->no_version ? NULL : &c->installed_version);
		json_key_string(w, "installed_by", c->installed_by);
		json_end_object(w);
	}
	json_end_array(w);
}

void json_key_states(struct json_writer *w, const struct patch *patch, uint32_t flags)
{
	json_key(w, "states");
	json_begin_array(w);
	for (size_t i = 0; i < patch->n_states; i++) {
		json_begin_object(w);
		json_key_number(w, "id", patch->states[i].id);
		json_key_version(w, "version",
				 flags & WIRE_F_NO_VERSION ? NULL : &patch->states[i].version);
		json_end_object(w);
	}
	json_end_array(w);
}

void json_key_objects(struct json_writer *w, const struct patch *patch)
{
	json_key(w, "objects");
	json_begin_array(w);
	for (size_t o = 0; o < patch->n_objects; o++) {
		const struct object *object = &patch->objects[o];

		json_begin_object(w);
		json_key_string(w, "name", object->name);
		/* Not to be taken for the kernel itself. */
		if (object->no_module)
			json_key_bool(w, "no_module", true);
		if (object->patched_known)
			json_key_bool(w, "patched", object->patched);
		json_key(w, "funcs");
		json_begin_array(w);
		for (size_t f = 0; f < object->n_funcs; f++)
			json_string(w, object->funcs[f].name);
		json_end_array(w);
		json_end_object(w);
	}
	json_end_array(w);
}
