/* SPDX-License-Identifier: GPL-2.0 */
/* A line below the events of a terminal that shows the running transition. */
#ifndef KLPSCOPE_SINK_LIVE_LINE_H
#define KLPSCOPE_SINK_LIVE_LINE_H

#include "event/event.h"

struct live_line {
	bool running;
	bool shown; /* the cursor stands behind it */
	char patch[WIRE_NAME_LEN + 1];
	int target;
	uint64_t tasks, remaining, elapsed_ns;
	uint32_t tries;
	char worst[512]; /* of the tasks that hold it up, safe to print; "" none known yet */
	enum blocker_class worst_class;
	uint32_t worst_tid;
	uint64_t worst_of; /* tasks that were left when it was told; with fewer, it may be gone */
};

/** live_line__note() - take in what an event says of the transition */
void live_line__note(struct live_line *line, const struct event *event);

/** live_line__hide() - take the line away, so that an event can be written where it stood */
void live_line__hide(struct live_line *line, FILE *out);

/** live_line__show() - write the line, no longer than the terminal is wide, if a transition runs */
void live_line__show(struct live_line *line, FILE *out);

#endif
