/* SPDX-License-Identifier: GPL-2.0 */
/* Times as text. */
#ifndef KLPSCOPE_UTIL_TIMEFMT_H
#define KLPSCOPE_UTIL_TIMEFMT_H

#include <stdint.h>

#define NSEC_PER_SEC  1000000000LL
#define NSEC_PER_USEC 1000LL

#define TIMEFMT_LEN 48

/** timefmt_utc() - "2026-11-22T09:25:42.123456789Z" (RFC 3339) */
void timefmt_utc(char buf[TIMEFMT_LEN], int64_t real_ns);

/** timefmt_iso() - "2026-11-22T10:25:42.123456+01:00", local time (RFC 3339) */
void timefmt_iso(char buf[TIMEFMT_LEN], int64_t real_ns);

/** timefmt_wall() - "10:25:42.123456", local time */
void timefmt_wall(char buf[TIMEFMT_LEN], int64_t real_ns);

/** timefmt_seconds() - "123.456789" */
void timefmt_seconds(char buf[TIMEFMT_LEN], uint64_t ns);

/** timefmt_span() - a length of time for people: "830 us", "12.5 ms", "1.020 s", "3 min 5 s" */
void timefmt_span(char buf[TIMEFMT_LEN], uint64_t ns);

#endif
