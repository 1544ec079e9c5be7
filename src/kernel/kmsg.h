/* SPDX-License-Identifier: GPL-2.0 */
/* What only the kernel log tells. */
#ifndef KLPSCOPE_KERNEL_KMSG_H
#define KLPSCOPE_KERNEL_KMSG_H

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

/**
 * kmsg_is_start() - whether a record of /dev/kmsg says that a transition of a livepatch starts
 * @line: the record
 * @patch: its name
 * @usec: set to its time, us since boot
 */
bool kmsg_is_start(const char *line, const char *patch, uint64_t *usec);

#endif
