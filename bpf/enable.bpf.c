// SPDX-License-Identifier: GPL-2.0
/*
 * An attempt to enable a livepatch, from klp_enable_patch to the end of the
 * module's init: the candidate, what was installed, and how far it came.
 */
#include "walk.bpf.h"

static __noinline __u64 attempt_begin(__u64 patch)
{
	struct attempt attempt = {};
	__u32 tid = current_tid();

	attempt.key = bpf_ktime_get_boot_ns() << 8 | (__u8)bpf_get_smp_processor_id();
	attempt.patch = patch;
	attempt.init = (__u64)BPF_CORE_READ((struct klp_patch *)patch, mod, init);
	attempt.klp = klp_patch_mark(patch);
	read_patch_name(attempt.name, patch);
	if (bpf_map_update_elem(&attempts, &tid, &attempt, BPF_ANY))
		__sync_fetch_and_add(&shared.lost_attempts, 1);
	return attempt.key;
}

static __noinline void walk_begin_attempt(struct walk *w, __u8 kind, __u64 attempt, __u64 patch,
					  __u8 verdict)
{
	struct wire_walk_begin begin = {};

	begin.kind = kind;
	begin.verdict = verdict;
	begin.attempt = attempt;
	begin.patch = patch;
	walk_begin(w, &begin);
}

HOOK_ENTRY1(klp_enable_patch, patch)
{
	struct walk w = {};

	walk_begin_attempt(&w, WIRE_WALK_ENABLE, attempt_begin(patch), patch, 0);
	walk_patch(&w, without_type(patch), WALK_CODE_NONE);
	walk_end(&w);
	return 0;
}

HOOK_ALSO_AT(klp_enable_patch, klp_enable_begin, ctx->args[0])

/*
 * The kernel holds klp_mutex from before this function until the attempt has
 * failed or its transition has started, so the list is what the verdict rests
 * on, and a transition that runs now is the one that makes the attempt EBUSY.
 */
static __always_inline void attempt_busy(struct attempt *attempt)
{
	__u64 busy = transition_patch();

	if (!busy || busy == attempt->patch)
		return;
	attempt->stages |= WIRE_STAGE_BUSY;
	read_patch_name(attempt->busy_name, busy);
}

HOOK_EXIT(klp_is_patch_compatible, 1, patch, ret)
{
	struct attempt *attempt = current_attempt();
	struct walk w = {};

	if (!attempt)
		return 0;
	attempt->stages |= WIRE_STAGE_COMPAT;
	if ((__u8)ret)
		attempt->stages |= WIRE_STAGE_COMPATIBLE;
	attempt_busy(attempt);

	walk_begin_attempt(&w, WIRE_WALK_COMPAT, attempt->key, attempt->patch, (__u8)ret);
	walk_installed_states(&w);
	walk_end(&w);
	return 0;
}

HOOK_ALSO_AT(klp_is_patch_compatible, klp_state_check, ctx->args[0], ctx->args[1])

HOOK_EXIT(klp_init_object_loaded, 2, patch, ret)
{
	struct attempt *attempt = current_attempt();

	if (!attempt)
		return 0;
	attempt->stages |= WIRE_STAGE_OBJECT;
	attempt->object_ret = ret;
	attempt_busy(attempt);
	return 0;
}

HOOK_EXIT(klp_patch_object, 1, object, ret)
{
	struct attempt *attempt = current_attempt();

	if (!attempt)
		return 0;
	attempt->stages |= WIRE_STAGE_PATCH_OBJECT;
	attempt->patch_ret = ret;
	return 0;
}

/* do_one_initcall() fires this for modules too, after their init has returned. */
SEC("raw_tp/initcall_finish")
int initcall_finish__tracepoint(struct bpf_raw_tracepoint_args *ctx)
{
	struct attempt *attempt = current_attempt();
	struct wire_result rec = {};
	__u32 tid = current_tid();

	if (!attempt)
		return 0;
	/* Left behind by a thread of the same id that died in its module's init. */
	if (attempt->init != ctx->args[0]) {
		bpf_map_delete_elem(&attempts, &tid);
		return 0;
	}
	emit_head(&rec.head, WIRE_RESULT, sizeof(rec));
	rec.attempt = attempt->key;
	rec.init_ret = ctx->args[1];
	rec.stages = attempt->stages;
	rec.object_ret = attempt->object_ret;
	rec.patch_ret = attempt->patch_ret;
	rec.klp = attempt->klp;
	__builtin_memcpy(rec.name, attempt->name, sizeof(rec.name));
	__builtin_memcpy(rec.busy_name, attempt->busy_name, sizeof(rec.busy_name));
	emit_and_wake(&rec, sizeof(rec));
	bpf_map_delete_elem(&attempts, &tid);
	return 0;
}
