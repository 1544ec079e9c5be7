/* SPDX-License-Identifier: GPL-2.0 */
/* What commands share that watch the running kernel until they are told to end. */
#ifndef KLPSCOPE_CMD_COMMON_WATCH_H
#define KLPSCOPE_CMD_COMMON_WATCH_H

#include <argp.h>

#include "live/live.h"
#include "util/child.h"

struct watch {
	struct live_options live;
	uint64_t duration_ns; /* 0: no limit */
};

/* Its input is a struct watch. */
extern const struct argp argp_watch;

/** watch_attach() - live__open_trace(), and some words if that takes long */
struct live *watch_attach(const struct live_options *options, struct failure *why);

/** watch_warn() - says on stderr what will be missing */
void watch_warn(const struct live *live, const struct live_options *options);

/**
 * watch_start() - let the command run, if there is one
 *
 * Return: 0, or the exit status of a command that cannot be run, which is said on stderr.
 */
int watch_start(struct child *child, char *const command[], const char *doing);

/** watch_drop_privileges() - caps_drop(), and a line on stderr should that fail */
void watch_drop_privileges(void);

#endif
