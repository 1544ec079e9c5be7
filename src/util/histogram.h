/* SPDX-License-Identifier: GPL-2.0 */
/* How lengths of time are spread: exactly for few of them, within bounds for any number. */
#ifndef KLPSCOPE_UTIL_HISTOGRAM_H
#define KLPSCOPE_UTIL_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define HISTOGRAM_EXACT 128 /* that are kept one by one; beyond, they are counted in buckets */
#define HISTOGRAM_STEPS 32 /* buckets for each power of two: a bucket is at most 1/32 wide */

struct histogram {
	uint64_t n, min, max;
	uint64_t sum; /* of the n */
	uint64_t *exact; /* the first HISTOGRAM_EXACT of them */
	uint32_t *buckets; /* all of them, once there are more; NULL before */
	bool incomplete; /* there was no memory for some */
};

/** histogram__add() - take one value */
void histogram__add(struct histogram *histogram, uint64_t value);

/**
 * histogram__quantile() - the value that a share of all are not above (nearest rank)
 * @histogram: not empty
 * @percent: 50 for the median
 *
 * Up to HISTOGRAM_EXACT values this is one of them; beyond, the middle of a
 * logarithmic bucket, at most 1/64 (1.6 %) away from one, and never outside of
 * @histogram's min and max.
 *
 * Return: that value.
 */
uint64_t histogram__quantile(const struct histogram *histogram, unsigned int percent);

/** histogram__clear() - release what @histogram holds and make it empty */
void histogram__clear(struct histogram *histogram);

#endif
