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

/* Counts the tasks that have not reached the target; idle tasks are not on its list. */
SEC("iter/task")
int tasks_left(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	int state;

	if (!task)
		return 0;
	if (!bpf_core_field_exists(task->patch_state))
		return 0;
	state = task->patch_state;
	shared.tasks++;
	if (state >= 0 && state != transition_target())
		shared.tasks_left++;
	return 0;
}
