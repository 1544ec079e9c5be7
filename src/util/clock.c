// SPDX-License-Identifier: GPL-2.0
#include "util/clock.h"

#include "util/timefmt.h"

uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

int clock_poll(struct pollfd *fds, nfds_t n, uint64_t until_ns, const sigset_t *mask)
{
	uint64_t now = until_ns ? clock_ns(CLOCK_MONOTONIC) : 0;
	uint64_t left = until_ns > now ? until_ns - now : 0;
	struct timespec timeout = { left / NSEC_PER_SEC, left % NSEC_PER_SEC };

	return ppoll(fds, n, until_ns ? &timeout : NULL, mask);
}
