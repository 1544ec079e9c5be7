/* SPDX-License-Identifier: GPL-2.0 */
/* From the bytes of a recording to its frames; and back. */
#ifndef KLPSCOPE_RECORDING_FRAMES_H
#define KLPSCOPE_RECORDING_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recording.h"

/* Of the largest frame, with its head and padding. */
#define FRAME_MAX (sizeof(struct recording_frame) + RECORDING_MAX_PAYLOAD)

struct file_frame {
	uint64_t offset; /* in the stream */
	uint64_t skipped; /* bytes before it that are no frame */
	uint32_t seq;
	uint16_t type;
	uint16_t length;
	const void *payload; /* 8-aligned; until the next call */
};

struct frames;

/* What the first four bytes of a stream say; in the order of how far it can be read. */
enum frames_order {
	FRAMES_FOREIGN, /* no recording, as far as they tell */
	FRAMES_SWAPPED, /* a recording of a host with the other byte order */
	FRAMES_OURS,
};

/** frames_order() - of a recording's first four bytes, as they are; @version: its format, may be NULL */
enum frames_order frames_order(uint32_t sync, unsigned int *version);

/** frames__new() - a reader of one stream of bytes, to be released with frames__free(); or NULL */
struct frames *frames__new(void);

/** frames__room() - where to put the next bytes, and how many at most; never 0 */
void *frames__room(struct frames *frames, size_t *room);

/** frames__put() - so many bytes were put there; 0: there are no more, the stream is over */
void frames__put(struct frames *frames, size_t n);

/**
 * frames__next() - the next whole frame
 * @frames: the reader
 * @frame: filled
 *
 * Bytes that make no frame (damaged, not ours) are passed over and counted in
 * the next frame's @skipped, or in frames__torn() when none follows.
 *
 * Return: 1; 0 if it takes more bytes, or the stream is over; -EPROTO when the
 * stream begins as one of another version does, -EXDEV of another byte order.
 */
int frames__next(struct frames *frames, struct file_frame *frame);

/** frames__torn() - once the stream is over: bytes at its end that are no whole frame */
uint64_t frames__torn(const struct frames *frames);

/** frames__version() - of the format, as the stream's first bytes say; 0 if they say none */
unsigned int frames__version(const struct frames *frames);

/** frames__free() - release a reader; NULL is allowed */
void frames__free(struct frames *frames);

/** frame_size_of() - bytes that a frame takes, by the length of its payload */
size_t frame_size_of(size_t length);

/**
 * frame_make() - put a frame around a payload
 * @to: room for FRAME_MAX bytes
 * @type: enum recording_frame_type
 * @seq: its number
 * @payload: at most RECORDING_MAX_PAYLOAD bytes
 * @length: how many
 *
 * Return: bytes of the frame, a multiple of RECORDING_ALIGN.
 */
size_t frame_make(void *to, uint16_t type, uint32_t seq, const void *payload, size_t length);

#endif
