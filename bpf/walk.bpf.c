// SPDX-License-Identifier: GPL-2.0
/*
 * A patch, and its parts: its states, its objects and their functions. The
 * functions that make a record are global ones, and so are those that walk.
 */
#include "walk.bpf.h"

__noinline __u64 patch_itself(__u64 patch, __u32 walk, __u32 index)
{
	struct wire_patch rec = {};
	struct klp_patch *p = (void *)patch;
	__u32 len, size, flags = 0;
	bool flag = false;

	rec.addr = patch;
	rec.index = index;
	if (bpf_core_read(&flag, sizeof(flag), &p->replace))
		flags |= WIRE_F_UNREADABLE;
	rec.replace = flag;
	bpf_core_read(&flag, sizeof(flag), &p->enabled);
	rec.enabled = flag;
	bpf_core_read(&flag, sizeof(flag), &p->forced);
	rec.forced = flag;
	rec.klp = klp_patch_mark(patch);
	len = read_patch_name(rec.name, patch);
	if (!len)
		flags |= WIRE_F_UNREADABLE;
	size = offsetof(struct wire_patch, name) + len;
	emit_hdr(&rec.hdr, WIRE_PATCH, size, walk);
	emit_part(&rec, size, sizeof(rec));
	return PART(0, 0, flags);
}

/* One array, or list, being walked. */
struct array {
	__u64 next; /* element */
	__u64 head; /* of the list, as if it were in an element; 0: it is an array */
	__u32 walk;
	__u32 patch; /* index */
	__u32 object; /* index, while its functions are walked */
	__u32 count; /* of states or functions so far */
	__u32 objects;
	__u32 flags; /* enum wire_flags */
	__u32 more; /* the array's end was not reached */
	__u32 code; /* enum walk_code */
};

/*
 * Once the kernel has taken a patch (klp_init_patch_early()), its objects and functions are on
 * lists, and there are more than the module brings: the functions without change (nops) by
 * which an atomic replace takes back what it does not have. klp_check_stack() goes by the lists.
 */
__noinline __u64 next_func(__u64 func, __u64 head)
{
	__u64 node = bpf_core_field_offset(struct klp_func, node);

	return head ? read_address(func + node) - node : func + bpf_core_type_size(struct klp_func);
}

__noinline __u64 next_object(__u64 object, __u64 head)
{
	__u64 node = bpf_core_field_offset(struct klp_object, node);

	return head ? read_address(object + node) - node
		    : object + bpf_core_type_size(struct klp_object);
}

/* Sends up to WIRE_STATES_CHUNK states; fewer are the last. */
__noinline __u64 states_chunk(__u64 next, __u32 walk, __u32 patch)
{
	struct wire_states rec = {};
	__u32 n = 0, flags = 0, size;

	for (int i = 0; i < WIRE_STATES_CHUNK; i++) {
		__u64 id;

		if (klp_state_id(&id, next))
			flags |= WIRE_F_UNREADABLE;
		if (!id)
			break;
		rec.state[i].id_low = id;
		rec.state[i].id_high = id >> 32;
		rec.state[i].version = klp_state_version(next);
		next += bpf_core_type_size(struct klp_state);
		n = i + 1;
	}
	if (!n)
		return PART(0, 0, flags);
	size = offsetof(struct wire_states, state) + n * sizeof(rec.state[0]);
	emit_hdr(&rec.hdr, WIRE_STATES, size, walk);
	rec.patch = patch;
	rec.n = n;
	emit_part(&rec, size, sizeof(rec));
	return PART(n, 0, flags);
}

static long walk_states_one(__u32 chunk, struct array *a)
{
	__u64 got = states_chunk(a->next, a->walk, a->patch);

	a->next += WIRE_STATES_CHUNK * bpf_core_type_size(struct klp_state);
	a->count += PART_COUNT(got);
	a->flags |= PART_FLAGS(got);
	if (PART_COUNT(got) == WIRE_STATES_CHUNK)
		return 0;
	a->more = 0;
	return 1;
}

__noinline __u64 walk_states(__u64 states, __u32 walk, __u32 patch)
{
	struct array a = { .next = states, .walk = walk, .patch = patch, .more = 1 };

	if (!states)
		return 0;
	KERNEL_LOOP(WIRE_MAX_STATES / WIRE_STATES_CHUNK, walk_states_one, &a);
	if (a.more)
		a.flags |= WIRE_F_TRUNCATED;
	return PART(a.count, 0, a.flags);
}

/*
 * Sends where the code lies that tasks must leave, by the rule of
 * klp_check_stack_func(): below a livepatch's function on ops->func_stack is the
 * one that it replaces, or, when it is alone there, the kernel's. Of an object that
 * is not patched, klp_check_stack() looks at nothing, and all is 0. Nothing is sent
 * unless @code: the caller's step has no branch to spare (KERNEL_LOOP).
 */
__noinline __u64 func_code(__u64 addr, __u32 walk, __u32 patch, __u32 object, __u32 code)
{
	struct klp_func *func = (void *)addr, *below = func;
	struct wire_code rec = {};
	struct list_head node = {};

	if (!code)
		return 0;
	emit_hdr(&rec.hdr, WIRE_CODE, sizeof(rec), walk);
	rec.patch = patch;
	rec.object = object;
	if (code != WALK_CODE_PATCHED) {
		emit(&rec, sizeof(rec));
		return 0;
	}
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
	emit(&rec, sizeof(rec));
	return 0;
}

/* Sends a function; a count of 0 is the end of the array or list. */
__noinline __u64 func_itself(__u64 addr, __u64 head, __u32 walk, __u32 patch, __u32 object)
{
	struct klp_func *func = (void *)addr;
	struct wire_func rec = {};
	__u64 name = 0, new_func = 0, sympos = 0;
	__u32 size = sizeof(rec), flags = 0;
	long len;

	if (addr == head)
		return PART(0, 0, 0);
	/* Of a patch that was freed meanwhile, a list leads anywhere. */
	if (bpf_core_read(&name, sizeof(name), &func->old_name))
		return PART(0, 0, WIRE_F_UNREADABLE);
	bpf_core_read(&new_func, sizeof(new_func), &func->new_func);
	bpf_core_read(&sympos, sizeof(sympos), &func->old_sympos);
	if (!head && !name && !new_func && !sympos) /* klp_for_each_func_static() */
		return PART(0, 0, flags);
	rec.patch = patch;
	rec.object = object;
	rec.sympos = sympos;
	len = bpf_probe_read_kernel_str(rec.name, sizeof(rec.name), (void *)name);
	if (len < 0)
		rec.flags |= WIRE_F_UNREADABLE;
	else if (len == sizeof(rec.name))
		rec.flags |= WIRE_F_TRUNCATED;
	if (len >= 0)
		size = offsetof(struct wire_func, name) + len;
	emit_hdr(&rec.hdr, WIRE_FUNC, size, walk);
	emit_part(&rec, size, sizeof(rec));
	return PART(1, 0, flags);
}

static long walk_funcs_one(__u32 index, struct array *a)
{
	__u64 got = func_itself(a->next, a->head, a->walk, a->patch, a->object);

	func_code(a->next, a->walk, a->patch, a->object, PART_COUNT(got) * a->code);
	a->next = next_func(a->next, a->head);
	a->count += PART_COUNT(got);
	a->flags |= PART_FLAGS(got);
	if (PART_COUNT(got))
		return 0;
	a->more = 0;
	return 1;
}

/* Those of an object: of its array, or with @code of its list. */
__noinline __u64 walk_funcs(__u64 object, __u32 walk, __u32 patch, __u32 index, __u32 code)
{
	struct array a = { .walk = walk, .patch = patch, .object = index, .code = code, .more = 1 };
	struct klp_object *obj = (void *)object;

	if (code) {
		a.head = object + bpf_core_field_offset(struct klp_object, func_list) -
			 bpf_core_field_offset(struct klp_func, node);
		a.next = next_func(a.head, a.head);
	} else {
		bpf_core_read(&a.next, sizeof(a.next), &obj->funcs);
	}
	if (!a.next)
		return 0;
	KERNEL_LOOP(WIRE_MAX_FUNCS, walk_funcs_one, &a);
	if (a.more)
		a.flags |= WIRE_F_TRUNCATED;
	return PART(a.count, 0, a.flags);
}

/* Sends an object; a count of 0 is the end of the array or list. */
__noinline __u64 object_itself(__u64 addr, __u64 head, __u32 walk, __u32 patch, __u32 index)
{
	struct klp_object *object = (void *)addr;
	struct wire_object rec = {};
	__u64 name = 0, funcs = 0;
	__u32 flags = 0;

	if (addr == head)
		return PART(0, 0, 0);
	if (bpf_core_read(&name, sizeof(name), &object->name))
		return PART(0, 0, WIRE_F_UNREADABLE);
	bpf_core_read(&funcs, sizeof(funcs), &object->funcs);
	if (!head && !name && !funcs) /* klp_for_each_object_static() */
		return PART(0, 0, flags);
	rec.patch = patch;
	rec.index = index;
	if (name && bpf_probe_read_kernel_str(rec.name, sizeof(rec.name), (void *)name) < 0) {
		rec.name[0] = '?'; /* an empty name is vmlinux */
		flags |= WIRE_F_UNREADABLE;
	}
	emit_hdr(&rec.hdr, WIRE_OBJECT, sizeof(rec), walk);
	emit(&rec, sizeof(rec));
	return PART(0, 1, flags);
}

/* What is wanted of an object's functions. */
__noinline __u32 object_code(__u64 addr, __u32 code)
{
	struct klp_object *object = (void *)addr;
	bool patched = false;

	bpf_core_read(&patched, sizeof(patched), &object->patched);
	return code && patched ? WALK_CODE_PATCHED : code;
}

static long walk_objects_one(__u32 index, struct array *a)
{
	__u64 got = object_itself(a->next, a->head, a->walk, a->patch, index);

	a->flags |= PART_FLAGS(got);
	if (!PART_OBJECTS(got)) {
		a->more = 0;
		return 1;
	}
	a->objects++;
	got = walk_funcs(a->next, a->walk, a->patch, index, object_code(a->next, a->code));
	a->count += PART_COUNT(got);
	a->flags |= PART_FLAGS(got);
	a->next = next_object(a->next, a->head);
	return 0;
}

/* Those of a patch: of its array, or with @code of its list. */
__noinline __u64 walk_objects(__u64 patch, __u32 walk, __u32 index, __u32 code)
{
	struct array a = { .walk = walk, .patch = index, .code = code, .more = 1 };
	struct klp_patch *p = (void *)patch;

	if (code) {
		a.head = patch + bpf_core_field_offset(struct klp_patch, obj_list) -
			 bpf_core_field_offset(struct klp_object, node);
		a.next = next_object(a.head, a.head);
	} else {
		bpf_core_read(&a.next, sizeof(a.next), &p->objs);
	}
	if (!a.next)
		return 0;
	KERNEL_LOOP(WIRE_MAX_OBJECTS, walk_objects_one, &a);
	if (a.more)
		a.flags |= WIRE_F_TRUNCATED;
	return PART(a.count, a.objects, a.flags);
}

/* Looks at WIRE_STATES_CHUNK states for one with this id; 0: none of them, 1: the array ends. */
__noinline __u64 find_in_chunk(__u64 next, __u64 wanted)
{
	for (int i = 0; i < WIRE_STATES_CHUNK; i++) {
		__u64 id;

		klp_state_id(&id, next);
		if (!id)
			return 1;
		if (id == wanted)
			return next;
		next += bpf_core_type_size(struct klp_state);
	}
	return 0;
}

struct find_state {
	__u64 id;
	__u64 next;
	__u64 found;
};

static long find_state_one(__u32 chunk, struct find_state *f)
{
	f->found = find_in_chunk(f->next, f->id);
	f->next += WIRE_STATES_CHUNK * bpf_core_type_size(struct klp_state);
	return !!f->found;
}

__noinline __u64 find_state(__u64 states, __u64 id)
{
	struct find_state f = { .id = id, .next = states };

	if (!id || !states)
		return 0;
	KERNEL_LOOP(WIRE_MAX_STATES / WIRE_STATES_CHUNK, find_state_one, &f);
	return f.found == 1 ? 0 : f.found;
}
