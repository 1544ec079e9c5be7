// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>

#include "cmd/common/cmd.h"
#include "cmd/common/digest.h"
#include "pump.h"
#include "sink/report/forms.h"
#include "sink/sink.h"
#include "util/array.h"

enum {
	OPT_HTML = 0x100,
	OPT_FOLDED,
	OPT_CHROME,
	OPT_PERFETTO,
};

/* A form is made of the whole, or event by event. */
struct form {
	int option;
	int (*write)(FILE *out, const struct report *report);
	const struct sink_ops *sink;
};

static const struct form forms[] = {
	{ OPT_HTML, report_html, NULL },
	{ OPT_FOLDED, report_folded, NULL },
	{ OPT_CHROME, NULL, &sink_chrome },
	{ OPT_PERFETTO, NULL, &sink_perfetto },
};

struct arguments {
	struct digest digest;
	const struct form *form;
	const char *output; /* NULL: stdout */
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->digest;
		return 0;
	case 'o':
		args->output = arg;
		return 0;
	case ARGP_KEY_END:
		if (!args->form)
			usage_error(state,
				    "one of --html, --perfetto, --chrome, --folded is needed");
		return 0;
	default:
		break;
	}
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if (forms[i].option != key)
			continue;
		if (args->form && args->form != &forms[i])
			usage_error(state, "there is one form at a time");
		args->form = &forms[i];
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option argp_options[] = {
	{ "html", OPT_HTML, NULL, 0, "one page with a timeline and tables, that needs nothing else",
	  1 },
	{ "perfetto", OPT_PERFETTO, NULL, 0, "a trace for ui.perfetto.dev (TrackEvent)", 1 },
	{ "chrome", OPT_CHROME, NULL, 0, "the same in the older JSON form", 1 },
	{ "folded", OPT_FOLDED, NULL, 0,
	  "stacks of tasks that held transitions up, for flame graphs; weighed by milliseconds",
	  1 },
	{ "output", 'o', "FILE", 0, "write to FILE", 2 },
	{ 0 },
};

static const struct argp_child children[] = { { &argp_digest, 0, NULL, 0 }, { 0 } };

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.args_doc = "[FILE...]",
	.doc = "Make a picture of what klpscope record has written.\v"
	       "Exits with 3 if some of it is torn or damaged, or if interrupted; what was read is in the picture.",
	.children = children,
};

/* A picture of several boots: the sink gets events at the time since the first of them. */
struct picture {
	struct consumer consumer; /* first */
	struct digest *digest;
	struct sink *sink;
};

static int place(struct consumer *consumer, const struct event *event)
{
	struct picture *picture = (struct picture *)consumer;
	struct event placed = *event;

	placed.boot_ns = report__since_boot(picture->digest->report, event->boot_ns);
	sink__event(picture->sink, &placed);
	return 0;
}

static int flush(struct consumer *consumer)
{
	return sink__flush(((struct picture *)consumer)->sink);
}

static int export_to(struct arguments *args, FILE *out, int *status)
{
	static const struct sink_options options = { .time = TIME_BOOT };
	static const struct consumer_ops ops = { .event = place, .flush = flush };
	struct sink sink = { 0 };
	struct picture picture = {
		.consumer = { .ops = &ops,
			      .filter = &args->digest.filter,
			      .output = args->output ? args->output : "stdout",
			      .reader = fileno(out) },
		.digest = &args->digest,
		.sink = &sink,
	};
	int err;

	if (args->form->sink) {
		err = sink__open(&sink, args->form->sink, out, &options);
		if (err)
			return err;
		args->digest.also = &picture.consumer;
		args->digest.lines = out;
	}
	*status = digest_run(&args->digest);
	sink__close(&sink);
	if (*status == EXIT_FAILED)
		return 0;
	err = args->form->write ? args->form->write(out, args->digest.report) : 0;
	return err ? err : close_output(out);
}

static int run(int argc, char **argv)
{
	struct arguments args = { .digest.doing = "export" };
	struct failure why = { 0 };
	int status = EXIT_FAILED, err;
	FILE *out;

	argp_parse(&argp, argc, argv, 0, NULL, &args);
	pump_signals();
	out = args.output ? fopen(args.output, "we") : stdout;
	err = out ? export_to(&args, out, &status) : -errno;
	digest_clear(&args.digest);
	if (!err)
		return status;
	failure_set(&why, FAILURE_OUTPUT, err, "%s", args.output ? args.output : "stdout");
	failure_print(&why, "export");
	return EXIT_FAILED;
}

const struct cmd cmd_export = {
	.name = "export",
	.help = "make a picture of what was recorded",
	.run = run,
	.argp = &argp,
};
