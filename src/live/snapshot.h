/* SPDX-License-Identifier: GPL-2.0 */
/* What is installed now: a walk by BPF, held against sysfs. */
#ifndef KLPSCOPE_LIVE_SNAPSHOT_H
#define KLPSCOPE_LIVE_SNAPSHOT_H

#include "facts/snapshot.h"
#include "live/live.h"

/**
 * snapshot_of_kernel() - what is installed on the running kernel
 * @options: how; the buffer's size and what of the tasks are not asked for
 * @snapshot: filled; to be released with snapshot_clear(), also after an error
 * @why: filled on failure
 *
 * Where the kernel's list goes on to disagree with sysfs, @snapshot->in_flux says so.
 * Programs that look at tasks are loaded only if a transition runs: they take as
 * long as all else.
 *
 * Return: 0, or negative errno.
 */
int snapshot_of_kernel(const struct live_options *options, struct snapshot *snapshot,
		       struct failure *why);

/** snapshot_patched() - ask sysfs which objects are patched now, and which only will be (from 6.1 on) */
void snapshot_patched(struct snapshot *snapshot);

/**
 * snapshot_record() - have records tell what is installed
 * @live: opened by live__open_trace() with snapshots
 * @fn: gets all that there is, walks of kind WIRE_WALK_SNAPSHOT among it, the
 *      last of which counts, and a WIRE_SNAPSHOT after it
 * @ctx: handed to @fn
 *
 * Return: 0, or negative errno.
 */
int snapshot_record(struct live *live, record_fn fn, void *ctx);

#endif
