/* SPDX-License-Identifier: GPL-2.0 */
/* From records to events: the same for a live kernel and for a recording. */
#ifndef KLPSCOPE_EVENT_DECODE_H
#define KLPSCOPE_EVENT_DECODE_H

#include "event/event.h"
#include "facts/snapshot.h"

/* The event and all it points to live until the function returns. */
typedef void (*event_fn)(void *ctx, const struct event *event);

struct decoder;

/**
 * decoder__new() - a decoder for one stream of records
 * @fn: called for every event, in the order of the stream
 * @ctx: handed to @fn
 *
 * Return: the decoder, to be released with decoder__free(), or NULL.
 */
struct decoder *decoder__new(event_fn fn, void *ctx);

/**
 * decoder__feed() - take the next record
 * @d: the decoder
 * @data: the record, 8-aligned
 * @size: its size, bytes
 *
 * Return: 0; -EBADMSG if the bytes are no valid record (nothing has changed,
 * the next one can be fed); -ENOMEM.
 */
int decoder__feed(struct decoder *d, const void *data, size_t size);

/** decoder__finish() - tell what waited for an attempt that the stream's end left undecided */
void decoder__finish(struct decoder *d);

/**
 * decoder__take_snapshot() - the facts of the last WIRE_WALK_SNAPSHOT
 * @d: the decoder
 * @facts: filled; the caller's to clear
 *
 * Return: the record that began it, or NULL if none has come since the last call.
 */
const struct wire_walk_begin *decoder__take_snapshot(struct decoder *d, struct facts *facts);

/**
 * decoder__snapshot() - what was installed, if the record that was just fed ends a snapshot
 * @d: the decoder
 * @record: that record
 * @snapshot: filled; the caller's, by snapshot_clear()
 * @boot_ns: filled: when the snapshot was taken, CLOCK_BOOTTIME
 *
 * Return: whether it does.
 */
bool decoder__snapshot(struct decoder *d, const struct wire_hdr *record, struct snapshot *snapshot,
		       uint64_t *boot_ns);

/** decoder__free() - release a decoder; NULL is allowed */
void decoder__free(struct decoder *d);

#endif
