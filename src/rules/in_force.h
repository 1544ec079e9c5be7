/* SPDX-License-Identifier: GPL-2.0 */
/* Whether what an enabled livepatch brings is what runs: who else decides that. */
#ifndef KLPSCOPE_RULES_IN_FORCE_H
#define KLPSCOPE_RULES_IN_FORCE_H

#include "facts/facts.h"
#include "facts/foreign_found.h"

/*
 * Somebody who, by what his program returns, ends a function before the livepatch's begins. In either
 * order of coming: a BPF trampoline calls the function only if fmod_ret and LSM programs return 0
 * (invoke_bpf_mod_ret()), and bpf_override_return sends the callers elsewhere as livepatch does, the
 * one last that ftrace calls last.
 */
struct skipper {
	const struct patch *patch; /* the last enabled one that changes the function */
	const struct object *object;
	const struct func *func;
	const char *kind; /* static: "fmod_ret", "lsm", "kprobe" (with bpf_override_return), ... */
	uint32_t program; /* 0: not known */
	const char *name; /* of the program, "" if it has none */
	const struct foreign_owners *owners;
};

/* Returns whether it wants no more. */
typedef bool (*skipper_fn)(void *ctx, const struct skipper *skipper);

/**
 * in_force_skippers() - who can skip functions of enabled livepatches
 * @installed: livepatches
 * @found: what others have attached
 * @fn: called for each; @ctx is handed on
 *
 * What a kernel module does in a kprobe or ftrace hook of its own is not seen.
 */
void in_force_skippers(const struct facts *installed, const struct foreign_found *found,
		       skipper_fn fn, void *ctx);

#endif
