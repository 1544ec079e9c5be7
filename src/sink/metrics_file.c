// SPDX-License-Identifier: GPL-2.0
#include "sink/metrics_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "report/feed.h"
#include "util/attributes.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/files.h"

enum pending { NOTHING, LATER, SOON };

struct metrics_file {
	struct consumer consumer; /* first */
	struct metrics_file_options options;
	struct report *report;
	struct metrics_recorder recorder;
	enum pending pending;
	uint64_t
		tried_ns; /* CLOCK_MONOTONIC, when it was last written or should have been; 0: never */
	uint64_t cost_ns; /* how long that took */
	bool in_transition; /* as it was written */
	bool failing;
};

static bool in_transition(const struct metrics_file *file)
{
	return file->report->now.transition[0];
}

static int on_event(struct consumer *consumer, const struct event *event)
{
	struct metrics_file *file = (struct metrics_file *)consumer;
	bool steady = event->kind == EVENT_PROGRESS || event->kind == EVENT_LOOKUP ||
		      event->kind == EVENT_LOOKUP_COUNT;
	enum pending pending = steady ? LATER : SOON;

	report__event(file->report, event);
	if (pending > file->pending)
		file->pending = pending;
	return 0;
}

/* When it is to be written: CLOCK_MONOTONIC, ns; 0: not at all. */
static uint64_t write_at(const struct metrics_file *file)
{
	bool goes_on = file->in_transition && in_transition(file);
	uint64_t rest = file->cost_ns * METRICS_REST, wait = METRICS_SOON_NS;

	if (file->pending == NOTHING)
		return 0;
	if (!file->tried_ns)
		return 1;
	if (file->pending == LATER || goes_on || file->failing)
		wait = METRICS_LATER_NS;
	return file->tried_ns + (wait > rest ? wait : rest);
}

/* Bytes of this process that are in memory, 0: not known. */
static uint64_t resident(void)
{
	FILE *statm = fopen("/proc/self/statm", "re");
	uint64_t pages = 0;

	if (!statm)
		return 0;
	if (fscanf(statm, "%*u %" SCNu64, &pages) != 1)
		pages = 0;
	fclose(statm);
	return pages * sysconf(_SC_PAGESIZE);
}

static int write_file(struct metrics_file *file)
{
	_cleanup_free_ char *text = NULL;
	struct snapshot view;
	struct metrics metrics;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int err;

	if (!out)
		return -ENOMEM;
	metrics_of_report(&metrics, file->report, &view);
	file->recorder.cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	file->recorder.resident = resident();
	file->options.ask(file->options.ctx, &file->recorder);
	metrics.release = file->options.release;
	metrics.recorder = &file->recorder;
	err = metrics_write(out, &metrics, METRICS_CLASSIC);
	if (fclose(out) && !err)
		err = -ENOMEM;
	return err ? err : replace_file(file->options.path, text, size);
}

/* The recording goes on, whatever becomes of this; it is tried again while it fails. */
static void try_write(struct metrics_file *file)
{
	bool transition = in_transition(file);
	uint64_t begun_ns = clock_ns(CLOCK_MONOTONIC);
	int err = write_file(file);

	file->tried_ns = clock_ns(CLOCK_MONOTONIC);
	file->cost_ns = file->tried_ns - begun_ns;
	file->recorder.failures += err < 0;
	if ((err < 0) != file->failing)
		file->options.news(file->options.ctx, err);
	file->failing = err < 0;
	if (err)
		return;
	file->pending = NOTHING;
	file->in_transition = transition;
}

static int on_record(struct consumer *consumer, const void *data, size_t size)
{
	report_feed_record(((struct metrics_file *)consumer)->report, data, size);
	return 0;
}

static int on_installed(struct consumer *consumer, const struct snapshot *snapshot,
			uint64_t boot_ns)
{
	report_feed_snapshot(((struct metrics_file *)consumer)->report, snapshot, boot_ns);
	return 0;
}

static void on_missed(struct consumer *consumer)
{
	((struct metrics_file *)consumer)->report->no_memory = true;
}

static int write_if_due(struct consumer *consumer)
{
	struct metrics_file *file = (struct metrics_file *)consumer;
	uint64_t at = write_at(file);

	if (at && clock_ns(CLOCK_MONOTONIC) >= at)
		try_write(file);
	return 0;
}

static uint64_t due(const struct consumer *consumer)
{
	return write_at((const struct metrics_file *)consumer);
}

/* The recorder ends: a last time, whatever it ends with. */
static int on_close(struct consumer *consumer, int err _unused_)
{
	struct metrics_file *file = (struct metrics_file *)consumer;

	file->recorder.running = false;
	try_write(file);
	return 0;
}

static const struct consumer_ops ops = {
	.record = on_record,
	.event = on_event,
	.installed = on_installed,
	.missed = on_missed,
	.flush = write_if_due,
	.due = due,
	.wake = write_if_due,
	.close = on_close,
};

struct metrics_file *metrics_file__new(const struct metrics_file_options *options)
{
	struct metrics_file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	file->consumer.ops = &ops;
	file->options = *options;
	file->recorder.running = true;
	file->recorder.begin_real_ns = (int64_t)clock_ns(CLOCK_REALTIME);
	file->pending = SOON;
	file->report = report__new();
	if (file->report)
		return file;
	metrics_file__free(file);
	return NULL;
}

struct consumer *metrics_file__consumer(struct metrics_file *file)
{
	return &file->consumer;
}

void metrics_file__changed(struct metrics_file *file)
{
	file->pending = SOON;
}

void metrics_file__free(struct metrics_file *file)
{
	if (!file)
		return;
	report__free(file->report);
	free(file);
}
