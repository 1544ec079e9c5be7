/* SPDX-License-Identifier: GPL-2.0 */
/* Events as tracks of slices, instants and counters: what timeline viewers know. The formats are rows of functions. */
#ifndef KLPSCOPE_SINK_TRACKS_H
#define KLPSCOPE_SINK_TRACKS_H

#include <stdio.h>

#include "event/event.h"
#include "sink/sink.h"

#define TRACKS_MAX 1024 /* of livepatches and states; what comes after shares one */

struct tracks;

/* @track: from 1 on. Names are as they came from the kernel. */
struct tracks_ops {
	void (*open)(struct tracks *tracks);
	/* Called once for each track, before anything is on it. */
	void (*track)(struct tracks *tracks, unsigned int track, const char *name, bool counter);
	void (*begin)(struct tracks *tracks, unsigned int track, uint64_t boot_ns, const char *name,
		      const char *text);
	void (*end)(struct tracks *tracks, unsigned int track, uint64_t boot_ns);
	void (*instant)(struct tracks *tracks, unsigned int track, uint64_t boot_ns,
			const char *name, const char *text);
	void (*counter)(struct tracks *tracks, unsigned int track, uint64_t boot_ns,
			const char *name, int64_t value);
	void (*close)(struct tracks *tracks);
};

struct tracks {
	const struct tracks_ops *ops;
	FILE *out;
	void *state; /* of the format */
	void *by_name; /* of tsearch() */
	struct track **list;
	size_t n, room;
	unsigned int open; /* track of the transition that runs, 0: none */
	bool stalled; /* a slice within its slice is open */
	uint64_t last_ns;
};

/** tracks__begin() - an empty set of tracks that writes to @out; @state is the format's own */
void tracks__begin(struct tracks *tracks, const struct tracks_ops *ops, FILE *out, void *state);

/** tracks_event() - put one event on its track: the event() of a sink whose state is a struct tracks; always true */
bool tracks_event(struct sink *sink, const struct event *event);

/** tracks__end() - close what is open, and release */
void tracks__end(struct tracks *tracks);

#endif
