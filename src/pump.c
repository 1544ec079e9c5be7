// SPDX-License-Identifier: GPL-2.0
#include "pump.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "event/decode.h"
#include "event/filter.h"
#include "facts/snapshot.h"
#include "util/array.h"
#include "util/clock.h"

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
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
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

void pump__add(struct pump *pump, struct consumer *consumer)
{
	if (pump->n_consumers == PUMP_CONSUMERS_MAX)
		abort();
	pump->consumers[pump->n_consumers++] = consumer;
	pump->keeps_records |= consumer->keeps;
}

/* Remembers whose error it is; returns it. */
static int failed(struct pump *pump, const struct consumer *consumer, int err)
{
	if (err < 0 && !pump->failed)
		pump->failed = consumer;
	return err;
}

static void on_event(void *ctx, const struct event *event)
{
	struct pump *pump = ctx;
	bool done = false;

	for (size_t i = 0; i < pump->n_consumers && !pump->done && !pump->error; i++) {
		struct consumer *consumer = pump->consumers[i];
		int err;

		if (!consumer->ops->event ||
		    (consumer->filter && !filter_match(consumer->filter, event)))
			continue;
		err = failed(pump, consumer, consumer->ops->event(consumer, event));
		if (err < 0)
			pump->error = err;
		done |= err > 0;
	}
	pump->done |= done;
}

static bool wants_events(const struct pump *pump)
{
	for (size_t i = 0; i < pump->n_consumers; i++)
		if (pump->consumers[i]->ops->event || pump->consumers[i]->ops->installed)
			return true;
	return false;
}

/* 0, also where there is nobody to decode for; or -ENOMEM. */
static int need_decoder(struct pump *pump)
{
	if (!pump->decoder && wants_events(pump)) {
		pump->decoder = decoder__new(on_event, pump);
		if (!pump->decoder)
			return -ENOMEM;
	}
	return 0;
}

/* To those that have @op: the first error ends it. */
#define EACH(pump, op, ...)                                                                        \
	({                                                                                         \
		int err_ = 0;                                                                      \
                                                                                                   \
		for (size_t i_ = 0; i_ < (pump)->n_consumers && !err_; i_++) {                     \
			struct consumer *consumer_ = (pump)->consumers[i_];                        \
                                                                                                   \
			if (consumer_->ops->op)                                                    \
				err_ = failed(pump, consumer_,                                     \
					      consumer_->ops->op(consumer_, ##__VA_ARGS__));       \
		}                                                                                  \
		err_;                                                                              \
	})

/* If the record is the end of a snapshot, that. */
static int hand_on_snapshot(struct pump *pump, const struct wire_hdr *record)
{
	struct snapshot snapshot;
	uint64_t boot_ns;
	int err;

	if (record->type != WIRE_SNAPSHOT ||
	    !decoder__snapshot(pump->decoder, record, &snapshot, &boot_ns))
		return 0;
	err = EACH(pump, installed, &snapshot, boot_ns);
	snapshot_clear(&snapshot);
	return err;
}

/* The events are missing; who keeps records has it all the same. */
static void missed(struct pump *pump)
{
	for (size_t i = 0; i < pump->n_consumers; i++)
		if (pump->consumers[i]->ops->missed)
			pump->consumers[i]->ops->missed(pump->consumers[i]);
}

int pump__record(struct pump *pump, const void *data, size_t size)
{
	int err = EACH(pump, record, data, size);

	if (!err)
		err = need_decoder(pump);
	if (err || !pump->decoder)
		return err;
	err = decoder__feed(pump->decoder, data, size);
	if (pump->error)
		return pump->error;
	if (err == -ENOMEM)
		missed(pump);
	if (err)
		return pump->keeps_records ? 0 : err;
	return hand_on_snapshot(pump, data);
}

static int on_record(void *ctx, const void *data, size_t size)
{
	return pump__record(ctx, data, size);
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
	uint64_t until = end_ns;

	if (source->ops->due)
		until = earlier(until, source->ops->due(source));
	for (size_t i = 0; i < pump->n_consumers; i++)
		if (pump->consumers[i]->ops->due)
			until = earlier(until, pump->consumers[i]->ops->due(pump->consumers[i]));
	return until;
}

/*
 * Waits for records, a signal or the end of time. Returns 1 to go on, 0 when it
 * is time to stop, -EPIPE when nobody reads what a consumer writes.
 */
static int wait_more(struct pump *pump, uint64_t end_ns)
{
	struct pollfd fds[1 + PUMP_CONSUMERS_MAX] = {
		{ .fd = pump->source->fd, .events = POLLIN },
	};
	uint64_t until = wake_up(pump, end_ns);

	/* POLLERR: nobody reads any more */
	for (size_t i = 0; i < pump->n_consumers; i++)
		fds[1 + i].fd = pump->consumers[i]->reader ? pump->consumers[i]->reader : -1;
	if (end_ns && clock_ns(CLOCK_MONOTONIC) >= end_ns)
		return 0;
	if (clock_poll(fds, 1 + pump->n_consumers, until, &unblocked) < 0)
		return errno == EINTR ? 1 : -errno;
	for (size_t i = 0; i < pump->n_consumers; i++) {
		if (!(fds[1 + i].revents & (POLLERR | POLLHUP | POLLNVAL)))
			continue;
		/* As a write would have: ends us quietly unless the signal is ignored. */
		raise(SIGPIPE);
		return failed(pump, pump->consumers[i], -EPIPE);
	}
	return 1;
}

/* Whether the signals that came are a reason to stop. */
static bool signals_stop(struct child *child)
{
	bool running = child && child->pid;

	if (running) {
		child__poll(child);
		if (child->ended)
			return true;
	}
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

int pump__flush(struct pump *pump)
{
	return EACH(pump, flush);
}

/* What the source has now, through to where consumers write; 1: the source has no more. */
static int pass_on(struct pump *pump, int (*read)(struct source *, record_fn, void *))
{
	int err, ended = read(pump->source, on_record, pump);

	if (ended < 0)
		return ended;
	err = pump__flush(pump);
	return err ? err : ended;
}

/* Until there is a reason to stop: 0 or 1; or negative errno. */
static int run_on(struct pump *pump)
{
	uint64_t end_ns = pump->duration_ns ? clock_ns(CLOCK_MONOTONIC) + pump->duration_ns : 0;
	int err;

	for (;;) {
		/* Before reading: what the child caused is then in what is read. */
		bool stop = signals_stop(pump->child);

		err = EACH(pump, wake);
		if (!err)
			err = pass_on(pump, pump->source->ops->consume);
		pump->stopped = stop && !err && !pump->done;
		if (err || pump->done || stop)
			return err;
		err = wait_more(pump, end_ns);
		if (err <= 0)
			return err;
	}
}

int pump__run(struct pump *pump)
{
	int err = run_on(pump);

	return err < 0 ? err : pass_on(pump, pump->source->ops->finish);
}

int pump__close(struct pump *pump, int err)
{
	if (!err && pump->decoder) {
		decoder__finish(pump->decoder);
		err = pump->error ? pump->error : pump__flush(pump);
	}
	for (size_t i = 0; i < pump->n_consumers; i++) {
		struct consumer *consumer = pump->consumers[i];
		int closed = consumer->ops->close ? consumer->ops->close(consumer, err) : 0;

		if (!err)
			err = failed(pump, consumer, closed);
	}
	decoder__free(pump->decoder);
	pump->decoder = NULL;
	return err;
}

void pump_wait_child(struct child *child)
{
	while (child->pid && !child->ended) {
		if (!signals_stop(child))
			ppoll(NULL, 0, NULL, &unblocked);
	}
}
