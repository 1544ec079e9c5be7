/* SPDX-License-Identifier: GPL-2.0 */
/* Walks whose records are still arriving. */
#ifndef KLPSCOPE_EVENT_WALKS_H
#define KLPSCOPE_EVENT_WALKS_H

#include "facts/facts.h"
#include "rules/blocker.h"

/* Threads that can be inside a walk at once: no more than there are CPUs, in practice two. */
#define WALKS_MAX 64

struct walk {
	bool open;
	struct wire_walk_begin begin;
	struct facts facts; /* so far */
	struct blockers blockers; /* WIRE_WALK_STALL */
	uint32_t tasks; /* as many should they be */
};

struct walks {
	struct walk list[WALKS_MAX];
	size_t used; /* places from the first on that ever were */
};

/** walks__find() - the open walk of this name, or NULL */
struct walk *walks__find(struct walks *walks, uint32_t name);

/** walks__candidate() - the open walk over the candidate of an attempt, or NULL */
struct walk *walks__candidate(struct walks *walks, uint64_t attempt);

/**
 * walks__place() - where a walk of this name may begin
 *
 * A free place; or one that is still open, because the end of that walk was
 * lost: the same thread's, or, when none is free, another that gives way.
 *
 * Return: the place, which is never NULL.
 */
struct walk *walks__place(struct walks *walks, uint32_t name);

/** walk__begin() - begin a walk at a place that is not open */
void walk__begin(struct walk *walk, const struct wire_walk_begin *begin);

/** walk__take() - the walk's facts, which are then the caller's */
struct facts walk__take(struct walk *walk);

/** walk__close() - end a walk and release what is left of it */
void walk__close(struct walk *walk);

/** walks__clear() - close all */
void walks__clear(struct walks *walks);

#endif
