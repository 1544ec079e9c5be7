// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/show.h"
#include "cmd/watch.h"
#include "pump.h"
#include "source/attach.h"
#include "source/hooks.h"
#include "source/host.h"
#include "util/caps.h"
#include "util/patience.h"

struct trace {
	struct show show;
	struct watch watch;
	char **command; /* NULL: none */
};

static error_t parse(int key, char *arg _unused_, struct argp_state *state)
{
	struct trace *trace = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &trace->show;
		state->child_inputs[1] = &trace->watch;
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
					      { 0 } };

static const struct argp argp = {
	.parser = parse,
	.args_doc = "[-- COMMAND ARG...]",
	.doc = "Show what happens to livepatches, as it happens.\v"
	       "With a COMMAND, starts it once all is attached, ends with it, and "
	       "exits with its status.",
	.children = children,
};

static void warn_hook(const struct hook *hook, const struct hook_plan *plan,
		      const struct live_options *options, bool left_out)
{
	if (left_out)
		fprintf(stderr, "klpscope: %s is left out; not shown: %s\n", hook->name,
			hook->without);
	else if (plan->method == ATTACH_ABSENT)
		fprintf(stderr, "klpscope: %s cannot be attached to (%s); not shown: %s\n",
			hook->name, plan->why, hook->without);
	else if (plan->gaps)
		fprintf(stderr, "klpscope: %s: %s; may be missing: %s\n", hook->name, plan->why,
			hook->without ? hook->without : "attempts");
	else if (plan->why && options->verbose)
		fprintf(stderr, "klpscope: %s is attached to by %s: %s\n", hook->name,
			attach_method_name(plan->method), plan->why);
}

/* Says what will be missing; a tool that sees less than it seems to would lie. */
void watch_warn(const struct live *live, const struct live_options *options)
{
	const struct attach_plan *plan = live__plan(live);

	for (int i = 0; i < WIRE_HOOKS_COUNT; i++)
		warn_hook(&hooks[i], &plan->hook[i], options, options->without & (1ULL << i));
	if (!live__has_addresses(live))
		fprintf(stderr,
			"klpscope: the address of klp_patches is not known (kernel.kptr_restrict?); not shown: conflicts, state changes, replaced livepatches\n");
	if (!host_ftrace_enabled())
		fputs("klpscope: kernel.ftrace_enabled is 0, so no hook on a function is called; not shown: all but the kernel's own words (sysctl kernel.ftrace_enabled=1)\n",
		      stderr);
	if (!live__names_callers(live))
		fputs("klpscope: this kernel does not tell the names of addresses (bpf_snprintf(), 5.13); callers of lookups are shown as addresses\n",
		      stderr);
}

int watch_start(struct child *child, char *const command[], const char *doing)
{
	struct failure why = { 0 };
	int err = child->pid ? child__go(child) : 0;

	if (!err)
		return 0;
	failure_set(&why, FAILURE_COMMAND, err, "%s", command[0]);
	failure_print(&why, doing);
	return err == -ENOENT ? 127 : 126;
}

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

/* Attaching takes seconds at most, unless a CPU is busy in the kernel all the time. */
#define ATTACH_PATIENCE 20

struct live *watch_attach(const struct live_options *options, struct failure *why)
{
	struct patience patience;
	struct live *live;

	patience_begin(
		&patience, ATTACH_PATIENCE,
		"klpscope: attaching takes long: the kernel waits for every CPU, and one that is busy in the kernel holds that up; 'klpscope blockers' needs no attaching");
	live = live__open_trace(options, why);
	patience_end(&patience);
	return live;
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
		err = caps_drop();
		if (err)
			fprintf(stderr, "klpscope: privileges are kept, dropping them failed: %s\n",
				strerror(-err));
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
};
