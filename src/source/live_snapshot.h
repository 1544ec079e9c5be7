/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KLPSCOPE_LIVE_SNAPSHOT_H
#define KLPSCOPE_LIVE_SNAPSHOT_H

#include "snapshot.h"
#include "source/live.h"

/**
 * snapshot_take() - what is installed on the running kernel
 * @live: opened by live__open_snapshot()
 * @snapshot: filled; to be released with snapshot_clear()
 *
 * The kernel's list is walked without its lock, so the walk is held against
 * sysfs and taken again while the two disagree; when they go on to,
 * @snapshot->in_flux says so.
 *
 * Return: 0, or negative errno.
 */
int snapshot_take(struct live *live, struct snapshot *snapshot);

#endif
