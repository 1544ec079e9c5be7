// SPDX-License-Identifier: GPL-2.0
/* The order of time of a report, whatever happens to the wall clock; and what of it was asked for. */
#include <stdlib.h>

#include "report/parts.h"
#include "util/cleanup.h"
#include "util/timefmt.h"

/* A pair of clocks is not read in one moment: what differs by less is not taken for a step, ns. */
#define STEP_MIN (NSEC_PER_SEC / 10)

void report_place(struct report *r, struct report_when *when)
{
	int64_t first = when->real_ns;

	if (!r->line.known) {
		if (r->line.any && first <= r->end.line_ns && r->end.line_ns < INT64_MAX)
			first = r->end.line_ns + 1;
		r->line.offset = (uint64_t)first - when->boot_ns;
		if (!r->line.any)
			r->line.first_offset = r->line.offset;
		r->line.known = r->line.any = true;
	}
	when->line_ns = (int64_t)(when->boot_ns + r->line.offset);
}

struct report_when report_when(struct report *r, const struct event *event)
{
	struct report_when when = { event->boot_ns, event->real_ns, 0 };

	report_place(r, &when);
	return when;
}

void report_new_boot(struct report *r)
{
	r->line.known = false;
	r->clock_known = false;
}

uint64_t report__since_boot(const struct report *r, uint64_t boot_ns)
{
	return r->line.known ? boot_ns + r->line.offset - r->line.first_offset : boot_ns;
}

void report__clock(struct report *r, uint64_t boot_ns, int64_t real_ns)
{
	uint64_t offset = (uint64_t)real_ns - boot_ns;
	int64_t by = (int64_t)(offset - r->clock_offset);
	bool set = r->clock_known && (by >= STEP_MIN || by <= -STEP_MIN);
	struct report_step *step;
	struct report_when when = { boot_ns, real_ns, 0 };

	r->clock_offset = offset;
	r->clock_known = true;
	report_place(r, &when);
	if (!set || report_where(r, &when) == REPORT_AFTER)
		return;
	step = recent__push(&r->steps);
	if (step)
		*step = (struct report_step){ when, by };
	else
		r->no_memory = true;
}

void report__select(struct report *r, const struct moment *since, const struct moment *until)
{
	r->selection.since = *since;
	r->selection.until = *until;
	if (!since->set)
		r->selection.begun = true;
	else if (!r->events && !recent__n(&r->recordings))
		r->selection.begun = false;
}

enum report_where report_where(const struct report *r, const struct report_when *when)
{
	const struct report_selection *s = &r->selection;

	/* A recording whose header is damaged. */
	if (!when->boot_ns && !when->real_ns)
		return s->over ? REPORT_AFTER : s->begun ? REPORT_WITHIN : REPORT_BEFORE;
	if (s->since.set && moment_cmp_times(when->boot_ns, when->real_ns, &s->since) < 0)
		return REPORT_BEFORE;
	if (s->until.set && moment_cmp_times(when->boot_ns, when->real_ns, &s->until) > 0)
		return REPORT_AFTER;
	return REPORT_WITHIN;
}

/* A moment as a user said it, by the clocks of another moment. */
static struct report_when at(const struct report_when *when, const struct moment *moment)
{
	uint64_t by =
		(uint64_t)moment->ns - (moment->boot ? when->boot_ns : (uint64_t)when->real_ns);

	return (struct report_when){
		when->boot_ns + by,
		(int64_t)((uint64_t)when->real_ns + by),
		(int64_t)((uint64_t)when->line_ns + by),
	};
}

static void begin_recordings(struct report *r, bool recording)
{
	struct report_recording *last;

	if (!recent__n(&r->recordings))
		return;
	r->selection.recordings_left_out += r->recordings.total - 1;
	recent__keep_last(&r->recordings);
	if (recording)
		return;
	last = recent__at(&r->recordings, 0);
	last->follows = last->has_gap = last->gap_is_most = false;
	last->other_boot = last->other_host = last->changed_unseen = false;
}

/* What is installed then. */
static void begin_installed(struct report *r)
{
	const struct patch *transition =
		r->now.transition[0] ? facts__named(&r->now.facts, r->now.transition) : NULL;

	if (installed__set(&r->before, &r->now.facts, transition, r->now.target))
		r->no_memory = true;
	r->before.known = r->now.known;
	r->before.incomplete = r->now.incomplete;
}

void report_begin_selection(struct report *r, const struct report_when *when, bool recording)
{
	r->selection.begun = true;
	/* Nothing was told of a time before. */
	if (!r->events && r->recordings.total <= recording)
		return;
	r->selection.events_left_out += r->events;
	begin_recordings(r, recording);
	begin_installed(r);
	r->begin = at(when, &r->selection.since);
	report__forget(r);
	report_patches__begin(r);
	report_states__begin(r);
	report_stalls__begin(r);
	report_lookups__begin(r);
	r->events = r->attempts = r->accepted = r->undecided = 0;
	for (int i = 0; i < EVENT_KINDS; i++)
		r->kinds[i] = 0;
	for (int i = 0; i < CAUSES; i++)
		r->refused[i] = 0;
	for (size_t i = 0; i < ARRAY_SIZE(r->open); i++)
		r->open[i].attempt = 0;
	r->lost = (struct report_loss){ 0 };
	r->truncated = false;
}

void report_end_selection(struct report *r)
{
	const struct report_selection *s = &r->selection;

	if (!s->begun)
		report_begin_selection(r, &r->end, false);
	if (s->until.set && moment_cmp_times(r->end.boot_ns, r->end.real_ns, &s->until) > 0)
		r->end = at(&r->end, &s->until);
	if (r->end.line_ns < r->begin.line_ns)
		r->end = r->begin;
}

uint64_t report_between(const struct report_when *from, const struct report_when *to)
{
	return to->line_ns > from->line_ns ? (uint64_t)to->line_ns - (uint64_t)from->line_ns : 0;
}
