// SPDX-License-Identifier: GPL-2.0
/* Transitions, and how long livepatches stay. */
#include <stdlib.h>
#include <string.h>

#include "report/parts.h"
#include "util/attributes.h"
#include "util/saturate.h"
#include "util/timefmt.h"

#define MSEC 1000000LL

const uint64_t report_bounds[REPORT_BOUNDS] = {
	10 * MSEC,	   100 * MSEC,	       500 * MSEC,	    NSEC_PER_SEC,
	2 * NSEC_PER_SEC,  5 * NSEC_PER_SEC,   10 * NSEC_PER_SEC,   30 * NSEC_PER_SEC,
	60 * NSEC_PER_SEC, 300 * NSEC_PER_SEC, 1800 * NSEC_PER_SEC, 3600 * NSEC_PER_SEC,
};

void report_transition__clear(void *item)
{
	summary_transition__clear(&((struct report_transition *)item)->t);
}

void report_period__clear(void *item)
{
	struct report_period *period = item;

	free(period->patch);
	free(period->replaced_by);
}

void report_begin_period(struct report *r _unused_, struct report_patch *patch,
			 const struct report_when *when, bool from_before)
{
	if (patch->in)
		return;
	patch->in = true;
	patch->in_from_snapshot = from_before;
	patch->in_since = *when;
}

static void add_period(struct report *r, struct report_patch *patch, const struct report_when *when,
		       bool open, const char *replaced_by)
{
	struct report_period *period = recent__push(&r->periods);

	if (!period) {
		r->no_memory = true;
		return;
	}
	*period = (struct report_period){
		.patch = report_strdup(r, patch->name),
		.from = patch->in_since,
		.to = *when,
		.from_before = patch->in_from_snapshot,
		.open = open,
		.replaced_by = report_strdup(r, replaced_by),
	};
}

void report_end_period(struct report *r, struct report_patch *patch, const struct report_when *when,
		       const char *replaced_by)
{
	if (!patch->in)
		return;
	add_period(r, patch, when, false, replaced_by);
	patch->in = false;
}

struct report_patch *report_attempt_decided(struct report *r, uint64_t attempt, bool *was_open)
{
	*was_open = false;
	for (size_t i = 0; attempt && i < r->used_open; i++) {
		if (r->open[i].attempt != attempt)
			continue;
		r->open[i].attempt = 0;
		*was_open = true;
		return r->open[i].patch;
	}
	return NULL;
}

static void accepted(struct report *r, const struct event *event)
{
	bool was_open;
	struct report_patch *patch = report_attempt_decided(r, event->attempt, &was_open);

	if (!was_open)
		return;
	r->accepted++;
	r->undecided--;
	if (patch) {
		patch->accepted++;
		patch->undecided--;
	}
}

static void took(struct report *r, uint64_t duration_ns)
{
	histogram__add(&r->durations, duration_ns);
	for (size_t i = 0; i < REPORT_BOUNDS; i++)
		r->durations_up_to[i] += duration_ns <= report_bounds[i];
}

/* One that ended goes to those that are kept, and into the sums. */
static void keep(struct report *r, struct summary_transition *t, const struct report_when *end)
{
	struct report_patch *patch = report_patch_get(r, t->patch, end);
	struct report_transition *kept;

	if (patch) {
		patch->transitions++;
		patch->completed += t->outcome == OUTCOME_COMPLETE;
		patch->canceled += t->outcome == OUTCOME_CANCEL;
		patch->unseen_end += t->outcome == OUTCOME_UNKNOWN;
		patch->reversed += t->reversed;
		patch->forced += t->forced;
		patch->tries += t->tries;
		patch->signals += t->signals;
		add_u64(&patch->blockers, sum_u64(t->n_blockers, t->more_blockers));
		if (t->outcome == OUTCOME_COMPLETE && t->duration_ns)
			histogram__add(&patch->durations, t->duration_ns);
	}
	if (t->outcome == OUTCOME_COMPLETE && t->duration_ns)
		took(r, t->duration_ns);
	kept = recent__push(&r->transitions);
	if (!kept) {
		r->no_memory = true;
		summary_transition__clear(t);
		return;
	}
	*kept = r->current;
	kept->t = *t;
	kept->begin = (struct report_when){ t->begin_ns, t->begin_real_ns, 0 };
	report_place(r, &kept->begin);
	kept->end = *end;
}

static void harvest(struct report *r, bool running, const struct report_when *end)
{
	struct summary_transition taken;

	while (summary__take(&r->summary, running, &taken)) {
		/* What is not over was last seen with the event before. */
		if (taken.outcome == OUTCOME_UNKNOWN || taken.outcome == OUTCOME_RUNNING)
			end = &r->end;
		report_sampled(r);
		report_waited(r, taken.duration_ns);
		keep(r, &taken, end);
		r->last_who = r->current.who;
		r->last_end_ns = end->boot_ns;
		memset(&r->current, 0, sizeof(r->current));
		r->current_number++;
		report_waiters__clear(r);
	}
}

const struct report_transition *report__running(const struct report *r)
{
	size_t n = recent__n(&r->transitions);
	const struct report_transition *last = n ? recent__at(&r->transitions, n - 1) : NULL;

	if (r->summary.n)
		return &r->current;
	return last && last->t.outcome == OUTCOME_RUNNING ? last : NULL;
}

void report_cut(struct report *r, bool running)
{
	if (!running)
		summary__cut(&r->summary);
	harvest(r, running, &r->end);
}

static void in_and_out(struct report *r, const struct event *event)
{
	struct report_when when = report_when(r, event);
	struct report_patch *patch = report_patch_get(r, event->patch, &when);
	int target = event->transition.target;

	if (!patch)
		return;
	if (event->transition.action == ACTION_START && target == 1)
		report_begin_period(r, patch, &when, false);
	if (event->transition.action != ACTION_COMPLETE)
		return;
	if (target == 1)
		report_begin_period(r, patch, &when, true);
	else if (target == 0)
		report_end_period(r, patch, &when, NULL);
}

static void transition(struct report *r, const struct event *event)
{
	struct report_when when = report_when(r, event);
	enum transition_action action = event->transition.action;

	r->actions[action]++;
	if ((action == ACTION_START || action == ACTION_COMPLETE) && event->transition.target == 1)
		accepted(r, event);
	if (action == ACTION_REVERSE) {
		report_sampled(r);
		report_waiters__clear(r);
		r->current.reversed = when;
		r->current.reversed_by = report_who(event);
	}
	if (action == ACTION_FORCE) {
		r->current.forced = when;
		r->current.forced_by = report_who(event);
	}
	/* Refused after it was begun: what would have been its start is not reached. */
	if (action == ACTION_CANCEL && !r->current.who.known)
		r->current.who = report_who(event);
	summary__event(&r->summary, event);
	harvest(r, false, &when);
	if (action == ACTION_START) {
		r->current.who = report_who(event);
		r->current.began = true;
		r->current.first_target = event->transition.target;
	}
	in_and_out(r, event);
}

/* Where the start was not seen, it is at least as long as the transition is known. */
static uint64_t elapsed(const struct report *r, const struct event *event, uint64_t elapsed_ns)
{
	const struct summary *s = &r->summary;

	if (elapsed_ns || !s->n || event->boot_ns < s->list[s->n - 1].begin_ns)
		return elapsed_ns;
	return event->boot_ns - s->list[s->n - 1].begin_ns;
}

static void progress(struct report *r, const struct event *event)
{
	summary__event(&r->summary, event);
	report_sampled(r);
	r->waiters.remaining = event->progress.remaining;
	r->waiters.elapsed_ns = elapsed(r, event, event->progress.elapsed_ns);
	r->waiters.when = report_when(r, event);
	r->waiters.unknown |= event->truncated;
	histogram__add(&r->passes, event->progress.cost_ns);
}

void report_transition_event(struct report *r, const struct event *event)
{
	switch (event->kind) {
	case EVENT_TRANSITION:
		transition(r, event);
		break;
	case EVENT_PROGRESS:
		progress(r, event);
		break;
	case EVENT_STALL:
		summary__event(&r->summary, event);
		if (!r->current.stalled.real_ns)
			r->current.stalled = report_when(r, event);
		report_stalled(r, event, elapsed(r, event, event->stall.elapsed_ns));
		break;
	default:
		break;
	}
}
