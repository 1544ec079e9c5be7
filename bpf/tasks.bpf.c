// SPDX-License-Identifier: GPL-2.0
/*
 * Who has not switched yet: a task iterator, read by user space once a second
 * while a transition runs. Nothing of it is on the kernel's own path.
 */
#include "unwind.bpf.h"
#include "walk.bpf.h"

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h, since 2.6.33 */

/* What is told of a task. */
struct told {
	struct wire_task task;
	struct wire_unwound unwound;
	struct wire_deeper deeper;
};

struct task_scratch_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct told);
} task_scratch SEC(".maps");

static __always_inline struct told *told_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&task_scratch, &zero);
}

static __noinline void stall_walk_begin(struct walk *w)
{
	struct wire_walk_begin begin = {};

	begin.kind = WIRE_WALK_STALL;
	begin.target = transition_target();
	begin.tries = transition.tries;
	begin.attempt = transition.attempt;
	begin.patch = transition_patch();
	begin.start_ns = transition.start_ns;
	walk_begin(w, &begin);
}

/*
 * Begins a walk over the patch in transition and leaves its counts for user
 * space, which adds the tasks and ends it. Without klp_mutex; the patch stays
 * while its transition runs, and what is read of one just freed is no crash.
 */
SEC("raw_tp")
int stall_begin(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 patch = transition_patch();
	struct walk w = {};

	stall_walk_begin(&w);
	if (patch)
		walk_patch(&w, patch, WALK_CODE);
	shared.stall = w.end;
	return 0;
}

/* Fills all but the stack. */
static __always_inline void describe(struct wire_task *rec, struct task_struct *task, __u32 flags)
{
	rec->pid = BPF_CORE_READ(task, tgid);
	rec->tid = BPF_CORE_READ(task, pid);
	rec->cpu = task_cpu(task);
	rec->flags = flags | (settings.addr.unwinds_bpf ? WIRE_TASK_BPF_UNWOUND : 0);
	if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
		rec->flags |= WIRE_TASK_KTHREAD;
	if (task_on_cpu(task))
		rec->flags |= WIRE_TASK_ON_CPU;
	rec->state = task_state(task);
	rec->n_frames = 0;
	rec->start_ns = BPF_CORE_READ(task, start_boottime);
	bpf_core_read(rec->comm, sizeof(rec->comm), &task->comm);
}

/* Grows whenever a task gives up its CPU. */
static __always_inline __u64 switches(struct task_struct *task)
{
	return BPF_CORE_READ(task, nvcsw) + BPF_CORE_READ(task, nivcsw);
}

/* Once the kernel's frames are there: all that is told of the stack. Global, as told and unwinding are many bytes. */
__noinline int follow_stack(__u64 addr, __u64 switches_before)
{
	struct task_struct *task = (void *)addr;
	struct unwinding *u = unwinding_get();
	struct told *told = told_get();
	__u32 n;

	if (!u || !told)
		return 0;
	unwind(addr);
	if (task_on_cpu(task) || switches(task) != switches_before)
		unwind_give_up(WIRE_UNWOUND_MOVED);
	n = u->n_frames;
	told->unwound.end = u->end;
	told->unwound.frames = u->n;
	told->unwound.scheduler = u->n_left_out;
	told->deeper.n_frames = 0;
	bpf_probe_read_kernel(told->task.frame, sizeof(told->task.frame), u->frame);
	if (n > WIRE_FRAMES) {
		told->task.flags |= WIRE_TASK_STACK_CUT;
		told->deeper.n_frames = n - WIRE_FRAMES;
		bpf_probe_read_kernel(told->deeper.frame, sizeof(told->deeper.frame),
				      &u->frame[WIRE_FRAMES]);
		n = WIRE_FRAMES;
	}
	told->task.n_frames = n;
	if (!n)
		told->task.flags |= WIRE_TASK_NO_STACK;
	return 0;
}

static __always_inline void read_stack(struct task_struct *task)
{
	struct unwinding *u = unwinding_get();
	__u64 before = switches(task);
	long len;

	if (!u)
		return;
	len = bpf_get_task_stack(task, u->kernel, sizeof(u->kernel), 0);
	u->n_kernel = len > 0 ? len / sizeof(u->kernel[0]) : 0;
	follow_stack(without_type((__u64)task), before);
}

/*
 * Writes a line for each frame; whether all were written. A global function, so
 * that the verifier looks at its loop once. The kernel knows its symbols better
 * and cheaper than a reader of /proc/kallsyms (%pB since 5.9).
 */
int tell_frames(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct unwinding *u = unwinding_get();

	if (!u)
		return 0;
	for (__u32 i = 0; i < WIRE_MAX_FRAMES; i++) {
		if (i >= u->n_frames)
			break;
		if (BPF_SEQ_PRINTF(seq, "%pB\n", (void *)u->frame[i]))
			return 0;
	}
	return 1;
}

/* Whether it was written; if not, the kernel calls again for the same task. */
static __always_inline bool tell_task(struct bpf_iter__task *ctx, struct told *told)
{
	struct seq_file *seq = ctx->meta->seq;
	struct wire_task *rec = &told->task;
	struct wire_deeper *deeper = &told->deeper;
	__u64 size = offsetof(struct wire_task, frame) + rec->n_frames * sizeof(rec->frame[0]);

	emit_hdr(&rec->hdr, WIRE_TASK, size, 0);
	if (bpf_seq_write(seq, rec, PART_SIZE(size, sizeof(*rec))))
		return false;
	if (!rec->n_frames)
		return true;
	emit_hdr(&told->unwound.hdr, WIRE_UNWOUND, sizeof(told->unwound), 0);
	told->unwound.tid = rec->tid;
	if (bpf_seq_write(seq, &told->unwound, sizeof(told->unwound)))
		return false;
	if (deeper->n_frames) {
		size = offsetof(struct wire_deeper, frame) +
		       deeper->n_frames * sizeof(deeper->frame[0]);
		emit_hdr(&deeper->hdr, WIRE_DEEPER, size, 0);
		deeper->tid = rec->tid;
		if (bpf_seq_write(seq, deeper, PART_SIZE(size, sizeof(*deeper))))
			return false;
	}
	return tell_frames(ctx);
}

#define CPUS_AT_ONCE 16

/*
 * The idle task of a CPU, which no iterator shows; 0: there is no such CPU. By
 * address, because a typed __ksym would want the kernel's own BTF, for which
 * --btf FILE may stand in.
 */
static __always_inline struct task_struct *idle_task(__u32 cpu)
{
	__u64 offset, addr, idle = 0;
	struct rq *rq;
	__u32 cpus = 0;

	bpf_probe_read_kernel(&cpus, sizeof(cpus), (void *)settings.addr.nr_cpu_ids);
	if (cpu >= cpus)
		return 0;
	offset = read_address(settings.addr.per_cpu_offset + cpu * sizeof(offset));
	addr = settings.addr.runqueues + offset;
	barrier_var(addr);
	rq = (void *)addr;
	bpf_core_read(&idle, sizeof(idle), &rq->idle);
	return (void *)idle;
}

/*
 * The idle tasks of CPUs from @first on; returns whether there can be more. A
 * global function, so that the verifier looks at its loop once.
 */
__noinline __u32 look_at_cpus(__u32 first, int target)
{
	for (__u32 i = 0; i < CPUS_AT_ONCE; i++) {
		struct task_struct *idle = idle_task(first + i);
		int state;

		if (!idle)
			return 0;
		state = task_patch_state(idle);
		shared.idle_tasks++;
		if (state < 0 || state == target)
			continue;
		if (shared.idle_left < WIRE_MAX_IDLE)
			shared.idle_cpu[shared.idle_left & (WIRE_MAX_IDLE - 1)] = first + i;
		shared.idle_left++;
	}
	return 1;
}

/* Describes one that is left, in task_scratch; whether there is one. Global for the same reason. */
__noinline __u32 describe_idle(__u32 i)
{
	__u32 cpu = shared.idle_cpu[i & (WIRE_MAX_IDLE - 1)];
	struct task_struct *idle = idle_task(cpu);
	struct unwinding *u = unwinding_get();
	struct told *told = told_get();

	if (!u || !told || !idle || i >= shared.idle_left)
		return 0;
	describe(&told->task, idle, WIRE_TASK_IDLE);
	told->task.cpu = cpu;
	/* The kernel's unwinder is for tasks of the iterator. */
	u->n_kernel = 0;
	if (!(told->task.flags & WIRE_TASK_ON_CPU))
		follow_stack((__u64)idle, switches(idle));
	return 1;
}

static __always_inline void look_at_idle(struct bpf_iter__task *ctx, struct told *told, int target)
{
	/* Anew, should the kernel call again because there was no room. */
	shared.idle_tasks = 0;
	shared.idle_left = 0;
	shared.idle_reported = 0;
	if (!settings.addr.runqueues || !settings.addr.per_cpu_offset || !settings.addr.nr_cpu_ids)
		return;
	for (__u32 cpu = 0; cpu < WIRE_MAX_CPUS; cpu += CPUS_AT_ONCE)
		if (!look_at_cpus(cpu, target))
			break;
	for (__u32 i = 0; i < WIRE_MAX_IDLE; i++) {
		if (!shared.detail || !describe_idle(i))
			break;
		tell_task(ctx, told);
		shared.idle_reported++;
	}
}

static __noinline int tell_progress(struct seq_file *seq)
{
	struct wire_progress rec = {};

	emit_head(&rec.head, WIRE_PROGRESS, sizeof(rec));
	/* Each CPU has one; if none was found, they are missing. */
	if (!shared.idle_tasks)
		rec.head.flags |= WIRE_F_TRUNCATED;
	rec.attempt = transition.attempt;
	rec.since_ns = transition.since_ns;
	rec.tasks = shared.tasks + shared.idle_tasks;
	rec.left = shared.tasks_left + shared.idle_left;
	rec.reported = shared.tasks_reported + shared.idle_reported;
	rec.tries = transition.tries;
	rec.joined = transition.tries && !transition.start_ns;
	rec.target = transition_target();
	rec.running = shared.tasks_involved > 0;
	read_patch_name(rec.name, transition_patch());
	return bpf_seq_write(seq, &rec, sizeof(rec));
}

SEC("iter/task")
int tasks(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;
	int state, target = transition_target();
	struct told *told = told_get();

	if (!told)
		return 0;
	if (!task) {
		look_at_idle(ctx, told, target);
		tell_progress(seq);
		return 0;
	}
	state = task_patch_state(task);
	if (state < 0 || state == target) {
		shared.tasks++;
		shared.tasks_involved += state >= 0;
		return 0;
	}
	if (shared.detail && shared.tasks_reported < WIRE_MAX_TASKS) {
		describe(&told->task, task, 0);
		if (!(told->task.flags & WIRE_TASK_ON_CPU))
			read_stack(task);
		if (!tell_task(ctx, told))
			return 0;
		shared.tasks_reported++;
	}
	shared.tasks++;
	shared.tasks_left++;
	shared.tasks_involved++;
	return 0;
}
