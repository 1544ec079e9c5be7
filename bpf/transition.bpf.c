// SPDX-License-Identifier: GPL-2.0
/*
 * The transition: entries only, nothing that would stay on a stack. All of
 * these functions are called with klp_mutex held.
 */
#include "walk.bpf.h"

static __always_inline void emit_transition(__u64 patch, __u8 action, __s8 target)
{
	struct wire_transition rec = {};

	emit_head(&rec.head, WIRE_TRANSITION, sizeof(rec));
	rec.action = action;
	rec.target = target;
	rec.tries = transition.tries;
	rec.joined = transition.tries && !transition.start_ns;
	rec.attempt = transition.attempt;
	read_patch_name(rec.name, patch);
	/* Before the first look, see emit(). */
	if (action == WIRE_ACTION_START || action == WIRE_ACTION_DISABLE)
		emit(&rec, sizeof(rec));
	else
		emit_and_wake(&rec, sizeof(rec));
}

HOOK_ENTRY2(klp_init_transition, patch, target)
{
	struct bpf_attempt *attempt = current_attempt();

	__builtin_memset(&transition, 0, sizeof(transition));
	transition.patch = patch;
	/* An int: what a trampoline, before 6.6, or a register has in the upper half is anything. */
	transition.target = (__s8)target;
	if (transition.target) {
		if (!attempt)
			return 0;
		attempt->stages |= WIRE_STAGE_INIT;
		transition.attempt = attempt->key;
	} else {
		emit_transition(patch, WIRE_ACTION_DISABLE, 0);
	}
	return 0;
}

HOOK_ENTRY0(klp_start_transition)
{
	struct bpf_attempt *attempt = current_attempt();

	/*
	 * A reversal starts it anew; by fentry that is mostly not seen, as it enters a .part.
	 * Where klp_reverse_transition is left out: a second start after one init.
	 */
	if (transition.reversing || (transition.patch && transition.start_ns)) {
		transition.reversing = 0;
		return 0;
	}
	if (attempt)
		attempt->stages |= WIRE_STAGE_START;
	transition.start_ns = bpf_ktime_get_boot_ns();
	transition.since_ns = transition.start_ns;
	emit_transition(transition_patch(), WIRE_ACTION_START, transition_target());
	attempt_decided();
	return 0;
}

HOOK_ALSO_AT(klp_start_transition, klp_transition_start)

/* Accepted, and not from the module's init: nothing more of this attempt is seen but its transition. */
static __always_inline void attempt_accepted(void)
{
	struct bpf_attempt *attempt = current_attempt();
	__u32 tid = current_tid();

	if (attempt && (attempt->stages & WIRE_STAGE_START) && !attempt->in_init)
		bpf_map_delete_elem(&attempts, &tid);
}

HOOK_ENTRY0(klp_try_complete_transition)
{
	attempt_accepted();
	transition.reversing = 0;
	transition.tries++;
	if (transition.tries > 1)
		emit_transition(transition_patch(), WIRE_ACTION_RETRY, transition_target());
	return 0;
}

HOOK_ALSO_AT(klp_try_complete_transition, klp_transition_try)

HOOK_ENTRY0(klp_reverse_transition)
{
	__s8 target = transition_target();

	/* The kernel turns it round a moment later. */
	if (target >= 0)
		target = !target;

	transition.reversing = 1;
	transition.target = target;
	transition.since_ns = bpf_ktime_get_boot_ns();
	emit_transition(transition_patch(), WIRE_ACTION_REVERSE, target);
	return 0;
}

HOOK_ALSO_AT(klp_reverse_transition, klp_transition_reverse)

HOOK_ENTRY0(klp_force_transition)
{
	emit_transition(transition_patch(), WIRE_ACTION_FORCE, transition_target());
	return 0;
}

HOOK_ALSO_AT(klp_force_transition, klp_transition_force)

HOOK_ENTRY0(klp_cancel_transition)
{
	struct bpf_attempt *attempt = current_attempt();

	if (attempt)
		attempt->stages |= WIRE_STAGE_CANCEL;
	transition.canceling = 1;
	transition.target = 0;
	emit_transition(transition_patch(), WIRE_ACTION_CANCEL, 0);
	attempt_decided();
	return 0;
}

static __noinline void walk_begin_complete(struct walk *w)
{
	struct wire_walk_begin begin = {};

	begin.kind = WIRE_WALK_COMPLETE;
	begin.target = transition_target();
	begin.canceled = transition.canceling;
	begin.tries = transition.tries;
	begin.attempt = transition.attempt;
	begin.patch = transition_patch();
	begin.start_ns = transition.start_ns;
	walk_begin(w, &begin);
}

/* Every task has switched; the replaced patches are still on the list. */
HOOK_ENTRY0(klp_complete_transition)
{
	struct walk w = {};

	walk_begin_complete(&w);
	walk_installed_states(&w);
	walk_end_and_wake(&w);
	__builtin_memset(&transition, 0, sizeof(transition));
	return 0;
}

HOOK_ALSO_AT(klp_complete_transition, klp_transition_complete)

HOOK_ENTRY1(klp_free_patch_work_fn, work)
{
	struct wire_freed rec = {};

	emit_head(&rec.head, WIRE_FREED, sizeof(rec));
	rec.addr = klp_patch_of_work(work);
	read_patch_name(rec.name, rec.addr);
	emit_and_wake(&rec, sizeof(rec));
	return 0;
}
