// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <errno.h>
#include <string.h>

#include "event/filter.h"
#include "facts/klog.h"
#include "rules/refusal.h"
#include "util/array.h"
#include "util/attributes.h"

/* Names that users and programs rely on. */
static void names(void **state _unused_)
{
	static const char *const events[EVENT_KINDS] = {
		"enable", "refused", "transition",   "progress", "stall",
		"state",  "lookup",  "lookup_count", "disable",	 "replaced",
		"freed",  "message", "lost",	     "warning",	 "init_failed",
	};
	static const char *const causes[CAUSES] = {
		"unknown",
		"state_older_version",
		"state_missing",
		"transition_busy",
		"symbol",
		"callback",
		"ftrace",
		"not_livepatch",
		"sysfs",
		"memory",
		"invalid",
		"already",
		"not_in_transition",
		"loader",
	};
	static const char *const refused[REFUSED_ACTIONS] = { "enable", "disable", "write",
							      "load" };
	static const char *const actions[ACTIONS] = { "start",	  "retry",  "reverse", "force",
						      "complete", "cancel", "signal" };

	for (int i = 0; i < EVENT_KINDS; i++) {
		assert_string_equal(event_name(i), events[i]);
		assert_int_equal(event_kind_of(events[i], strlen(events[i])), i);
		assert_int_equal(event_kind_of(events[i], strlen(events[i]) - 1), -ENOENT);
	}
	for (int i = 0; i < CAUSES; i++)
		assert_string_equal(cause_name(i), causes[i]);
	for (int i = 0; i < ACTIONS; i++)
		assert_string_equal(action_name(i), actions[i]);
	for (int i = 0; i < REFUSED_ACTIONS; i++)
		assert_string_equal(refused_action_name(i), refused[i]);
	assert_int_equal(event_kind_of("", 0), -ENOENT);
	assert_int_equal(event_kind_of("lookup_count", 6), EVENT_LOOKUP);
	assert_int_equal(event_kind_of("State", 5), -ENOENT);
	assert_int_equal(event_kind_of("states", 6), -ENOENT);
	assert_string_equal(target_name(1), "patched");
	assert_string_equal(target_name(0), "unpatched");
	assert_null(target_name(-1));
}

static void kinds(void **state _unused_)
{
	static const struct {
		const char *list;
		uint32_t kinds;
		const char *bad; /* NULL: none */
	} cases[] = {
		{ "refused", 1 << EVENT_REFUSED },
		{ "refused,state", 1 << EVENT_REFUSED | 1 << EVENT_STATE },
		{ "lookup_count,lookup,lookup", 1 << EVENT_LOOKUP_COUNT | 1 << EVENT_LOOKUP },
		{ "", 0, "" },
		{ "refused,", 0, "" },
		{ ",refused", 0, "" },
		{ "state,refuse,x", 0, "refuse" },
		{ "enable, state", 0, " state" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *bad = NULL;
		size_t len = 0;
		uint32_t found = 1U << 31; /* others' bits stay */
		int err = filter_parse_kinds(cases[i].list, &found, &bad, &len);

		if (!cases[i].bad) {
			assert_int_equal(err, 0);
			assert_int_equal(found, cases[i].kinds | 1U << 31);
			continue;
		}
		assert_int_equal(err, -EINVAL);
		assert_int_equal(len, strlen(cases[i].bad));
		assert_memory_equal(bad, cases[i].bad, len);
	}
}

static void filters(void **state _unused_)
{
	struct facts facts = facts_of("p 5:1 7:1");
	struct conflict conflict = { .id = 5 };
	struct conflicts conflicts = { &conflict, 1, 1 }, none = { 0 };
	const struct event events[] = {
		{ .kind = EVENT_ENABLE, .patch = "p", .enable.candidate = facts.patches },
		{ .kind = EVENT_ENABLE },
		{ .kind = EVENT_REFUSED, .patch = "p", .refused.conflicts = &conflicts },
		{ .kind = EVENT_REFUSED, .patch = "pp", .refused.conflicts = &none },
		{ .kind = EVENT_TRANSITION, .patch = "p" },
		{ .kind = EVENT_STATE, .patch = "p", .state.id = 5 },
		{ .kind = EVENT_LOOKUP, .patch = "q", .lookup.id = 5 },
		{ .kind = EVENT_LOOKUP_COUNT, .patch = "p", .lookup_count.id = 6 },
		{ .kind = EVENT_DISABLE, .patch = "p" },
		{ .kind = EVENT_LOST },
		{ .kind = EVENT_WARNING, .patch = "z", .warning.conflicts = &none },
		{ .kind = EVENT_PROGRESS, .patch = "p" },
		{ .kind = EVENT_STALL, .patch = "p" },
		{ .kind = EVENT_INIT_FAILED, .patch = "z" },
	};
#define S(id) .has_state = true, .state = id
	static const struct {
		struct filter filter;
		const char *passes; /* one character an event */
	} cases[] = {
		{ { 0 }, "yyyyyyyyyyyyyy" },
		{ { .patch = "p" }, "y-y-yy-yyyyyyy" },
		{ { .patch = "p*" }, "y-yyyy-yyyyyyy" },
		{ { .patch = "?p" }, "---y-----yy--y" },
		{ { .patch = "[q-z]" }, "------y--yy--y" },
		{ { .patch = "*" }, "y-yyyyyyyyyyyy" },
		{ { .patch = "" }, "---------yy--y" },
		{ { .kinds = 1 << EVENT_REFUSED }, "--yy-----yy--y" },
		{ { .kinds = 1 << EVENT_STATE | 1 << EVENT_DISABLE }, "-----y--yyy--y" },
		{ { .kinds = 1 << EVENT_PROGRESS }, "---------yyy-y" },
		{ { .kinds = 1 << EVENT_STALL, .patch = "p" }, "---------yy-yy" },
		{ { S(5) }, "y-y--yy--yy--y" },
		{ { S(6) }, "-------y-yy--y" },
		{ { S(7) }, "y--------yy--y" },
		{ { S(5 | 1ULL << 32) }, "---------yy--y" },
		{ { S(0) }, "---------yy--y" },
		{ { S(5), .patch = "p", .kinds = 1 << EVENT_REFUSED | 1 << EVENT_LOOKUP },
		  "--y------yy--y" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		for (size_t e = 0; e < ARRAY_SIZE(events); e++)
			expect_true(filter_match(&cases[i].filter, &events[e]) ==
					    (cases[i].passes[e] == 'y'),
				    "filter %zu, event %zu", i, e);
	facts__clear(&facts);
}

static void kernel_lines(void **state _unused_)
{
	static const struct {
		const char *line, *text;
		int hook; /* that tells it, -1: none does */
	} cases[] = {
		{ "livepatch: enabling patch 'p'", "livepatch: enabling patch 'p'",
		  WIRE_HOOK_ENABLE },
		{ "[    7.116124] livepatch: enabling patch 'p'", "livepatch: enabling patch 'p'",
		  WIRE_HOOK_ENABLE },
		{ "livepatch: 'p': starting patching transition",
		  "livepatch: 'p': starting patching transition", WIRE_HOOK_START },
		{ "livepatch: 'p': initializing patching transition",
		  "livepatch: 'p': initializing patching transition", WIRE_HOOK_INIT_TRANSITION },
		{ "livepatch: 'p': reversing transition from patching to unpatching",
		  "livepatch: 'p': reversing transition from patching to unpatching",
		  WIRE_HOOK_REVERSE },
		{ "livepatch: 'p': canceling patching transition, going to unpatch",
		  "livepatch: 'p': canceling patching transition, going to unpatch",
		  WIRE_HOOK_CANCEL },
		{ "livepatch: 'p': completing patching transition",
		  "livepatch: 'p': completing patching transition", WIRE_HOOK_COMPLETE },
		{ "livepatch: 'p': patching complete", "livepatch: 'p': patching complete",
		  WIRE_HOOK_COMPLETE },
		{ "livepatch: 'p': unpatching complete", "livepatch: 'p': unpatching complete",
		  WIRE_HOOK_COMPLETE },
		{ "livepatch: forcing remaining tasks to the patched state",
		  "livepatch: forcing remaining tasks to the patched state", WIRE_HOOK_FORCE },
		{ "livepatch: failed to enable patch 'p'", "livepatch: failed to enable patch 'p'",
		  -1 },
		{ "livepatch: signaling remaining tasks", "livepatch: signaling remaining tasks",
		  -1 },
		/* Not the livepatch core's. */
		{ "p: starting patching transition", "p: starting patching transition", -1 },
		{ "xlivepatch: 'p': patching complete", "xlivepatch: 'p': patching complete", -1 },
		/* Brackets that are no time stamp. */
		{ "[drm] livepatch: enabling patch 'p'", "[drm] livepatch: enabling patch 'p'",
		  -1 },
		{ "[] x", "[] x", -1 },
		{ "[1.2", "[1.2", -1 },
		{ "[1.2]x", "[1.2]x", -1 },
		{ "[unclosed", "[unclosed", -1 },
		{ "[closed]", "[closed]", -1 },
		{ "", "", -1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *text = klog_text(cases[i].line);
		uint64_t hook = cases[i].hook < 0 ? 0 : 1ULL << cases[i].hook;

		assert_string_equal(text, cases[i].text);
		assert_int_equal(klog_is_event(text, ALL_HOOKS), !!hook);
		assert_int_equal(klog_is_event(text, hook), !!hook);
		assert_false(klog_is_event(text, ALL_HOOKS & ~hook));
	}
}

/* Which line says why, among those of the steps, which dynamic debug adds to. */
static void reason_lines(void **state _unused_)
{
	static const struct {
		const char *line;
		bool reason, unknown;
	} cases[] = {
		{ "livepatch: symbol 'x' not found in symbol table", true, false },
		{ "livepatch: unresolvable ambiguity for symbol 'x' in object 'vmlinux'", true,
		  false },
		{ "livepatch: symbol position 3 for symbol 'x' in object 'vmlinux' not found", true,
		  false },
		{ "livepatch: failed to register ftrace handler for function 'f' (-16)", true,
		  false },
		{ "livepatch: pre-patch callback failed for object 'vmlinux'", true, false },
		{ "livepatch: module 'm' is not marked as a livepatch module", true, false },
		{ "livepatch: Livepatch patch (n) is not compatible with the already installed livepatches.",
		  true, false },
		{ "livepatch: failed to initialize patch 'p' for module 'm' (-22)", true, false },
		{ "livepatch: enabling patch 'p'", false, false },
		{ "livepatch: 'p': initializing patching transition", false, false },
		{ "livepatch: 'p': starting patching transition", false, false },
		{ "livepatch: 'p': canceling patching transition, going to unpatch", false, false },
		{ "livepatch: 'p': completing unpatching transition", false, false },
		{ "livepatch: failed to enable patch 'p'", false, false },
		{ "livepatch: klp_try_switch_task: cat:11 is sleeping on function f", false,
		  false },
		{ "livepatch: klp_try_switch_task: cat:11 has an unreliable stack", false, false },
		{ "livepatch: klp_try_switch_task: cat:11 is running", false, false },
		{ "livepatch: what nobody has seen before", false, true },
		{ "", false, true },
		/* Another line's words are not this one's. */
		{ "livepatch: enabling patch 'p'\nlivepatch: symbol 'x' not found in symbol table",
		  false, false },
		{ "livepatch: new\nlivepatch: enabling patch 'p'", false, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		expect_true(klog_is_reason(cases[i].line) == cases[i].reason &&
				    klog_is_unknown(cases[i].line) == cases[i].unknown,
			    "row %zu", i);
}

static void signal_lines(void **state _unused_)
{
	assert_true(klog_is_signal("livepatch: signaling remaining tasks"));
	assert_false(klog_is_signal("livepatch: signaling remaining tasks now"));
	assert_false(klog_is_signal("livepatch: signaling remaining task"));
	assert_false(klog_is_signal("x livepatch: signaling remaining tasks"));
	assert_false(klog_is_signal(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),	cmocka_unit_test(kinds),
		cmocka_unit_test(filters),	cmocka_unit_test(kernel_lines),
		cmocka_unit_test(reason_lines), cmocka_unit_test(signal_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
