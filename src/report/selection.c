// SPDX-License-Identifier: GPL-2.0
/* What of the whole was asked for, by --since and --until: what came before is the state of things with which that begins. */
#include "report/parts.h"
#include "util/array.h"

void report__select(struct report *r, const struct moment *since, const struct moment *until)
{
	r->selection.since = *since;
	r->selection.until = *until;
	if (!since->set)
		r->selection.begun = true;
	else if (!r->events && !recent__n(&r->recordings))
		r->selection.begun = false;
}

void report__forget(struct report *r)
{
	recent__clear(&r->transitions);
	recent__clear(&r->periods);
	recent__clear(&r->changes);
	recent__clear(&r->refusals);
	recent__clear(&r->messages);
	recent__clear(&r->losses);
	recent__clear(&r->steps);
	histogram__clear(&r->durations);
	histogram__clear(&r->passes);
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
		r->now.transition[0] ? installed__named(&r->now, r->now.transition) : NULL;

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
