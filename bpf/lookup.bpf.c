// SPDX-License-Identifier: GPL-2.0
/*
 * Livepatches that ask for states. klp_get_prev_state is rare and told one by
 * one; klp_get_state may be hot and is counted here, told one by one on request.
 */
#include "walk.bpf.h"

#define CALLER_FRAMES 8

/* Where a function may have got to when its entry's trampoline takes the stack. */
#define FUNC_SPAN 512

static __noinline bool is_trampoline(__u64 addr)
{
	char symbol[32] = {};

	if (!kernel_names_addresses() || !kernel_compares_strings())
		return false;
	bpf_snprintf(symbol, sizeof(symbol), "%ps", &addr, sizeof(addr));
	return !bpf_strncmp(symbol, sizeof("bpf_trampoline_") - 1, "bpf_trampoline_");
}

/*
 * The address that the hooked function, at func, returns to: on the stack that
 * is the frame after the function's own. A kprobe's stack begins with it. From
 * 6.19 on, a function that is hooked at its return jumps to its trampoline, and
 * has no frame of its own: after the program and the trampoline comes its caller.
 */
static __always_inline __u64 caller_of(void *ctx, __u64 func)
{
	__u64 frame[CALLER_FRAMES] = {};
	bool passed = false;

	if (bpf_get_stack(ctx, frame, sizeof(frame), 0) <= 0 || !func)
		return 0;
	for (int i = 0; i < CALLER_FRAMES; i++) {
		bool inside = frame[i] - func < FUNC_SPAN;

		if (passed && !inside)
			return frame[i];
		passed |= inside;
	}
	return !passed && is_trampoline(frame[1]) ? frame[2] : 0;
}

static __always_inline void read_symbol(char *symbol, __u64 addr)
{
	if (addr && kernel_names_addresses())
		bpf_snprintf(symbol, WIRE_SYMBOL_LEN, "%ps", &addr, sizeof(addr));
}

/* Finds the patch on klp_patches to which a state belongs. */
struct find_owner {
	__u64 id;
	__u64 state;
	__u64 cursor;
	__u64 found;
};

static long find_owner_one(__u32 index, struct find_owner *f)
{
	__u64 patch = f->cursor - bpf_core_field_offset(struct klp_patch, list);

	if (!f->cursor || f->cursor == settings.addr.patches)
		return 1;
	if (find_state(klp_patch_states(patch), f->id) == f->state) {
		f->found = patch;
		return 1;
	}
	f->cursor = read_address(f->cursor);
	return 0;
}

static __always_inline __u64 find_owner(__u64 state, __u64 id)
{
	struct find_owner f = { .id = id, .state = state };

	f.cursor = read_address(settings.addr.patches);
	KERNEL_LOOP(MAX_PATCHES, find_owner_one, &f);
	return f.found;
}

static __always_inline void emit_lookup(__u8 kind, __u64 patch, __u64 owner, __u64 id, __u64 state,
					__u64 caller)
{
	struct wire_lookup rec = {};

	emit_head(&rec.head, WIRE_LOOKUP, sizeof(rec));
	if (!kernel_has_versions())
		rec.head.flags |= WIRE_F_NO_VERSION;
	rec.attempt = current_attempt_key();
	rec.kind = kind;
	rec.id = id;
	rec.found = !!state;
	if (state)
		rec.version = klp_state_version(state);
	rec.caller = caller;
	read_patch_name(rec.name, patch);
	read_patch_name(rec.owner, owner);
	read_symbol(rec.symbol, caller);
	emit_if_looked(&rec, sizeof(rec));
}

HOOK_EXIT(klp_get_prev_state, 1, id, state)
{
	emit_lookup(WIRE_LOOKUP_PREV_STATE, transition_patch(), state ? find_owner(state, id) : 0,
		    id, state, caller_of(ctx, settings.addr.get_prev_state));
	return 0;
}

static __always_inline void count_lookup(__u64 patch, __u64 id, __u64 caller)
{
	struct lookup_key key = { .patch = patch, .id = id, .caller = caller };
	struct lookup_value *value = bpf_map_lookup_elem(&lookups, &key);
	struct lookup_value first = {};

	if (value) {
		__sync_fetch_and_add(&value->count, 1);
		return;
	}
	/* Names are taken now: the module may be gone when the counts are read. */
	first.count = 1;
	read_patch_name(first.name, patch);
	read_symbol(first.symbol, caller);
	if (!bpf_map_update_elem(&lookups, &key, &first, BPF_NOEXIST))
		return;
	value = bpf_map_lookup_elem(&lookups, &key);
	__sync_fetch_and_add(value ? &value->count : &shared.lost_lookups, 1);
}

HOOK_ENTRY2(klp_get_state, patch, id)
{
	__u64 caller = caller_of(ctx, settings.addr.get_state);

	count_lookup(patch, id, caller);
	if (settings.lookups)
		emit_lookup(WIRE_LOOKUP_STATE, patch, patch, id,
			    find_state(klp_patch_states(patch), id), caller);
	return 0;
}
