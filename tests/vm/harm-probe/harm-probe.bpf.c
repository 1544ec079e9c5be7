// SPDX-License-Identifier: GPL-2.0
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* EPERM, where the program may decide. */
volatile const int verdict = -1;

SEC("fexit/klp_enable_patch")
int leave(void *ctx)
{
	return 0;
}

SEC("fentry/klp_enable_patch")
int enter(void *ctx)
{
	return 0;
}

SEC("fmod_ret/security_task_getsid")
int modify(void *ctx)
{
	return verdict;
}

SEC("lsm/task_getsid")
int guard(void *ctx)
{
	return verdict;
}

SEC("kprobe/klp_enable_patch")
int probe(void *ctx)
{
	return 0;
}

SEC("kretprobe/klp_enable_patch")
int probe_return(void *ctx)
{
	return 0;
}

SEC("kprobe/klp_enable_patch")
int override(struct pt_regs *ctx)
{
	bpf_override_return(ctx, verdict);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
