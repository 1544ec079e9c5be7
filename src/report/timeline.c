// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "report/report.h"

struct entries {
	struct timeline_entry *list;
	size_t n;
};

static void add(struct entries *h, enum timeline_kind kind, const struct report_when *when,
		const void *what)
{
	h->list[h->n] = (struct timeline_entry){ kind, *when, h->n, what };
	h->n++;
}

/* At the same time: what a transition's end brings comes after the end. */
static int compare(const void *a, const void *b)
{
	const struct timeline_entry *x = a, *y = b;

	if (x->when.line_ns != y->when.line_ns)
		return x->when.line_ns < y->when.line_ns ? -1 : 1;
	if (x->kind != y->kind)
		return (int)x->kind - (int)y->kind;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void add_transition(struct entries *h, const struct report_transition *t)
{
	add(h, TIMELINE_BEGIN, &t->begin, t);
	if (t->stalled.real_ns)
		add(h, TIMELINE_STALL, &t->stalled, t);
	if (t->reversed.real_ns)
		add(h, TIMELINE_REVERSE, &t->reversed, t);
	if (t->forced.real_ns)
		add(h, TIMELINE_FORCE, &t->forced, t);
	add(h, TIMELINE_END, &t->end, t);
}

struct timeline_entry *report__timeline(const struct report *r, size_t *n)
{
	size_t most = recent__n(&r->recordings) + 5 * recent__n(&r->transitions) +
		      recent__n(&r->changes) + recent__n(&r->refusals) + recent__n(&r->messages) +
		      recent__n(&r->losses) + recent__n(&r->periods) + recent__n(&r->steps);
	struct entries h = { .list = calloc(most + 1, sizeof(*h.list)) };

	*n = 0;
	if (!h.list)
		return NULL;
	for (size_t i = 0; i < recent__n(&r->recordings); i++) {
		const struct report_recording *recording = recent__at(&r->recordings, i);

		/* One that began before what was asked for is not told. */
		if (!r->selection.since.set || recording->begin.line_ns >= r->begin.line_ns)
			add(&h, TIMELINE_RECORDING, &recording->begin, recording);
	}
	for (size_t i = 0; i < recent__n(&r->steps); i++) {
		const struct report_step *step = recent__at(&r->steps, i);

		add(&h, TIMELINE_STEP, &step->when, step);
	}
	for (size_t i = 0; i < recent__n(&r->transitions); i++)
		add_transition(&h, recent__at(&r->transitions, i));
	for (size_t i = 0; i < recent__n(&r->changes); i++) {
		const struct report_change *change = recent__at(&r->changes, i);

		add(&h, TIMELINE_CHANGE, &change->when, change);
	}
	for (size_t i = 0; i < recent__n(&r->refusals); i++) {
		const struct report_refusal *refusal = recent__at(&r->refusals, i);

		add(&h, TIMELINE_REFUSAL, &refusal->when, refusal);
	}
	for (size_t i = 0; i < recent__n(&r->messages); i++) {
		const struct report_message *message = recent__at(&r->messages, i);

		add(&h, TIMELINE_MESSAGE, &message->when, message);
	}
	for (size_t i = 0; i < recent__n(&r->losses); i++) {
		const struct report_loss *loss = recent__at(&r->losses, i);

		add(&h, TIMELINE_LOSS, &loss->when, loss);
	}
	for (size_t i = 0; i < recent__n(&r->periods); i++) {
		const struct report_period *period = recent__at(&r->periods, i);

		if (period->replaced_by)
			add(&h, TIMELINE_GONE, &period->to, period);
	}
	qsort(h.list, h.n, sizeof(*h.list), compare);
	*n = h.n;
	return h.list;
}
