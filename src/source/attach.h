/* SPDX-License-Identifier: GPL-2.0 */
/* How each hook is attached, decided before anything is loaded. */
#ifndef KLPSCOPE_ATTACH_H
#define KLPSCOPE_ATTACH_H

#include <stdbool.h>

#include "source/ksyms.h"
#include "source/live.h"
#include "wire.h"

enum attach_method {
	ATTACH_ABSENT,
	ATTACH_FENTRY,
	ATTACH_FEXIT,
	ATTACH_KPROBE,
	ATTACH_KRETPROBE, /* with a kprobe that keeps the argument */
	ATTACH_TRACEPOINT,
};

struct hook_plan {
	enum attach_method method;
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
	struct ksyms ksyms; /* counted, or nothing is attached to functions */
};

/**
 * attach_method_name() - "absent", "fentry", "fexit", "kprobe", "kretprobe", "tracepoint"
 */
const char *attach_method_name(enum attach_method method);

/** attach_decide() - the plan that follows from facts */
void attach_decide(struct attach_plan *plan, enum live_attach mode,
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
