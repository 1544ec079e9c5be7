// SPDX-License-Identifier: GPL-2.0
#include "event/decoder.h"

#include <string.h>

#include "facts/klog.h"

void decode_message_text(char text[MESSAGE_LEN], const struct wire_message *rec)
{
	size_t len = rec->len;

	/* Before 5.19 the line's end is in it. */
	if (len && rec->text[len - 1] == '\n')
		len--;
	memcpy(text, rec->text, len);
	text[len] = '\0';
}

void decode_tell(struct decoder *d, const char *patch, enum wire_hook hook)
{
	struct reported *reported = &d->reported;

	if (strcmp(reported->patch, patch ? patch : "")) {
		snprintf(reported->patch, sizeof(reported->patch), "%.*s", WIRE_NAME_LEN,
			 patch ? patch : "");
		reported->hooks = 0;
	}
	reported->hooks |= 1ULL << hook;
}

/* Whether a line of the livepatch core can be about a patch: most of them name one, like 'this'. */
static bool is_about(const char *text, const char *patch)
{
	const char *quote = strchr(text, '\'');
	size_t len = strlen(patch);

	if (!len || !quote)
		return true;
	for (; quote; quote = strchr(quote + 1, '\''))
		if (!strncmp(quote + 1, patch, len) && quote[1 + len] == '\'')
			return true;
	return false;
}

/* Whether there is an undecided attempt of a livepatch, @name NULL: of any. */
static bool is_attempt_of(struct decoder *d, const char *name, size_t len)
{
	for (size_t i = 0; i < d->attempts.used; i++) {
		const struct patch *patch = attempt__patch(&d->attempts.list[i]);

		if (patch && (!name || (!strncmp(patch->name, name, len) && !patch->name[len])))
			return true;
	}
	return false;
}

/* Whether a line can be about an undecided attempt: of one whose livepatch it names, or, if it names none, of any. */
static bool is_attempted(struct decoder *d, const char *text)
{
	const char *quote = strchr(text, '\'');

	if (!quote)
		return is_attempt_of(d, NULL, 0);
	/* One whose name is not known may be meant. */
	if (is_attempt_of(d, "", 0))
		return true;
	for (; quote; quote = strchr(quote + 1, '\'')) {
		size_t len = strcspn(quote + 1, "'");

		if (len && len <= WIRE_NAME_LEN && quote[1 + len] &&
		    is_attempt_of(d, quote + 1, len))
			return true;
	}
	return false;
}

/*
 * A line is left out only if an event was there to say it. That a hook is attached does not mean that it is called:
 * with kernel.ftrace_enabled=0 none is, and all that is left are the kernel's own words. In 5.10, another task than
 * the one that makes the attempt may be the one that gets a line to the console.
 */
static bool is_reported(struct decoder *d, const char *text, bool in_attempt)
{
	uint64_t hooks = 0;

	if (!klog_is_event(text, d->hooks))
		return false;
	if (in_attempt)
		return true;
	if (is_about(text, d->reported.patch))
		hooks = d->reported.hooks;
	if (klog_is_event(text, hooks) ||
	    (klog_is_event(text, hooks | 1ULL << WIRE_HOOK_ENABLE) && is_attempted(d, text)))
		return true;
	d->reported.hooks = 0; /* what it begins, no event will say either */
	return false;
}

/* The kernel's own signals are seen by its words only: what sends them is inlined. */
static void emit_signal(struct decoder *d, const struct event *message)
{
	const struct wire_transition *running = &d->running;
	struct event event = *message;

	memset(&event.transition, 0, sizeof(event.transition));
	event.kind = EVENT_TRANSITION;
	event.patch = NAME(running->name);
	event.attempt = decode_attempt_number(d, running->attempt);
	event.transition.action = ACTION_SIGNAL;
	event.transition.target = running->target;
	event.transition.tries = running->tries;
	event.transition.joined = running->joined;
	decode_emit(d, &event);
}

void decode_emit_message(struct decoder *d, const struct wire_message *rec)
{
	struct attempt *attempt = attempts__find(&d->attempts, rec->attempt);
	const struct patch *patch = attempt ? attempt__patch(attempt) : NULL;
	struct event event = decode_event_of(d, EVENT_MESSAGE, &rec->head);
	char text[MESSAGE_LEN];

	decode_message_text(text, rec);
	event.message.text = klog_text(text);
	/* Of these, only the livepatch core's lines are events; the others say why a load failed, if it does. */
	if (rec->load && !attempt &&
	    (decode_load_line(d, rec, event.message.text) ||
	     strncmp(event.message.text, "livepatch: ", strlen("livepatch: "))))
		return;
	if (klog_is_signal(event.message.text) && d->running.head.hdr.type) {
		emit_signal(d, &event);
		return;
	}
	event.patch = patch ? patch->name : NULL;
	event.attempt = attempt ? attempt->number : 0;
	if (!is_reported(d, event.message.text, rec->attempt))
		decode_emit(d, &event);
}
