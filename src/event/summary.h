/* SPDX-License-Identifier: GPL-2.0 */
/* The transitions of a whole trace: how each went, and what held it up. */
#ifndef KLPSCOPE_EVENT_SUMMARY_H
#define KLPSCOPE_EVENT_SUMMARY_H

#include "event/event.h"

#define SUMMARY_TRANSITIONS_MAX 4096
#define SUMMARY_BLOCKERS_MAX	32 /* of one transition; the others are counted */

enum summary_outcome {
	OUTCOME_RUNNING, /* when the trace ended */
	OUTCOME_COMPLETE,
	OUTCOME_CANCEL, /* refused after it was begun */
	OUTCOME_UNKNOWN, /* its end was not seen */
	OUTCOMES,
};

struct summary_blocker {
	uint32_t pid, tid;
	bool kthread;
	char comm[WIRE_COMM_LEN + 1];
	enum blocker_class class;
	char *why; /* blocker__explain()'s words */
};

struct summary_transition {
	char *patch; /* NULL: not known */
	uint64_t attempt; /* 0: none */
	uint64_t begin_ns; /* CLOCK_BOOTTIME, when it was first seen */
	int64_t begin_real_ns;
	int target; /* the last one */
	enum summary_outcome outcome;
	bool reversed, forced;
	uint32_t tries;
	uint32_t signals;
	uint64_t duration_ns; /* 0: start or end were not seen */
	uint64_t samples; /* WIRE_PROGRESS records, */
	uint64_t cost_ns; /* and the CPU time that klpscope took for them */
	uint64_t most_remaining; /* tasks, in any sample */
	struct summary_blocker *blockers;
	size_t n_blockers, room_blockers;
	uint64_t more_blockers; /* not kept */
};

struct summary {
	struct summary_transition *list;
	size_t n, room;
	uint64_t more; /* transitions that were not kept */
	bool beyond; /* the one that runs is among them */
	bool incomplete; /* events were lost, or there was no memory */
};

/** summary__event() - take one event into account */
void summary__event(struct summary *summary, const struct event *event);

/** summary__cut() - what comes next does not follow: the end of what runs was not seen */
void summary__cut(struct summary *summary);

/**
 * summary__take() - take the oldest transition out, so that @summary never fills up
 * @summary: changed
 * @running: also one that still runs
 * @taken: filled; the caller's, for summary_transition__clear()
 *
 * Return: whether there was one.
 */
bool summary__take(struct summary *summary, bool running, struct summary_transition *taken);

/** summary_transition__clear() - release what one transition holds */
void summary_transition__clear(struct summary_transition *transition);

/** summary__clear() - release what @summary holds and make it empty */
void summary__clear(struct summary *summary);

/** outcome_name() - the published name of an outcome */
const char *outcome_name(enum summary_outcome outcome);

#endif
