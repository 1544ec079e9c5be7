/* SPDX-License-Identifier: GPL-2.0 */
/* A decoder, fed record by record, with its events as lines. */
#ifndef UNIT_STREAM_H
#define UNIT_STREAM_H

#include "build.h"
#include "event/decode.h"

struct stream {
	struct decoder *d;
	struct text text;
	uint64_t boot_ns; /* of the record before */
	int drop; /* leave out the record that is this many away; -1: none */
};

/** stream_open() - a decoder with all hooks; for stream_close() */
void stream_open(struct stream *s);
void stream_close(struct stream *s);

/** stream_hooks() - from now on only these are attached */
void stream_hooks(struct stream *s, uint64_t attached);

/** expect() - fail unless just these events came since the last look */
#define expect(stream, expected) text_expect(&(stream)->text, expected)

/** finish() - stream_close() after a last look at the events */
#define finish(stream, expected)                                                                   \
	do {                                                                                       \
		expect(stream, expected);                                                          \
		stream_close(stream);                                                              \
	} while (0)

/** feed() - @size bytes, in memory of just its size, gone afterwards: reading on, or later, would be noticed */
int feed(struct stream *s, const void *rec, size_t size);

/** feed_rec() - a record that is valid */
void feed_rec(struct stream *s, const void *rec);

/** head() - of the next record, a microsecond after the one before, of insmod:11 */
struct wire_head head(struct stream *s, enum wire_type type, size_t size);

/** walk() - a whole walk; with facts of @text, as records_of() has it */
void walk(struct stream *s, struct wire_walk_begin begin, const char *text, uint32_t flags);

#define WALK(s, text, flags, ...) walk(s, (struct wire_walk_begin){ __VA_ARGS__ }, text, flags)

void enable(struct stream *s, uint64_t attempt, const char *candidate);
void compat(struct stream *s, uint64_t attempt, bool verdict, const char *installed);

/** complete() - @patch: index of the one in transition; it started 5 us ago */
void complete(struct stream *s, uint64_t attempt, int patch, int target, const char *installed);
void result(struct stream *s, uint64_t attempt, int init_ret, uint32_t stages);
void transition(struct stream *s, uint64_t attempt, enum wire_action action, int target);
void message(struct stream *s, uint64_t attempt, const char *text);

/** lookup() - klp_get_prev_state(@id) finds @version, or nothing if that is negative */
void lookup(struct stream *s, uint64_t attempt, uint64_t id, int version);

/** progress() - @left of 100 tasks, 3 of them told, as a sample finds it; @since_ns: when it started */
void progress(struct stream *s, uint64_t attempt, uint64_t left, uint64_t since_ns, uint32_t flags);

/** stall() - a walk over @patches, of which the first is in transition, with @tasks; the end says @said more */
void stall(struct stream *s, uint64_t patch, const char *patches, const char *tasks, int said);

#define COMPAT	 WIRE_STAGE_COMPAT
#define STARTED	 (COMPAT | WIRE_STAGE_COMPATIBLE | WIRE_STAGE_INIT | WIRE_STAGE_START)
#define CANCELED (COMPAT | WIRE_STAGE_COMPATIBLE | WIRE_STAGE_INIT | WIRE_STAGE_CANCEL)

#endif
