// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "cmd/common/cmd.h"
#include "cmd/common/watch.h"
#include "pump.h"
#include "sink/report/stat.h"
#include "util/clock.h"
#include "util/timefmt.h"

enum {
	OPT_JSON = 0x100,
};

#define PROGRAMS_MAX 64

struct stat_args {
	struct watch watch;
	uint64_t interval_ns; /* 0: only at the end */
	const char *output; /* NULL: stderr, as perf stat does */
	char **command; /* NULL: none */
	bool json;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct stat_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->watch;
		return 0;
	case 'I':
		if (parse_seconds(arg, &args->interval_ns) || args->interval_ns < NSEC_PER_SEC / 10)
			usage_error(state, "-I: '%s' is no number of seconds from 0.1 on", arg);
		return 0;
	case 'o':
		args->output = arg;
		return 0;
	case OPT_JSON:
		args->json = true;
		return 0;
	case ARGP_KEY_ARGS:
		args->command = state->argv + state->next;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_END:
		if (args->json && args->interval_ns)
			usage_error(state, "-I has no form in JSON");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What to show:", 1 },
	{ "interval", 'I', "SEC", 0, "a line of counts for every so many seconds", 1 },
	{ "json", OPT_JSON, NULL, 0, "all of it as JSON, at the end", 1 },
	{ "output", 'o', "FILE", 0, "write to FILE (default: standard error)", 1 },
	{ 0 },
};

static const struct argp_child children[] = { { &argp_watch, 0, NULL, 2 }, { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[-- COMMAND ARG...]",
	.doc = "Count what happens to livepatches, and what watching costs.\v"
	       "With a COMMAND, starts it once all is attached, ends with it, and exits with its "
	       "status.\n\nMeanwhile the kernel counts the runs of all BPF programs of this host "
	       "(bpf_stats), which costs about 20 ns for each.",
	.children = children,
};

/* The live source, and a line now and then. */
struct counting {
	struct source source; /* first */
	struct source *inner;
	struct report *report;
	FILE *out;
	struct stat_sums sums; /* as of the last line */
	uint64_t begin_ns, interval_ns, next_ns; /* CLOCK_MONOTONIC */
	uint64_t cpu_ns; /* as it began */
};

static int consume(struct source *source, record_fn fn, void *ctx)
{
	struct counting *counting = (struct counting *)source;
	int err = counting->inner->ops->consume(counting->inner, fn, ctx);
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	if (err || !counting->interval_ns || now < counting->next_ns)
		return err;
	stat_interval(counting->out, counting->report, &counting->sums, now - counting->begin_ns);
	fflush(counting->out);
	/* Intervals that went by unseen are in this line. */
	while (counting->next_ns <= now)
		counting->next_ns += counting->interval_ns;
	return 0;
}

static int finish(struct source *source, record_fn fn, void *ctx)
{
	struct source *inner = ((struct counting *)source)->inner;

	return inner->ops->finish(inner, fn, ctx);
}

static uint64_t due(const struct source *source)
{
	const struct counting *counting = (const struct counting *)source;
	const struct source *inner = counting->inner;
	uint64_t at = inner->ops->due ? inner->ops->due(inner) : 0;

	if (counting->interval_ns && (!at || counting->next_ns < at))
		return counting->next_ns;
	return at;
}

static const struct source_ops ops = { .consume = consume, .finish = finish, .due = due };

static uint64_t cpu_time(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * NSEC_PER_SEC +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * NSEC_PER_USEC;
}

static size_t read_costs(const struct live *live, struct stat_cost costs[PROGRAMS_MAX])
{
	struct live_cost cost;
	size_t n = 0;

	while (n < PROGRAMS_MAX && live__cost(live, n, &cost)) {
		memcpy(costs[n].name, cost.name, sizeof(costs[n].name));
		costs[n].runs = cost.runs;
		costs[n].ns = cost.ns;
		n++;
	}
	return n;
}

/* What the user gave as a command, in one line; the caller's to free. */
static char *command_line(char **command)
{
	char *line = NULL;
	size_t size;
	FILE *out = command ? open_memstream(&line, &size) : NULL;

	if (!out)
		return NULL;
	for (char **word = command; *word; word++)
		fprintf(out, "%s%s", word == command ? "" : " ", *word);
	fclose(out);
	return line;
}

static int write_stat(const struct stat_args *args, FILE *out, const struct counting *counting,
		      const struct live *live, bool counted)
{
	struct stat_cost costs[PROGRAMS_MAX];
	_cleanup_free_ char *command = command_line(args->command);
	struct stat_totals totals = {
		.what = command,
		.elapsed_ns = clock_ns(CLOCK_MONOTONIC) - counting->begin_ns,
		.cpu_ns = cpu_time() - counting->cpu_ns,
		.has_costs = counted,
		.costs = costs,
	};

	totals.n_costs = counted ? read_costs(live, costs) : 0;
	return args->json ? stat_json(out, counting->report, &totals)
			  : stat_text(out, counting->report, &totals);
}

/* Attached: pumps until the end; an exit status. */
static int stat_attached(struct stat_args *args, struct live *live, FILE *out, struct child *child,
			 bool counted)
{
	static const struct filter all = { 0 };
	struct counting counting = {
		.source = { .ops = &ops, .fd = live__source(live)->fd },
		.inner = live__source(live),
		.report = report__new(),
		.out = out,
		.interval_ns = args->interval_ns,
	};
	struct pump pump = {
		.source = &counting.source,
		.filter = &all,
		.report = counting.report,
		.child = child,
		.duration_ns = args->watch.duration_ns,
	};
	struct failure why = { 0 };
	int err = counting.report ? 0 : -ENOMEM, status = 0;

	watch_warn(live, &args->watch.live);
	fputs("klpscope: attached, counting\n", stderr);
	counting.begin_ns = clock_ns(CLOCK_MONOTONIC);
	counting.cpu_ns = cpu_time();
	counting.next_ns = counting.begin_ns + args->interval_ns;
	if (args->interval_ns)
		fputs("#       TIME  ATTEMPTS  ACCEPTED   REFUSED TRANSITIONS   TRIES  STALLS   LOOKUPS    LOST\n",
		      out);
	if (!err)
		status = watch_start(child, args->command, "count");
	if (!err && !status)
		err = pump_run(&pump);
	if (!err && !status) {
		report__finish(counting.report);
		err = write_stat(args, out, &counting, live, counted);
		if (!err && (fflush(out) || ferror(out)))
			failure_set(&why, FAILURE_OUTPUT, -EIO, "%s",
				    args->output ? args->output : "stderr");
	}
	report__free(counting.report);
	if (err)
		failure_set(&why, FAILURE_SYSTEM, err, "reading events");
	if (!why.kind)
		return status;
	failure_print(&why, "count");
	return EXIT_FAILED;
}

static FILE *open_output(const struct stat_args *args, struct failure *why)
{
	FILE *out = args->output ? fopen(args->output, "we") : stderr;

	if (!out)
		failure_set(why, FAILURE_OUTPUT, -errno, "%s", args->output);
	return out;
}

static int run(int argc, char **argv)
{
	struct stat_args args = {
		.watch.live = { .buffer = LIVE_BUFFER_DEFAULT,
				.culprits = true,
				.stall_ns = LIVE_STALL_DEFAULT },
	};
	_cleanup_close_ int counting = -1;
	struct child child = CHILD_NONE;
	struct failure why = { 0 };
	struct live *live = NULL;
	FILE *out = NULL;
	int status = EXIT_FAILED, err = 0;

	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &args);
	if (args.command)
		err = child__spawn(&child, args.command);
	pump_signals();
	if (err)
		failure_set(&why, FAILURE_SYSTEM, err, "fork");
	else
		live = watch_attach(&args.watch.live, &why);
	if (live)
		out = open_output(&args, &why);
	if (out) {
		counting = live__count_costs();
		if (counting < 0)
			fprintf(stderr, "klpscope: the cost of its programs is not counted: %s\n",
				strerror(-counting));
		watch_drop_privileges();
		status = stat_attached(&args, live, out, &child, counting >= 0);
	} else {
		failure_print(&why, "count");
	}
	live__close(live);
	child__release(&child);
	/* Counting may end before the command does; it is not left behind. */
	pump_wait_child(&child);
	if (child.pid && status == EXIT_DONE)
		status = child__exit_status(&child);
	if (out && out != stderr && fclose(out))
		status = EXIT_FAILED;
	return status;
}

const struct cmd cmd_stat = {
	.name = "stat",
	.help = "count what happens to livepatches, and what watching costs",
	.run = run,
	.argp = &argp,
};
