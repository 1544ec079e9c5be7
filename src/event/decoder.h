/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of the decoder: decode.c has the records and transitions, decode_attempts.c what waits for an attempt's end,
 * decode_requests.c writes and modules, decode_messages.c the lines of the kernel log. Nobody else includes this.
 */
#ifndef KLPSCOPE_EVENT_DECODER_H
#define KLPSCOPE_EVENT_DECODER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "event/attempt.h"
#include "event/decode.h"
#include "event/requests.h"
#include "event/walks.h"

/* Which lines of the kernel log events have said already, of the latest transition. */
struct reported {
	char patch[WIRE_NAME_LEN + 1]; /* "": not known */
	uint64_t hooks; /* whose events were there */
};

/* A text that is written anew each time into the memory of the one before. */
struct scratch {
	FILE *out;
	char *text;
	size_t size;
};

struct decoder {
	event_fn fn;
	void *ctx;
	uint64_t hooks;
	struct reported reported;
	int64_t real_offset; /* CLOCK_REALTIME - CLOCK_BOOTTIME, ns */
	struct walks walks;
	struct attempts attempts;
	struct requests requests;
	bool has_snapshot;
	struct wire_walk_begin snapshot_begin;
	bool snapshot_in_flux;
	struct facts snapshot;
	struct wire_transition running; /* the last of the running transition, type 0: none */
	uint64_t start_ns; /* when that was seen to start, CLOCK_BOOTTIME; 0: it was not, */
	int8_t first_target; /* towards this */
	struct wire_progress progress; /* the last one of it, type 0: none */
	struct scratch message, explanation; /* of the refusal that is told */
};

/* A name in a record of fixed size: NUL-terminated unless it fills its field. */
struct name {
	char s[WIRE_SYMBOL_LEN + 1];
};

#define NAME(field) decode_name_of(&(struct name){ 0 }, field, sizeof(field))

#define MESSAGE_LEN (WIRE_TEXT_LEN + 1)

/* decode.c */

/** decode_name_of() - a field of a record, of @size bytes, as a string in @name; NULL if it is empty */
const char *decode_name_of(struct name *name, const char *field, size_t size);

/** decode_caller_of() - a caller by its symbol, else by its address, which @buf then holds; NULL if neither is known */
const char *decode_caller_of(const char symbol[WIRE_SYMBOL_LEN], uint64_t address,
			     struct name *buf);

/** decode_event_at() - an event of no task; decode_event_of() - of the task that a record names */
struct event decode_event_at(const struct decoder *d, enum event_kind kind, uint64_t boot_ns);
struct event decode_event_of(const struct decoder *d, enum event_kind kind,
			     const struct wire_head *head);

/** decode_emit() - hand an event on */
void decode_emit(struct decoder *d, const struct event *event);

/** decode_attempt_number() - as users see it; 0: not known */
uint64_t decode_attempt_number(struct decoder *d, uint64_t key);

/* decode_attempts.c */

/** decode_enabled() - the walk over a candidate is over; decode_compat_returned() - that over what is installed; -ENOMEM */
void decode_enabled(struct decoder *d, struct walk *w);
int decode_compat_returned(struct decoder *d, struct walk *w);

/** decode_attempt_decided() - tell what waited for that, lines too or lookups only */
void decode_attempt_decided(struct decoder *d, struct attempt *attempt, bool with_messages);

/** decode_attempt_started() - it is accepted; decode_attempt_canceled() - it will be refused; NULL: none */
void decode_attempt_started(struct decoder *d, struct attempt *attempt);
void decode_attempt_canceled(struct decoder *d, struct attempt *attempt);

/** decode_result() - of the record; decode_message(), decode_lookup() - these, which may have to wait; -ENOMEM */
int decode_result(struct decoder *d, const struct wire_result *rec);
int decode_message(struct decoder *d, const struct wire_message *rec);
int decode_lookup(struct decoder *d, const struct wire_lookup *rec);

/** decode_scratch_clear() - release what it holds */
void decode_scratch_clear(struct scratch *scratch);

/* decode_messages.c */

/** decode_message_text() - the line as a string, without its end */
void decode_message_text(char text[MESSAGE_LEN], const struct wire_message *rec);

/** decode_tell() - an event of this hook was there, so what the kernel logs of it need not be told */
void decode_tell(struct decoder *d, const char *patch, enum wire_hook hook);

/** decode_emit_message() - a line, unless an event says it */
void decode_emit_message(struct decoder *d, const struct wire_message *rec);

/* decode_requests.c */

/** decode_written() - of the record; decode_write_accepted() - what a thread has written is being done */
void decode_written(struct decoder *d, const struct wire_write *rec);
void decode_write_accepted(struct decoder *d, const struct wire_transition *rec);

/** decode_object_failed(), decode_load_failed(), decode_settled() - of the records */
void decode_object_failed(struct decoder *d, const struct wire_object_result *rec);
void decode_load_failed(struct decoder *d, const struct wire_load *rec);
void decode_settled(struct decoder *d, const struct wire_settled *rec);

/** decode_load_line() - a line of a thread that is loading a module, and not in an attempt; whether an event says it */
bool decode_load_line(struct decoder *d, const struct wire_message *rec, const char *text);

/** decode_requests_lost() - what the kernel has made of what was written may be lost */
void decode_requests_lost(struct decoder *d);

/** decode_requests_finish() - nothing comes any more: a refused module is one, decided or not */
void decode_requests_finish(struct decoder *d);

#endif
