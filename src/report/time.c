// SPDX-License-Identifier: GPL-2.0
/* The order of time of a report, whatever happens to the wall clock. */
#include <stdlib.h>

#include "report/parts.h"
#include "util/saturate.h"
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
	when->line_ns = other_clock(when->boot_ns, (int64_t)r->line.offset);
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

uint64_t report_between(const struct report_when *from, const struct report_when *to)
{
	return to->line_ns > from->line_ns ? (uint64_t)to->line_ns - (uint64_t)from->line_ns : 0;
}
