/* SPDX-License-Identifier: GPL-2.0 */
/* Writes records to recordings (include/recording.h). */
#ifndef KLPSCOPE_RECORDING_RECORDER_H
#define KLPSCOPE_RECORDING_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/consumer.h"
#include "recording.h"
#include "util/failure.h"

/* Data reaches the disk so soon after it was written, ns. */
#define RECORDER_SYNC_NS 500000000

/* Kept in memory while the disk is full; what comes on top of it is counted. */
#define RECORDER_PENDING_MAX (4 * 1024 * 1024)

enum recorder_news_kind {
	RECORDER_FULL, /* there is no space; waits for it */
	RECORDER_SPACE, /* there is again */
	RECORDER_SWITCHED, /* another file was begun */
	RECORDER_NOT_SWITCHED, /* it could not; goes on in the old one */
};

struct recorder_news {
	enum recorder_news_kind kind;
	const char *path; /* of the file that is written */
	int error; /* negative errno, 0: none */
	uint64_t dropped; /* RECORDER_SPACE: records that did not fit into memory */
};

struct recorder_options {
	const char *path; /* "-": stdout */
	struct recording_header header; /* who we are; clocks and part are filled in */
	bool sync; /* after each batch, not only in time */
	bool wait_space; /* a full disk is waited for, no failure */
	bool switching; /* names are the path and the time */
	uint64_t switch_bytes; /* another file once this one has so many of events, 0: no limit */
	uint64_t switch_ns; /* ... and once it is that old */
	unsigned int max_files; /* that are kept, 0: all */
	void *ctx; /* of what follows, each optional */
	/* Whether another file was asked for since the last call. */
	bool (*asked)(void *ctx);
	/* Time to record what else was counted: before a file ends, and once after what was written. */
	int (*counts)(void *ctx);
	/* A file was begun in place of another: time to record what is installed. */
	int (*begun)(void *ctx);
	void (*news)(void *ctx, const struct recorder_news *news);
};

struct recorder;

/**
 * recorder__open() - begin a recording
 * @options: how; copied, its path stays the caller's
 * @why: filled on failure
 *
 * A file that is there already becomes PATH.old, as perf does it.
 *
 * Return: the recorder, to be released with recorder__close(), or NULL.
 */
struct recorder *recorder__open(const struct recorder_options *options, struct failure *why);

/** recorder__consumer() - the recorder's: writes each record, and ends the file when it is closed without an error */
struct consumer *recorder__consumer(struct recorder *recorder);

/** recorder__path() - of the file that is written now */
const char *recorder__path(const struct recorder *recorder);

/** recorder__totals() - records and bytes that were written, in all files */
void recorder__totals(const struct recorder *recorder, uint64_t *records, uint64_t *bytes);

/** recorder__end() - end the file and have it on disk; negative errno if that failed */
int recorder__end(struct recorder *recorder);

/** recorder__close() - release; a file that was not ended stays as it is. NULL is allowed */
void recorder__close(struct recorder *recorder);

#endif
