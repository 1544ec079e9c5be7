// SPDX-License-Identifier: GPL-2.0
#include "cmd/common/cmd.h"
#include "cmd/common/show.h"
#include "cmd/common/to_journal.h"
#include "cmd/common/watch.h"
#include "pump.h"

struct trace {
	struct show show;
	struct watch watch;
	struct to_journal journal;
	char **command; /* NULL: none */
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
		trace->command = state->argv + state->next;
		state->next = state->argc;
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

/* Attached: pumps until the end; an exit status. */
static int trace_attached(struct trace *trace, struct live *live, FILE *out, struct child *child)
{
	struct show *show = &trace->show;
	struct failure why = { 0 };
	struct sink sink = { 0 };
	struct summary summary = { 0 };
	bool with_summary = show->summary ||
			    (trace->command && show->sink == &sink_text && !show->filter.kinds);
	struct pump pump = {
		.source = live__source(live),
		.summary = with_summary ? &summary : NULL,
		.child = child,
		.duration_ns = trace->watch.duration_ns,
	};
	int err, status;

	show->sink_options.live_line = show->sink == &sink_text && isatty(fileno(out));
	err = to_journal_begin(&trace->journal);
	if (trace->journal.journal) {
		pump.also = journal__event;
		pump.also_ctx = trace->journal.journal;
	}
	if (!err)
		err = show_begin(show, out, &sink, &pump);
	if (err) {
		failure_set(&why, FAILURE_SYSTEM, err, "memory");
		failure_print(&why, "trace");
		return EXIT_FAILED;
	}
	watch_warn(live, &trace->watch.live);
	fputs("klpscope: attached, waiting\n", stderr);
	status = watch_start(child, trace->command, "trace");
	if (!status)
		err = pump_run(&pump);
	to_journal_end(&trace->journal);
	/* Unasked for, it is no news that there was none. */
	if (!err && !status && with_summary && (show->summary || summary.n))
		sink__summary(&sink, &summary);
	summary__clear(&summary);
	err = show_end(show, &pump, err, "trace");
	if (!err)
		return status;
	if (!pump.sink_failed) {
		failure_set(&why, FAILURE_SYSTEM, err, "reading events");
		failure_print(&why, "trace");
	}
	return EXIT_FAILED;
}

static int run(int argc, char **argv)
{
	struct trace trace = {
		.show.sink = &sink_text,
		.watch.live = { .buffer = LIVE_BUFFER_DEFAULT,
				.culprits = true,
				.stall_ns = LIVE_STALL_DEFAULT },
	};
	struct child child = CHILD_NONE;
	struct failure why = { 0 };
	struct live *live = NULL;
	FILE *out = NULL;
	int status = EXIT_FAILED, err = 0;

	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &trace);
	/* First, so that it keeps our privileges and signals but has none of our files. */
	if (trace.command)
		err = child__spawn(&child, trace.command);
	pump_signals();
	if (err)
		failure_set(&why, FAILURE_SYSTEM, err, "fork");
	else
		live = watch_attach(&trace.watch.live, &why);
	if (live)
		out = show_open(&trace.show, &why);
	if (out) {
		watch_drop_privileges();
		status = trace_attached(&trace, live, out, &child);
	} else {
		failure_print(&why, "trace");
	}
	live__close(live);
	child__release(&child);
	/* Tracing may end before the command does; it is not left behind. */
	pump_wait_child(&child);
	if (child.pid && status == EXIT_DONE)
		status = child__exit_status(&child);
	return status;
}

const struct cmd cmd_trace = {
	.name = "trace",
	.help = "show what happens to livepatches, as it happens",
	.run = run,
	.argp = &argp,
};
