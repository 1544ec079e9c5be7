// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <inttypes.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "report/report.h"
#include "sink/report/forms.h"
#include "util/array.h"
#include "util/attributes.h"
#include "util/cleanup.h"

#define SEC  1000000000ULL
#define REAL 1795339542000000000LL

static struct event event_at(enum event_kind kind, unsigned int second, const char *patch,
			     uint64_t attempt)
{
	return (struct event){
		.kind = kind,
		.boot_ns = second * SEC,
		.real_ns = REAL + second * SEC,
		.has_task = true,
		.tid = 7,
		.comm = "insmod",
		.patch = patch,
		.attempt = attempt,
	};
}

/* The candidate as records_of() reads it, "" for none. */
static void enable(struct report *r, unsigned int second, const char *patch, uint64_t attempt,
		   const char *candidate)
{
	struct event event = event_at(EVENT_ENABLE, second, patch, attempt);
	struct facts facts = facts_of(candidate);

	event.enable.candidate = facts.n_patches ? &facts.patches[0] : NULL;
	report__event(r, &event);
	facts__clear(&facts);
}

static void refuse(struct report *r, unsigned int second, const char *patch, uint64_t attempt,
		   enum refused_cause cause)
{
	struct event event = event_at(EVENT_REFUSED, second, patch, attempt);
	struct conflicts none = { 0 };

	event.refused.cause = cause;
	event.refused.error = -22;
	event.refused.message = "";
	event.refused.explanation = "because";
	event.refused.conflicts = &none;
	report__event(r, &event);
}

static void act(struct report *r, unsigned int second, const char *patch, uint64_t attempt,
		enum transition_action action, int target)
{
	struct event event = event_at(EVENT_TRANSITION, second, patch, attempt);

	event.transition.action = action;
	event.transition.target = target;
	event.transition.tries = 2;
	event.transition.duration_ns = action == ACTION_COMPLETE ? 3 * SEC : 0;
	report__event(r, &event);
}

static void replace(struct report *r, unsigned int second, const char *patch, const char *by)
{
	struct event event = event_at(EVENT_REPLACED, second, patch, 0);

	event.replaced.by = by;
	report__event(r, &event);
}

static void progress(struct report *r, unsigned int second, uint64_t elapsed, uint64_t remaining)
{
	struct event event = event_at(EVENT_PROGRESS, second, "p", 0);

	event.has_task = false;
	event.progress.target = 1;
	event.progress.remaining = remaining;
	event.progress.tasks = 9;
	event.progress.elapsed_ns = elapsed * SEC;
	report__event(r, &event);
}

static void stall(struct report *r, unsigned int second, uint64_t elapsed, const char *tasks,
		  uint64_t more)
{
	struct event event = event_at(EVENT_STALL, second, "p", 0);
	struct blockers blockers = blockers_of(tasks);
	struct facts code = code_facts();

	classify(&blockers, &code, 1);
	event.stall.target = 1;
	event.stall.elapsed_ns = elapsed * SEC;
	event.stall.blockers = &blockers;
	event.stall.more = more;
	report__event(r, &event);
	facts__clear(&code);
	blockers__clear(&blockers);
}

static const struct report_patch *patch_of(const struct report *r, const char *name)
{
	for (size_t i = 0; i < r->patches.n; i++) {
		const struct report_patch *patch = r->patches.list[i];

		if (!strcmp(patch->name, name))
			return patch;
	}
	fail_msg("there is no %s", name);
	return NULL;
}

static void attempts(void **state _unused_)
{
	struct report *r = report__new();

	enable(r, 1, "p", 1, "p");
	act(r, 2, "p", 1, ACTION_START, 1);
	enable(r, 3, "q", 2, "q");
	refuse(r, 4, "q", 2, CAUSE_TRANSITION_BUSY);
	act(r, 5, "p", 1, ACTION_COMPLETE, 1);
	/* Of this one, the beginning was lost; of the next, the end. */
	refuse(r, 6, "q", 3, CAUSE_SYMBOL);
	enable(r, 7, "q", 4, "q");
	report__finish(r);
	assert_int_equal(r->attempts, 4);
	assert_int_equal(r->accepted, 1);
	assert_int_equal(r->undecided, 1);
	assert_int_equal(report__refusals(r), 2);
	assert_int_equal(patch_of(r, "p")->accepted, 1);
	assert_int_equal(patch_of(r, "q")->attempts, 3);
	assert_int_equal(patch_of(r, "q")->refused[CAUSE_SYMBOL], 1);
	assert_int_equal(patch_of(r, "q")->undecided, 1);
	assert_int_equal(patch_of(r, "p")->durations.max, 3 * SEC);
	report__free(r);
}

static void reversed_and_forced(void **state _unused_)
{
	struct report *r = report__new();
	const struct report_transition *t;

	enable(r, 1, "p", 1, "p");
	act(r, 2, "p", 1, ACTION_START, 1);
	act(r, 3, "p", 1, ACTION_REVERSE, 0);
	act(r, 4, "p", 1, ACTION_FORCE, 0);
	act(r, 5, "p", 1, ACTION_COMPLETE, 0);
	/* Its end is not seen, as another begins. */
	act(r, 6, "q", 0, ACTION_START, 1);
	act(r, 9, "s", 0, ACTION_START, 1);
	report__finish(r);
	assert_int_equal(recent__n(&r->transitions), 3);
	t = recent__at(&r->transitions, 0);
	assert_true(t->t.reversed && t->t.forced);
	assert_int_equal(t->first_target, 1);
	assert_int_equal(t->end.boot_ns, 5 * SEC);
	assert_string_equal(t->forced_by.comm, "insmod");
	t = recent__at(&r->transitions, 1);
	assert_int_equal(t->t.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(t->end.boot_ns, 6 * SEC);
	assert_false(t->t.reversed);
	t = recent__at(&r->transitions, 2);
	assert_int_equal(t->t.outcome, OUTCOME_RUNNING);
	report__free(r);
}

/* What is installed, and for how long it was. */
static void periods(void **state _unused_)
{
	struct report *r = report__new();
	const struct report_period *period;

	enable(r, 1, "p", 1, "p 1:1");
	act(r, 2, "p", 1, ACTION_START, 1);
	act(r, 3, "p", 1, ACTION_COMPLETE, 1);
	enable(r, 4, "q", 2, "q 1:2 replace");
	act(r, 5, "q", 2, ACTION_START, 1);
	act(r, 6, "q", 2, ACTION_COMPLETE, 1);
	replace(r, 6, "p", "q");
	report__finish(r);
	assert_int_equal(r->now.facts.n_patches, 1);
	assert_string_equal(r->now.facts.patches[0].name, "q");
	assert_int_equal(r->now.facts.patches[0].states[0].version, 2);
	assert_false(r->now.known);
	assert_int_equal(recent__n(&r->periods), 2);
	period = recent__at(&r->periods, 0);
	assert_string_equal(period->patch, "p");
	assert_string_equal(period->replaced_by, "q");
	assert_int_equal(period->from.boot_ns, 2 * SEC);
	assert_int_equal(period->to.boot_ns, 6 * SEC);
	assert_false(period->open);
	period = recent__at(&r->periods, 1);
	assert_string_equal(period->patch, "q");
	assert_true(period->open);
	report__free(r);
}

static void begin_recording(struct report *r, const char *name, unsigned int second,
			    const char *boot_id, bool follows)
{
	struct report_recording recording = {
		.name = (char *)name,
		.boot_id = (char *)boot_id,
		.machine_id = "m",
		.begin = { second * SEC, REAL + second * SEC },
		.follows = follows,
	};

	assert_int_equal(report__recording(r, &recording), 0);
}

static void end_recording(struct report *r, unsigned int second)
{
	report__recording_ends(r, &(struct report_when){ second * SEC, REAL + second * SEC });
}

static void snapshot(struct report *r, unsigned int second, const char *text)
{
	struct snapshot snapshot = { .installed = facts_of(text) };

	report__snapshot(r, &snapshot, &(struct report_when){ second * SEC, REAL + second * SEC });
	snapshot_clear(&snapshot);
}

static void recordings(void **state _unused_)
{
	struct report *r = report__new();
	const struct report_recording *recording;
	const struct report_change *change;

	begin_recording(r, "a", 10, "b1", false);
	snapshot(r, 10, "p 1:1");
	end_recording(r, 20);
	begin_recording(r, "b", 20, "b1", true);
	snapshot(r, 20, "p 1:1");
	end_recording(r, 30);
	begin_recording(r, "c", 45, "b1", false);
	snapshot(r, 45, "q 1:2 5:1");
	end_recording(r, 50);
	begin_recording(r, "d", 60, "b2", false);
	snapshot(r, 60, "");
	report__finish(r);

	recording = recent__at(&r->recordings, 1);
	assert_false(recording->has_gap);
	recording = recent__at(&r->recordings, 2);
	assert_true(recording->has_gap);
	assert_int_equal(recording->gap_ns, 15 * SEC);
	assert_true(recording->changed_unseen);
	assert_false(recording->other_boot);
	recording = recent__at(&r->recordings, 3);
	assert_true(recording->other_boot);

	assert_true(r->before.known);
	assert_string_equal(r->before.facts.patches[0].name, "p");
	assert_int_equal(r->now.facts.n_patches, 0);
	/* 1: found with version 1, found with 2; 5: found; both gone after the restart. */
	assert_int_equal(recent__n(&r->changes), 5);
	change = recent__at(&r->changes, 0);
	assert_true(change->found && !change->from_patch && change->to_version == 1);
	change = recent__at(&r->changes, 1);
	assert_int_equal(change->id, 1);
	assert_string_equal(change->from_patch, "p");
	assert_string_equal(change->to_patch, "q");
	assert_int_equal(change->from_version, 1);
	change = recent__at(&r->changes, 4);
	assert_null(change->to_patch);
	report__free(r);
}

static void select_seconds(struct report *r, int64_t since, int64_t until)
{
	const struct moment from = { .set = since, .boot = true, .ns = since * (int64_t)SEC };
	const struct moment to = { .set = until, .boot = true, .ns = until * (int64_t)SEC };

	report__select(r, &from, &to);
}

/* A part that begins and ends in transitions. */
static void selection(void **state _unused_)
{
	struct report *r = report__new();
	const struct report_transition *t;
	const struct report_period *period;

	select_seconds(r, 10, 20);
	begin_recording(r, "a", 1, "b1", false);
	snapshot(r, 1, "o 9:1");
	enable(r, 2, "p", 1, "p 1:1");
	act(r, 3, "p", 1, ACTION_START, 1);
	refuse(r, 4, "x", 2, CAUSE_SYMBOL);
	progress(r, 8, 5, 1);
	stall(r, 8, 5, "a:100", 0);
	progress(r, 9, 6, 1);
	progress(r, 11, 8, 1);
	act(r, 12, "p", 1, ACTION_COMPLETE, 1);
	enable(r, 15, "q", 3, "q 1:2");
	act(r, 16, "q", 3, ACTION_START, 1);
	act(r, 21, "q", 3, ACTION_COMPLETE, 1);
	end_recording(r, 30);
	begin_recording(r, "b", 40, "b1", false);
	snapshot(r, 40, "");
	report__finish(r);

	assert_int_equal(r->begin.boot_ns, 10 * SEC);
	assert_int_equal(r->end.boot_ns, 20 * SEC);
	assert_int_equal(r->end.real_ns, REAL + 20 * SEC);
	assert_int_equal(r->events, 4);
	assert_int_equal(r->selection.events_left_out, 7);
	assert_int_equal(r->selection.recordings_left_out, 1);
	assert_int_equal(recent__n(&r->recordings), 1);
	assert_int_equal(r->attempts, 1);
	assert_int_equal(report__refusals(r), 0);
	assert_true(r->before.known);
	assert_int_equal(r->before.facts.n_patches, 2);
	assert_string_equal(r->before.transition, "p");
	assert_int_equal(r->now.facts.n_patches, 3);
	assert_string_equal(r->now.transition, "q");
	/* That which was on its way in has a beginning before. */
	assert_int_equal(recent__n(&r->transitions), 2);
	t = recent__at(&r->transitions, 0);
	assert_true(t->began);
	assert_int_equal(t->begin.boot_ns, 3 * SEC);
	assert_int_equal(t->t.outcome, OUTCOME_COMPLETE);
	t = recent__at(&r->transitions, 1);
	assert_int_equal(t->t.outcome, OUTCOME_RUNNING);
	assert_int_equal(t->end.boot_ns, 20 * SEC);
	/* Who held it up was told before, and is not told again. */
	assert_int_equal(r->stalls.n, 1);
	assert_int_equal(((const struct report_stall *)r->stalls.list[0])->at_least_ns, 8 * SEC);
	assert_int_equal(recent__n(&r->periods), 3);
	period = recent__at(&r->periods, 0);
	assert_true(period->from_before && period->open);
	assert_int_equal(period->from.boot_ns, 10 * SEC);
	report__free(r);
}

/* It begins where nobody watched. */
static void selection_in_gap(void **state _unused_)
{
	struct report *r = report__new();
	const struct report_recording *recording;

	select_seconds(r, 30, 0);
	begin_recording(r, "a", 1, "b1", false);
	snapshot(r, 1, "o 9:1");
	end_recording(r, 20);
	begin_recording(r, "b", 50, "b1", false);
	snapshot(r, 50, "o 9:1;p 1:1");
	act(r, 60, "q", 0, ACTION_START, 1);
	end_recording(r, 70);
	report__finish(r);
	assert_int_equal(r->begin.boot_ns, 30 * SEC);
	assert_int_equal(r->end.boot_ns, 70 * SEC);
	assert_int_equal(recent__n(&r->recordings), 1);
	recording = recent__at(&r->recordings, 0);
	assert_string_equal(recording->name, "b");
	assert_true(recording->has_gap && recording->changed_unseen);
	assert_int_equal(recording->gap_ns, 30 * SEC);
	assert_int_equal(r->before.facts.n_patches, 1);
	report__free(r);
}

/* The wall clock is set back, in a recording and between two of one boot; the machine is started again. */
static void clock_set(void **state _unused_)
{
	struct report *r = report__new();
	const struct report_step *step;
	const struct report_recording *recording;
	struct report_recording later = { .name = "b",
					  .boot_id = "b1",
					  .machine_id = "m",
					  .begin = { 40 * SEC, REAL - 500 * SEC, 0 } };
	_cleanup_free_ struct timeline_entry *list = NULL;
	size_t n;

	begin_recording(r, "a", 1, "b1", false);
	report__clock(r, 1 * SEC, REAL + 1 * SEC);
	/* Two clocks are not read in one moment. */
	report__clock(r, 2 * SEC, REAL + 2 * SEC + 50000000);
	act(r, 10, "p", 1, ACTION_START, 1);
	report__clock(r, 12 * SEC, REAL + 12 * SEC - 100 * SEC);
	for (unsigned int second = 14; second < 16; second++) {
		struct event event = event_at(EVENT_REFUSED, second, "q", 0);
		struct conflicts none = { 0 };

		event.real_ns -= 100 * SEC;
		event.refused.conflicts = &none;
		report__event(r, &event);
	}
	report__recording_ends(r, &(struct report_when){ 20 * SEC, REAL - 80 * SEC, 0 });
	assert_int_equal(report__recording(r, &later), 0);
	report__clock(r, 40 * SEC, REAL - 500 * SEC);
	begin_recording(r, "c", 2, "b2", false);
	report__clock(r, 2 * SEC, REAL + 2 * SEC);
	report__finish(r);

	assert_int_equal(recent__n(&r->steps), 2);
	step = recent__at(&r->steps, 0);
	assert_int_equal(step->by_ns, -100050000000);
	step = recent__at(&r->steps, 1);
	assert_int_equal(step->by_ns, -440 * (int64_t)SEC);
	recording = recent__at(&r->recordings, 1);
	assert_int_equal(recording->gap_ns, 20 * SEC);
	list = report__timeline(r, &n);
	assert_non_null(list);
	assert_int_equal(n, 9);
	for (size_t i = 1; i < n; i++)
		assert_true(list[i].when.line_ns >= list[i - 1].when.line_ns);
	assert_int_equal(list[1].kind, TIMELINE_BEGIN);
	assert_int_equal(list[2].kind, TIMELINE_STEP);
	assert_int_equal(list[3].kind, TIMELINE_REFUSAL);
	assert_int_equal(list[n - 1].kind, TIMELINE_RECORDING);
	/* The last boot begins behind what is known of the one before. */
	assert_int_equal(report_between(&r->begin, &r->end), 39 * SEC + 1);
	report__free(r);
}

/* How long a task was waited for, where nobody says when it had switched. */
static void waits(void **state _unused_)
{
	struct report *r = report__new();
	const struct report_stall *a, *b;

	act(r, 0, "p", 0, ACTION_START, 1);
	progress(r, 1, 1, 3);
	stall(r, 1, 1, "a:1,1000=f;b:2,K,C1;b:3,K,C1", 0);
	progress(r, 5, 5, 3);
	progress(r, 7, 7,
		 2); /* one of them has switched: which, is not known, but both b or a b is left */
	progress(r, 9, 9, 1); /* any of them */
	act(r, 20, "p", 0, ACTION_COMPLETE, 1);
	/* And once more, beside tasks that were not told: nothing follows from how many are left. */
	act(r, 30, "p", 0, ACTION_START, 1);
	stall(r, 31, 1, "a:1,1000=f", 2);
	progress(r, 39, 9, 3);
	report__finish(r);

	assert_int_equal(r->stalls.n, 2);
	a = r->stalls.list[0];
	b = r->stalls.list[1];
	assert_string_equal(a->comm, "a");
	assert_int_equal(a->n_frames, 1);
	assert_int_equal(a->seen, 2);
	assert_int_equal(a->transitions, 2);
	assert_int_equal(a->at_least_ns, 5 * SEC);
	assert_int_equal(a->total_at_least_ns, 6 * SEC);
	assert_int_equal(a->at_most_ns, 3 * SEC); /* what the kernel's end said */
	assert_int_equal(b->seen, 2);
	assert_int_equal(b->transitions, 1);
	assert_int_equal(b->at_least_ns, 7 * SEC);
	report__free(r);
}

/* All limits are reached, and said. */
static void limits(void **state _unused_)
{
	struct report *r = report__new();
	char name[32];
	struct text text;

	for (unsigned int i = 0; i < REPORT_PATCHES_MAX + 5; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		enable(r, i + 1, name, i + 1, name);
		refuse(r, i + 1, name, i + 1, CAUSE_SYMBOL);
	}
	for (unsigned int i = 0; i < REPORT_TRANSITIONS_MAX + 3; i++) {
		act(r, i + 2000, "p1", 0, ACTION_START, 0);
		act(r, i + 2000, "p1", 0, ACTION_COMPLETE, 0);
	}
	report__finish(r);
	assert_int_equal(r->patches.n, REPORT_PATCHES_MAX);
	assert_int_equal(r->patches.more, 10);
	assert_int_equal(r->attempts, REPORT_PATCHES_MAX + 5);
	assert_int_equal(report__refusals(r), REPORT_PATCHES_MAX + 5);
	assert_int_equal(recent__n(&r->refusals), REPORT_REFUSALS_MAX);
	assert_int_equal(recent__earlier(&r->refusals),
			 REPORT_PATCHES_MAX + 5 - REPORT_REFUSALS_MAX);
	assert_int_equal(recent__earlier(&r->transitions), 3);
	assert_int_equal(patch_of(r, "p1")->transitions, REPORT_TRANSITIONS_MAX + 3);
	assert_false(report__kept_all(r));
	text_open(&text);
	assert_int_equal(report_text(text.out, r, &(struct table_options){ 0 }), 0);
	fflush(text.out);
	assert_non_null(strstr(text.s, "# NOT ALL : 10 events of further livepatches"));
	assert_non_null(strstr(text.s, "# NOT ALL : 3 earlier transitions"));
	assert_non_null(strstr(text.s, "# NOT ALL : 5 earlier refusals"));
	text_close(&text);
	report__free(r);
}

/* Names that want to be something else come out harmless in every form. */
static void hostile_names(void **state _unused_)
{
	static const char evil[] = "\x1b[2J</title><script>alert(1)</script>|`*\xff";
	struct report *r = report__new();
	struct text text;

	enable(r, 1, evil, 1, "p");
	refuse(r, 2, evil, 1, CAUSE_SYMBOL);
	act(r, 3, evil, 0, ACTION_START, 1);
	act(r, 4, evil, 0, ACTION_COMPLETE, 1);
	report__finish(r);
	for (int form = 0; form < 4; form++) {
		text_open(&text);
		if (form == 0)
			assert_int_equal(report_text(text.out, r, &(struct table_options){ 0 }), 0);
		else if (form == 1)
			assert_int_equal(report_json(text.out, r), 0);
		else if (form == 2)
			assert_int_equal(report_markdown(text.out, r), 0);
		else
			assert_int_equal(report_html(text.out, r), 0);
		fflush(text.out);
		assert_null(strchr(text.s, '\x1b'));
		assert_null(strchr(text.s, '\xff'));
		if (form >= 2) {
			if (form == 2)
				assert_null(strstr(text.s, "|`*"));
			/* In Markdown, a backslash before it. */
			for (const char *s = text.s; (s = strstr(s, "<script>alert")); s++)
				expect_true(form == 2 && s[-1] == '\\', "form %d", form);
		}
		text_close(&text);
	}
	report__free(r);
}

static void options(void **state _unused_)
{
	static const struct {
		struct table_options options;
		bool right;
	} rows[] = {
		{ { 0 }, true },
		{ { .table = "STALLS", .columns = "task,STACK", .sort = "-atleast" }, true },
		{ { .columns = "+FORCED", .sort = "MAX" }, true },
		{ { .table = "x" }, false },
		{ { .columns = "PATCH,STACK" }, false },
		{ { .sort = "-STACK" }, false },
	};
	char problem[TABLE_PROBLEM_LEN];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		expect_true(!table_check(report_table_types, &rows[i].options, problem) ==
				    rows[i].right,
			    "row %zu", i);
	/* What a user looks for where it is not. */
	assert_int_equal(table_check(report_table_types,
				     &(struct table_options){ .sort = "DURATION" }, problem),
			 -EINVAL);
	assert_non_null(strstr(problem, "it is in --table transitions"));
}

static void sorted(void **state _unused_)
{
	const struct table_options options = { .columns = "PATCH,ATTEMPTS",
					       .sort = "-ATTEMPTS",
					       .noheadings = true };
	struct report *r = report__new();
	struct text text;

	refuse(r, 1, "a", 1, CAUSE_SYMBOL);
	for (int i = 0; i < 10; i++)
		refuse(r, 1, "b", i + 2, CAUSE_SYMBOL);
	for (int i = 0; i < 2; i++)
		refuse(r, 1, "c", i + 20, CAUSE_SYMBOL);
	report__finish(r);
	text_open(&text);
	assert_int_equal(report_text(text.out, r, &options), 0);
	fflush(text.out);
	squeeze(text.s);
	assert_string_equal(text.s, "b 10\nc 2\na 1\n");
	text_close(&text);
	report__free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attempts),
		cmocka_unit_test(reversed_and_forced),
		cmocka_unit_test(periods),
		cmocka_unit_test(recordings),
		cmocka_unit_test(waits),
		cmocka_unit_test(limits),
		cmocka_unit_test(hostile_names),
		cmocka_unit_test(options),
		cmocka_unit_test(sorted),
		cmocka_unit_test(selection),
		cmocka_unit_test(selection_in_gap),
		cmocka_unit_test(clock_set),
	};

	setenv("TZ", "UTC0", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
