/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stack of a task that does not run, as livepatch sees it: stack_trace_save_tsk_reliable()
 * cannot be called from BPF, and bpf_get_task_stack() neither tells of functions of the
 * scheduler (stack_trace_consume_entry_nosched()) nor where it guesses. So the stack is
 * followed once more, by the same tables (arch/x86/kernel/unwind_orc.c), and held against what
 * bpf_get_task_stack() tells. No lock is taken; whether the task ran meanwhile is seen
 * afterwards, and then nothing of this is believed.
 */
#ifndef KLPSCOPE_UNWIND_BPF_H
#define KLPSCOPE_UNWIND_BPF_H

#include "emit.bpf.h"

/* klp_check_stack() has room for as many (MAX_STACK_ENTRIES); when it is used up, it gives up. */
#define UNWIND_ENTRIES 100

/* Where the stack is being followed. A task's whole stack lies within STACK_SPAN. */
#define STACK_SPAN (64 * 1024)

struct unwinding {
	__u64 ip, sp, bp;
	__u64 stack; /* its lowest address */
	__u64 regs; /* registers that were saved at this point; 0: none */
	__u64 regs_before; /* of regs, only the last ones were saved; these are older, but whole */
	__u64 module; /* struct module of ip */
	struct orc_numbers numbers;
	__u32 whole_regs;
	__u32 signal; /* ip was not called from, but interrupted at */
	__u32 n; /* frames that were followed so far */
	__u32 n_left_out; /* of these, the innermost that bpf_get_task_stack() leaves out */
	__u32 n_frames; /* all that there are in the end */
	__u32 n_kernel; /* those that the kernel told */
	__u32 at; /* of these, the next to be met */
	__u32 end; /* enum wire_unwound_end */
	__u64 frame[WIRE_MAX_FRAMES];
	__u64 kernel[WIRE_MAX_FRAMES];
};

struct unwinding_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct unwinding);
};

extern struct unwinding_map unwinding SEC(".maps");

static __always_inline struct unwinding *unwinding_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&unwinding, &zero);
}

/*
 * Follows the stack of the task at an address; kernel[] has what the kernel tells of it.
 * Afterwards frame[] has n_frames, of which the first n were followed.
 */
int unwind(__u64 task);

/* What was followed is not to be believed (enum wire_unwound_end): the kernel's frames are what there is. */
int unwind_give_up(__u32 why);

#endif
