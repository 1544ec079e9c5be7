// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

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

int main(void)
{
	/* Signals are blocked from the last but one on. */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(some_time),
		cmocka_unit_test(some_events),
		cmocka_unit_test(cannot_write),
		cmocka_unit_test(cannot_read),
		cmocka_unit_test(nobody_reads),
		cmocka_unit_test(with_command),
		cmocka_unit_test(signals_with_command),
		cmocka_unit_test(signals_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
