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
};

/* Lives on the caller's stack for the length of a walk. */
struct walk {
	struct wire_walk_end end; /* counts so far; end.hdr.walk names the walk */
	__u64 cursor; /* next list node */
	__u64 states; /* next state */
	__u64 objects; /* next object */
	__u64 funcs; /* next func */
	__u32 parts; /* enum walk_parts */
	__u32 patch; /* index of the one being walked */
	__u32 object;
	__u32 more; /* the inner walk that just ended had not reached its end */
};

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

/* One record of states; returns 1 when the array has ended. */
static long walk_states_chunk(__u32 chunk, struct walk *w)
{
	struct wire_states rec = {};
	__u32 n = 0;

	for (int i = 0; i < WIRE_STATES_CHUNK; i++) {
		struct klp_state *state = (void *)w->states;
		__u64 id = 0;

		if (bpf_core_read(&id, sizeof(id), &state->id))
			w->end.flags |= WIRE_F_UNREADABLE;
		if (!id) {
			w->more = 0;
			break;
		}
		rec.state[i].id_low = id;
		rec.state[i].id_high = id >> 32;
		rec.state[i].version = klp_state_version(w->states);
		w->states += bpf_core_type_size(struct klp_state);
		n = i + 1;
	}
	if (n) {
		__u32 size = offsetof(struct wire_states, state) + n * sizeof(rec.state[0]);

		emit_hdr(&rec.hdr, WIRE_STATES, size, w->end.hdr.walk);
		rec.patch = w->patch;
		rec.n = n;
		w->end.states += n;
		emit_part(&rec, size, sizeof(rec));
	}
	return !w->more;
}

static long walk_func(__u32 index, struct walk *w)
{
	struct klp_func *func = (void *)w->funcs;
	struct wire_func rec = {};
	__u64 name = 0, new_func = 0, sympos = 0;
	__u32 size = sizeof(rec);
	long len;

	if (bpf_core_read(&name, sizeof(name), &func->old_name))
		w->end.flags |= WIRE_F_UNREADABLE;
	bpf_core_read(&new_func, sizeof(new_func), &func->new_func);
	bpf_core_read(&sympos, sizeof(sympos), &func->old_sympos);
	if (!name && !new_func && !sympos) { /* klp_for_each_func_static() */
		w->more = 0;
		return 1;
	}
	rec.patch = w->patch;
	rec.object = w->object;
	rec.sympos = sympos;
	len = bpf_probe_read_kernel_str(rec.name, sizeof(rec.name), (void *)name);
	if (len < 0)
		rec.flags |= WIRE_F_UNREADABLE;
	else if (len == sizeof(rec.name))
		rec.flags |= WIRE_F_TRUNCATED;
	if (len >= 0)
		size = offsetof(struct wire_func, name) + len;
	emit_hdr(&rec.hdr, WIRE_FUNC, size, w->end.hdr.walk);
	w->end.funcs++;
	w->funcs += bpf_core_type_size(struct klp_func);
	emit_part(&rec, size, sizeof(rec));
	return 0;
}

static long walk_object(__u32 index, struct walk *w)
{
	struct klp_object *object = (void *)w->objects;
	struct wire_object rec = {};
	__u64 name = 0, funcs = 0;

	if (bpf_core_read(&name, sizeof(name), &object->name))
		w->end.flags |= WIRE_F_UNREADABLE;
	bpf_core_read(&funcs, sizeof(funcs), &object->funcs);
	if (!name && !funcs) { /* klp_for_each_object_static() */
		w->more = 0;
		return 1;
	}
	rec.patch = w->patch;
	rec.index = index;
	if (name && bpf_probe_read_kernel_str(rec.name, sizeof(rec.name), (void *)name) < 0)
		w->end.flags |= WIRE_F_UNREADABLE;
	emit_hdr(&rec.hdr, WIRE_OBJECT, sizeof(rec), w->end.hdr.walk);
	w->end.objects++;
	w->object = index;
	emit(&rec, sizeof(rec));

	w->objects += bpf_core_type_size(struct klp_object);
	if (funcs) {
		w->funcs = funcs;
		w->more = 1;
		KERNEL_LOOP(WIRE_MAX_FUNCS, walk_func, w);
		if (w->more)
			w->end.flags |= WIRE_F_TRUNCATED;
	}
	w->more = 1;
	return 0;
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
	size = offsetof(struct wire_patch, name) + len;
	emit_hdr(&rec.hdr, WIRE_PATCH, size, w->end.hdr.walk);
	w->patch = w->end.patches++;
	emit_part(&rec, size, sizeof(rec));
}

/* One patch with the parts that the walk asks for. */
static __always_inline void walk_patch(struct walk *w, __u64 patch)
{
	struct klp_patch *p = (void *)patch;

	walk_patch_itself(w, patch);
	w->states = klp_patch_states(patch);
	if ((w->parts & WALK_STATES) && w->states) {
		w->more = 1;
		KERNEL_LOOP(WIRE_MAX_STATES / WIRE_STATES_CHUNK, walk_states_chunk, w);
		if (w->more)
			w->end.flags |= WIRE_F_TRUNCATED;
	}
	w->objects = 0;
	if (w->parts & WALK_OBJECTS)
		bpf_core_read(&w->objects, sizeof(w->objects), &p->objs);
	if (w->objects) {
		w->more = 1;
		KERNEL_LOOP(WIRE_MAX_OBJECTS, walk_object, w);
		if (w->more)
			w->end.flags |= WIRE_F_TRUNCATED;
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
