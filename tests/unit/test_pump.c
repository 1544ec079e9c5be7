// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "pump.h"
#include "util/cleanup.h"

/*
 * A source that has three events at once, one more at its end, and then the
 * beginning of another, which is told as far as it came.
 */
struct fake {
	struct source source;
	int consumed, finished;
	int err; /* of the first reading */
	void (*then)(int consumed); /* after each reading */
	int pipe[2];
};

static int give(record_fn fn, void *ctx, const char *name)
{
	struct wire_freed rec = { .head.hdr = { WIRE_FREED, sizeof(rec), 0 } };

	strncpy(rec.name, name, sizeof(rec.name));
	return fn(ctx, &rec, sizeof(rec));
}

static int consume(struct source *source, record_fn fn, void *ctx)
{
	struct fake *fake = (struct fake *)source;
	static const char *const names[] = { "a", "b", "ab" };
	int err = fake->err;

	for (size_t i = 0; !err && !fake->consumed && i < ARRAY_SIZE(names); i++)
		err = give(fn, ctx, names[i]);
	fake->consumed++;
	if (fake->then)
		fake->then(fake->consumed);
	return err;
}

static int finish(struct source *source, record_fn fn, void *ctx)
{
	struct wire_walk_begin begin = { .kind = WIRE_WALK_ENABLE, .attempt = 1 };
	int err = give(fn, ctx, "end");

	begin.head.hdr = (struct wire_hdr){ WIRE_WALK_BEGIN, sizeof(begin), 1 };
	((struct fake *)source)->finished++;
	return err ? err : fn(ctx, &begin, sizeof(begin));
}

static const struct source_ops ops = { consume, finish };

static bool write_event(struct sink *sink, const struct event *event)
{
	event_line(sink->out, event);
	return true;
}

static const struct sink_ops lines = { .name = "lines", .event = write_event };

/* A pump from the fake to a file; what the test wants to know else it sets itself. */
struct test {
	struct fake fake;
	struct sink sink;
	struct filter filter;
	struct child child;
	struct pump pump;
};

static void test_open(struct test *t, FILE *out)
{
	assert_non_null(out);
	*t = (struct test){ .fake.source.ops = &ops, .child = CHILD_NONE };
	assert_int_equal(pipe(t->fake.pipe), 0);
	t->fake.source.fd = t->fake.pipe[0];
	assert_int_equal(sink__open(&t->sink, &lines, out, &(struct sink_options){ 0 }), 0);
	t->pump = (struct pump){
		.source = &t->fake.source,
		.sink = &t->sink,
		.filter = &t->filter,
		.child = &t->child,
	};
}

static void test_close(struct test *t, const char *expected)
{
	char said[256];
	size_t n;

	if (expected) {
		rewind(t->sink.out);
		n = fread(said, 1, sizeof(said) - 1, t->sink.out);
		said[n] = '\0';
		assert_string_equal(said, expected);
	}
	fclose(t->sink.out);
	sink__close(&t->sink);
	close(t->fake.pipe[0]);
	close(t->fake.pipe[1]);
	child__release(&t->child);
}

#define THREE "freed #0 a\nfreed #0 b\nfreed #0 ab\n"
#define END   "freed #0 end\nenable #1 - no candidate incomplete\n"

/* Over at once, and while it waits for something to read, which never comes. */
static void some_time(void **state _unused_)
{
	static const uint64_t durations[] = { 1, 1000000 };

	for (size_t i = 0; i < ARRAY_SIZE(durations); i++) {
		struct test t;

		test_open(&t, tmpfile());
		t.pump.duration_ns = durations[i];
		assert_int_equal(pump_run(&t.pump), 0);
		assert_int_equal(t.fake.finished, 1);
		test_close(&t, THREE END);
	}
}

static void some_events(void **state _unused_)
{
	static const struct {
		uint64_t count;
		const char *patch, *lines;
	} cases[] = {
		{ 1, NULL, "freed #0 a\n" },
		{ 2, NULL, "freed #0 a\nfreed #0 b\n" },
		/* Counted is what passes the filter. */
		{ 2, "*b", "freed #0 b\nfreed #0 ab\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct test t;

		test_open(&t, tmpfile());
		t.pump.count = cases[i].count;
		t.filter.patch = cases[i].patch;
		assert_int_equal(pump_run(&t.pump), 0);
		assert_int_equal(t.fake.finished, 1);
		test_close(&t, cases[i].lines);
	}
}

static void cannot_write(void **state _unused_)
{
	struct test t;

	test_open(&t, fopen("/dev/full", "w"));
	assert_int_equal(pump_run(&t.pump), -ENOSPC);
	assert_true(t.pump.sink_failed);
	assert_int_equal(t.fake.finished, 0);
	test_close(&t, NULL);
}

static void cannot_read(void **state _unused_)
{
	struct test t;

	test_open(&t, tmpfile());
	t.fake.err = -EIO;
	assert_int_equal(pump_run(&t.pump), -EIO);
	assert_false(t.pump.sink_failed);
	assert_int_equal(t.fake.finished, 0);
	test_close(&t, "");
}

static void nobody_reads(void **state _unused_)
{
	void (*old)(int) = signal(SIGPIPE, SIG_IGN);
	struct test t;
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	close(fd[0]);
	test_open(&t, fdopen(fd[1], "w"));
	t.filter.patch = "none";
	assert_int_equal(pump_run(&t.pump), -EPIPE);
	assert_true(t.pump.sink_failed);
	test_close(&t, NULL);
	signal(SIGPIPE, old);
}

/* What the command caused before it ended is told. */
static void with_command(void **state _unused_)
{
	char *const argv[] = { "sh", "-c", "exit 3", NULL };
	struct test t;
	siginfo_t info;

	test_open(&t, tmpfile());
	assert_int_equal(child__spawn(&t.child, argv), 0);
	assert_int_equal(child__go(&t.child), 0);
	assert_int_equal(waitid(P_PID, t.child.pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(pump_run(&t.pump), 0);
	assert_true(t.child.ended);
	assert_int_equal(child__exit_status(&t.child), 3);
	test_close(&t, THREE END);
}

static void interrupt_then_terminate(int consumed)
{
	raise(consumed == 1 ? SIGINT : SIGTERM);
}

/* SIGINT is left to the command; SIGTERM is handed on to it. */
static void signals_with_command(void **state _unused_)
{
	char *const argv[] = { "true", NULL };
	struct test t;

	test_open(&t, tmpfile());
	assert_int_equal(child__spawn(&t.child, argv), 0);
	/* Once and for all: from here on signals wait until the pump does. */
	pump_signals();
	t.fake.then = interrupt_then_terminate;
	assert_int_equal(pump_run(&t.pump), 0);
	assert_int_equal(t.fake.consumed, 3);
	pump_wait_child(&t.child);
	assert_true(t.child.ended);
	assert_int_equal(child__exit_status(&t.child), 128 + SIGTERM);
	test_close(&t, THREE END);
}

static void raise_int(int consumed)
{
	if (consumed == 1)
		raise(SIGINT);
}

static void raise_hup(int consumed)
{
	if (consumed == 1)
		raise(SIGHUP);
}

/* Without a command either is a reason to stop; what comes until then is read. */
static void signals_alone(void **state _unused_)
{
	void (*const raises[])(int) = { raise_hup, raise_int };

	for (size_t i = 0; i < ARRAY_SIZE(raises); i++) {
		struct test t;

		test_open(&t, tmpfile());
		t.fake.then = raises[i];
		assert_int_equal(pump_run(&t.pump), 0);
		assert_int_equal(t.fake.consumed, 2);
		assert_int_equal(t.fake.finished, 1);
		test_close(&t, THREE END);
	}
}

/* A source that is due now and then, though nothing is ever readable. */
struct due_source {
	struct fake fake;
	uint64_t due_ns; /* what it says */
};

static uint64_t says_due(const struct source *source)
{
	return ((const struct due_source *)source)->due_ns;
}

static int consume_due(struct source *source, record_fn fn, void *ctx)
{
	((struct fake *)source)->consumed++;
	return give(fn, ctx, "due");
}

static const struct source_ops due_ops = { consume_due, finish, says_due };

static uint64_t monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* When it is due, at once if that is over, it is read without being readable. */
static void due(void **state _unused_)
{
	for (int future = 0; future < 2; future++) {
		struct due_source source = { 0 };
		struct test t;

		test_open(&t, tmpfile());
		source.fake.source = (struct source){ &due_ops, t.fake.source.fd };
		source.due_ns = future ? monotonic_ns() + 20000000 : 1;
		t.pump.source = &source.fake.source;
		t.pump.count = 3;
		assert_int_equal(pump_run(&t.pump), 0);
		assert_int_equal(source.fake.consumed, 3);
		assert_true(monotonic_ns() >= source.due_ns);
		test_close(&t, "freed #0 due\nfreed #0 due\nfreed #0 due\n");
	}
}

/* Never due, or after the end: the time ends the reading. */
static void due_and_end(void **state _unused_)
{
	static const struct {
		uint64_t due_after, end_after; /* ns */
		int consumed;
	} cases[] = {
		{ 0, 20000000, 2 },
		{ 3600000000000, 20000000, 2 },
		{ 20000000, 1, 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct due_source source = { 0 };
		struct test t;

		test_open(&t, tmpfile());
		source.fake.source = (struct source){ &due_ops, t.fake.source.fd };
		if (cases[i].due_after)
			source.due_ns = monotonic_ns() + cases[i].due_after;
		t.pump.source = &source.fake.source;
		t.pump.duration_ns = cases[i].end_after;
		assert_int_equal(pump_run(&t.pump), 0);
		assert_int_equal(source.fake.consumed, cases[i].consumed);
		test_close(&t, cases[i].consumed == 2 ? "freed #0 due\nfreed #0 due\n" END
						      : "freed #0 due\n" END);
	}
}

static int give_transition(record_fn fn, void *ctx, const char *name, enum wire_action action)
{
	struct wire_transition rec = { .head.hdr = { WIRE_TRANSITION, sizeof(rec), 0 },
				       .action = action,
				       .target = 1 };

	strncpy(rec.name, name, sizeof(rec.name));
	return fn(ctx, &rec, sizeof(rec));
}

static int consume_transitions(struct source *source, record_fn fn, void *ctx)
{
	int err = give_transition(fn, ctx, "a", WIRE_ACTION_START);

	((struct fake *)source)->consumed++;
	if (!err)
		err = give_transition(fn, ctx, "a", WIRE_ACTION_CANCEL);
	if (!err)
		err = give_transition(fn, ctx, "b", WIRE_ACTION_START);
	return err;
}

/* The summary is of the livepatches asked for, whatever else is filtered. */
static void summaries(void **state _unused_)
{
	static const struct source_ops transitions = { consume_transitions, finish, NULL };
	static const struct {
		struct filter filter;
		uint64_t count;
		const char *patches, *lines;
	} cases[] = {
		{ { 0 },
		  0,
		  "ab",
		  "transition #0 a start 1\ntransition #0 a cancel 1\ntransition #0 b start 1\n" END },
		{ { .patch = "b" }, 0, "b", "transition #0 b start 1\n" },
		{ { .kinds = 1 << EVENT_FREED }, 0, "ab", "freed #0 end\n" },
		{ { .has_state = true }, 0, "ab", "" },
		/* What comes after the last event that was asked for is not counted either. */
		{ { 0 }, 2, "a", "transition #0 a start 1\ntransition #0 a cancel 1\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct summary summary = { 0 };
		struct test t;

		test_open(&t, tmpfile());
		t.fake.source.ops = &transitions;
		t.filter = cases[i].filter;
		t.pump.summary = &summary;
		t.pump.count = cases[i].count;
		t.pump.duration_ns = 1;
		assert_int_equal(pump_run(&t.pump), 0);
		assert_int_equal(summary.n, strlen(cases[i].patches));
		for (size_t p = 0; p < summary.n; p++)
			assert_int_equal(summary.list[p].patch[0], cases[i].patches[p]);
		summary__clear(&summary);
		test_close(&t, cases[i].lines);
	}
}

static bool write_some(struct sink *sink, const struct event *event)
{
	return strcmp(event->patch ? event->patch : "", "a") && write_event(sink, event);
}

/* What the sink has nothing to write of does not count. */
static void count_of_written(void **state _unused_)
{
	static const struct sink_ops some = { .name = "some", .event = write_some };
	struct test t;

	test_open(&t, tmpfile());
	t.sink.ops = &some;
	t.pump.count = 1;
	assert_int_equal(pump_run(&t.pump), 0);
	test_close(&t, "freed #0 b\n");
}

int main(void)
{
	/* Signals are blocked from the last but one on. */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(some_time),
		cmocka_unit_test(some_events),
		cmocka_unit_test(due),
		cmocka_unit_test(due_and_end),
		cmocka_unit_test(summaries),
		cmocka_unit_test(count_of_written),
		cmocka_unit_test(cannot_write),
		cmocka_unit_test(cannot_read),
		cmocka_unit_test(nobody_reads),
		cmocka_unit_test(with_command),
		cmocka_unit_test(signals_with_command),
		cmocka_unit_test(signals_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
