// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <stdlib.h>

#include "util/histogram.h"
#include "util/array.h"
#include "util/attributes.h"

static void empty_and_one(void **state _unused_)
{
	struct histogram s = { 0 };

	assert_int_equal(histogram__quantile(&s, 50), 0);
	histogram__add(&s, 7);
	assert_int_equal(histogram__quantile(&s, 0), 7);
	assert_int_equal(histogram__quantile(&s, 50), 7);
	assert_int_equal(histogram__quantile(&s, 99), 7);
	assert_int_equal(s.min, 7);
	assert_int_equal(s.max, 7);
	histogram__clear(&s);
	assert_int_equal(s.n, 0);
}

static void few_are_exact(void **state _unused_)
{
	struct histogram s = { 0 };

	for (uint64_t i = 100; i; i--)
		histogram__add(&s, i * 1000001);
	assert_null(s.buckets);
	assert_int_equal(histogram__quantile(&s, 50), 50 * 1000001);
	assert_int_equal(histogram__quantile(&s, 99), 99 * 1000001);
	assert_int_equal(histogram__quantile(&s, 100), 100 * 1000001);
	histogram__clear(&s);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Against the sorted values themselves, over all magnitudes. */
static void many_are_close(void **state _unused_)
{
	static uint64_t values[20000];
	uint64_t seed = 42;

	for (unsigned int bits = 1; bits <= 64; bits += 7) {
		struct histogram s = { 0 };

		for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
			values[i] = random_u64(&seed) >> (64 - bits);
			histogram__add(&s, values[i]);
		}
		qsort(values, ARRAY_SIZE(values), sizeof(*values), compare);
		assert_non_null(s.buckets);
		assert_int_equal(s.n, ARRAY_SIZE(values));
		assert_int_equal(s.min, values[0]);
		assert_int_equal(s.max, values[ARRAY_SIZE(values) - 1]);
		for (unsigned int percent = 1; percent <= 100; percent++) {
			uint64_t truth = values[ARRAY_SIZE(values) * percent / 100 - 1];
			uint64_t said = histogram__quantile(&s, percent);
			uint64_t off = said > truth ? said - truth : truth - said;

			expect_true(off <= truth / 64 + 1, "%u bits, %u %%: %lu for %lu", bits,
				    percent, (unsigned long)said, (unsigned long)truth);
		}
		assert_false(s.incomplete);
		histogram__clear(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_and_one),
		cmocka_unit_test(few_are_exact),
		cmocka_unit_test(many_are_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
