// SPDX-License-Identifier: GPL-2.0
/* The parts of a patch: its states, its objects and their functions. */
#include "walk.bpf.h"

/* One array being walked. */
struct array {
	__u64 next; /* element */
	__u32 walk;
	__u32 patch; /* index */
	__u32 object; /* index, while its functions are walked */
	__u32 count; /* of states or functions so far */
	__u32 objects;
	__u32 flags; /* enum wire_flags */
	__u32 more; /* the array's end was not reached */
	__u32 parts; /* enum walk_parts */
};

static long states_chunk(__u32 chunk, struct array *a)
{
	struct wire_states rec = {};
	__u32 n = 0;

	for (int i = 0; i < WIRE_STATES_CHUNK; i++) {
		struct klp_state *state = (void *)a->next;
		__u64 id = 0;

		if (bpf_core_read(&id, sizeof(id), &state->id))
			a->flags |= WIRE_F_UNREADABLE;
		if (!id) {
			a->more = 0;
			break;
		}
		rec.state[i].id_low = id;
		rec.state[i].id_high = id >> 32;
		rec.state[i].version = klp_state_version((__u64)state);
		a->next += bpf_core_type_size(struct klp_state);
		n = i + 1;
	}
	if (n) {
		__u32 size = offsetof(struct wire_states, state) + n * sizeof(rec.state[0]);

		emit_hdr(&rec.hdr, WIRE_STATES, size, a->walk);
		rec.patch = a->patch;
		rec.n = n;
		a->count += n;
		emit_part(&rec, size, sizeof(rec));
	}
	return !a->more;
}

__u64 walk_states(__u64 states, __u32 walk, __u32 patch)
{
	struct array a = { .next = states, .walk = walk, .patch = patch, .more = 1 };

	KERNEL_LOOP(WIRE_MAX_STATES / WIRE_STATES_CHUNK, states_chunk, &a);
	if (a.more)
		a.flags |= WIRE_F_TRUNCATED;
	return PART(a.count, 0, a.flags);
}

/*
 * Where the code lies that tasks must leave, by the rule of klp_check_stack_func():
 * below a livepatch's function on ops->func_stack is the one that it replaces,
 * or, when it is alone there, the kernel's.
 */
static __noinline void code_of(struct array *a, struct klp_func *func)
{
	struct wire_code rec = {};
	struct list_head node = {};
	struct klp_func *below = func;

	bpf_core_read(&node, sizeof(node), &func->stack_node);
	bpf_core_read(&rec.new_addr, sizeof(rec.new_addr), &func->new_func);
	bpf_core_read(&rec.new_size, sizeof(rec.new_size), &func->new_size);
	if (node.next && node.next != node.prev) {
		below = (void *)((__u64)node.next -
				 bpf_core_field_offset(struct klp_func, stack_node));
		bpf_core_read(&rec.old_addr, sizeof(rec.old_addr), &below->new_func);
		bpf_core_read(&rec.old_size, sizeof(rec.old_size), &below->new_size);
	} else {
		bpf_core_read(&rec.old_addr, sizeof(rec.old_addr), &func->old_func);
		bpf_core_read(&rec.old_size, sizeof(rec.old_size), &func->old_size);
	}
	emit_hdr(&rec.hdr, WIRE_CODE, sizeof(rec), a->walk);
	rec.patch = a->patch;
	rec.object = a->object;
	emit(&rec, sizeof(rec));
}

/* Whether there is a function here, and not the array's end. */
static __noinline bool func_itself(struct array *a, struct klp_func *func)
{
	struct wire_func rec = {};
	__u64 name = 0, new_func = 0, sympos = 0;
	__u32 size = sizeof(rec);
	long len;

	if (bpf_core_read(&name, sizeof(name), &func->old_name))
		a->flags |= WIRE_F_UNREADABLE;
	bpf_core_read(&new_func, sizeof(new_func), &func->new_func);
	bpf_core_read(&sympos, sizeof(sympos), &func->old_sympos);
	if (!name && !new_func && !sympos) /* klp_for_each_func_static() */
		return false;
	rec.patch = a->patch;
	rec.object = a->object;
	rec.sympos = sympos;
	len = bpf_probe_read_kernel_str(rec.name, sizeof(rec.name), (void *)name);
	if (len < 0)
		rec.flags |= WIRE_F_UNREADABLE;
	else if (len == sizeof(rec.name))
		rec.flags |= WIRE_F_TRUNCATED;
	if (len >= 0)
		size = offsetof(struct wire_func, name) + len;
	emit_hdr(&rec.hdr, WIRE_FUNC, size, a->walk);
	emit_part(&rec, size, sizeof(rec));
	return true;
}

static long one_func(__u32 index, struct array *a)
{
	struct klp_func *func = (void *)a->next;

	if (!func_itself(a, func)) {
		a->more = 0;
		return 1;
	}
	if (a->parts & WALK_CODE)
		code_of(a, func);
	a->count++;
	a->next += bpf_core_type_size(struct klp_func);
	return 0;
}

__u64 walk_funcs(__u64 funcs, __u32 walk, __u32 patch, __u32 object, __u32 parts)
{
	struct array a = { .next = funcs,
			   .walk = walk,
			   .patch = patch,
			   .object = object,
			   .parts = parts,
			   .more = 1 };

	KERNEL_LOOP(WIRE_MAX_FUNCS, one_func, &a);
	if (a.more)
		a.flags |= WIRE_F_TRUNCATED;
	return PART(a.count, 0, a.flags);
}

static long one_object(__u32 index, struct array *a)
{
	struct klp_object *object = (void *)a->next;
	struct wire_object rec = {};
	__u64 name = 0, funcs = 0, got;

	if (bpf_core_read(&name, sizeof(name), &object->name))
		a->flags |= WIRE_F_UNREADABLE;
	bpf_core_read(&funcs, sizeof(funcs), &object->funcs);
	if (!name && !funcs) { /* klp_for_each_object_static() */
		a->more = 0;
		return 1;
	}
	rec.patch = a->patch;
	rec.index = index;
	if (name && bpf_probe_read_kernel_str(rec.name, sizeof(rec.name), (void *)name) < 0) {
		rec.name[0] = '?'; /* an empty name is vmlinux */
		a->flags |= WIRE_F_UNREADABLE;
	}
	emit_hdr(&rec.hdr, WIRE_OBJECT, sizeof(rec), a->walk);
	a->objects++;
	a->next += bpf_core_type_size(struct klp_object);
	emit(&rec, sizeof(rec));
	if (funcs) {
		got = walk_funcs(funcs, a->walk, a->patch, index, a->parts);
		a->count += PART_COUNT(got);
		a->flags |= PART_FLAGS(got);
	}
	return 0;
}

__u64 walk_objects(__u64 objects, __u32 walk, __u32 patch, __u32 parts)
{
	struct array a = {
		.next = objects, .walk = walk, .patch = patch, .parts = parts, .more = 1
	};

	KERNEL_LOOP(WIRE_MAX_OBJECTS, one_object, &a);
	if (a.more)
		a.flags |= WIRE_F_TRUNCATED;
	return PART(a.count, a.objects, a.flags);
}
