// SPDX-License-Identifier: GPL-2.0
#include "pump.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "event/decode.h"
#include "report/feed.h"
#include "util/clock.h"
#include "util/timefmt.h"

static volatile sig_atomic_t signal_seen[NSIG];
static sigset_t unblocked; /* the mask we were started with */

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD };

static void note_signal(int signal)
{
	signal_seen[signal] = 1;
}

void pump_signals(void)
{
	struct sigaction action = { .sa_handler = note_signal };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction old;

		/* As nohup wants it. A shell's background job has SIGINT ignored, too,
		 * but whoever sends one to it means it.
		 */
		sigaction(signals[i], NULL, &old);
		if (old.sa_handler == SIG_IGN && signals[i] == SIGHUP)
			continue;
		sigaddset(&set, signals[i]);
		sigaction(signals[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &set, &unblocked);
}

void pump_catch(int signal)
{
	struct sigaction action = { .sa_handler = note_signal };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	sigaction(signal, &action, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

bool pump_caught(int signal)
{
	bool caught = signal_seen[signal];

	signal_seen[signal] = 0;
	return caught;
}

struct run {
	struct pump *pump;
	struct decoder *decoder;
	uint64_t events;
	bool done;
};

/* Which livepatches, of any kind of event. */
static bool for_summary(const struct filter *filter, const struct event *event)
{
	struct filter any = *filter;

	any.kinds = 0;
	any.has_state = false;
	return filter_match(&any, event);
}

/* A sink that goes with a report is for a picture of several boots. */
static bool to_sink(const struct pump *pump, const struct event *event)
{
	struct event placed = *event;

	if (pump->report)
		placed.boot_ns = report__since_boot(pump->report, event->boot_ns);
	return sink__event(pump->sink, &placed);
}

static void on_event(void *ctx, const struct event *event)
{
	struct run *run = ctx;

	if (run->done)
		return;
	if (run->pump->summary && for_summary(run->pump->filter, event))
		summary__event(run->pump->summary, event);
	/* A report knows of --since and --until, and wants to know what was before. */
	if (run->pump->report)
		report__event(run->pump->report, event);
	if (!filter_match(run->pump->filter, event))
		return;
	if (run->pump->also)
		run->pump->also(run->pump->also_ctx, event);
	if (!run->pump->sink || !to_sink(run->pump, event))
		return;
	run->events++;
	if (run->pump->count && run->events >= run->pump->count)
		run->done = true;
}

static int on_record(void *ctx, const void *data, size_t size)
{
	struct run *run = ctx;
	struct record_sink *records = run->pump->records;
	int err;

	if (!records)
		return report_feed(run->pump->report, run->decoder, data, size);
	err = records->ops->record(records, data, size);
	run->pump->sink_failed = err;
	return err;
}

/* The earlier of two times of which each may be 0, never. */
static uint64_t earlier(uint64_t a, uint64_t b)
{
	if (!a || !b)
		return a ? a : b;
	return a < b ? a : b;
}

/* When to wake up though nothing happens: CLOCK_MONOTONIC, ns; 0: never. */
static uint64_t wake_up(const struct pump *pump, uint64_t end_ns)
{
	const struct source *source = pump->source;
	const struct record_sink *records = pump->records;
	uint64_t until = end_ns;

	if (source->ops->due)
		until = earlier(until, source->ops->due(source));
	if (records)
		until = earlier(until, records->ops->due(records));
	return until;
}

/*
 * Waits for records, a signal or the end of time. Returns 1 to go on, 0 when it
 * is time to stop, -EPIPE when nobody reads what the sink writes.
 */
static int wait_more(const struct pump *pump, uint64_t end_ns)
{
	struct pollfd fds[] = {
		{ .fd = pump->source->fd, .events = POLLIN },
		/* POLLERR: nobody reads any more */
		{ .fd = pump->sink ? fileno(pump->sink->out) : -1 },
	};
	struct timespec left, *timeout = NULL;
	uint64_t now, until = wake_up(pump, end_ns);

	if (until) {
		now = clock_ns(CLOCK_MONOTONIC);
		if (end_ns && now >= end_ns)
			return 0;
		left = (struct timespec){ 0 };
		if (until > now) {
			left.tv_sec = (until - now) / NSEC_PER_SEC;
			left.tv_nsec = (until - now) % NSEC_PER_SEC;
		}
		timeout = &left;
	}
	if (ppoll(fds, 2, timeout, &unblocked) < 0)
		return errno == EINTR ? 1 : -errno;
	if (fds[1].revents & (POLLERR | POLLHUP | POLLNVAL)) {
		/* As a write would have: ends us quietly unless the signal is ignored. */
		raise(SIGPIPE);
		return -EPIPE;
	}
	return 1;
}

/* Whether the signals that came are a reason to stop. */
static bool signals_stop(struct child *child)
{
	bool running;

	child__poll(child);
	if (child->ended)
		return true;
	running = child->pid;
	if (signal_seen[SIGTERM] || signal_seen[SIGHUP]) {
		signal_seen[SIGTERM] = signal_seen[SIGHUP] = 0;
		if (running)
			kill(child->pid, SIGTERM);
		return true;
	}
	if (!signal_seen[SIGINT])
		return false;
	if (!running)
		return true;
	signal_seen[SIGINT] = 0;
	return false;
}

static int flush(struct pump *pump)
{
	int err = 0;

	if (pump->records)
		err = pump->records->ops->flush(pump->records);
	else if (pump->sink)
		err = sink__flush(pump->sink);

	pump->sink_failed = err;
	return err;
}

/* What the source has now, through to where the sink writes; 1: the source has no more. */
static int pass_on(struct run *run, int (*read)(struct source *, record_fn, void *))
{
	int err, ended = read(run->pump->source, on_record, run);

	if (ended < 0)
		return ended;
	err = flush(run->pump);
	return err ? err : ended;
}

static int turn(struct pump *pump)
{
	int err = pump->records ? pump->records->ops->turn(pump->records) : 0;

	pump->sink_failed = err;
	return err;
}

/* Until there is a reason to stop: 0 or 1; or negative errno. */
static int run_on(struct run *run)
{
	struct pump *pump = run->pump;
	uint64_t end_ns = pump->duration_ns ? clock_ns(CLOCK_MONOTONIC) + pump->duration_ns : 0;
	int err;

	for (;;) {
		/* Before reading: what the child caused is then in what is read. */
		bool stop = signals_stop(pump->child);

		err = turn(pump);
		if (!err)
			err = pass_on(run, pump->source->ops->consume);
		pump->stopped = stop && !err && !run->done;
		if (err || run->done || stop)
			return err;
		err = wait_more(pump, end_ns);
		if (err <= 0)
			return err;
	}
}

int pump_run(struct pump *pump)
{
	struct run run = { .pump = pump };
	int err;

	if (!pump->records) {
		run.decoder = decoder__new(on_event, &run);
		if (!run.decoder)
			return -ENOMEM;
	}
	err = run_on(&run);
	if (err == -EPIPE)
		pump->sink_failed = true;
	if (err >= 0)
		err = pass_on(&run, pump->source->ops->finish);
	if (!err && !pump->records) {
		decoder__finish(run.decoder);
		err = flush(pump);
	}
	decoder__free(run.decoder);
	return err;
}

void pump_wait_child(struct child *child)
{
	while (child->pid && !child->ended) {
		if (!signals_stop(child))
			ppoll(NULL, 0, NULL, &unblocked);
	}
}
