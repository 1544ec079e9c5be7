// SPDX-License-Identifier: GPL-2.0
/* Writes to a livepatch's files in sysfs: entries only. What the kernel makes of one, other hooks see, or it is refused. */
#include "emit.bpf.h"

/* As kstrtobool() reads it: "0", "n", "f", "of"... */
static __always_inline bool is_off(const char text[2])
{
	char first = text[0] | 0x20, second = text[1] | 0x20;

	return text[0] == '0' || first == 'n' || first == 'f' || (first == 'o' && second == 'f');
}

/*
 * Whether the kernel is about to do what is written. Then the reader must sleep, see emit(), and what follows wakes it;
 * after a refusal, nothing would. If another task comes first, this is wrong, and only a second is lost.
 */
static __always_inline bool will_be_done(const struct wire_write *rec)
{
	if (rec->file == WIRE_FILE_FORCE)
		return false; /* nothing starts of it */
	return rec->in_transition || (rec->enabled && !rec->other && is_off(rec->text));
}

static __always_inline int tell_write(struct pt_regs *ctx, __u8 file)
{
	__u64 patch = PT_REGS_PARM1(ctx) - bpf_core_field_offset(struct klp_patch, kobj);
	__u64 running = transition_patch(), count = PT_REGS_PARM4(ctx);
	struct wire_write rec = {};
	bool enabled = false;

	emit_head(&rec.head, WIRE_WRITE, sizeof(rec));
	rec.patch = patch;
	rec.file = file;
	bpf_core_read(&enabled, sizeof(enabled), &((struct klp_patch *)patch)->enabled);
	rec.enabled = enabled;
	rec.in_transition = running == patch;
	rec.other = running && running != patch;
	rec.lost = shared.lost_records;
	/* sysfs ends what is written with a NUL. */
	bpf_probe_read_kernel_str(rec.text, sizeof(rec.text), (void *)PT_REGS_PARM3(ctx));
	rec.len = count > sizeof(rec.text) ? sizeof(rec.text) : count;
	read_patch_name(rec.name, patch);
	if (rec.other)
		read_patch_name(rec.busy_name, running);
	if (will_be_done(&rec))
		emit(&rec, sizeof(rec));
	else
		emit_and_wake(&rec, sizeof(rec));
	return 0;
}

SEC("kprobe/enabled_store")
int enabled_store__kprobe(struct pt_regs *ctx)
{
	return tell_write(ctx, WIRE_FILE_ENABLED);
}

SEC("kprobe/force_store")
int force_store__kprobe(struct pt_regs *ctx)
{
	return tell_write(ctx, WIRE_FILE_FORCE);
}
