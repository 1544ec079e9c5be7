/* SPDX-License-Identifier: GPL-2.0 */
/* A thin layer over yajl_gen: keys with values, and strings that may hold any byte. */
#ifndef KLPSCOPE_SINK_JSON_GEN_H
#define KLPSCOPE_SINK_JSON_GEN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <yajl/yajl_gen.h>

/** json_open() - a generator that writes to a stream; NULL if there is no memory */
yajl_gen json_open(FILE *out, bool pretty);

/** json_line() - end a document with a newline and be ready for the next */
void json_line(yajl_gen g);

void json_key(yajl_gen g, const char *key);
void json_string(yajl_gen g, const char *s); /* NULL: null */
void json_number(yajl_gen g, uint64_t number);
void json_signed(yajl_gen g, int64_t number);

void json_key_string(yajl_gen g, const char *key, const char *s);
void json_key_number(yajl_gen g, const char *key, uint64_t number);
void json_key_number_or_null(yajl_gen g, const char *key, bool there, uint64_t number);
void json_key_bool(yajl_gen g, const char *key, bool b);
/* UTC, or null */
void json_key_time(yajl_gen g, const char *key, bool there, int64_t real_ns);
/* NULL: null */
void json_key_version(yajl_gen g, const char *key, const uint32_t *version);
/* "errno", its name, and "error", negative; 0: both null */
void json_key_error(yajl_gen g, int error);

struct conflicts;
struct patch;
void json_key_conflicts(yajl_gen g, const struct conflicts *conflicts);
void json_key_states(yajl_gen g, const struct patch *patch, uint32_t flags);
void json_key_objects(yajl_gen g, const struct patch *patch);

struct blockers;
struct summary_blocker;
void json_key_blockers(yajl_gen g, const char *key, const struct blockers *blockers);
void json_summary_blocker(yajl_gen g, const struct summary_blocker *blocker);

struct histogram;
/* "min_ns", "median_ns", "p99_ns", "max_ns"; of none, all null */
void json_key_quantiles(yajl_gen g, const struct histogram *histogram);

#endif
