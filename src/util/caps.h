/* SPDX-License-Identifier: GPL-2.0 */
/* Capabilities: which are there, and giving them up. */
#ifndef KLPSCOPE_UTIL_CAPS_H
#define KLPSCOPE_UTIL_CAPS_H

#include "util/failure.h"

/**
 * caps_check() - whether this process may trace the kernel
 * @why: filled with the capabilities that are missing
 *
 * CAP_BPF and CAP_PERFMON (5.8), or CAP_SYS_ADMIN, which implies both; and
 * CAP_SYSLOG, without which kernel addresses are hidden.
 *
 * Return: 0, or -EPERM.
 */
int caps_check(struct failure *why);

/**
 * caps_drop() - give up every privilege that is not needed any more
 *
 * Once all is attached only maps are read and iterators run: CAP_BPF stays, the
 * rest goes for good, and no program that is run later can win any back.
 *
 * Return: 0, or negative errno; nothing has changed then.
 */
int caps_drop(void);

#endif
