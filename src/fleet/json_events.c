// SPDX-License-Identifier: GPL-2.0
#include "fleet/json_events.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <string.h>

#include "event/moment.h"
#include "util/cleanup.h"
#include "util/escape.h"

#define DEPTH_MAX 32

/* A line with its tree, bytes; an entry of a journal has another one within. */
#define TREE_MAX (48 << 20)

/* What json-c 0.16 takes, found by measuring: a tree is up to 270 times as long as its line. */
enum {
	COST_BYTE = 2, /* what json-c makes of it, and its buffer */
	COST_OBJECT = 800,
	COST_ARRAY = 160,
	COST_STRING = 88,
	COST_KEY = 56, /* beside its string */
	COST_VALUE = 72,
	COST_FRACTION = 32, /* as its digits are kept */
};

struct reading {
	struct json_tokener *tokener;
	enum json_events_format format;
	const char *host;
	fleet_event_fn fn;
	void *ctx;
	struct json_events_rest *rest;
};

static void tree_freep(struct json_object **tree)
{
	json_object_put(*tree);
}

#define _cleanup_tree_ _cleanup_(tree_freep)

static void tokener_freep(struct json_tokener **tokener)
{
	if (*tokener)
		json_tokener_free(*tokener);
}

/*
 * From behind the first quote of a string to behind its last; NULL: it is none.
 * Nor is one with a NUL: json-c ends keys there, and C strings, and what comes
 * after would be hidden.
 */
static const char *skip_string(const char *s, const char *end)
{
	while (s < end) {
		size_t n = 1;

		if (*s == '"')
			return s + 1;
		if (*s == '\\')
			n = !strncmp(s, "\\u0000", 6) ? 0 : 2;
		else if (*s < ' ')
			n = (unsigned char)*s < ' ' ? 0 : utf8_sequence(s, end - s);
		if (!n)
			return NULL;
		s += n;
	}
	return NULL;
}

/* To behind the digits; NULL: there is no such number in 64 bits, for which json-c would take the nearest. */
static const char *skip_digits(const char *s, char before)
{
	static const char most[] = "18446744073709551615";
	const size_t max = strlen(most);
	size_t len = 0;

	while (s[len] >= '0' && s[len] <= '9')
		len++;
	if (len < max || strchr(".eE+", before) || (s[len] && strchr(".eE", s[len])))
		return s + len;
	return len > max || memcmp(s, most, max) > 0 ? NULL : s + len;
}

/* What json-c must not get, as it takes what is no JSON, or too much memory; the rest is its own to judge. */
static bool is_sane(const char *text, size_t size)
{
	const char *s = text, *end = text + size;
	size_t cost = size * COST_BYTE;

	while (s && s < end && cost <= TREE_MAX) {
		switch (*s++) {
		case '"':
			cost += COST_STRING;
			s = skip_string(s, end);
			break;
		case '{':
			cost += COST_OBJECT;
			break;
		case '[':
			cost += COST_ARRAY;
			break;
		case ':':
			cost += COST_KEY;
			break;
		case ',':
			cost += COST_VALUE;
			break;
		case '.':
		case 'e':
		case 'E':
			cost += COST_FRACTION;
			break;
		case '0' ... '9':
			s = skip_digits(s - 1, s - 1 > text ? s[-2] : ' ');
			break;
		case '\'': /* would be a quote */
		case 'N': /* NaN, Infinity */
		case 'I':
			return false;
		}
	}
	return s && cost <= TREE_MAX;
}

/* An object, or NULL; the text ends with a NUL that is not counted. */
static struct json_object *parse(struct json_tokener *tokener, const char *text, size_t size)
{
	struct json_object *tree = NULL;

	if (is_sane(text, size)) {
		json_tokener_reset(tokener);
		tree = json_tokener_parse_ex(tokener, text, (int)size);
	}
	if (json_object_is_type(tree, json_type_object) &&
	    json_tokener_get_parse_end(tokener) == size)
		return tree;
	json_object_put(tree);
	return NULL;
}

/* NULL: it is not there, or is null. Of several with one key, the last counts. */
static struct json_object *get(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, key, &value);
	return value;
}

static struct json_object *array_of(struct json_object *object, const char *key)
{
	struct json_object *value = get(object, key);

	return json_object_is_type(value, json_type_array) ? value : NULL;
}

static const char *string_of(struct json_object *object, const char *key)
{
	struct json_object *value = get(object, key);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

/* All 64 bits; false: it is not there, or is no such number. */
static bool number_of(struct json_object *object, const char *key, uint64_t *number)
{
	struct json_object *value = get(object, key);

	*number = 0;
	if (!json_object_is_type(value, json_type_int) || json_object_get_int64(value) < 0)
		return false;
	*number = json_object_get_uint64(value);
	return true;
}

static uint64_t number_or_0(struct json_object *object, const char *key)
{
	uint64_t number;

	return number_of(object, key, &number) ? number : 0;
}

static bool version_of(struct json_object *object, const char *key, uint32_t *version)
{
	uint64_t number;

	if (!number_of(object, key, &number) || number > UINT32_MAX)
		return false;
	*version = number;
	return true;
}

/* As a journal has numbers, in a string. */
static bool digits_of(struct json_object *object, const char *key, uint64_t *number)
{
	const char *digits = string_of(object, key);
	char *end;

	if (!digits || *digits < '0' || *digits > '9')
		return false;
	errno = 0;
	*number = strtoull(digits, &end, 10);
	return !*end && !errno;
}

static bool is_true(struct json_object *object, const char *key)
{
	struct json_object *value = get(object, key);

	return json_object_is_type(value, json_type_boolean) && json_object_get_boolean(value);
}

static int target_of(struct json_object *object)
{
	const char *target = string_of(object, "target");

	if (!target)
		return -1;
	return !strcmp(target, "patched") ? 1 : !strcmp(target, "unpatched") ? 0 : -1;
}

static int64_t time_of(struct json_object *object)
{
	const char *time = string_of(object, "time");
	struct moment moment;

	if (!time || moment_parse(time, &moment) || moment.boot || moment.of_day || moment.beyond)
		return 0;
	return moment.ns;
}

/* What is not in this version's list is a cause, an action of a later one. */
static bool refused(struct json_object *o, struct event *event)
{
	static const struct conflicts none = { 0 };
	const char *cause = string_of(o, "cause"), *action = string_of(o, "action");
	const char *by = string_of(o, "by");
	struct json_object *error = get(o, "error");
	int64_t number =
		json_object_is_type(error, json_type_int) ? json_object_get_int64(error) : 0;

	/* Up to 0.1.0, there were only attempts. */
	for (int i = 0; action && i < REFUSED_ACTIONS; i++)
		if (!strcmp(action, refused_action_name(i)))
			event->refused.action = i;
	event->refused.by_loader = by && !strcmp(by, "loader");
	event->refused.module = string_of(o, "module");

	for (int i = 0; cause && i < CAUSES; i++)
		if (!strcmp(cause, cause_name(i)))
			event->refused.cause = i;
	if (number > -4096 && number < 0)
		event->refused.error = (int)number;
	event->refused.message = string_of(o, "message");
	event->refused.explanation = string_of(o, "explanation");
	event->refused.conflicts = &none;
	return cause;
}

static bool transition(struct json_object *o, struct event *event)
{
	const char *action = string_of(o, "action");
	int i = 0;

	while (action && i < ACTIONS && strcmp(action, action_name(i)))
		i++;
	if (!action || i == ACTIONS)
		return false;
	event->transition.action = i;
	event->transition.target = target_of(o);
	event->transition.tries = number_or_0(o, "tries");
	event->transition.duration_ns = number_or_0(o, "duration_ns");
	return true;
}

static bool stall(struct json_object *o, struct fleet_event *fleet)
{
	static const struct blockers none = { 0 };
	struct json_object *tasks = array_of(o, "tasks"), *first;
	size_t n;

	fleet->event.stall.target = target_of(o);
	fleet->event.stall.elapsed_ns = number_or_0(o, "elapsed_ns");
	fleet->event.stall.more = number_or_0(o, "more");
	fleet->event.stall.blockers = &none;
	if (!tasks)
		return false;
	n = json_object_array_length(tasks);
	if (__builtin_add_overflow(fleet->event.stall.more, n, &fleet->tasks))
		return false;
	first = n ? json_object_array_get_idx(tasks, 0) : NULL;
	if (json_object_is_type(first, json_type_object)) {
		fleet->comm = string_of(first, "comm");
		fleet->tid = number_or_0(first, "tid");
		fleet->why = string_of(first, "explanation");
	}
	return true;
}

struct versions {
	uint32_t from, to;
};

static bool state(struct json_object *o, struct event *event, struct versions *versions)
{
	if (!number_of(o, "state", &event->state.id))
		return false;
	if (version_of(o, "from_version", &versions->from))
		event->state.from_version = &versions->from;
	if (version_of(o, "to_version", &versions->to))
		event->state.to_version = &versions->to;
	event->state.from_patch = string_of(o, "from_patch");
	event->state.to_patch = string_of(o, "to_patch");
	return true;
}

/* As far as the model of a fleet asks for it. */
static bool kind(struct json_object *o, struct fleet_event *fleet, struct versions *versions)
{
	struct event *event = &fleet->event;

	switch (event->kind) {
	case EVENT_REFUSED:
		return refused(o, event);
	case EVENT_TRANSITION:
		return transition(o, event);
	case EVENT_PROGRESS:
		event->progress.remaining = number_or_0(o, "remaining");
		event->progress.elapsed_ns = number_or_0(o, "elapsed_ns");
		return true;
	case EVENT_STALL:
		return stall(o, fleet);
	case EVENT_STATE:
		return state(o, event, versions);
	case EVENT_LOST:
		event->lost.records = number_or_0(o, "records");
		event->lost.attempts = number_or_0(o, "attempts");
		event->lost.lookups = number_or_0(o, "lookups");
		event->lost.missed = number_or_0(o, "missed");
		return true;
	default:
		return true;
	}
}

/* One object of trace --json; false if it is not understood. */
static bool take_event(const struct reading *r, struct json_object *o, struct fleet_event *fleet)
{
	const char *name = string_of(o, "event");
	struct versions versions;
	int event_kind;

	if (!name)
		return false;
	event_kind = event_kind_of(name, strlen(name));
	if (event_kind < 0) {
		/* "summary" is none, and there may be more of them one day. */
		r->rest->others++;
		return true;
	}
	fleet->event.kind = event_kind;
	fleet->event.boot_ns = number_or_0(o, "boot_ns");
	fleet->event.real_ns = time_of(o);
	fleet->event.patch = string_of(o, "patch");
	fleet->event.attempt = number_or_0(o, "attempt");
	fleet->event.truncated = is_true(o, "incomplete");
	if (!fleet->event.real_ns || !kind(o, fleet, &versions))
		return false;
	r->fn(r->ctx, fleet);
	return true;
}

/* What status --json says; of it, the states. */
static bool take_installed(const struct reading *r, struct json_object *o,
			   struct fleet_event *fleet)
{
	struct json_object *states = array_of(o, "states");
	_cleanup_free_ struct fleet_state *list = NULL;
	size_t n;

	fleet->type = FLEET_INSTALLED;
	fleet->event.real_ns = time_of(o);
	fleet->event.truncated = is_true(o, "incomplete");
	if (!states)
		return false;
	n = json_object_array_length(states);
	list = calloc(n + 1, sizeof(*list));
	for (size_t i = 0; list && i < n; i++) {
		struct json_object *entry = json_object_array_get_idx(states, i);

		if (!json_object_is_type(entry, json_type_object) ||
		    !number_of(entry, "state", &list[i].id))
			return false;
		list[i].has_version = version_of(entry, "version", &list[i].version);
		list[i].patch = (char *)string_of(entry, "patch");
	}
	fleet->states = list;
	fleet->n_states = n;
	if (list)
		r->fn(r->ctx, fleet);
	return list;
}

/* The caller's to free; NULL: something in it is no byte. */
static char *bytes_of(struct json_object *array, size_t *n)
{
	char *text;

	*n = json_object_array_length(array);
	text = calloc(*n + 1, 1);
	for (size_t i = 0; text && i < *n; i++) {
		struct json_object *byte = json_object_array_get_idx(array, i);
		int64_t number = json_object_get_int64(byte);

		if (!json_object_is_type(byte, json_type_int) || number < 0 || number > UINT8_MAX) {
			free(text);
			return NULL;
		}
		text[i] = (char)number;
	}
	return text;
}

/* The event of an entry, which journalctl writes as the numbers of its bytes if it is not printable. */
static struct json_object *event_of(const struct reading *r, struct json_object *entry)
{
	struct json_object *json = get(entry, "KLPSCOPE_JSON");
	_cleanup_free_ char *bytes = NULL;
	size_t n;

	if (json_object_is_type(json, json_type_string))
		return parse(r->tokener, json_object_get_string(json),
			     json_object_get_string_len(json));
	if (json_object_is_type(json, json_type_array))
		bytes = bytes_of(json, &n);
	if (!bytes)
		return NULL;
	/* Each of them took 72. */
	json_object_object_del(entry, "KLPSCOPE_JSON");
	return parse(r->tokener, bytes, n);
}

static int64_t entry_time(struct json_object *entry)
{
	uint64_t us;
	int64_t ns;

	return digits_of(entry, "__REALTIME_TIMESTAMP", &us) &&
			       !__builtin_mul_overflow(us, 1000, &ns)
		       ? ns
		       : 0;
}

static bool take_lost(const struct reading *r, struct json_object *entry, struct fleet_event *fleet)
{
	fleet->type = FLEET_JOURNAL_LOST;
	fleet->event.real_ns = entry_time(entry);
	if (!digits_of(entry, "KLPSCOPE_COUNT", &fleet->lost))
		return false;
	r->fn(r->ctx, fleet);
	return true;
}

/* An entry's event is in its KLPSCOPE_JSON; the other fields are to search by. */
static bool take_entry(const struct reading *r, struct json_object *entry,
		       struct fleet_event *fleet)
{
	const char *name = string_of(entry, "KLPSCOPE_EVENT"),
		   *host = string_of(entry, "_HOSTNAME");
	const char *machine = string_of(entry, "_MACHINE_ID");
	_cleanup_tree_ struct json_object *event = NULL;
	struct json_object *json;

	if (!name) {
		r->rest->others++;
		return true;
	}
	fleet->host = host ? host : "unknown";
	fleet->machine_id = machine ? machine : "";
	if (!strcmp(name, "journal_lost"))
		return take_lost(r, entry, fleet);
	if (json_object_object_get_ex(entry, "KLPSCOPE_JSON", &json) && !json) {
		r->rest->cut++;
		return true;
	}
	event = event_of(r, entry);
	if (!event)
		return false;
	return strcmp(name, "installed") ? take_event(r, event, fleet)
					 : take_installed(r, event, fleet);
}

static bool take(const struct reading *r, const char *line, size_t size)
{
	struct fleet_event fleet = { .host = r->host, .machine_id = "" };
	_cleanup_tree_ struct json_object *tree = parse(r->tokener, line, size);
	const char *named;

	if (!tree)
		return false;
	if (r->format == JSON_JOURNAL)
		return take_entry(r, tree, &fleet);
	named = string_of(tree, "host");
	named = named ? named : string_of(tree, "hostname");
	fleet.host = named ? named : r->host;
	return take_event(r, tree, &fleet);
}

struct line {
	char *s; /* with a NUL behind it, unless empty */
	size_t n, room;
	bool too_long; /* nothing of it is kept */
};

static void line_clear(struct line *line)
{
	free(line->s);
}

static int line_add(struct line *line, const char *s, size_t n)
{
	size_t room = line->room ? line->room : 1 << 12;
	char *bigger;

	if (line->too_long || line->n + n >= JSON_LINE_MAX) {
		line->too_long = true;
		return 0;
	}
	while (line->n + n >= room)
		room *= 2;
	if (room > line->room) {
		bigger = realloc(line->s, room);
		if (!bigger)
			return -ENOMEM;
		line->s = bigger;
		line->room = room;
	}
	memcpy(line->s + line->n, s, n);
	line->n += n;
	line->s[line->n] = '\0';
	return 0;
}

static void line_end(struct line *line, const struct reading *r)
{
	if (line->too_long || (line->n && !take(r, line->s, line->n)))
		r->rest->bad++;
	line->n = 0;
	line->too_long = false;
}

static int read_lines(FILE *in, const struct reading *r)
{
	_cleanup_(line_clear) struct line line = { 0 };
	char block[1 << 14];
	size_t n;

	while ((n = fread_unlocked(block, 1, sizeof(block), in))) {
		const char *s = block, *end = block + n, *newline;

		while ((newline = memchr(s, '\n', end - s))) {
			if (line_add(&line, s, newline - s))
				return -ENOMEM;
			line_end(&line, r);
			s = newline + 1;
		}
		if (line_add(&line, s, end - s))
			return -ENOMEM;
	}
	line_end(&line, r);
	return ferror_unlocked(in) ? -EIO : 0;
}

int json_events_read(FILE *in, enum json_events_format format, const char *host, fleet_event_fn fn,
		     void *ctx, struct json_events_rest *rest)
{
	_cleanup_(tokener_freep) struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);

	if (!tokener)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	return read_lines(in, &(struct reading){ .tokener = tokener,
						 .format = format,
						 .host = host,
						 .fn = fn,
						 .ctx = ctx,
						 .rest = rest });
}
