// SPDX-License-Identifier: GPL-2.0
#include "event/decoder.h"

#include <string.h>

#include "rules/refusal.h"

static const struct conflicts no_conflicts;

/* What a thread asks for; that of another may give way to it. */
static struct request *request_of(struct decoder *d, const struct wire_head *head)
{
	struct event event = decode_event_at(d, EVENT_LOST, head->boot_ns);
	bool is_lost;
	struct request *request = requests__get(&d->requests, head->tid, &is_lost);

	event.lost.attempts = 1;
	if (is_lost)
		decode_emit(d, &event);
	return request;
}

/*
 * Until then (as many records were lost by then), what the kernel makes of what the thread has written would have been seen:
 * it did not do it. If it may have been lost, nothing is known.
 */
static void write_decided(struct decoder *d, struct request *request, uint64_t lost)
{
	const struct wire_write *rec = &request->write;
	struct event event = decode_event_of(d, EVENT_REFUSED, &rec->head);
	char text[256];

	event.patch = NAME(rec->name);
	event.refused.conflicts = &no_conflicts;
	if (rec->head.hdr.type && rec->lost == lost && write_would_be_seen(rec, d->hooks) &&
	    write_refusal(rec, &event, text, sizeof(text)))
		decode_emit(d, &event);
	memset(&request->write, 0, sizeof(request->write));
}

void decode_written(struct decoder *d, const struct wire_write *rec)
{
	struct request *request = request_of(d, &rec->head);

	write_decided(d, request, rec->lost);
	request->write = *rec;
}

/* What a thread has written to a livepatch's file is being done. */
void decode_write_accepted(struct decoder *d, const struct wire_transition *rec)
{
	struct request *request = requests__find(&d->requests, rec->head.tid);

	if (request && (rec->action == WIRE_ACTION_DISABLE || rec->action == WIRE_ACTION_REVERSE ||
			rec->action == WIRE_ACTION_FORCE))
		memset(&request->write, 0, sizeof(request->write));
}

/* What a line says between quotes, the @nth of them from 0. */
static const char *quoted(struct name *name, const char *text, int nth)
{
	for (; nth >= 0 && (text = strchr(text, '\'')); nth--) {
		size_t len = strcspn(++text, "'");

		if (!nth && len < sizeof(name->s))
			return decode_name_of(name, text, len);
		text += len + (text[len] != '\0');
	}
	return NULL;
}

/* Livepatch has refused a module that one of the installed livepatches changes. */
static void module_refused(struct decoder *d, struct request *request, const struct wire_head *head,
			   const char *patch, const char *module)
{
	const struct wire_object_result *object = &request->object;
	struct event event = decode_event_of(d, EVENT_REFUSED, head);
	const char *lines = request__lines(
		request, head->boot_ns > REQUEST_LINES_NS ? head->boot_ns - REQUEST_LINES_NS : 0);
	char text[WIRE_TEXT_LEN + 128];
	bool symbols = object->stage == WIRE_STAGE_OBJECT;

	event.patch = patch;
	event.refused.action = REFUSED_LOAD;
	event.refused.module = module;
	event.refused.message = lines;
	event.refused.conflicts = &no_conflicts;
	event.refused.error = object->ret;
	if (object->head.hdr.type)
		event.refused.cause = symbols ? CAUSE_SYMBOL : CAUSE_FTRACE;
	else
		event.refused.cause =
			strstr(lines, "callback failed") ? CAUSE_CALLBACK : CAUSE_UNKNOWN;
	snprintf(text, sizeof(text), "the installed livepatch %s changes this module, and %s",
		 patch ? patch : "(unknown)",
		 event.refused.cause == CAUSE_SYMBOL	 ? "a symbol that it names is not there"
		 : event.refused.cause == CAUSE_FTRACE	 ? "a function could not be hooked"
		 : event.refused.cause == CAUSE_CALLBACK ? "its pre_patch callback refused"
							 : "could not be applied to it");
	event.refused.explanation = text;
	decode_emit(d, &event);
	request->refused_ns = head->boot_ns;
	memset(&request->object, 0, sizeof(request->object));
}

/* The line that names both did not reach the console: @module may be known otherwise. */
static void module_refused_silently(struct decoder *d, struct request *request, const char *module)
{
	const struct wire_object_result *object = &request->object;
	const struct wire_head head = object->head;

	if (head.hdr.type)
		module_refused(d, request, &head, NAME(object->name),
			       NAME(object->object) ?: module);
}

void decode_object_failed(struct decoder *d, const struct wire_object_result *rec)
{
	request_of(d, &rec->head)->object = *rec;
}

/* A line of a thread that is loading a module, and not in an attempt; whether an event says it. */
bool decode_load_line(struct decoder *d, const struct wire_message *rec, const char *text)
{
	struct request *request = request_of(d, &rec->head);

	request__line(request, text, rec->head.boot_ns);
	if (!strstr(text, "refusing to load module"))
		return false;
	module_refused(d, request, &rec->head, quoted(&(struct name){ 0 }, text, 0),
		       quoted(&(struct name){ 0 }, text, 1));
	return true;
}

/* The loader has refused a module; if livepatch did, that was told, or is now. */
void decode_load_failed(struct decoder *d, const struct wire_load *rec)
{
	const uint64_t wanted = 1ULL << WIRE_HOOK_FIND | 1ULL << WIRE_HOOK_MODULE_LOAD;
	struct request *request = request_of(d, &rec->head);
	struct event event = decode_event_of(d, EVENT_REFUSED, &rec->head);
	const char *lines = request__lines(request, rec->begun_ns);
	char text[WIRE_TEXT_LEN + 128];

	event.refused.module = NAME(rec->name);
	event.refused.conflicts = &no_conflicts;
	module_refused_silently(d, request, event.refused.module);
	/* Without these, it may have been loaded, or have been no livepatch. */
	if (request->refused_ns < rec->begun_ns && (d->hooks & wanted) == wanted &&
	    load_refusal(rec, lines, &event, text, sizeof(text)))
		decode_emit(d, &event);
	request__clear(request);
}

/* Nobody was in the livepatch core then, so what was asked of it before has been decided. */
void decode_settled(struct decoder *d, const struct wire_settled *rec)
{
	for (size_t i = 0; i < d->requests.used; i++) {
		struct request *request = &d->requests.list[i];

		if (request->write.head.boot_ns < rec->boot_ns)
			write_decided(d, request, rec->lost);
		if (request->object.head.boot_ns < rec->boot_ns)
			module_refused_silently(d, request, NULL);
	}
}

void decode_requests_lost(struct decoder *d)
{
	for (size_t i = 0; i < d->requests.used; i++)
		memset(&d->requests.list[i].write, 0, sizeof(d->requests.list[i].write));
}

void decode_requests_finish(struct decoder *d)
{
	for (size_t i = 0; i < d->requests.used; i++)
		module_refused_silently(d, &d->requests.list[i], NULL);
}
