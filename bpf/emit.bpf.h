/* SPDX-License-Identifier: GPL-2.0 */
/* Putting records into the ring buffer; what does not fit is counted. */
#ifndef KLPSCOPE_EMIT_BPF_H
#define KLPSCOPE_EMIT_BPF_H

#include "maps.bpf.h"

static __always_inline void emit_flags(void *record, __u64 size, __u64 flags)
{
	if (bpf_ringbuf_output(&records, record, size, flags))
		__sync_fetch_and_add(&shared.lost_records, 1);
}

/*
 * Without waking the reader. From klp_enable_patch or klp_init_transition until
 * the kernel has looked at all tasks for the first time, it must sleep: a task
 * that is running then cannot be switched, and the transition waits a second.
 * Once it is awake it switches by itself, as it returns from the kernel.
 */
static __always_inline void emit(void *record, __u64 size)
{
	/* Where the end of a module's init is not seen, nothing would wake it after a refusal. */
	emit_flags(record, size, settings.no_result ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
}

/* And the reader is woken: what waits is read as well. The kernel wakes by itself only who has read all. */
static __always_inline void emit_and_wake(void *record, __u64 size)
{
	emit_flags(record, size, BPF_RB_FORCE_WAKEUP);
}

/* The size of a record that ends early. The verifier forgets bounds that the compiler has moved about. */
#define PART_SIZE(size, max)                                                                       \
	({                                                                                         \
		__u64 part = (size);                                                               \
		barrier_var(part);                                                                 \
		part > (max) ? (max) : part;                                                       \
	})

static __always_inline void emit_part(void *record, __u64 size, const __u64 max)
{
	emit(record, PART_SIZE(size, max));
}

static __always_inline void emit_hdr(struct wire_hdr *hdr, __u16 type, __u16 size, __u32 walk)
{
	hdr->type = type;
	hdr->size = size;
	hdr->walk = walk;
}

static __always_inline void emit_head(struct wire_head *head, __u16 type, __u16 size)
{
	__u64 pid_tid = bpf_get_current_pid_tgid();

	emit_hdr(&head->hdr, type, size, 0);
	head->boot_ns = bpf_ktime_get_boot_ns();
	head->pid = pid_tid >> 32;
	head->tid = pid_tid;
	head->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(head->comm, sizeof(head->comm));
}

static __always_inline __u32 current_tid(void)
{
	return bpf_get_current_pid_tgid();
}

static __always_inline struct bpf_attempt *current_attempt(void)
{
	__u32 tid = current_tid();

	return bpf_map_lookup_elem(&attempts, &tid);
}

static __always_inline __u64 current_attempt_key(void)
{
	struct bpf_attempt *attempt = current_attempt();

	return attempt ? attempt->key : 0;
}

/*
 * Tells that this thread's attempt is over, and forgets it. By reserving the
 * record: programs that end an attempt have no stack left for one.
 */
static __always_inline void attempt_end(struct bpf_attempt *attempt, __u8 ended, __s32 init_ret)
{
	struct wire_result *rec = bpf_ringbuf_reserve(&records, sizeof(*rec), 0);
	__u32 tid = current_tid();

	if (rec) {
		__builtin_memset(rec, 0, sizeof(*rec));
		emit_head(&rec->head, WIRE_RESULT, sizeof(*rec));
		rec->attempt = attempt->key;
		rec->init_ret = init_ret;
		rec->stages = attempt->stages;
		rec->object_ret = attempt->object_ret;
		rec->patch_ret = attempt->patch_ret;
		rec->klp = attempt->klp;
		rec->ended = ended;
		__builtin_memcpy(rec->name, attempt->name, sizeof(rec->name));
		__builtin_memcpy(rec->busy_name, attempt->busy_name, sizeof(rec->busy_name));
		bpf_ringbuf_submit(rec, BPF_RB_FORCE_WAKEUP);
	} else {
		__sync_fetch_and_add(&shared.lost_records, 1);
	}
	bpf_map_delete_elem(&attempts, &tid);
}

/* Whether klp_enable_patch is not known to have accepted, and may go on. */
static __always_inline bool attempt_open(struct bpf_attempt *attempt)
{
	return attempt && !attempt->returned && !(attempt->stages & WIRE_STAGE_START);
}

/* Of what was called within klp_enable_patch: whether that says with what it fails. */
static __always_inline bool attempt_knows_error(struct bpf_attempt *attempt)
{
	return (attempt->stages & WIRE_STAGE_BUSY) || attempt->object_ret < 0 ||
	       attempt->patch_ret < 0;
}

/* Where the end of the init is not seen, an attempt ends with its outcome. */
static __always_inline void attempt_decided(void)
{
	__u32 tid = current_tid();

	if (settings.no_result)
		bpf_map_delete_elem(&attempts, &tid);
}

/* For what happens at any time: the reader sleeps on while it must, see emit(). */
static __always_inline void emit_if_looked(void *record, __u64 size)
{
	bool first = transition.patch && transition.tries <= 1;

	if (first || current_attempt())
		emit(record, size);
	else
		emit_flags(record, size, 0);
}

/* Reads a pointer-sized variable of the kernel; 0 when its address is not known. */
static __always_inline __u64 read_address(__u64 addr)
{
	__u64 value = 0;

	if (addr)
		bpf_probe_read_kernel(&value, sizeof(value), (void *)addr);
	return value;
}

/* The patch in transition, 0 if none: klp_transition_patch, else what was seen. */
static __always_inline __u64 transition_patch(void)
{
	if (settings.addr.transition_patch)
		return read_address(settings.addr.transition_patch);
	return transition.patch;
}

/* klp_target_state: -1 none, 0 unpatched, 1 patched. */
static __always_inline __s8 transition_target(void)
{
	__s32 target = -1;

	if (!settings.addr.target_state)
		return transition.patch ? transition.target : -1;
	bpf_probe_read_kernel(&target, sizeof(target), (void *)settings.addr.target_state);
	return target;
}

/* Fills a zeroed name; returns its length without the NUL, 0 if it cannot be read. */
static __always_inline __u32 read_patch_name(char *name, __u64 patch)
{
	struct module *mod = 0;
	long len;

	if (!patch)
		return 0;
	bpf_core_read(&mod, sizeof(mod), &((struct klp_patch *)patch)->mod);
	if (!mod)
		return 0;
	len = bpf_core_read_str(name, WIRE_NAME_LEN, &mod->name);
	return len > 0 ? len - 1 : 0;
}

#endif
