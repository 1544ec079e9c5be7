/* SPDX-License-Identifier: GPL-2.0 */
/* What differs between two hosts, or two moments of one: livepatches, their order, states in force. */
#ifndef KLPSCOPE_REPORT_COMPARE_H
#define KLPSCOPE_REPORT_COMPARE_H

#include "facts/snapshot.h"

enum difference {
	DIFFERENCE_ONLY_A = 1 << 0,
	DIFFERENCE_ONLY_B = 1 << 1,
	DIFFERENCE_ORDER = 1 << 2, /* among the livepatches that both have */
	DIFFERENCE_STATES = 1 << 3, /* ids or versions */
	DIFFERENCE_STATUS = 1 << 4, /* enabled, in transition, forced */
	DIFFERENCE_REPLACE = 1 << 5,
	DIFFERENCE_FUNCTIONS = 1 << 6, /* what it patches */
	DIFFERENCE_HOLDER = 1 << 7, /* a state: another livepatch has it, with the same version */
	DIFFERENCE_VERSION = 1 << 8, /* a state: the version in force */
	DIFFERENCES = 9, /* how many there are */
};

/* A livepatch (@id 0) or a state that is not the same; what one side does not have is NULL. */
struct compared {
	uint32_t differences; /* bits of enum difference */
	const struct patch *a, *b; /* the livepatch, or who has the state */
	size_t order_a,
		order_b; /* of the livepatch on the whole list, from 1; 0: it is not there */
	uint64_t id;
	uint32_t version_a, version_b;
	bool no_version_a, no_version_b; /* that kernel's states have none */
};

typedef void (*compared_fn)(void *ctx, const struct compared *compared);

/**
 * compare_snapshots() - each livepatch and then each state that is not the same
 * @a: one
 * @b: the other
 * @fn: called in A's order of livepatches, then B's, then by the states' ids
 * @ctx: handed to @fn
 *
 * Where either kernel's states have no versions, versions are not compared.
 *
 * Return: how many there were, or -ENOMEM.
 */
int compare_snapshots(const struct snapshot *a, const struct snapshot *b, compared_fn fn,
		      void *ctx);

/** difference_name() - the published name of one bit of enum difference */
const char *difference_name(enum difference difference);

#endif
