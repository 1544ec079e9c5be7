// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <errno.h>
#include <string.h>

#include "live/sample.h"
#include "util/array.h"
#include "util/attributes.h"
#include "util/cleanup.h"

/* What the iterator writes, put together by the test. */
struct stream {
	char bytes[16384];
	size_t len;
};

static void put(struct stream *stream, const void *data, size_t size)
{
	assert_true(stream->len + size <= sizeof(stream->bytes));
	memcpy(stream->bytes + stream->len, data, size);
	stream->len += size;
}

static void put_task(struct stream *stream, uint32_t tid, uint32_t n_frames, const char *lines)
{
	struct wire_task rec = { .tid = tid, .n_frames = n_frames };

	rec.hdr =
		(struct wire_hdr){ WIRE_TASK, offsetof(struct wire_task, frame) + 8 * n_frames, 0 };
	for (uint32_t i = 0; i < n_frames; i++)
		rec.frame[i] = 1000 + i;
	put(stream, &rec, rec.hdr.size);
	put(stream, lines, strlen(lines));
}

static void put_progress(struct stream *stream, uint64_t left)
{
	struct wire_progress rec = { .head.hdr = { WIRE_PROGRESS, sizeof(rec), 0 }, .left = left };

	put(stream, &rec, sizeof(rec));
}

/* How far its stack was followed, and n frames more than its record holds. */
static void put_stack(struct stream *stream, uint32_t tid, uint32_t n)
{
	struct wire_unwound unwound = { .hdr = { WIRE_UNWOUND, sizeof(unwound), 0 },
					.tid = tid,
					.end = WIRE_UNWOUND_WHOLE,
					.frames = 2 };
	struct wire_deeper deeper = { .hdr = { WIRE_DEEPER,
					       offsetof(struct wire_deeper, frame) + 8 * n, 0 },
				      .tid = tid,
				      .n_frames = n };

	put(stream, &unwound, sizeof(unwound));
	if (n)
		put(stream, &deeper, deeper.hdr.size);
}

/* In memory of just its size: reading on would be noticed. */
static int parse(struct sample *sample, const struct stream *stream, size_t len)
{
	free(sample->stream);
	sample->stream = malloc(len + !len);
	assert_non_null(sample->stream);
	memcpy(sample->stream, stream->bytes, len);
	if (!sample->tasks)
		sample->tasks = calloc(SAMPLE_TASKS_MAX, sizeof(*sample->tasks));
	assert_non_null(sample->tasks);
	return sample__parse(sample, len);
}

static void clear(struct sample *sample)
{
	free(sample->stream);
	free(sample->tasks);
}

static void parts(void **state _unused_)
{
	struct sample sample = { 0 };
	struct stream stream = { 0 };

	put_progress(&stream, 7);
	assert_int_equal(parse(&sample, &stream, stream.len), 0);
	assert_int_equal(sample.n_tasks, 0);
	assert_int_equal(sample.progress.left, 7);

	stream.len = 0;
	put_task(&stream, 1, 2, "f+0x1/0x2 [m]\ng\n");
	put_task(&stream, 2, 0, "");
	put_task(&stream, 3, 1, "\n");
	put_progress(&stream, 3);
	/* What comes after it is not looked at. */
	put(&stream, "rest", 4);
	assert_int_equal(parse(&sample, &stream, stream.len), 0);
	assert_int_equal(sample.n_tasks, 3);
	assert_int_equal(sample.progress.left, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(sample.tasks[i].rec.tid, i + 1);
	assert_true(sample.tasks[0].rec.n_frames == 2 && sample.tasks[0].rec.frame[1] == 1001);
	assert_memory_equal(sample.tasks[0].frames, "f+0x1/0x2 [m]\ng\n", 16);
	assert_memory_equal(sample.tasks[2].frames, "\n", 1);
	/* Whatever is missing at its end, it is noticed. */
	for (size_t len = 0; len < stream.len - 4; len++)
		expect_true(parse(&sample, &stream, len) == -EBADMSG, "%zu bytes", len);
	clear(&sample);
}

/* What may come between a task and its lines. */
static void stacks(void **state _unused_)
{
	struct sample sample = { 0 };
	struct stream stream = { 0 };

	put_task(&stream, 1, 2, "");
	put_stack(&stream, 1, 0);
	put(&stream, "f\ng\n", 4);
	put_task(&stream, 2, 1, "");
	put_stack(&stream, 2, 2);
	put(&stream, "f\ng\nh\n", 6);
	put_task(&stream, 3, 1, "f\n");
	put_progress(&stream, 3);
	assert_int_equal(parse(&sample, &stream, stream.len), 0);
	assert_int_equal(sample.n_tasks, 3);
	assert_int_equal(sample.tasks[0].unwound.end, WIRE_UNWOUND_WHOLE);
	assert_int_equal(sample.tasks[0].unwound.frames, 2);
	assert_null(sample.tasks[0].deeper);
	assert_int_equal(sample.tasks[0].n_frames, 2);
	assert_memory_equal(sample.tasks[0].frames, "f\ng\n", 4);
	assert_non_null(sample.tasks[1].deeper);
	assert_int_equal(sample.tasks[1].n_frames, 3);
	assert_memory_equal(sample.tasks[1].frames, "f\ng\nh\n", 6);
	assert_true(!sample.tasks[2].unwound.hdr.type && !sample.tasks[2].deeper);
	for (size_t len = 0; len < stream.len; len++)
		expect_true(parse(&sample, &stream, len) == -EBADMSG, "%zu bytes", len);
	clear(&sample);
}

static void no_records(void **state _unused_)
{
	static const struct wire_hdr hdrs[] = {
		{ WIRE_TASK, 55, 0 },	   { WIRE_TASK, 63, 0 },      { WIRE_TASK, 64, 0 },
		{ WIRE_TASK, 0, 0 },	   { WIRE_TASK, 568 + 8, 0 }, { WIRE_TASK, 65535, 0 },
		{ WIRE_PROGRESS, 159, 0 }, { WIRE_PROGRESS, 161, 0 }, { WIRE_FRAME, 16, 0 },
		{ WIRE_INVALID, 56, 0 },   { WIRE_UNWOUND, 24, 0 },   { WIRE_DEEPER, 24, 0 },
	};
	struct sample sample = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(hdrs); i++) {
		struct stream stream = { 0 };

		/* A good one before, of which nothing may be left over. */
		put_task(&stream, 1, 2, "f\ng\n");
		put(&stream, &hdrs[i], sizeof(hdrs[i]));
		stream.len += 1000;
		put_progress(&stream, 3);
		expect_true(parse(&sample, &stream, stream.len) == -EBADMSG, "row %zu", i);
	}
	/* It says that it has frames, and has none. */
	for (uint32_t n = 1; n < 3; n++) {
		struct wire_task rec = { .hdr = { WIRE_TASK, 56, 0 }, .n_frames = n };
		struct stream stream = { 0 };

		put(&stream, &rec, rec.hdr.size);
		put(&stream, "f\ng\n", n * 2);
		put_progress(&stream, 3);
		assert_int_equal(parse(&sample, &stream, stream.len), -EBADMSG);
	}
	clear(&sample);
}

static void as_many_as_fit(void **state _unused_)
{
	struct sample sample = { 0 };
	struct stream stream = { 0 };

	for (uint32_t tid = 1; tid <= SAMPLE_TASKS_MAX; tid++)
		put_task(&stream, tid, 0, "");
	put_progress(&stream, 3);
	assert_int_equal(parse(&sample, &stream, stream.len), 0);
	assert_int_equal(sample.n_tasks, SAMPLE_TASKS_MAX);
	stream.len -= sizeof(struct wire_progress);
	put_task(&stream, 9, 0, "");
	put_progress(&stream, 3);
	assert_int_equal(parse(&sample, &stream, stream.len), -EBADMSG);
	clear(&sample);
}

/* Of @tasks, as records_add_tasks() has them, those that are new, by their numbers. */
static void look(struct reported *reported, uint64_t since, int target, const char *tasks,
		 const char *news)
{
	struct sample sample = { .progress = { .since_ns = since, .target = target } };
	struct records r;
	struct text text;

	sample.tasks = calloc(SAMPLE_TASKS_MAX, sizeof(*sample.tasks));
	assert_non_null(sample.tasks);
	records_of(&r, 0, "");
	records_add_tasks(&r, tasks);
	for (size_t i = 0; i < r.n; i++)
		if (r.list[i].hdr.type == WIRE_TASK)
			sample.tasks[sample.n_tasks++].rec = r.list[i].task;
	reported__keep_new(reported, &sample);
	text_open(&text);
	for (size_t i = 0; i < sample.n_tasks; i++)
		fprintf(text.out, "%s%u", i ? " " : "", sample.tasks[i].rec.tid);
	text_expect(&text, news);
	text_close(&text);
	records_clear(&r);
	free(sample.tasks);
}

static void news(void **state _unused_)
{
	_cleanup_free_ struct reported *reported = calloc(1, sizeof(*reported));

	assert_non_null(reported);
	look(reported, 1, 1, "a:1,10=,20=;b:2,10=,20=;c:3,C1", "1 2 3");
	/* Again: nothing. A new one: just that. */
	look(reported, 1, 1, "a:1,10=,20=;b:2,10=,20=;c:3,C2", "");
	look(reported, 1, 1, "a:1,10=,20=;d:4,10=,20=", "4");
	/* Moved: another frame, another order, one more, none; running; but each place only once. */
	look(reported, 1, 1, "a:1,10=,21=;b:2,20=,10=;d:4,10=,20=,30=", "1 2 4");
	look(reported, 1, 1, "a:1,10=,20=;b:2,10=,20=", "");
	look(reported, 1, 1, "a:1,C1,10=,20=;b:2", "1 2");
	/* About to run is the same as running, whatever is on the stack. */
	look(reported, 1, 1, "a:1,x0,10=;c:3,x0,10=,20=", "");
	look(reported, 1, 1, "c:3,x402,10=,20=;e:5,x400,10=", "3 5");
	look(reported, 1, 1, "e:5,x0,11=", "");
	/* Woken, it is where it was. */
	look(reported, 1, 1, "f:6,10=,20=", "6");
	look(reported, 1, 1, "f:6,x0,10=,20=", "");
	look(reported, 1, 1, "f:6,x0,11=,20=", "6");
	/* An idle task has no place. */
	look(reported, 1, 1, "i:0,I,10=", "0");
	look(reported, 1, 1, "i:0,I,11=", "");
	/* Who goes to and fro between more places is told no more. */
	look(reported, 1, 1, "a:1,1=", "1");
	look(reported, 1, 1, "a:1,2=", "");
	look(reported, 1, 1, "b:2,1=", "2");
	/* Another transition, or another direction of it: all anew. */
	look(reported, 2, 1, "a:1,2=;b:2,1=", "1 2");
	look(reported, 2, 1, "a:1,2=;b:2,1=", "");
	look(reported, 2, 0, "a:1,2=;b:2,1=", "1 2");
	look(reported, 2, 0, "a:1,2=;b:2,1=", "");
}

/* The number of a thread is taken again; its start tells them apart. */
static void same_number(void **state _unused_)
{
	_cleanup_free_ struct reported *reported = calloc(1, sizeof(*reported));
	struct sampled task = { .rec = { .tid = 1, .start_ns = 5, .state = 1 } };
	struct sample sample = { .tasks = &task };

	assert_non_null(reported);
	for (int round = 0; round < 4; round++) {
		task.rec.start_ns = 5 + round / 2;
		sample.n_tasks = 1;
		reported__keep_new(reported, &sample);
		assert_int_equal(sample.n_tasks, !(round % 2));
	}
}

/* More tasks come and go than are remembered: then all are told anew. */
static void forgotten(void **state _unused_)
{
	_cleanup_free_ struct reported *reported = calloc(1, sizeof(*reported));
	char task[32];

	assert_non_null(reported);
	for (int tid = 1; tid <= SAMPLE_TASKS_MAX; tid++) {
		char news[16];

		snprintf(task, sizeof(task), "t:%d", tid);
		snprintf(news, sizeof(news), "%d", tid);
		look(reported, 1, 1, task, news);
	}
	look(reported, 1, 1, "t:1", "");
	look(reported, 1, 1, "t:1000;t:1", "1000 1");
	look(reported, 1, 1, "t:1000;t:1", "");
	assert_int_equal(reported->n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts),     cmocka_unit_test(no_records),
		cmocka_unit_test(stacks),    cmocka_unit_test(as_many_as_fit),
		cmocka_unit_test(news),	     cmocka_unit_test(same_number),
		cmocka_unit_test(forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
