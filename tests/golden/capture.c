// SPDX-License-Identifier: GPL-2.0
/*
 * capture: writes the records of a live kernel to stdout, one a line in hex,
 * until SIGTERM. What replay reads.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>

#include "live/live.h"

static volatile sig_atomic_t stop;

static void on_signal(int signal _unused_)
{
	stop = 1;
}

static int write_record(void *ctx, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < size; i++)
		fprintf(ctx, "%02x", bytes[i]);
	fputc('\n', ctx);
	return 0;
}

int main(void)
{
	const struct live_options options = {
		.buffer = LIVE_BUFFER_DEFAULT,
		.culprits = true,
		.stall_ns = LIVE_STALL_DEFAULT,
	};
	/* The source knows itself when it is time to look at the tasks. */
	static const struct timespec often = { .tv_nsec = 100000000 };
	struct sigaction action = { .sa_handler = on_signal };
	struct failure why = { 0 };
	struct source *source;
	sigset_t blocked, open;
	struct live *live;
	int err = 0;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &open);
	sigaction(SIGTERM, &action, NULL);
	live = live__open_trace(&options, &why);
	if (!live) {
		failure_print(&why, "capture");
		return EXIT_FAILURE;
	}
	source = live__source(live);
	fputs("attached, waiting\n", stderr);
	while (!err && !stop) {
		struct pollfd fd = { .fd = source->fd, .events = POLLIN };

		ppoll(&fd, 1, &often, &open);
		err = source->ops->consume(source, write_record, stdout);
	}
	if (!err)
		err = source->ops->finish(source, write_record, stdout);
	live__close(live);
	return err || fclose(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
