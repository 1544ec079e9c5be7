/* SPDX-License-Identifier: GPL-2.0 */
/* What only the kernel log tells. */
#ifndef KLPSCOPE_KMSG_H
#define KLPSCOPE_KMSG_H

#include <stdbool.h>
#include <stdint.h>

/**
 * kmsg_transition_start() - when the last transition of a livepatch started
 * @patch: its name
 * @real_ns: set to the time, CLOCK_REALTIME
 *
 * The kernel keeps no such time, but its log does, for as long as the line
 * "'NAME': starting patching transition" is there.
 *
 * Return: whether the line was found.
 */
bool kmsg_transition_start(const char *patch, int64_t *real_ns);

#endif
