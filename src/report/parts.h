/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of src/event/report.c: not for others. */
#ifndef KLPSCOPE_REPORT_PARTS_H
#define KLPSCOPE_REPORT_PARTS_H

#include "report/report.h"

/* Strings of the model: NULL stays NULL; without memory @report says so. */
char *report_strdup(struct report *report, const char *s);

/** report_strset() - put a copy of a string into the place of another, which may be the same */
void report_strset(struct report *report, char **place, const char *s);

struct report_when report_when(struct report *report, const struct event *event);

/** report_place() - fill in where a moment of this boot has its place in the order of time */
void report_place(struct report *report, struct report_when *when);

/** report_new_boot() - what comes next is of another boot, or may be */
void report_new_boot(struct report *report);

enum report_where { REPORT_BEFORE = -1, REPORT_WITHIN, REPORT_AFTER };

/** report_where() - whether a moment is one of those that are asked for; boot_ns and real_ns 0: of the last one */
enum report_where report_where(const struct report *report, const struct report_when *when);

/**
 * report_begin_selection() - what was told until now is the past; of it only the state of things stays
 * @report: changed
 * @when: something that is asked for happened
 * @recording: it is that the last recording began, so the gap before that counts
 */
void report_begin_selection(struct report *report, const struct report_when *when, bool recording);

/** report_end_selection() - nothing comes any more: the span is that which was asked for, as far as there is something */
void report_end_selection(struct report *report);
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

/** report_tree__keep() - release those of which @keep says no, and forget that there were more */
void report_tree__keep(struct report *report, struct report_tree *tree,
		       bool (*keep)(struct report *report, void *element),
		       int (*compare)(const void *, const void *), void (*clear)(void *));

/** report_tree__clear() - release all; @clear is for what an element holds */
void report_tree__clear(struct report_tree *tree, void (*clear)(void *));

struct report_patch *report_patch_get(struct report *report, const char *name,
				      const struct report_when *when);
struct report_state *report_state_get(struct report *report, uint64_t id);

/** report_begin_period(), report_end_period() - a livepatch is in force or on its way in from @when on; it is gone */
void report_begin_period(struct report *report, struct report_patch *patch,
			 const struct report_when *when, bool from_before);
void report_end_period(struct report *report, struct report_patch *patch,
		       const struct report_when *when, const char *replaced_by);

/** report_attempt_decided() - the patch of an attempt that was open, which it is no longer */
struct report_patch *report_attempt_decided(struct report *report, uint64_t attempt,
					    bool *was_open);

/** report_transition_event() - what an event means for the transition that runs */
void report_transition_event(struct report *report, const struct event *event);

/** report_cut() - the end of the transition that runs was not seen, or (@running) is still to come */
void report_cut(struct report *report, bool running);

void report_stalled(struct report *report, const struct event *event, uint64_t elapsed_ns);

/** report_sampled() - the last sample of all tasks is whole now, as another begins or all is over */
void report_sampled(struct report *report);

/** report_waited() - the transition of the current number is over, after @duration_ns (0: not known) */
void report_waited(struct report *report, uint64_t duration_ns);

/** report_waiters__clear() - another transition, or the other way: nobody was told */
void report_waiters__clear(struct report *report);

void report_lookup(struct report *report, const struct event *event);

/** report__forget() - all that is kept of single events, and how they spread; not the recordings */
void report__forget(struct report *report);

/* What of the past stays when a selection begins. */
void report_patches__begin(struct report *report);
void report_states__begin(struct report *report);
void report_stalls__begin(struct report *report);
void report_lookups__begin(struct report *report);

/* Release what an item holds; for struct recent and report_tree__clear(). */
void report_patch__clear(void *item);
void report_state__clear(void *item);
void report_stall__clear(void *item);
void report_lookup__clear(void *item);
void report_transition__clear(void *item);
void report_period__clear(void *item);

#endif
