// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <string.h>

#include "source/attach.h"
#include "source/hooks.h"
#include "util/cleanup.h"

/* A kernel that has everything. */
static struct attach_facts all_there(void)
{
	struct attach_facts facts = { .has_btf = true, .ksyms.counted = true };

	for (int i = 0; i < WIRE_HOOKS_COUNT; i++) {
		facts.in_btf[i] = true;
		facts.ksyms.counts[i].exact = 1;
	}
	return facts;
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
			enum attach_method wanted = hooks[j].kind == HOOK_ENTRY ? cases[i].entry
						    : hooks[j].kind == HOOK_EXIT
							    ? cases[i].exit
							    : ATTACH_TRACEPOINT;

			expect_true(plan.hook[j].method == wanted && !plan.hook[j].gaps &&
					    !plan.hook[j].why,
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

/* What cannot be known to be one function is not attached to. */
static void no_symbols(void **state _unused_)
{
	struct attach_facts facts = all_there();
	struct attach_plan plan;

	facts.ksyms.counted = false;
	attach_decide(&plan, LIVE_ATTACH_AUTO, &facts);
	for (int i = 0; i < WIRE_HOOKS_COUNT; i++) {
		if (hooks[i].kind == HOOK_TRACEPOINT) {
			assert_int_equal(plan.hook[i].method, ATTACH_TRACEPOINT);
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
		cmocka_unit_test(methods),     cmocka_unit_test(one_hook),
		cmocka_unit_test(tracepoints), cmocka_unit_test(no_symbols),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
