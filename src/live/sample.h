/* SPDX-License-Identifier: GPL-2.0 */
/* What the task iterator wrote, and which of it is news. */
#ifndef KLPSCOPE_LIVE_SAMPLE_H
#define KLPSCOPE_LIVE_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

#define SAMPLE_TASKS_MAX (WIRE_MAX_TASKS + WIRE_MAX_IDLE)
#define SAMPLE_FRAME_MAX 128 /* bytes of a frame's text that there is room for, on average */
#define SAMPLE_STREAM_MAX                                                                          \
	(SAMPLE_TASKS_MAX * (sizeof(struct wire_task) + sizeof(struct wire_unwound) +              \
			     WIRE_FRAMES * SAMPLE_FRAME_MAX))
#define SAMPLE_PLACES_MAX 4 /* of one task that are remembered */

struct sampled {
	struct wire_task rec;
	struct wire_unwound unwound; /* hdr.type 0: there is none */
	const void *deeper; /* its WIRE_DEEPER in the stream, not aligned; NULL: none */
	const char *frames; /* in the stream, a line each */
	uint32_t n_frames; /* of these */
};

struct sample {
	char *stream; /* what the iterator wrote, room for SAMPLE_STREAM_MAX bytes */
	struct sampled *tasks; /* room for SAMPLE_TASKS_MAX */
	size_t n_tasks;
	struct wire_progress progress;
};

/**
 * sample__parse() - find the records in a stream
 * @sample: its stream is read, all else is filled
 * @len: of the stream, bytes
 *
 * A task's record is followed by those of its stack, and a line for each frame; WIRE_PROGRESS is the last.
 *
 * Return: 0, or -EBADMSG.
 */
int sample__parse(struct sample *sample, size_t len);

/* A task that has been told, and where it was then: who goes to and fro is told no more. */
struct reported_task {
	uint32_t tid;
	uint64_t start_ns;
	uint64_t place[SAMPLE_PLACES_MAX];
	uint32_t places;
};

struct reported {
	struct reported_task tasks[SAMPLE_TASKS_MAX];
	size_t n;
	uint64_t since_ns; /* the transition, and the target, that they were told of */
	int8_t target;
};

/** reported__keep_new() - keep of a sample's tasks those that are new or have moved, and note them */
void reported__keep_new(struct reported *reported, struct sample *sample);

#endif
