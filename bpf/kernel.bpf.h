/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Everything that differs between kernels: which fields exist, which helpers
 * exist, how a program is attached. Probed through BTF and CO-RE, never taken
 * from a version number.
 */
#ifndef KLPSCOPE_KERNEL_BPF_H
#define KLPSCOPE_KERNEL_BPF_H

#include <linux/bpf.h>
#include "vmlinux.h"
#include "wire.h"
#include "bpf_shared.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

/*
 * A hook is written once, as a function on_NAME(), and becomes two programs:
 * NAME__fentry where the kernel has BTF and trampolines for the function, and
 * NAME__kprobe where it has not; HOOK_ALSO_AT() adds a third. User space loads one
 * of them.
 */
#define HOOK_ENTRY0(func)                                                                          \
	static __always_inline int on_##func(void *ctx);                                           \
	SEC("fentry/" #func) int func##__fentry(__u64 *ctx)                                        \
	{                                                                                          \
		return on_##func(ctx);                                                             \
	}                                                                                          \
	SEC("kprobe/" #func) int func##__kprobe(struct pt_regs *ctx)                               \
	{                                                                                          \
		return on_##func(ctx);                                                             \
	}                                                                                          \
	static __always_inline int on_##func(void *ctx)

#define HOOK_ENTRY1(func, arg0)                                                                    \
	static __always_inline int on_##func(void *ctx, __u64 arg0);                               \
	SEC("fentry/" #func) int func##__fentry(__u64 *ctx)                                        \
	{                                                                                          \
		return on_##func(ctx, ctx[0]);                                                     \
	}                                                                                          \
	SEC("kprobe/" #func) int func##__kprobe(struct pt_regs *ctx)                               \
	{                                                                                          \
		return on_##func(ctx, PT_REGS_PARM1(ctx));                                         \
	}                                                                                          \
	static __always_inline int on_##func(void *ctx, __u64 arg0)

#define HOOK_ENTRY2(func, arg0, arg1)                                                              \
	static __always_inline int on_##func(void *ctx, __u64 arg0, __u64 arg1);                   \
	SEC("fentry/" #func) int func##__fentry(__u64 *ctx)                                        \
	{                                                                                          \
		return on_##func(ctx, ctx[0], ctx[1]);                                             \
	}                                                                                          \
	SEC("kprobe/" #func) int func##__kprobe(struct pt_regs *ctx)                               \
	{                                                                                          \
		return on_##func(ctx, PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx));                     \
	}                                                                                          \
	static __always_inline int on_##func(void *ctx, __u64 arg0, __u64 arg1)

/*
 * A hook on a function's return. Only for leaf functions that have returned
 * before livepatch looks at any stack (docs/architecture.md, "No harm"). A
 * kretprobe does not see the argument, so a kprobe keeps it in entry_args.
 */
#define HOOK_EXIT(func, args, arg0, ret)                                                           \
	static __always_inline int on_##func(void *ctx, __u64 arg0, __u64 ret);                    \
	SEC("fexit/" #func) int func##__fexit(__u64 *ctx)                                          \
	{                                                                                          \
		return on_##func(ctx, ctx[0], ctx[args]);                                          \
	}                                                                                          \
	SEC("kprobe/" #func) int func##__kprobe(struct pt_regs *ctx)                               \
	{                                                                                          \
		return entry_args_keep(PT_REGS_PARM1(ctx));                                        \
	}                                                                                          \
	SEC("kretprobe/" #func) int func##__kretprobe(struct pt_regs *ctx)                         \
	{                                                                                          \
		return on_##func(ctx, entry_args_take(), PT_REGS_RC(ctx));                         \
	}                                                                                          \
	static __always_inline int on_##func(void *ctx, __u64 arg0, __u64 ret)

/*
 * NAME__tracepoint: the hook for kernels with a tracepoint in the same place
 * (kernel-patch/). What on_NAME() takes after the context is said in terms of
 * ctx->args[], which is what TP_PROTO names. src/source/hooks.c has the name, too.
 */
#define HOOK_ALSO_AT(func, tracepoint, ...)                                                        \
	SEC("raw_tp/" #tracepoint) int func##__tracepoint(struct bpf_raw_tracepoint_args *ctx)     \
	{                                                                                          \
		return on_##func(ctx, ##__VA_ARGS__);                                              \
	}

/*
 * KERNEL_LOOP calls step(i, ctx) for i below count until it returns 1. bpf_loop()
 * is in 5.17 and later; its body is verified once, whatever the count. Before,
 * a loop is verified turn by turn, within a million instructions and 8192 open
 * branches a program (BPF_COMPLEXITY_LIMIT_JMP_SEQ), and bpf/ is compiled a second
 * time for that. So a step does its work in a global function, which is verified
 * once by itself, and has one branch: to its end.
 */
#ifdef BOUNDED_LOOPS
#define KERNEL_LOOP(count, step, ctx)                                                              \
	do {                                                                                       \
		_Pragma("clang loop unroll(disable)") for (__u32 turn = 0; turn < (count);         \
							   turn++) if (step(turn, ctx)) break;     \
	} while (0)
#define MAX_PATCHES 256 /* more would verify, but four times as many take a second of start */
#else
#define KERNEL_LOOP(count, step, ctx) bpf_loop(count, step, ctx, 0)
#define MAX_PATCHES		      WIRE_MAX_PATCHES
#endif

/*
 * A pointer argument of an fentry has a type, with which 5.10 does not let it into
 * a global function; what is read from memory has none.
 */
static __always_inline __u64 without_type(__u64 pointer)
{
	__u64 number = 0;

	bpf_probe_read_kernel(&number, sizeof(number), &pointer);
	return number;
}

/* The state API (5.5) is absent in older kernels and may lose fields in newer ones. */
static __always_inline bool kernel_has_states(void)
{
	return bpf_core_field_exists(struct klp_patch, states);
}

static __always_inline bool kernel_has_versions(void)
{
	return bpf_core_field_exists(struct klp_state, version);
}

/* bpf_snprintf(), which names an address: 5.13 and later. */
static __always_inline bool kernel_names_addresses(void)
{
	return bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_snprintf);
}

/* bpf_strncmp(): 5.17 and later. */
static __always_inline bool kernel_compares_strings(void)
{
	return bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_strncmp);
}

static __always_inline __u64 klp_patch_states(__u64 patch)
{
	struct klp_state *states = 0;

	if (kernel_has_states())
		bpf_core_read(&states, sizeof(states), &((struct klp_patch *)patch)->states);
	return (__u64)states;
}

/* Zero ends an array of states. Where there is no struct klp_state (before 5.5), not even an offset can be had. */
static __always_inline long klp_state_id(__u64 *id, __u64 state)
{
	*id = 0;
	if (!bpf_core_field_exists(struct klp_state, id))
		return 0;
	return bpf_core_read(id, sizeof(*id), &((struct klp_state *)state)->id);
}

static __always_inline __u32 klp_state_version(__u64 state)
{
	__u32 version = 0;

	if (kernel_has_versions())
		bpf_core_read(&version, sizeof(version), &((struct klp_state *)state)->version);
	return version;
}

static __always_inline __u8 klp_patch_mark(__u64 patch)
{
	struct module *mod = BPF_CORE_READ((struct klp_patch *)patch, mod);
	bool klp = false;

	if (!mod)
		return WIRE_KLP_NO_MODULE;
	if (!bpf_core_field_exists(mod->klp))
		return WIRE_KLP_UNKNOWN;
	bpf_core_read(&klp, sizeof(klp), &mod->klp);
	return klp ? WIRE_KLP_MARKED : WIRE_KLP_UNMARKED;
}

/* task_struct.__state was called state before 5.14. */
struct task_struct___5_13 {
	volatile long state;
} __attribute__((preserve_access_index));

static __always_inline __u32 task_state(struct task_struct *task)
{
	struct task_struct___5_13 *old = (void *)task;

	if (bpf_core_field_exists(task->__state))
		return BPF_CORE_READ(task, __state);
	return bpf_core_field_exists(old->state) ? BPF_CORE_READ(old, state) : 0;
}

/* An int up to 6.18, a byte in 7.3: read in the size that it has. */
static __always_inline bool task_on_cpu(struct task_struct *task)
{
	return BPF_CORE_READ_BITFIELD_PROBED(task, on_cpu);
}

/* The CPU stood in task_struct itself before 5.16. */
struct task_struct___5_15 {
	unsigned int cpu;
} __attribute__((preserve_access_index));

static __always_inline __u32 task_cpu(struct task_struct *task)
{
	struct task_struct___5_15 *old = (void *)task;

	if (bpf_core_field_exists(old->cpu))
		return BPF_CORE_READ(old, cpu);
	return bpf_core_field_exists(task->thread_info.cpu) ? BPF_CORE_READ(task, thread_info.cpu)
							    : 0;
}

/* A task's part in a transition: -1 none, 0 unpatched, 1 patched (since 4.12). */
static __always_inline int task_patch_state(struct task_struct *task)
{
	int state = -1;

	if (bpf_core_field_exists(task->patch_state))
		bpf_core_read(&state, sizeof(state), &task->patch_state);
	return state;
}

/* The kernel unwinds by ORC tables; if not, by frame pointers, or guesses. */
static __always_inline bool kernel_has_orc(void)
{
	return bpf_core_field_exists(struct orc_entry, type) &&
	       bpf_core_field_exists(struct mod_arch_specific, orc_unwind);
}

/* With CONFIG_MODULES_TREE_LOOKUP, as tracing wants it. */
static __always_inline bool kernel_has_module_tree(void)
{
	return bpf_core_field_exists(struct mod_tree_root, root) &&
	       bpf_core_field_exists(struct mod_tree_node, node);
}

/* An entry told the end of a stack by a bit of its own before 6.4, as a type since then. */
struct orc_entry___6_3 {
	unsigned int end : 1;
} __attribute__((preserve_access_index));

/* What an entry says, in the terms of the kernel's arch/x86/include/asm/orc_types.h. */
enum orc_type { ORC_NOTHING, ORC_END, ORC_CALL, ORC_REGS, ORC_IRET, ORC_STRANGE };
enum orc_reg { ORC_SAME, ORC_SP, ORC_BP, ORC_PREV_SP, ORC_BP_INDIRECT, ORC_OTHER };

struct orc {
	enum orc_type type;
	enum orc_reg sp_reg, bp_reg;
	__s16 sp_offset, bp_offset;
	bool signal;
};

/*
 * The numbers of registers and types are in no BTF, and those of registers were changed in 7.0. Two
 * entries that are variables of the unwinder tell them: null_orc_entry, whose base is SP, and
 * orc_fp_entry, with BP and the previous SP; and both are of the type of a call.
 */
struct orc_numbers {
	__u32 sp, bp, prev_sp, call;
};

/* An entry's bytes, as they are read in one go. */
struct orc_bytes {
	__u64 bytes[2];
};

static __always_inline long orc_bytes_read(struct orc_bytes *bytes, __u64 entry)
{
	return bpf_probe_read_kernel(bytes, bpf_core_type_size(struct orc_entry) & 15,
				     (void *)entry);
}

static __always_inline void orc_numbers_read(struct orc_numbers *numbers, __u64 sp, __u64 fp)
{
	struct orc_bytes bytes = {};
	struct orc_entry *entry = (void *)&bytes;

	orc_bytes_read(&bytes, sp);
	numbers->sp = BPF_CORE_READ_BITFIELD(entry, sp_reg);
	numbers->call = BPF_CORE_READ_BITFIELD(entry, type);
	orc_bytes_read(&bytes, fp);
	numbers->bp = BPF_CORE_READ_BITFIELD(entry, sp_reg);
	numbers->prev_sp = BPF_CORE_READ_BITFIELD(entry, bp_reg);
}

/* With BP_INDIRECT, nothing but the number of the previous SP goes along: 1 and 8, or 8 and 10. */
static __always_inline enum orc_reg orc_reg(__u32 number, const struct orc_numbers *numbers)
{
	if (!number)
		return ORC_SAME;
	if (number == numbers->sp)
		return ORC_SP;
	if (number == numbers->bp)
		return ORC_BP;
	if (number == numbers->prev_sp)
		return ORC_PREV_SP;
	if ((numbers->prev_sp == 1 && number == 8) || (numbers->prev_sp == 8 && number == 10))
		return ORC_BP_INDIRECT;
	return ORC_OTHER;
}

static __always_inline void orc_read(struct orc *orc, __u64 at, const struct orc_numbers *numbers)
{
	struct orc_bytes bytes = {};
	struct orc_entry *entry = (void *)&bytes;
	struct orc_entry___6_3 *old = (void *)&bytes;
	__u32 type;

	orc_bytes_read(&bytes, at);
	type = BPF_CORE_READ_BITFIELD(entry, type);
	orc->sp_reg = orc_reg(BPF_CORE_READ_BITFIELD(entry, sp_reg), numbers);
	orc->bp_reg = orc_reg(BPF_CORE_READ_BITFIELD(entry, bp_reg), numbers);
	orc->sp_offset = entry->sp_offset;
	orc->bp_offset = entry->bp_offset;
	if (bpf_core_field_exists(old->end)) {
		if (orc->sp_reg == ORC_SAME)
			orc->type = BPF_CORE_READ_BITFIELD(old, end) ? ORC_END : ORC_NOTHING;
		else
			orc->type = numbers->call || type > 2 ? ORC_STRANGE : ORC_CALL + type;
	} else {
		orc->type = numbers->call != ORC_CALL || type > ORC_IRET ? ORC_STRANGE : type;
	}
	/* Since 6.3. */
	orc->signal = bpf_core_field_exists(entry->signal) ? BPF_CORE_READ_BITFIELD(entry, signal)
							   : orc->type != ORC_CALL;
}

/* A module's code was one piece, and one for its init, before 6.4. */
struct module_layout___6_3 {
	void *base;
	unsigned int size;
	struct mod_tree_node mtn;
} __attribute__((preserve_access_index));

static __always_inline void module_piece(__u64 node, __u64 *base, __u32 *size)
{
	if (bpf_core_field_exists(struct module_memory, mtn)) {
		struct module_memory *piece =
			(void *)(node - bpf_core_field_offset(struct module_memory, mtn));

		bpf_core_read(base, sizeof(*base), &piece->base);
		bpf_core_read(size, sizeof(*size), &piece->size);
	} else if (bpf_core_field_exists(struct module_layout___6_3, mtn)) {
		struct module_layout___6_3 *piece =
			(void *)(node - bpf_core_field_offset(struct module_layout___6_3, mtn));

		bpf_core_read(base, sizeof(*base), &piece->base);
		bpf_core_read(size, sizeof(*size), &piece->size);
	}
}

/*
 * Whether a mutex is held. The owner's lowest bits are flags (since 4.10); of another kind of lock (PREEMPT_RT) it is not
 * known.
 */
static __always_inline enum bpf_held mutex_is_held(__u64 addr)
{
	struct mutex *mutex = (void *)addr;

	if (!addr || !bpf_core_field_exists(mutex->owner))
		return BPF_HELD_UNKNOWN;
	return BPF_CORE_READ(mutex, owner.counter) & ~7L ? BPF_HELD_YES : BPF_HELD_NO;
}

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h, since 2.6.33 */

/* Whether the current task is in this module's init: it is loading, and no kernel thread loads modules. */
static __always_inline bool module_in_init(struct module *mod)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	enum module_state state = MODULE_STATE_LIVE;

	bpf_core_read(&state, sizeof(state), &mod->state);
	return state == MODULE_STATE_COMING && !(BPF_CORE_READ(task, flags) & PF_KTHREAD);
}

/*
 * The patch whose free_work is arg. The work is embedded, so its offset in
 * klp_patch is all there is to know (klp_free_patch_work_fn, since 5.1).
 */
static __always_inline __u64 klp_patch_of_work(__u64 work)
{
	return work - bpf_core_field_offset(struct klp_patch, free_work);
}

#endif
