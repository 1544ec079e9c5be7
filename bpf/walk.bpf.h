/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Walks over livepatches: bounded, each element a record of its own, closed by
 * a record with the counts. Where klp_mutex is held by the task we run in, the
 * walk is consistent; where it is not (snapshot, the candidate at the entry of
 * klp_enable_patch, which nobody else knows yet), the caller says so.
 *
 * All frames of a call chain share 512 bytes of stack. Functions that put a
 * record together are __noinline, so that it is gone when the walk goes deeper.
 */
#ifndef KLPSCOPE_WALK_BPF_H
#define KLPSCOPE_WALK_BPF_H

#include "emit.bpf.h"

/* Lives on the caller's stack for the length of a walk. */
struct walk {
	struct wire_walk_end end; /* counts so far; end.hdr.walk names the walk */
	__u64 cursor; /* next list node */
	__u32 more; /* the end of the list was not reached */
	__u32 pad;
};

/*
 * What a walk over a part of a patch found. Such walks are global functions
 * (walk.bpf.c), so that the verifier looks at each of their loops once and not
 * anew in each state of the loop over patches: that took 4 s of start on 6.12
 * under emulation. They take numbers only, as 5.10 wants it.
 */
#define PART_COUNT(got)		    ((__u32)(got)&0xffffff)
#define PART_OBJECTS(got)	    ((__u32)((got) >> 32) & 0xffff)
#define PART_FLAGS(got)		    ((__u32)((got) >> 48)) /* enum wire_flags */
#define PART(count, objects, flags) ((__u64)(count) | (__u64)(objects) << 32 | (__u64)(flags) << 48)

/* What is told of functions besides their names. */
enum walk_code {
	WALK_CODE_NONE = 0, /* nothing, and only those that the module brings */
	WALK_CODE = 1, /* where their code lies; of all that the kernel has on its lists */
	WALK_CODE_PATCHED = 2, /* the same, of an object that is patched */
};

/* Each record carries the walk's name and the patch's index; an address of 0 is nothing. */
__u64 patch_itself(__u64 patch, __u32 walk, __u32 index);
__u64 walk_states(__u64 states, __u32 walk, __u32 patch);
__u64 walk_objects(__u64 patch, __u32 walk, __u32 index, __u32 code);

/* The state with this id among those of a patch, 0 if there is none. */
__u64 find_state(__u64 states, __u64 id);

static __always_inline void walk_begin(struct walk *w, struct wire_walk_begin *begin)
{
	if (!kernel_has_states())
		w->end.flags |= WIRE_F_NO_STATES;
	else if (!kernel_has_versions())
		w->end.flags |= WIRE_F_NO_VERSION;
	emit_head(&begin->head, WIRE_WALK_BEGIN, sizeof(*begin));
	w->end.hdr.walk = begin->head.tid;
	begin->head.hdr.walk = begin->head.tid;
	emit(begin, sizeof(*begin));
}

static __always_inline void walk_end(struct walk *w)
{
	emit_hdr(&w->end.hdr, WIRE_WALK_END, sizeof(w->end), w->end.hdr.walk);
	emit(&w->end, sizeof(w->end));
}

static __always_inline void walk_end_and_wake(struct walk *w)
{
	emit_hdr(&w->end.hdr, WIRE_WALK_END, sizeof(w->end), w->end.hdr.walk);
	emit_and_wake(&w->end, sizeof(w->end));
}

static __always_inline void walk_patch_states(struct walk *w, __u64 patch)
{
	__u32 index = w->end.patches, walk = w->end.hdr.walk;
	__u64 got;

	w->end.flags |= PART_FLAGS(patch_itself(patch, walk, index));
	w->end.patches++;
	got = walk_states(klp_patch_states(patch), walk, index);
	w->end.states += PART_COUNT(got);
	w->end.flags |= PART_FLAGS(got);
}

/* One patch with its states and objects, and with what @code says (enum walk_code). */
static __always_inline void walk_patch(struct walk *w, __u64 patch, __u32 code)
{
	__u32 index = w->end.patches, walk = w->end.hdr.walk;
	__u64 got;

	walk_patch_states(w, patch);
	got = walk_objects(patch, walk, index, code);
	w->end.funcs += PART_COUNT(got);
	w->end.objects += PART_OBJECTS(got);
	w->end.flags |= PART_FLAGS(got);
}

/* The next patch on klp_patches; 0 at the end of the list. */
static __always_inline __u64 walk_next(struct walk *w)
{
	__u64 node = w->cursor;

	if (!node || node == settings.addr.patches) {
		w->more = 0;
		if (!node)
			w->end.flags |= WIRE_F_UNREADABLE;
		return 0;
	}
	w->cursor = read_address((__u64) & ((struct list_head *)node)->next);
	return node - bpf_core_field_offset(struct klp_patch, list);
}

static long walk_states_of_one(__u32 index, struct walk *w)
{
	__u64 patch = walk_next(w);

	if (patch)
		walk_patch_states(w, patch);
	return !patch;
}

static long walk_all_of_one(__u32 index, struct walk *w)
{
	__u64 patch = walk_next(w);

	if (patch)
		walk_patch(w, patch, WALK_CODE_NONE);
	return !patch;
}

static __always_inline bool walk_list_begin(struct walk *w)
{
	if (!settings.addr.patches) {
		w->end.flags |= WIRE_F_NO_ADDRESS;
		return false;
	}
	w->cursor = read_address(settings.addr.patches);
	w->more = 1;
	return true;
}

/* All patches on klp_patches with their states, in the kernel's order. */
static __always_inline void walk_installed_states(struct walk *w)
{
	if (walk_list_begin(w))
		KERNEL_LOOP(MAX_PATCHES, walk_states_of_one, w);
	if (w->more)
		w->end.flags |= WIRE_F_TRUNCATED;
}

/* The same, and with their objects. */
static __always_inline void walk_installed(struct walk *w)
{
	if (walk_list_begin(w))
		KERNEL_LOOP(MAX_PATCHES, walk_all_of_one, w);
	if (w->more)
		w->end.flags |= WIRE_F_TRUNCATED;
}

#endif
