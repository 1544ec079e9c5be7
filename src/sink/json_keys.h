/* SPDX-License-Identifier: GPL-2.0 */
/* Keys with values, of what the commands have in common. */
#ifndef KLPSCOPE_SINK_JSON_KEYS_H
#define KLPSCOPE_SINK_JSON_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "sink/json_write.h"

void json_key_string(struct json_writer *w, const char *key, const char *s);
void json_key_number(struct json_writer *w, const char *key, uint64_t number);
void json_key_number_or_null(struct json_writer *w, const char *key, bool there, uint64_t number);
void json_key_bool(struct json_writer *w, const char *key, bool b);
/* UTC, or null */
void json_key_time(struct json_writer *w, const char *key, bool there, int64_t real_ns);
/* NULL: null */
void json_key_version(struct json_writer *w, const char *key, const uint32_t *version);
/* "errno", its name, and "error", negative; 0: both null */
void json_key_error(struct json_writer *w, int error);

struct conflicts;
struct patch;
void json_key_conflicts(struct json_writer *w, const struct conflicts *conflicts);
void json_key_states(struct json_writer *w, const struct patch *patch, uint32_t flags);
void json_key_objects(struct json_writer *w, const struct patch *patch);

struct blockers;
struct summary_blocker;
void json_key_blockers(struct json_writer *w, const char *key, const struct blockers *blockers);
void json_summary_blocker(struct json_writer *w, const struct summary_blocker *blocker);

struct histogram;
/* "min_ns", "median_ns", "p99_ns", "max_ns"; of none, all null */
void json_key_quantiles(struct json_writer *w, const struct histogram *histogram);

#endif
