// SPDX-License-Identifier: GPL-2.0
#include "stream.h"

#include <errno.h>
#include <string.h>

#include "event/attempt.h"
#include "sink/sink.h"
#include "util/array.h"
#include "util/attributes.h"
#include "util/cleanup.h"

static void refused_by_states(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	enable(&s, 7, "new replace 1:1 vmlinux(f,g) mod()");
	expect(&s, "enable #1 new replace 1:1 vmlinux(f,g) mod()\n");
	message(&s, 7, "new: hello");
	compat(&s, 7, false, "old 1:2 3:4;older 1:1");
	message(&s, 7, "livepatch: Livepatch patch (new) is not compatible");
	message(&s, 0, "livepatch: of another task");
	expect(&s, "message #0 - [livepatch: of another task]\n");
	result(&s, 7, -EINVAL, COMPAT);
	expect(&s,
	       "refused #1 new -22 state_older_version {1 1<2 old} {3 -<4 old} [new: hello\nlivepatch: Livepatch patch (new) is not compatible]\n");
	/* Forgotten: nothing of it is left for what comes later. */
	message(&s, 7, "late");
	result(&s, 7, -EINVAL, 0);
	finish(&s, "message #0 - [late]\nrefused #2 new -22 invalid []\n");
}

static void keep_explanation(void *ctx, const struct event *event)
{
	if (event->kind == EVENT_REFUSED)
		snprintf(ctx, 256, "%s", event->refused.explanation);
}

static void explained(void **state _unused_)
{
	char words[256] = "";
	struct stream s = { .d = decoder__new(keep_explanation, words), .drop = -1 };

	stream_hooks(&s, ALL_HOOKS);
	enable(&s, 7, "test_klp_state 1:1");
	compat(&s, 7, false, "test_klp_state2 1:2");
	result(&s, 7, -EINVAL, COMPAT);
	assert_string_equal(
		words,
		"state 1: offers version 1, test_klp_state2 has version 2 (a livepatch may not lower a state's version)");
	enable(&s, 8, "new");
	message(&s, 8, "livepatch: symbol 'x' not found in symbol table");
	feed_rec(&s, &(struct wire_result){
			     .head = head(&s, WIRE_RESULT, sizeof(struct wire_result)),
			     .attempt = 8,
			     .init_ret = -EINVAL,
			     .stages = COMPAT | WIRE_STAGE_COMPATIBLE | WIRE_STAGE_OBJECT,
			     .object_ret = -EINVAL,
		     });
	assert_string_equal(
		words,
		"a symbol or relocation of the livepatch could not be resolved: symbol 'x' not found in symbol table");
	decoder__free(s.d);
}

static void accepted(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	enable(&s, 7, "new 1:2 vmlinux(f)");
	/* Another task may be the one that brings a line to the console. */
	message(&s, 0, "livepatch: enabling patch 'new'");
	message(&s, 7, "livepatch: enabling patch 'new'");
	compat(&s, 7, true, "old 1:1");
	message(&s, 7, "new: pre");
	lookup(&s, 7, 1, 1);
	message(&s, 7, "new: found");
	lookup(&s, 7, 2, -1);
	expect(&s, "enable #1 new 1:2 vmlinux(f)\n");
	transition(&s, 7, WIRE_ACTION_START, 1);
	expect(&s, "message #1 new [new: pre]\n"
		   "lookup #1 new klp_get_prev_state 1: 1 old by pre_patch+0x1\n"
		   "message #1 new [new: found]\n"
		   "lookup #1 new klp_get_prev_state 2: none by pre_patch+0x1\n"
		   "transition #1 new start 1\n");
	message(&s, 7, "new: at once");
	lookup(&s, 7, 1, 1);
	expect(&s, "message #1 new [new: at once]\n"
		   "lookup #1 new klp_get_prev_state 1: 1 old by pre_patch+0x1\n");
	result(&s, 7, 0, STARTED);
	transition(&s, 7, WIRE_ACTION_RETRY, 1);
	complete(&s, 7, 1, 1, "old 1:1;new 1:2");
	expect(&s, "transition #1 new retry 1 tries 2\n"
		   "transition #1 new complete 1 tries 1 ns 5000\n"
		   "state #1 new 1: 1 old -> 2 new\n");
	message(&s, 7, "late");
	finish(&s, "message #0 - [late]\n");
}

/* What was accepted is told even where the record of the start was lost. */
static void start_lost(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	enable(&s, 7, "new");
	message(&s, 7, "new: pre");
	result(&s, 7, 0, STARTED);
	finish(&s, "enable #1 new\nmessage #1 new [new: pre]\n");
}

/* What the end of the stream leaves undecided is told all the same, once. */
static void undecided(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	enable(&s, 7, "new");
	message(&s, 7, "new: hello");
	lookup(&s, 7, 1, 1);
	enable(&s, 8, "other");
	message(&s, 8, "other: hello");
	decoder__finish(s.d);
	expect(&s, "enable #1 new\n"
		   "enable #2 other\n"
		   "message #1 new [new: hello]\n"
		   "lookup #1 new klp_get_prev_state 1: 1 old by pre_patch+0x1\n"
		   "message #2 other [other: hello]\n");
	decoder__finish(s.d);
	finish(&s, "");
}

/* Without the hook of the start, 0 from the module's init is all there is to go by. */
static void start_not_hooked(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	stream_hooks(&s, ALL_HOOKS & ~(1ULL << WIRE_HOOK_START));
	enable(&s, 7, "new");
	result(&s, 7, 0, COMPAT | WIRE_STAGE_COMPATIBLE);
	enable(&s, 8, "new");
	compat(&s, 8, true, "slow");
	result(&s, 8, -EBUSY, COMPAT | WIRE_STAGE_COMPATIBLE | WIRE_STAGE_BUSY);
	expect(&s, "enable #1 new\nenable #2 new\nrefused #2 new -16 transition_busy []\n");
	stream_hooks(&s, ALL_HOOKS);
	enable(&s, 9, "new");
	result(&s, 9, 0, 0);
	finish(&s, "enable #3 new\nrefused #3 new 0 unknown []\n");
}

static void canceled(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	enable(&s, 7, "new 1:1");
	compat(&s, 7, true, "");
	lookup(&s, 7, 1, -1);
	message(&s, 7, "livepatch: pre-patch callback failed for object 'vmlinux'");
	transition(&s, 7, WIRE_ACTION_CANCEL, 0);
	expect(&s, "enable #1 new 1:1\n"
		   "lookup #1 new klp_get_prev_state 1: none by pre_patch+0x1\n"
		   "transition #1 new cancel 0\n");
	WALK(&s, "new 1:1", 0, .kind = WIRE_WALK_COMPLETE, .attempt = 7, .canceled = 1,
	     .patch = PATCH_ADDR(0));
	message(&s, 7, "livepatch: failed to enable patch 'new'");
	expect(&s, "");
	result(&s, 7, -ENODEV, CANCELED);
	finish(&s,
	       "refused #1 new -19 callback [livepatch: pre-patch callback failed for object 'vmlinux'\n"
	       "livepatch: failed to enable patch 'new']\n");
}

static void completed(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	transition(&s, 0, WIRE_ACTION_START, 1);
	complete(&s, 0, 2, 1, "a 1:1 2:1;b 2:3;new replace 1:2");
	expect(&s, "transition #0 new start 1\n"
		   "transition #0 new complete 1 tries 1 ns 5000\n"
		   "replaced #0 a by new\n"
		   "replaced #0 b by new\n"
		   "state #0 new 1: 1 a -> 2 new\n"
		   "state #0 new 2: 3 b -> none\n");
	/* Where the start was not seen, it may have been turned round. */
	complete(&s, 0, 1, 1, "a 1:1;new replace 1:2;b 2:1");
	expect(&s, "transition #0 new complete 1 tries 1 ns 5000\n"
		   "replaced #0 a by new incomplete\n"
		   "state #0 new 1: 1 a -> 2 new incomplete\n");
	/* Not cumulative, or on its way out: replaces nothing. */
	transition(&s, 0, WIRE_ACTION_START, 1);
	complete(&s, 0, 1, 1, "a 1:1;new 2:1");
	transition(&s, 0, WIRE_ACTION_START, 0);
	complete(&s, 0, 1, 0, "a 1:1;new replace 1:2");
	expect(&s, "transition #0 new start 1\n"
		   "transition #0 new complete 1 tries 1 ns 5000\n"
		   "state #0 new 2: none -> 1 new\n"
		   "transition #0 new start 0\n"
		   "transition #0 new complete 0 tries 1 ns 5000\n"
		   "state #0 new 1: 2 new -> 1 a\n");
	/* Nothing is made up where the target or the patch is not known. */
	complete(&s, 0, 1, -1, "a 1:1;new replace 1:2");
	complete(&s, 0, 7, 1, "a 1:1;new replace 1:2");
	WALK(&s, "", WIRE_F_NO_ADDRESS, .kind = WIRE_WALK_COMPLETE, .target = 1,
	     .patch = PATCH_ADDR(0));
	expect(&s, "transition #0 new complete -1 tries 1 ns 5000\n"
		   "transition #0 - complete 1 tries 1 ns 5000\n"
		   "transition #0 - complete 1 incomplete\n");
	/* The attempt knows the name where the walk does not. */
	enable(&s, 7, "new 1:1");
	WALK(&s, "", WIRE_F_NO_ADDRESS, .kind = WIRE_WALK_COMPLETE, .attempt = 7, .target = 1,
	     .patch = PATCH_ADDR(5));
	finish(&s, "enable #1 new 1:1\n"
		   "transition #1 new complete 1 incomplete\n");
}

/* The start that was seen is that of another, whose end was lost. */
static void start_of_another(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	transition(&s, 0, WIRE_ACTION_START, 1);
	s.boot_ns += 1000000;
	complete(&s, 0, 1, 0, "old 1:1;new 1:2");
	finish(&s, "transition #0 new start 1\n"
		   "transition #0 new complete 0 tries 1 ns 5000\n"
		   "state #0 new 1: 2 new -> 1 old incomplete\n");
}

/* klpscope came later: tries before that are not counted. */
static void joined(void **state _unused_)
{
	struct wire_transition retry = {
		.action = WIRE_ACTION_RETRY, .target = 1, .tries = 2, .joined = 1, .name = "new"
	};
	struct wire_progress sample = {
		.tasks = 9, .left = 1, .tries = 3, .running = 1, .joined = 1, .name = "new"
	};
	struct stream s;

	stream_open(&s);
	retry.head = head(&s, WIRE_TRANSITION, sizeof(retry));
	feed_rec(&s, &retry);
	sample.head = head(&s, WIRE_PROGRESS, sizeof(sample));
	feed_rec(&s, &sample);
	message(&s, 0, "livepatch: signaling remaining tasks");
	WALK(&s, "new 1:1", 0, .kind = WIRE_WALK_COMPLETE, .target = 1, .tries = 3,
	     .patch = PATCH_ADDR(0));
	/* The next one is seen from its beginning. */
	transition(&s, 0, WIRE_ACTION_START, 0);
	transition(&s, 0, WIRE_ACTION_RETRY, 0);
	finish(&s, "transition #0 new retry 1 tries 2 seen\n"
		   "progress #0 new to 0, 1 of 9 left, 3 tries seen, 0 ns, changed\n"
		   "transition #0 new signal 1 tries 2 seen\n"
		   "transition #0 new complete 1 tries 3 seen\n"
		   "state #0 new 1: none -> 1 new incomplete\n"
		   "transition #0 new start 0\n"
		   "transition #0 new retry 0 tries 2\n");
}

static void disabled(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	transition(&s, 0, WIRE_ACTION_DISABLE, 0);
	transition(&s, 0, WIRE_ACTION_START, 0);
	transition(&s, 0, WIRE_ACTION_FORCE, 0);
	complete(&s, 0, 0, 0, "new 1:2");
	feed_rec(&s, &(struct wire_freed){
			     .head = head(&s, WIRE_FREED, sizeof(struct wire_freed)),
			     .name = "new",
		     });
	finish(&s, "disable #0 new\n"
		   "transition #0 new start 0\n"
		   "transition #0 new force 0\n"
		   "transition #0 new complete 0 tries 1 ns 5000\n"
		   "state #0 new 1: 2 new -> none\n"
		   "freed #0 new\n");
}

static void reversed(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	enable(&s, 7, "new 1:2");
	transition(&s, 7, WIRE_ACTION_START, 1);
	result(&s, 7, 0, STARTED);
	transition(&s, 7, WIRE_ACTION_REVERSE, 0);
	complete(&s, 7, 1, 0, "old 1:1;new 1:2");
	finish(&s, "enable #1 new 1:2\n"
		   "transition #1 new start 1\n"
		   "transition #1 new reverse 0\n"
		   "transition #1 new complete 0 tries 1 ns 5000\n");
}

/* A disable that is turned round: it was in force all the time, and replaces nobody anew. */
static void disable_reversed(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	transition(&s, 0, WIRE_ACTION_DISABLE, 0);
	transition(&s, 0, WIRE_ACTION_START, 0);
	transition(&s, 0, WIRE_ACTION_REVERSE, 1);
	complete(&s, 0, 1, 1, "old 1:1;new replace 1:2;other 2:1");
	expect(&s, "disable #0 new\n"
		   "transition #0 new start 0\n"
		   "transition #0 new reverse 1\n"
		   "transition #0 new complete 1 tries 1 ns 5000\n");
	/* Twice round is where it was going. */
	transition(&s, 0, WIRE_ACTION_START, 0);
	transition(&s, 0, WIRE_ACTION_REVERSE, 1);
	transition(&s, 0, WIRE_ACTION_REVERSE, 0);
	complete(&s, 0, 0, 0, "new 1:2");
	finish(&s, "transition #0 new start 0\n"
		   "transition #0 new reverse 1\n"
		   "transition #0 new reverse 0\n"
		   "transition #0 new complete 0 tries 1 ns 5000\n"
		   "state #0 new 1: 2 new -> none\n");
}

#define PLEASE ": a bug in klpscope, or news about this kernel; please report it"
#define LOWER                                                                                      \
	"state 1: offers version 1, old has version 2 (a livepatch may not lower a state's version)"

static void disagreement(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	enable(&s, 1, "new 1:1");
	compat(&s, 1, true, "old 1:2");
	expect(&s, "enable #1 new 1:1\n"
		   "warning #1 new [the kernel accepts states that klpscope's rule refuses" PLEASE
		   ": " LOWER "] {1 1<2 old}\n");
	enable(&s, 2, "new 1:1");
	compat(&s, 2, false, "old 1:1");
	result(&s, 2, -EINVAL, COMPAT);
	expect(&s, "enable #2 new 1:1\n"
		   "warning #2 new [the kernel refuses states that klpscope's rule accepts" PLEASE
		   "]\nrefused #2 new -22 unknown []\n");
	/* Where not all facts are there, neither is wrong. */
	enable(&s, 3, "new 1:1");
	WALK(&s, "old 1:1", WIRE_F_TRUNCATED, .kind = WIRE_WALK_COMPAT, .attempt = 3);
	WALK(&s, "new 1:1", WIRE_F_UNREADABLE, .kind = WIRE_WALK_ENABLE, .attempt = 4);
	compat(&s, 4, true, "old 1:2");
	expect(&s, "enable #3 new 1:1\nenable #4 new 1:1 flags 2 incomplete\n");
	/* Asked twice in one attempt, the last answer counts. */
	enable(&s, 5, "new 1:1");
	compat(&s, 5, false, "old 1:2");
	compat(&s, 5, false, "old 1:3");
	result(&s, 5, -EINVAL, COMPAT);
	expect(&s, "enable #5 new 1:1\nrefused #5 new -22 state_older_version {1 1<3 old} []\n");
	/* The rule asks for states only. */
	enable(&s, 6, "new 1:1");
	WALK(&s, "old 1:2 vmlinux(f~)", 0, .kind = WIRE_WALK_COMPAT, .attempt = 6);
	result(&s, 6, -EINVAL, COMPAT);
	finish(&s, "enable #6 new 1:1\nrefused #6 new -22 state_older_version {1 1<2 old} []\n");
}

/* The whole of a refusal: 13 records, of which a test may drop one. */
#define REFUSAL_RECORDS 13

static void refusal(struct stream *s)
{
	enable(s, 7, "new 1:1 vmlinux(f)");
	compat(s, 7, false, "a 1:2;b 2:2");
	result(s, 7, -EINVAL, COMPAT);
}

#define REFUSAL                                                                                    \
	"enable #1 new 1:1 vmlinux(f)\nrefused #1 new -22 state_older_version {1 1<2 a} []\n"

static void lost_records(void **state _unused_)
{
	for (int drop = 0; drop < REFUSAL_RECORDS; drop++) {
		struct stream s;
		const char *refused, *enabled;

		stream_open(&s);
		s.drop = drop;
		refusal(&s);
		assert_int_equal(s.drop, -1);
		fflush(s.text.out);
		enabled = strstr(s.text.s, "enable ");
		refused = strstr(s.text.s, "refused ");
		/* The record of the result is the last one. */
		expect_true(!refused == (drop == REFUSAL_RECORDS - 1), "drop %d", drop);
		if (refused)
			expect_true(strstr(refused, " unknown "), "drop %d: %s", drop, s.text.s);
		/* The candidate's walk is the first 6; without its beginning it is not told at all. */
		expect_true(!enabled == (drop == 0), "drop %d: %s", drop, s.text.s);
		if (enabled)
			expect_true(!!memmem(enabled, strcspn(enabled, "\n"), "incomplete", 10) ==
					    (drop < 6),
				    "drop %d: %s", drop, s.text.s);
		stream_close(&s);
	}
}

/* Marked where a walk that came was not whole. */
static void lost_marks(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	refusal(&s);
	expect(&s, REFUSAL);
	s.drop = 8; /* states of the first installed patch */
	refusal(&s);
	expect(&s, "enable #2 new 1:1 vmlinux(f)\nrefused #2 new -22 unknown [] incomplete\n");
	/* The first conflict was among what arrived; another may have been before it. */
	s.drop = 10;
	refusal(&s);
	expect(&s,
	       "enable #3 new 1:1 vmlinux(f)\nrefused #3 new -22 unknown {1 1<2 a} [] incomplete\n");
	s.drop = 2;
	refusal(&s);
	finish(&s,
	       "enable #4 new vmlinux(f) incomplete\nrefused #4 new -22 unknown [] incomplete\n");
}

static void numbers(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	enable(&s, 100, "new");
	enable(&s, 200, "other");
	result(&s, 100, -EINVAL, 0);
	/* This transition ends before its module's init does. */
	transition(&s, 200, WIRE_ACTION_START, 1);
	complete(&s, 200, 0, 1, "other");
	message(&s, 200, "other: post");
	result(&s, 200, 0, STARTED);
	message(&s, 200, "late");
	/* A module that tries once more is another attempt. */
	enable(&s, 300, "new");
	finish(&s, "enable #1 new\n"
		   "enable #2 other\n"
		   "refused #1 new -22 invalid []\n"
		   "transition #2 new start 1\n"
		   "transition #2 other complete 1 tries 1 ns 5000\n"
		   "message #2 other [other: post]\n"
		   "message #0 - [late]\n"
		   "enable #3 new\n");
}

/* Attempts whose ends are lost: the oldest are forgotten, numbers go on. */
static void many_attempts(void **state _unused_)
{
	struct stream s;
	char line[128];

	stream_open(&s);
	for (unsigned int key = 1; key <= ATTEMPTS_MAX + 2; key++) {
		enable(&s, key, "new 1:1");
		message(&s, key, "waits");
		snprintf(line, sizeof(line), "enable #%u new 1:1\n", key);
		expect(&s, line);
	}
	/* What waited for another attempt is not this one's. */
	transition(&s, ATTEMPTS_MAX + 2, WIRE_ACTION_START, 1);
	snprintf(line, sizeof(line), "message #%u new [waits]\ntransition #%u new start 1\n",
		 ATTEMPTS_MAX + 2, ATTEMPTS_MAX + 2);
	expect(&s, line);
	/* 1 and 2 made room, 3 is still known. */
	message(&s, 2, "stray");
	message(&s, 3, "waits, too");
	finish(&s, "message #0 - [stray]\n");
}

static void kept_lines(void **state _unused_)
{
	struct stream s;
	size_t lines = 0;

	stream_open(&s);
	enable(&s, 7, "new");
	for (int i = 0; i < ATTEMPT_PENDING_MAX + 3; i++)
		message(&s, 7, "line");
	result(&s, 7, -EINVAL, 0);
	fflush(s.text.out);
	for (const char *at = s.text.s; (at = strstr(at, "line")); at++)
		lines++;
	assert_int_equal(lines, ATTEMPT_PENDING_MAX);
	assert_non_null(strstr(s.text.s, "line\n[3 more not kept]] incomplete\n"));
	stream_close(&s);
}

/* Of an accepted attempt, too, it shows that not all was kept. */
static void kept_lookups(void **state _unused_)
{
	struct stream s;
	size_t lookups = 0;

	stream_open(&s);
	enable(&s, 7, "new");
	for (int i = 0; i < ATTEMPT_PENDING_MAX + 1; i++)
		lookup(&s, 7, 1, 1);
	transition(&s, 7, WIRE_ACTION_START, 1);
	fflush(s.text.out);
	for (const char *at = s.text.s; (at = strstr(at, "lookup #1")); at++)
		lookups++;
	assert_int_equal(lookups, ATTEMPT_PENDING_MAX);
	assert_non_null(strstr(s.text.s, "transition #1 new start 1 incomplete\n"));
	stream_close(&s);
}

static void walks(void **state _unused_)
{
	struct wire_walk_begin begin = { .kind = WIRE_WALK_ENABLE };
	struct records one, two;
	struct stream s;

	/* Two threads at a time, whose ids are alike in their lower bits. */
	stream_open(&s);
	records_of(&one, 1, "one 1:1 vmlinux(f)");
	records_of(&two, 1 + 4096, "two 2:2 vmlinux(g)");
	begin.head = head(&s, WIRE_WALK_BEGIN, sizeof(begin));
	begin.head.hdr.walk = 1;
	begin.attempt = 1;
	feed_rec(&s, &begin);
	begin.head.hdr.walk = 1 + 4096;
	begin.attempt = 2;
	feed_rec(&s, &begin);
	for (size_t i = 0; i < one.n; i++) {
		feed_rec(&s, &two.list[i]);
		feed_rec(&s, &one.list[i]);
	}
	expect(&s, "enable #1 two 2:2 vmlinux(g)\nenable #2 one 1:1 vmlinux(f)\n");

	/* One that never ends gives way to the same thread's next, and is told as far as it came. */
	feed_rec(&s, &begin);
	feed_rec(&s, &two.list[0]);
	feed_rec(&s, &two.list[1]);
	begin.attempt = 3;
	feed_rec(&s, &begin);
	for (size_t i = 0; i < two.n; i++)
		feed_rec(&s, &two.list[i]);
	expect(&s, "enable #1 two 2:2 incomplete\nenable #3 two 2:2 vmlinux(g)\n");

	/* After its end nothing is added. */
	for (size_t i = 0; i < two.n; i++)
		feed_rec(&s, &two.list[i]);
	expect(&s, "");

	/* However many never end, the next one works. */
	begin.kind = WIRE_WALK_COMPLETE;
	for (uint32_t i = 1000; i < 1200; i++) {
		begin.head.hdr.walk = i;
		feed_rec(&s, &begin);
		two.list[0].hdr.walk = i;
		feed_rec(&s, &two.list[0]);
	}
	enable(&s, 4, "new 1:1");
	finish(&s, "enable #4 new 1:1\n");
	records_clear(&one);
	records_clear(&two);
}

static void snapshot(void **state _unused_)
{
	const struct wire_walk_begin *begin;
	struct facts facts = { 0 };
	struct stream s;

	stream_open(&s);
	assert_null(decoder__take_snapshot(s.d, &facts));
	complete(&s, 0, 0, -1, "a");
	enable(&s, 7, "new");
	compat(&s, 7, true, "a");
	assert_null(decoder__take_snapshot(s.d, &facts));
	expect(&s, "transition #0 a complete -1 tries 1 ns 5000\nenable #1 new\n");
	WALK(&s, "a 1:1", 0, .kind = WIRE_WALK_SNAPSHOT, .target = 1, .patch = PATCH_ADDR(0));
	WALK(&s, "a 1:1;b 2:1", 0, .kind = WIRE_WALK_SNAPSHOT, .target = -1);
	begin = decoder__take_snapshot(s.d, &facts);
	assert_non_null(begin);
	assert_int_equal(begin->target, -1);
	assert_int_equal(facts.n_patches, 2);
	assert_true(facts.whole);
	assert_null(decoder__take_snapshot(s.d, &facts));
	facts__clear(&facts);
	/* One that nobody takes is released with the decoder. */
	WALK(&s, "a 1:1", 0, .kind = WIRE_WALK_SNAPSHOT);
	finish(&s, "");
	decoder__free(NULL);
}

static void messages(void **state _unused_)
{
	static const char *const texts[] = {
		"livepatch: 'new': starting patching transition",
		"[    7.116124] livepatch: 'new': patching complete\n",
		"[    7.116124] livepatch: 'new': something new\n",
	};
	struct stream s;
	struct wire_message cut;

	stream_open(&s);
	enable(&s, 6, "new");
	transition(&s, 6, WIRE_ACTION_START, 1);
	complete(&s, 6, 0, 1, "new");
	result(&s, 6, 0, STARTED);
	expect(&s, "enable #1 new\n"
		   "transition #1 new start 1\n"
		   "transition #1 new complete 1 tries 1 ns 5000\n");
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		message(&s, 0, texts[i]);
	expect(&s, "message #0 - [livepatch: 'new': something new]\n");
	/* What no hook tells, the kernel's line does. */
	stream_hooks(&s, 0);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		message(&s, 0, texts[i]);
	expect(&s, "message #0 - [livepatch: 'new': starting patching transition]\n"
		   "message #0 - [livepatch: 'new': patching complete]\n"
		   "message #0 - [livepatch: 'new': something new]\n");
	cut = (struct wire_message){ .head = head(&s, WIRE_MESSAGE, sizeof(cut)),
				     .len = sizeof(cut.text) };
	cut.head.flags = WIRE_F_TRUNCATED;
	memset(cut.text, 'x', sizeof(cut.text));
	feed_rec(&s, &cut);
	fflush(s.text.out);
	assert_int_equal(strspn(s.text.s + strlen("message #0 - ["), "x"), WIRE_TEXT_LEN);
	assert_non_null(strstr(s.text.s, "x] incomplete\n"));
	enable(&s, 7, "new");
	cut.attempt = 7;
	feed_rec(&s, &cut);
	message(&s, 7, "[   12.000001] not cut\n");
	result(&s, 7, -EINVAL, 0);
	fflush(s.text.out);
	assert_non_null(strstr(s.text.s, "x\nnot cut] incomplete\n"));
	stream_close(&s);
}

/* kernel.ftrace_enabled=0: hooks are attached, and none is called. What they missed, the kernel's lines say. */
static void hooks_asleep(void **state _unused_)
{
	static const char *const enabling[] = {
		"livepatch: enabling patch 'new'",
		"livepatch: 'new': initializing patching transition",
		"livepatch: 'new': starting patching transition",
		"livepatch: 'new': completing patching transition",
		"livepatch: 'new': patching complete",
	};
	static const char *const disabling[] = {
		"livepatch: 'new': initializing unpatching transition",
		"livepatch: 'new': starting unpatching transition",
		"livepatch: 'new': reversing transition from unpatching to patching",
		"livepatch: forcing remaining tasks to the patched state",
		"livepatch: 'new': completing unpatching transition",
		"livepatch: 'new': unpatching complete",
	};
	char all[1024] = "";
	struct stream s;

	for (size_t i = 0; i < ARRAY_SIZE(enabling); i++)
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "message #0 - [%s]\n",
			 enabling[i]);
	stream_open(&s);
	for (size_t i = 0; i < ARRAY_SIZE(enabling); i++)
		message(&s, 0, enabling[i]);
	expect(&s, all);

	/* Awake. */
	transition(&s, 0, WIRE_ACTION_DISABLE, 0);
	message(&s, 0, disabling[0]);
	transition(&s, 0, WIRE_ACTION_START, 0);
	message(&s, 0, disabling[1]);
	transition(&s, 0, WIRE_ACTION_REVERSE, 1);
	message(&s, 0, disabling[2]);
	message(&s, 0, enabling[2]);
	transition(&s, 0, WIRE_ACTION_FORCE, 1);
	message(&s, 0, disabling[3]);
	complete(&s, 0, 0, 1, "new");
	message(&s, 0, enabling[3]);
	message(&s, 0, enabling[4]);
	expect(&s, "disable #0 new\n"
		   "transition #0 new start 0\n"
		   "transition #0 new reverse 1\n"
		   "transition #0 new force 1\n"
		   "transition #0 new complete 1 tries 1 ns 5000\n");

	/* Another livepatch, and the same one again, asleep. */
	message(&s, 0, "livepatch: 'other': patching complete");
	expect(&s, "message #0 - [livepatch: 'other': patching complete]\n");
	for (size_t i = 0; i < ARRAY_SIZE(enabling); i++)
		message(&s, 0, enabling[i]);
	expect(&s, all);

	/* The last that was told is not what is told now. */
	enable(&s, 7, "new");
	transition(&s, 7, WIRE_ACTION_START, 1);
	complete(&s, 7, 0, 1, "new");
	result(&s, 7, 0, STARTED);
	expect(&s, "enable #1 new\n"
		   "transition #1 new start 1\n"
		   "transition #1 new complete 1 tries 1 ns 5000\n");
	*all = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(disabling); i++) {
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "message #0 - [%s]\n",
			 disabling[i]);
		message(&s, 0, disabling[i]);
	}
	expect(&s, all);

	/* An attempt that fails says all in its refusal. */
	enable(&s, 8, "new");
	message(&s, 8, enabling[0]);
	transition(&s, 8, WIRE_ACTION_CANCEL, 0);
	/* On 5.10, from another task. */
	message(&s, 0, "livepatch: 'new': canceling patching transition, going to unpatch");
	message(&s, 0, disabling[5]);
	result(&s, 8, -EBUSY, 0);
	finish(&s, "enable #2 new\n"
		   "transition #2 new cancel 0\n"
		   "refused #2 new -16 unknown [livepatch: enabling patch 'new']\n");
}

static void lookups(void **state _unused_)
{
	struct wire_lookup rec = { .kind = WIRE_LOOKUP_STATE, .found = 1, .version = 3, .id = 5 };
	struct wire_lookup_count count = {
		.hdr = { WIRE_LOOKUP_COUNT, sizeof(count), 0 },
		.id = UINT64_MAX,
		.count = 9,
		.name = "p",
	};
	struct stream s;

	stream_open(&s);
	rec.head = head(&s, WIRE_LOOKUP, sizeof(rec));
	feed_rec(&s, &rec);
	rec.caller = 0xffffffffc0001234;
	feed_rec(&s, &rec);
	/* Names without a NUL. */
	memset(rec.name, 'n', sizeof(rec.name));
	memset(rec.owner, 'o', sizeof(rec.owner));
	memset(rec.symbol, 's', sizeof(rec.symbol));
	feed_rec(&s, &rec);
	feed_rec(&s, &count);
	count.caller = 0xffffffffc0001234;
	feed_rec(&s, &count);
	memset(count.symbol, 's', sizeof(count.symbol));
	feed_rec(&s, &count);
#define N8   "nnnnnnnn"
#define O8   "oooooooo"
#define S16  "ssssssssssssssss"
#define S128 S16 S16 S16 S16 S16 S16 S16 S16
	finish(&s, "lookup #0 - klp_get_state 5: 3 by ?\n"
		   "lookup #0 - klp_get_state 5: 3 by 0xffffffffc0001234\n"
		   "lookup #0 " N8 N8 N8 N8 N8 N8 N8 " klp_get_state 5: 3 " O8 O8 O8 O8 O8 O8 O8
		   " by " S128 "\n"
		   "lookup_count #0 p 18446744073709551615 x 9 by ?\n"
		   "lookup_count #0 p 18446744073709551615 x 9 by 0xffffffffc0001234\n"
		   "lookup_count #0 p 18446744073709551615 x 9 by " S128 "\n");
}

static void samples(void **state _unused_)
{
	struct stream s;
	uint64_t since;

	stream_open(&s);
	enable(&s, 7, "new");
	transition(&s, 7, WIRE_ACTION_START, 1);
	since = s.boot_ns;
	expect(&s, "enable #1 new\ntransition #1 new start 1\n");
	progress(&s, 7, 50, since, 0);
	progress(&s, 7, 50, since, 0);
	progress(&s, 7, 49, since, 0);
	progress(&s, 7, 50, since, WIRE_F_TRUNCATED);
	expect(&s, "progress #1 new to 1, 50 of 100 left, 4 tries, 1000 ns, changed\n"
		   "progress #1 new to 1, 50 of 100 left, 4 tries, 2000 ns\n"
		   "progress #1 new to 1, 49 of 100 left, 4 tries, 3000 ns, changed\n"
		   "progress #1 new to 1, 50 of 100 left, 4 tries, 4000 ns, changed incomplete\n");
	/* Reversed: the same number of another course. */
	progress(&s, 7, 50, s.boot_ns, 0);
	/* When it started was not seen, or is later than now. */
	progress(&s, 7, 50, 0, 0);
	progress(&s, 0, 50, s.boot_ns + 1000, 0);
	progress(&s, 0, 50, s.boot_ns + 2000, 0);
	expect(&s, "progress #1 new to 1, 50 of 100 left, 4 tries, 1000 ns, changed\n"
		   "progress #1 new to 1, 50 of 100 left, 4 tries, 0 ns, changed\n"
		   "progress #0 new to 1, 50 of 100 left, 4 tries, 0 ns, changed\n"
		   "progress #0 new to 1, 50 of 100 left, 4 tries, 0 ns, changed\n");
	/* The next transition's first is new, whatever the last one's was. */
	complete(&s, 7, 0, 1, "new");
	progress(&s, 0, 50, 0, 0);
	complete(&s, 0, 0, 1, "new");
	progress(&s, 0, 0, 0, 0);
	finish(&s, "transition #1 new complete 1 tries 1 ns 5000\n"
		   "progress #0 new to 1, 50 of 100 left, 4 tries, 0 ns, changed\n"
		   "transition #0 new complete 1 tries 1 ns 5000\n"
		   "progress #0 new to 1, 0 of 100 left, 4 tries, 0 ns, changed\n");
}

static void stalls(void **state _unused_)
{
	static const char tasks[] = "a:1,1000=f+0x0/0x10;b:2,C1";
	static const struct {
		const char *patches, *tasks;
		int said;
		const char *line;
	} cases[] = {
		{ "new vmlinux(f)", tasks, 0,
		  "stall #1 new to 1, 2000 ns: a:1 sleeping unknown b:2 running running and 0\n" },
		/* A task was lost, or one of the patch's records. */
		{ "new vmlinux(f)", tasks, 1,
		  "stall #1 new to 1, 2000 ns: a:1 sleeping unknown b:2 running running and 0 incomplete\n" },
		{ "new vmlinux(f)", tasks, -1,
		  "stall #1 new to 1, 2000 ns: a:1 sleeping unknown b:2 running running and 0 incomplete\n" },
		/* What is cut of one task. */
		{ "new", "a:1;b:2,cut", 0,
		  "stall #1 new to 1, 2000 ns: a:1 sleeping unknown b:2 sleeping unknown and 0 incomplete\n" },
		{ "new", "a:1,cut;b:2", 0,
		  "stall #1 new to 1, 2000 ns: a:1 sleeping unknown b:2 sleeping unknown and 0 incomplete\n" },
		{ "new", "", 0, "stall #1 new to 1, 2000 ns: and 0\n" },
		/* The patch is not among what was walked. */
		{ "", "a:1", 0, "stall #1 - to 1, 2000 ns: a:1 sleeping unknown and 0\n" },
	};
	struct stream s;

	stream_open(&s);
	enable(&s, 7, "new");
	transition(&s, 7, WIRE_ACTION_START, 1);
	expect(&s, "enable #1 new\ntransition #1 new start 1\n");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		progress(&s, 7, 3, s.boot_ns, 0);
		fflush(s.text.out);
		expect(&s, "progress #1 new to 1, 3 of 100 left, 4 tries, 1000 ns, changed\n");
		stall(&s, PATCH_ADDR(0), cases[i].patches, cases[i].tasks, cases[i].said);
		expect(&s, cases[i].line);
	}
	stream_close(&s);
}

/* Only what is in the progress before says how many were not looked at. */
static void stalled_more(void **state _unused_)
{
	static const struct {
		uint64_t left;
		uint32_t flags;
		const char *progress, *stall;
	} cases[] = {
		{ 5, 0, "progress #0 new to 1, 5 of 100 left, 4 tries, 1000 ns, changed\n",
		  "stall #0 new to 1, 2000 ns: a:1 sleeping unknown and 2\n" },
		{ 4, WIRE_F_TRUNCATED,
		  "progress #0 new to 1, 4 of 100 left, 4 tries, 1000 ns, changed incomplete\n",
		  "stall #0 new to 1, 2000 ns: a:1 sleeping unknown and 1 incomplete\n" },
		/* Those told have come after the count. */
		{ 2, 0, "progress #0 new to 1, 2 of 100 left, 4 tries, 1000 ns, changed\n",
		  "stall #0 new to 1, 2000 ns: a:1 sleeping unknown and 0\n" },
	};
	struct stream s;

	stream_open(&s);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		progress(&s, 0, cases[i].left, s.boot_ns, cases[i].flags);
		expect(&s, cases[i].progress);
		stall(&s, PATCH_ADDR(0), "new", "a:1", 0);
		expect(&s, cases[i].stall);
	}
	/* No patch was in transition any more when the walk began. */
	stall(&s, 0, "new", "a:1", 0);
	/* It completed before its tasks were told: they hold up nothing now. */
	complete(&s, 0, 0, 1, "new");
	expect(&s, "transition #0 new complete 1 tries 1 ns 5000\n");
	stall(&s, PATCH_ADDR(0), "new", "a:1", 0);
	finish(&s, "");
}

/* A walk's blockers are its own; those of one that was never ended are gone. */
static void stalled_walks(void **state _unused_)
{
	struct wire_walk_begin begin = { .kind = WIRE_WALK_STALL, .patch = PATCH_ADDR(0) };
	struct wire_task task = { .hdr = { WIRE_TASK, 56, 11 }, .tid = 9, .state = 1 };
	struct stream s;

	stream_open(&s);
	progress(&s, 0, 1, 0, 0);
	expect(&s, "progress #0 new to 1, 1 of 100 left, 4 tries, 0 ns, changed\n");
	begin.head = head(&s, WIRE_WALK_BEGIN, sizeof(begin));
	begin.head.hdr.walk = begin.head.tid;
	feed_rec(&s, &begin);
	feed_rec(&s, &task);
	stall(&s, PATCH_ADDR(0), "new", "a:1", 0);
	feed_rec(&s, &task);
	finish(&s, "stall #0 new to 1, 0 ns: a:1 sleeping unknown and 0\n");
}

/* By code ranges that came in the same walk. */
static void stalled_in_function(void **state _unused_)
{
	struct wire_code code = {
		.hdr = { WIRE_CODE, sizeof(code), 11 },
		.old_addr = 0x1000,
		.old_size = 0x10,
		.new_addr = 0x2000,
		.new_size = 0x10,
	};
	static const char *const classes[] = { "unknown", "patched_function", "unknown" };

	for (int target = -1; target <= 1; target++) {
		struct wire_walk_begin begin = { .kind = WIRE_WALK_STALL, .target = target };
		char line[128];
		struct records r;
		struct stream s;

		stream_open(&s);
		progress(&s, 0, 1, 0, 0);
		expect(&s, "progress #0 new to 1, 1 of 100 left, 4 tries, 0 ns, changed\n");
		begin.patch = PATCH_ADDR(1);
		begin.head = head(&s, WIRE_WALK_BEGIN, sizeof(begin));
		begin.head.hdr.walk = 11;
		feed_rec(&s, &begin);
		records_of(&r, 11, "old vmlinux(g);new vmlinux(f)");
		records_add_tasks(&r, "a:1,2008=f");
		for (size_t i = 0; i < r.n; i++) {
			feed_rec(&s, &r.list[i]);
			code.patch = 1;
			if (r.list[i].hdr.type == WIRE_FUNC && r.list[i].func.patch == 1)
				feed_rec(&s, &code);
		}
		snprintf(line, sizeof(line), "stall #0 new to %d, 0 ns: a:1 sleeping %s and 0\n",
			 target, classes[target + 1]);
		finish(&s, line);
		records_clear(&r);
	}
}

#define SIGNAL "livepatch: signaling remaining tasks"

static void signals(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	/* Not while none is known to run. */
	message(&s, 0, SIGNAL);
	enable(&s, 7, "new");
	transition(&s, 7, WIRE_ACTION_START, 1);
	message(&s, 0, SIGNAL);
	transition(&s, 7, WIRE_ACTION_RETRY, 1);
	message(&s, 0, "[   12.345678] " SIGNAL);
	message(&s, 0, SIGNAL " again");
	expect(&s, "message #0 - [" SIGNAL "]\n"
		   "enable #1 new\n"
		   "transition #1 new start 1\n"
		   "transition #1 new signal 1\n"
		   "transition #1 new retry 1 tries 2\n"
		   "transition #1 new signal 1 tries 2\n"
		   "message #0 - [" SIGNAL " again]\n");
	/* It is going back. */
	transition(&s, 7, WIRE_ACTION_REVERSE, 0);
	message(&s, 0, SIGNAL);
	complete(&s, 7, 0, 0, "new");
	message(&s, 0, SIGNAL);
	expect(&s, "transition #1 new reverse 0\n"
		   "transition #1 new signal 0\n"
		   "transition #1 new complete 0 tries 1 ns 5000\n"
		   "message #0 - [" SIGNAL "]\n");
	/* Disabling is announced before it starts. */
	transition(&s, 0, WIRE_ACTION_DISABLE, 0);
	message(&s, 0, SIGNAL);
	transition(&s, 0, WIRE_ACTION_START, 0);
	message(&s, 0, SIGNAL);
	finish(&s, "disable #0 new\n"
		   "message #0 - [" SIGNAL "]\n"
		   "transition #0 new start 0\n"
		   "transition #0 new signal 0\n");
}

static void keep_event(void *ctx, const struct event *event)
{
	*(struct event *)ctx = *event;
}

static void times_and_task(void **state _unused_)
{
	struct event event = { 0 };
	struct stream s = { .d = decoder__new(keep_event, &event), .drop = -1 };
	struct wire_clock clock = { { WIRE_CLOCK, sizeof(clock), 0 }, 500, 1000000500 };
	struct wire_lost lost = { { WIRE_LOST, sizeof(lost), 0 }, 2000, 1, 2, 3, 4 };
	struct wire_freed rec = { .head = { .hdr = { WIRE_FREED, sizeof(rec), 0 },
					    .boot_ns = 1234,
					    .pid = 4000000000,
					    .tid = 4000000001,
					    .uid = UINT32_MAX } };

	memset(rec.head.comm, 'c', sizeof(rec.head.comm));
	feed_rec(&s, &rec);
	assert_true(event.boot_ns == 1234 && event.real_ns == 1234);
	feed_rec(&s, &clock);
	feed_rec(&s, &rec);
	assert_true(event.boot_ns == 1234 && event.real_ns == 1000001234);
	assert_true(event.has_task && event.pid == 4000000000 && event.tid == 4000000001);
	assert_true(event.uid == UINT32_MAX && !event.truncated && !event.patch);
	assert_int_equal(strlen(event.comm), WIRE_COMM_LEN);
	/* The clock may be behind what it was at boot. */
	clock.real_ns = 100;
	feed_rec(&s, &clock);
	feed_rec(&s, &lost);
	assert_int_equal(event.kind, EVENT_LOST);
	assert_true(event.boot_ns == 2000 && event.real_ns == 1600 && !event.has_task);
	assert_true(event.lost.records == 1 && event.lost.attempts == 2 &&
		    event.lost.lookups == 3 && event.lost.missed == 4);
	/* What klpscope sees itself is no task's doing; a signal is that of who sends it. */
	progress(&s, 0, 7, 0, 0);
	assert_true(event.kind == EVENT_PROGRESS && !event.has_task && event.progress.changed);
	assert_int_equal(event.progress.cost_ns, 5);
	assert_true(event.boot_ns == s.boot_ns);
	stall(&s, PATCH_ADDR(0), "new", "a:1", 0);
	assert_true(event.kind == EVENT_STALL && !event.has_task);
	transition(&s, 0, WIRE_ACTION_RETRY, 1);
	message(&s, 0, SIGNAL);
	assert_true(event.kind == EVENT_TRANSITION && event.has_task && event.pid == 10);
	assert_true(event.transition.action == ACTION_SIGNAL && !event.transition.duration_ns);
	decoder__free(s.d);
}

static void bad_records(struct stream *s)
{
	union record rec = { .hdr = { WIRE_RESULT, sizeof(rec.result), 11 } };

	assert_int_equal(feed(s, &rec, 0), -EBADMSG);
	assert_int_equal(feed(s, &rec, 7), -EBADMSG);
	assert_int_equal(feed(s, &rec, sizeof(rec.result) - 1), -EBADMSG);
	rec.hdr = (struct wire_hdr){ WIRE_WALK_END, sizeof(rec.end) - 8, 11 };
	assert_int_equal(feed(s, &rec, sizeof(rec.end) - 8), -EBADMSG);
	rec.hdr = (struct wire_hdr){ WIRE_WALK_BEGIN, sizeof(rec.begin), 11 };
	assert_int_equal(feed(s, &rec, sizeof(rec.begin)), -EBADMSG);
	rec.hdr = (struct wire_hdr){ WIRE_INVALID, 16, 11 };
	assert_int_equal(feed(s, &rec, 16), -EBADMSG);
	rec.hdr = (struct wire_hdr){ 15, 16, 11 };
	assert_int_equal(feed(s, &rec, 16), -EBADMSG);
}

/* Between any two records, bytes that are none change nothing. */
static void garbage_between(void **state _unused_)
{
	struct records r;
	struct stream s;
	struct wire_walk_begin begin = { .kind = WIRE_WALK_ENABLE, .attempt = 7 };

	stream_open(&s);
	begin.head = head(&s, WIRE_WALK_BEGIN, sizeof(begin));
	begin.head.hdr.walk = 11;
	bad_records(&s);
	feed_rec(&s, &begin);
	records_of(&r, 11, "new 1:1 vmlinux(f)");
	for (size_t i = 0; i < r.n; i++) {
		bad_records(&s);
		feed_rec(&s, &r.list[i]);
	}
	records_clear(&r);
	bad_records(&s);
	compat(&s, 7, false, "a 1:2;b 2:2");
	bad_records(&s);
	result(&s, 7, -EINVAL, COMPAT);
	finish(&s, REFUSAL);
}

#define GARBAGE 100000

/* Random bytes that are, as to its size, a record of some type; walks have @patches so far. */
static size_t random_record(union record *rec, uint64_t *seed, uint32_t patches[2])
{
	static const struct {
		uint8_t type;
		uint16_t size;
	} types[] = {
		{ WIRE_WALK_BEGIN, 80 },
		{ WIRE_WALK_BEGIN, 80 },
		{ WIRE_WALK_END, 32 },
		{ WIRE_WALK_END, 32 },
		{ WIRE_PATCH, 80 },
		{ WIRE_PATCH, 30 },
		{ WIRE_STATES, 16 },
		{ WIRE_OBJECT, 72 },
		{ WIRE_FUNC, 152 },
		{ WIRE_FUNC, 27 },
		{ WIRE_RESULT, 192 },
		{ WIRE_TRANSITION, 120 },
		{ WIRE_MESSAGE, 64 },
		{ WIRE_LOOKUP, 320 },
		{ WIRE_FREED, 112 },
		{ WIRE_CLOCK, 24 },
		{ WIRE_LOST, sizeof(struct wire_lost) },
		{ WIRE_HOOKS, 16 },
		{ WIRE_LOOKUP_COUNT, 224 },
		{ WIRE_CODE, sizeof(struct wire_code) },
		{ WIRE_TASK, offsetof(struct wire_task, frame) + 3 * sizeof(__u64) },
		{ WIRE_TASK, offsetof(struct wire_task, frame) },
		{ WIRE_FRAME, offsetof(struct wire_frame, text) + 20 },
		{ WIRE_CGROUP, offsetof(struct wire_cgroup, path) + 5 },
		{ WIRE_PROBE, sizeof(struct wire_probe) },
		{ WIRE_PROGRESS, sizeof(struct wire_progress) },
	};
	uint64_t r = random_u64(seed);
	size_t row = r % ARRAY_SIZE(types), size = types[row].size;

	for (size_t i = 0; i < sizeof(*rec) / 8; i++)
		((uint64_t *)rec)[i] = random_u64(seed);
	rec->hdr = (struct wire_hdr){ types[row].type, size, r >> 8 & 1 };
	/* Few attempts, walks and indices, so that records meet. */
	switch (rec->hdr.type) {
	case WIRE_WALK_BEGIN:
		patches[rec->hdr.walk] = 0;
		rec->begin.kind = 1 + (r >> 16) % 5;
		rec->begin.attempt = r >> 24 & 3;
		rec->begin.patch = r >> 32 & 1;
		rec->begin.verdict &= 1;
		rec->begin.canceled &= 1;
		rec->begin.target = (int)(r >> 40 & 3) - 1;
		break;
	case WIRE_TASK:
		rec->task.tid = r >> 16 & 3;
		rec->task.n_frames = (size - offsetof(struct wire_task, frame)) / sizeof(__u64);
		break;
	case WIRE_UNWOUND:
		rec->unwound.tid = r >> 16 & 3;
		rec->unwound.end = (r >> 24) % WIRE_UNWOUND_ENDS;
		rec->unwound.frames &= 7;
		break;
	case WIRE_DEEPER:
		rec->deeper.tid = r >> 16 & 3;
		rec->deeper.n_frames = (size - offsetof(struct wire_deeper, frame)) / sizeof(__u64);
		break;
	case WIRE_FRAME:
	case WIRE_CGROUP:
	case WIRE_PROBE:
		rec->frame.tid = r >> 16 & 3;
		rec->frame.index &= 3;
		break;
	case WIRE_PATCH:
		rec->patch.addr = r >> 16 & 1;
		rec->patch.index = r >> 24 & 7 ? patches[rec->hdr.walk]++ : r >> 32 & 1;
		break;
	case WIRE_STATES:
		rec->states.patch = r >> 16 & 1;
		rec->states.n = (r >> 24) % (WIRE_STATES_CHUNK + 1);
		rec->hdr.size = size += rec->states.n * sizeof(struct wire_state);
		for (size_t i = 0; i < rec->states.n; i++)
			rec->states.state[i] = (struct wire_state){ random_u64(seed) & 7, 0,
								    random_u64(seed) & 3 };
		break;
	case WIRE_OBJECT:
		rec->object.patch = r >> 16 & 1;
		rec->object.index = r >> 24 & 1;
		break;
	case WIRE_FUNC:
		rec->func.patch = r >> 16 & 1;
		rec->func.object = r >> 24 & 1;
		break;
	case WIRE_WALK_END:
		if (r >> 16 & 1)
			rec->end =
				(struct wire_walk_end){ .hdr = rec->hdr, .patches = r >> 24 & 1 };
		break;
	case WIRE_RESULT:
		rec->result.attempt = r >> 16 & 3;
		rec->result.stages &= r >> 24 & 1 ? ~0U : ~(uint32_t)WIRE_STAGE_START;
		break;
	case WIRE_TRANSITION:
		rec->transition.action = 1 + (r >> 16) % 6;
		rec->transition.attempt = r >> 24 & 3;
		break;
	case WIRE_MESSAGE:
		rec->message.len = (r >> 16) % (WIRE_TEXT_LEN + 1);
		rec->hdr.size = size += rec->message.len;
		rec->message.attempt = r >> 32 & 3;
		break;
	case WIRE_LOOKUP:
		rec->lookup.kind = 1 + (r >> 16 & 1);
		rec->lookup.attempt = r >> 24 & 3;
		break;
	}
	if (rec->hdr.type < WIRE_CLOCK)
		rec->head.boot_ns &= INT64_MAX / 4;
	return size;
}

struct sinks {
	struct sink text, json;
	uint64_t events, kinds;
};

static void to_sinks(void *ctx, const struct event *event)
{
	struct sinks *sinks = ctx;

	sink__event(&sinks->text, event);
	sink__event(&sinks->json, event);
	sinks->events++;
	sinks->kinds |= 1ULL << event->kind;
}

/* Now and then something sensible, whose whole walks pure chance would hardly make. */
static void sensible(struct stream *s, uint64_t attempt)
{
	enable(s, attempt, "new replace 1:1");
	compat(s, attempt, attempt & 1, attempt & 2 ? "old 1:2" : "old 1:1");
	complete(s, attempt, 1, 1, "old 1:1 2:1;new replace 1:1");
}

static void random_garbage(void **state _unused_)
{
	_cleanup_fclose_ FILE *null = fopen("/dev/null", "w");
	struct sink_options options = { .time = TIME_ISO };
	struct sinks sinks = { 0 };
	struct stream s = { .boot_ns = 100000, .drop = -1 };
	uint64_t seed = 42;
	uint32_t patches[2] = { 0 };
	union record rec;
	int taken = 0;

	assert_non_null(null);
	assert_int_equal(sink__open(&sinks.text, &sink_text, null, &options), 0);
	assert_int_equal(sink__open(&sinks.json, &sink_json, null, &options), 0);
	s.d = decoder__new(to_sinks, &sinks);
	for (int i = 0; i < GARBAGE; i++) {
		size_t size = random_record(&rec, &seed, patches);
		uint64_t r = random_u64(&seed);
		int err;

		if (i % 100 == 0)
			sensible(&s, i / 100 & 3);
		switch (r & 7) {
		case 0: /* cut, with or without saying so */
			size = (r >> 8) % (size + 1);
			if (r & 8)
				rec.hdr.size = size;
			break;
		case 1: /* one byte is something else */
			((uint8_t *)&rec)[(r >> 8) % size] = r >> 32;
			break;
		case 2: /* all of it is */
			for (size_t b = 0; b < size / 8; b++)
				((uint64_t *)&rec)[b] = random_u64(&seed);
			break;
		}
		if (rec.hdr.type == WIRE_CLOCK)
			rec.clock.real_ns = rec.clock.boot_ns + (r >> 40);
		if (rec.hdr.type < WIRE_CLOCK)
			rec.head.boot_ns &= INT64_MAX / 4;
		err = feed(&s, &rec, size);
		assert_true(err == 0 || err == -EBADMSG);
		taken += !err;
	}
	/* It was worth it: most came through, and made events of all kinds. */
	assert_true(taken > GARBAGE / 2);
	assert_true(sinks.events > GARBAGE / 4);
	assert_int_equal(sinks.kinds, (1ULL << EVENT_KINDS) - 1);
	decoder__free(s.d);
	sink__close(&sinks.text);
	sink__close(&sinks.json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_by_states),
		cmocka_unit_test(explained),
		cmocka_unit_test(accepted),
		cmocka_unit_test(start_lost),
		cmocka_unit_test(undecided),
		cmocka_unit_test(start_not_hooked),
		cmocka_unit_test(canceled),
		cmocka_unit_test(completed),
		cmocka_unit_test(disabled),
		cmocka_unit_test(reversed),
		cmocka_unit_test(disable_reversed),
		cmocka_unit_test(start_of_another),
		cmocka_unit_test(joined),
		cmocka_unit_test(disagreement),
		cmocka_unit_test(lost_records),
		cmocka_unit_test(lost_marks),
		cmocka_unit_test(numbers),
		cmocka_unit_test(many_attempts),
		cmocka_unit_test(kept_lines),
		cmocka_unit_test(kept_lookups),
		cmocka_unit_test(walks),
		cmocka_unit_test(snapshot),
		cmocka_unit_test(messages),
		cmocka_unit_test(hooks_asleep),
		cmocka_unit_test(lookups),
		cmocka_unit_test(times_and_task),
		cmocka_unit_test(samples),
		cmocka_unit_test(stalls),
		cmocka_unit_test(stalled_more),
		cmocka_unit_test(stalled_walks),
		cmocka_unit_test(stalled_in_function),
		cmocka_unit_test(signals),
		cmocka_unit_test(garbage_between),
		cmocka_unit_test(random_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
