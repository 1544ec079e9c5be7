// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <string.h>

#include "live/attach.h"
#include "facts/hooks.h"
#include "util/array.h"
#include "util/attributes.h"

/* A kernel that has everything but tracepoints of the livepatch core. */
static struct attach_facts all_there(void)
{
	struct attach_facts facts = { .has_btf = true, .ksyms.counted = true };

	for (int i = 0; i < WIRE_HOOKS_COUNT; i++) {
		facts.in_btf[i] = true;
		facts.ksyms.counts[i].exact = 1;
		facts.ksyms.store[i] = hooks[i].kind == HOOK_STORE ? 0x1000 : 0;
	}
	return facts;
}

#define KPROBE_ONLY "it is attached to by kprobe only"

/*
 * How a hook is attached where all is there, and those on functions as @entry and @exit say. A function of which many have the
 * name is attached to by its address, for which a kprobe is needed; of the loader's, livepatches are not to be kept away.
 */
static enum attach_method usual(int hook, enum live_attach mode, enum attach_method entry,
				enum attach_method exit)
{
	bool loader = hooks[hook].place == HOOK_IN_LOADER && mode == LIVE_ATTACH_AUTO;

	switch (hooks[hook].kind) {
	case HOOK_ENTRY:
		return loader ? ATTACH_KPROBE : entry;
	case HOOK_EXIT:
		return loader ? ATTACH_KRETPROBE : exit;
	case HOOK_STORE:
		return mode == LIVE_ATTACH_AUTO || mode == LIVE_ATTACH_KPROBE ? ATTACH_KPROBE
									      : ATTACH_ABSENT;
	default:
		return ATTACH_TRACEPOINT;
	}
}

static void methods(void **state _unused_)
{
	static const struct {
		enum live_attach mode;
		enum attach_method entry, exit;
	} cases[] = {
		{ LIVE_ATTACH_AUTO, ATTACH_FENTRY, ATTACH_FEXIT },
		{ LIVE_ATTACH_FENTRY, ATTACH_FENTRY, ATTACH_FEXIT },
		{ LIVE_ATTACH_KPROBE, ATTACH_KPROBE, ATTACH_KRETPROBE },
	};
	const struct attach_facts facts = all_there();

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct attach_plan plan;

		memset(&plan, 0xff, sizeof(plan));
		attach_decide(&plan, cases[i].mode, &facts);
		for (int j = 0; j < WIRE_HOOKS_COUNT; j++) {
			enum attach_method wanted =
				usual(j, cases[i].mode, cases[i].entry, cases[i].exit);
			const char *why = wanted == ATTACH_ABSENT ? KPROBE_ONLY : "-";

			expect_true(plan.hook[j].method == wanted && !plan.hook[j].gaps &&
					    !strcmp(plan.hook[j].why ?: "-", why),
				    "mode %zu, %s", i, hooks[j].name);
		}
	}
}

/* One hook at a time is other than the rest, which must not change. */
static void one_hook(void **state _unused_)
{
	enum { ENTRY = WIRE_HOOK_COMPLETE, PART = WIRE_HOOK_START, EXIT = WIRE_HOOK_COMPATIBLE };
	static const char several[] = "several functions have this name",
			  copies[] = "the compiler left only altered copies of it",
			  none[] = "this kernel has no such function",
			  not_in_btf[] = "it is not in the kernel's BTF",
			  gaps[] = "calls of a copy that the compiler made of it are not seen";
	static const struct {
		int hook;
		enum live_attach mode;
		struct ksym_count symbols;
		bool not_in_btf;
		enum attach_method method;
		const char *why;
	} cases[] = {
		{ ENTRY, LIVE_ATTACH_AUTO, { 2 }, false, ATTACH_ABSENT, several },
		{ ENTRY, LIVE_ATTACH_KPROBE, { 2 }, false, ATTACH_ABSENT, several },
		{ EXIT, LIVE_ATTACH_FENTRY, { 3, 1, 1 }, true, ATTACH_ABSENT, several },
		{ ENTRY, LIVE_ATTACH_AUTO, { 0 }, true, ATTACH_ABSENT, none },
		{ EXIT, LIVE_ATTACH_KPROBE, { 0 }, false, ATTACH_ABSENT, none },
		/* BTF may name a function of which there is only a copy. */
		{ ENTRY, LIVE_ATTACH_AUTO, { 0, 1, 0 }, false, ATTACH_ABSENT, copies },
		{ ENTRY, LIVE_ATTACH_KPROBE, { 0, 0, 1 }, false, ATTACH_ABSENT, copies },
		{ PART, LIVE_ATTACH_AUTO, { 0, 0, 1 }, false, ATTACH_ABSENT, copies },
		{ ENTRY, LIVE_ATTACH_AUTO, { 1 }, true, ATTACH_KPROBE, not_in_btf },
		{ EXIT, LIVE_ATTACH_AUTO, { 1 }, true, ATTACH_KRETPROBE, not_in_btf },
		{ ENTRY, LIVE_ATTACH_FENTRY, { 1 }, true, ATTACH_ABSENT, not_in_btf },
		{ ENTRY, LIVE_ATTACH_KPROBE, { 1 }, true, ATTACH_KPROBE, NULL },
		{ ENTRY, LIVE_ATTACH_AUTO, { 1, 1, 0 }, false, ATTACH_FENTRY, gaps },
		{ ENTRY, LIVE_ATTACH_AUTO, { 1, 0, 1 }, false, ATTACH_FENTRY, gaps },
		{ EXIT, LIVE_ATTACH_KPROBE, { 1, 1, 0 }, false, ATTACH_KRETPROBE, gaps },
		{ PART, LIVE_ATTACH_AUTO, { 1, 0, 1 }, false, ATTACH_FENTRY, NULL },
		{ PART, LIVE_ATTACH_AUTO, { 1, 1, 1 }, false, ATTACH_FENTRY, gaps },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct attach_facts facts = all_there();
		struct attach_plan plan, usual;
		const struct hook_plan *hook = &plan.hook[cases[i].hook];

		attach_decide(&usual, cases[i].mode, &facts);
		facts.ksyms.counts[cases[i].hook] = cases[i].symbols;
		facts.in_btf[cases[i].hook] = !cases[i].not_in_btf;
		attach_decide(&plan, cases[i].mode, &facts);
		expect_true(hook->method == cases[i].method &&
				    hook->gaps == (cases[i].why == gaps) &&
				    !strcmp(hook->why ?: "-", cases[i].why ?: "-"),
			    "row %zu", i);
		for (int j = 0; j < WIRE_HOOKS_COUNT; j++)
			expect_true(j == cases[i].hook ||
					    plan.hook[j].method == usual.hook[j].method,
				    "row %zu, %s", i, hooks[j].name);
	}
}

/* As before 5.5: that functions are in the BTF is no help. */
static void without_trampolines(void **state _unused_)
{
	static const char why[] = "this kernel has no BPF trampolines";
	struct attach_facts facts = all_there();
	struct attach_plan plan;

	facts.no_trampolines = true;
	attach_decide(&plan, LIVE_ATTACH_AUTO, &facts);
	for (int i = 0; i < WIRE_HOOKS_COUNT; i++) {
		assert_false(attach_by_trampoline(plan.hook[i].method));
		/* What is on kprobes anyway lacks nothing. */
		if (hooks[i].kind != HOOK_TRACEPOINT && hooks[i].kind != HOOK_STORE &&
		    hooks[i].place != HOOK_IN_LOADER)
			assert_string_equal(plan.hook[i].why, why);
	}
	assert_int_equal(plan.hook[WIRE_HOOK_TRY].method, ATTACH_KPROBE);
	assert_int_equal(plan.hook[WIRE_HOOK_COMPATIBLE].method, ATTACH_KRETPROBE);
	attach_decide(&plan, LIVE_ATTACH_FENTRY, &facts);
	assert_int_equal(plan.hook[WIRE_HOOK_TRY].method, ATTACH_ABSENT);
	assert_string_equal(plan.hook[WIRE_HOOK_TRY].why, why);
	attach_decide(&plan, LIVE_ATTACH_KPROBE, &facts);
	assert_int_equal(plan.hook[WIRE_HOOK_TRY].method, ATTACH_KPROBE);
	assert_null(plan.hook[WIRE_HOOK_TRY].why);
}

static void tracepoints(void **state _unused_)
{
	struct attach_facts facts = all_there();
	struct attach_plan plan;

	facts.in_btf[WIRE_HOOK_CONSOLE] = false;
	attach_decide(&plan, LIVE_ATTACH_AUTO, &facts);
	assert_int_equal(plan.hook[WIRE_HOOK_CONSOLE].method, ATTACH_ABSENT);
	assert_string_equal(plan.hook[WIRE_HOOK_CONSOLE].why, "this kernel has no such tracepoint");
	assert_int_equal(plan.hook[WIRE_HOOK_INITCALL].method, ATTACH_TRACEPOINT);
	/* Without BTF nobody knows before it is tried. */
	facts.has_btf = false;
	attach_decide(&plan, LIVE_ATTACH_AUTO, &facts);
	assert_int_equal(plan.hook[WIRE_HOOK_CONSOLE].method, ATTACH_TRACEPOINT);
	assert_null(plan.hook[WIRE_HOOK_CONSOLE].why);
}

/* The hooks on functions for which a kernel may have a tracepoint. */
static uint64_t with_tracepoint(void)
{
	uint64_t bits = 0;

	for (int i = 0; i < WIRE_HOOKS_COUNT; i++)
		if (hooks[i].kind != HOOK_TRACEPOINT && hooks[i].tracepoint)
			bits |= 1ULL << i;
	return bits;
}

static void core_tracepoints(void **state _unused_)
{
	static const char none[] = "this kernel has no tracepoint for it";
	static const struct {
		enum live_attach mode;
		enum attach_method there, entry, exit;
		const char *why; /* of a hook that has no tracepoint */
	} cases[] = {
		{ LIVE_ATTACH_AUTO, ATTACH_TRACEPOINT, ATTACH_FENTRY, ATTACH_FEXIT },
		{ LIVE_ATTACH_TRACEPOINT, ATTACH_TRACEPOINT, ATTACH_ABSENT, ATTACH_ABSENT, none },
		{ LIVE_ATTACH_FENTRY, ATTACH_ABSENT, ATTACH_FENTRY, ATTACH_FEXIT },
		{ LIVE_ATTACH_KPROBE, ATTACH_ABSENT, ATTACH_KPROBE, ATTACH_KRETPROBE },
	};
	const uint64_t all = with_tracepoint();
	struct attach_plan plan;

	assert_int_equal(all, 1ULL << WIRE_HOOK_ENABLE | 1ULL << WIRE_HOOK_COMPATIBLE |
				      1ULL << WIRE_HOOK_START | 1ULL << WIRE_HOOK_TRY |
				      1ULL << WIRE_HOOK_REVERSE | 1ULL << WIRE_HOOK_FORCE |
				      1ULL << WIRE_HOOK_COMPLETE);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		/* All of them, each alone, none. */
		for (int only = -1; only <= WIRE_HOOKS_COUNT; only++) {
			struct attach_facts facts = all_there();
			uint64_t there = only < 0 ? all : all & 1ULL << only, on_functions = 0;

			facts.ksyms.tracepoints = there;
			attach_decide(&plan, cases[i].mode, &facts);
			for (int j = 0; j < WIRE_HOOKS_COUNT; j++) {
				bool store = hooks[j].kind == HOOK_STORE;
				enum attach_method wanted =
					usual(j, cases[i].mode, cases[i].entry, cases[i].exit);
				bool used = cases[i].there && (there & 1ULL << j);
				const char *why = used || hooks[j].kind == HOOK_TRACEPOINT
							  ? NULL
							  : cases[i].why;

				if (store)
					why = wanted == ATTACH_ABSENT ? KPROBE_ONLY : NULL;
				if (used)
					wanted = cases[i].there;
				on_functions |= (uint64_t)(wanted != ATTACH_TRACEPOINT &&
							   wanted != ATTACH_ABSENT)
						<< j;
				expect_true(plan.hook[j].method == wanted && !plan.hook[j].gaps &&
						    !strcmp(plan.hook[j].why ?: "-", why ?: "-"),
					    "row %zu, only %d, %s", i, only, hooks[j].name);
			}
			assert_int_equal(attach_on_functions(&plan), on_functions);
		}
	}
}

/* A tracepoint sees the calls that a hook on the function would miss. */
static void whatever_the_compiler_made(void **state _unused_)
{
	static const struct ksym_count symbols[] = {
		{ 0 }, { 2 }, { 0, 1, 0 }, { 0, 0, 1 }, { 1, 1, 0 }, { 1, 0, 1 }, { 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
		struct attach_facts facts = all_there();
		struct attach_plan plan;

		facts.ksyms.tracepoints = 1ULL << WIRE_HOOK_TRY;
		facts.ksyms.counts[WIRE_HOOK_TRY] = symbols[i];
		facts.in_btf[WIRE_HOOK_TRY] = i % 2;
		facts.ksyms.counted = i != ARRAY_SIZE(symbols) - 1;
		attach_decide(&plan, LIVE_ATTACH_AUTO, &facts);
		expect_true(plan.hook[WIRE_HOOK_TRY].method == ATTACH_TRACEPOINT &&
				    !plan.hook[WIRE_HOOK_TRY].gaps && !plan.hook[WIRE_HOOK_TRY].why,
			    "row %zu", i);
	}
}

/* What the kernel does not take becomes the next best, until nothing is left. */
static void degrading(void **state _unused_)
{
	static const char no_tracepoint[] = "the kernel did not take the tracepoint's program",
			  no_trampoline[] = "the kernel did not take a trampoline's program",
			  no_program[] = "the kernel did not take the program",
			  gaps[] = "calls of a copy that the compiler made of it are not seen",
			  copies[] = "the compiler left only altered copies of it",
			  not_in_btf[] = "it is not in the kernel's BTF";
	static const struct {
		int hook;
		enum live_attach mode;
		struct ksym_count symbols;
		bool not_in_btf;
		struct hook_plan then[4]; /* from the first method on; ends with absent */
	} cases[] = {
		{ WIRE_HOOK_START,
		  LIVE_ATTACH_AUTO,
		  { 1 },
		  false,
		  { { ATTACH_TRACEPOINT },
		    { ATTACH_FENTRY, .why = no_tracepoint },
		    { ATTACH_KPROBE, .why = no_trampoline },
		    { ATTACH_ABSENT, .why = no_program } } },
		{ WIRE_HOOK_COMPATIBLE,
		  LIVE_ATTACH_AUTO,
		  { 1 },
		  false,
		  { { ATTACH_TRACEPOINT },
		    { ATTACH_FEXIT, .why = no_tracepoint },
		    { ATTACH_KRETPROBE, .why = no_trampoline },
		    { ATTACH_ABSENT, .why = no_program } } },
		{ WIRE_HOOK_COMPLETE,
		  LIVE_ATTACH_AUTO,
		  { 1, 1, 0 },
		  false,
		  { { ATTACH_TRACEPOINT },
		    { ATTACH_FENTRY, .gaps = true, .why = gaps },
		    { ATTACH_KPROBE, .gaps = true, .why = no_trampoline },
		    { ATTACH_ABSENT, .why = no_program } } },
		{ WIRE_HOOK_TRY,
		  LIVE_ATTACH_AUTO,
		  { 1 },
		  true,
		  { { ATTACH_TRACEPOINT },
		    { ATTACH_KPROBE, .why = not_in_btf },
		    { ATTACH_ABSENT, .why = no_program } } },
		{ WIRE_HOOK_TRY,
		  LIVE_ATTACH_AUTO,
		  { 0, 0, 1 },
		  false,
		  { { ATTACH_TRACEPOINT }, { ATTACH_ABSENT, .why = copies } } },
		{ WIRE_HOOK_TRY,
		  LIVE_ATTACH_TRACEPOINT,
		  { 1 },
		  false,
		  { { ATTACH_TRACEPOINT }, { ATTACH_ABSENT, .why = no_program } } },
		{ WIRE_HOOK_TRY,
		  LIVE_ATTACH_FENTRY,
		  { 1 },
		  false,
		  { { ATTACH_FENTRY }, { ATTACH_ABSENT, .why = no_program } } },
		{ WIRE_HOOK_TRY,
		  LIVE_ATTACH_KPROBE,
		  { 1, 1, 0 },
		  false,
		  { { ATTACH_KPROBE, .gaps = true, .why = gaps },
		    { ATTACH_ABSENT, .why = no_program } } },
		{ WIRE_HOOK_CONSOLE,
		  LIVE_ATTACH_AUTO,
		  { 1 },
		  false,
		  { { ATTACH_TRACEPOINT }, { ATTACH_ABSENT, .why = no_program } } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct attach_facts facts = all_there();
		struct attach_plan plan;
		const struct hook_plan *hook = &plan.hook[cases[i].hook];

		facts.ksyms.tracepoints = with_tracepoint();
		facts.ksyms.counts[cases[i].hook] = cases[i].symbols;
		facts.in_btf[cases[i].hook] = !cases[i].not_in_btf;
		attach_decide(&plan, cases[i].mode, &facts);
		for (size_t step = 0;; step++) {
			const struct hook_plan *wanted = &cases[i].then[step];

			expect_true(hook->method == wanted->method && hook->gaps == wanted->gaps &&
					    !strcmp(hook->why ?: "-", wanted->why ?: "-"),
				    "row %zu, step %zu", i, step);
			if (wanted->method == ATTACH_ABSENT)
				break;
			attach_degrade(&plan, cases[i].hook, cases[i].mode, &facts);
		}
	}
}

/* Of a function of which many have the name, the address decides, and nothing else. */
static void by_address(void **state _unused_)
{
	struct attach_facts facts = all_there();
	struct attach_plan plan;
	struct hook_plan *hook = &plan.hook[WIRE_HOOK_FORCE_STORE];

	facts.ksyms.counts[WIRE_HOOK_FORCE_STORE] = (struct ksym_count){ .exact = 9, .copies = 1 };
	facts.in_btf[WIRE_HOOK_FORCE_STORE] = false;
	attach_decide(&plan, LIVE_ATTACH_AUTO, &facts);
	assert_int_equal(hook->method, ATTACH_KPROBE);
	assert_false(hook->gaps);
	attach_degrade(&plan, WIRE_HOOK_FORCE_STORE, LIVE_ATTACH_AUTO, &facts);
	assert_int_equal(hook->method, ATTACH_ABSENT);
	assert_string_equal(hook->why, "the kernel did not take the program");
	facts.ksyms.store[WIRE_HOOK_FORCE_STORE] = 0;
	attach_decide(&plan, LIVE_ATTACH_AUTO, &facts);
	assert_int_equal(hook->method, ATTACH_ABSENT);
	assert_string_equal(hook->why, "its address is not known");
	assert_int_equal(plan.hook[WIRE_HOOK_ENABLED_STORE].method, ATTACH_KPROBE);
}

/* What cannot be known to be one function is not attached to. */
static void no_symbols(void **state _unused_)
{
	struct attach_facts facts = all_there();
	struct attach_plan plan;

	facts.ksyms.counted = false;
	memset(facts.ksyms.store, 0, sizeof(facts.ksyms.store));
	attach_decide(&plan, LIVE_ATTACH_AUTO, &facts);
	for (int i = 0; i < WIRE_HOOKS_COUNT; i++) {
		if (hooks[i].kind == HOOK_TRACEPOINT) {
			assert_int_equal(plan.hook[i].method, ATTACH_TRACEPOINT);
			continue;
		}
		if (hooks[i].kind == HOOK_STORE) {
			assert_int_equal(plan.hook[i].method, ATTACH_ABSENT);
			assert_string_equal(plan.hook[i].why, "its address is not known");
			continue;
		}
		assert_int_equal(plan.hook[i].method, ATTACH_ABSENT);
		assert_string_equal(plan.hook[i].why, "the kernel's symbols cannot be read");
	}
}

static void names(void **state _unused_)
{
	static const char *const wanted[] = { "absent", "fentry",    "fexit",
					      "kprobe", "kretprobe", "tracepoint" };

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		assert_string_equal(attach_method_name(i), wanted[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(methods),
		cmocka_unit_test(one_hook),
		cmocka_unit_test(without_trampolines),
		cmocka_unit_test(tracepoints),
		cmocka_unit_test(core_tracepoints),
		cmocka_unit_test(whatever_the_compiler_made),
		cmocka_unit_test(degrading),
		cmocka_unit_test(by_address),
		cmocka_unit_test(no_symbols),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
