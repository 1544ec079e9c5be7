// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "cmd/common/cmd.h"
#include "cmd/common/digest.h"
#include "live/snapshot.h"
#include "pump.h"
#include "sink/metrics.h"
#include "util/cleanup.h"
#include "util/files.h"

enum {
	OPT_TEXTFILE = 0x100,
};

struct arguments {
	struct live_options live;
	struct digest digest;
	const char *textfile; /* NULL: OpenMetrics on stdout */
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->digest;
		state->child_inputs[1] = &args->live;
		return 0;
	case OPT_TEXTFILE:
		args->textfile = arg;
		return 0;
	case ARGP_KEY_END:
		if (!args->digest.inputs.n &&
		    (args->digest.filter.since.set || args->digest.filter.until.set))
			usage_error(state, "--since and --until are for recordings, with -i FILE");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "textfile", OPT_TEXTFILE, "FILE", 0,
	  "put them into FILE, whole or not at all, as node_exporter's textfile collector reads them; - is standard output",
	  1 },
	{ NULL, 0, NULL, 0, "What happened, from recordings:", 5 },
	{ NULL, 0, NULL, 0, "How to ask the kernel:", 10 },
	{ 0 },
};

static const struct argp_child children[] = { { &argp_digest, 0, NULL, 5 },
					      { &argp_kernel, 0, NULL, 10 },
					      { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[FILE...]",
	.doc = "Print metrics for Prometheus: what is installed now, or what a recording tells.\v"
	       "Without a recording, nobody has watched, so nothing is counted; klpscope record "
	       "--metrics-textfile FILE counts and keeps FILE up to date.",
	.children = children,
};

static int write_textfile(const char *path, const struct metrics *metrics)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int err = out ? metrics_write(out, metrics, METRICS_CLASSIC) : -ENOMEM;

	if (out && fclose(out) && !err)
		err = -ENOMEM;
	return err ? err : replace_file(path, text, size);
}

/* An exit status. */
static int write_metrics(const struct arguments *args, const struct metrics *metrics)
{
	bool to_file = args->textfile && strcmp(args->textfile, "-");
	struct failure why = { 0 };
	int err;

	if (to_file) {
		err = write_textfile(args->textfile, metrics);
	} else {
		err = metrics_write(stdout, metrics,
				    args->textfile ? METRICS_CLASSIC : METRICS_OPENMETRICS);
		err = err ? err : close_output(stdout);
	}
	if (!err)
		return EXIT_DONE;
	failure_set(&why, to_file ? FAILURE_TEXTFILE : FAILURE_OUTPUT, err, "%s",
		    to_file ? args->textfile : "stdout");
	if (err != -EPIPE)
		failure_print(&why, "print metrics");
	return EXIT_FAILED;
}

/* Of the host: what is installed now. */
static int of_host(const struct arguments *args)
{
	struct snapshot snapshot = { 0 };
	struct failure why = { 0 };
	struct utsname kernel = { 0 };
	struct metrics metrics;
	int status = EXIT_FAILED;

	if (snapshot_of_kernel(&args->live, &snapshot, &why)) {
		failure_print(&why, "print metrics");
	} else {
		uname(&kernel);
		metrics_of_snapshot(&metrics, &snapshot);
		metrics.release = kernel.release;
		status = write_metrics(args, &metrics);
	}
	snapshot_clear(&snapshot);
	return status;
}

/* The kernel of the last recording; NULL: not known. */
static const char *last_release(const struct report *report)
{
	size_t n = recent__n(&report->recordings);
	const struct report_recording *last = n ? recent__at(&report->recordings, n - 1) : NULL;

	return last ? last->release : NULL;
}

static int of_recordings(struct arguments *args)
{
	struct snapshot view;
	struct metrics metrics;
	int status;

	pump_signals();
	status = digest_run(&args->digest);
	if (status != EXIT_FAILED) {
		metrics_of_report(&metrics, args->digest.report, &view);
		metrics.release = last_release(args->digest.report);
		if (write_metrics(args, &metrics))
			status = EXIT_FAILED;
	}
	digest_clear(&args->digest);
	return status;
}

static int run(int argc, char **argv)
{
	struct arguments args = {
		.digest.doing = "print metrics",
	};

	argp_parse(&argp, argc, argv, 0, NULL, &args);
	return args.digest.inputs.n ? of_recordings(&args) : of_host(&args);
}

const struct cmd cmd_metrics = {
	.name = "metrics",
	.help = "print metrics for Prometheus",
	.run = run,
	.argp = &argp,
};
