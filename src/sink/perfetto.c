// SPDX-License-Identifier: GPL-2.0
/*
 * A trace of TrackEvents, as ui.perfetto.dev reads it. Field numbers are those of perfetto's published schema
 * (protos/perfetto/trace), of which this is a small part; packets are short, so each is made in memory first.
 */
#include <errno.h>
#include <pb_encode.h>
#include <stdio.h>
#include <stdlib.h>

#include "sink/sink.h"
#include "sink/tracks.h"
#include "util/attributes.h"
#include "util/escape.h"

#define PACKET_MAX 65536
#define TEXT_MAX   16384 /* of one annotation; longer ones are cut */
#define SEQUENCE   1 /* one writer */

enum {
	TRACE_PACKET = 1,
	PACKET_TIMESTAMP = 8,
	PACKET_SEQUENCE_ID = 10,
	PACKET_TRACK_EVENT = 11,
	PACKET_CLOCK_ID = 58,
	PACKET_TRACK_DESCRIPTOR = 60,
	CLOCK_BOOT = 6, /* BUILTIN_CLOCK_BOOTTIME */
	EVENT_ANNOTATION = 4,
	EVENT_TYPE = 9,
	EVENT_TRACK = 11,
	EVENT_NAME = 23,
	EVENT_COUNTER = 30,
	TYPE_BEGIN = 1,
	TYPE_END = 2,
	TYPE_INSTANT = 3,
	TYPE_COUNTER = 4,
	ANNOTATION_STRING = 6,
	ANNOTATION_NAME = 10,
	DESCRIPTOR_UUID = 1,
	DESCRIPTOR_NAME = 2,
	DESCRIPTOR_COUNTER = 8,
};

/* A message within another, built on its own as its length comes first. */
struct message {
	pb_byte_t bytes[PACKET_MAX];
	pb_ostream_t stream;
};

static void start(struct message *m)
{
	m->stream = pb_ostream_from_buffer(m->bytes, sizeof(m->bytes));
}

static bool put_number(struct message *m, uint32_t field, uint64_t value)
{
	return pb_encode_tag(&m->stream, PB_WT_VARINT, field) &&
	       pb_encode_varint(&m->stream, value);
}

static bool put_bytes(pb_ostream_t *stream, uint32_t field, const void *bytes, size_t size)
{
	return pb_encode_tag(stream, PB_WT_STRING, field) && pb_encode_string(stream, bytes, size);
}

static bool put_message(struct message *m, uint32_t field, const struct message *inner)
{
	return put_bytes(&m->stream, field, inner->bytes, inner->stream.bytes_written);
}

/* Strings of protobuf are UTF-8. */
static bool put_string(struct message *m, uint32_t field, const char *s)
{
	static const char cut[] = " [cut]";
	char text[TEXT_MAX + sizeof(cut)];
	size_t size = escape_json(text, TEXT_MAX, s);

	/* The longest of what did not fit is an escape of four. */
	if (size + 4 >= TEXT_MAX)
		size += sprintf(text + size, "%s", cut);
	return put_bytes(&m->stream, field, text, size);
}

static bool to_file(pb_ostream_t *stream, const pb_byte_t *bytes, size_t size)
{
	return fwrite(bytes, 1, size, stream->state) == size;
}

static void packet(struct tracks *t, bool good, uint64_t boot_ns, uint32_t field,
		   const struct message *inner)
{
	static struct message m;
	pb_ostream_t file = { .callback = to_file, .state = t->out, .max_size = SIZE_MAX };

	start(&m);
	good = good && put_number(&m, PACKET_TIMESTAMP, boot_ns) &&
	       put_number(&m, PACKET_CLOCK_ID, CLOCK_BOOT) &&
	       put_number(&m, PACKET_SEQUENCE_ID, SEQUENCE) && put_message(&m, field, inner);
	/* Two strings of TEXT_MAX fit; that the file is bad is seen when it is closed. */
	if (good)
		put_bytes(&file, TRACE_PACKET, m.bytes, m.stream.bytes_written);
}

static bool annotate(struct message *event, const char *text)
{
	static struct message m;

	if (!text || !*text)
		return true;
	start(&m);
	return put_string(&m, ANNOTATION_NAME, "what") && put_string(&m, ANNOTATION_STRING, text) &&
	       put_message(event, EVENT_ANNOTATION, &m);
}

static void track_event(struct tracks *t, unsigned int track, uint64_t boot_ns, unsigned int type,
			const char *name, const char *text)
{
	static struct message m;
	bool good;

	start(&m);
	good = put_number(&m, EVENT_TYPE, type) && put_number(&m, EVENT_TRACK, track) &&
	       (!name || put_string(&m, EVENT_NAME, name)) && annotate(&m, text);
	packet(t, good, boot_ns, PACKET_TRACK_EVENT, &m);
}

static void perfetto_open(struct tracks *t _unused_)
{
}

static void perfetto_track(struct tracks *t, unsigned int track, const char *name, bool counter)
{
	static struct message m, none;
	bool good;

	start(&m);
	start(&none);
	good = put_number(&m, DESCRIPTOR_UUID, track) && put_string(&m, DESCRIPTOR_NAME, name) &&
	       (!counter || put_message(&m, DESCRIPTOR_COUNTER, &none));
	packet(t, good, t->last_ns, PACKET_TRACK_DESCRIPTOR, &m);
}

static void perfetto_begin(struct tracks *t, unsigned int track, uint64_t boot_ns, const char *name,
			   const char *text)
{
	track_event(t, track, boot_ns, TYPE_BEGIN, name, text);
}

static void perfetto_end(struct tracks *t, unsigned int track, uint64_t boot_ns)
{
	track_event(t, track, boot_ns, TYPE_END, NULL, NULL);
}

static void perfetto_instant(struct tracks *t, unsigned int track, uint64_t boot_ns,
			     const char *name, const char *text)
{
	track_event(t, track, boot_ns, TYPE_INSTANT, name, text);
}

static void perfetto_counter(struct tracks *t, unsigned int track, uint64_t boot_ns,
			     const char *name _unused_, int64_t value)
{
	static struct message m;
	bool good;

	start(&m);
	good = put_number(&m, EVENT_TYPE, TYPE_COUNTER) && put_number(&m, EVENT_TRACK, track) &&
	       put_number(&m, EVENT_COUNTER, (uint64_t)value);
	packet(t, good, boot_ns, PACKET_TRACK_EVENT, &m);
}

static void perfetto_close(struct tracks *t _unused_)
{
}

static const struct tracks_ops ops = {
	.open = perfetto_open,
	.track = perfetto_track,
	.begin = perfetto_begin,
	.end = perfetto_end,
	.instant = perfetto_instant,
	.counter = perfetto_counter,
	.close = perfetto_close,
};

static int open_sink(struct sink *sink)
{
	struct tracks *t = malloc(sizeof(*t));

	if (!t)
		return -ENOMEM;
	tracks__begin(t, &ops, sink->out, NULL);
	sink->state = t;
	return 0;
}

static void close_sink(struct sink *sink)
{
	tracks__end(sink->state);
	free(sink->state);
}

const struct sink_ops sink_perfetto = {
	.name = "perfetto",
	.open = open_sink,
	.event = tracks_event,
	.close = close_sink,
};
