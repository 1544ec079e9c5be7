/* SPDX-License-Identifier: GPL-2.0 */
/* A line on the terminal that shows how far recordings are read. */
#ifndef KLPSCOPE_CMD_COMMON_METER_H
#define KLPSCOPE_CMD_COMMON_METER_H

#include <stdio.h>

#include "flow/consumer.h"
#include "recording/recorded.h"

struct meter {
	struct consumer consumer; /* first */
	struct recorded *recorded;
	bool wanted, shown;
	uint64_t next_ns; /* CLOCK_MONOTONIC: when to show it again */
};

/**
 * meter__consumer() - a consumer that shows how far a recording is read
 * @meter: filled; lives as long as the pump
 * @recorded: what is read
 * @lines: where lines are written to as they are read; NULL: none are, but after the end
 *
 * It writes to stderr if that is a terminal, and if what is written to @lines
 * cannot come out on it as well, in the middle of the line: a file, or /dev/null.
 * What is read from a pipe may be shown anywhere.
 *
 * Return: the consumer, which is a part of @meter.
 */
struct consumer *meter__consumer(struct meter *meter, struct recorded *recorded, FILE *lines);

/** meter__hide() - take the line away, so that stderr is free for something else */
void meter__hide(struct meter *meter);

#endif
