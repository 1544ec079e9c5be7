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
typedef __s16 s16;
typedef __u16 u16;
typedef __u8 u8;
typedef int pid_t;
typedef struct {
	s64 counter;
} atomic_long_t;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

enum module_state {
	MODULE_STATE_LIVE = 0,
	MODULE_STATE_COMING = 1,
	MODULE_STATE_GOING = 2,
	MODULE_STATE_UNFORMED = 3,
};

struct list_head {
	struct list_head *next;
	struct list_head *prev;
};

struct kobject {
	const char *name;
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
	struct list_head node;
	struct list_head stack_node;
	long unsigned int old_size;
	long unsigned int new_size;
};

struct klp_object {
	const char *name;
	struct klp_func *funcs;
	struct list_head func_list;
	struct list_head node;
	bool patched;
};

struct klp_patch {
	struct module *mod;
	struct klp_object *objs;
	struct klp_state *states;
	bool replace;
	struct list_head list;
	struct kobject kobj;
	struct list_head obj_list;
	bool enabled;
	bool forced;
	struct work_struct free_work;
};

struct mutex {
	atomic_long_t owner;
};

struct pt_regs {
	long unsigned int bp;
	long unsigned int ax;
	long unsigned int cx;
	long unsigned int dx;
	long unsigned int si;
	long unsigned int di;
	long unsigned int ip;
	u16 cs;
	long unsigned int sp;
};

struct orc_entry {
	s16 sp_offset;
	s16 bp_offset;
	unsigned int sp_reg: 4;
	unsigned int bp_reg: 4;
	unsigned int type: 3;
	unsigned int signal: 1;
};

struct mod_arch_specific {
	unsigned int num_orcs;
	int *orc_unwind_ip;
	struct orc_entry *orc_unwind;
};

struct module {
	enum module_state state;
	char name[56];
	int (*init)(void);
	struct mod_arch_specific arch;
	bool klp;
};

struct rb_node {
	struct rb_node *rb_right;
	struct rb_node *rb_left;
};

struct rb_root {
	struct rb_node *rb_node;
};

struct latch_tree_node {
	struct rb_node node[2];
};

struct latch_tree_root {
	struct rb_root tree[2];
};

struct mod_tree_root {
	struct latch_tree_root root;
};

struct mod_tree_node {
	struct module *mod;
	struct latch_tree_node node;
};

struct module_memory {
	void *base;
	unsigned int size;
	struct mod_tree_node mtn;
};

struct inactive_task_frame {
	long unsigned int bp;
	long unsigned int ret_addr;
};

struct thread_struct {
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
	void *stack;
	unsigned int flags;
	int on_cpu;
	pid_t pid;
	pid_t tgid;
	struct task_struct *group_leader;
	long unsigned int nvcsw;
	long unsigned int nivcsw;
	u64 start_boottime;
	char comm[16];
	struct files_struct *files;
	int patch_state;
	struct thread_struct thread;
};

struct rq {
	struct task_struct *idle;
};

struct files_struct {
	struct fdtable *fdt;
};

struct fdtable {
	struct file **fd;
};

struct file {
	const struct file_operations *f_op;
	void *private_data;
};

struct hlist_node {
	struct hlist_node *next;
	struct hlist_node **pprev;
};

struct btf {
	u32 id;
	char name[56];
	bool kernel_btf;
};

struct bpf_ksym {
	char name[512];
};

struct bpf_prog_aux {
	u32 id;
	u32 attach_btf_id;
	struct btf *attach_btf;
	const char *attach_func_name;
	struct bpf_ksym ksym;
};

struct bpf_prog {
	enum bpf_prog_type type;
	enum bpf_attach_type expected_attach_type;
	struct bpf_prog_aux *aux;
};

struct bpf_trampoline {
	u64 key;
};

struct bpf_link {
	u32 id;
	enum bpf_link_type type;
	struct bpf_prog *prog;
};

struct bpf_tramp_link {
	struct bpf_link link;
};

struct bpf_tracing_link {
	struct bpf_tramp_link link;
	enum bpf_attach_type attach_type;
	struct bpf_trampoline *trampoline;
	struct bpf_prog *tgt_prog;
};

struct bpf_kprobe_multi_link {
	struct bpf_link link;
	u32 cnt;
	u32 flags;
};

struct bpf_perf_link {
	struct bpf_link link;
	struct file *perf_file;
};

struct bpf_iter__bpf_prog {
	struct bpf_iter_meta *meta;
	struct bpf_prog *prog;
};

struct bpf_iter__bpf_link {
	struct bpf_iter_meta *meta;
	struct bpf_link *link;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	struct file *file;
};

struct trace_probe {
	struct list_head list;
	struct trace_probe_event *event;
};

struct trace_probe_event {
	struct list_head probes;
};

struct perf_event {
	struct bpf_prog *prog;
	struct trace_event_call *tp_event;
};

#pragma clang attribute pop

#endif
