/*
 * Generated from the BTF of Debian's 6.12.117+deb12-cloud-amd64 by "make update-vmlinux.h"; do not edit:
 * bpftool btf dump file vmlinux format c, cut down to bpf/types.list by bpf/mkvmlinux.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#include <linux/types.h>
#include <stdbool.h>

typedef __s64 s64;
typedef __u64 u64;
typedef __s32 s32;
typedef __u32 u32;
typedef __u16 u16;
typedef __u8 u8;
typedef int pid_t;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
	struct list_head *next;
	struct list_head *prev;
};

struct work_struct {
	struct list_head entry;
};

struct klp_state {
	long unsigned int id;
	unsigned int version;
};

struct klp_func {
	const char *old_name;
	void *new_func;
	long unsigned int old_sympos;
	void *old_func;
	struct list_head stack_node;
	long unsigned int old_size;
	long unsigned int new_size;
};

struct klp_object {
	const char *name;
	struct klp_func *funcs;
};

struct klp_patch {
	struct module *mod;
	struct klp_object *objs;
	struct klp_state *states;
	bool replace;
	struct list_head list;
	bool enabled;
	bool forced;
	struct work_struct free_work;
};

struct module {
	char name[56];
	int (*init)(void);
	bool klp;
};

struct pt_regs {
	long unsigned int ax;
	long unsigned int dx;
	long unsigned int si;
	long unsigned int di;
	long unsigned int ip;
	long unsigned int sp;
};

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct thread_info {
	u32 cpu;
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int __state;
	unsigned int flags;
	int on_cpu;
	pid_t pid;
	pid_t tgid;
	u64 start_boottime;
	char comm[16];
	int patch_state;
};

struct rq {
	struct task_struct *idle;
};

#pragma clang attribute pop

#endif
