// SPDX-License-Identifier: GPL-2.0
/* Recordings, as they are written and as they are read: whole, cut, flipped, several. */
#include "build.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "event/decode.h"
#include "recording/frames.h"
#include "recording/recorder.h"
#include "recording/names.h"
#include "recording/recorded.h"
#include "util/array.h"
#include "util/attributes.h"
#include "util/cleanup.h"

static char folder[] = "/tmp/klpscope-recording-XXXXXX";

static int set_up(void **state _unused_)
{
	return mkdtemp(folder) && !chdir(folder) ? 0 : -1;
}

static int tear_down(void **state _unused_)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	return chdir("/") || system(command);
}

/* What was read of files: events as lines, and news of them as "#..." lines. */
struct reading {
	struct text text;
	struct decoder *decoder;
	bool whole;
	int err;
	struct failure why;
	size_t records;
	uint64_t torn; /* bytes */
	uint32_t missing;
	unsigned int damages;
};

static void on_event(void *ctx, const struct event *event)
{
	event_line(((struct reading *)ctx)->text.out, event);
}

static int on_record(void *ctx, const void *data, size_t size)
{
	struct reading *reading = ctx;

	reading->records++;
	return decoder__feed(reading->decoder, data, size);
}

static void on_begin(void *ctx, const char *path _unused_, const struct recording_header *header,
		     bool follows)
{
	fprintf(((struct reading *)ctx)->text.out, "#begin %s%s\n", header ? header->host : "?",
		follows ? " follows" : "");
}

static void on_end(void *ctx, const char *path _unused_, const struct recording_end *end)
{
	fprintf(((struct reading *)ctx)->text.out, "#end %u\n", end ? end->reason : 0);
}

static void on_damage(void *ctx, const struct recording_damage *damage)
{
	struct reading *reading = ctx;

	reading->damages++;
	reading->missing += damage->missing;
	reading->torn += damage->kind == RECORDING_TORN ? damage->bytes : 0;
}

static void read_files(struct reading *reading, const char *const *paths, size_t n)
{
	struct recording_watch watch = { reading, on_begin, on_end, on_damage };
	struct recorded *recorded;
	struct source *source;

	*reading = (struct reading){ 0 };
	text_open(&reading->text);
	reading->decoder = decoder__new(on_event, reading);
	recorded = recorded__open(paths, n, &watch, &reading->why);
	if (!recorded) {
		reading->err = -EIO;
		fflush(reading->text.out);
		return;
	}
	source = recorded__source(recorded);
	do
		reading->err = source->ops->consume(source, on_record, reading);
	while (!reading->err);
	if (reading->err == 1)
		reading->err = source->ops->finish(source, on_record, reading);
	else
		reading->why = *recorded__failure(recorded);
	reading->whole = recorded__is_whole(recorded);
	recorded__close(recorded);
	decoder__finish(reading->decoder);
	fflush(reading->text.out);
}

static void read_file(struct reading *reading, const char *path)
{
	read_files(reading, &path, 1);
}

static void reading_clear(struct reading *reading)
{
	decoder__free(reading->decoder);
	text_close(&reading->text);
}

static void expect_read(const char *path, const char *expected)
{
	struct reading reading;

	read_file(&reading, path);
	assert_int_equal(reading.err, 0);
	assert_true(reading.whole);
	assert_string_equal(reading.text.s, expected);
	reading_clear(&reading);
}

static struct recorder_options options_of(const char *path)
{
	return (struct recorder_options){
		.path = path,
		.header = { .run = 7, .machine_id = { 1 }, .host = "here" },
	};
}

static struct recorder *open_recorder(const struct recorder_options *options)
{
	struct failure why = { 0 };
	struct recorder *recorder = recorder__open(options, &why);

	assert_non_null(recorder);
	return recorder;
}

static void put(struct recorder *recorder, const void *record, size_t size)
{
	struct consumer *consumer = recorder__consumer(recorder);

	assert_int_equal(consumer->ops->record(consumer, record, size), 0);
}

static void put_freed(struct recorder *recorder, const char *name)
{
	struct wire_freed rec = { .head.hdr = { WIRE_FREED, sizeof(rec), 0 } };

	strncpy(rec.name, name, sizeof(rec.name));
	put(recorder, &rec, sizeof(rec));
}

static void put_message(struct recorder *recorder, const char *text)
{
	struct wire_message rec = {
		.head.hdr = { WIRE_MESSAGE, offsetof(struct wire_message, text) + strlen(text), 0 },
		.len = strlen(text),
	};

	strncpy(rec.text, text, sizeof(rec.text));
	put(recorder, &rec, rec.head.hdr.size);
}

static void put_start(struct recorder *recorder)
{
	struct wire_hooks hooks = { { WIRE_HOOKS, sizeof(hooks), 0 }, ALL_HOOKS };
	struct wire_clock clock = { { WIRE_CLOCK, sizeof(clock), 0 }, 1, 1000000001 };

	put(recorder, &hooks, sizeof(hooks));
	put(recorder, &clock, sizeof(clock));
}

static void give(struct recorder *recorder)
{
	struct consumer *consumer = recorder__consumer(recorder);

	assert_int_equal(consumer->ops->flush(consumer), 0);
	assert_int_equal(consumer->ops->wake(consumer), 0);
}

static void finish(struct recorder *recorder)
{
	assert_int_equal(recorder__end(recorder), 0);
	recorder__close(recorder);
}

/* Three events of different sizes. */
static void make(const char *path, const char *first)
{
	struct recorder_options options = options_of(path);
	struct recorder *recorder = open_recorder(&options);

	put_start(recorder);
	put_freed(recorder, first);
	put_message(recorder, "hello");
	put_freed(recorder, "z");
	give(recorder);
	finish(recorder);
}

#define MADE "freed #0 a\nmessage #0 - [hello]\nfreed #0 z\n"

static size_t load(const char *path, unsigned char *bytes, size_t room)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");

	assert_non_null(file);
	return fread(bytes, 1, room, file);
}

static void store(const char *path, const unsigned char *bytes, size_t n)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

static void whole(void **state _unused_)
{
	struct stat st;

	make("a", "a");
	assert_int_equal(stat("a", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	expect_read("a", "#begin here\n" MADE "#end 1\n");
	/* Another of the same name puts it aside. */
	make("a", "b");
	expect_read("a.old", "#begin here\n" MADE "#end 1\n");
	make("a", "a");
}

/* Where the frames of a file end. */
static size_t boundaries(const unsigned char *bytes, size_t n, size_t *ends, size_t room)
{
	size_t at = 0, count = 0;

	while (at < n) {
		const struct recording_frame *frame = (const void *)(bytes + at);

		at += frame_size_of(frame->length);
		assert_true(count < room);
		ends[count++] = at;
	}
	assert_int_equal(at, n);
	return count;
}

static void cut_anywhere(void **state _unused_)
{
	static const char *const lines[] = {
		"#begin here\n",
		"#begin here\n",
		"#begin here\n",
		"#begin here\nfreed #0 a\n",
		"#begin here\nfreed #0 a\nmessage #0 - [hello]\n",
		"#begin here\n" MADE,
		"#begin here\n" MADE,
	};
	_Alignas(8) unsigned char bytes[4096];
	size_t ends[16], size, frames;

	make("whole", "a");
	size = load("whole", bytes, sizeof(bytes));
	frames = boundaries(bytes, size, ends, ARRAY_SIZE(ends));
	assert_int_equal(frames, ARRAY_SIZE(lines));
	for (size_t n = 0, last = 0; n <= size; n++) {
		struct reading reading;
		char expected[256];

		while (last < frames && ends[last] <= n)
			last++;
		store("cut", bytes, n);
		read_file(&reading, "cut");
		if (!last) {
			expect_true(reading.err < 0, "cut at %zu", n);
			assert_int_equal(reading.why.kind, FAILURE_NO_RECORDING);
			reading_clear(&reading);
			continue;
		}
		expect_true(!reading.err, "cut at %zu", n);
		expect_true(reading.whole == (n == size), "cut at %zu", n);
		expect_true(reading.torn == n - ends[last - 1], "cut at %zu", n);
		snprintf(expected, sizeof(expected), "%s#end %d\n", lines[last - 1], n == size);
		assert_string_equal(reading.text.s, expected);
		reading_clear(&reading);
	}
}

static unsigned int count_lines(const char *text, const char *line)
{
	unsigned int n = 0;

	for (; (text = strstr(text, line)); text += strlen(line))
		n++;
	return n;
}

/* A flipped bit is never taken for good, and costs no more than its frame. */
static void flipped_anywhere(void **state _unused_)
{
	_Alignas(8) unsigned char bytes[4096];
	size_t ends[16], size, frames, frame = 0;

	make("whole", "a");
	size = load("whole", bytes, sizeof(bytes));
	frames = boundaries(bytes, size, ends, ARRAY_SIZE(ends));
	for (size_t bit = 0; bit < size * 8; bit++) {
		struct reading reading;
		unsigned int events;

		while (ends[frame] <= bit / 8)
			frame++;
		bytes[bit / 8] ^= 1 << bit % 8;
		store("flipped", bytes, size);
		bytes[bit / 8] ^= 1 << bit % 8;
		read_file(&reading, "flipped");
		expect_true(!reading.err, "bit %zu", bit);
		expect_true(!reading.whole, "bit %zu", bit);
		events = count_lines(reading.text.s, "freed #0 a\n") +
			 count_lines(reading.text.s, "freed #0 z\n") +
			 count_lines(reading.text.s, "message #0 - [hello]\n");
		expect_true(events == (frame >= 3 && frame <= 5 ? 2 : 3), "bit %zu: %s", bit,
			    reading.text.s);
		/* What is lost is said, but of the last frame that there would be one is not known. */
		expect_true(count_lines(reading.text.s, "lost #0 - 1") ==
				    (frame > 0 && frame + 1 < frames),
			    "bit %zu: %s", bit, reading.text.s);
		expect_true(count_lines(reading.text.s, "#begin here\n") == (frame > 0),
			    "bit %zu: %s", bit, reading.text.s);
		reading_clear(&reading);
	}
}

/* Bytes that do not belong there, of any number, at any frame. */
static void bytes_between(void **state _unused_)
{
	_Alignas(8) unsigned char bytes[4096], mixed[8192];
	size_t ends[16], size, frames;

	make("whole", "a");
	size = load("whole", bytes, sizeof(bytes));
	frames = boundaries(bytes, size, ends, ARRAY_SIZE(ends));
	for (size_t i = 0; i + 1 < frames; i++) {
		for (size_t n = 1; n < 40; n++) {
			struct reading reading;

			memcpy(mixed, bytes, ends[i]);
			/* Beginnings of frames among them. */
			for (size_t j = 0; j < n; j++)
				mixed[ends[i] + j] = bytes[j % 5];
			memcpy(mixed + ends[i] + n, bytes + ends[i], size - ends[i]);
			store("mixed", mixed, size + n);
			read_file(&reading, "mixed");
			assert_int_equal(reading.err, 0);
			assert_false(reading.whole);
			assert_int_equal(reading.damages, 1);
			assert_int_equal(reading.missing, 0);
			assert_string_equal(reading.text.s, "#begin here\n" MADE "#end 1\n");
			reading_clear(&reading);
		}
	}
}

/* The same frames, in whatever pieces their bytes come. */
static void any_pieces(void **state _unused_)
{
	_Alignas(8) unsigned char bytes[4096];
	size_t size;

	make("whole", "a");
	size = load("whole", bytes, sizeof(bytes));
	for (size_t piece = 1; piece < 100; piece++) {
		struct frames *frames = frames__new();
		uint32_t seq = 0;
		size_t at = 0;

		assert_non_null(frames);
		for (;;) {
			struct file_frame frame;
			size_t room, n = size - at < piece ? size - at : piece;
			void *to = frames__room(frames, &room);

			assert_true(room >= n);
			memcpy(to, bytes + at, n);
			frames__put(frames, n);
			at += n;
			while (frames__next(frames, &frame) == 1) {
				assert_int_equal(frame.seq, seq++);
				assert_int_equal(frame.skipped, 0);
				assert_int_equal((uintptr_t)frame.payload % 8, 0);
			}
			if (!n)
				break;
		}
		assert_int_equal(seq, 7);
		assert_int_equal(frames__torn(frames), 0);
		frames__free(frames);
	}
}

static void not_ours(void **state _unused_)
{
	_Alignas(8) unsigned char bytes[4096];
	struct recording_frame *frame;
	struct reading reading;
	size_t size;

	make("whole", "a");
	size = load("whole", bytes, sizeof(bytes));
	/* Every frame of a newer file begins otherwise. */
	for (size_t at = 0; at < size; at += frame_size_of(frame->length)) {
		frame = (void *)(bytes + at);
		frame->sync += 1U << 24;
	}
	store("newer", bytes, size);
	read_file(&reading, "newer");
	assert_true(reading.err < 0);
	assert_int_equal(reading.why.kind, FAILURE_NEWER_RECORDING);
	assert_string_equal(reading.why.detail, "newer: format 2; this reads 1");
	reading_clear(&reading);

	for (size_t at = 0, next; at < size; at = next) {
		frame = (void *)(bytes + at);
		next = at + frame_size_of(frame->length);
		frame->sync = __builtin_bswap32(frame->sync - (1U << 24));
		frame->length = __builtin_bswap16(frame->length);
	}
	store("other", bytes, size);
	read_file(&reading, "other");
	assert_true(reading.err < 0);
	assert_int_equal(reading.why.kind, FAILURE_BYTE_ORDER);
	reading_clear(&reading);

	/* A feature that must be known; one that need not. */
	for (int bit = 0; bit < 64; bit += 63) {
		unsigned char made[FRAME_MAX];
		struct recording_header with = { .features = 1ULL << bit };

		store("feature", made, frame_make(made, RECORDING_HEADER, 0, &with, sizeof(with)));
		read_file(&reading, "feature");
		if (bit)
			assert_int_equal(reading.err, 0);
		else
			assert_int_equal(reading.why.kind, FAILURE_NEWER_RECORDING);
		reading_clear(&reading);
	}

	store("empty", bytes, 0);
	read_file(&reading, "empty");
	assert_int_equal(reading.why.kind, FAILURE_NO_RECORDING);
	reading_clear(&reading);
	read_file(&reading, "missing");
	assert_int_equal(reading.why.kind, FAILURE_FILE);
	reading_clear(&reading);
	read_file(&reading, ".");
	assert_int_equal(reading.why.kind, FAILURE_FILE);
	reading_clear(&reading);
}

/* A whole frame with what nobody knows is told, and passed over. */
static void strange_frames(void **state _unused_)
{
	static const struct wire_hdr unknown = { 200, sizeof(unknown), 0 };
	struct recorder_options options = options_of("strange");
	struct recorder *recorder = open_recorder(&options);
	struct reading reading;

	put_freed(recorder, "a");
	put(recorder, &unknown, sizeof(unknown));
	put_freed(recorder, "b");
	finish(recorder);
	read_file(&reading, "strange");
	assert_int_equal(reading.err, 0);
	assert_false(reading.whole);
	assert_int_equal(reading.damages, 1);
	assert_string_equal(reading.text.s,
			    "#begin here\nfreed #0 a\nlost #0 - 1 0 0 0\nfreed #0 b\n#end 1\n");
	reading_clear(&reading);
}

static bool ask(void *ctx)
{
	bool *wanted = ctx, now = *wanted;

	*wanted = false;
	return now;
}

/* Each file stands alone, and read together they are one. */
static void switched(void **state _unused_)
{
	struct recorder_options options = options_of("s");
	struct recorder *recorder;
	char *names[3];
	bool wanted = false;
	struct reading reading;

	options.switching = true;
	options.asked = ask;
	options.ctx = &wanted;
	recorder = open_recorder(&options);
	put_start(recorder);
	put_freed(recorder, "a");
	give(recorder);
	names[0] = strdup(recorder__path(recorder));
	wanted = true;
	give(recorder);
	names[1] = strdup(recorder__path(recorder));
	put_freed(recorder, "b");
	give(recorder);
	wanted = true;
	give(recorder);
	names[2] = strdup(recorder__path(recorder));
	put_freed(recorder, "c");
	finish(recorder);

	expect_read(names[0], "#begin here\nfreed #0 a\n#end 2\n");
	expect_read(names[1], "#begin here\nfreed #0 b\n#end 2\n");
	expect_read(names[2], "#begin here\nfreed #0 c\n#end 1\n");
	/* In whatever order they are named. */
	read_files(&reading, (const char *const[]){ names[2], names[0], names[1] }, 3);
	assert_int_equal(reading.err, 0);
	assert_true(reading.whole);
	assert_string_equal(
		reading.text.s,
		"#begin here\nfreed #0 a\n#end 2\n#begin here follows\nfreed #0 b\n#end 2\n#begin here follows\nfreed #0 c\n#end 1\n");
	/* 3 events, and what each file begins with: hooks and clock. */
	assert_int_equal(reading.records, 9);
	reading_clear(&reading);
	/* One is missing: what follows is told to stand for itself. */
	read_files(&reading, (const char *const[]){ names[0], names[2] }, 2);
	assert_string_equal(reading.text.s,
			    "#begin here\nfreed #0 a\n#end 2\n#begin here\nfreed #0 c\n#end 1\n");
	assert_int_equal(reading.records, 7);
	reading_clear(&reading);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		unlink(names[i]);
		free(names[i]);
	}
}

/* A file of one event, begun at these times. */
static void make_at(const char *path, unsigned int boot, uint64_t boot_ns, uint64_t real_ns)
{
	unsigned char bytes[4096];
	struct recording_header header = {
		.boot_ns = boot_ns,
		.real_ns = real_ns,
		.boot_id[0] = boot,
		.host = "here",
	};
	struct wire_freed freed = { .head.hdr = { WIRE_FREED, sizeof(freed) } };
	struct recording_end end = { .boot_ns = boot_ns, .real_ns = real_ns };
	size_t n;

	snprintf(freed.name, sizeof(freed.name), "%s", path);
	n = frame_make(bytes, RECORDING_HEADER, 0, &header, sizeof(header));
	n += frame_make(bytes + n, RECORDING_RECORD, 1, &freed, sizeof(freed));
	n += frame_make(bytes + n, RECORDING_END, 2, &end, sizeof(end));
	store(path, bytes, n);
}

/* The wall clock may be set while a host runs: a boot's files are in the order of its own clock. */
static void wall_clock_set(void **state _unused_)
{
	struct reading reading;

	make_at("a", 1, 10, 5000);
	make_at("b", 1, 20, 4000);
	make_at("c", 2, 1, 4500);
	make_at("d", 1, 30, 9000);
	make_at("e", 3, 5, 5001);
	read_files(&reading, (const char *const[]){ "e", "d", "b", "c", "a" }, 5);
	assert_int_equal(reading.err, 0);
	assert_string_equal(reading.text.s, "#begin here\nfreed #0 c\n#end 0\n"
					    "#begin here\nfreed #0 a\n#end 0\n"
					    "#begin here\nfreed #0 b\n#end 0\n"
					    "#begin here\nfreed #0 d\n#end 0\n"
					    "#begin here\nfreed #0 e\n#end 0\n");
	reading_clear(&reading);
}

static unsigned int begun;

static int on_begun(void *ctx _unused_)
{
	begun++;
	return 0;
}

static size_t count_parts(const char *base)
{
	char command[64];
	_cleanup_fclose_ FILE *out = NULL;
	size_t n = 0;

	snprintf(command, sizeof(command), "ls -d %s.2* 2>/dev/null | wc -l", base);
	out = popen(command, "r");
	assert_non_null(out);
	assert_int_equal(fscanf(out, "%zu", &n), 1);
	return n;
}

static void by_size_and_age(void **state _unused_)
{
	struct recorder_options options = options_of("n");
	struct recorder *recorder;
	unsigned int made;

	options.switching = true;
	options.switch_bytes = 1000;
	options.max_files = 3;
	options.begun = on_begun;
	store("n.20200101-000000x", (const unsigned char *)"", 0);
	store("n.20200101-000000", (const unsigned char *)"", 0);
	begun = 0;
	recorder = open_recorder(&options);
	for (int i = 0; i < 100; i++) {
		put_freed(recorder, "a");
		give(recorder);
	}
	finish(recorder);
	/* 128 bytes each: 8 of them make more than 1000. */
	assert_int_equal(begun, 12);
	/* The oldest are gone, also those of an earlier run; what is not ours stays. */
	assert_int_equal(count_parts("n"), 3 + 1);
	assert_int_not_equal(access("n.20200101-000000", F_OK), 0);

	options.switch_bytes = 0;
	options.switch_ns = 1;
	recorder = open_recorder(&options);
	made = begun;
	/* Nothing has happened, so there is nothing to put into another. */
	give(recorder);
	assert_int_equal(begun, made);
	put_freed(recorder, "a");
	give(recorder);
	assert_int_equal(begun, made + 1);
	finish(recorder);
}

static void other_hosts(void **state _unused_)
{
	struct recorder_options options = options_of("there");
	struct recorder *recorder;
	struct reading reading;

	make("here", "a");
	options.header.machine_id[0] = 2;
	strcpy(options.header.host, "there");
	recorder = open_recorder(&options);
	finish(recorder);
	read_files(&reading, (const char *const[]){ "here", "there" }, 2);
	assert_true(reading.err < 0);
	assert_int_equal(reading.why.kind, FAILURE_OTHER_HOST);
	assert_string_equal(reading.why.detail, "there is of there, not of here");
	reading_clear(&reading);
}

/* As "cat a b" makes them, with a recorder between that was killed. */
static void one_behind_another(void **state _unused_)
{
	_Alignas(8) unsigned char bytes[8192];
	struct reading reading;
	size_t size;

	make("whole", "a");
	size = load("whole", bytes, sizeof(bytes));
	memcpy(bytes + size, bytes, size);
	store("two", bytes, 2 * size);
	expect_read("two", "#begin here\n" MADE "#end 1\n#begin here\n" MADE "#end 1\n");
	/* Without the first one's end. */
	memmove(bytes + size - frame_size_of(sizeof(struct recording_end)), bytes + size, size);
	store("two", bytes, 2 * size - frame_size_of(sizeof(struct recording_end)));
	read_file(&reading, "two");
	assert_string_equal(reading.text.s,
			    "#begin here\n" MADE "#end 0\n#begin here\n" MADE "#end 1\n");
	assert_false(reading.whole);
	reading_clear(&reading);
}

/* What came while there was an attempt is told, and nothing of it goes on. */
static void break_between(void **state _unused_)
{
	struct wire_walk_begin begin = {
		.head.hdr = { WIRE_WALK_BEGIN, sizeof(begin), 5 },
		.kind = WIRE_WALK_ENABLE,
		.attempt = 1,
	};
	struct recorder_options options = options_of("first");
	struct reading reading;

	for (int i = 0; i < 2; i++) {
		struct recorder *recorder;

		options.path = i ? "second" : "first";
		options.header.run = i;
		recorder = open_recorder(&options);
		put(recorder, &begin, sizeof(begin));
		finish(recorder);
	}
	read_files(&reading, (const char *const[]){ "first", "second" }, 2);
	/* Attempts go on being counted. */
	assert_string_equal(
		reading.text.s,
		"#begin here\n#end 1\nenable #1 - no candidate incomplete\n#begin here\n#end 1\nenable #2 - no candidate incomplete\n");
	reading_clear(&reading);
}

static void full_disk(void **state _unused_)
{
	struct recorder_options options = options_of("/dev/full");
	struct failure why = { 0 };

	assert_null(recorder__open(&options, &why));
	assert_int_equal(why.kind, FAILURE_OUTPUT);
	assert_int_equal(why.error, -ENOSPC);
}

static void timer(void **state _unused_)
{
	struct recorder_options options = options_of("timer");
	struct recorder *recorder = open_recorder(&options);
	struct consumer *consumer = recorder__consumer(recorder);

	/* Armed by what was written; gone once that is on disk. */
	assert_int_not_equal(consumer->ops->due(consumer), 0);
	usleep(RECORDER_SYNC_NS / 1000);
	give(recorder);
	assert_int_equal(consumer->ops->due(consumer), 0);
	put_freed(recorder, "a");
	assert_int_equal(consumer->ops->flush(consumer), 0);
	assert_int_not_equal(consumer->ops->due(consumer), 0);
	finish(recorder);

	options.sync = true;
	recorder = open_recorder(&options);
	consumer = recorder__consumer(recorder);
	put_freed(recorder, "a");
	assert_int_equal(consumer->ops->flush(consumer), 0);
	assert_int_equal(consumer->ops->due(consumer), 0);
	finish(recorder);
}

static void names(void **state _unused_)
{
	static const struct {
		const char *name;
		bool is_part;
	} cases[] = {
		{ "k.20261122-102016", true },
		{ "k.20261122-102016-01", true },
		{ "k.20261122-102016-1", false },
		{ "k.20261122-10201", false },
		{ "k.20261122-1020166", false },
		{ "k.20261122-102016.gz", false },
		{ "k2.20261122-102016", false },
		{ "k", false },
		{ "k.old", false },
		{ "k.20261122-102016-01-01", false },
		{ "x.k.20261122-102016", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		expect_true(recording_is_part("k", cases[i].name) == cases[i].is_part, "%s",
			    cases[i].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(flipped_anywhere),
		cmocka_unit_test(bytes_between),
		cmocka_unit_test(any_pieces),
		cmocka_unit_test(not_ours),
		cmocka_unit_test(strange_frames),
		cmocka_unit_test(switched),
		cmocka_unit_test(wall_clock_set),
		cmocka_unit_test(by_size_and_age),
		cmocka_unit_test(other_hosts),
		cmocka_unit_test(one_behind_another),
		cmocka_unit_test(break_between),
		cmocka_unit_test(full_disk),
		cmocka_unit_test(timer),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
