// SPDX-License-Identifier: GPL-2.0
/* The recorder on a disk that becomes full: this write() takes only so many bytes. */
#include "build.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recording/frames.h"
#include "recording/recorder.h"
#include "recording/recorded.h"

#define UNLIMITED SIZE_MAX

static char path[64];
static size_t space = UNLIMITED;
static int limited_fd = -1; /* other files have space */

ssize_t write(int fd, const void *data, size_t size)
{
	if (space == UNLIMITED || fd != limited_fd)
		return syscall(SYS_write, fd, data, size);
	if (!space) {
		errno = ENOSPC;
		return -1;
	}
	if (size > space)
		size = space;
	space -= size;
	return syscall(SYS_write, fd, data, size);
}

struct news {
	unsigned int full, space;
	uint64_t dropped;
};

static void on_news(void *ctx, const struct recorder_news *news)
{
	struct news *seen = ctx;

	seen->full += news->kind == RECORDER_FULL;
	seen->space += news->kind == RECORDER_SPACE;
	seen->dropped += news->dropped * (news->kind == RECORDER_SPACE);
}

static struct recorder *open_recorder(struct news *news, bool wait_space)
{
	const struct recorder_options options = {
		.path = path,
		.wait_space = wait_space,
		.ctx = news,
		.news = on_news,
	};
	struct failure why = { 0 };
	struct recorder *recorder;

	*news = (struct news){ 0 };
	unlink(path);
	limited_fd = dup(0);
	close(limited_fd);
	space = UNLIMITED;
	recorder = recorder__open(&options, &why);
	assert_non_null(recorder);
	return recorder;
}

static int put(struct recorder *recorder)
{
	struct wire_freed rec = { .head.hdr = { WIRE_FREED, sizeof(rec), 0 } };
	struct consumer *consumer = recorder__consumer(recorder);
	int err = consumer->ops->record(consumer, &rec, sizeof(rec));

	return err ? err : consumer->ops->flush(consumer);
}

struct counts {
	uint64_t records, lost;
	bool whole;
};

static int count(void *ctx, const void *data, size_t size)
{
	struct counts *counts = ctx;
	const union record *rec = data;

	(void)size;
	if (rec->hdr.type == WIRE_LOST)
		counts->lost += rec->lost.records;
	else
		counts->records++;
	return 0;
}

static struct counts read_back(void)
{
	const char *paths[] = { path };
	struct failure why = { 0 };
	struct counts counts = { 0 };
	struct recorded *recorded = recorded__open(paths, 1, NULL, &why);
	int err;

	assert_non_null(recorded);
	do
		err = recorded__source(recorded)->ops->consume(recorded__source(recorded), count,
							       &counts);
	while (!err);
	assert_int_equal(err, 1);
	counts.whole = recorded__is_whole(recorded);
	recorded__close(recorded);
	return counts;
}

static size_t file_size(void)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

#define FRAME frame_size_of(sizeof(struct wire_freed))

/* However much of a frame got through, only whole ones stay. */
static void fails(void **state)
{
	(void)state;
	for (size_t room = 0; room < 2 * FRAME; room++) {
		struct news news;
		struct recorder *recorder = open_recorder(&news, false);
		size_t begun = file_size(), n = 0;
		struct counts counts;

		space = room;
		while (!put(recorder))
			n++;
		assert_int_equal(n, room / FRAME);
		assert_int_equal(file_size(), begun + n * FRAME);
		space = UNLIMITED;
		recorder__close(recorder);
		counts = read_back();
		assert_int_equal(counts.records, n);
		assert_int_equal(counts.lost, 0);
		assert_int_equal(news.full, 0);
	}
}

static void wait_for_space(struct recorder *recorder)
{
	struct consumer *consumer = recorder__consumer(recorder);

	space = UNLIMITED;
	/* As the pump does: not before it is due. */
	for (int i = 0; i < 30; i++) {
		usleep(100000);
		assert_int_equal(consumer->ops->wake(consumer), 0);
		assert_int_equal(consumer->ops->flush(consumer), 0);
	}
}

/* Little comes while there is no space: nothing is lost. Much: it is counted. */
static void waits(void **state)
{
	static const struct {
		size_t records;
		bool all;
	} cases[] = { { 10, true }, { RECORDER_PENDING_MAX / 100, false } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct news news;
		struct recorder *recorder = open_recorder(&news, true);
		struct counts counts;

		assert_int_equal(put(recorder), 0);
		space = 100;
		for (size_t n = 0; n < cases[i].records; n++)
			assert_int_equal(put(recorder), 0);
		assert_int_equal(news.full, 1);
		assert_int_equal(news.space, 0);
		wait_for_space(recorder);
		assert_int_equal(news.space, 1);
		assert_int_equal(put(recorder), 0);
		assert_int_equal(recorder__end(recorder), 0);
		recorder__close(recorder);
		counts = read_back();
		assert_true(counts.whole);
		assert_int_equal(counts.lost, news.dropped);
		assert_int_equal(counts.lost > 0, !cases[i].all);
		assert_int_equal(counts.records + counts.lost, cases[i].records + 2);
	}
}

/* Ending while there is no space is a failure, and what was written stays. */
static void ends(void **state)
{
	struct news news;
	struct recorder *recorder = open_recorder(&news, true);
	struct counts counts;

	(void)state;
	assert_int_equal(put(recorder), 0);
	space = 0;
	assert_int_equal(put(recorder), 0);
	assert_int_equal(recorder__end(recorder), -ENOSPC);
	recorder__close(recorder);
	space = UNLIMITED;
	counts = read_back();
	assert_int_equal(counts.records, 1);
	assert_false(counts.whole);
}

static int tear_down(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fails),
		cmocka_unit_test(waits),
		cmocka_unit_test(ends),
	};

	snprintf(path, sizeof(path), "/tmp/klpscope-full-%d", getpid());
	return cmocka_run_group_tests(tests, NULL, tear_down);
}
