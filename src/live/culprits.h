/* SPDX-License-Identifier: GPL-2.0 */
/* Who put the frames on a stack that make it unreliable. */
#ifndef KLPSCOPE_LIVE_CULPRITS_H
#define KLPSCOPE_LIVE_CULPRITS_H

#include "flow/source.h"
#include "kernel/foreign.h"
#include "wire.h"

/* What others have attached, asked for when the first such frame is seen. */
struct culprits {
	struct foreign *foreign; /* NULL: cannot be asked */
	const struct foreign_found *found; /* NULL: not asked yet */
	/* Of these, as many kretprobes as are told, and one more if there are more. */
	const struct foreign_found *listed; /* NULL: none yet */
	const struct foreign_kprobe *kretprobes[WIRE_MAX_PROBES + 1];
	size_t n_kretprobes;
};

/**
 * culprits__tell() - what a frame comes from, if it is a trampoline's
 * @culprits: who to ask; set @found to NULL to have them asked anew
 * @task: whose stack it is
 * @index: of the frame
 * @symbol: of the frame, "name" or "name+0x1f/0x50 [module]"
 * @fn: gets a WIRE_PROBE for each program or probe
 * @ctx: handed to @fn
 *
 * Return: 0, or what @fn returned.
 */
int culprits__tell(struct culprits *culprits, const struct wire_task *task, uint32_t index,
		   const char *symbol, record_fn fn, void *ctx);

#endif
