// SPDX-License-Identifier: GPL-2.0
#include "live/attach.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "facts/hooks.h"
#include "util/caps.h"
#include "util/cleanup.h"

static const char not_in_btf[] = "it is not in the kernel's BTF";
static const char no_trampolines[] = "this kernel has no BPF trampolines";

const char *attach_method_name(enum attach_method method)
{
	static const char *const names[] = {
		[ATTACH_ABSENT] = "absent",	  [ATTACH_FENTRY] = "fentry",
		[ATTACH_FEXIT] = "fexit",	  [ATTACH_KPROBE] = "kprobe",
		[ATTACH_KRETPROBE] = "kretprobe", [ATTACH_TRACEPOINT] = "tracepoint",
	};

	return names[method];
}

bool attach_by_trampoline(enum attach_method method)
{
	return method == ATTACH_FENTRY || method == ATTACH_FEXIT;
}

uint64_t attach_on_functions(const struct attach_plan *plan)
{
	uint64_t bits = 0;

	for (int i = 0; i < WIRE_HOOKS_COUNT; i++)
		if (plan->hook[i].method != ATTACH_ABSENT &&
		    plan->hook[i].method != ATTACH_TRACEPOINT)
			bits |= 1ULL << i;
	return bits;
}

static void decide_function(struct hook_plan *plan, int i, enum live_attach mode,
			    const struct attach_facts *facts)
{
	const struct ksym_count *symbols = &facts->ksyms.counts[i];
	bool exit = hooks[i].kind == HOOK_EXIT;
	/* Before 6.0, a trampoline keeps livepatches away from its function, and fixes for the loader do come. */
	bool kprobe = mode == LIVE_ATTACH_KPROBE ||
		      (mode != LIVE_ATTACH_FENTRY && hooks[i].place == HOOK_IN_LOADER);
	const char *why_not = facts->no_trampolines ? no_trampolines
			      : facts->in_btf[i]    ? NULL
						    : not_in_btf;

	if (!facts->ksyms.counted) {
		plan->why = "the kernel's symbols cannot be read";
		return;
	}
	/* By name, the kernel would attach to any one of them. */
	if (symbols->exact > 1) {
		plan->why = "several functions have this name";
		return;
	}
	/* name.isra.0 and the like take other arguments, name.part.0 is not all of it. */
	if (!symbols->exact) {
		plan->nowhere = !symbols->copies && !symbols->parts;
		plan->why = plan->nowhere ? "this kernel has no such function"
					  : "the compiler left only altered copies of it";
		return;
	}
	if (mode == LIVE_ATTACH_FENTRY && why_not) {
		plan->why = why_not;
		return;
	}
	if (!kprobe && !why_not)
		plan->method = exit ? ATTACH_FEXIT : ATTACH_FENTRY;
	else
		plan->method = exit ? ATTACH_KRETPROBE : ATTACH_KPROBE;
	plan->gaps = symbols->copies || (symbols->parts && !(HOOKS_PARTS_SEEN & 1ULL << i));
	if (plan->gaps)
		plan->why = "calls of a copy that the compiler made of it are not seen";
	else if (!kprobe)
		plan->why = why_not;
}

/* A tracepoint in a function sees its calls whatever the compiler made of it: inlined, copied, split. */
static void decide(struct hook_plan *plan, int i, enum live_attach mode,
		   const struct attach_facts *facts)
{
	bool wanted = mode == LIVE_ATTACH_AUTO || mode == LIVE_ATTACH_TRACEPOINT;

	if (hooks[i].kind == HOOK_STORE) {
		if (mode == LIVE_ATTACH_FENTRY || mode == LIVE_ATTACH_TRACEPOINT)
			plan->why = "it is attached to by kprobe only";
		else if (!facts->ksyms.store[i])
			plan->why = "its address is not known";
		else
			plan->method = ATTACH_KPROBE;
	} else if (hooks[i].kind == HOOK_TRACEPOINT) {
		if (facts->has_btf && !facts->in_btf[i])
			plan->why = "this kernel has no such tracepoint";
		else
			plan->method = ATTACH_TRACEPOINT;
	} else if (wanted && (facts->ksyms.tracepoints & (1ULL << i))) {
		plan->method = ATTACH_TRACEPOINT;
	} else if (mode == LIVE_ATTACH_TRACEPOINT) {
		plan->why = "this kernel has no tracepoint for it";
	} else {
		decide_function(plan, i, mode, facts);
	}
}

void attach_decide(struct attach_plan *plan, enum live_attach mode,
		   const struct attach_facts *facts)
{
	memset(plan, 0, sizeof(*plan));
	for (int i = 0; i < WIRE_HOOKS_COUNT; i++)
		decide(&plan->hook[i], i, mode, facts);
}

void attach_degrade(struct attach_plan *plan, int i, enum live_attach mode,
		    const struct attach_facts *facts)
{
	struct hook_plan *hook = &plan->hook[i];
	enum attach_method method = hook->method;

	if (mode == LIVE_ATTACH_AUTO && attach_by_trampoline(method)) {
		hook->method = method == ATTACH_FEXIT ? ATTACH_KRETPROBE : ATTACH_KPROBE;
		hook->why = "the kernel did not take a trampoline's program";
		return;
	}
	*hook = (struct hook_plan){ 0 };
	if (mode == LIVE_ATTACH_AUTO && method == ATTACH_TRACEPOINT &&
	    hooks[i].kind != HOOK_TRACEPOINT) {
		decide_function(hook, i, mode, facts);
		if (!hook->why)
			hook->why = "the kernel did not take the tracepoint's program";
		return;
	}
	hook->why = "the kernel did not take the program";
}

static void btf_freep(struct btf **btf)
{
	btf__free(*btf);
}

static void ask_btf(struct attach_facts *facts)
{
	_cleanup_(btf_freep) struct btf *btf = btf__load_vmlinux_btf();
	char name[64];

	facts->has_btf = btf;
	for (int i = 0; btf && i < WIRE_HOOKS_COUNT; i++) {
		bool tracepoint = hooks[i].kind == HOOK_TRACEPOINT;

		snprintf(name, sizeof(name), "%s%s", tracepoint ? "btf_trace_" : "", hooks[i].name);
		facts->in_btf[i] =
			btf__find_by_name_kind(btf, name,
					       tracepoint ? BTF_KIND_TYPEDEF : BTF_KIND_FUNC) > 0;
	}
}

int attach_plan_make(struct attach_plan *plan, enum live_attach mode)
{
	struct attach_facts facts = { 0 };
	struct failure why = { 0 };
	int err = ksyms_count(&facts.ksyms);

	if (err)
		return err;
	ask_btf(&facts);
	/* Without privileges, the kernel would not say. */
	facts.no_trampolines =
		!caps_check(&why) && libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_TRACING, NULL) == 0;
	attach_decide(plan, mode, &facts);
	return 0;
}
