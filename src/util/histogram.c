// SPDX-License-Identifier: GPL-2.0
#include "util/histogram.h"

#include <stdlib.h>
#include <string.h>

#include "util/saturate.h"

#define STEP_BITS 5
#define BUCKETS	  ((64 - STEP_BITS + 1) * HISTOGRAM_STEPS)

_Static_assert(1 << STEP_BITS == HISTOGRAM_STEPS, "steps are a power of two");

/* Values below 2 * HISTOGRAM_STEPS have a bucket each; above, each power of two has HISTOGRAM_STEPS. */
static unsigned int bucket_of(uint64_t value)
{
	unsigned int shift;

	if (value < 2 * HISTOGRAM_STEPS)
		return value;
	shift = 63 - __builtin_clzll(value) - STEP_BITS;
	return shift * HISTOGRAM_STEPS + (value >> shift);
}

static uint64_t middle_of(unsigned int bucket)
{
	unsigned int shift;

	if (bucket < 2 * HISTOGRAM_STEPS)
		return bucket;
	shift = bucket / HISTOGRAM_STEPS - 1;
	return ((uint64_t)(bucket - shift * HISTOGRAM_STEPS) << shift) + ((1ULL << shift) >> 1);
}

static void count(struct histogram *histogram, uint64_t value)
{
	uint32_t *bucket = &histogram->buckets[bucket_of(value)];

	if (*bucket != UINT32_MAX)
		++*bucket;
	else
		histogram->incomplete = true;
}

void histogram__add(struct histogram *histogram, uint64_t value)
{
	if (!histogram->n || value < histogram->min)
		histogram->min = value;
	if (value > histogram->max)
		histogram->max = value;
	if (histogram->n < HISTOGRAM_EXACT) {
		if (!histogram->exact)
			histogram->exact = calloc(HISTOGRAM_EXACT, sizeof(*histogram->exact));
		if (!histogram->exact) {
			histogram->incomplete = true;
			return;
		}
		histogram->exact[histogram->n++] = value;
		add_u64(&histogram->sum, value);
		return;
	}
	if (!histogram->buckets) {
		histogram->buckets = calloc(BUCKETS, sizeof(*histogram->buckets));
		if (!histogram->buckets) {
			histogram->incomplete = true;
			return;
		}
		for (size_t i = 0; i < HISTOGRAM_EXACT; i++)
			count(histogram, histogram->exact[i]);
	}
	count(histogram, value);
	histogram->n++;
	add_u64(&histogram->sum, value);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

uint64_t histogram__quantile(const struct histogram *histogram, unsigned int percent)
{
	uint64_t rank = (histogram->n * percent + 99) / 100, seen = 0, value = histogram->max;

	rank = rank ? rank : 1;
	if (!histogram->buckets) {
		uint64_t sorted[HISTOGRAM_EXACT];

		if (!histogram->n)
			return 0;
		memcpy(sorted, histogram->exact, histogram->n * sizeof(*sorted));
		qsort(sorted, histogram->n, sizeof(*sorted), compare);
		return sorted[rank - 1];
	}
	for (unsigned int i = 0; i < BUCKETS; i++) {
		seen += histogram->buckets[i];
		if (seen >= rank) {
			value = middle_of(i);
			break;
		}
	}
	if (value < histogram->min)
		return histogram->min;
	return value > histogram->max ? histogram->max : value;
}

void histogram__clear(struct histogram *histogram)
{
	free(histogram->exact);
	free(histogram->buckets);
	memset(histogram, 0, sizeof(*histogram));
}
