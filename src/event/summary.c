// SPDX-License-Identifier: GPL-2.0
#include "event/summary.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/saturate.h"

/* The transition that is running, if any and if it is kept: there is one at a time. */
static struct summary_transition *running(const struct summary *s)
{
	struct summary_transition *last = s->n ? &s->list[s->n - 1] : NULL;

	return last && last->outcome == OUTCOME_RUNNING ? last : NULL;
}

static struct summary_transition *begin(struct summary *s, const struct event *event)
{
	struct summary_transition *list, *transition = running(s);

	/* The end of the one before was not seen. */
	if (transition)
		transition->outcome = OUTCOME_UNKNOWN;
	if (s->n == SUMMARY_TRANSITIONS_MAX) {
		s->more++;
		s->beyond = true;
		return NULL;
	}
	list = grow(s->list, s->n, &s->room, sizeof(*list));
	if (!list) {
		s->incomplete = true;
		return NULL;
	}
	s->list = list;
	transition = &list[s->n++];
	*transition = (struct summary_transition){
		.attempt = event->attempt,
		.begin_ns = event->boot_ns,
		.begin_real_ns = event->real_ns,
	};
	if (event->patch) {
		transition->patch = strdup(event->patch);
		s->incomplete |= !transition->patch;
	}
	return transition;
}

/* The one that an event tells of; a trace that came late begins in the middle of one. */
static struct summary_transition *transition_of(struct summary *s, const struct event *event)
{
	struct summary_transition *transition;

	if (s->beyond)
		return NULL;
	transition = running(s);
	return transition ? transition : begin(s, event);
}

static bool ends(const struct event *event)
{
	return event->transition.action == ACTION_COMPLETE ||
	       event->transition.action == ACTION_CANCEL;
}

static void transition(struct summary *s, const struct event *event)
{
	struct summary_transition *t;

	if (event->transition.action == ACTION_START)
		t = begin(s, event);
	else
		t = transition_of(s, event);
	if (ends(event))
		s->beyond = false;
	if (!t)
		return;
	t->target = event->transition.target;
	if (event->transition.tries)
		t->tries = event->transition.tries;
	switch (event->transition.action) {
	case ACTION_REVERSE:
		t->reversed = true;
		break;
	case ACTION_FORCE:
		t->forced = true;
		break;
	case ACTION_SIGNAL:
		t->signals++;
		break;
	case ACTION_COMPLETE:
		t->outcome = OUTCOME_COMPLETE;
		t->duration_ns = event->transition.duration_ns;
		break;
	case ACTION_CANCEL:
		t->outcome = OUTCOME_CANCEL;
		break;
	default:
		break;
	}
}

static void add_blocker(struct summary *s, struct summary_transition *t,
			const struct blocker *blocker)
{
	struct summary_blocker *list;
	char *why;

	for (size_t i = 0; i < t->n_blockers; i++)
		if (t->blockers[i].tid == blocker->tid && t->blockers[i].class == blocker->class)
			return;
	if (t->n_blockers == SUMMARY_BLOCKERS_MAX) {
		t->more_blockers++;
		return;
	}
	list = grow(t->blockers, t->n_blockers, &t->room_blockers, sizeof(*list));
	if (list)
		t->blockers = list;
	why = list ? blocker__explanation(blocker) : NULL;
	if (!why) {
		s->incomplete = true;
		return;
	}
	list = &list[t->n_blockers++];
	*list = (struct summary_blocker){
		.pid = blocker->pid,
		.tid = blocker->tid,
		.kthread = blocker->flags & WIRE_TASK_KTHREAD,
		.class = blocker->class,
		.why = why,
	};
	memcpy(list->comm, blocker->comm, sizeof(list->comm));
}

static void stall(struct summary *s, const struct event *event)
{
	struct summary_transition *t = transition_of(s, event);

	if (!t)
		return;
	for (size_t i = 0; i < event->stall.blockers->n; i++)
		add_blocker(s, t, &event->stall.blockers->list[i]);
	if (event->stall.more > t->more_blockers)
		t->more_blockers = event->stall.more;
}

static void progress(struct summary *s, const struct event *event)
{
	struct summary_transition *t = transition_of(s, event);

	if (!t)
		return;
	t->target = event->progress.target;
	t->tries = event->progress.tries;
	t->samples++;
	add_u64(&t->cost_ns, event->progress.cost_ns);
	if (event->progress.remaining > t->most_remaining)
		t->most_remaining = event->progress.remaining;
}

void summary__event(struct summary *summary, const struct event *event)
{
	switch (event->kind) {
	case EVENT_TRANSITION:
		transition(summary, event);
		break;
	case EVENT_PROGRESS:
		progress(summary, event);
		break;
	case EVENT_STALL:
		stall(summary, event);
		break;
	case EVENT_LOST:
		summary->incomplete = true;
		break;
	default:
		break;
	}
}

void summary__cut(struct summary *summary)
{
	struct summary_transition *t = running(summary);

	if (t)
		t->outcome = OUTCOME_UNKNOWN;
	summary->beyond = false;
}

bool summary__take(struct summary *summary, bool running, struct summary_transition *taken)
{
	if (!summary->n || (!running && summary->list[0].outcome == OUTCOME_RUNNING))
		return false;
	*taken = summary->list[0];
	summary->n--;
	memmove(summary->list, summary->list + 1, summary->n * sizeof(*taken));
	return true;
}

void summary_transition__clear(struct summary_transition *t)
{
	for (size_t b = 0; b < t->n_blockers; b++)
		free(t->blockers[b].why);
	free(t->blockers);
	free(t->patch);
}

void summary__clear(struct summary *summary)
{
	for (size_t i = 0; i < summary->n; i++)
		summary_transition__clear(&summary->list[i]);
	free(summary->list);
	memset(summary, 0, sizeof(*summary));
}

const char *outcome_name(enum summary_outcome outcome)
{
	static const char *const names[OUTCOMES] = {
		[OUTCOME_RUNNING] = "running",
		[OUTCOME_COMPLETE] = "complete",
		[OUTCOME_CANCEL] = "cancel",
		[OUTCOME_UNKNOWN] = "unknown",
	};

	return names[outcome];
}
