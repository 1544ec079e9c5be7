// SPDX-License-Identifier: GPL-2.0
#include "recording/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "recording/frames.h"
#include "recording/names.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/files.h"
#include "util/timefmt.h"
#include "wire.h"

/* Written at once, when so much has come. */
#define BATCH (64 * 1024)

/* A full disk, and a file that cannot be switched, are tried again so soon, ns. */
#define RETRY_NS	NSEC_PER_SEC
#define SWITCH_RETRY_NS (10 * NSEC_PER_SEC)

struct recorder {
	struct consumer consumer; /* first */
	struct recorder_options options;
	char *path; /* of the file */
	int fd;
	bool regular; /* can be synced */
	bool exact; /* can be cut back to whole frames, and always was */
	uint32_t seq;
	uint32_t part;
	uint64_t begun_ns; /* CLOCK_BOOTTIME */
	uint64_t event_bytes; /* of the file: without what every file begins with */
	uint32_t snapshot; /* walk that is a snapshot's, 0: none */
	unsigned char *buffer; /* frames that are not written yet */
	size_t length, room;
	uint64_t size; /* of the file: what is written, whole frames */
	uint64_t sync_due_ns; /* CLOCK_MONOTONIC, 0: all is on disk */
	uint64_t counts_due_ns; /* as above, 0: nothing was written since */
	bool counting;
	uint64_t retry_due_ns; /* as above, 0: there is space */
	uint64_t switch_not_before_ns; /* as above */
	uint64_t dropped; /* records, while there is no space */
	uint64_t records, bytes; /* in all */
	struct wire_hooks hooks; /* as last recorded, type 0: none */
	struct wire_clock clock;
};

static void tell(const struct recorder *r, enum recorder_news_kind kind, int error)
{
	const struct recorder_news news = {
		.kind = kind,
		.path = r->path,
		.error = error,
		.dropped = r->dropped,
	};

	if (r->options.news)
		r->options.news(r->options.ctx, &news);
}

/* So many bytes of the buffer's first frames are at most @n; the rest is a frame's beginning. */
static size_t whole_frames(const struct recorder *r, size_t n)
{
	size_t at = 0;

	for (;;) {
		struct recording_frame head;
		size_t size;

		if (at + sizeof(head) > n)
			return at;
		memcpy(&head, r->buffer + at, sizeof(head));
		size = frame_size_of(head.length);
		if (at + size > n)
			return at;
		at += size;
	}
}

static bool is_no_space(int err)
{
	return err == -ENOSPC || err == -EDQUOT;
}

/* Takes written bytes from the buffer's front; of a frame of which only a part got through, nothing stays in the file. */
static void account(struct recorder *r, size_t written)
{
	size_t whole = r->exact ? whole_frames(r, written) : written;

	r->size += whole;
	r->bytes += whole;
	if (whole < written && (ftruncate(r->fd, r->size) || lseek(r->fd, r->size, SEEK_SET) < 0)) {
		/* It stays, then, and goes on where it was. */
		r->exact = false;
		r->size += written - whole;
		r->bytes += written - whole;
		whole = written;
	}
	memmove(r->buffer, r->buffer + whole, r->length - whole);
	r->length -= whole;
	if (whole && !r->sync_due_ns && r->regular)
		r->sync_due_ns = clock_ns(CLOCK_MONOTONIC) + RECORDER_SYNC_NS;
	if (whole && !r->counts_due_ns && !r->counting && r->options.counts)
		r->counts_due_ns = clock_ns(CLOCK_MONOTONIC) + RECORDER_SYNC_NS;
}

static int write_all(struct recorder *r)
{
	size_t written = 0;
	int err = 0;

	while (written < r->length) {
		ssize_t n = write(r->fd, r->buffer + written, r->length - written);

		if (n > 0)
			written += n;
		else if (n == 0)
			err = -EIO;
		else if (errno != EINTR)
			err = -errno;
		if (err)
			break;
	}
	account(r, written);
	return err;
}

/* There must be room for it. */
static void put(struct recorder *r, enum recording_frame_type type, const void *payload,
		size_t length)
{
	r->length += frame_make(r->buffer + r->length, type, r->seq++, payload, length);
}

/* Writes what waits; a full disk is no error where it is to be waited for. */
static int write_out(struct recorder *r)
{
	bool waited = r->retry_due_ns;
	struct wire_lost lost = {
		.hdr = { .type = WIRE_LOST, .size = sizeof(lost) },
		.records = r->dropped,
	};
	int err = write_all(r);

	if (is_no_space(err) && r->options.wait_space && r->regular) {
		r->retry_due_ns = clock_ns(CLOCK_MONOTONIC) + RETRY_NS;
		if (!waited)
			tell(r, RECORDER_FULL, err);
		return 0;
	}
	if (err || !waited)
		return err;
	r->retry_due_ns = 0;
	tell(r, RECORDER_SPACE, 0);
	r->dropped = 0;
	if (!lost.records)
		return 0;
	/* All is written, so there is room. */
	lost.boot_ns = clock_ns(CLOCK_BOOTTIME);
	put(r, RECORDING_RECORD, &lost, sizeof(lost));
	return 0;
}

/* Room for one more frame; 1 if there is none. */
static int make_room(struct recorder *r)
{
	unsigned char *bigger;
	int err;

	if (r->length + FRAME_MAX <= r->room)
		return 0;
	if (!r->retry_due_ns && r->room) {
		err = write_out(r);
		if (err || r->length + FRAME_MAX <= r->room)
			return err;
	}
	if (r->room >= RECORDER_PENDING_MAX)
		return 1;
	bigger = realloc(r->buffer, r->room ? r->room * 2 : BATCH);
	if (!bigger)
		return r->room ? 1 : -ENOMEM;
	r->buffer = bigger;
	r->room = r->room ? r->room * 2 : BATCH;
	return 0;
}

static int add(struct recorder *r, enum recording_frame_type type, const void *payload,
	       size_t length)
{
	/* Once something was left out, what comes after it waits for the word about that. */
	int err = r->dropped ? 1 : make_room(r);

	if (err < 0)
		return err;
	if (err) {
		r->dropped++;
		return 0;
	}
	put(r, type, payload, length);
	return 0;
}

/* What belongs to the snapshot that a file begins with, and what is told of ourselves, is no event. */
static bool is_event(struct recorder *r, const struct wire_hdr *hdr)
{
	const struct wire_walk_begin *begin = (const void *)hdr;
	bool in_snapshot;

	if (hdr->type == WIRE_WALK_BEGIN && begin->kind == WIRE_WALK_SNAPSHOT)
		r->snapshot = hdr->walk;
	in_snapshot = r->snapshot && hdr->walk == r->snapshot;
	if (in_snapshot && hdr->type == WIRE_WALK_END)
		r->snapshot = 0;
	return !in_snapshot && hdr->type != WIRE_HOOKS && hdr->type != WIRE_CLOCK &&
	       hdr->type != WIRE_SNAPSHOT;
}

static int record(struct consumer *consumer, const void *data, size_t size)
{
	struct recorder *r = (struct recorder *)consumer;
	const struct wire_hdr *hdr = data;

	if (size < sizeof(*hdr) || size > RECORDING_MAX_PAYLOAD)
		return -EBADMSG;
	if (hdr->type == WIRE_HOOKS && size == sizeof(r->hooks))
		memcpy(&r->hooks, data, size);
	if (hdr->type == WIRE_CLOCK && size == sizeof(r->clock))
		memcpy(&r->clock, data, size);
	if (is_event(r, hdr))
		r->event_bytes += frame_size_of(size);
	r->records++;
	return add(r, RECORDING_RECORD, data, size);
}

static int sync_now(struct recorder *r)
{
	r->sync_due_ns = 0;
	return r->regular && fdatasync(r->fd) ? -errno : 0;
}

static int flush(struct consumer *consumer)
{
	struct recorder *r = (struct recorder *)consumer;
	int err = r->retry_due_ns ? 0 : write_out(r);

	/* What came with the space is written, too. */
	if (!err && r->length && !r->retry_due_ns)
		err = write_out(r);
	return err || !r->options.sync || !r->sync_due_ns ? err : sync_now(r);
}

static uint64_t due(const struct consumer *consumer)
{
	const struct recorder *r = (const struct recorder *)consumer;
	const uint64_t times[] = { r->sync_due_ns, r->counts_due_ns, r->retry_due_ns };
	uint64_t first = 0;

	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		if (times[i] && (!first || times[i] < first))
			first = times[i];
	return first;
}

/* Has the counts recorded, which are not written for their own sake: that would never end. */
static int count(struct recorder *r)
{
	int err;

	r->counts_due_ns = 0;
	if (!r->options.counts || r->retry_due_ns)
		return 0;
	r->counting = true;
	err = r->options.counts(r->options.ctx);
	if (!err)
		err = flush(&r->consumer);
	r->counting = false;
	return err;
}

static int add_header(struct recorder *r)
{
	struct recording_header *header = &r->options.header;
	int err;

	r->begun_ns = header->boot_ns = clock_ns(CLOCK_BOOTTIME);
	header->real_ns = clock_ns(CLOCK_REALTIME);
	header->part = r->part;
	err = add(r, RECORDING_HEADER, header, sizeof(*header));
	if (!err && r->hooks.hdr.type)
		err = add(r, RECORDING_RECORD, &r->hooks, sizeof(r->hooks));
	if (!err && r->clock.hdr.type)
		err = add(r, RECORDING_RECORD, &r->clock, sizeof(r->clock));
	return err;
}

static int add_end(struct recorder *r, enum recording_end_reason reason)
{
	const struct recording_end end = {
		.boot_ns = clock_ns(CLOCK_BOOTTIME),
		.real_ns = clock_ns(CLOCK_REALTIME),
		.reason = reason,
	};

	return add(r, RECORDING_END, &end, sizeof(end));
}

/* Opens what is to be written next: an fd, or negative errno; @path is set to its name. */
static int open_file(const struct recorder *r, char **path, bool *regular)
{
	struct stat st;
	int fd;

	*path = NULL;
	*regular = true;
	if (!strcmp(r->options.path, "-")) {
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
		if (fd < 0)
			return -errno;
		*path = strdup("-");
	} else if (r->options.switching) {
		fd = recording_create(r->options.path, clock_ns(CLOCK_REALTIME), r->path, path);
	} else {
		fd = recording_replace(r->options.path);
		*path = strdup(r->options.path);
	}
	if (fd < 0)
		return fd;
	if (!*path) {
		close(fd);
		return -ENOMEM;
	}
	*regular = !fstat(fd, &st) && S_ISREG(st.st_mode);
	if (*regular)
		sync_folder(*path);
	return fd;
}

/* Another file: the one before is ended once this one is there. */
static int switch_file(struct recorder *r)
{
	bool regular, ended = false;
	char *path;
	int err, fd = open_file(r, &path, &regular);

	r->switch_not_before_ns = clock_ns(CLOCK_MONOTONIC) + SWITCH_RETRY_NS;
	if (fd < 0 || !path) {
		free(path);
		tell(r, RECORDER_NOT_SWITCHED, fd);
		return 0;
	}
	err = count(r);
	if (!err && !r->retry_due_ns) {
		err = add_end(r, RECORDING_SWITCHED);
		ended = !err;
	}
	if (!err && !r->retry_due_ns)
		err = write_out(r);
	if (!err && !r->retry_due_ns)
		err = sync_now(r);
	if (err || r->retry_due_ns) {
		/* The disk has become full just now: this file goes on. */
		if (ended && r->length) {
			r->length -= frame_size_of(sizeof(struct recording_end));
			r->seq--;
		}
		close(fd);
		unlink(path);
		free(path);
		return err;
	}
	close(r->fd);
	free(r->path);
	r->fd = fd;
	r->path = path;
	r->consumer.output = path;
	r->regular = r->exact = regular;
	r->seq = 0;
	r->size = r->event_bytes = 0;
	r->part++;
	r->switch_not_before_ns = 0;
	err = add_header(r);
	if (!err)
		err = write_out(r);
	if (!err)
		tell(r, RECORDER_SWITCHED, 0);
	if (!err && r->options.max_files)
		recording_prune(r->options.path, r->path, r->options.max_files);
	return err || !r->options.begun ? err : r->options.begun(r->options.ctx);
}

static bool wants_switch(struct recorder *r)
{
	const struct recorder_options *options = &r->options;
	bool asked = options->asked && options->asked(options->ctx);

	if (!options->switching || r->retry_due_ns)
		return false;
	if (asked)
		return true;
	if (!r->event_bytes ||
	    (r->switch_not_before_ns && clock_ns(CLOCK_MONOTONIC) < r->switch_not_before_ns))
		return false;
	if (options->switch_bytes && r->event_bytes >= options->switch_bytes)
		return true;
	return options->switch_ns && clock_ns(CLOCK_BOOTTIME) - r->begun_ns >= options->switch_ns;
}

static int wake(struct consumer *consumer)
{
	struct recorder *r = (struct recorder *)consumer;
	uint64_t now = due(consumer) ? clock_ns(CLOCK_MONOTONIC) : 0;
	int err = 0;

	if (r->retry_due_ns && now >= r->retry_due_ns)
		err = write_out(r);
	if (!err && r->counts_due_ns && now >= r->counts_due_ns)
		err = count(r);
	if (!err && r->sync_due_ns && now >= r->sync_due_ns)
		err = sync_now(r);
	return err || !wants_switch(r) ? err : switch_file(r);
}

/* After a failure there is no end: the recording shows that it is not whole. */
static int end(struct consumer *consumer, int err)
{
	return err && err != -ECANCELED ? 0 : recorder__end((struct recorder *)consumer);
}

static const struct consumer_ops ops = {
	.record = record,
	.flush = flush,
	.due = due,
	.wake = wake,
	.close = end,
};

struct recorder *recorder__open(const struct recorder_options *options, struct failure *why)
{
	struct recorder *r = calloc(1, sizeof(*r));
	char *path;
	int err;

	if (!r) {
		failure_set(why, FAILURE_SYSTEM, -ENOMEM, "memory");
		return NULL;
	}
	r->consumer.ops = &ops;
	r->consumer.keeps = true;
	r->options = *options;
	r->fd = open_file(r, &path, &r->regular);
	r->path = path;
	r->consumer.output = path;
	r->exact = r->regular;
	err = r->fd < 0 ? r->fd : add_header(r);
	if (!err)
		err = flush(&r->consumer);
	if (!err) {
		if (r->options.switching && r->options.max_files)
			recording_prune(r->options.path, r->path, r->options.max_files);
		return r;
	}
	failure_set(why, FAILURE_OUTPUT, err, "%s", options->path);
	recorder__close(r);
	return NULL;
}

struct consumer *recorder__consumer(struct recorder *r)
{
	return &r->consumer;
}

const char *recorder__path(const struct recorder *r)
{
	return r->path;
}

void recorder__totals(const struct recorder *r, uint64_t *records, uint64_t *bytes)
{
	*records = r->records;
	*bytes = r->bytes;
}

int recorder__end(struct recorder *r)
{
	int err = 0;

	/* The last try: nobody waits for space any more. */
	r->options.wait_space = false;
	if (r->retry_due_ns)
		err = write_out(r);
	if (!err)
		err = add_end(r, RECORDING_ENDED);
	if (!err)
		err = write_out(r);
	return err ? err : sync_now(r);
}

void recorder__close(struct recorder *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	free(r->path);
	free(r->buffer);
	free(r);
}
