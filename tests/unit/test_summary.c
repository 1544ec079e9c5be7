// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "sink/sink.h"
#include "sink/summary_table.h"
#include "util/attributes.h"

#define SEC 1000000000UL

static void begin_at(struct summary *s, const char *patch, enum transition_action action,
		     int target, uint64_t attempt)
{
	summary__event(s, &(struct event){
				  .kind = EVENT_TRANSITION,
				  .boot_ns = attempt * SEC,
				  .real_ns = 1795339542123456789,
				  .patch = patch,
				  .attempt = attempt,
				  .transition = { .action = action, .target = target },
			  });
}

static void action(struct summary *s, enum transition_action action, int target, uint32_t tries)
{
	summary__event(s, &(struct event){
				  .kind = EVENT_TRANSITION,
				  .patch = "p",
				  .transition = { action, target, tries, 1020000000 },
			  });
}

static void progress(struct summary *s, uint64_t remaining, uint32_t tries)
{
	summary__event(s, &(struct event){
				  .kind = EVENT_PROGRESS,
				  .patch = "p",
				  .progress = { .target = 1,
						.tries = tries,
						.tasks = 9,
						.remaining = remaining,
						.cost_ns = 2000000 },
			  });
}

static void stall(struct summary *s, const char *tasks, uint64_t more)
{
	struct blockers blockers = blockers_of(tasks);
	struct facts code = code_facts();

	classify(&blockers, &code, 1);
	summary__event(s, &(struct event){ .kind = EVENT_STALL,
					   .patch = "p",
					   .stall = { 1, 0, &blockers, more } });
	facts__clear(&code);
	blockers__clear(&blockers);
}

/* All of it but the explanations, a line for each transition. */
static void write_all(FILE *out, const struct summary *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct summary_transition *t = &s->list[i];

		fprintf(out, "%s #%" PRIu64 " at %" PRIu64 " to %d %s%s%s",
			t->patch ? t->patch : "-", t->attempt, (uint64_t)(t->begin_ns / SEC),
			t->target, outcome_name(t->outcome), t->reversed ? " reversed" : "",
			t->forced ? " forced" : "");
		fprintf(out, " tries %u signals %u ns %" PRIu64, t->tries, t->signals,
			t->duration_ns);
		fprintf(out, " samples %" PRIu64 " cost %" PRIu64 " most %" PRIu64 ":", t->samples,
			t->cost_ns, t->most_remaining);
		for (size_t b = 0; b < t->n_blockers; b++)
			fprintf(out, " %s:%u/%u%s %s", t->blockers[b].comm, t->blockers[b].pid,
				t->blockers[b].tid, t->blockers[b].kthread ? " K" : "",
				blocker_class_name(t->blockers[b].class));
		fprintf(out, " and %" PRIu64 "\n", t->more_blockers);
	}
	if (s->more)
		fprintf(out, "more %" PRIu64 "\n", s->more);
	if (s->incomplete)
		fputs("incomplete\n", out);
}

static void expect_all(struct summary *s, const char *expected)
{
	struct text text;

	text_open(&text);
	write_all(text.out, s);
	text_expect(&text, expected);
	text_close(&text);
	summary__clear(s);
	assert_true(!s->list && !s->n && !s->room && !s->more && !s->incomplete);
	summary__clear(s);
}

static void cases(void **state _unused_)
{
	struct summary s = { 0 };

	expect_all(&s, "");
	begin_at(&s, "p", ACTION_START, 1, 3);
	action(&s, ACTION_RETRY, 1, 2);
	action(&s, ACTION_SIGNAL, 1, 2);
	action(&s, ACTION_SIGNAL, 1, 0);
	action(&s, ACTION_COMPLETE, 1, 3);
	begin_at(&s, "q", ACTION_START, 1, 4);
	action(&s, ACTION_REVERSE, 0, 0);
	action(&s, ACTION_COMPLETE, 0, 0);
	begin_at(&s, "r", ACTION_START, 1, 5);
	action(&s, ACTION_FORCE, 1, 0);
	begin_at(&s, "u", ACTION_START, 1, 6);
	action(&s, ACTION_CANCEL, 0, 0);
	begin_at(&s, NULL, ACTION_START, 0, 0);
	expect_all(
		&s,
		"p #3 at 3 to 1 complete tries 3 signals 2 ns 1020000000 samples 0 cost 0 most 0: and 0\n"
		"q #4 at 4 to 0 complete reversed tries 0 signals 0 ns 1020000000 samples 0 cost 0 most 0: and 0\n"
		/* Its end was not seen. */
		"r #5 at 5 to 1 unknown forced tries 0 signals 0 ns 0 samples 0 cost 0 most 0: and 0\n"
		"u #6 at 6 to 0 cancel tries 0 signals 0 ns 0 samples 0 cost 0 most 0: and 0\n"
		"- #0 at 0 to 0 running tries 0 signals 0 ns 0 samples 0 cost 0 most 0: and 0\n");
}

/* A trace that begins in the middle of one, whichever event is the first. */
static void begun_before(void **state _unused_)
{
	struct summary s = { 0 };

	action(&s, ACTION_COMPLETE, 1, 9);
	progress(&s, 3, 4);
	action(&s, ACTION_COMPLETE, 1, 9);
	stall(&s, "a:1", 0);
	action(&s, ACTION_RETRY, 1, 5);
	expect_all(
		&s,
		"p #0 at 0 to 1 complete tries 9 signals 0 ns 1020000000 samples 0 cost 0 most 0: and 0\n"
		"p #0 at 0 to 1 complete tries 9 signals 0 ns 1020000000 samples 1 cost 2000000 most 3: and 0\n"
		"p #0 at 0 to 1 running tries 5 signals 0 ns 0 samples 0 cost 0 most 0: a:0/1 unknown and 0\n");
}

static void samples(void **state _unused_)
{
	struct summary s = { 0 };

	begin_at(&s, "p", ACTION_START, 0, 1);
	progress(&s, 3, 4);
	progress(&s, 5, 5);
	progress(&s, 4, 6);
	/* Told anew, once; of another class, it is another reason. */
	stall(&s, "a:11,1000=f;k:22,K,C1", 0);
	stall(&s, "a:11,1000=f;k:22,K,C1;a:12,1000=f", 2);
	stall(&s, "a:11,C1", 1);
	/* What does not belong to transitions. */
	summary__event(&s, &(struct event){ .kind = EVENT_FREED, .patch = "p" });
	expect_all(
		&s,
		"p #1 at 1 to 1 running tries 6 signals 0 ns 0 samples 3 cost 6000000 most 5:"
		" a:10/11 patched_function k:20/22 K busy_kthread a:10/12 patched_function a:10/11 running and 2\n");
	summary__event(&s, &(struct event){ .kind = EVENT_LOST, .lost = { 1 } });
	expect_all(&s, "incomplete\n");
}

static void limits(void **state _unused_)
{
	struct summary s = { 0 };
	char tasks[64];

	begin_at(&s, "p", ACTION_START, 1, 1);
	for (int i = 1; i <= SUMMARY_BLOCKERS_MAX + 2; i++) {
		snprintf(tasks, sizeof(tasks), "t:%d", i);
		stall(&s, tasks, 0);
	}
	assert_int_equal(s.list[0].n_blockers, SUMMARY_BLOCKERS_MAX);
	assert_int_equal(s.list[0].more_blockers, 2);
	for (int i = 1; i < SUMMARY_TRANSITIONS_MAX + 3; i++)
		begin_at(&s, "p", ACTION_START, 1, 1);
	assert_int_equal(s.n, SUMMARY_TRANSITIONS_MAX);
	assert_int_equal(s.more, 3);
	summary__clear(&s);
}

/* What comes after one that was not kept is not the last kept one's. */
static void beyond_the_limit(void **state _unused_)
{
	struct summary s = { 0 };

	for (int i = 0; i < SUMMARY_TRANSITIONS_MAX; i++)
		begin_at(&s, "p", ACTION_START, 1, 1);
	begin_at(&s, "q", ACTION_START, 1, 1);
	stall(&s, "a:1", 0);
	progress(&s, 7, 1);
	action(&s, ACTION_COMPLETE, 0, 5);
	assert_int_equal(s.n, SUMMARY_TRANSITIONS_MAX);
	assert_int_equal(s.more, 1);
	assert_int_equal(s.list[s.n - 1].outcome, OUTCOME_UNKNOWN);
	assert_int_equal(s.list[s.n - 1].target, 1);
	assert_int_equal(s.list[s.n - 1].n_blockers, 0);
	assert_int_equal(s.list[s.n - 1].samples, 0);
	/* The next one counts once, too, however many events it has. */
	progress(&s, 7, 1);
	progress(&s, 6, 1);
	action(&s, ACTION_CANCEL, 0, 5);
	assert_int_equal(s.more, 2);
	stall(&s, "a:1", 0);
	assert_int_equal(s.more, 3);
	summary__clear(&s);
	assert_false(s.beyond);
}

static void names(void **state _unused_)
{
	assert_string_equal(outcome_name(OUTCOME_RUNNING), "running");
	assert_string_equal(outcome_name(OUTCOME_COMPLETE), "complete");
	assert_string_equal(outcome_name(OUTCOME_CANCEL), "cancel");
	assert_string_equal(outcome_name(OUTCOME_UNKNOWN), "unknown");
}

static void expect_table(const struct summary *s, const char *expected)
{
	struct text text;

	text_open(&text);
	assert_int_equal(summary_table(text.out, s), 0);
	fflush(text.out);
	squeeze(text.s);
	assert_string_equal(text.s, expected);
	text_close(&text);
}

static void expect_json(const struct summary *s, const char *expected)
{
	struct sink sink;
	struct text text;

	text_open(&text);
	assert_int_equal(sink__open(&sink, &sink_json, text.out, &(struct sink_options){ 0 }), 0);
	sink__summary(&sink, s);
	text_expect(&text, expected);
	sink__close(&sink);
	text_close(&text);
}

#define ASLEEP	"asleep in f, which is being patched; it must return from there"
#define BUSY	"a busy kernel thread; it switches when the kernel finds it asleep"
#define HEADING "BEGIN PATCH TO OUTCOME DURATION TRIES BLOCKERS\n"

static void shown(void **state _unused_)
{
	struct summary s = { 0 };

	expect_table(&s, "\n0 transitions\n");
	expect_json(&s, "{\"event\":\"summary\",\"transitions\":[],\"more\":0}\n");

	begin_at(&s, "p\x1b", ACTION_START, 1, 3);
	action(&s, ACTION_COMPLETE, 1, 2);
	expect_table(&s, "\n1 transition:\n" HEADING
			 "09:25:42.123456 p\\x1b patched complete 1.020 s 2 -\n");
	expect_json(
		&s,
		"{\"event\":\"summary\",\"transitions\":[{\"patch\":\"p\\u001B\",\"attempt\":3,"
		"\"begin\":\"2026-11-22T09:25:42.123456789Z\",\"target\":\"patched\",\"outcome\":\"complete\","
		"\"reversed\":false,\"forced\":false,\"tries\":2,\"signals\":0,\"duration_ns\":1020000000,"
		"\"samples\":0,\"most_remaining\":0,\"cost_ns\":0,\"blockers\":[],\"more_blockers\":0}],\"more\":0}\n");
	summary__clear(&s);

	begin_at(&s, NULL, ACTION_START, 1, 0);
	progress(&s, 5, 2);
	stall(&s, "a\x1b:11,1000=f;k:22,K,C1", 3);
	action(&s, ACTION_SIGNAL, 1, 2);
	action(&s, ACTION_REVERSE, 0, 4);
	action(&s, ACTION_FORCE, -1, 0);
	begin_at(&s, "q", ACTION_START, 0, 0);
	progress(&s, 5, 2);
	progress(&s, 5, 2);
	stall(&s, "", 4);
	s.more = 5;
	s.incomplete = true;
	expect_table(
		&s,
		"\n2 transitions:\n" HEADING
		"09:25:42.123456 - unknown unknown,reversed,forced not seen 4 a\\x1b:11: " ASLEEP
		"\n"
		" k:22 (kernel thread): " BUSY "\n"
		" (3 more)\n"
		"09:25:42.123456 q patched running not seen 2 (4 more)\n"
		"(5 more)\n"
		"klpscope looked at all tasks 3 times: 6.0 ms of CPU time, 2.0 ms each\n"
		"events were lost: this may not be all\n");
	expect_json(
		&s,
		"{\"event\":\"summary\",\"transitions\":[{\"patch\":null,\"attempt\":null,"
		"\"begin\":\"2026-11-22T09:25:42.123456789Z\",\"target\":null,\"outcome\":\"unknown\","
		"\"reversed\":true,\"forced\":true,\"tries\":4,\"signals\":1,\"duration_ns\":null,"
		"\"samples\":1,\"most_remaining\":5,\"cost_ns\":2000000,\"blockers\":["
		"{\"pid\":10,\"tid\":11,\"comm\":\"a\\u001B\",\"kthread\":false,\"class\":\"patched_function\",\"explanation\":\"" ASLEEP
		"\"},{\"pid\":20,\"tid\":22,\"comm\":\"k\",\"kthread\":true,\"class\":\"busy_kthread\",\"explanation\":\"" BUSY
		"\"}],\"more_blockers\":3},{\"patch\":\"q\",\"attempt\":null,"
		"\"begin\":\"2026-11-22T09:25:42.123456789Z\",\"target\":\"patched\",\"outcome\":\"running\","
		"\"reversed\":false,\"forced\":false,\"tries\":2,\"signals\":0,\"duration_ns\":null,"
		"\"samples\":2,\"most_remaining\":5,\"cost_ns\":4000000,\"blockers\":[],\"more_blockers\":4}],"
		"\"more\":5,\"incomplete\":true}\n");
	summary__clear(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases),
		cmocka_unit_test(begun_before),
		cmocka_unit_test(samples),
		cmocka_unit_test(limits),
		cmocka_unit_test(beyond_the_limit),
		cmocka_unit_test(names),
		cmocka_unit_test(shown),
	};

	setenv("TZ", "UTC0", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
