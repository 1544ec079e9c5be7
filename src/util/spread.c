// SPDX-License-Identifier: GPL-2.0
#include "util/spread.h"

#include <stdlib.h>
#include <string.h>

#define STEP_BITS 5
#define BUCKETS	  ((64 - STEP_BITS + 1) * SPREAD_STEPS)

_Static_assert(1 << STEP_BITS == SPREAD_STEPS, "steps are a power of two");

/* Values below 2 * SPREAD_STEPS have a bucket each; above, each power of two has SPREAD_STEPS. */
static unsigned int bucket_of(uint64_t value)
{
	unsigned int shift;

	if (value < 2 * SPREAD_STEPS)
		return value;
	shift = 63 - __builtin_clzll(value) - STEP_BITS;
	return shift * SPREAD_STEPS + (value >> shift);
}

static uint64_t middle_of(unsigned int bucket)
{
	unsigned int shift;

	if (bucket < 2 * SPREAD_STEPS)
		return bucket;
	shift = bucket / SPREAD_STEPS - 1;
	return ((uint64_t)(bucket - shift * SPREAD_STEPS) << shift) + ((1ULL << shift) >> 1);
}

static void count(struct spread *spread, uint64_t value)
{
	uint32_t *bucket = &spread->buckets[bucket_of(value)];

	if (*bucket != UINT32_MAX)
		++*bucket;
	else
		spread->incomplete = true;
}

void spread__add(struct spread *spread, uint64_t value)
{
	if (!spread->n || value < spread->min)
		spread->min = value;
	if (value > spread->max)
		spread->max = value;
	if (spread->n < SPREAD_EXACT) {
		if (!spread->exact)
			spread->exact = calloc(SPREAD_EXACT, sizeof(*spread->exact));
		if (!spread->exact) {
			spread->incomplete = true;
			return;
		}
		spread->exact[spread->n++] = value;
		spread->sum += value;
		return;
	}
	if (!spread->buckets) {
		spread->buckets = calloc(BUCKETS, sizeof(*spread->buckets));
		if (!spread->buckets) {
			spread->incomplete = true;
			return;
		}
		for (size_t i = 0; i < SPREAD_EXACT; i++)
			count(spread, spread->exact[i]);
	}
	count(spread, value);
	spread->n++;
	spread->sum += value;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

uint64_t spread__quantile(const struct spread *spread, unsigned int percent)
{
	uint64_t rank = (spread->n * percent + 99) / 100, seen = 0, value = spread->max;

	rank = rank ? rank : 1;
	if (!spread->buckets) {
		uint64_t sorted[SPREAD_EXACT];

		if (!spread->n)
			return 0;
		memcpy(sorted, spread->exact, spread->n * sizeof(*sorted));
		qsort(sorted, spread->n, sizeof(*sorted), compare);
		return sorted[rank - 1];
	}
	for (unsigned int i = 0; i < BUCKETS; i++) {
		seen += spread->buckets[i];
		if (seen >= rank) {
			value = middle_of(i);
			break;
		}
	}
	if (value < spread->min)
		return spread->min;
	return value > spread->max ? spread->max : value;
}

void spread__clear(struct spread *spread)
{
	free(spread->exact);
	free(spread->buckets);
	memset(spread, 0, sizeof(*spread));
}
