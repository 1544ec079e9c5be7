// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include "util/attributes.h"
#include "util/saturate.h"

static void sums(void **state _unused_)
{
	uint64_t sum = UINT64_MAX - 1;

	assert_true(sum_u64(1, 2) == 3);
	assert_true(sum_u64(UINT64_MAX, 0) == UINT64_MAX && sum_u64(UINT64_MAX, 1) == UINT64_MAX);
	for (int i = 0; i < 3; i++)
		add_u64(&sum, 1);
	assert_true(sum == UINT64_MAX);
	assert_true(less_u64(5, 3) == 2 && less_u64(3, 5) == 0 && less_u64(3, 3) == 0);
	assert_true(sum_i64(INT64_MAX, -1) == INT64_MAX - 1 && sum_i64(-5, 2) == -3);
	assert_true(sum_i64(INT64_MAX, 1) == INT64_MAX && sum_i64(INT64_MIN, -1) == INT64_MIN);
}

static void times(void **state _unused_)
{
	assert_true(ns_of_seconds(1, 5) == 1000000005);
	assert_true(ns_of_seconds(-2, 500000000) == -1500000000);
	assert_true(ns_of_seconds(9223372036, 854775807) == INT64_MAX);
	assert_true(ns_of_seconds(9223372036, 854775808) == INT64_MAX);
	assert_true(ns_of_seconds(INT64_MAX, 0) == INT64_MAX);
	assert_true(ns_of_seconds(INT64_MIN, 999999999) == INT64_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums),
		cmocka_unit_test(times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
