// SPDX-License-Identifier: GPL-2.0
#include "pump.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "decode.h"
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

struct run {
	const struct pump *pump;
	struct decoder *decoder;
	struct filter for_summary; /* which livepatches, of any kind of event */
	uint64_t events;
	bool done;
};

static void on_event(void *ctx, const struct event *event)
{
	struct run *run = ctx;

	if (run->done)
		return;
	if (run->pump->summary && filter_match(&run->for_summary, event))
		summary__event(run->pump->summary, event);
	if (!filter_match(run->pump->filter, event) || !sink__event(run->pump->sink, event))
		return;
	run->events++;
	if (run->pump->count && run->events >= run->pump->count)
		run->done = true;
}

static int on_record(void *ctx, const void *data, size_t size)
{
	struct run *run = ctx;

	return decoder__feed(run->decoder, data, size);
}

/*
 * Waits for records, a signal or the end of time. Returns 1 to go on, 0 when it
 * is time to stop, -EPIPE when nobody reads what the sink writes.
 */
static int wait_more(const struct pump *pump, uint64_t end_ns)
{
	struct pollfd fds[] = {
		{ .fd = pump->source->fd, .events = POLLIN },
		{ .fd = fileno(pump->sink->out) }, /* POLLERR: nobody reads any more */
	};
	struct timespec left, *timeout = NULL;
	const struct source *source = pump->source;
	uint64_t now, until = source->ops->due ? source->ops->due(source) : 0;

	if (end_ns && (!until || end_ns < until))
		until = end_ns;
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

/* What the source has now, through to where the sink writes. */
static int pass_on(struct run *run, struct pump *pump,
		   int (*read)(struct source *, record_fn, void *))
{
	int err = read(pump->source, on_record, run);

	if (err)
		return err;
	err = sink__flush(pump->sink);
	pump->sink_failed = err;
	return err;
}

int pump_run(struct pump *pump)
{
	uint64_t end_ns = pump->duration_ns ? clock_ns(CLOCK_MONOTONIC) + pump->duration_ns : 0;
	struct run run = { .pump = pump };
	const struct source_ops *source = pump->source->ops;
	int err = 0;

	run.for_summary.patch = pump->filter->patch;
	run.decoder = decoder__new(on_event, &run);
	if (!run.decoder)
		return -ENOMEM;
	for (;;) {
		/* Before reading: what the child caused is then in what is read. */
		bool stop = signals_stop(pump->child);

		err = pass_on(&run, pump, source->consume);
		if (err || run.done || stop)
			break;
		err = wait_more(pump, end_ns);
		if (err <= 0)
			break;
	}
	if (err == -EPIPE)
		pump->sink_failed = true;
	if (!err)
		err = pass_on(&run, pump, source->finish);
	if (!err) {
		decoder__finish(run.decoder);
		err = sink__flush(pump->sink);
		pump->sink_failed = err;
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
