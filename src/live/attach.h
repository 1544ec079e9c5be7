/* SPDX-License-Identifier: GPL-2.0 */
/* How each hook is attached, decided before anything is loaded. */
#ifndef KLPSCOPE_LIVE_ATTACH_H
#define KLPSCOPE_LIVE_ATTACH_H

#include <stdbool.h>

#include "kernel/ksyms.h"
#include "live/live.h"
#include "wire.h"

enum attach_method {
	ATTACH_ABSENT,
	ATTACH_FENTRY,
	ATTACH_FEXIT,
	ATTACH_KPROBE,
	ATTACH_KRETPROBE, /* with a kprobe that keeps the argument */
	ATTACH_TRACEPOINT, /* by a raw tracepoint */
};

struct hook_plan {
	enum attach_method method;
	bool nowhere; /* absent, because the kernel has no such function */
	bool gaps; /* attached, and yet some calls are not seen */
	const char *why; /* static: why it is absent or not as asked for; NULL: nothing to say */
};

/* Indexed by enum wire_hook. */
struct attach_plan {
	struct hook_plan hook[WIRE_HOOKS_COUNT];
};

/* What the kernel says of the hooks. */
struct attach_facts {
	bool in_btf[WIRE_HOOKS_COUNT]; /* a FUNC, or a tracepoint, of the kernel's BTF */
	bool has_btf; /* if not, nothing is known of tracepoints */
	bool no_trampolines; /* for programs on functions (before 5.5): being in the BTF is no help */
	struct ksyms ksyms; /* counted, or nothing is attached to functions */
};

/** attach_method_name() - "absent", "fentry", "fexit", "kprobe", "kretprobe", "tracepoint" */
const char *attach_method_name(enum attach_method method);

/** attach_by_trampoline() - whether it is a program in a BPF trampoline */
bool attach_by_trampoline(enum attach_method method);

/** attach_on_functions() - which hooks are on functions (bits of enum wire_hook); ftrace calls these */
uint64_t attach_on_functions(const struct attach_plan *plan);

/** attach_decide() - the plan that follows from facts */
void attach_decide(struct attach_plan *plan, enum live_attach mode,
		   const struct attach_facts *facts);

/**
 * attach_degrade() - the next best way for a hook whose programs the kernel did not take
 * @plan: changed: a tracepoint becomes what it would be in a kernel without it, a
 *	trampoline a kprobe, but only with LIVE_ATTACH_AUTO; all else becomes absent
 * @hook: enum wire_hook
 * @mode, @facts: as for attach_decide()
 */
void attach_degrade(struct attach_plan *plan, int hook, enum live_attach mode,
		    const struct attach_facts *facts);

/**
 * attach_plan_make() - how the running kernel's hooks would be attached
 * @plan: filled
 * @mode: what --attach asks for
 *
 * Attaches and loads nothing; reads the kernel's BTF and /proc/kallsyms, which
 * take some 100 ms together. What is only seen when attaching (a function that
 * others have filled with programs) is not in the plan.
 *
 * Return: 0, or negative errno where /proc/kallsyms cannot be read.
 */
int attach_plan_make(struct attach_plan *plan, enum live_attach mode);

#endif
