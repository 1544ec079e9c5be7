// SPDX-License-Identifier: GPL-2.0
/*
 * An attempt to enable a livepatch, from klp_enable_patch to its end: the
 * candidate, what was installed, and how far it came.
 */
#include "walk.bpf.h"

static __noinline __u64 attempt_begin(__u64 patch)
{
	struct bpf_attempt attempt = {};
	struct module *mod = 0;
	__u32 tid = current_tid();

	attempt.key = bpf_ktime_get_boot_ns() << 8 | (__u8)bpf_get_smp_processor_id();
	attempt.patch = patch;
	bpf_core_read(&mod, sizeof(mod), &((struct klp_patch *)patch)->mod);
	attempt.mod = (__u64)mod;
	attempt.init = (__u64)BPF_CORE_READ(mod, init);
	attempt.in_init = mod && module_in_init(mod);
	attempt.klp = klp_patch_mark(patch);
	attempt.last_line = attempt.klp == WIRE_KLP_UNMARKED;
	attempt.pid = bpf_get_current_pid_tgid() >> 32;
	attempt.uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(attempt.comm, sizeof(attempt.comm));
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

/* The one before in this thread, if it did not end so that it was seen: it has not been accepted. */
static __noinline int attempt_supersede(void)
{
	struct bpf_attempt *attempt = current_attempt();

	if (attempt && !(attempt->stages & WIRE_STAGE_START))
		attempt_end(attempt, WIRE_ENDED_RETURN, 0);
	return 0;
}

HOOK_ENTRY1(klp_enable_patch, patch)
{
	struct walk w = {};

	attempt_supersede();
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
static __always_inline void attempt_busy(struct bpf_attempt *attempt)
{
	__u64 busy = transition_patch();

	if (!busy || busy == attempt->patch)
		return;
	attempt->stages |= WIRE_STAGE_BUSY;
	read_patch_name(attempt->busy_name, busy);
}

HOOK_EXIT(klp_is_patch_compatible, 1, patch, ret)
{
	struct bpf_attempt *attempt = current_attempt();
	struct walk w = {};

	if (!attempt)
		return 0;
	attempt->stages |= WIRE_STAGE_COMPAT;
	if ((__u8)ret)
		attempt->stages |= WIRE_STAGE_COMPATIBLE;
	else
		attempt->last_line = 1;
	attempt_busy(attempt);

	walk_begin_attempt(&w, WIRE_WALK_COMPAT, attempt->key, attempt->patch, (__u8)ret);
	walk_installed_states(&w);
	walk_end(&w);
	return 0;
}

HOOK_ALSO_AT(klp_is_patch_compatible, klp_state_check, ctx->args[0], ctx->args[1])

/* As a module comes, which is then refused. */
static __noinline int object_failed(__u32 stage, __s32 ret, __u64 patch, __u64 object)
{
	struct wire_object_result rec = {};
	__u64 name = 0;

	emit_head(&rec.head, WIRE_OBJECT_RESULT, sizeof(rec));
	rec.stage = stage;
	rec.ret = ret;
	read_patch_name(rec.name, patch);
	if (object) {
		bpf_core_read(&name, sizeof(name), &((struct klp_object *)object)->name);
		bpf_probe_read_kernel_str(rec.object, sizeof(rec.object), (void *)name);
	}
	emit_and_wake(&rec, sizeof(rec));
	return 0;
}

HOOK_EXIT(klp_init_object_loaded, 2, patch, ret)
{
	struct bpf_attempt *attempt = current_attempt();

	if (!attempt_open(attempt) && (__s32)ret < 0)
		return object_failed(WIRE_STAGE_OBJECT, ret, without_type(patch), 0);
	if (!attempt)
		return 0;
	attempt->stages |= WIRE_STAGE_OBJECT;
	attempt->object_ret = ret;
	attempt_busy(attempt);
	return 0;
}

HOOK_EXIT(klp_patch_object, 1, object, ret)
{
	struct bpf_attempt *attempt = current_attempt();

	if (!attempt_open(attempt) && (__s32)ret < 0)
		return object_failed(WIRE_STAGE_PATCH_OBJECT, ret, 0, without_type(object));
	if (!attempt)
		return 0;
	attempt->stages |= WIRE_STAGE_PATCH_OBJECT;
	attempt->patch_ret = ret;
	return 0;
}

/*
 * klp_enable_patch takes a reference to the module when the states are compatible,
 * and gives it back, as the last that it does, when it fails after that. So where
 * the references that this thread took are all given back, it has refused.
 */
SEC("raw_tp/module_get")
int module_get__tracepoint(struct bpf_raw_tracepoint_args *ctx)
{
	struct bpf_attempt *attempt = current_attempt();

	if (attempt_open(attempt) && attempt->mod == ctx->args[0])
		attempt->refs++;
	return 0;
}

SEC("raw_tp/module_put")
int module_put__tracepoint(struct bpf_raw_tracepoint_args *ctx)
{
	struct bpf_attempt *attempt = current_attempt();

	if (!attempt_open(attempt) || attempt->mod != ctx->args[0] || !attempt->refs)
		return 0;
	if (--attempt->refs || !(attempt->stages & WIRE_STAGE_COMPATIBLE))
		return 0;
	if (attempt_knows_error(attempt) || !attempt->in_init || settings.no_result)
		attempt_end(attempt, WIRE_ENDED_RETURN, 0);
	else
		attempt->returned = 1;
	return 0;
}

/* do_one_initcall() fires this for modules too, after their init has returned. */
SEC("raw_tp/initcall_finish")
int initcall_finish__tracepoint(struct bpf_raw_tracepoint_args *ctx)
{
	struct bpf_attempt *attempt = current_attempt();
	__u32 tid = current_tid();

	if (!attempt)
		return 0;
	/* Left behind by a thread of the same id that died in its module's init. */
	if (attempt->init != ctx->args[0])
		bpf_map_delete_elem(&attempts, &tid);
	else
		attempt_end(attempt, WIRE_ENDED_INIT, ctx->args[1]);
	return 0;
}

/*
 * Run on request: whether anybody is in the livepatch core. All that it decides,
 * it decides with klp_mutex held; when nobody holds that, what it was asked for
 * before is decided.
 */
SEC("raw_tp")
int settle(struct bpf_raw_tracepoint_args *ctx)
{
	shared.mutex_held = mutex_is_held(settings.addr.mutex);
	return 0;
}
