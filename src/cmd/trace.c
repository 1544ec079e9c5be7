// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <unistd.h>

#include "cmd/common/cmd.h"
#include "cmd/common/show.h"
#include "cmd/common/to_journal.h"
#include "cmd/common/watch.h"
#include "pump.h"
#include "util/attributes.h"

struct trace {
	struct show show;
	struct watch watch;
	struct to_journal journal;
};

static error_t parse(int key, char *arg _unused_, struct argp_state *state)
{
	struct trace *trace = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &trace->show;
		state->child_inputs[1] = &trace->watch;
		state->child_inputs[2] = &trace->journal;
		return 0;
	case ARGP_KEY_ARGS:
		watch_take_command(&trace->watch, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &argp_show, 0, NULL, 1 },
					      { &argp_watch, 0, NULL, 10 },
					      { &argp_journal, 0, NULL, 2 },
					      { 0 } };

static const struct argp argp = {
	.parser = parse,
	.args_doc = "[-- COMMAND ARG...]",
	.doc = "Show what happens to livepatches, as it happens.\v"
	       "With a COMMAND, starts it once all is attached, ends with it, and "
	       "exits with its status.",
	.children = children,
};

static int open_output(void *ctx, struct live *live _unused_, struct failure *why)
{
	return show_open(&((struct trace *)ctx)->show, why);
}

static int begin(void *ctx, struct pump *pump, struct failure *why)
{
	struct trace *trace = ctx;
	struct show *show = &trace->show;
	bool text = show->ops == &sink_text;
	struct consumer *journal;

	if (to_journal_begin(&trace->journal, &journal))
		return failure_set(why, FAILURE_SYSTEM, -ENOMEM, "memory");
	if (journal) {
		journal->filter = &show->filter;
		pump__add(pump, journal);
	}
	show->sink_options.live_line = text && isatty(fileno(show->out));
	return show_begin(show, pump, trace->watch.command && text && !show->filter.kinds, why);
}

static int ready(void *ctx _unused_, struct pump *pump _unused_, struct failure *why _unused_)
{
	fputs("klpscope: attached, waiting\n", stderr);
	return 0;
}

static int end(void *ctx, bool ran _unused_, struct failure *why)
{
	return show_end(&((struct trace *)ctx)->show, why);
}

static void release(void *ctx)
{
	to_journal_end(&((struct trace *)ctx)->journal);
}

static int run(int argc, char **argv)
{
	static const struct watch_ops ops = {
		.doing = "trace",
		.reading = "reading events",
		.open = open_output,
		.begin = begin,
		.ready = ready,
		.end = end,
		.close = release,
	};
	struct trace trace = {
		.show.ops = &sink_text,
		.watch.live = { .buffer = LIVE_BUFFER_DEFAULT,
				.culprits = true,
				.stall_ns = LIVE_STALL_DEFAULT },
	};

	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &trace);
	return watch_run(&trace.watch, &ops, &trace);
}

const struct cmd cmd_trace = {
	.name = "trace",
	.help = "show what happens to livepatches, as it happens",
	.run = run,
	.argp = &argp,
};
