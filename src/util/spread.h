/* SPDX-License-Identifier: GPL-2.0 */
/* How lengths of time are spread: exactly for few of them, within bounds for any number. */
#ifndef KLPSCOPE_SPREAD_H
#define KLPSCOPE_SPREAD_H

#include <stdbool.h>
#include <stdint.h>

#define SPREAD_EXACT 128 /* that are kept one by one; beyond, they are counted in buckets */
#define SPREAD_STEPS 32 /* buckets for each power of two: a bucket is at most 1/32 wide */

struct spread {
	uint64_t n, min, max;
	uint64_t sum; /* of the n */
	uint64_t *exact; /* the first SPREAD_EXACT of them */
	uint32_t *buckets; /* all of them, once there are more; NULL before */
	bool incomplete; /* there was no memory for some */
};

/** spread__add() - take one value */
void spread__add(struct spread *spread, uint64_t value);

/**
 * spread__quantile() - the value that a share of all are not above (nearest rank)
 * @spread: not empty
 * @percent: 50 for the median
 *
 * Up to SPREAD_EXACT values this is one of them; beyond, the middle of a
 * logarithmic bucket, at most 1/64 (1.6 %) away from one, and never outside of
 * @spread's min and max.
 */
uint64_t spread__quantile(const struct spread *spread, unsigned int percent);

/** spread__clear() - release what @spread holds and make it empty */
void spread__clear(struct spread *spread);

#endif
