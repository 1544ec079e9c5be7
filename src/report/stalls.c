// SPDX-License-Identifier: GPL-2.0
/* Tasks that transitions waited for, by what they are called and where they were. */
#include <stdlib.h>
#include <string.h>

#include "report/parts.h"
#include "util/saturate.h"

static int compare_stacks(const struct report_stall *x, const struct report_stall *y)
{
	if (x->n_frames != y->n_frames)
		return x->n_frames < y->n_frames ? -1 : 1;
	for (size_t i = 0; i < x->n_frames; i++) {
		int order = strcmp(x->stack[i], y->stack[i]);

		if (order)
			return order;
	}
	return 0;
}

static int compare_stalls(const void *a, const void *b)
{
	const struct report_stall *x = a, *y = b;
	int order = strcmp(x->patch, y->patch);

	order = order ? order : strcmp(x->comm, y->comm);
	order = order ? order : (int)x->kthread - (int)y->kthread;
	order = order ? order : (int)x->class - (int)y->class;
	return order ? order : compare_stacks(x, y);
}

/* Copies what @key borrows. */
static bool own(struct report *r, struct report_stall *stall, const struct report_stall *key,
		const struct blocker *blocker)
{
	*stall = *key;
	stall->patch = report_strdup(r, key->patch);
	stall->why = blocker__explanation(blocker);
	stall->stack = key->n_frames ? calloc(key->n_frames, sizeof(*stall->stack)) : NULL;
	for (size_t i = 0; stall->stack && i < key->n_frames; i++) {
		stall->stack[i] = report_strdup(r, key->stack[i]);
		if (!stall->stack[i])
			return false;
	}
	return stall->patch && stall->why && (!key->n_frames || stall->stack);
}

static struct report_stall *get_stall(struct report *r, const struct event *event,
				      const struct blocker *blocker)
{
	char *stack[WIRE_MAX_FRAMES];
	struct report_stall key = {
		.patch = (char *)(event->patch ? event->patch : ""),
		.kthread = blocker->flags & WIRE_TASK_KTHREAD,
		.class = blocker->class,
		.tid = blocker->tid,
		.stack = stack,
		.n_frames = blocker->n_frames - blocker->shown_from,
		.first = report_when(r, event),
	};
	struct report_stall *stall;
	bool made;

	memcpy(key.comm, blocker->comm, sizeof(key.comm));
	for (size_t i = 0; i < key.n_frames; i++) {
		char *text = blocker->frames[blocker->shown_from + i].text;

		stack[i] = text ? text : "?";
	}
	stall = report_tree__get(r, &r->stalls, &key, sizeof(key), compare_stalls, &made);
	if (!made)
		return stall;
	if (!own(r, stall, &key, blocker)) {
		report_stall__clear(stall);
		free(stall);
		r->no_memory = true;
		return NULL;
	}
	return report_tree__insert(r, &r->stalls, stall, compare_stalls);
}

void report_stall__clear(void *item)
{
	struct report_stall *stall = item;

	for (size_t i = 0; stall->stack && i < stall->n_frames; i++)
		free(stall->stack[i]);
	free(stall->stack);
	free(stall->patch);
	free(stall->why);
}

/* Who was told of the transition that runs is not told again. */
static bool begin_stall(struct report *r, void *item)
{
	struct report_stall *stall = item;

	if (!r->summary.n || stall->current != r->current_number)
		return false;
	stall->transitions = 1;
	stall->at_least_ns = stall->at_most_ns = stall->total_at_least_ns = 0;
	return true;
}

void report_stalls__begin(struct report *r)
{
	report_tree__keep(r, &r->stalls, begin_stall, compare_stalls, report_stall__clear);
}

void report_waiters__clear(struct report *r)
{
	for (size_t i = 0; i < r->waiters.n; i++)
		if (r->waiters.list[i].stall)
			r->waiters.list[i].stall->current_tasks = 0;
	r->waiters.n = 0;
	r->waiters.unknown = false;
	r->waiters.remaining = 0;
}

static void note_waiter(struct report *r, uint32_t tid, struct report_stall *stall)
{
	struct report_waiters *waiters = &r->waiters;

	for (size_t i = 0; i < waiters->n; i++) {
		struct report_stall *before = waiters->list[i].stall;

		if (waiters->list[i].tid != tid)
			continue;
		if (before != stall) {
			if (before)
				before->current_tasks--;
			waiters->list[i].stall = NULL;
		}
		return;
	}
	if (waiters->n == REPORT_WAITERS_MAX) {
		waiters->unknown = true;
		return;
	}
	waiters->list[waiters->n].tid = tid;
	waiters->list[waiters->n++].stall = stall;
	stall->current_tasks++;
}

static void seen(struct report_stall *stall, uint64_t elapsed_ns, const struct report_when *when)
{
	if (elapsed_ns > stall->current_ns)
		stall->current_ns = elapsed_ns;
	stall->last = *when;
}

void report_stalled(struct report *r, const struct event *event, uint64_t elapsed_ns)
{
	struct report_when when = report_when(r, event);

	r->waiters.unknown |= event->stall.more || event->truncated;
	for (size_t i = 0; i < event->stall.blockers->n; i++) {
		const struct blocker *blocker = &event->stall.blockers->list[i];
		struct report_stall *stall = get_stall(r, event, blocker);

		if (!stall) {
			r->waiters.unknown = true;
			continue;
		}
		if (stall->current != r->current_number) {
			stall->current = r->current_number;
			stall->current_ns = 0;
			stall->current_tasks = 0;
			stall->transitions++;
			stall->next = r->stalled;
			r->stalled = stall;
		}
		stall->seen++;
		stall->cut |= blocker->cut;
		seen(stall, elapsed_ns, &when);
		note_waiter(r, blocker->tid, stall);
	}
}

void report_sampled(struct report *r)
{
	struct report_waiters *waiters = &r->waiters;

	for (size_t i = 0; waiters->remaining && !waiters->unknown && i < waiters->n; i++) {
		struct report_stall *stall = waiters->list[i].stall;

		if (stall && waiters->remaining > waiters->n - stall->current_tasks)
			seen(stall, waiters->elapsed_ns, &waiters->when);
	}
	waiters->remaining = 0;
}

void report_waited(struct report *r, uint64_t duration_ns)
{
	for (struct report_stall *stall = r->stalled; stall; stall = stall->next) {
		add_u64(&stall->total_at_least_ns, stall->current_ns);
		if (stall->current_ns > stall->at_least_ns)
			stall->at_least_ns = stall->current_ns;
		if (duration_ns > stall->at_most_ns)
			stall->at_most_ns = duration_ns;
	}
	r->stalled = NULL;
}
