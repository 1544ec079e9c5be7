/* SPDX-License-Identifier: GPL-2.0 */
/* Time, and waiting for it. A test that has clocks of its own defines both functions in their place. */
#ifndef KLPSCOPE_UTIL_CLOCK_H
#define KLPSCOPE_UTIL_CLOCK_H

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>

/** clock_ns() - what a clock shows now, ns */
uint64_t clock_ns(clockid_t clock);

/**
 * clock_poll() - ppoll() until a moment
 * @fds, @n, @mask: as for ppoll()
 * @until_ns: CLOCK_MONOTONIC, ns; if it is over, looks and does not wait; 0: no limit
 *
 * Return: as ppoll().
 */
int clock_poll(struct pollfd *fds, nfds_t n, uint64_t until_ns, const sigset_t *mask);

#endif
