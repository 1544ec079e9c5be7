// SPDX-License-Identifier: GPL-2.0
#include "recording/frames.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER (64 * 1024)
_Static_assert(BUFFER > 2 * FRAME_MAX, "a frame must fit");

struct frames {
	size_t begin, end; /* of what is not used yet, in bytes[] */
	uint64_t offset; /* of bytes[begin] in the stream */
	uint64_t skipped; /* since the last frame */
	unsigned int version;
	bool over;
	bool started; /* the first bytes were looked at */
	int refusal; /* what they say against reading on, unless a frame of ours follows */
	_Alignas(8) unsigned char aligned[RECORDING_MAX_PAYLOAD];
	_Alignas(8) unsigned char bytes[BUFFER];
};

static size_t padded(size_t length)
{
	return (length + RECORDING_ALIGN - 1) / RECORDING_ALIGN * RECORDING_ALIGN;
}

size_t frame_size_of(size_t length)
{
	return sizeof(struct recording_frame) + padded(length);
}

static uint32_t checksum(const unsigned char *frame, size_t size)
{
	size_t from = offsetof(struct recording_frame, type);

	return libdeflate_crc32(0, frame + from, size - from);
}

size_t frame_make(void *to, uint16_t type, uint32_t seq, const void *payload, size_t length)
{
	struct recording_frame *head = to;
	unsigned char *data = (unsigned char *)(head + 1);
	size_t size = frame_size_of(length);

	*head = (struct recording_frame){
		.sync = RECORDING_SYNC,
		.type = type,
		.length = length,
		.seq = seq,
	};
	memcpy(data, payload, length);
	memset(data + length, 0, padded(length) - length);
	head->crc = checksum(to, size);
	return size;
}

struct frames *frames__new(void)
{
	return calloc(1, sizeof(struct frames));
}

void frames__free(struct frames *frames)
{
	free(frames);
}

void *frames__room(struct frames *f, size_t *room)
{
	memmove(f->bytes, f->bytes + f->begin, f->end - f->begin);
	f->end -= f->begin;
	f->begin = 0;
	*room = BUFFER - f->end;
	return f->bytes + f->end;
}

void frames__put(struct frames *f, size_t n)
{
	f->end += n;
	f->over = !n;
}

uint64_t frames__torn(const struct frames *f)
{
	return f->skipped + (f->end - f->begin);
}

unsigned int frames__version(const struct frames *f)
{
	return f->version;
}

static void skip(struct frames *f, size_t n)
{
	f->begin += n;
	f->offset += n;
}

/* Of a whole frame at @at that is all right, its size; 0 if there is none; -EAGAIN: not all of it is there yet. */
static ssize_t frame_size(const struct frames *f, size_t at)
{
	size_t there = f->end - at, size;
	struct recording_frame head;

	if (there < sizeof(head))
		return -EAGAIN;
	memcpy(&head, f->bytes + at, sizeof(head));
	if (head.sync != RECORDING_SYNC || head.length > RECORDING_MAX_PAYLOAD)
		return 0;
	size = frame_size_of(head.length);
	if (there < size)
		return -EAGAIN;
	return checksum(f->bytes + at, size) == head.crc ? (ssize_t)size : 0;
}

static bool is_sync(uint32_t sync)
{
	return (sync & 0xffffff) == (RECORDING_SYNC & 0xffffff);
}

enum frames_order frames_order(uint32_t sync, unsigned int *version)
{
	uint32_t reversed = __builtin_bswap32(sync);

	if (!is_sync(sync) && !is_sync(reversed))
		return FRAMES_FOREIGN;
	if (version)
		*version = (is_sync(sync) ? sync : reversed) >> 24;
	return is_sync(sync) ? FRAMES_OURS : FRAMES_SWAPPED;
}

/* The stream's very first bytes tell another version, and another byte order; or a bit of them is flipped. */
static void look_at_start(struct frames *f)
{
	const unsigned char *start = f->bytes + f->begin;
	size_t there = f->end - f->begin;
	uint32_t sync;

	if (there < sizeof(sync)) {
		f->started = f->over;
		return;
	}
	f->started = true;
	memcpy(&sync, start, sizeof(sync));
	switch (frames_order(sync, &f->version)) {
	case FRAMES_OURS:
		if (f->version > RECORDING_VERSION)
			f->refusal = -EPROTO;
		break;
	case FRAMES_SWAPPED:
		f->refusal = -EXDEV;
		break;
	case FRAMES_FOREIGN:
		break;
	}
}

/* There is no frame among what is there. */
static int none_yet(const struct frames *f)
{
	return f->over || f->offset > 2 * FRAME_MAX ? f->refusal : 0;
}

/* Bytes that can be passed over because no frame begins among them; at least 1. */
static size_t no_frame(const struct frames *f)
{
	const uint32_t sync = RECORDING_SYNC;
	const unsigned char *from = f->bytes + f->begin + 1, *to = f->bytes + f->end, *found;

	found = memmem(from, to - from, &sync, sizeof(sync));
	if (found)
		return found - from + 1;
	/* The last bytes may be the beginning of one. */
	if (!f->over && (size_t)(to - from) >= sizeof(sync) - 1)
		return to - from + 1 - (sizeof(sync) - 1);
	return f->over ? f->end - f->begin : 1;
}

int frames__next(struct frames *f, struct file_frame *frame)
{
	struct recording_frame head;
	ssize_t size;

	if (!f->started)
		look_at_start(f);
	if (!f->started)
		return 0;
	for (;;) {
		if (f->begin == f->end)
			return none_yet(f);
		size = frame_size(f, f->begin);
		if (size > 0)
			break;
		if (size == -EAGAIN && !f->over)
			return none_yet(f);
		size = no_frame(f);
		f->skipped += size;
		skip(f, size);
	}
	memcpy(&head, f->bytes + f->begin, sizeof(head));
	*frame = (struct file_frame){
		.offset = f->offset,
		.skipped = f->skipped,
		.seq = head.seq,
		.type = head.type,
		.length = head.length,
		.payload = f->bytes + f->begin + sizeof(head),
	};
	if ((uintptr_t)frame->payload % 8)
		frame->payload = memcpy(f->aligned, frame->payload, head.length);
	f->skipped = 0;
	f->refusal = 0;
	skip(f, size);
	return 1;
}
