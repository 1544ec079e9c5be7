// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/cmd.h"
#include "pump.h"
#include "source/attach.h"
#include "source/hooks.h"
#include "source/host.h"
#include "util/caps.h"
#include "util/patience.h"

enum {
	OPT_JSON = 0x100,
	OPT_TIME,
	OPT_STATE,
	OPT_REFUSED,
	OPT_DURATION,
	OPT_LOOKUPS,
	OPT_STALL,
	OPT_SUMMARY,
};

struct trace {
	struct live_options live;
	struct filter filter;
	const struct sink_ops *sink;
	struct sink_options sink_options;
	const char *output;
	char **command; /* NULL: none */
	bool summary;
	uint64_t count;
	uint64_t duration_ns;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct trace *trace = state->input;
	const char *bad;
	size_t bad_len;
	int style;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &trace->live;
		return 0;
	case 'p':
		trace->filter.patch = arg;
		return 0;
	case 'e':
		if (filter_parse_kinds(arg, &trace->filter.kinds, &bad, &bad_len))
			usage_error(state, "-e: there is no event '%.*s'", (int)bad_len, bad);
		return 0;
	case OPT_REFUSED:
		trace->filter.kinds |= 1U << EVENT_REFUSED;
		return 0;
	case OPT_STATE:
		if (parse_u64(arg, &trace->filter.state) || !trace->filter.state)
			usage_error(state, "--state: '%s' is no state id (1 to 2^64-1)", arg);
		trace->filter.has_state = true;
		return 0;
	case OPT_TIME:
		style = time_style_of(arg);
		if (style < 0)
			usage_error(state, "--time: '%s' is none of wall, boot, delta, iso", arg);
		trace->sink_options.time = style;
		return 0;
	case OPT_JSON:
		trace->sink = &sink_json;
		return 0;
	case OPT_STALL:
		if (parse_seconds(arg, &trace->live.stall_ns))
			usage_error(state, "--stall: '%s' is no number of seconds", arg);
		return 0;
	case OPT_SUMMARY:
		trace->summary = true;
		return 0;
	case OPT_LOOKUPS:
		trace->live.lookups = true;
		return 0;
	case 'n':
		if (parse_u64(arg, &trace->count) || !trace->count)
			usage_error(state, "-n: '%s' is no number of events", arg);
		return 0;
	case OPT_DURATION:
		if (parse_seconds(arg, &trace->duration_ns))
			usage_error(state, "--duration: '%s' is no number of seconds", arg);
		return 0;
	case 'o':
		trace->output = arg;
		return 0;
	case ARGP_KEY_ARGS:
		trace->command = state->argv + state->next;
		state->next = state->argc;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What to show:", 1 },
	{ "patch", 'p', "GLOB", 0, "only events of livepatches with such names", 1 },
	{ "event", 'e', "EVENT[,...]", 0,
	  "only these: enable, refused, transition, progress, stall, state, lookup, lookup_count, disable, replaced, freed, message",
	  1 },
	{ "state", OPT_STATE, "ID", 0, "only events about this state", 1 },
	{ "refused", OPT_REFUSED, NULL, 0, "only refused livepatches, as -e refused", 1 },
	{ "lookups", OPT_LOOKUPS, NULL, 0,
	  "an event for each klp_get_state, not only counts at the end", 1 },
	{ "stall", OPT_STALL, "SEC", 0,
	  "tell which tasks hold up a transition after so many seconds (default 1)", 1 },
	{ "summary", OPT_SUMMARY, NULL, 0,
	  "at the end, list the transitions with tries, duration and blockers; a COMMAND without --json and -e implies it",
	  1 },
	{ NULL, 0, NULL, 0, "How:", 2 },
	{ "json", OPT_JSON, NULL, 0, "one JSON object a line", 2 },
	{ "time", OPT_TIME, "wall|boot|delta|iso", 0, "how to show times (default wall)", 2 },
	{ "output", 'o', "FILE", 0, "write events to FILE", 2 },
	{ NULL, 0, NULL, 0, "When to end:", 3 },
	{ "count", 'n', "COUNT", 0, "after so many events", 3 },
	{ "duration", OPT_DURATION, "SEC", 0, "after so many seconds", 3 },
	{ NULL, 0, NULL, 0, "How to attach:", 10 },
	{ 0 },
};

static const struct argp_child children[] = { { &argp_live, 0, NULL, 10 }, { 0 } };

static const struct argp argp = {
	.options = options,
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
	else if (options->verbose && hook->kind != HOOK_TRACEPOINT &&
		 plan->method == ATTACH_TRACEPOINT)
		fprintf(stderr, "klpscope: %s: by the tracepoint %s\n", hook->name,
			hook->tracepoint);
	else if (plan->why && options->verbose)
		fprintf(stderr, "klpscope: %s is attached to by %s: %s\n", hook->name,
			attach_method_name(plan->method), plan->why);
}

/* With it off, the kernel calls no hook on a function; tracepoints are still there. */
static void warn_ftrace(const struct attach_plan *plan)
{
	uint64_t silent = attach_on_functions(plan);
	const char *separator = "";

	if (!silent || host_ftrace_enabled())
		return;
	fputs("klpscope: kernel.ftrace_enabled is 0, so no hook on a function is called; not shown: ",
	      stderr);
	if (silent & (1ULL << WIRE_HOOK_ENABLE)) {
		fputs("all but the kernel's own words", stderr);
		silent = 0;
	}
	for (int i = 0; i < WIRE_HOOKS_COUNT; i++) {
		if (!(silent & (1ULL << i)))
			continue;
		fprintf(stderr, "%s%s", separator, hooks[i].without);
		separator = ", ";
	}
	fputs(" (sysctl kernel.ftrace_enabled=1)\n", stderr);
}

/* All three functions of the API, of which two are exported to livepatches, are nowhere in the kernel. */
static bool lacks_state_api(const struct attach_plan *plan)
{
	static const int api[] = { WIRE_HOOK_COMPATIBLE, WIRE_HOOK_PREV_STATE, WIRE_HOOK_STATE };

	for (size_t i = 0; i < sizeof(api) / sizeof(api[0]); i++)
		if (!plan->hook[api[i]].nowhere)
			return false;
	return true;
}

/* Says what will be missing; a tool that sees less than it seems to would lie. */
static void warn_missing(const struct live *live, const struct live_options *options)
{
	const struct attach_plan *plan = live__plan(live);

	for (int i = 0; i < WIRE_HOOKS_COUNT; i++)
		warn_hook(&hooks[i], &plan->hook[i], options, options->without & (1ULL << i));
	if (lacks_state_api(plan))
		fputs("klpscope: this kernel has no livepatch state API (mainline has it since 5.5): livepatches have no states, and none is refused for them\n",
		      stderr);
	if (!live__has_addresses(live))
		fprintf(stderr,
			"klpscope: the address of klp_patches is not known (kernel.kptr_restrict?); not shown: conflicts, state changes, replaced livepatches\n");
	warn_ftrace(plan);
	if (!live__names_callers(live))
		fputs("klpscope: this kernel does not tell the names of addresses (bpf_snprintf(), 5.13); callers of lookups are shown as addresses\n",
		      stderr);
}

static FILE *open_output(const struct trace *trace, struct failure *why)
{
	FILE *out;

	if (!trace->output)
		return stdout;
	out = fopen(trace->output, "we");
	if (!out)
		failure_set(why, FAILURE_OUTPUT, -errno, "%s", trace->output);
	return out;
}

static int start_command(struct trace *trace, struct child *child)
{
	struct failure why = { 0 };
	int err = child__go(child);

	if (!err)
		return 0;
	failure_set(&why, FAILURE_COMMAND, err, "%s", trace->command[0]);
	failure_print(&why, "trace");
	return err == -ENOENT ? 127 : 126;
}

/* Attached: pumps until the end; an exit status. */
static int trace_attached(struct trace *trace, struct live *live, FILE *out, struct child *child)
{
	struct failure why = { 0 };
	struct sink sink = { 0 };
	struct summary summary = { 0 };
	bool with_summary = trace->summary ||
			    (trace->command && trace->sink == &sink_text && !trace->filter.kinds);
	struct pump pump = {
		.source = live__source(live),
		.sink = &sink,
		.filter = &trace->filter,
		.summary = with_summary ? &summary : NULL,
		.child = child,
		.count = trace->count,
		.duration_ns = trace->duration_ns,
	};
	int err, status;

	trace->sink_options.color = trace->sink == &sink_text && isatty(fileno(out));
	trace->sink_options.live_line = trace->sink_options.color;
	err = sink__open(&sink, trace->sink, out, &trace->sink_options);
	if (err) {
		failure_set(&why, FAILURE_SYSTEM, err, "memory");
		failure_print(&why, "trace");
		return EXIT_FAILED;
	}
	warn_missing(live, &trace->live);
	fputs("klpscope: attached, waiting\n", stderr);
	status = child->pid ? start_command(trace, child) : 0;
	if (!status)
		err = pump_run(&pump);
	/* Unasked for, it is no news that there was none. */
	if (!err && !status && with_summary && (trace->summary || summary.n))
		sink__summary(&sink, &summary);
	summary__clear(&summary);
	sink__close(&sink);
	if (!err) {
		err = close_output(out);
		pump.sink_failed = err;
	}
	if (!err)
		return status;
	if (!pump.sink_failed)
		failure_set(&why, FAILURE_SYSTEM, err, "reading events");
	else if (err != -EPIPE)
		failure_set(&why, FAILURE_OUTPUT, err, "%s",
			    trace->output ? trace->output : "stdout");
	if (why.kind)
		failure_print(&why, "trace");
	return EXIT_FAILED;
}

/* Attaching takes seconds at most, unless a CPU is busy in the kernel all the time. */
#define ATTACH_PATIENCE 20

static struct live *attach(const struct live_options *options, struct failure *why)
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
		.live = { .buffer = LIVE_BUFFER_DEFAULT,
			  .culprits = true,
			  .stall_ns = LIVE_STALL_DEFAULT },
		.sink = &sink_text,
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
		live = attach(&trace.live, &why);
	if (live)
		out = open_output(&trace, &why);
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
