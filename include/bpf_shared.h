/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the loader and the BPF programs share besides records: the settings that
 * are fixed before load, and the counters that both can see while running.
 */
#ifndef KLPSCOPE_BPF_SHARED_H
#define KLPSCOPE_BPF_SHARED_H

#include "wire.h"

#define BPF_MAX_ATTEMPTS 256 /* modules inside their init at the same time */
#define BPF_MAX_LOOKUPS	 512 /* (patch, state, caller) triples that are counted */

/* Where the kernel's klp_... variables and functions are; 0: not known. */
struct bpf_addresses {
	__u64 patches;
	__u64 transition_patch;
	__u64 target_state;
	__u64 get_state;
	__u64 get_prev_state;
	/* Where each CPU has its run queue, with its idle task: address of the first, offsets, number. */
	__u64 runqueues;
	__u64 per_cpu_offset;
	__u64 nr_cpu_ids;
	__u64 mutex; /* klp_mutex */
	__u64 unwinds_bpf; /* bpf_has_frame_pointer(), by which the unwinder trusts BPF's frames (6.19) */
	/* The kernel's code, its unwind tables, and two entries of that kind whose meaning is known. */
	__u64 text, text_end;
	__u64 orc_ip, orc_ip_end, orc;
	__u64 orc_lookup, orc_lookup_end;
	__u64 orc_sp, orc_fp;
	__u64 modules; /* mod_tree, by which the kernel finds the module of an address */
	/* What the kernel's unwinder leaves out where BPF calls it (in_sched_functions()). */
	__u64 sched, sched_end;
	__u64 locks, locks_end;
	/* What tracers put into the place of a return address. */
	__u64 return_graph, return_rethook, return_kretprobe;
	/* Where a task begins that has never run; the former up to 6.4. */
	__u64 fork, fork_asm;
};

/*
 * One call of klp_enable_patch. It ends when that has refused; if it was accepted,
 * with the module's init, where it is called from there.
 */
struct bpf_attempt {
	__u64 key; /* unique: when it began, and the CPU */
	__u64 patch;
	__u64 mod;
	__u64 init; /* the module's init */
	__u32 stages; /* enum wire_stage */
	__s32 object_ret;
	__s32 patch_ret;
	__s32 refs; /* of the module, that this thread took and has not given back */
	__u8 klp;
	__u8 in_init; /* it is called by the module's init, whose end is seen */
	__u8 last_line; /* it is refused, and the kernel is about to log why */
	__u8 returned; /* it was refused; with what, the module's init will tell */
	__u8 pad[4];
	__u32 pid;
	__u32 uid;
	char comm[WIRE_COMM_LEN];
	char name[WIRE_NAME_LEN];
	char busy_name[WIRE_NAME_LEN];
};

/* What bpf/ksyms.bpf.c asks the kernel for. */
struct bpf_symbols {
	struct bpf_addresses addr;
	__u64 function[WIRE_HOOKS_COUNT]; /* indexed by enum wire_hook */
	__u64 enable_cold; /* klp_enable_patch.cold */
	__u64 try_module_get; /* in the same file as the loader */
	__u64 copies; /* bits: enum wire_hook; there is NAME.constprop.0 */
	__u64 parts; /* bits; there is NAME.part.0 */
	__u64 tracepoints; /* bits; the hook's tracepoint is there */
};

/* A module that a thread is about to load. */
struct bpf_load {
	__u64 begun_ns;
	__u8 named;
	__u8 found;
	__u8 klp;
	__u8 pad[5];
	char name[WIRE_NAME_LEN];
};

/* Read-only after load: the verifier prunes what a setting switches off. */
struct bpf_settings {
	struct bpf_addresses addr;
	__u8 lookups; /* an event for each klp_get_state, not only a count */
	__u8 no_result; /* the end of a module's init is not seen */
	__u8 pad[6];
};

enum bpf_held {
	BPF_HELD_NO,
	BPF_HELD_YES,
	BPF_HELD_UNKNOWN, /* by a kernel whose mutexes are of another kind */
};

/* Lives in .bss, which user space maps: reading it costs no system call. */
struct bpf_shared {
	__u64 lost_records;
	__u64 lost_attempts;
	__u64 lost_lookups;
	/* Of the run of the task iterator that user space reads. */
	__u64 tasks;
	__u64 tasks_left;
	__u64 tasks_involved; /* in a transition at all */
	__u64 idle_tasks;
	__u64 idle_left;
	__u32 tasks_reported;
	__u32 idle_reported;
	__u32 idle_cpu[WIRE_MAX_IDLE];
	__u32 pad;
	__u32 detail; /* set by user space: tell the tasks that are left */
	__u32 mutex_held; /* enum bpf_held: klp_mutex, as settle() has found it */
	__u32 pad2;
	/* The walk that stall_begin() has begun; user space ends it. */
	struct wire_walk_end stall;
};

/* There is one transition at a time, and all that change it hold klp_mutex. */
struct bpf_transition {
	__u64 patch; /* as klp_init_transition was told; 0: not seen */
	__u64 attempt;
	__u64 start_ns;
	__u64 since_ns; /* when it started or was reversed */
	__u32 tries;
	__s8 target;
	__u8 reversing; /* klp_start_transition is called by klp_reverse_transition */
	__u8 canceling; /* klp_complete_transition is called by klp_cancel_transition */
	__u8 pad;
};

struct lookup_key {
	__u64 patch; /* its address */
	__u64 id;
	__u64 caller;
};

struct lookup_value {
	__u64 count;
	char name[WIRE_NAME_LEN];
	char symbol[WIRE_SYMBOL_LEN];
};

#endif
