/* SPDX-License-Identifier: GPL-2.0 */
/* What is installed as events go by: from a snapshot on, or as far as the events tell. */
#ifndef KLPSCOPE_REPORT_INSTALLED_H
#define KLPSCOPE_REPORT_INSTALLED_H

#include "event/event.h"

#define INSTALLED_CANDIDATES_MAX 256 /* as ATTEMPTS_MAX of the decoder */

/* An attempt that is not decided. */
struct installed_candidate {
	uint64_t attempt; /* 0: the place is free */
	struct facts facts; /* the candidate alone */
};

struct installed {
	bool known; /* a snapshot was the beginning; else only what events told is there */
	bool incomplete; /* something may be missing: lost events, no memory, a snapshot with gaps */
	struct facts facts; /* at most WIRE_MAX_PATCHES: more than a kernel tells of are made up */
	uint32_t *by_name; /* places in @facts, by name and then place */
	size_t room_by_name;
	char transition[WIRE_NAME_LEN + 1]; /* the patch in transition, "": none */
	int target; /* of the transition */
	struct installed_candidate candidates[INSTALLED_CANDIDATES_MAX];
	size_t used_candidates; /* places from the first on that ever were */
};

/** installed__named() - the livepatch with a name, NULL if there is none; the first of several */
struct patch *installed__named(const struct installed *installed, const char *name);

/** installed__event() - take one event into account */
void installed__event(struct installed *installed, const struct event *event);

/**
 * installed__set() - begin again with a snapshot
 * @installed: changed
 * @facts: copied
 * @transition: the patch in transition, NULL: none
 * @target: of the transition
 *
 * Return: 0, or -ENOMEM.
 */
int installed__set(struct installed *installed, const struct facts *facts,
		   const struct patch *transition, int target);

/** installed__differs() - whether two lists of patches are not the same by name, order, states and @enabled */
bool installed__differs(const struct facts *a, const struct facts *b);

/** installed__clear() - release what @installed holds and make it empty */
void installed__clear(struct installed *installed);

#endif
