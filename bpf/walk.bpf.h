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

enum walk_parts {
	WALK_STATES = 1 << 0,
	WALK_OBJECTS = 1 << 1,
	WALK_CODE = 1 << 2, /* of the functions, where their code lies */
};

/* Lives on the caller's stack for the length of a walk. */
struct walk {
	struct wire_walk_end end; /* counts so far; end.hdr.walk names the walk */
	__u64 cursor; /* next list node */
	__u32 parts; /* enum walk_parts */
	__u32 more; /* the end of the list was not reached */
};

/*
 * What a walk over a part of a patch found. Such walks are global functions
 * (walk.bpf.c), so that the verifier looks at each of their loops once and not
 * anew in each state of the loop over patches: that took 4 s of start on 6.12
 * under emulation.
 */
#define PART_COUNT(got)		    ((__u32)(got)&0xffffff)
#define PART_OBJECTS(got)	    ((__u32)((got) >> 32) & 0xffff)
#define PART_FLAGS(got)		    ((__u32)((got) >> 48)) /* enum wire_flags */
#define PART(count, objects, flags) ((__u64)(count) | (__u64)(objects) << 32 | (__u64)(flags) << 48)

/* Each record carries the walk's name and the patch's index. */
__u64 walk_states(__u64 states, __u32 walk, __u32 patch);
__u64 walk_objects(__u64 objects, __u32 walk, __u32 patch, __u32 parts);

static __always_inline void walk_begin(struct walk *w, struct wire_walk_begin *begin, __u32 parts)
{
	w->parts = parts;
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

static __noinline void walk_patch_itself(struct walk *w, __u64 patch)
{
	struct wire_patch rec = {};
	struct klp_patch *p = (void *)patch;
	__u32 len, size;
	bool flag = false;

	rec.addr = patch;
	rec.index = w->end.patches;
	if (bpf_core_read(&flag, sizeof(flag), &p->replace))
		w->end.flags |= WIRE_F_UNREADABLE;
	rec.replace = flag;
	bpf_core_read(&flag, sizeof(flag), &p->enabled);
	rec.enabled = flag;
	bpf_core_read(&flag, sizeof(flag), &p->forced);
	rec.forced = flag;
	rec.klp = klp_patch_mark(patch);
	len = read_patch_name(rec.name, patch);
	if (!len)
		w->end.flags |= WIRE_F_UNREADABLE;
	size = offsetof(struct wire_patch, name) + len;
	emit_hdr(&rec.hdr, WIRE_PATCH, size, w->end.hdr.walk);
	w->end.patches++;
	emit_part(&rec, size, sizeof(rec));
}

/* One patch with the parts that the walk asks for. */
static __always_inline void walk_patch(struct walk *w, __u64 patch)
{
	__u32 index = w->end.patches, walk = w->end.hdr.walk;
	__u64 states = klp_patch_states(patch), objects = 0, got;
	struct klp_patch *p = (void *)patch;

	walk_patch_itself(w, patch);
	if ((w->parts & WALK_STATES) && states) {
		got = walk_states(states, walk, index);
		w->end.states += PART_COUNT(got);
		w->end.flags |= PART_FLAGS(got);
	}
	if (w->parts & WALK_OBJECTS)
		bpf_core_read(&objects, sizeof(objects), &p->objs);
	if (objects) {
		got = walk_objects(objects, walk, index, w->parts);
		w->end.funcs += PART_COUNT(got);
		w->end.objects += PART_OBJECTS(got);
		w->end.flags |= PART_FLAGS(got);
	}
}

static long walk_installed_one(__u32 index, struct walk *w)
{
	__u64 node = w->cursor, next = 0;

	if (!node || node == settings.addr.patches) {
		w->more = 0;
		if (!node)
			w->end.flags |= WIRE_F_UNREADABLE;
		return 1;
	}
	bpf_core_read(&next, sizeof(next), &((struct list_head *)node)->next);
	walk_patch(w, node - bpf_core_field_offset(struct klp_patch, list));
	w->cursor = next;
	w->more = 1;
	return 0;
}

/* All patches on klp_patches, in the kernel's order. */
static __always_inline void walk_installed(struct walk *w)
{
	if (!settings.addr.patches) {
		w->end.flags |= WIRE_F_NO_ADDRESS;
		return;
	}
	w->cursor = read_address(settings.addr.patches);
	w->more = 1;
	KERNEL_LOOP(WIRE_MAX_PATCHES, walk_installed_one, w);
	if (w->more)
		w->end.flags |= WIRE_F_TRUNCATED;
}

#endif
