// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "cmd/common/cmd.h"
#include "cmd/common/inputs.h"
#include "cmd/common/to_journal.h"
#include "cmd/common/watch.h"
#include "kernel/identity.h"
#include "live/snapshot.h"
#include "pump.h"
#include "recording/recorder.h"
#include "sink/metrics_file.h"
#include "util/attributes.h"
#include "util/clock.h"
#include "util/ready.h"
#include "util/timefmt.h"

enum {
	OPT_SYNC = 0x100,
	OPT_WAIT_SPACE,
	OPT_SWITCH,
	OPT_MAX_FILES,
	OPT_TEXTFILE,
};

struct record {
	struct watch watch;
	struct to_journal journal;
	struct recorder_options recorder;
	const char *textfile; /* NULL: none */
	struct live *live;
	struct pump *pump;
	struct recorder *out;
	struct metrics_file *metrics; /* NULL: none */
	bool waiting; /* for space */
};

static bool has_unit(const char *unit, const char *units)
{
	return unit[0] && !unit[1] && strchr(units, unit[0]);
}

/* "signal", a size (64M) or an age (12h), as perf has them. */
static int parse_switch(const char *arg, struct recorder_options *options)
{
	static const uint64_t seconds[] = { 1, 60, 3600, 86400 };
	char *unit;
	uint64_t n;

	options->switching = true;
	if (!arg || !strcmp(arg, "signal"))
		return 0;
	errno = 0;
	n = strtoull(arg, &unit, 10);
	if (arg[0] < '0' || arg[0] > '9' || errno || !n)
		return -EINVAL;
	if (has_unit(unit, "BKMG")) {
		unsigned int shift = 10 * (strchr("BKMG", *unit) - "BKMG");

		options->switch_bytes = n << shift;
		return n << shift >> shift == n ? 0 : -ERANGE;
	}
	if (!has_unit(unit, "smhd") || n > UINT32_MAX)
		return -EINVAL;
	n *= seconds[strchr("smhd", *unit) - "smhd"];
	options->switch_ns = n * NSEC_PER_SEC;
	return n <= INT64_MAX / NSEC_PER_SEC ? 0 : -ERANGE;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct record *record = state->input;
	uint64_t files;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &record->watch;
		state->child_inputs[1] = &record->journal;
		return 0;
	case 'o':
		record->recorder.path = arg;
		return 0;
	case OPT_SYNC:
		record->recorder.sync = true;
		return 0;
	case OPT_WAIT_SPACE:
		record->recorder.wait_space = true;
		return 0;
	case OPT_SWITCH:
		if (parse_switch(arg, &record->recorder))
			usage_error(
				state,
				"--switch-output: '%s' is no size (B, K, M, G), age (s, m, h, d) or 'signal'",
				arg);
		return 0;
	case OPT_MAX_FILES:
		if (parse_u64(arg, &files) || !files || files > UINT32_MAX)
			usage_error(state, "--switch-max-files: '%s' is no number of files", arg);
		record->recorder.max_files = files;
		return 0;
	case OPT_TEXTFILE:
		record->textfile = arg;
		return 0;
	case ARGP_KEY_ARGS:
		watch_take_command(&record->watch, state);
		return 0;
	case ARGP_KEY_END:
		if (record->recorder.max_files && !record->recorder.switching)
			usage_error(state, "--switch-max-files needs --switch-output");
		if (strcmp(record->recorder.path, "-"))
			return 0;
		if (record->recorder.switching)
			usage_error(state, "-o - and --switch-output do not go together");
		if (isatty(STDOUT_FILENO))
			usage_error(state, "a recording is not for a terminal; give -o FILE");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "Where to:", 1 },
	{ "output", 'o', "FILE", 0,
	  "write to FILE (default " RECORDING_DEFAULT "; - is standard output)", 1 },
	{ "sync", OPT_SYNC, NULL, 0, "have every event on disk at once, not within a second", 1 },
	{ "wait-space", OPT_WAIT_SPACE, NULL, 0, "when the disk is full, go on once it is not", 1 },
	{ "switch-output", OPT_SWITCH, "SIZE|AGE|signal", OPTION_ARG_OPTIONAL,
	  "write FILE.<time>, and another after so much (64M) or so long (12h), or on SIGUSR2", 1 },
	{ "switch-max-files", OPT_MAX_FILES, "N", 0, "keep only the last N of them", 1 },
	{ "metrics-textfile", OPT_TEXTFILE, "FILE", 0,
	  "keep metrics in FILE, for node_exporter's textfile collector", 1 },
	{ 0 },
};

static const struct argp_child children[] = { { &argp_watch, 0, NULL, 10 },
					      { &argp_journal, 0, NULL, 1 },
					      { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[-- COMMAND ARG...]",
	.doc = "Record what happens to livepatches; klpscope script shows it.\v"
	       "With a COMMAND, starts it once all is attached, ends with it, and "
	       "exits with its status.",
	.children = children,
};

static bool asked(void *ctx _unused_)
{
	return pump_caught(SIGUSR2);
}

static int on_record(void *ctx, const void *data, size_t size)
{
	return pump__record(((struct record *)ctx)->pump, data, size);
}

/* Each file begins with what is installed. */
static int record_installed(void *ctx)
{
	struct record *record = ctx;
	int err = snapshot_record(record->live, on_record, record);

	if (err == -EOPNOTSUPP) {
		fputs("klpscope: the kernel did not take the program that tells what is installed; not recorded: what is installed at the beginning\n",
		      stderr);
		err = 0;
	}
	return err ? err : pump__flush(record->pump);
}

/* They are in the kernel, and gone with us. */
static int record_counts(void *ctx)
{
	struct record *record = ctx;

	return live__lookups(record->live, on_record, record);
}

static void on_news(void *ctx, const struct recorder_news *news)
{
	struct record *record = ctx;
	bool waiting = news->kind == RECORDER_FULL;

	if (record->metrics && waiting != record->waiting)
		metrics_file__changed(record->metrics);
	record->waiting = waiting;
	switch (news->kind) {
	case RECORDER_FULL:
		fprintf(stderr, "klpscope: %s: %s; waiting for space\n", news->path,
			strerror(-news->error));
		break;
	case RECORDER_SPACE:
		fprintf(stderr,
			"klpscope: %s: there is space again; %" PRIu64 " records were lost\n",
			news->path, news->dropped);
		break;
	case RECORDER_SWITCHED:
		fprintf(stderr, "klpscope: recording to %s\n", news->path);
		break;
	case RECORDER_NOT_SWITCHED:
		fprintf(stderr, "klpscope: no other file can be made: %s; going on in %s\n",
			strerror(-news->error), news->path);
		break;
	}
}

static int open_recorder(struct record *record, struct failure *why)
{
	struct recorder_options *options = &record->recorder;
	struct recording_header *header = &options->header;

	identity_read(header);
	snprintf(header->klpscope, sizeof(header->klpscope), "%s", VERSION);
	/* Only to be told apart; in early boot, better numbers would have to be waited for. */
	if (getrandom(&header->run, sizeof(header->run), GRND_INSECURE) != sizeof(header->run))
		header->run = 0;
	header->run ^= clock_ns(CLOCK_REALTIME);
	options->ctx = record;
	options->asked = asked;
	options->counts = record_counts;
	options->begun = record_installed;
	options->news = on_news;
	record->out = recorder__open(options, why);
	return record->out ? 0 : -EIO;
}

/* A file that is made later has to do with what privileges are left; so should the first, to show whether it can. */
static int open_output(void *ctx, struct live *live, struct failure *why)
{
	struct record *record = ctx;

	record->live = live;
	return record->recorder.switching ? 0 : open_recorder(record, why);
}

static void ask(void *ctx, struct metrics_recorder *recorder)
{
	const struct record *record = ctx;

	recorder__totals(record->out, &recorder->records, &recorder->bytes);
	recorder->waiting = record->waiting;
}

static void on_metrics_news(void *ctx, int error)
{
	const struct record *record = ctx;
	struct failure why = { 0 };

	if (!error) {
		fprintf(stderr, "klpscope: %s: the metrics can be written again\n",
			record->textfile);
		return;
	}
	failure_set(&why, FAILURE_TEXTFILE, error, "%s", record->textfile);
	failure_print(&why, "keep metrics, the recording goes on");
}

/* Into the file first; and what is made of the records elsewhere. */
static int begin(void *ctx, struct pump *pump, struct failure *why)
{
	struct record *record = ctx;
	const struct metrics_file_options options = {
		.path = record->textfile,
		.release = record->recorder.header.release,
		.ctx = record,
		.ask = ask,
		.news = on_metrics_news,
	};
	struct consumer *journal;
	int err = record->recorder.switching ? open_recorder(record, why) : 0;

	if (err)
		return err;
	record->pump = pump;
	pump__add(pump, recorder__consumer(record->out));
	if (to_journal_begin(&record->journal, &journal))
		return failure_set(why, FAILURE_SYSTEM, -ENOMEM, "memory");
	if (journal)
		pump__add(pump, journal);
	if (!options.path)
		return 0;
	record->metrics = metrics_file__new(&options);
	if (!record->metrics)
		return failure_set(why, FAILURE_SYSTEM, -ENOMEM, "memory");
	pump__add(pump, metrics_file__consumer(record->metrics));
	return 0;
}

static void say_totals(const struct recorder *out)
{
	uint64_t records, bytes;

	recorder__totals(out, &records, &bytes);
	fprintf(stderr, "klpscope: %" PRIu64 " records, %.1f KB, in %s\n", records, bytes / 1024.0,
		recorder__path(out));
}

static int ready(void *ctx, struct pump *pump _unused_, struct failure *why _unused_)
{
	struct record *record = ctx;
	int err = record_installed(record);

	if (err)
		return err;
	fprintf(stderr, "klpscope: attached, recording to %s\n", recorder__path(record->out));
	ready_tell();
	return 0;
}

static int end(void *ctx, bool ran _unused_, struct failure *why _unused_)
{
	struct record *record = ctx;

	to_journal_end(&record->journal);
	say_totals(record->out);
	return 0;
}

static void release(void *ctx)
{
	struct record *record = ctx;

	to_journal_end(&record->journal);
	recorder__close(record->out);
	metrics_file__free(record->metrics);
}

static int run(int argc, char **argv)
{
	static const struct watch_ops ops = {
		.doing = "record",
		.reading = "reading records",
		.catches = SIGUSR2,
		.open = open_output,
		.begin = begin,
		.ready = ready,
		.end = end,
		.close = release,
	};
	struct record record = {
		.watch.live = { .buffer = LIVE_BUFFER_SNAPSHOT,
				.culprits = true,
				.stall_ns = LIVE_STALL_DEFAULT,
				.snapshots = true },
		.recorder.path = RECORDING_DEFAULT,
	};

	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &record);
	return watch_run(&record.watch, &ops, &record);
}

const struct cmd cmd_record = {
	.name = "record",
	.help = "write what happens to livepatches to a file",
	.run = run,
	.argp = &argp,
};
