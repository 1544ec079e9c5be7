/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Clocks that only waiting moves, in the place of util/clock.c: no test that includes this depends on how fast the
 * machine is. Once in a program.
 */
#ifndef FAKE_CLOCK_H
#define FAKE_CLOCK_H

#include "util/clock.h"

static uint64_t fake_now_ns = 1000000000;

uint64_t clock_ns(clockid_t clock __attribute__((unused)))
{
	return fake_now_ns;
}

/* What is ready is so at once; a signal ends it; a wait without an end really waits. */
int clock_poll(struct pollfd *fds, nfds_t n, uint64_t until_ns, const sigset_t *mask)
{
	static const struct timespec at_once;
	int ready = ppoll(fds, n, until_ns ? &at_once : NULL, mask);

	if (!ready && until_ns > fake_now_ns)
		fake_now_ns = until_ns;
	return ready;
}

#endif
