// SPDX-License-Identifier: GPL-2.0
#include "fleet/json_events.h"

#include <errno.h>
#include <string.h>
#include <yajl/yajl_tree.h>

#include "event/moment.h"
#include "util/cleanup.h"

/* yajl's tree is released by recursion. */
#define DEPTH_MAX 32

static void tree_freep(yajl_val *tree)
{
	yajl_tree_free(*tree);
}

#define _cleanup_tree_ _cleanup_(tree_freep)

static bool is_deep(const char *s)
{
	unsigned int depth = 0;
	bool quoted = false;

	for (; *s; s++) {
		if (quoted && *s == '\\' && s[1])
			s++;
		else if (*s == '"')
			quoted = !quoted;
		else if (!quoted && (*s == '{' || *s == '['))
			if (++depth > DEPTH_MAX)
				return true;
		if (!quoted && (*s == '}' || *s == ']') && depth)
			depth--;
	}
	return false;
}

static yajl_val parse(const char *text)
{
	char error[64];
	yajl_val tree = is_deep(text) ? NULL : yajl_tree_parse(text, error, sizeof(error));

	if (tree && YAJL_IS_OBJECT(tree))
		return tree;
	yajl_tree_free(tree);
	return NULL;
}

static yajl_val get(yajl_val object, const char *key)
{
	return yajl_tree_get(object, (const char *[]){ key, NULL }, yajl_t_any);
}

static const char *string_of(yajl_val object, const char *key)
{
	yajl_val value = get(object, key);

	return YAJL_IS_STRING(value) ? YAJL_GET_STRING(value) : NULL;
}

/* All 64 bits, where yajl's own are signed; false: it is not there, or is no such number. */
static bool number_of(yajl_val object, const char *key, uint64_t *number)
{
	yajl_val value = get(object, key);
	char *end;

	*number = 0;
	if (!YAJL_IS_NUMBER(value) || *YAJL_GET_NUMBER(value) == '-')
		return false;
	errno = 0;
	*number = strtoull(YAJL_GET_NUMBER(value), &end, 10);
	return !*end && !errno;
}

static uint64_t number_or_0(yajl_val object, const char *key)
{
	uint64_t number;

	return number_of(object, key, &number) ? number : 0;
}

static bool version_of(yajl_val object, const char *key, uint32_t *version)
{
	uint64_t number;

	if (!number_of(object, key, &number) || number > UINT32_MAX)
		return false;
	*version = number;
	return true;
}

static int target_of(yajl_val object)
{
	const char *target = string_of(object, "target");

	if (!target)
		return -1;
	return !strcmp(target, "patched") ? 1 : !strcmp(target, "unpatched") ? 0 : -1;
}

static int64_t time_of(yajl_val object)
{
	const char *time = string_of(object, "time");
	struct moment moment;

	return time && !moment_parse(time, &moment) && !moment.boot && !moment.of_day ? moment.ns
										      : 0;
}

/* What is not in this version's list is a cause, an action of a later one. */
static bool refused(yajl_val o, struct event *event)
{
	static const struct conflicts none = { 0 };
	const char *cause = string_of(o, "cause"), *action = string_of(o, "action");
	const char *by = string_of(o, "by");
	yajl_val error = get(o, "error");

	/* Up to 0.1.0, there were only attempts. */
	for (int i = 0; action && i < REFUSED_ACTIONS; i++)
		if (!strcmp(action, refused_action_name(i)))
			event->refused.action = i;
	event->refused.by_loader = by && !strcmp(by, "loader");
	event->refused.module = string_of(o, "module");

	for (int i = 0; cause && i < CAUSES; i++)
		if (!strcmp(cause, cause_name(i)))
			event->refused.cause = i;
	if (YAJL_IS_INTEGER(error) && YAJL_GET_INTEGER(error) > -4096 &&
	    YAJL_GET_INTEGER(error) < 0)
		event->refused.error = YAJL_GET_INTEGER(error);
	event->refused.message = string_of(o, "message");
	event->refused.explanation = string_of(o, "explanation");
	event->refused.conflicts = &none;
	return cause;
}

static bool transition(yajl_val o, struct event *event)
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

static bool stall(yajl_val o, struct fleet_event *fleet)
{
	static const struct blockers none = { 0 };
	yajl_val tasks = get(o, "tasks");

	fleet->event.stall.target = target_of(o);
	fleet->event.stall.elapsed_ns = number_or_0(o, "elapsed_ns");
	fleet->event.stall.more = number_or_0(o, "more");
	fleet->event.stall.blockers = &none;
	fleet->tasks = fleet->event.stall.more;
	if (!YAJL_IS_ARRAY(tasks))
		return false;
	fleet->tasks += tasks->u.array.len;
	if (tasks->u.array.len && YAJL_IS_OBJECT(tasks->u.array.values[0])) {
		fleet->comm = string_of(tasks->u.array.values[0], "comm");
		fleet->tid = number_or_0(tasks->u.array.values[0], "tid");
		fleet->why = string_of(tasks->u.array.values[0], "explanation");
	}
	return true;
}

struct versions {
	uint32_t from, to;
};

static bool state(yajl_val o, struct event *event, struct versions *versions)
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
static bool kind(yajl_val o, struct fleet_event *fleet, struct versions *versions)
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
static bool take_event(yajl_val o, struct fleet_event *fleet, fleet_event_fn fn, void *ctx,
		       struct json_events_rest *rest)
{
	const char *name = string_of(o, "event");
	struct versions versions;
	yajl_val incomplete = get(o, "incomplete");
	int event_kind;

	if (!name)
		return false;
	event_kind = event_kind_of(name, strlen(name));
	if (event_kind < 0) {
		/* "summary" is none, and there may be more of them one day. */
		rest->others++;
		return true;
	}
	fleet->event.kind = event_kind;
	fleet->event.boot_ns = number_or_0(o, "boot_ns");
	fleet->event.real_ns = time_of(o);
	fleet->event.patch = string_of(o, "patch");
	fleet->event.attempt = number_or_0(o, "attempt");
	fleet->event.truncated = YAJL_IS_TRUE(incomplete);
	if (!fleet->event.real_ns || !kind(o, fleet, &versions))
		return false;
	fn(ctx, fleet);
	return true;
}

/* What status --json says; of it, the states. */
static bool take_installed(yajl_val o, struct fleet_event *fleet, fleet_event_fn fn, void *ctx)
{
	yajl_val states = get(o, "states"), incomplete = get(o, "incomplete");
	_cleanup_free_ struct fleet_state *list = NULL;
	size_t n = 0;

	fleet->type = FLEET_INSTALLED;
	fleet->event.real_ns = time_of(o);
	fleet->event.truncated = YAJL_IS_TRUE(incomplete);
	if (!YAJL_IS_ARRAY(states))
		return false;
	list = calloc(states->u.array.len + 1, sizeof(*list));
	for (size_t i = 0; list && i < states->u.array.len; i++) {
		yajl_val entry = states->u.array.values[i];

		if (!YAJL_IS_OBJECT(entry) || !number_of(entry, "state", &list[n].id))
			return false;
		list[n].has_version = version_of(entry, "version", &list[n].version);
		list[n++].patch = (char *)string_of(entry, "patch");
	}
	fleet->states = list;
	fleet->n_states = n;
	if (list)
		fn(ctx, fleet);
	return list;
}

/* journalctl writes what is not printable as the numbers of its bytes. The caller's to free. */
static char *bytes_of(yajl_val array)
{
	char *text = malloc(array->u.array.len + 1);
	size_t n = 0;

	for (; text && n < array->u.array.len; n++) {
		yajl_val byte = array->u.array.values[n];

		text[n] = YAJL_IS_INTEGER(byte) ? (char)YAJL_GET_INTEGER(byte) : '?';
	}
	if (text)
		text[n] = '\0';
	return text;
}

static int64_t entry_time(yajl_val entry)
{
	const char *time = string_of(entry, "__REALTIME_TIMESTAMP");

	return time ? strtoll(time, NULL, 10) * 1000 : 0;
}

/* An entry's event is in its KLPSCOPE_JSON; the other fields are to search by. */
static bool take_entry(yajl_val entry, struct fleet_event *fleet, fleet_event_fn fn, void *ctx,
		       struct json_events_rest *rest)
{
	const char *name = string_of(entry, "KLPSCOPE_EVENT"),
		   *host = string_of(entry, "_HOSTNAME");
	const char *machine = string_of(entry, "_MACHINE_ID");
	yajl_val json = get(entry, "KLPSCOPE_JSON");
	_cleanup_free_ char *bytes = NULL;
	_cleanup_tree_ yajl_val event = NULL;

	if (!name) {
		rest->others++;
		return true;
	}
	fleet->host = host ? host : "unknown";
	fleet->machine_id = machine ? machine : "";
	if (!strcmp(name, "journal_lost")) {
		const char *count = string_of(entry, "KLPSCOPE_COUNT");

		fleet->type = FLEET_JOURNAL_LOST;
		fleet->event.real_ns = entry_time(entry);
		fleet->lost = count ? strtoull(count, NULL, 10) : 0;
		fn(ctx, fleet);
		return true;
	}
	if (YAJL_IS_NULL(json)) {
		rest->cut++;
		return true;
	}
	if (YAJL_IS_ARRAY(json))
		bytes = bytes_of(json);
	if (!bytes && !YAJL_IS_STRING(json))
		return false;
	event = parse(bytes ? bytes : YAJL_GET_STRING(json));
	if (!event)
		return false;
	return strcmp(name, "installed") ? take_event(event, fleet, fn, ctx, rest)
					 : take_installed(event, fleet, fn, ctx);
}

void json_events_line(const char *line, size_t size, enum json_events_format format,
		      const char *host, fleet_event_fn fn, void *ctx, struct json_events_rest *rest)
{
	struct fleet_event fleet = { .host = host, .machine_id = "" };
	_cleanup_tree_ yajl_val tree = NULL;
	const char *named;
	bool good;

	if (!size)
		return;
	/* A NUL would hide the rest. */
	tree = strlen(line) == size ? parse(line) : NULL;
	if (!tree) {
		rest->bad++;
		return;
	}
	if (format == JSON_JOURNAL) {
		good = take_entry(tree, &fleet, fn, ctx, rest);
	} else {
		named = string_of(tree, "host");
		named = named ? named : string_of(tree, "hostname");
		fleet.host = named ? named : host;
		good = take_event(tree, &fleet, fn, ctx, rest);
	}
	rest->bad += !good;
}

/* The rest of a line that is too long. */
static void skip_line(FILE *in)
{
	int c;

	do
		c = getc_unlocked(in);
	while (c != EOF && c != '\n');
}

int json_events_read(FILE *in, enum json_events_format format, const char *host, fleet_event_fn fn,
		     void *ctx, struct json_events_rest *rest)
{
	size_t room = 1 << 16, n = 0;
	_cleanup_free_ char *line = malloc(room);
	char *bigger;
	int c;

	if (!line)
		return -ENOMEM;
	for (;;) {
		c = getc_unlocked(in);
		if (c == EOF || c == '\n') {
			line[n] = '\0';
			json_events_line(line, n, format, host, fn, ctx, rest);
			n = 0;
			if (c == EOF)
				break;
			continue;
		}
		line[n++] = c;
		if (n + 1 < room)
			continue;
		if (room >= JSON_LINE_MAX) {
			rest->bad++;
			skip_line(in);
			n = 0;
			continue;
		}
		bigger = realloc(line, room * 2);
		if (!bigger)
			return -ENOMEM;
		line = bigger;
		room *= 2;
	}
	return ferror(in) ? -EIO : 0;
}
