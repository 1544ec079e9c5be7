/* SPDX-License-Identifier: GPL-2.0 */
/* Recordings as a source, with a line on the terminal that tells how far they are read. */
#ifndef KLPSCOPE_CMD_COMMON_PROGRESS_H
#define KLPSCOPE_CMD_COMMON_PROGRESS_H

#include <stdio.h>

#include "recording/recorded.h"

struct progress {
	struct source source; /* first */
	struct recorded *recorded;
	bool wanted, shown;
	uint64_t next_ns; /* CLOCK_MONOTONIC: when to tell it again */
};

/**
 * progress_source() - a recording's source that also tells how far it is
 * @progress: filled; must live as long as the source is used
 * @recorded: what is read
 * @lines: where lines are written to as they are read; NULL: none are, but after the end
 *
 * It is told on stderr if that is a terminal, and if what is written to @lines
 * cannot come out on it as well, in the middle of the line: a file, or /dev/null.
 * What is read from a pipe may be shown anywhere.
 *
 * Return: the source, which stays @progress's.
 */
struct source *progress_source(struct progress *progress, struct recorded *recorded, FILE *lines);

/** progress_hide() - take the line away, so that something else can be said on stderr */
void progress_hide(struct progress *progress);

#endif
