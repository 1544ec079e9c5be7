// SPDX-License-Identifier: GPL-2.0
#include "cmd/common/watch.h"

#include <errno.h>
#include <string.h>

#include "cmd/common/cmd.h"
#include "facts/hooks.h"
#include "kernel/host.h"
#include "live/attach.h"
#include "util/caps.h"
#include "util/patience.h"

enum {
	OPT_DURATION = 0x380,
	OPT_LOOKUPS,
	OPT_STALL,
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct watch *watch = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &watch->live;
		return 0;
	case OPT_STALL:
		if (parse_seconds(arg, &watch->live.stall_ns))
			usage_error(state, "--stall: '%s' is no number of seconds", arg);
		return 0;
	case OPT_LOOKUPS:
		watch->live.lookups = true;
		return 0;
	case OPT_DURATION:
		if (parse_seconds(arg, &watch->duration_ns))
			usage_error(state, "--duration: '%s' is no number of seconds", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What to watch:", 1 },
	{ "lookups", OPT_LOOKUPS, NULL, 0,
	  "an event for each klp_get_state, not only counts at the end", 1 },
	{ "stall", OPT_STALL, "SEC", 0,
	  "tell which tasks hold up a transition after so many seconds (default 1)", 1 },
	{ "duration", OPT_DURATION, "SEC", 0, "end after so many seconds", 1 },
	{ NULL, 0, NULL, 0, "How to attach:", 10 },
	{ 0 },
};

static const struct argp_child children[] = { { &argp_live, 0, NULL, 10 }, { 0 } };

const struct argp argp_watch = { .options = options, .parser = parse, .children = children };

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
static void warn(const struct live *live, const struct live_options *options)
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

/* Lets the command run, if there is one: 0, or the exit status of one that cannot be run, which is said on stderr. */
static int start(struct child *child, char *const command[], const char *doing)
{
	struct failure why = { 0 };
	int err = command ? child__go(child) : 0;

	if (!err)
		return EXIT_DONE;
	failure_set(&why, FAILURE_COMMAND, err, "%s", command[0]);
	failure_print(&why, doing);
	return err == -ENOENT ? 127 : 126;
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

static void drop_privileges(void)
{
	int err = caps_drop();

	if (err)
		fprintf(stderr, "klpscope: privileges are kept, dropping them failed: %s\n",
			strerror(-err));
}

void watch_take_command(struct watch *watch, struct argp_state *state)
{
	watch->command = state->argv + state->next;
	state->next = state->argc;
}

/* The pump has its consumers: until the end; an exit status. */
static int pump_all(const struct watch *watch, const struct watch_ops *ops, void *ctx,
		    struct pump *pump, struct failure *why)
{
	int err = ops->ready(ctx, pump, why), status = EXIT_DONE;

	if (!err)
		status = start(pump->child, watch->command, ops->doing);
	if (!err && !status)
		err = pump__run(pump);
	err = pump__close(pump, status ? -ECANCELED : err);
	if (err == -ECANCELED && status)
		err = 0;
	if (err)
		pump_failure(pump, err, ops->reading, why);
	else
		err = ops->end(ctx, !status, why);
	return err ? EXIT_FAILED : status;
}

/* Attached; an exit status. */
static int use(const struct watch *watch, const struct watch_ops *ops, void *ctx, struct live *live,
	       struct child *child, struct failure *why)
{
	struct pump pump = {
		.source = live__source(live),
		.child = child,
		.duration_ns = watch->duration_ns,
	};
	int err = ops->open(ctx, live, why);

	if (err)
		return EXIT_FAILED;
	drop_privileges();
	if (ops->begin(ctx, &pump, why))
		return EXIT_FAILED;
	warn(live, &watch->live);
	return pump_all(watch, ops, ctx, &pump, why);
}

int watch_run(const struct watch *watch, const struct watch_ops *ops, void *ctx)
{
	struct child child = CHILD_NONE;
	struct failure why = { 0 };
	struct live *live = NULL;
	int status = EXIT_FAILED, err = 0;

	/* First, so that it keeps our privileges and signals but has none of our files. */
	if (watch->command)
		err = child__spawn(&child, watch->command);
	pump_signals();
	if (ops->catches)
		pump_catch(ops->catches);
	if (err)
		failure_set(&why, FAILURE_SYSTEM, err, "fork");
	else
		live = attach(&watch->live, &why);
	if (live)
		status = use(watch, ops, ctx, live, &child, &why);
	if (why.kind)
		failure_print(&why, ops->doing);
	live__close(live);
	ops->close(ctx);
	child__release(&child);
	/* Watching may end before the command does; it is not left behind. */
	pump_wait_child(&child);
	return child.pid && status == EXIT_DONE ? child__exit_status(&child) : status;
}
