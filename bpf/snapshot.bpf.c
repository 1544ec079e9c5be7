// SPDX-License-Identifier: GPL-2.0
/*
 * What is installed now, run on request. It walks without klp_mutex, so user
 * space holds it against sysfs and asks again where the two disagree.
 */
#include "walk.bpf.h"

static __noinline void walk_begin_snapshot(struct walk *w)
{
	struct wire_walk_begin begin = {};

	begin.kind = WIRE_WALK_SNAPSHOT;
	begin.target = transition_target();
	begin.patch = transition_patch();
	walk_begin(w, &begin);
}

SEC("raw_tp")
int snapshot(struct bpf_raw_tracepoint_args *ctx)
{
	struct walk w = {};

	walk_begin_snapshot(&w);
	walk_installed(&w);
	walk_end(&w);
	return 0;
}
