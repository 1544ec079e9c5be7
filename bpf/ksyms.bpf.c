// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses of the kernel's variables and functions, asked of the kernel itself
 * (bpf_kallsyms_lookup_name, 5.16): an object of its own without maps or CO-RE,
 * because its answers are constants of the main one.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "bpf_shared.h"

#define LOOKUP(symbol, where)                                                                      \
	do {                                                                                       \
		char name[] = symbol;                                                              \
		__u64 addr = 0;                                                                    \
		long err = bpf_kallsyms_lookup_name(name, sizeof(name), 0, &addr);                 \
		ctx->where = addr;                                                                 \
		if (err == -EPERM)                                                                 \
			return err;                                                                \
	} while (0)

#define EPERM 1

SEC("syscall")
int ksyms(struct bpf_addresses *ctx)
{
	LOOKUP("klp_patches", patches);
	LOOKUP("klp_transition_patch", transition_patch);
	LOOKUP("klp_target_state", target_state);
	LOOKUP("klp_get_state", get_state);
	LOOKUP("klp_get_prev_state", get_prev_state);
	LOOKUP("bpf_has_frame_pointer", unwinds_bpf);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
