/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Recordings as a source: the records of one file, or of several of one host.
 *
 * Room recording: files of records. It knows frames and all that goes wrong with files. It must
 * not know what a record means.
 */
#ifndef KLPSCOPE_RECORDING_RECORDED_H
#define KLPSCOPE_RECORDING_RECORDED_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/source.h"
#include "recording.h"
#include "util/failure.h"

enum recording_damage_kind {
	RECORDING_DAMAGED, /* bytes that are no frame, or frames that are missing */
	RECORDING_TORN, /* the same at the end of the file */
	RECORDING_NO_END, /* nothing is torn, but it was not ended: the recorder was killed or still writes */
	RECORDING_STRANGE, /* a whole frame, with what this version does not know */
	RECORDING_NO_HEADER, /* its header is damaged: host and time are not known */
};

struct recording_damage {
	enum recording_damage_kind kind;
	const char *path; /* "-": standard input */
	uint64_t offset; /* where in the file */
	uint64_t bytes; /* that were passed over */
	uint32_t frame; /* number of the first frame that is missing or strange */
	uint32_t missing; /* frames that are, as far as is known */
	uint16_t type; /* RECORDING_STRANGE: of the record; 0: of the frame */
};

/* What a reader may want to know beside the records, at the place among them where it belongs. */
struct recording_watch {
	void *ctx;
	/* A file begins; @header is NULL if it is damaged. @follows: without a gap on the file before. */
	void (*begin)(void *ctx, const char *path, const struct recording_header *header,
		      bool follows);
	/* It is over; @end is NULL if it was not ended. */
	void (*end)(void *ctx, const char *path, const struct recording_end *end);
	void (*damage)(void *ctx, const struct recording_damage *damage);
};

struct recorded;

/**
 * recorded__open() - open files, and look whether they can be read
 * @paths: names; "-" is standard input; stay the caller's
 * @n: how many, at least 1
 * @watch: what to call, each optional; copied. NULL: nothing
 * @why: filled on failure
 *
 * Files are read in the order of their time, and must be of one host. Where one
 * does not follow on the one before, a WIRE_BREAK comes between. Frames that
 * are missing inside a file become a WIRE_LOST. Memory does not grow with the
 * files' sizes. It is an ordinary source: its consume returns 1 at the end.
 *
 * Return: the source, to be closed with recorded__close(), or NULL.
 */
struct recorded *recorded__open(const char *const *paths, size_t n,
				const struct recording_watch *watch, struct failure *why);

/** recorded__source() - the generic side */
struct source *recorded__source(struct recorded *recorded);

/** recorded__is_whole() - whether all that was read so far was there and undamaged */
bool recorded__is_whole(const struct recorded *recorded);

/** recorded__failure() - why consume failed, as far as it is not just its errno */
const struct failure *recorded__failure(const struct recorded *recorded);

/** recorded__progress() - bytes read so far, and of all; 0 where that is not known (a pipe) */
void recorded__progress(const struct recorded *recorded, uint64_t *done, uint64_t *all);

/** recorded__close() - release; NULL is allowed */
void recorded__close(struct recorded *recorded);

#endif
