// SPDX-License-Identifier: GPL-2.0
#include "util/clock.h"

#include "util/timefmt.h"

uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}
