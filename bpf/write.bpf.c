// SPDX-License-Identifier: GPL-2.0
/* Writes to a livepatch's files in sysfs: entries only. What the kernel makes of one, other hooks see, or it is refused. */
#include "emit.bpf.h"

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
	/* sysfs ends what is written with a NUL. */
	bpf_probe_read_kernel_str(rec.text, sizeof(rec.text), (void *)PT_REGS_PARM3(ctx));
	rec.len = count > sizeof(rec.text) ? sizeof(rec.text) : count;
	read_patch_name(rec.name, patch);
	if (rec.other)
		read_patch_name(rec.busy_name, running);
	/* A transition may start of it, before which the reader must sleep, see emit(). */
	emit(&rec, sizeof(rec));
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
