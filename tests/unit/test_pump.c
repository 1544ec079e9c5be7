// SPDX-License-Identifier: GPL-2.0
#include "build.h"
#include "fake_clock.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "event/filter.h"
#include "pump.h"
#include "sink/sink.h"
#include "util/array.h"
#include "util/attributes.h"

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
	t->pump = (struct pump){ .source = &t->fake.source, .child = &t->child };
	pump__add(&t->pump, sink__consumer(&t->sink, &t->filter, 0));
}

static int test_run(struct test *t)
{
	return pump__close(&t->pump, pump__run(&t->pump));
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
		assert_int_equal(test_run(&t), 0);
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
		t.sink.count = cases[i].count;
		t.filter.patch = cases[i].patch;
		assert_int_equal(test_run(&t), 0);
		assert_int_equal(t.fake.finished, 1);
		test_close(&t, cases[i].lines);
	}
}

static void cannot_write(void **state _unused_)
{
	struct test t;

	test_open(&t, fopen("/dev/full", "w"));
	assert_int_equal(test_run(&t), -ENOSPC);
	assert_ptr_equal(t.pump.failed, &t.sink.consumer);
	assert_int_equal(t.fake.finished, 0);
	test_close(&t, NULL);
}

static void cannot_read(void **state _unused_)
{
	struct test t;

	test_open(&t, tmpfile());
	t.fake.err = -EIO;
	assert_int_equal(test_run(&t), -EIO);
	assert_null(t.pump.failed);
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
	assert_int_equal(test_run(&t), -EPIPE);
	assert_ptr_equal(t.pump.failed, &t.sink.consumer);
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
	assert_int_equal(test_run(&t), 0);
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
	assert_int_equal(test_run(&t), 0);
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
		assert_int_equal(test_run(&t), 0);
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

/* When it is due, at once if that is over, it is read without being readable. */
static void due(void **state _unused_)
{
	for (int future = 0; future < 2; future++) {
		struct due_source source = { 0 };
		struct test t;

		test_open(&t, tmpfile());
		source.fake.source = (struct source){ &due_ops, t.fake.source.fd };
		source.due_ns = future ? fake_now_ns + 20000000 : 1;
		t.pump.source = &source.fake.source;
		t.sink.count = 3;
		assert_int_equal(test_run(&t), 0);
		assert_int_equal(source.fake.consumed, 3);
		assert_true(fake_now_ns >= source.due_ns);
		test_close(&t, "freed #0 due\nfreed #0 due\nfreed #0 due\n");
	}
}

/* Never due, or after the end: the time ends the reading, and not later. */
static void due_and_end(void **state _unused_)
{
	static const uint64_t due_after[] = { 0, 20000000, 3600000000000 };

	for (size_t i = 0; i < ARRAY_SIZE(due_after); i++) {
		struct due_source source = { 0 };
		uint64_t begin_ns = fake_now_ns;
		struct test t;

		test_open(&t, tmpfile());
		source.fake.source = (struct source){ &due_ops, t.fake.source.fd };
		if (due_after[i])
			source.due_ns = begin_ns + due_after[i];
		t.pump.source = &source.fake.source;
		t.pump.duration_ns = 10000000;
		assert_int_equal(test_run(&t), 0);
		assert_int_equal(fake_now_ns, begin_ns + 10000000);
		assert_int_equal(source.fake.consumed, 2);
		test_close(&t, "freed #0 due\nfreed #0 due\n" END);
	}
}

/* Consumers one after another, each with what it was handed. */
struct note {
	struct consumer consumer; /* first */
	const char *name;
	FILE *out;
	int error; /* of its first flush */
	bool enough; /* with its first event */
	uint64_t due_ns;
};

static int note_record(struct consumer *consumer, const void *data, size_t size _unused_)
{
	struct note *note = (struct note *)consumer;

	fprintf(note->out, "%s record %u\n", note->name, ((const struct wire_hdr *)data)->type);
	return 0;
}

static int note_event(struct consumer *consumer, const struct event *event)
{
	struct note *note = (struct note *)consumer;

	fprintf(note->out, "%s ", note->name);
	event_line(note->out, event);
	return note->enough;
}

static int note_flush(struct consumer *consumer)
{
	struct note *note = (struct note *)consumer;
	int err = note->error;

	note->error = 0;
	fprintf(note->out, "%s flush\n", note->name);
	return err;
}

static int note_wake(struct consumer *consumer)
{
	struct note *note = (struct note *)consumer;

	if (note->due_ns && fake_now_ns >= note->due_ns) {
		fprintf(note->out, "%s due\n", note->name);
		note->due_ns = 0;
	}
	return 0;
}

static uint64_t note_due(const struct consumer *consumer)
{
	return ((const struct note *)consumer)->due_ns;
}

static int note_close(struct consumer *consumer, int err)
{
	struct note *note = (struct note *)consumer;

	fprintf(note->out, "%s close %d\n", note->name, err);
	return 0;
}

static const struct consumer_ops takes_events = { .event = note_event,
						  .flush = note_flush,
						  .close = note_close };
static const struct consumer_ops takes_records = {
	.record = note_record, .due = note_due, .wake = note_wake, .close = note_close
};

/* Records come before the events of them; each consumer has a filter of its own; all have enough when one has. */
static void several(void **state _unused_)
{
	static const struct filter only_b = { .patch = "*b" };
	static const struct {
		struct note a, b, c;
		uint64_t duration_ns;
		int err;
		bool failed; /* b has */
		const char *lines;
	} cases[] = {
		{ { { &takes_records } },
		  { { &takes_events, .filter = &only_b } },
		  { { &takes_events } },
		  .duration_ns = 1,
		  .lines =
			  "a record 11\nc freed #0 a\na record 11\nb freed #0 b\nc freed #0 b\na record 11\n"
			  "b freed #0 ab\nc freed #0 ab\nb flush\nc flush\nb flush\nc flush\n"
			  "a record 11\nc freed #0 end\na record 1\nb flush\nc flush\n"
			  "c enable #1 - no candidate incomplete\nb flush\nc flush\n"
			  "a close 0\nb close 0\nc close 0\n" },
		{ { { &takes_events } },
		  { { &takes_events, .filter = &only_b }, .enough = true },
		  { { &takes_events } },
		  .lines = "a freed #0 a\nc freed #0 a\na freed #0 b\nb freed #0 b\nc freed #0 b\n"
			   "a flush\nb flush\nc flush\na flush\nb flush\nc flush\n"
			   "a flush\nb flush\nc flush\na close 0\nb close 0\nc close 0\n" },
		/* Whose error it is; nobody is told of anything more but that it ends. */
		{ { { &takes_records } },
		  { { &takes_events, .filter = &only_b }, .error = -EIO },
		  { { &takes_events, .filter = &only_b } },
		  .err = -EIO,
		  .failed = true,
		  .lines =
			  "a record 11\na record 11\nb freed #0 b\nc freed #0 b\na record 11\n"
			  "b freed #0 ab\nc freed #0 ab\nb flush\na close -5\nb close -5\nc close -5\n" },
		/* Woken when one of them is due. */
		{ { { &takes_records }, .due_ns = 7 },
		  { { &takes_records }, .due_ns = UINT64_MAX / 2 },
		  { { &takes_records }, .due_ns = UINT64_MAX / 2 },
		  .duration_ns = 1,
		  .lines =
			  "a due\n"
			  "a record 11\nb record 11\nc record 11\na record 11\nb record 11\nc record 11\n"
			  "a record 11\nb record 11\nc record 11\n"
			  "a record 11\nb record 11\nc record 11\na record 1\nb record 1\nc record 1\n"
			  "a close 0\nb close 0\nc close 0\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct note notes[] = { cases[i].a, cases[i].b, cases[i].c };
		static const char *const names[] = { "a", "b", "c" };
		struct text text;
		struct test t;

		test_open(&t, tmpfile());
		text_open(&text);
		t.pump.n_consumers = 0;
		t.pump.duration_ns = cases[i].duration_ns;
		for (size_t n = 0; n < ARRAY_SIZE(notes); n++) {
			notes[n].name = names[n];
			notes[n].out = text.out;
			pump__add(&t.pump, &notes[n].consumer);
		}
		assert_int_equal(test_run(&t), cases[i].err);
		assert_ptr_equal(t.pump.failed, cases[i].failed ? &notes[1].consumer : NULL);
		text_expect(&text, cases[i].lines);
		text_close(&text);
		test_close(&t, "");
	}
}

/* Due before the end, and only then: what is due is done when it is. */
static void due_consumer(void **state _unused_)
{
	struct note note = { .consumer.ops = &takes_records, .name = "a" };
	struct text text;
	struct test t;

	test_open(&t, tmpfile());
	text_open(&text);
	note.out = text.out;
	note.due_ns = fake_now_ns + 3000000000;
	t.pump.duration_ns = 5000000000;
	t.filter.patch = "none";
	pump__add(&t.pump, &note.consumer);
	assert_int_equal(test_run(&t), 0);
	assert_int_equal(t.fake.consumed, 3);
	text_expect(
		&text,
		"a record 11\na record 11\na record 11\na due\na record 11\na record 1\na close 0\n");
	text_close(&text);
	test_close(&t, "");
}

/* A record that makes no sense ends the pump, unless somebody keeps records as they are. */
static void senseless(void **state _unused_)
{
	static const struct wire_hdr record = { 9999, sizeof(record), 0 };

	for (int keeps = 0; keeps < 2; keeps++) {
		struct note note = { .consumer = { .ops = &takes_records, .keeps = keeps },
				     .name = "a" };
		struct text text;
		struct test t;

		test_open(&t, tmpfile());
		text_open(&text);
		note.out = text.out;
		pump__add(&t.pump, &note.consumer);
		assert_int_equal(pump__record(&t.pump, &record, sizeof(record)),
				 keeps ? 0 : -EBADMSG);
		pump__close(&t.pump, -ECANCELED);
		text_expect(&text, "a record 9999\na close -125\n");
		text_close(&text);
		test_close(&t, "");
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
	t.sink.count = 1;
	assert_int_equal(test_run(&t), 0);
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
		cmocka_unit_test(several),
		cmocka_unit_test(due_consumer),
		cmocka_unit_test(senseless),
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
