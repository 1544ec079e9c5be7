// SPDX-License-Identifier: GPL-2.0
#include "sink/tracks.h"

#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/refusal.h"
#include "util/array.h"
#include "util/attributes.h"
#include "util/cleanup.h"

struct track {
	char *name;
	unsigned int number;
};

static int compare(const void *a, const void *b)
{
	const struct track *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Of what has no track of its own. */
#define OTHER_TRACK (TRACKS_MAX + 1)

static unsigned int track_of(struct tracks *t, const char *name, bool counter)
{
	struct track key = { .name = (char *)(name ? name : "?") }, **found, *track;
	struct track **list;

	found = tfind(&key, &t->by_name, compare);
	if (found)
		return (*found)->number;
	if (t->n == TRACKS_MAX)
		return OTHER_TRACK;
	list = grow(t->list, t->n, &t->room, sizeof(struct track *));
	if (list)
		t->list = list;
	track = list ? calloc(1, sizeof(*track)) : NULL;
	if (track)
		track->name = strdup(key.name);
	if (!track || !track->name || !tsearch(track, &t->by_name, compare)) {
		if (track)
			free(track->name);
		free(track);
		return OTHER_TRACK;
	}
	t->list[t->n++] = track;
	track->number = t->n;
	t->ops->track(t, track->number, track->name, counter);
	return track->number;
}

void tracks__begin(struct tracks *t, const struct tracks_ops *ops, FILE *out, void *state)
{
	*t = (struct tracks){ .ops = ops, .out = out, .state = state };
	ops->open(t);
	ops->track(t, OTHER_TRACK, "others", false);
}

static void end_open(struct tracks *t, uint64_t boot_ns)
{
	if (t->open && t->stalled)
		t->ops->end(t, t->open, boot_ns);
	if (t->open)
		t->ops->end(t, t->open, boot_ns);
	t->open = 0;
	t->stalled = false;
}

static void no_free(void *track _unused_)
{
}

void tracks__end(struct tracks *t)
{
	end_open(t, t->last_ns);
	t->ops->close(t);
	tdestroy(t->by_name, no_free);
	for (size_t i = 0; i < t->n; i++) {
		free(t->list[i]->name);
		free(t->list[i]);
	}
	free(t->list);
}

static void transition(struct tracks *t, const struct event *event, unsigned int track)
{
	const char *target = target_name(event->transition.target);
	char name[64], text[96] = "";

	snprintf(name, sizeof(name), "transition to %s", target ? target : "unknown");
	if (event->transition.tries)
		snprintf(text, sizeof(text), "%u tries", event->transition.tries);
	switch (event->transition.action) {
	case ACTION_START:
		end_open(t, event->boot_ns); /* the end of the one before was not seen */
		t->ops->begin(t, track, event->boot_ns, name, text);
		t->open = track;
		break;
	case ACTION_COMPLETE:
	case ACTION_CANCEL:
		/* On the track of what was begun: inner slices first. */
		if (t->open != track)
			t->ops->instant(t, track, event->boot_ns,
					action_name(event->transition.action), text);
		end_open(t, event->boot_ns);
		break;
	default:
		t->ops->instant(t, track, event->boot_ns, action_name(event->transition.action),
				text);
		break;
	}
}

static char *stall_text(const struct event *event)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < event->stall.blockers->n; i++) {
		const struct blocker *blocker = &event->stall.blockers->list[i];

		fprintf(out, "%s%s:%u: ", i ? "\n" : "", blocker->comm, blocker->tid);
		blocker__explain(out, blocker);
	}
	fclose(out);
	return text;
}

static void stall(struct tracks *t, const struct event *event, unsigned int track)
{
	_cleanup_free_ char *text = stall_text(event);

	if (t->open != track) {
		t->ops->instant(t, track, event->boot_ns, "stalled", text ? text : "?");
		return;
	}
	/* Others are told as it goes on: a slice for each lot. */
	if (t->stalled)
		t->ops->end(t, track, event->boot_ns);
	t->ops->begin(t, track, event->boot_ns, "stalled", text ? text : "?");
	t->stalled = true;
}

static void counter(struct tracks *t, uint64_t boot_ns, const char *name, int64_t value)
{
	unsigned int track = track_of(t, name, true);

	/* On the track of all others it would be mixed with them. */
	if (track != OTHER_TRACK)
		t->ops->counter(t, track, boot_ns, name, value);
}

/* Nobody has the state: -1, as 0 is a version. */
static void state(struct tracks *t, const struct event *event)
{
	char name[48];

	snprintf(name, sizeof(name), "state %" PRIu64 " version", event->state.id);
	if (event->state.to_version)
		counter(t, event->boot_ns, name, *event->state.to_version);
	else if (!event->state.to_patch)
		counter(t, event->boot_ns, name, -1);
}

static void state_instant(struct tracks *t, const struct event *event, unsigned int track)
{
	char name[64], text[192];

	snprintf(name, sizeof(name), "state %" PRIu64, event->state.id);
	snprintf(text, sizeof(text), "%s -> %s",
		 event->state.from_patch ? event->state.from_patch : "none",
		 event->state.to_patch ? event->state.to_patch : "none");
	t->ops->instant(t, track, event->boot_ns, name, text);
}

static void lost(struct tracks *t, const struct event *event)
{
	char text[128];

	snprintf(text, sizeof(text),
		 "%" PRIu64 " records, %" PRIu64 " attempts, %" PRIu64 " lookups, %" PRIu64
		 " missed",
		 event->lost.records, event->lost.attempts, event->lost.lookups,
		 event->lost.missed);
	t->ops->instant(t, OTHER_TRACK, event->boot_ns, "LOST", text);
}

bool tracks_event(struct sink *sink, const struct event *event)
{
	struct tracks *t = sink->state;
	unsigned int track = event->patch ? track_of(t, event->patch, false) : OTHER_TRACK;

	if (event->boot_ns > t->last_ns)
		t->last_ns = event->boot_ns;
	switch (event->kind) {
	case EVENT_TRANSITION:
		transition(t, event, track);
		break;
	case EVENT_STALL:
		stall(t, event, track);
		break;
	case EVENT_PROGRESS:
		counter(t, event->boot_ns, "tasks left", event->progress.remaining);
		break;
	case EVENT_STATE:
		state_instant(t, event, track);
		state(t, event);
		break;
	case EVENT_REFUSED:
		t->ops->instant(t, track, event->boot_ns, "REFUSED", event->refused.explanation);
		break;
	case EVENT_REPLACED:
		t->ops->instant(t, track, event->boot_ns, "replaced", event->replaced.by);
		break;
	case EVENT_MESSAGE:
		t->ops->instant(t, track, event->boot_ns, "message", event->message.text);
		break;
	case EVENT_WARNING:
		t->ops->instant(t, track, event->boot_ns, "WARNING", event->warning.text);
		break;
	case EVENT_INIT_FAILED:
		t->ops->instant(t, track, event->boot_ns, "INIT FAILED",
				event->init_failed.explanation);
		break;
	case EVENT_LOST:
		lost(t, event);
		break;
	case EVENT_ENABLE:
	case EVENT_DISABLE:
	case EVENT_FREED:
		t->ops->instant(t, track, event->boot_ns, event_name(event->kind), "");
		break;
	case EVENT_LOOKUP:
		t->ops->instant(t, track, event->boot_ns, event->lookup.function,
				event->lookup.caller ? event->lookup.caller : "");
		break;
	case EVENT_LOOKUP_COUNT: /* has no time of its own */
	case EVENT_KINDS:
		break;
	}
	return true;
}
