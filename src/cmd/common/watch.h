/* SPDX-License-Identifier: GPL-2.0 */
/* What commands share that watch the running kernel until they are told to end. */
#ifndef KLPSCOPE_CMD_COMMON_WATCH_H
#define KLPSCOPE_CMD_COMMON_WATCH_H

#include <argp.h>

#include "live/live.h"
#include "pump.h"

struct watch {
	struct live_options live;
	uint64_t duration_ns; /* 0: no limit */
	char **command; /* NULL: none */
};

/* Its input is a struct watch. */
extern const struct argp argp_watch;

/** watch_take_command() - what argp has left is the command: for ARGP_KEY_ARGS */
void watch_take_command(struct watch *watch, struct argp_state *state);

/*
 * What a command does with what it watches. All but @close return 0, or negative
 * errno with @why filled, which ends the command.
 */
struct watch_ops {
	const char *doing; /* the command's name */
	const char *reading; /* what a pump reads, for messages */
	int catches; /* a signal for pump_caught(), 0: none */
	/* All is attached and privileges are still there: open what needs them. */
	int (*open)(void *ctx, struct live *live, struct failure *why);
	/* They are gone: put consumers onto the pump. */
	int (*begin)(void *ctx, struct pump *pump, struct failure *why);
	/* The pump is ready: say so. The command starts after this. */
	int (*ready)(void *ctx, struct pump *pump, struct failure *why);
	/* The pump was closed without an error. @ran: it was run; not so where the command could not be started. */
	int (*end)(void *ctx, bool ran, struct failure *why);
	/* Release all. Hooks are still there. */
	void (*close)(void *ctx);
};

/**
 * watch_run() - the life of a command that watches the kernel
 * @watch: how; its command is started once all is attached, and waited for
 * @ops: what the command does with it
 * @ctx: handed to these
 *
 * Return: an exit status: that of the command, if there is one and nothing failed.
 */
int watch_run(const struct watch *watch, const struct watch_ops *ops, void *ctx);

#endif
