// SPDX-License-Identifier: GPL-2.0
/* See unwind.bpf.h. Each step is a global function, for the sake of kernels without bpf_loop(). */
#include "unwind.bpf.h"

struct unwinding_map unwinding SEC(".maps");

/* Halves what is left of a table, [first, last) in the lower and upper half of @range. */
__noinline __u64 orc_narrow(__u64 table, __u64 ip, __u64 range)
{
	__u32 first = range, last = range >> 32, middle = first + (last - first) / 2;
	__u64 at = table + middle * sizeof(__s32);
	__s32 offset = 0;

	bpf_probe_read_kernel(&offset, sizeof(offset), (void *)at);
	if (at + offset <= ip)
		return (middle + 1) | (__u64)last << 32;
	return first | (__u64)middle << 32;
}

/* Of a table's entries, how many begin at ip or before, which is within @range. */
__noinline __u32 orc_count(__u64 table, __u64 range, __u64 ip)
{
	for (int i = 0; i < 24; i++) {
		if ((__u32)range >= range >> 32)
			break;
		range = orc_narrow(table, ip, range);
	}
	return range;
}

/*
 * One step down the tree of modules' code (include/linux/rbtree_latch.h, __module_address()):
 * the next node, or 0, with unwinding.module set if this one's code has @ip.
 */
__noinline __u64 module_step(__u64 rb, __u64 ip, __u32 which)
{
	struct unwinding *u = unwinding_get();
	__u64 node, base = 0, next = 0;
	struct rb_node *rb_node = (void *)rb;
	__u32 size = 0;

	if (!u || !kernel_has_module_tree())
		return 0;
	node = rb - bpf_core_field_offset(struct latch_tree_node, node) -
	       (which & 1) * bpf_core_type_size(struct rb_node) -
	       bpf_core_field_offset(struct mod_tree_node, node);
	module_piece(node, &base, &size);
	if (ip < base)
		bpf_core_read(&next, sizeof(next), &rb_node->rb_left);
	else if (ip >= base + size)
		bpf_core_read(&next, sizeof(next), &rb_node->rb_right);
	else
		u->module = read_address(node + bpf_core_field_offset(struct mod_tree_node, mod));
	return next;
}

/* The module whose code has @ip; 0: none. Modules come and go meanwhile, as for the kernel. */
__noinline __u64 module_of(__u64 ip)
{
	struct unwinding *u = unwinding_get();
	struct mod_tree_root *root = (void *)settings.addr.modules;
	__u64 tree, rb;
	__u32 which = 0;

	if (!u || !root || !kernel_has_module_tree())
		return 0;
	u->module = 0;
	/* A count that says which of the two trees is not being changed is what the root begins with. */
	tree = settings.addr.modules + bpf_core_field_offset(struct mod_tree_root, root);
	bpf_probe_read_kernel(&which, sizeof(which), (void *)tree);
	which &= 1;
	tree += bpf_core_field_offset(struct latch_tree_root, tree) +
		which * bpf_core_type_size(struct rb_root);
	rb = read_address(tree + bpf_core_field_offset(struct rb_root, rb_node));
	for (int i = 0; i < 32; i++) {
		if (!rb)
			break;
		rb = module_step(rb, ip, which);
	}
	return u->module;
}

/*
 * Where in the kernel's table those entries are that can be of @ip, as (first, last): it has an index
 * for each 256 bytes of code (asm/orc_lookup.h, since 4.15). If it does not fit, the whole table.
 */
__noinline __u64 orc_range(__u64 ip)
{
	__u64 at = settings.addr.orc_lookup + (ip - settings.addr.text) / 256 * sizeof(__u32);
	__u64 table = settings.addr.orc_ip, first_ip, end_ip;
	__u32 n = (settings.addr.orc_ip_end - table) / sizeof(__s32);
	__u32 range[2] = { 0, 0 };
	__s32 offset[2] = { 0, 0 };

	if (!settings.addr.orc_lookup || at + sizeof(range) > settings.addr.orc_lookup_end)
		return (__u64)n << 32;
	bpf_probe_read_kernel(range, sizeof(range), (void *)at);
	range[1]++;
	if (range[1] >= n)
		return (__u64)n << 32;
	first_ip = table + range[0] * sizeof(__s32);
	end_ip = table + range[1] * sizeof(__s32);
	bpf_probe_read_kernel(&offset[0], sizeof(offset[0]), (void *)first_ip);
	bpf_probe_read_kernel(&offset[1], sizeof(offset[1]), (void *)end_ip);
	if (first_ip + offset[0] > ip || end_ip + offset[1] <= ip)
		return (__u64)n << 32;
	return range[0] | (__u64)range[1] << 32;
}

/* The entry of the tables for @ip, as orc_find(); 0: this code has none. */
__noinline __u64 orc_find(__u64 ip)
{
	__u64 table = 0, entries = 0, range;
	struct module *mod;
	__u32 n = 0, count;

	if (!kernel_has_orc())
		return 0;
	if (ip >= settings.addr.text && ip < settings.addr.text_end) {
		table = settings.addr.orc_ip;
		entries = settings.addr.orc;
		range = orc_range(ip);
	} else {
		mod = (void *)module_of(ip);
		if (!mod)
			return 0;
		bpf_core_read(&table, sizeof(table), &mod->arch.orc_unwind_ip);
		bpf_core_read(&entries, sizeof(entries), &mod->arch.orc_unwind);
		bpf_core_read(&n, sizeof(n), &mod->arch.num_orcs);
		range = (__u64)n << 32;
	}
	if (!table || !entries || !range)
		return 0;
	count = orc_count(table, range, ip);
	return entries + (count ? count - 1 : 0) * bpf_core_type_size(struct orc_entry);
}

/* A word of the stack; whether it could be read. */
static __always_inline bool word(const struct unwinding *u, __u64 addr, __u64 *value)
{
	return addr - u->stack < STACK_SPAN &&
	       !bpf_probe_read_kernel(value, sizeof(*value), (void *)addr);
}

static __always_inline bool user_mode(__u64 regs)
{
	__u8 cs = 0;

	bpf_probe_read_kernel(&cs, sizeof(cs),
			      (void *)(regs + bpf_core_field_offset(struct pt_regs, cs)));
	return cs & 3;
}

/* bpf_get_task_stack() leaves it out. */
static __always_inline bool left_out(__u64 ip)
{
	return (ip >= settings.addr.sched && ip < settings.addr.sched_end) ||
	       (ip >= settings.addr.locks && ip < settings.addr.locks_end);
}

static __always_inline bool is_return_trampoline(__u64 ip)
{
	return ip == settings.addr.return_graph || ip == settings.addr.return_rethook ||
	       ip == settings.addr.return_kretprobe;
}

/*
 * Holds ip against the kernel's frames; whether they agree. Where a tracer has put its own into
 * the place of a return address, only the kernel knows that.
 */
static __always_inline bool agrees(struct unwinding *u)
{
	__u64 told;

	if (left_out(u->ip) || u->at >= u->n_kernel)
		return true;
	told = u->kernel[u->at & (WIRE_MAX_FRAMES - 1)];
	if (u->ip != told && !is_return_trampoline(u->ip))
		return false;
	u->ip = told;
	u->at++;
	return true;
}

static __always_inline int ended(struct unwinding *u, enum wire_unwound_end end)
{
	u->end = end;
	return 0;
}

/* To the caller's frame by an entry; 0, or how it ended. unwind_next_frame(). */
static __always_inline int follow(struct unwinding *u, const struct orc *orc)
{
	__u64 sp, bp = u->bp, before = u->sp;
	struct pt_regs *regs;

	switch (orc->sp_reg) {
	case ORC_SP:
		sp = u->sp + orc->sp_offset;
		break;
	case ORC_BP:
		sp = u->bp + orc->sp_offset;
		break;
	case ORC_BP_INDIRECT:
		if (!word(u, u->bp + orc->sp_offset, &sp))
			return WIRE_UNWOUND_BROKEN;
		break;
	default: /* registers as only entries of the kernel have them */
		return -1;
	}
	switch (orc->type) {
	case ORC_CALL:
		if (!word(u, sp - sizeof(sp), &u->ip))
			return WIRE_UNWOUND_BROKEN;
		u->sp = sp;
		u->regs = u->regs_before = 0;
		break;
	case ORC_REGS:
	case ORC_IRET:
		if (orc->type == ORC_IRET) {
			u->regs_before = u->whole_regs ? u->regs : u->regs_before;
			u->regs = sp - bpf_core_field_offset(struct pt_regs, ip);
		} else {
			u->regs_before = 0;
			u->regs = sp;
		}
		u->whole_regs = orc->type == ORC_REGS;
		regs = (void *)u->regs;
		if (bpf_core_read(&u->ip, sizeof(u->ip), &regs->ip) ||
		    bpf_core_read(&u->sp, sizeof(u->sp), &regs->sp))
			return WIRE_UNWOUND_BROKEN;
		break;
	default:
		return -1;
	}
	u->signal = orc->signal;
	switch (orc->bp_reg) {
	case ORC_SAME:
		regs = (void *)(u->whole_regs ? u->regs : u->regs_before);
		if (u->regs && regs)
			bpf_core_read(&bp, sizeof(bp), &regs->bp);
		break;
	case ORC_PREV_SP:
		if (!word(u, sp + orc->bp_offset, &bp))
			return WIRE_UNWOUND_BROKEN;
		break;
	case ORC_BP:
		if (!word(u, bp + orc->bp_offset, &bp))
			return WIRE_UNWOUND_BROKEN;
		break;
	default:
		return -1;
	}
	u->bp = bp;
	if (u->sp - u->stack < STACK_SPAN && u->sp <= before)
		return WIRE_UNWOUND_BROKEN;
	return 0;
}

/* One frame; 0: it was the last. The order of arch_stack_walk_reliable(). */
__noinline int unwind_frame(void)
{
	struct unwinding *u = unwinding_get();
	/* Code that is generated has none; the kernel goes by frame pointers there, and from 6.19 on trusts BPF's. */
	struct orc orc = { .type = ORC_CALL,
			   .sp_reg = ORC_BP,
			   .sp_offset = 16,
			   .bp_reg = ORC_PREV_SP,
			   .bp_offset = -16 };
	__u64 entry;
	int end;

	if (!u || !kernel_has_orc())
		return 0;
	if (u->regs && user_mode(u->regs))
		return ended(u, WIRE_UNWOUND_WHOLE);
	if (!agrees(u))
		return ended(u, WIRE_UNWOUND_NOT);
	u->frame[u->n & (WIRE_MAX_FRAMES - 1)] = u->ip;
	if (u->n_left_out == u->n && left_out(u->ip))
		u->n_left_out++;
	u->n++;
	if (u->n >= UNWIND_ENTRIES)
		return ended(u, WIRE_UNWOUND_DEEP);
	entry = orc_find(u->signal ? u->ip : u->ip - 1);
	if (entry)
		orc_read(&orc, entry, &u->numbers);
	else if (u->module || !settings.addr.unwinds_bpf)
		return ended(u, WIRE_UNWOUND_NO_TABLE);
	if (orc.type == ORC_END)
		return ended(u, WIRE_UNWOUND_WHOLE);
	if (orc.type == ORC_NOTHING)
		return ended(u, WIRE_UNWOUND_BROKEN);
	end = follow(u, &orc);
	if (end)
		return ended(u, end < 0 ? WIRE_UNWOUND_NOT : end);
	return 1;
}

static __always_inline bool unwind_begin(struct unwinding *u, struct task_struct *task)
{
	struct inactive_task_frame *frame;

	if (!kernel_has_orc() || !bpf_core_field_exists(struct inactive_task_frame, ret_addr))
		return false;
	u->n = u->n_left_out = u->at = u->whole_regs = 0;
	u->regs = u->regs_before = u->module = 0;
	orc_numbers_read(&u->numbers, settings.addr.orc_sp, settings.addr.orc_fp);
	if (!settings.addr.orc_ip || !settings.addr.orc || !settings.addr.orc_sp ||
	    !settings.addr.orc_fp || !settings.addr.text)
		return false;
	u->stack = (__u64)BPF_CORE_READ(task, stack);
	frame = (void *)BPF_CORE_READ(task, thread.sp);
	if (!u->stack || (__u64)frame - u->stack >= STACK_SPAN)
		return false;
	if (bpf_core_read(&u->bp, sizeof(u->bp), &frame->bp) ||
	    bpf_core_read(&u->ip, sizeof(u->ip), &frame->ret_addr))
		return false;
	u->sp = (__u64)frame + bpf_core_type_size(struct inactive_task_frame);
	u->signal = u->ip == settings.addr.fork || u->ip == settings.addr.fork_asm;
	return true;
}

__noinline int unwind_give_up(__u32 why)
{
	struct unwinding *u = unwinding_get();

	if (!u)
		return 0;
	u->end = why;
	u->n_frames = u->n_kernel;
	u->n = u->n_left_out = 0;
	bpf_probe_read_kernel(u->frame, sizeof(u->frame), u->kernel);
	return 0;
}

/* One more of the kernel's frames, which it guesses behind code without tables; 0: there is none. */
__noinline int take_guess(void)
{
	struct unwinding *u = unwinding_get();
	__u32 n, at;

	if (!u || u->at >= u->n_kernel || u->n_frames >= WIRE_MAX_FRAMES)
		return 0;
	n = u->n_frames++;
	at = u->at++;
	/* The verifier does not remember what the compiler has concluded. */
	barrier_var(n);
	barrier_var(at);
	u->frame[n & (WIRE_MAX_FRAMES - 1)] = u->kernel[at & (WIRE_MAX_FRAMES - 1)];
	return 1;
}

__noinline int unwind(__u64 addr)
{
	struct unwinding *u = unwinding_get();
	struct task_struct *task = (void *)addr;

	if (!u)
		return 0;
	u->end = WIRE_UNWOUND_NOT;
	if (unwind_begin(u, task)) {
		for (int i = 0; i < UNWIND_ENTRIES + 1; i++)
			if (!unwind_frame())
				break;
	}
	/* The kernel has come further: what was followed was not the stack. */
	if (u->end == WIRE_UNWOUND_WHOLE && u->at < u->n_kernel)
		u->end = WIRE_UNWOUND_NOT;
	if (u->end == WIRE_UNWOUND_NOT)
		return unwind_give_up(WIRE_UNWOUND_NOT);
	u->n_frames = u->n;
	for (int i = 0; i < WIRE_MAX_FRAMES; i++)
		if (!take_guess())
			break;
	return 0;
}
