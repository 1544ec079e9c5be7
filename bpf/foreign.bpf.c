// SPDX-License-Identifier: GPL-2.0
/*
 * What others have attached to this kernel: an object of its own, of iterators
 * only, loaded by those commands that ask. Iterators need no more than CAP_BPF
 * when they run, where BPF_PROG_GET_NEXT_ID would need CAP_SYS_ADMIN; they are
 * read by read(), so that nothing gets lost.
 */
#include "kernel.bpf.h"
#include "bpf_foreign.h"

struct foreign_files files;

/* Too large for the stack; there is one reader at a time. */
static struct foreign_rec_program program_rec;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* To 5.18 a program is on its trampoline's list itself; later its link is. */
struct bpf_prog_aux___5_18 {
	struct hlist_node tramp_hlist;
	bool sleepable;
};

/* The flag moved in 6.9. */
struct bpf_prog___6_9 {
	u16 sleepable : 1;
};

/* That a kprobe's program calls bpf_override_return. */
struct bpf_prog___override {
	u16 kprobe_override : 1;
};

struct kprobe {
	void *addr;
};

struct kretprobe {
	struct kprobe kp;
	void *handler;
};

struct trace_kprobe {
	struct kretprobe rp;
	struct trace_probe tp;
};

/* call is not told apart by its type, so that it needs none. */
struct trace_event_call {
	const char *name;
};

struct trace_probe_event___call {
	struct trace_event_call call;
};

#pragma clang attribute pop

/* Values of the kernel's enums, part of its ABI; <linux/bpf.h> may be older. */
#define PROG_TYPE_TRACING 26
#define PROG_TYPE_LSM	  29
#define TRACE_RAW_TP	  23
#define TRACE_ITER	  28
#define LINK_TYPE_TRACING 2
#define LINK_TYPE_PERF	  7
#define LINK_TYPE_MULTI	  8
/* Trampolines on many functions (7.3). */
#define LINK_TYPE_TRACING_MULTI 15

/*
 * Which file_operations files of each kind have, from files of our own: their
 * symbols are static, and addresses may be hidden.
 */
SEC("raw_tp")
int learn(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct file **fd = BPF_CORE_READ(task, files, fdt, fd);

	for (int i = 0; i < 4; i++) {
		struct file *file = 0;

		files.ops[i] = 0;
		if (files.fds[i] < 0)
			continue;
		bpf_probe_read_kernel(&file, sizeof(file), fd + files.fds[i]);
		if (file)
			files.ops[i] = (__u64)BPF_CORE_READ(file, f_op);
	}
	return 0;
}

static __always_inline __u8 linked(struct bpf_prog_aux *aux)
{
	struct bpf_prog_aux___5_18 *old = (void *)aux;
	__u64 pprev;

	if (!bpf_core_field_exists(old->tramp_hlist))
		return FOREIGN_LINKED_UNKNOWN;
	pprev = (__u64)BPF_CORE_READ(old, tramp_hlist.pprev);
	/* Taken off, it is NULL or LIST_POISON2, which is no address. */
	return pprev >> 48 == 0xffff ? FOREIGN_LINKED_YES : FOREIGN_LINKED_NO;
}

static __always_inline __u8 sleepable(struct bpf_prog *prog, struct bpf_prog_aux *aux)
{
	struct bpf_prog_aux___5_18 *old = (void *)aux;
	struct bpf_prog___6_9 *new = (void *)prog;

	if (bpf_core_field_exists(new->sleepable))
		return BPF_CORE_READ_BITFIELD_PROBED(new, sleepable);
	if (bpf_core_field_exists(old->sleepable))
		return BPF_CORE_READ(old, sleepable);
	return 0;
}

SEC("iter/bpf_prog")
int programs(struct bpf_iter__bpf_prog *ctx)
{
	struct foreign_rec_program *rec = &program_rec;
	struct bpf_prog *prog = ctx->prog;
	struct bpf_prog_aux *aux;

	if (!prog)
		return 0;
	__builtin_memset(rec, 0, sizeof(*rec));
	rec->type = prog->type;
	rec->attach_type = prog->expected_attach_type;
	if (rec->type != PROG_TYPE_LSM &&
	    (rec->type != PROG_TYPE_TRACING || rec->attach_type == TRACE_RAW_TP ||
	     rec->attach_type == TRACE_ITER))
		return 0;
	aux = prog->aux;
	rec->id = BPF_CORE_READ(aux, id);
	rec->btf_id = BPF_CORE_READ(aux, attach_btf_id);
	rec->linked = linked(aux);
	rec->sleepable = sleepable(prog, aux);
	bpf_core_read_str(rec->ksym, sizeof(rec->ksym), &aux->ksym.name);
	bpf_probe_read_kernel_str(rec->func, sizeof(rec->func),
				  BPF_CORE_READ(aux, attach_func_name));
	if (bpf_core_field_exists(aux->attach_btf)) {
		struct btf *btf = BPF_CORE_READ(aux, attach_btf);

		rec->btf_obj = BPF_CORE_READ(btf, id);
		rec->on_program = btf && !BPF_CORE_READ(btf, kernel_btf);
		bpf_core_read_str(rec->module, sizeof(rec->module), &btf->name);
	}
	bpf_seq_write(ctx->meta->seq, rec, sizeof(*rec));
	return 0;
}

/*
 * A kprobe's event lies in a trace_probe_event, on whose list are the probes,
 * each of which lies in a trace_kprobe. What is no kprobe gives an address that
 * no kprobe has; the flag that says so has another value in each version.
 */
static __always_inline void perf_fill(struct foreign_rec_held *rec, struct perf_event *perf,
				      struct bpf_prog *prog)
{
	struct bpf_prog___override *calls = (void *)prog;
	struct trace_event_call *call = BPF_CORE_READ(perf, tp_event);
	struct trace_probe_event *event;
	struct trace_kprobe *kprobe;
	struct list_head *probe;

	if (!call)
		return;
	event = (void *)call - bpf_core_field_offset(struct trace_probe_event___call, call);
	probe = BPF_CORE_READ(event, probes.next);
	kprobe = (void *)probe - bpf_core_field_offset(struct trace_probe, list) -
		 bpf_core_field_offset(struct trace_kprobe, tp);
	rec->address = (__u64)BPF_CORE_READ(kprobe, rp.kp.addr);
	rec->on_return = BPF_CORE_READ(kprobe, rp.handler) != 0;
	bpf_probe_read_kernel_str(rec->event, sizeof(rec->event), BPF_CORE_READ(call, name));
	if (prog && bpf_core_field_exists(calls->kprobe_override) &&
	    BPF_CORE_READ_BITFIELD_PROBED(calls, kprobe_override))
		rec->flags = FOREIGN_OVERRIDES;
}

static __always_inline void link_fill(struct foreign_rec_held *rec, struct bpf_link *link)
{
	rec->what = FOREIGN_HELD_LINK;
	rec->link_type = BPF_CORE_READ(link, type);
	rec->program = BPF_CORE_READ(link, prog, aux, id);
	if (rec->link_type == LINK_TYPE_TRACING) {
		/* The link is its first member, in all versions. */
		struct bpf_tracing_link *tracing = (void *)link;

		rec->attach_type = BPF_CORE_READ(link, prog, expected_attach_type);
		rec->key = BPF_CORE_READ(tracing, trampoline, key);
	} else if (rec->link_type == LINK_TYPE_MULTI) {
		struct bpf_kprobe_multi_link *multi = (void *)link;

		if (bpf_core_field_exists(multi->cnt))
			rec->count = BPF_CORE_READ(multi, cnt);
		if (bpf_core_field_exists(multi->flags))
			rec->flags = BPF_CORE_READ(multi, flags);
	} else if (rec->link_type == LINK_TYPE_PERF) {
		struct bpf_perf_link *perf = (void *)link;

		if (bpf_core_field_exists(perf->perf_file))
			perf_fill(rec, BPF_CORE_READ(perf, perf_file, private_data),
				  BPF_CORE_READ(link, prog));
	}
}

/* 5.19 and later. */
SEC("iter/bpf_link")
int links(struct bpf_iter__bpf_link *ctx)
{
	struct foreign_rec_held rec = {};
	struct bpf_link *link = ctx->link;

	if (!link)
		return 0;
	link_fill(&rec, link);
	if (rec.link_type == LINK_TYPE_TRACING || rec.link_type == LINK_TYPE_MULTI ||
	    rec.link_type == LINK_TYPE_TRACING_MULTI || rec.address)
		bpf_seq_write(ctx->meta->seq, &rec, sizeof(rec));
	return 0;
}

/* Who holds links, programs and perf events. */
SEC("iter/task_file")
int holders(struct bpf_iter__task_file *ctx)
{
	struct foreign_rec_held rec = {};
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	void *data;
	__u64 ops;

	if (!task || !file)
		return 0;
	ops = (__u64)file->f_op;
	if (!ops)
		return 0;
	data = file->private_data;
	if (ops == files.ops[FOREIGN_HELD_LINK]) {
		link_fill(&rec, data);
	} else if (ops == files.ops[FOREIGN_HELD_PROGRAM]) {
		rec.what = FOREIGN_HELD_PROGRAM;
		rec.program = BPF_CORE_READ((struct bpf_prog *)data, aux, id);
	} else if (ops == files.ops[FOREIGN_HELD_PERF]) {
		struct bpf_prog *prog = BPF_CORE_READ((struct perf_event *)data, prog);

		rec.what = FOREIGN_HELD_PERF;
		rec.program = BPF_CORE_READ(prog, aux, id);
		perf_fill(&rec, data, prog);
		if (!rec.address)
			return 0;
	} else {
		return 0;
	}
	rec.tgid = task->tgid;
	BPF_CORE_READ_STR_INTO(&rec.comm, task, group_leader, comm);
	bpf_seq_write(ctx->meta->seq, &rec, sizeof(rec));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
