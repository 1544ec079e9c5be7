// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <time.h>

#include "util/array.h"
#include "util/attributes.h"
#include "util/timefmt.h"

#define DAY (86400 * NSEC_PER_SEC)

/* Time zones in POSIX form, where east is negative; need no files. */
static void points_in_time(void **state _unused_)
{
	static const struct {
		const char *tz;
		int64_t ns;
		const char *utc, *iso, *wall;
	} cases[] = {
		{ "UTC0", 0, "1970-01-01T00:00:00.000000000Z", "1970-01-01T00:00:00.000000+00:00",
		  "00:00:00.000000" },
		{ "XXX-1", 1795339542123456789, "2026-11-22T09:25:42.123456789Z",
		  "2026-11-22T10:25:42.123456+01:00", "10:25:42.123456" },
		{ "XXX-5:30", 1795339542000000999, "2026-11-22T09:25:42.000000999Z",
		  "2026-11-22T14:55:42.000000+05:30", "14:55:42.000000" },
		{ "XXX3:30", 1795339542000001000, "2026-11-22T09:25:42.000001000Z",
		  "2026-11-22T05:55:42.000001-03:30", "05:55:42.000001" },
		{ "XXX0:30", 0, "1970-01-01T00:00:00.000000000Z",
		  "1969-12-31T23:30:00.000000-00:30", "23:30:00.000000" },
		/* Before 1970 the fraction still counts forwards. */
		{ "UTC0", -1, "1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999+00:00",
		  "23:59:59.999999" },
		{ "UTC0", -NSEC_PER_SEC, "1969-12-31T23:59:59.000000000Z",
		  "1969-12-31T23:59:59.000000+00:00", "23:59:59.000000" },
		{ "UTC0", -DAY - NSEC_PER_SEC / 4, "1969-12-30T23:59:59.750000000Z",
		  "1969-12-30T23:59:59.750000+00:00", "23:59:59.750000" },
		/* The first and the last there are. */
		{ "UTC0", INT64_MIN, "1677-09-21T00:12:43.145224192Z",
		  "1677-09-21T00:12:43.145224+00:00", "00:12:43.145224" },
		{ "UTC0", INT64_MAX, "2262-04-11T23:47:16.854775807Z",
		  "2262-04-11T23:47:16.854775+00:00", "23:47:16.854775" },
	};
	char buf[TIMEFMT_LEN];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		setenv("TZ", cases[i].tz, 1);
		tzset();
		timefmt_wall(buf, cases[i].ns);
		assert_string_equal(buf, cases[i].wall);
		timefmt_utc(buf, cases[i].ns);
		assert_string_equal(buf, cases[i].utc);
		timefmt_iso(buf, cases[i].ns);
		assert_string_equal(buf, cases[i].iso);
	}
}

static void lengths_of_time(void **state _unused_)
{
	static const struct {
		uint64_t ns;
		const char *seconds, *span;
	} cases[] = {
		{ 0, "0.000000", "0 us" },
		{ 999, "0.000000", "0 us" },
		{ 1000, "0.000001", "1 us" },
		{ 830000, "0.000830", "830 us" },
		{ 999999, "0.000999", "999 us" },
		{ 1000000, "0.001000", "1.0 ms" },
		{ 12500000, "0.012500", "12.5 ms" },
		{ 999900000, "0.999900", "999.9 ms" },
		{ 1000000000, "1.000000", "1.000 s" },
		{ 1020000000, "1.020000", "1.020 s" },
		{ 59999000000, "59.999000", "59.999 s" },
		{ 60000000000, "60.000000", "1 min 0 s" },
		{ 185999999999, "185.999999", "3 min 5 s" },
		{ UINT64_MAX, "18446744073.709551", "307445734 min 33 s" },
	};
	char buf[TIMEFMT_LEN];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		timefmt_seconds(buf, cases[i].ns);
		assert_string_equal(buf, cases[i].seconds);
		timefmt_span(buf, cases[i].ns);
		assert_string_equal(buf, cases[i].span);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_in_time),
		cmocka_unit_test(lengths_of_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
