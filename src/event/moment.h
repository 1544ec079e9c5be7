/* SPDX-License-Identifier: GPL-2.0 */
/* A moment as users say it: of the wall clock, or since boot. */
#ifndef KLPSCOPE_EVENT_MOMENT_H
#define KLPSCOPE_EVENT_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"

struct moment {
	bool set; /* false: none was said */
	bool boot; /* CLOCK_BOOTTIME, else CLOCK_REALTIME */
	bool of_day; /* @ns is since midnight until moment_resolve() */
	bool beyond; /* it is not between 1678 and 2262: @ns is as near as it can be */
	int64_t ns;
};

/**
 * moment_parse() - "2026-11-22 10:20:16.5", "10:20", "@1795342816.5" or "123.456"
 * @s: a date and a time of day with T or a blank between, in local time unless
 *     Z or an offset follows; a time of day alone; @ and seconds since 1970; or
 *     seconds since boot, as "--time=boot" shows them
 * @moment: filled
 *
 * Return: 0 or -EINVAL.
 */
int moment_parse(const char *s, struct moment *moment);

/** moment_resolve() - a time of day alone is one of the day of @real_ns, in local time */
void moment_resolve(struct moment *moment, int64_t real_ns);

/** moment_cmp() - whether an event was before (< 0), at or after (> 0) a moment */
int moment_cmp(const struct event *event, const struct moment *moment);

/** moment_cmp_times() - the same of what happened at these times of CLOCK_BOOTTIME and CLOCK_REALTIME */
int moment_cmp_times(uint64_t boot_ns, int64_t real_ns, const struct moment *moment);

#endif
