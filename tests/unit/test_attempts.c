// SPDX-License-Identifier: GPL-2.0
/* When an attempt to enable is over, and what belongs to it. */
#include "stream.h"

#include <errno.h>
#include <string.h>

#include "util/array.h"
#include "util/attributes.h"

#define COMPATIBLE (COMPAT | WIRE_STAGE_COMPATIBLE)
#define LOADED	   (COMPATIBLE | WIRE_STAGE_OBJECT)
#define BUSY	   (LOADED | WIRE_STAGE_BUSY)

/* The end of attempt @key, of patch "new": @rec has the rest. */
static void ended(struct stream *s, uint64_t key, struct wire_result rec)
{
	rec.head = head(s, WIRE_RESULT, sizeof(rec));
	rec.attempt = key;
	rec.klp = WIRE_KLP_MARKED;
	memcpy(rec.name, "new", sizeof("new"));
	feed_rec(s, &rec);
}

#define ENDED(s, key, ...) ended(s, key, (struct wire_result){ __VA_ARGS__ })

/* Without the init's result, how far it came says what klp_enable_patch() returned. */
static void by_stages(void **state _unused_)
{
	static const enum wire_ended ends[] = { WIRE_ENDED_RETURN, WIRE_ENDED_SETTLED };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct stream s;

		stream_open(&s);
		enable(&s, 1, "new 1:1");
		compat(&s, 1, false, "old 1:2");
		ENDED(&s, 1, .ended = ends[i], .stages = COMPAT);
		enable(&s, 2, "new");
		compat(&s, 2, true, "slow");
		ENDED(&s, 2, .ended = ends[i], .stages = BUSY, .busy_name = "slow");
		enable(&s, 3, "new");
		compat(&s, 3, true, "");
		ENDED(&s, 3, .ended = ends[i], .stages = LOADED, .object_ret = -ENOENT);
		enable(&s, 4, "new");
		compat(&s, 4, true, "");
		ENDED(&s, 4, .ended = ends[i], .patch_ret = -EBUSY,
		      .stages = LOADED | WIRE_STAGE_INIT | WIRE_STAGE_PATCH_OBJECT);
		/* A callback: with what it failed, nothing has seen. */
		enable(&s, 5, "new");
		compat(&s, 5, true, "");
		ENDED(&s, 5, .ended = ends[i],
		      .stages = LOADED | WIRE_STAGE_INIT | WIRE_STAGE_CANCEL);
		/* What is no result is not taken for one. */
		enable(&s, 6, "new");
		compat(&s, 6, true, "");
		ENDED(&s, 6, .ended = ends[i], .init_ret = -EIO, .stages = LOADED);
		finish(&s, "enable #1 new 1:1\n"
			   "refused #1 new -22 state_older_version {1 1<2 old} []\n"
			   "enable #2 new\n"
			   "refused #2 new -16 transition_busy []\n"
			   "enable #3 new\n"
			   "refused #3 new -2 symbol []\n"
			   "enable #4 new\n"
			   "refused #4 new -16 ftrace []\n"
			   "enable #5 new\n"
			   "refused #5 new 0 callback []\n"
			   "enable #6 new\n"
			   "refused #6 new 0 unknown []\n");
	}
}

/* Several in one init: each is over before the next, and the last is the one that the init's result is of. */
static void several(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	for (uint64_t key = 1; key <= 2; key++) {
		enable(&s, key, "new");
		compat(&s, key, true, "slow");
		message(&s, key, "livepatch: of this one");
		ENDED(&s, key, .ended = WIRE_ENDED_RETURN, .stages = BUSY);
		/* What the init says in between is nobody's. */
		message(&s, 0, "new: waits");
	}
	enable(&s, 3, "new 1:1");
	compat(&s, 3, true, "");
	transition(&s, 3, WIRE_ACTION_START, 1);
	ENDED(&s, 3, .ended = WIRE_ENDED_INIT, .stages = STARTED);
	complete(&s, 3, 0, 1, "new 1:1");
	finish(&s, "enable #1 new\n"
		   "refused #1 new -16 transition_busy [livepatch: of this one]\n"
		   "message #0 - [new: waits]\n"
		   "enable #2 new\n"
		   "refused #2 new -16 transition_busy [livepatch: of this one]\n"
		   "message #0 - [new: waits]\n"
		   "enable #3 new 1:1\n"
		   "transition #3 new start 1\n"
		   "transition #3 new complete 1 tries 1 ns 5000\n"
		   "state #3 new 1: none -> 1 new\n");
}

/* Accepted in a work item: there is no end of an init, and the kworker's later lines are its own. */
static void in_a_kworker(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	enable(&s, 1, "new 1:1");
	compat(&s, 1, true, "");
	transition(&s, 1, WIRE_ACTION_START, 1);
	message(&s, 0, "sd 0:0:0:0: disk is on fire");
	complete(&s, 1, 0, 1, "new 1:1");
	/* Once more, as another attempt. */
	transition(&s, 0, WIRE_ACTION_DISABLE, 0);
	enable(&s, 2, "new 1:1");
	ENDED(&s, 2, .ended = WIRE_ENDED_SETTLED, .stages = BUSY);
	finish(&s, "enable #1 new 1:1\n"
		   "transition #1 new start 1\n"
		   "message #0 - [sd 0:0:0:0: disk is on fire]\n"
		   "transition #1 new complete 1 tries 1 ns 5000\n"
		   "state #1 new 1: none -> 1 new\n"
		   "disable #0 new\n"
		   "enable #2 new 1:1\n"
		   "refused #2 new -16 transition_busy []\n");
}

/* Its init fails after it was accepted: the livepatch stays, its code does not. */
static void init_fails(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	enable(&s, 1, "new 1:1");
	transition(&s, 1, WIRE_ACTION_START, 1);
	ENDED(&s, 1, .ended = WIRE_ENDED_INIT, .init_ret = -EIO, .stages = STARTED);
	complete(&s, 1, 0, 1, "new 1:1");
	/* The transition was over before. */
	enable(&s, 2, "new");
	transition(&s, 2, WIRE_ACTION_START, 1);
	complete(&s, 2, 0, 1, "new");
	ENDED(&s, 2, .ended = WIRE_ENDED_INIT, .init_ret = -ENODEV, .stages = STARTED);
	/* The start's record was lost. */
	enable(&s, 3, "new");
	ENDED(&s, 3, .ended = WIRE_ENDED_INIT, .init_ret = -EIO, .stages = STARTED);
	expect(&s, "enable #1 new 1:1\n"
		   "transition #1 new start 1\n"
		   "init_failed #1 new -5\n"
		   "transition #1 new complete 1 tries 1 ns 5000\n"
		   "state #1 new 1: none -> 1 new\n"
		   "enable #2 new\n"
		   "transition #2 new start 1\n"
		   "transition #2 new complete 1 tries 1 ns 5000\n"
		   "init_failed #2 new -19\n"
		   "enable #3 new\n"
		   "init_failed #3 new -5\n");
	/* Where a start could not be seen, an init that fails is a refusal. */
	stream_hooks(&s, ALL_HOOKS & ~(1ULL << WIRE_HOOK_START));
	enable(&s, 4, "new");
	ENDED(&s, 4, .ended = WIRE_ENDED_INIT, .init_ret = -EBUSY, .stages = BUSY);
	enable(&s, 5, "new");
	ENDED(&s, 5, .ended = WIRE_ENDED_RETURN, .stages = BUSY);
	finish(&s, "enable #4 new\n"
		   "refused #4 new -16 transition_busy []\n"
		   "enable #5 new\n"
		   "refused #5 new -16 transition_busy []\n");
}

static void keep(void *ctx, const struct event *event)
{
	*(struct event *)ctx = *event;
}

/* That the error is not known is another thing than that the init returned 0. */
static void init_returned_0(void **state _unused_)
{
	struct event event = { 0 };
	struct stream s = { .d = decoder__new(keep, &event), .drop = -1 };

	stream_hooks(&s, ALL_HOOKS);
	enable(&s, 1, "new");
	ENDED(&s, 1, .ended = WIRE_ENDED_INIT, .stages = LOADED);
	assert_int_equal(event.kind, EVENT_REFUSED);
	assert_true(event.refused.init_ok && !event.refused.error);
	enable(&s, 2, "new");
	ENDED(&s, 2, .ended = WIRE_ENDED_RETURN, .stages = LOADED);
	assert_true(!event.refused.init_ok && !event.refused.error);
	enable(&s, 3, "new");
	ENDED(&s, 3, .ended = WIRE_ENDED_INIT, .init_ret = -EINVAL, .stages = LOADED);
	assert_true(!event.refused.init_ok && event.refused.error == -EINVAL);
	decoder__free(s.d);
}

/* 6 records; without the first it is no candidate, without another it is part of one. */
static void candidate_in_part(void **state _unused_)
{
	for (int drop = 0; drop < 6; drop++) {
		struct event event = { 0 };
		struct stream s = { .d = decoder__new(keep, &event), .drop = -1 };

		stream_hooks(&s, ALL_HOOKS);
		s.drop = drop;
		enable(&s, 1, "new 1:1 vmlinux(f)");
		decoder__finish(s.d);
		if (drop == 0) {
			assert_int_equal(event.boot_ns, 0);
		} else {
			assert_int_equal(event.kind, EVENT_ENABLE);
			expect_true(event.enable.lost && event.truncated &&
					    !event.enable.candidate == (drop == 1),
				    "drop %d", drop);
		}
		decoder__free(s.d);
	}
}

static void keep_explanation(void *ctx, const struct event *event)
{
	if (event->kind == EVENT_REFUSED)
		snprintf(ctx, 512, "%s", event->refused.explanation);
}

/* klpscope's own hook may be what is in a livepatch's way. */
static void own_hook_in_the_way(void **state _unused_)
{
	static const char hooked
		[] = "a function could not be hooked",
	  line[] =
		  ": failed to register ftrace handler for function 'klp_free_patch_work_fn' (-16)",
	  own[] = "; klpscope itself is attached to klp_free_patch_work_fn, which this livepatch changes",
	  cause[] = ", and may be the cause",
	  todo[] =
		  ": end klpscope and enable the livepatch again, or start klpscope with --without=klp_free_patch_work_fn";
	static const struct {
		const char *candidate;
		int patch_ret;
		bool logged;
		uint64_t hooks;
		bool is_own;
	} cases[] = {
		{ "new vmlinux(f,klp_free_patch_work_fn)", -EBUSY, true, ALL_HOOKS, true },
		{ "new vmlinux(f,klp_free_patch_work_fn)", -EBUSY, false, ALL_HOOKS, true },
		{ "new vmlinux(f,klp_free_patch_work_fn)", -EINVAL, false, ALL_HOOKS, false },
		{ "new vmlinux(f,klp_free_patch_work_fn)", -EBUSY, false,
		  ALL_HOOKS & ~(1ULL << WIRE_HOOK_FREE), false },
		{ "new vmlinux(f)", -EBUSY, false, ALL_HOOKS, false },
		/* A module's function of that name is another. */
		{ "new mod(klp_free_patch_work_fn)", -EBUSY, false, ALL_HOOKS, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char said[512] = "", wanted[512];
		struct stream s = { .d = decoder__new(keep_explanation, said), .drop = -1 };

		stream_hooks(&s, cases[i].hooks);
		enable(&s, 1, cases[i].candidate);
		compat(&s, 1, true, "");
		if (cases[i].logged)
			message(&s, 1,
				"livepatch: failed to register ftrace handler for function 'klp_free_patch_work_fn' (-16)");
		ENDED(&s, 1, .ended = WIRE_ENDED_RETURN, .patch_ret = cases[i].patch_ret,
		      .stages = LOADED | WIRE_STAGE_INIT | WIRE_STAGE_PATCH_OBJECT);
		snprintf(wanted, sizeof(wanted), "%s%s%s%s%s", hooked, cases[i].logged ? line : "",
			 cases[i].is_own ? own : "",
			 cases[i].is_own && !cases[i].logged ? cause : "",
			 cases[i].is_own ? todo : "");
		assert_string_equal(said, wanted);
		decoder__free(s.d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_stages),	       cmocka_unit_test(several),
		cmocka_unit_test(in_a_kworker),	       cmocka_unit_test(init_fails),
		cmocka_unit_test(init_returned_0),     cmocka_unit_test(candidate_in_part),
		cmocka_unit_test(own_hook_in_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
