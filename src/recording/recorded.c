// SPDX-License-Identifier: GPL-2.0
#include "recording/recorded.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "facts/wire_check.h"
#include "recording/frames.h"
#include "util/attributes.h"
#include "util/cleanup.h"
#include "wire.h"

/* One file, before its turn comes. */
struct input {
	const char *path;
	bool has_header; /* looked at already: that of a pipe comes with the rest */
	struct recording_header header;
	/* To be sorted by. */
	size_t place; /* as it was given */
	size_t boot; /* place of the first of its boot */
	uint64_t real_ns; /* of its boot's first file */
	uint64_t size; /* 0: not known */
};

struct recorded {
	struct source source;
	struct recording_watch watch;
	struct input *inputs; /* in the order of their time */
	size_t n, next; /* the one whose turn comes */
	const char *path; /* of the file that is read */
	struct frames *frames; /* of it */
	uint32_t seq; /* of the frame that comes next */
	bool begun; /* a frame of the file was there */
	bool ended; /* its end was there */
	bool any; /* a frame of any file was there */
	bool damaged;
	struct recording_header last; /* of the file before, if it was switched from */
	bool switched;
	bool has_host;
	struct recording_header host; /* the first that was seen */
	uint64_t boot_ns; /* of the last record that tells */
	uint64_t at; /* bytes read of this file */
	uint64_t done, size; /* of all */
	struct failure why;
};

static bool is_stdin(const char *path)
{
	return !strcmp(path, "-");
}

static int open_file(const char *path)
{
	int fd = is_stdin(path) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
				: open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : fd;
}

static ssize_t fill(struct frames *frames, int fd)
{
	size_t room;
	void *to = frames__room(frames, &room);
	ssize_t n = read(fd, to, room);

	if (n < 0)
		return -errno;
	frames__put(frames, n);
	return n;
}

static int take_header(struct recording_header *header, const struct file_frame *frame)
{
	size_t length = frame->length;

	if (frame->type != RECORDING_HEADER || length < sizeof(*header))
		return -EINVAL;
	memcpy(header, frame->payload, sizeof(*header));
	header->host[sizeof(header->host) - 1] = '\0';
	header->release[sizeof(header->release) - 1] = '\0';
	header->build[sizeof(header->build) - 1] = '\0';
	header->machine[sizeof(header->machine) - 1] = '\0';
	header->klpscope[sizeof(header->klpscope) - 1] = '\0';
	return 0;
}

static int bad_start(const char *path, const struct frames *frames, int err, struct failure *why)
{
	if (err == -EPROTO)
		return failure_set(why, FAILURE_NEWER_RECORDING, 0, "%s: format %u; this reads %u",
				   path, frames__version(frames), RECORDING_VERSION);
	return failure_set(why, FAILURE_BYTE_ORDER, 0, "%s", path);
}

static int check_features(const char *path, const struct recording_header *header,
			  struct failure *why)
{
	uint64_t unknown = header->features & RECORDING_FEATURES_NEEDED & ~RECORDING_FEATURES_KNOWN;

	if (!unknown)
		return 0;
	return failure_set(why, FAILURE_NEWER_RECORDING, 0, "%s: features 0x%llx", path,
			   (unsigned long long)unknown);
}

/* The machine's ID tells hosts apart; its name does only where there is none. */
static int check_host(struct recorded *r, const char *path, const struct recording_header *header,
		      struct failure *why)
{
	static const __u8 none[sizeof(header->machine_id)];
	const struct recording_header *host = &r->host;
	bool other;

	if (!r->has_host) {
		r->has_host = true;
		r->host = *header;
		return 0;
	}
	if (memcmp(header->machine_id, none, sizeof(none)) &&
	    memcmp(host->machine_id, none, sizeof(none)))
		other = memcmp(header->machine_id, host->machine_id, sizeof(none));
	else
		other = strcmp(header->host, host->host);
	if (!other)
		return 0;
	return failure_set(why, FAILURE_OTHER_HOST, 0, "%s is of %s, not of %s", path, header->host,
			   host->host);
}

/* Looks at the beginning of an ordinary file; of others nothing is taken away. */
static int look_at(struct recorded *r, struct input *input, struct failure *why)
{
	_cleanup_close_ int fd = open_file(input->path);
	struct frames *frames;
	struct file_frame frame;
	struct stat st;
	int err;

	if (fd < 0)
		return failure_set(why, FAILURE_FILE, fd, "%s", input->path);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || is_stdin(input->path))
		return S_ISDIR(st.st_mode)
			       ? failure_set(why, FAILURE_FILE, -EISDIR, "%s", input->path)
			       : 0;
	input->size = st.st_size;
	r->size += st.st_size;
	frames = frames__new();
	if (!frames)
		return failure_set(why, FAILURE_SYSTEM, -ENOMEM, "memory");
	do {
		err = fill(frames, fd);
		if (err < 0)
			failure_set(why, FAILURE_FILE, err, "%s", input->path);
		else
			err = frames__next(frames, &frame);
	} while (!err && frames__torn(frames) < 3 * FRAME_MAX &&
		 frames__torn(frames) < input->size);
	if (err == -EPROTO || err == -EXDEV)
		err = bad_start(input->path, frames, err, why);
	else if (err == 1)
		input->has_header = !take_header(&input->header, &frame);
	frames__free(frames);
	if (err < 0)
		return err;
	if (!input->has_header)
		return 0;
	err = check_features(input->path, &input->header, why);
	return err ? err : check_host(r, input->path, &input->header, why);
}

static bool same_boot(const struct recording_header *a, const struct recording_header *b)
{
	static const __u8 none[sizeof(a->boot_id)];

	return memcmp(a->boot_id, none, sizeof(none)) &&
	       !memcmp(a->boot_id, b->boot_id, sizeof(none));
}

static int by_place(const struct input *x, const struct input *y)
{
	return x->place < y->place ? -1 : x->place > y->place;
}

/* Boot by boot, those without an ID each for itself, and by their time in it. */
static int boot_cmp(const void *a, const void *b)
{
	const struct input *x = a, *y = b;
	int order = memcmp(x->header.boot_id, y->header.boot_id, sizeof(x->header.boot_id));

	if (!order && same_boot(&x->header, &y->header) && x->header.boot_ns != y->header.boot_ns)
		order = x->header.boot_ns < y->header.boot_ns ? -1 : 1;
	return order ? order : by_place(x, y);
}

/* What begins a boot comes before it, however the wall clock was set meanwhile. */
static int input_cmp(const void *a, const void *b)
{
	const struct input *x = a, *y = b;

	if (x->real_ns != y->real_ns)
		return x->real_ns < y->real_ns ? -1 : 1;
	if (x->boot != y->boot)
		return x->boot < y->boot ? -1 : 1;
	if (same_boot(&x->header, &y->header) && x->header.boot_ns != y->header.boot_ns)
		return x->header.boot_ns < y->header.boot_ns ? -1 : 1;
	return by_place(x, y);
}

/* A boot has the wall clock's time of its first file; within it the wall clock may have been set. */
static void take_times(struct input *inputs, size_t n)
{
	qsort(inputs, n, sizeof(*inputs), boot_cmp);
	for (size_t i = 0, end; i < n; i = end) {
		size_t boot = inputs[i].place;

		for (end = i + 1; end < n && same_boot(&inputs[i].header, &inputs[end].header);
		     end++)
			if (inputs[end].place < boot)
				boot = inputs[end].place;
		for (size_t k = i; k < end; k++) {
			inputs[k].real_ns = inputs[i].header.real_ns;
			inputs[k].boot = boot;
		}
	}
}

/* By when they were begun; one of which that is not known stays behind the one before it. */
static void sort(struct input *inputs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		inputs[i].place = i;
		if (i && !inputs[i].has_header)
			inputs[i].header = inputs[i - 1].header;
	}
	take_times(inputs, n);
	qsort(inputs, n, sizeof(*inputs), input_cmp);
}

static int consume(struct source *source, record_fn fn, void *ctx);
static int finish(struct source *source, record_fn fn, void *ctx);

static const struct source_ops ops = { .consume = consume, .finish = finish };

static int open_next(struct recorded *r)
{
	const struct input *input = &r->inputs[r->next];
	int fd = open_file(input->path);

	if (fd < 0)
		return failure_set(&r->why, FAILURE_FILE, fd, "%s", input->path);
	r->frames = frames__new();
	if (!r->frames) {
		close(fd);
		return -ENOMEM;
	}
	r->next++;
	r->source.fd = fd;
	r->path = input->path;
	r->begun = r->ended = false;
	r->seq = 0;
	r->at = 0;
	return 0;
}

static void close_file(struct recorded *r)
{
	frames__free(r->frames);
	r->frames = NULL;
	if (r->source.fd >= 0)
		close(r->source.fd);
	r->source.fd = -1;
}

struct recorded *recorded__open(const char *const *paths, size_t n,
				const struct recording_watch *watch, struct failure *why)
{
	struct recorded *r = calloc(1, sizeof(*r));
	int err = 0;

	if (r)
		r->inputs = calloc(n, sizeof(*r->inputs));
	if (!r || !r->inputs) {
		free(r);
		failure_set(why, FAILURE_SYSTEM, -ENOMEM, "memory");
		return NULL;
	}
	r->source.ops = &ops;
	r->source.fd = -1;
	r->n = n;
	if (watch)
		r->watch = *watch;
	for (size_t i = 0; !err && i < n; i++) {
		r->inputs[i].path = paths[i];
		err = look_at(r, &r->inputs[i], why);
	}
	sort(r->inputs, n);
	if (!err)
		err = open_next(r);
	if (!err)
		return r;
	failure_set(why, r->why.kind ? r->why.kind : FAILURE_SYSTEM, err, "%s",
		    r->why.kind ? r->why.detail : "memory");
	recorded__close(r);
	return NULL;
}

struct source *recorded__source(struct recorded *r)
{
	return &r->source;
}

bool recorded__is_whole(const struct recorded *r)
{
	return !r->damaged;
}

const struct failure *recorded__failure(const struct recorded *r)
{
	return &r->why;
}

void recorded__progress(const struct recorded *r, uint64_t *done, uint64_t *all)
{
	*done = r->done;
	*all = r->size;
}

void recorded__close(struct recorded *r)
{
	if (!r)
		return;
	close_file(r);
	free(r->inputs);
	free(r);
}

static void tell_damage(struct recorded *r, struct recording_damage damage)
{
	r->damaged = true;
	damage.path = r->path;
	if (r->watch.damage)
		r->watch.damage(r->watch.ctx, &damage);
}

static int tell_lost(struct recorded *r, uint32_t records, record_fn fn, void *ctx)
{
	struct wire_lost rec = {
		.hdr = { .type = WIRE_LOST, .size = sizeof(rec) },
		.boot_ns = r->boot_ns,
		.records = records,
	};

	return fn(ctx, &rec, sizeof(rec));
}

static int tell_break(struct recorded *r, uint64_t boot_ns, record_fn fn, void *ctx)
{
	struct wire_break rec = {
		.hdr = { .type = WIRE_BREAK, .size = sizeof(rec) },
		.boot_ns = boot_ns,
	};

	r->boot_ns = boot_ns;
	return fn(ctx, &rec, sizeof(rec));
}

/* A file begins, @header NULL: with another frame than it should. */
static int begin(struct recorded *r, const struct recording_header *header, record_fn fn, void *ctx)
{
	bool follows = header && r->switched && header->run == r->last.run &&
		       header->part == r->last.part + 1;
	int err = 0;

	if (header) {
		err = check_features(r->path, header, &r->why);
		if (!err)
			err = check_host(r, r->path, header, &r->why);
		if (err)
			return err;
	}
	if (r->any && !follows)
		err = tell_break(r, header ? header->boot_ns : 0, fn, ctx);
	if (header) {
		r->last = *header;
		r->boot_ns = header->boot_ns;
	}
	r->any = r->begun = true;
	r->ended = r->switched = false;
	if (r->watch.begin)
		r->watch.begin(r->watch.ctx, r->path, header, follows);
	return err;
}

static void end(struct recorded *r, const struct recording_end *end)
{
	r->ended = true;
	r->switched = end && end->reason == RECORDING_SWITCHED;
	if (r->watch.end)
		r->watch.end(r->watch.ctx, r->path, end);
}

/* Where a record tells its time, it is behind its header. */
static void note_time(struct recorded *r, const struct wire_hdr *hdr)
{
	switch (hdr->type) {
	case WIRE_WALK_BEGIN:
	case WIRE_RESULT:
	case WIRE_TRANSITION:
	case WIRE_MESSAGE:
	case WIRE_LOOKUP:
	case WIRE_FREED:
	case WIRE_PROGRESS:
	case WIRE_CLOCK:
	case WIRE_LOST:
	case WIRE_LOOKUP_COUNT:
	case WIRE_SNAPSHOT:
		memcpy(&r->boot_ns, hdr + 1, sizeof(r->boot_ns));
	}
}

static int record(struct recorded *r, const struct file_frame *frame, record_fn fn, void *ctx)
{
	const struct wire_hdr *hdr = frame->payload;

	if (!wire_check(frame->payload, frame->length)) {
		tell_damage(r, (struct recording_damage){
				       .kind = RECORDING_STRANGE,
				       .offset = frame->offset,
				       .frame = frame->seq,
				       .type = frame->length >= sizeof(*hdr) ? hdr->type : 0,
			       });
		return tell_lost(r, 1, fn, ctx);
	}
	note_time(r, hdr);
	return fn(ctx, frame->payload, frame->length);
}

static int payload(struct recorded *r, const struct file_frame *frame, record_fn fn, void *ctx)
{
	struct recording_end last;

	switch (frame->type) {
	case RECORDING_HEADER:
		return 0;
	case RECORDING_RECORD:
		return record(r, frame, fn, ctx);
	case RECORDING_END:
		if (frame->length < sizeof(last))
			break;
		memcpy(&last, frame->payload, sizeof(last));
		end(r, &last);
		return 0;
	}
	tell_damage(r, (struct recording_damage){
			       .kind = RECORDING_STRANGE,
			       .offset = frame->offset,
			       .frame = frame->seq,
		       });
	return 0;
}

/* No end was there before byte @at, but @torn bytes that are no frame may be. */
static void not_ended(struct recorded *r, uint64_t at, uint64_t torn)
{
	tell_damage(r, (struct recording_damage){
			       .kind = torn ? RECORDING_TORN : RECORDING_NO_END,
			       .offset = at - torn,
			       .bytes = torn,
			       .frame = r->seq,
		       });
	if (r->begun && !r->ended)
		end(r, NULL);
}

/* The frame is whole; is it the one that should come? */
static int take(struct recorded *r, const struct file_frame *frame, record_fn fn, void *ctx)
{
	struct recording_header header;
	bool is_header = !take_header(&header, frame);
	uint32_t missing = 0;
	bool missing_end = false;
	int err = 0;

	/* Recordings that were put behind one another, as in a pipe. */
	if (is_header && r->begun) {
		missing_end = !r->ended;
		if (missing_end)
			not_ended(r, frame->offset, frame->skipped);
		r->begun = false;
		r->seq = frame->seq;
	}
	if (frame->seq > r->seq)
		missing = frame->seq - r->seq;
	if ((frame->skipped && !missing_end) || missing)
		tell_damage(r, (struct recording_damage){
				       .kind = RECORDING_DAMAGED,
				       .offset = frame->offset - frame->skipped,
				       .bytes = frame->skipped,
				       .frame = r->seq,
				       .missing = missing,
			       });
	if (!r->begun) {
		err = begin(r, is_header ? &header : NULL, fn, ctx);
		if (!err && !is_header)
			tell_damage(r, (struct recording_damage){ .kind = RECORDING_NO_HEADER });
		/* A header is no record. */
		missing -= missing && !is_header;
	}
	r->seq = frame->seq + 1;
	if (!err && missing)
		err = tell_lost(r, missing, fn, ctx);
	return err ? err : payload(r, frame, fn, ctx);
}

/* All frames that are there now. */
static int take_all(struct recorded *r, record_fn fn, void *ctx)
{
	struct file_frame frame;
	int found, err = 0;

	while (!err && (found = frames__next(r->frames, &frame)) != 0) {
		if (found == -EPROTO || found == -EXDEV)
			return bad_start(r->path, r->frames, found, &r->why);
		if (found < 0)
			return found;
		err = take(r, &frame, fn, ctx);
	}
	return err;
}

/* The bytes of the file are over; what does that leave? */
static int file_over(struct recorded *r)
{
	uint64_t torn = frames__torn(r->frames);
	bool last = r->next == r->n;

	/* One file of several may be empty because the disk was full. */
	if (!r->begun && last && !r->any)
		return failure_set(&r->why, FAILURE_NO_RECORDING, 0,
				   torn ? "%s: no whole frame in %llu bytes" : "%s: it is empty",
				   r->path, (unsigned long long)torn);
	if (!r->ended || torn)
		not_ended(r, r->at, torn);
	return 0;
}

static int consume(struct source *source, record_fn fn, void *ctx)
{
	struct recorded *r = (struct recorded *)source;
	struct pollfd now = { .fd = source->fd, .events = POLLIN };
	ssize_t n;
	int err;

	if (!r->frames)
		return 1;
	/* A pipe may have nothing yet; whoever waits for it must not wait here, where no signal comes through. */
	if (poll(&now, 1, 0) == 0)
		return 0;
	n = fill(r->frames, source->fd);
	if (n == -EINTR || n == -EAGAIN)
		return 0;
	if (n < 0)
		return failure_set(&r->why, FAILURE_FILE, n, "%s", r->path);
	r->at += n;
	r->done += n;
	err = take_all(r, fn, ctx);
	if (err || n)
		return err;
	err = file_over(r);
	if (err)
		return err;
	close_file(r);
	if (r->next == r->n)
		return 1;
	return open_next(r);
}

static int finish(struct source *source _unused_, record_fn fn _unused_, void *ctx _unused_)
{
	return 0;
}
