/* SPDX-License-Identifier: GPL-2.0 */
/* The hooks: where each one sits, and what is not seen without it. */
#ifndef KLPSCOPE_FACTS_HOOKS_H
#define KLPSCOPE_FACTS_HOOKS_H

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

enum hook_kind {
	HOOK_ENTRY, /* fentry, or kprobe */
	HOOK_EXIT, /* fexit, or kprobe and kretprobe: leaf functions only */
	HOOK_TRACEPOINT,
	HOOK_STORE, /* as HOOK_ENTRY, by address: of the functions of this name the livepatch core's */
};

/* In which of the kernel's files a hooked function is: there its name is one function's. */
enum hook_place {
	HOOK_ANYWHERE, /* a tracepoint's name is unique */
	HOOK_IN_LIVEPATCH,
	HOOK_IN_LOADER,
};

struct hook {
	const char *name; /* of the kernel function or tracepoint, and of the programs */
	enum hook_kind kind;
	enum hook_place place;
	const char *without; /* what is missing without it; NULL: it cannot be done without */
	/* At the same place, in some kernels (kernel-patch/); NULL: there is none. */
	const char *tracepoint;
};

/*
 * Hooks of whose NAME.part.N another hook sees the calls: reversals go straight to
 * klp_start_transition.part.0, and klp_reverse_transition() sees them.
 */
#define HOOKS_PARTS_SEEN (1ULL << WIRE_HOOK_START)

/* Indexed by enum wire_hook. */
extern const struct hook hooks[WIRE_HOOKS_COUNT];

/** hook_find() - the hook of this name (@len bytes), -ENOENT if there is none */
int hook_find(const char *name, size_t len);

#endif
