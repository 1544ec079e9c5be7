/* SPDX-License-Identifier: GPL-2.0 */
/* What bpf/foreign.bpf.c and src/source/foreign.c tell each other. */
#ifndef KLPSCOPE_BPF_FOREIGN_H
#define KLPSCOPE_BPF_FOREIGN_H

#include <linux/types.h>

#define FOREIGN_FUNC_LEN   128
#define FOREIGN_NAME_LEN   128
#define FOREIGN_MODULE_LEN 56
#define FOREIGN_COMM_LEN   16
#define FOREIGN_EVENT_LEN  64 /* MAX_EVENT_NAME_LEN of the kernel */

enum foreign_linked {
	FOREIGN_LINKED_NO,
	FOREIGN_LINKED_YES,
	FOREIGN_LINKED_UNKNOWN, /* the links tell */
};

/* A program that is called through a trampoline. */
struct foreign_rec_program {
	__u32 id;
	__u32 type; /* enum bpf_prog_type */
	__u32 attach_type; /* enum bpf_attach_type */
	__u32 btf_id; /* of the function */
	__u32 btf_obj; /* the BTF that it is in; 0: the kernel does not tell (5.10) */
	__u8 linked; /* enum foreign_linked */
	__u8 sleepable;
	__u8 on_program; /* the function is a BPF program's */
	__u8 pad;
	char ksym[FOREIGN_NAME_LEN]; /* bpf_prog_TAG_NAME */
	char func[FOREIGN_FUNC_LEN];
	char module[FOREIGN_MODULE_LEN]; /* "vmlinux" for the kernel itself */
};

enum foreign_held {
	FOREIGN_HELD_LINK = 1,
	FOREIGN_HELD_PROGRAM,
	FOREIGN_HELD_PERF, /* a perf event with a kprobe, possibly: its address must fit one */
};

/* The program may end the function before it begins (bpf_override_return). */
#define FOREIGN_OVERRIDES 1

/* A link, or a file descriptor by which a process holds something. */
struct foreign_rec_held {
	__u32 what; /* enum foreign_held */
	__u32 tgid; /* 0: a link as such, not who holds it */
	__u32 program;
	__u32 link_type; /* enum bpf_link_type */
	__u32 attach_type;
	__u32 count; /* of functions, BPF_LINK_TYPE_KPROBE_MULTI */
	__u32 flags; /* of that; FOREIGN_HELD_PERF, and a link to one: FOREIGN_OVERRIDES */
	__u32 on_return; /* the kprobe is a kretprobe */
	__u64 key; /* of the trampoline; 0: has none */
	__u64 address; /* of the kprobe */
	char comm[FOREIGN_COMM_LEN];
	char event[FOREIGN_EVENT_LEN]; /* the kprobe's name as a trace event */
};

/* In .bss: user space fills in fds, the program learn() the rest. */
struct foreign_files {
	__s32 fds[4]; /* enum foreign_held: a file of ours of each kind, -1: none */
	__u64 ops[4]; /* its file_operations, the same for all files of that kind */
};

#endif
