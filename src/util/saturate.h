/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sums and products of numbers that others have written. One that does not fit becomes the most (or the least) that does:
 * a loss that is told can be too small then, but never 0, and no time comes before one that it is after.
 */
#ifndef KLPSCOPE_UTIL_SATURATE_H
#define KLPSCOPE_UTIL_SATURATE_H

#include <stdint.h>

/** sum_u64() - a + b, at most UINT64_MAX */
static inline uint64_t sum_u64(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/** add_u64() - add to a sum, which stays at UINT64_MAX */
static inline void add_u64(uint64_t *sum, uint64_t n)
{
	*sum = sum_u64(*sum, n);
}

/** less_u64() - a - b, at least 0 */
static inline uint64_t less_u64(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/** sum_i64() - a + b, from INT64_MIN to INT64_MAX */
static inline int64_t sum_i64(int64_t a, int64_t b)
{
	int64_t sum;

	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	return a < 0 ? INT64_MIN : INT64_MAX;
}

/** ns_of_seconds() - seconds, and less than one in ns, as ns: from INT64_MIN to INT64_MAX, 1677 to 2262 */
static inline int64_t ns_of_seconds(int64_t seconds, int64_t ns)
{
	int64_t whole;

	if (__builtin_mul_overflow(seconds, 1000000000LL, &whole))
		return seconds < 0 ? INT64_MIN : INT64_MAX;
	return sum_i64(whole, ns);
}

/** other_clock() - what another clock shows, which is @offset ahead, when one shows @ns */
static inline int64_t other_clock(uint64_t ns, int64_t offset)
{
	return sum_i64(ns > INT64_MAX ? INT64_MAX : (int64_t)ns, offset);
}

#endif
