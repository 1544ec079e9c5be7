// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "rules/refusal.h"
#include "util/array.h"
#include "util/attributes.h"
#include "util/error_name.h"

#define COMPAT	   WIRE_STAGE_COMPAT
#define COMPATIBLE (WIRE_STAGE_COMPAT | WIRE_STAGE_COMPATIBLE)
#define LOADED	   (COMPATIBLE | WIRE_STAGE_OBJECT)
#define INIT	   (LOADED | WIRE_STAGE_INIT)
#define CANCELED   (INIT | WIRE_STAGE_CANCEL)
#define WITHOUT(h) (1ULL << WIRE_HOOK_##h)

enum {
	NO_CONFLICT = -1,
	OLDER = CONFLICT_OLDER,
	MISSING = CONFLICT_MISSING,
};

static void causes(void **state _unused_)
{
	static const struct {
		enum refused_cause cause;
		uint32_t stages;
		int init_ret;
		int first; /* conflict, or NO_CONFLICT */
		bool incomplete; /* the facts */
		int object_ret, patch_ret;
		unsigned int klp;
		uint64_t without; /* hooks */
	} cases[] = {
		/* Incompatible states. */
		{ CAUSE_STATE_OLDER_VERSION, COMPAT, -EINVAL, OLDER },
		{ CAUSE_STATE_MISSING, COMPAT, -EINVAL, MISSING },
		{ CAUSE_STATE_MISSING, COMPAT | WIRE_STAGE_BUSY, -EINVAL, MISSING },
		{ CAUSE_UNKNOWN, COMPAT, -EINVAL, NO_CONFLICT },
		{ CAUSE_UNKNOWN, COMPAT, -EINVAL, OLDER, .incomplete = true },
		{ CAUSE_UNKNOWN, COMPAT, -EINVAL, NO_CONFLICT, .incomplete = true },
		/* What the states are like does not matter once the kernel took them. */
		{ CAUSE_TRANSITION_BUSY, LOADED | WIRE_STAGE_BUSY, -EBUSY, OLDER },

		/* Objects and symbols; a transition that runs as well is not the reason. */
		{ CAUSE_SYMBOL, LOADED, -EINVAL, NO_CONFLICT, .object_ret = -EINVAL },
		{ CAUSE_SYMBOL, LOADED, -ENOENT, NO_CONFLICT, .object_ret = -ENOENT },
		{ CAUSE_SYMBOL, LOADED | WIRE_STAGE_BUSY, -EINVAL, NO_CONFLICT,
		  .object_ret = -EINVAL },
		{ CAUSE_MEMORY, LOADED, -ENOMEM, NO_CONFLICT, .object_ret = -ENOMEM },
		{ CAUSE_SYMBOL, LOADED, -EINVAL, OLDER, true, .object_ret = -EINVAL },
		/* The number of a stage that was not reached says nothing. */
		{ CAUSE_INVALID, COMPATIBLE, -EINVAL, NO_CONFLICT, .object_ret = -ENOENT },
		{ CAUSE_UNKNOWN, INIT, -EINVAL, NO_CONFLICT, .patch_ret = -EINVAL },

		/* Between the check and the transition. */
		{ CAUSE_TRANSITION_BUSY, LOADED | WIRE_STAGE_BUSY, -EBUSY, NO_CONFLICT },
		{ CAUSE_UNKNOWN, LOADED, -EBUSY, NO_CONFLICT },
		{ CAUSE_UNKNOWN, LOADED | WIRE_STAGE_BUSY, -EINVAL, NO_CONFLICT },
		{ CAUSE_MEMORY, COMPATIBLE, -ENOMEM, NO_CONFLICT },
		{ CAUSE_INVALID, COMPATIBLE, -EINVAL, NO_CONFLICT },
		{ CAUSE_SYSFS, COMPATIBLE, -EEXIST, NO_CONFLICT },
		{ CAUSE_SYSFS, LOADED, -ENOENT, NO_CONFLICT },
		{ CAUSE_UNKNOWN, COMPATIBLE, -ENODEV, NO_CONFLICT },
		{ CAUSE_UNKNOWN, COMPATIBLE, 0, NO_CONFLICT },
		{ CAUSE_TRANSITION_BUSY, LOADED | WIRE_STAGE_BUSY, -EBUSY, NO_CONFLICT,
		  .without = WITHOUT(OBJECT_LOADED) },
		{ CAUSE_UNKNOWN, COMPATIBLE, -EINVAL, NO_CONFLICT,
		  .without = WITHOUT(OBJECT_LOADED) },
		{ CAUSE_UNKNOWN, COMPATIBLE, -ENOMEM, NO_CONFLICT,
		  .without = WITHOUT(INIT_TRANSITION) },
		{ CAUSE_UNKNOWN, COMPATIBLE, -EBUSY, NO_CONFLICT,
		  .without = WITHOUT(OBJECT_LOADED) },

		/* In the transition's preparation. */
		{ CAUSE_FTRACE, CANCELED | WIRE_STAGE_PATCH_OBJECT, -EINVAL, NO_CONFLICT,
		  .patch_ret = -EINVAL },
		{ CAUSE_FTRACE, INIT | WIRE_STAGE_PATCH_OBJECT, -EBUSY, NO_CONFLICT,
		  .patch_ret = -EBUSY },
		{ CAUSE_MEMORY, CANCELED | WIRE_STAGE_PATCH_OBJECT, -ENOMEM, NO_CONFLICT,
		  .patch_ret = -ENOMEM },
		{ CAUSE_CALLBACK, CANCELED, -ENODEV, NO_CONFLICT },
		{ CAUSE_CALLBACK, CANCELED | WIRE_STAGE_PATCH_OBJECT, -EINVAL, NO_CONFLICT },
		{ CAUSE_CALLBACK, CANCELED | WIRE_STAGE_BUSY, -EBUSY, NO_CONFLICT },
		{ CAUSE_UNKNOWN, CANCELED, -ENODEV, NO_CONFLICT, .without = WITHOUT(PATCH_OBJECT) },
		{ CAUSE_CALLBACK, CANCELED, -ENODEV, NO_CONFLICT,
		  .without = WITHOUT(OBJECT_LOADED) },
		{ CAUSE_UNKNOWN, INIT, -EINVAL, NO_CONFLICT },

		/* Before the check. */
		{ CAUSE_NOT_LIVEPATCH, 0, -EINVAL, NO_CONFLICT, .klp = WIRE_KLP_UNMARKED },
		{ CAUSE_INVALID, 0, -EINVAL, NO_CONFLICT, .klp = WIRE_KLP_MARKED },
		{ CAUSE_UNKNOWN, 0, -ENODEV, NO_CONFLICT, .klp = WIRE_KLP_MARKED },
		{ CAUSE_UNKNOWN, 0, -EINVAL, NO_CONFLICT, .klp = WIRE_KLP_UNKNOWN },
		{ CAUSE_INVALID, 0, -EINVAL, NO_CONFLICT, .klp = WIRE_KLP_NO_MODULE },
		{ CAUSE_UNKNOWN, 0, -ENODEV, NO_CONFLICT, .klp = WIRE_KLP_NO_MODULE },
		{ CAUSE_NOT_LIVEPATCH, 0, -EINVAL, NO_CONFLICT, .without = WITHOUT(COMPATIBLE) },
		{ CAUSE_UNKNOWN, 0, -EINVAL, NO_CONFLICT, .klp = WIRE_KLP_MARKED,
		  .without = WITHOUT(COMPATIBLE) },
		{ CAUSE_UNKNOWN, 0, -EINVAL, NO_CONFLICT, .klp = WIRE_KLP_MARKED,
		  .without = ALL_HOOKS },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct wire_result result = {
			.stages = cases[i].stages,
			.init_ret = cases[i].init_ret,
			.object_ret = cases[i].object_ret,
			.patch_ret = cases[i].patch_ret,
			.klp = cases[i].klp,
		};
		/* The second is of the other kind: the kernel stops at the first. */
		struct conflict list[] = { { .kind = cases[i].first },
					   { .kind = !cases[i].first } };
		struct conflicts conflicts = { list, cases[i].first == NO_CONFLICT ? 0 : 2, 2 };
		enum refused_cause cause = refusal_cause(&result, ALL_HOOKS & ~cases[i].without,
							 &conflicts, !cases[i].incomplete);

		expect_true(cause == cases[i].cause, "row %zu: %s, not %s", i, cause_name(cause),
			    cause_name(cases[i].cause));
	}
}

#define OLDER_RULE   " (a livepatch may not lower a state's version)"
#define MISSING_RULE " (a cumulative livepatch must name every installed state)"
#define BOTH_RULES                                                                                 \
	" (a livepatch may not lower a state's version, and a cumulative one must name every installed state)"

static void conflict_text(void **state _unused_)
{
	static const struct conflict list[] = {
		{ CONFLICT_OLDER, 1, 1, 2, "test_klp_state2" },
		{ CONFLICT_OLDER, UINT64_MAX, 0, UINT32_MAX, "b" },
		{ CONFLICT_OLDER, 3, 3, 4, "c" },
		{ CONFLICT_OLDER, 4, 4, 5, "d" },
		{ CONFLICT_OLDER, 5, 5, 6, "e" },
		{ CONFLICT_MISSING, 6, 0, 7, "f" },
		{ CONFLICT_MISSING, 7, 0, 0, "g" },
	};
#define FIRST  "state 1: offers version 1, test_klp_state2 has version 2"
#define SECOND "; state 18446744073709551615: offers version 0, b has version 4294967295"
#define FOUR                                                                                       \
	FIRST SECOND                                                                               \
		"; state 3: offers version 3, c has version 4; state 4: offers version 4, d has version 5"
	static const struct {
		size_t from, n;
		const char *words;
	} cases[] = {
		{ 0, 0, "" },
		{ 0, 1, FIRST OLDER_RULE },
		{ 0, 2, FIRST SECOND OLDER_RULE },
		{ 0, 4, FOUR OLDER_RULE },
		{ 0, 5, FOUR "; and 1 more conflicts" OLDER_RULE },
		/* The rule that only a counted one broke is named, too. */
		{ 0, 7, FOUR "; and 3 more conflicts" BOTH_RULES },
		{ 6, 1, "state 7: not offered, g has version 0" MISSING_RULE },
		{ 4, 2,
		  "state 5: offers version 5, e has version 6; state 6: not offered, f has version 7" BOTH_RULES },
	};
	struct text text;

	text_open(&text);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct conflicts conflicts = { (struct conflict *)list + cases[i].from, cases[i].n,
					       0 };

		conflicts_explain(text.out, &conflicts);
		text_expect(&text, cases[i].words);
	}
	text_close(&text);
}

static void sentences(void **state _unused_)
{
	static const struct {
		enum refused_cause cause;
		int init_ret;
		const char *busy, *message;
		size_t conflicts;
		const char *words;
		uint32_t stages;
		bool incomplete; /* the facts */
	} cases[] = {
		{ CAUSE_STATE_OLDER_VERSION, -EINVAL, "", "", 1,
		  "state 1: offers version 1, test_klp_state2 has version 2 (a livepatch may not lower a state's version)" },
		{ CAUSE_STATE_MISSING, -EINVAL, "", "livepatch: not compatible", 2,
		  "state 1: offers version 1, test_klp_state2 has version 2; state 2: not offered, other has version 3" BOTH_RULES },
		{ CAUSE_TRANSITION_BUSY, -EBUSY, "slow", "livepatch: x", 0,
		  "slow is still in transition, and there is one transition at a time; try again when it is complete" },
		{ CAUSE_TRANSITION_BUSY, -EBUSY, "", "", 0,
		  "another livepatch is still in transition, and there is one transition at a time; try again when it is complete" },
		{ CAUSE_SYMBOL, -EINVAL, "",
		  "livepatch: enabling patch 'n'\nlivepatch: symbol 'x' not found in symbol table\nlivepatch: later",
		  0,
		  "a symbol or relocation of the livepatch could not be resolved: symbol 'x' not found in symbol table" },
		{ CAUSE_SYMBOL, -EINVAL, "", "", 0,
		  "a symbol or relocation of the livepatch could not be resolved" },
		{ CAUSE_CALLBACK, -ENODEV, "",
		  "n: hello\nlivepatch: pre-patch callback failed for object 'vmlinux'\n", 0,
		  "a pre_patch callback of the livepatch returned ENODEV: pre-patch callback failed for object 'vmlinux'" },
		{ CAUSE_CALLBACK, -4000, "", "livepatch:", 0,
		  "a pre_patch callback of the livepatch returned -4000" },
		{ CAUSE_FTRACE, -EBUSY, "", "livepatch: enabling patch 'n'\n\nlivepatch: failed to",
		  0, "a function could not be hooked: failed to" },
		{ CAUSE_NOT_LIVEPATCH, -EINVAL, "", "livepatch: x", 0,
		  "the module is not marked as a livepatch (MODULE_INFO(livepatch, \"Y\") is missing)" },
		{ CAUSE_SYSFS, -EEXIST, "", "livepatch: x", 0,
		  "the kernel could not create the livepatch's entries under /sys/kernel/livepatch (EEXIST)" },
		{ CAUSE_MEMORY, -ENOMEM, "", "livepatch: x", 0,
		  "the kernel had no memory for setting the livepatch up" },
		{ CAUSE_INVALID, -EINVAL, "", "livepatch: x", 0,
		  "the livepatch is malformed: it lacks objects, or a function lacks its name or its replacement" },
		{ CAUSE_UNKNOWN, -EINVAL, "", "livepatch: x", 0, "the cause could not be seen: x" },
		{ CAUSE_UNKNOWN, -EINVAL, "", "", 0, "the cause could not be seen", COMPAT },
		{ CAUSE_UNKNOWN, -EINVAL, "", "", 0, "the cause could not be seen", 0, true },
		{ CAUSE_UNKNOWN, -EINVAL, "", "", 0, "the cause could not be seen", COMPATIBLE,
		  true },
		{ CAUSE_UNKNOWN, -EINVAL, "", "", 1,
		  "not all facts arrived, so the cause is not certain", COMPAT, true },
	};
	struct conflict list[] = {
		{ CONFLICT_OLDER, 1, 1, 2, "test_klp_state2" },
		{ CONFLICT_MISSING, 2, 0, 3, "other" },
	};
	struct text text;

	text_open(&text);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct conflicts conflicts = { list, cases[i].conflicts, 2 };
		struct wire_result result = { .init_ret = cases[i].init_ret,
					      .stages = cases[i].stages };

		strncpy(result.busy_name, cases[i].busy, sizeof(result.busy_name));
		refusal_explain(text.out, cases[i].cause, &result, &conflicts, !cases[i].incomplete,
				cases[i].message);
		text_expect(&text, cases[i].words);
	}
	text_close(&text);
}

/* A name that fills its field has no NUL. */
static void long_busy_name(void **state _unused_)
{
	struct wire_result *result = calloc(1, sizeof(*result));
	struct conflicts none = { 0 };
	struct text text;

	assert_non_null(result);
	memset(result->busy_name, 'x', sizeof(result->busy_name));
	text_open(&text);
	refusal_explain(text.out, CAUSE_TRANSITION_BUSY, result, &none, true, "");
	fflush(text.out);
	assert_int_equal(strspn(text.s, "x"), WIRE_NAME_LEN);
	text_close(&text);
	free(result);
}

static void error_names(void **state _unused_)
{
	assert_string_equal(error_name(-EINVAL), "EINVAL");
	assert_string_equal(error_name(-EBUSY), "EBUSY");
	assert_string_equal(error_name(-4095), "-4095");
	assert_string_equal(error_name(EINVAL), "22");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(causes),      cmocka_unit_test(conflict_text),
		cmocka_unit_test(sentences),   cmocka_unit_test(long_busy_name),
		cmocka_unit_test(error_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
