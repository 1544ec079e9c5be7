// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "event/filter.h"
#include "event/moment.h"

#define S 1000000000LL

/* 2026-11-22 00:00 in UTC, and in the zone that the test sets, an hour before. */
#define DAY	  (1795305600 * S)
#define LOCAL_DAY (DAY - 3600 * S)
#define AT(h, m)  (((h)*60 + (m)) * 60 * S)

static void moments(void **state)
{
	static const struct {
		const char *text;
		bool boot, of_day;
		int64_t ns;
	} cases[] = {
		{ "123.456", true, false, 123456000000 },
		{ "0", true, false, 0 },
		{ "1.000000001", true, false, S + 1 },
		{ "10:20", false, true, AT(10, 20) },
		{ "10:20:16.5", false, true, AT(10, 20) + 16 * S + S / 2 },
		{ "@1795305600", false, false, DAY },
		{ "@1795305600.25", false, false, DAY + S / 4 },
		{ "2026-11-22", false, false, LOCAL_DAY },
		{ "2026-11-22 10:20", false, false, LOCAL_DAY + AT(10, 20) },
		{ "2026-11-22T10:20:01.5", false, false, LOCAL_DAY + AT(10, 20) + 1500000000 },
		{ "2026-11-22T10:20:00Z", false, false, DAY + AT(10, 20) },
		{ "2026-11-22T10:20:00+02:00", false, false, DAY + AT(8, 20) },
		{ "2026-11-22T10:20:00-0030", false, false, DAY + AT(10, 50) },
		{ "2026-11-22T00:00:00.5+02:00", false, false, DAY - AT(2, 0) + S / 2 },
		/* In summer, there is another hour in between. */
		{ "2026-07-01 12:00", false, false, 1782900000 * S },
		/* What does not fit into 64 bits is as near as it can be. */
		{ "2262-04-11T23:47:16.854775806Z", false, false, INT64_MAX - 1 },
		{ "2262-04-11T23:47:17Z", false, false, INT64_MAX },
		{ "9999-12-31", false, false, INT64_MAX },
		{ "9999-12-31T23:59:59.999999999-14:00", false, false, INT64_MAX },
		{ "1677-09-21T00:12:42Z", false, false, INT64_MIN },
		{ "0000-01-01", false, false, INT64_MIN },
		{ "9000000000.999999999", true, false, 9000000000999999999 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct moment moment;

		expect_true(!moment_parse(cases[i].text, &moment), "%s", cases[i].text);
		assert_true(moment.set);
		expect_true(moment.beyond == (cases[i].ns == INT64_MAX || cases[i].ns == INT64_MIN),
			    "%s", cases[i].text);
		expect_true(moment.boot == cases[i].boot, "%s", cases[i].text);
		expect_true(moment.of_day == cases[i].of_day, "%s", cases[i].text);
		expect_true(moment.ns == cases[i].ns, "%s: %lld", cases[i].text,
			    (long long)moment.ns);
	}
}

static void no_moments(void **state)
{
	static const char *const cases[] = {
		"",
		"x",
		"1x",
		"-1",
		"1e9",
		"@",
		"24:00",
		"10:60",
		"10:20:61",
		"1:20",
		"10:2",
		"10:20x",
		"10:20:",
		"2026-13-01",
		"2026-11-32",
		"2026-11",
		"26-11-22",
		"2026-11-22x",
		"2026-11-22 ",
		"2026-11-22T10",
		"2026-11-22T10:20+",
		"2026-11-22T10:20Zx",
		"99999999999",
		"@99999999999",
		"1..2",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct moment moment;

		expect_true(moment_parse(cases[i], &moment) == -EINVAL, "'%s'", cases[i]);
	}
}

static void of_day(void **state)
{
	struct moment moment;

	(void)state;
	assert_int_equal(moment_parse("10:20", &moment), 0);
	/* 23:30 of the day before in UTC is this day already. */
	moment_resolve(&moment, DAY - AT(0, 30));
	assert_false(moment.of_day);
	assert_true(moment.ns == LOCAL_DAY + AT(10, 20));
	/* Once is enough. */
	moment_resolve(&moment, DAY + 86400 * S);
	assert_true(moment.ns == LOCAL_DAY + AT(10, 20));
}

/* Both ends belong to it; also what was lost at another time is left out. */
static void filters(void **state)
{
	struct event event = { .kind = EVENT_LOST, .boot_ns = 100, .real_ns = 1000 };
	struct filter filter = { 0 };

	(void)state;
	assert_true(filter_match(&filter, &event));
	for (int boot = 0; boot < 2; boot++) {
		int64_t now = boot ? 100 : 1000;

		for (int d = -1; d <= 1; d++) {
			filter.since = (struct moment){ .set = true, .boot = boot, .ns = now + d };
			filter.until = (struct moment){ 0 };
			assert_int_equal(filter_match(&filter, &event), d <= 0);
			filter.until = filter.since;
			filter.since = (struct moment){ 0 };
			assert_int_equal(filter_match(&filter, &event), d >= 0);
		}
	}
}

/* CLOCK_BOOTTIME of a damaged recording may be anything, and is never before boot. */
static void far_from_boot(void **state)
{
	const struct moment moment = { .set = true, .boot = true, .ns = 5 };

	(void)state;
	assert_true(moment_cmp_times(UINT64_MAX, 0, &moment) > 0);
	assert_true(moment_cmp_times(4, INT64_MAX, &moment) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moments),	 cmocka_unit_test(no_moments),
		cmocka_unit_test(of_day),	 cmocka_unit_test(filters),
		cmocka_unit_test(far_from_boot),
	};

	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
