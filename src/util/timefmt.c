// SPDX-License-Identifier: GPL-2.0
#include "util/timefmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Splits so that the fraction is never negative, also before 1970. */
static long split(int64_t real_ns, time_t *seconds)
{
	long ns = real_ns % NSEC_PER_SEC;

	*seconds = real_ns / NSEC_PER_SEC;
	if (ns < 0) {
		ns += NSEC_PER_SEC;
		--*seconds;
	}
	return ns;
}

void timefmt_utc(char buf[TIMEFMT_LEN], int64_t real_ns)
{
	time_t seconds;
	long ns = split(real_ns, &seconds);
	struct tm tm;
	size_t len;

	gmtime_r(&seconds, &tm);
	len = strftime(buf, TIMEFMT_LEN, "%Y-%m-%dT%H:%M:%S", &tm);
	buf[len++] = '.';
	for (long unit = NSEC_PER_SEC / 10; unit; unit /= 10)
		buf[len++] = '0' + ns / unit % 10;
	buf[len++] = 'Z';
	buf[len] = '\0';
}

void timefmt_iso(char buf[TIMEFMT_LEN], int64_t real_ns)
{
	time_t seconds;
	long ns = split(real_ns, &seconds), offset;
	struct tm tm;
	size_t len;

	localtime_r(&seconds, &tm);
	offset = tm.tm_gmtoff / 60;
	len = strftime(buf, TIMEFMT_LEN, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + len, TIMEFMT_LEN - len, ".%06lld%c%02ld:%02ld", ns / NSEC_PER_USEC,
		 offset < 0 ? '-' : '+', labs(offset) / 60, labs(offset) % 60);
}

void timefmt_wall(char buf[TIMEFMT_LEN], int64_t real_ns)
{
	time_t seconds;
	long ns = split(real_ns, &seconds);
	struct tm tm;
	size_t len;

	localtime_r(&seconds, &tm);
	len = strftime(buf, TIMEFMT_LEN, "%H:%M:%S", &tm);
	snprintf(buf + len, TIMEFMT_LEN - len, ".%06lld", ns / NSEC_PER_USEC);
}

void timefmt_seconds(char buf[TIMEFMT_LEN], uint64_t ns)
{
	snprintf(buf, TIMEFMT_LEN, "%llu.%06llu", (unsigned long long)(ns / NSEC_PER_SEC),
		 (unsigned long long)(ns % NSEC_PER_SEC / NSEC_PER_USEC));
}

void timefmt_span(char buf[TIMEFMT_LEN], uint64_t ns)
{
	if (ns < 1000 * NSEC_PER_USEC)
		snprintf(buf, TIMEFMT_LEN, "%llu us", (unsigned long long)(ns / NSEC_PER_USEC));
	else if (ns < NSEC_PER_SEC)
		snprintf(buf, TIMEFMT_LEN, "%.1f ms", ns / 1e6);
	else if (ns < 60 * NSEC_PER_SEC)
		snprintf(buf, TIMEFMT_LEN, "%.3f s", ns / 1e9);
	else
		snprintf(buf, TIMEFMT_LEN, "%llu min %llu s",
			 (unsigned long long)(ns / (60 * NSEC_PER_SEC)),
			 (unsigned long long)(ns / NSEC_PER_SEC % 60));
}
