// SPDX-License-Identifier: GPL-2.0
#include "sink/json_gen.h"

#include <string.h>

#include "facts/facts.h"
#include "rules/compat.h"
#include "rules/refusal.h"
#include "util/cleanup.h"
#include "util/escape.h"
#include "util/histogram.h"
#include "util/timefmt.h"

/* Called for each quote and comma; nobody else writes to the stream meanwhile. */
static void print(void *ctx, const char *s, size_t len)
{
	if (len == 1)
		putc_unlocked(*s, ctx);
	else
		fwrite_unlocked(s, 1, len, ctx);
}

yajl_gen json_open(FILE *out, bool pretty)
{
	yajl_gen g = yajl_gen_alloc(NULL);

	if (!g)
		return NULL;
	yajl_gen_config(g, yajl_gen_print_callback, print, out);
	yajl_gen_config(g, yajl_gen_beautify, pretty);
	yajl_gen_config(g, yajl_gen_indent_string, "  ");
	return g;
}

void json_line(yajl_gen g)
{
	yajl_gen_reset(g, "\n");
}

void json_key(yajl_gen g, const char *key)
{
	yajl_gen_string(g, (const unsigned char *)key, strlen(key));
}

/* How many bytes of ASCII a string begins with. */
static size_t ascii_length(const char *s)
{
	size_t n = 0;

	while (s[n] > 0)
		n++;
	return n;
}

void json_string(yajl_gen g, const char *s)
{
	char small[1024], *buf = small;
	_cleanup_free_ char *large = NULL;
	size_t size = sizeof(small), len;

	if (!s) {
		yajl_gen_null(g);
		return;
	}
	len = ascii_length(s);
	if (!s[len]) {
		yajl_gen_string(g, (const unsigned char *)s, len);
		return;
	}
	len += strlen(s + len);
	if (len * 4 >= size) {
		size = len * 4 + 1;
		large = malloc(size);
		if (large)
			buf = large;
		else
			size = sizeof(small);
	}
	size = escape_json(buf, size, s);
	yajl_gen_string(g, (const unsigned char *)buf, size);
}

void json_number(yajl_gen g, uint64_t number)
{
	char digits[20], *end = digits + sizeof(digits), *at = end;

	do {
		*--at = '0' + number % 10;
		number /= 10;
	} while (number);
	/* yajl_gen_integer() is signed; ids use all 64 bits. */
	yajl_gen_number(g, at, end - at);
}

void json_signed(yajl_gen g, int64_t number)
{
	yajl_gen_integer(g, number);
}

void json_key_string(yajl_gen g, const char *key, const char *s)
{
	json_key(g, key);
	json_string(g, s);
}

void json_key_number(yajl_gen g, const char *key, uint64_t number)
{
	json_key(g, key);
	json_number(g, number);
}

void json_key_number_or_null(yajl_gen g, const char *key, bool there, uint64_t number)
{
	json_key(g, key);
	if (there)
		json_number(g, number);
	else
		yajl_gen_null(g);
}

void json_key_bool(yajl_gen g, const char *key, bool b)
{
	json_key(g, key);
	yajl_gen_bool(g, b);
}

void json_key_time(yajl_gen g, const char *key, bool there, int64_t real_ns)
{
	char time[TIMEFMT_LEN];

	if (there)
		timefmt_utc(time, real_ns);
	json_key_string(g, key, there ? time : NULL);
}

void json_key_quantiles(yajl_gen g, const struct histogram *histogram)
{
	json_key_number_or_null(g, "min_ns", histogram->n, histogram->min);
	json_key_number_or_null(g, "median_ns", histogram->n, histogram__quantile(histogram, 50));
	json_key_number_or_null(g, "p99_ns", histogram->n, histogram__quantile(histogram, 99));
	json_key_number_or_null(g, "max_ns", histogram->n, histogram->max);
}

void json_key_version(yajl_gen g, const char *key, const uint32_t *version)
{
	json_key(g, key);
	if (version)
		json_number(g, *version);
	else
		yajl_gen_null(g);
}

void json_key_error(yajl_gen g, int error)
{
	json_key_string(g, "errno", error ? error_name(error) : NULL);
	json_key(g, "error");
	if (error)
		json_signed(g, error);
	else
		yajl_gen_null(g);
}

void json_key_conflicts(yajl_gen g, const struct conflicts *conflicts)
{
	json_key(g, "conflicts");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < conflicts->n; i++) {
		const struct conflict *c = &conflicts->list[i];

		yajl_gen_map_open(g);
		json_key_number(g, "state", c->id);
		json_key_version(g, "offered_version",
				 c->kind == CONFLICT_OLDER ? &c->offered_version : NULL);
		json_key_version(g, "installed_version",
				 c->no_version ? NULL : &c->installed_version);
		json_key_string(g, "installed_by", c->installed_by);
		yajl_gen_map_close(g);
	}
	yajl_gen_array_close(g);
}

void json_key_states(yajl_gen g, const struct patch *patch, uint32_t flags)
{
	json_key(g, "states");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < patch->n_states; i++) {
		yajl_gen_map_open(g);
		json_key_number(g, "id", patch->states[i].id);
		json_key_version(g, "version",
				 flags & WIRE_F_NO_VERSION ? NULL : &patch->states[i].version);
		yajl_gen_map_close(g);
	}
	yajl_gen_array_close(g);
}

void json_key_objects(yajl_gen g, const struct patch *patch)
{
	json_key(g, "objects");
	yajl_gen_array_open(g);
	for (size_t o = 0; o < patch->n_objects; o++) {
		const struct object *object = &patch->objects[o];

		yajl_gen_map_open(g);
		json_key_string(g, "name", object->name);
		json_key(g, "funcs");
		yajl_gen_array_open(g);
		for (size_t f = 0; f < object->n_funcs; f++)
			json_string(g, object->funcs[f].name);
		yajl_gen_array_close(g);
		yajl_gen_map_close(g);
	}
	yajl_gen_array_close(g);
}
