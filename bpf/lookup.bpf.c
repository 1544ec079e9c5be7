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

/*
 * What a trampoline's program gets lies in the trampoline's frame: two arguments, room for what the function returns where
 * somebody hooks that, the frame pointer, the address in the function from which the trampoline was called, and that to
 * which the function returns (arch/x86/net/bpf_jit_comp.c, 5.10 to 7.3).
 */
#define FRAME_TEXT 6

/*
 * caller_of() for a function that is called often: without unwinding, which is most of what a lookup costs. 0: it does not
 * lie where it is looked for, as with a kprobe.
 */
static __always_inline __u64 caller_in_frame(void *ctx, __u64 func)
{
	__u64 word[FRAME_TEXT];

	if (!func || bpf_probe_read_kernel(word, sizeof(word), ctx))
		return 0;
	for (int i = 3; i < FRAME_TEXT - 1; i++)
		if (word[i] - func < FUNC_SPAN)
			return word[i + 1];
	return 0;
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

static __always_inline void begin_lookup(struct wire_lookup *rec, __u8 kind, __u64 id, __u64 state,
					 __u64 caller)
{
	emit_head(&rec->head, WIRE_LOOKUP, sizeof(*rec));
	if (!kernel_has_versions())
		rec->head.flags |= WIRE_F_NO_VERSION;
	rec->attempt = current_attempt_key();
	rec->kind = kind;
	rec->id = id;
	rec->found = !!state;
	if (state)
		rec->version = klp_state_version(state);
	rec->caller = caller;
}

HOOK_EXIT(klp_get_prev_state, 1, id, state)
{
	__u64 caller = caller_of(ctx, settings.addr.get_prev_state);
	struct wire_lookup rec = {};

	begin_lookup(&rec, WIRE_LOOKUP_PREV_STATE, id, state, caller);
	read_patch_name(rec.name, transition_patch());
	if (state)
		read_patch_name(rec.owner, find_owner(state, id));
	read_symbol(rec.symbol, caller);
	emit_if_looked(&rec, sizeof(rec));
	return 0;
}

/* A frame was not as caller_in_frame() takes it to be: it is not asked any more. */
static bool frames_differ;

/* The first lookup with its key, or one from an unusual frame: the kernel's unwinder says who it is. NULL: there is no room. */
static __noinline struct lookup_value *first_lookup(void *ctx, struct lookup_key *key)
{
	__u64 caller = caller_of(ctx, settings.addr.get_state);
	struct lookup_value *value, first = {};

	if (key->caller && key->caller != caller)
		frames_differ = true;
	key->caller = caller;
	value = bpf_map_lookup_elem(&lookups, key);
	if (value)
		return value;
	/* Names are taken now: the module may be gone when the counts are read. */
	read_patch_name(first.name, key->patch);
	read_symbol(first.symbol, caller);
	bpf_map_update_elem(&lookups, key, &first, BPF_NOEXIST);
	return bpf_map_lookup_elem(&lookups, key);
}

/* Not so where another module was there when it was counted first. */
static __always_inline bool same_name(const char *a, const char *b)
{
	for (int i = 0; i < WIRE_NAME_LEN; i += sizeof(__u64))
		if (*(__u64 *)(a + i) != *(__u64 *)(b + i))
			return false;
	return true;
}

static __noinline int tell_lookup(__u64 patch, __u64 id, __u64 state, __u64 caller,
				  struct lookup_value *value)
{
	struct wire_lookup rec = {};

	begin_lookup(&rec, WIRE_LOOKUP_STATE, id, state, caller);
	read_patch_name(rec.name, patch);
	__builtin_memcpy(rec.owner, rec.name, sizeof(rec.owner));
	if (value && same_name(value->name, rec.name))
		__builtin_memcpy(rec.symbol, value->symbol, sizeof(rec.symbol));
	else
		read_symbol(rec.symbol, caller);
	emit_if_looked(&rec, sizeof(rec));
	return 0;
}

HOOK_ENTRY2(klp_get_state, patch, id)
{
	struct lookup_key key = { .patch = patch, .id = id };
	struct lookup_value *value = 0;

	if (!frames_differ)
		key.caller = caller_in_frame(ctx, settings.addr.get_state);
	if (key.caller)
		value = bpf_map_lookup_elem(&lookups, &key);
	if (!value)
		value = first_lookup(ctx, &key);
	__sync_fetch_and_add(value ? &value->count : &shared.lost_lookups, 1);
	if (settings.lookups)
		tell_lookup(patch, id, find_state(klp_patch_states(patch), id), key.caller, value);
	return 0;
}
