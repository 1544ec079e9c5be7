/* SPDX-License-Identifier: GPL-2.0 */
/* Taking programs off the kernel's functions without being waited for. */
#ifndef KLPSCOPE_LIVE_DETACH_H
#define KLPSCOPE_LIVE_DETACH_H

#include <stdbool.h>
#include <stddef.h>

/**
 * detach_in_background() - let another process close links for the last time
 * @fds: the links, sorted by this
 * @n: how many
 *
 * When the last program leaves a function, the kernel waits until every task has
 * been seen outside of the trampoline (synchronize_rcu_tasks()), 0.1 s and more,
 * and all links of a host wait for one another (direct_mutex, ftrace_lock). So a
 * child keeps them, and nothing else that is open, and closes them one by one.
 * The caller then closes its own, which takes no time.
 *
 * Return: whether there is such a child; if not, closing waits.
 */
bool detach_in_background(int *fds, size_t n);

#endif
