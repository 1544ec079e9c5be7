/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of src/event/report.c: not for others. */
#ifndef KLPSCOPE_REPORT_PARTS_H
#define KLPSCOPE_REPORT_PARTS_H

#include "report.h"

/* Strings of the model: NULL stays NULL; without memory @report says so. */
char *report_strdup(struct report *report, const char *s);

/** report_strset() - put a copy of a string into the place of another, which may be the same */
void report_strset(struct report *report, char **place, const char *s);

struct report_when report_when(const struct event *event);
struct report_who report_who(const struct event *event);

/**
 * report_tree__get() - the element that compares equal with a key, made if it is new
 * @report: whose tree it is
 * @tree: with its limit
 * @key: looks like an element as far as @compare goes
 * @size: of an element, bytes
 * @compare: as for tsearch()
 * @made: set if it is new: zeroed, to be filled at once so that it compares equal with @key
 *
 * Return: the element, NULL beyond the limit (counted) or without memory.
 */
void *report_tree__get(struct report *report, struct report_tree *tree, const void *key,
		       size_t size, int (*compare)(const void *, const void *), bool *made);

/** report_tree__insert() - put a new element, now filled, in its place; NULL if it had to be freed */
void *report_tree__insert(struct report *report, struct report_tree *tree, void *element,
			  int (*compare)(const void *, const void *));

/** report_tree__clear() - release all; @clear is for what an element holds */
void report_tree__clear(struct report_tree *tree, void (*clear)(void *));

struct report_patch *report_patch_get(struct report *report, const char *name,
				      const struct report_when *when);
struct report_state *report_state_get(struct report *report, uint64_t id);

/** report_enter(), report_leave() - a livepatch is in force or on its way in from @when on; it is gone */
void report_enter(struct report *report, struct report_patch *patch, const struct report_when *when,
		  bool from_before);
void report_leave(struct report *report, struct report_patch *patch, const struct report_when *when,
		  const char *replaced_by);

/** report_attempt_decided() - the patch of an attempt that was open, which it is no longer */
struct report_patch *report_attempt_decided(struct report *report, uint64_t attempt,
					    bool *was_open);

/** report_course() - what an event means for the transition that runs */
void report_course(struct report *report, const struct event *event);

/** report_cut() - the end of the transition that runs was not seen, or (@running) is still to come */
void report_cut(struct report *report, bool running);

void report_stalled(struct report *report, const struct event *event, uint64_t elapsed_ns);

/** report_sampled() - the last sample of all tasks is whole now, as another begins or all is over */
void report_sampled(struct report *report);

/** report_waited() - the transition of the current number is over, after @duration_ns (0: not known) */
void report_waited(struct report *report, uint64_t duration_ns);

/** report_told__clear() - another transition, or the other way: nobody was told */
void report_told__clear(struct report *report);

void report_lookup(struct report *report, const struct event *event);

/* Release what an item holds; for struct recent and report_tree__clear(). */
void report_patch__clear(void *item);
void report_state__clear(void *item);
void report_stall__clear(void *item);
void report_lookup__clear(void *item);
void report_transition__clear(void *item);
void report_stay__clear(void *item);

#endif
