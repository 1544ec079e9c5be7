// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cmd/common/cmd.h"
#include "cmd/common/watch.h"
#include "report/feed.h"
#include "sink/report/stat.h"
#include "util/attributes.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/timefmt.h"

enum {
	OPT_JSON = 0x100,
};

#define PROGRAMS_MAX 64

/* A line now and then. */
struct interval {
	struct consumer consumer; /* first */
	const struct report *report;
	FILE *out;
	struct stat_sums sums; /* as of the last line */
	uint64_t begin_ns, every_ns, next_ns; /* CLOCK_MONOTONIC */
};

struct stat_args {
	struct watch watch;
	uint64_t interval_ns; /* 0: only at the end */
	const char *output; /* NULL: stderr, as perf stat does */
	bool json;
	/* In use. */
	const struct live *live;
	FILE *out;
	int costs_fd; /* the kernel counts while it is open; negative errno: it does not */
	struct report *report;
	struct report_consumer into_report;
	struct interval interval;
	uint64_t begin_ns; /* CLOCK_MONOTONIC */
	uint64_t cpu_ns; /* as it began */
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
		watch_take_command(&args->watch, state);
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

static int write_interval(struct consumer *consumer)
{
	struct interval *interval = (struct interval *)consumer;
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	if (now < interval->next_ns)
		return 0;
	stat_interval(interval->out, interval->report, &interval->sums, now - interval->begin_ns);
	fflush(interval->out);
	/* Intervals that went by unseen are in this line. */
	while (interval->next_ns <= now)
		interval->next_ns += interval->every_ns;
	return 0;
}

static uint64_t interval_due(const struct consumer *consumer)
{
	return ((const struct interval *)consumer)->next_ns;
}

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

static int write_stat(const struct stat_args *args)
{
	struct stat_cost costs[PROGRAMS_MAX];
	_cleanup_free_ char *command = command_line(args->watch.command);
	bool counted = args->costs_fd >= 0;
	struct stat_totals totals = {
		.what = command,
		.elapsed_ns = clock_ns(CLOCK_MONOTONIC) - args->begin_ns,
		.cpu_ns = cpu_time() - args->cpu_ns,
		.has_costs = counted,
		.costs = costs,
	};

	totals.n_costs = counted ? read_costs(args->live, costs) : 0;
	return args->json ? stat_json(args->out, args->report, &totals)
			  : stat_text(args->out, args->report, &totals);
}

static int open_output(void *ctx, struct live *live, struct failure *why)
{
	struct stat_args *args = ctx;

	args->live = live;
	args->out = args->output ? fopen(args->output, "we") : stderr;
	if (!args->out)
		return failure_set(why, FAILURE_OUTPUT, -errno, "%s", args->output);
	args->costs_fd = live__count_costs();
	if (args->costs_fd < 0)
		fprintf(stderr, "klpscope: the cost of its programs is not counted: %s\n",
			strerror(-args->costs_fd));
	return 0;
}

static int begin(void *ctx, struct pump *pump, struct failure *why)
{
	static const struct consumer_ops interval_ops = { .flush = write_interval,
							  .due = interval_due };
	struct stat_args *args = ctx;

	args->report = report__new();
	if (!args->report)
		return failure_set(why, FAILURE_SYSTEM, -ENOMEM, "reading events");
	args->into_report = report_consumer(args->report);
	pump__add(pump, &args->into_report.consumer);
	if (!args->interval_ns)
		return 0;
	args->interval = (struct interval){
		.consumer.ops = &interval_ops,
		.report = args->report,
		.out = args->out,
		.every_ns = args->interval_ns,
	};
	pump__add(pump, &args->interval.consumer);
	return 0;
}

static int ready(void *ctx, struct pump *pump _unused_, struct failure *why _unused_)
{
	struct stat_args *args = ctx;

	fputs("klpscope: attached, counting\n", stderr);
	args->begin_ns = clock_ns(CLOCK_MONOTONIC);
	args->cpu_ns = cpu_time();
	args->interval.begin_ns = args->begin_ns;
	args->interval.next_ns = args->begin_ns + args->interval_ns;
	if (args->interval_ns)
		stat_interval_heading(args->out);
	return 0;
}

static int end(void *ctx, bool ran, struct failure *why)
{
	struct stat_args *args = ctx;
	int err;

	if (!ran)
		return 0;
	report__finish(args->report);
	err = write_stat(args);
	if (err)
		return failure_set(why, FAILURE_SYSTEM, err, "reading events");
	if (fflush(args->out) || ferror(args->out))
		return failure_set(why, FAILURE_OUTPUT, -EIO, "%s",
				   args->output ? args->output : "stderr");
	return 0;
}

static void release(void *ctx)
{
	struct stat_args *args = ctx;

	if (args->costs_fd >= 0)
		close(args->costs_fd);
	report__free(args->report);
}

static int run(int argc, char **argv)
{
	static const struct watch_ops ops = {
		.doing = "count",
		.reading = "reading events",
		.open = open_output,
		.begin = begin,
		.ready = ready,
		.end = end,
		.close = release,
	};
	struct stat_args args = {
		.watch.live = { .buffer = LIVE_BUFFER_DEFAULT,
				.culprits = true,
				.stall_ns = LIVE_STALL_DEFAULT },
		.costs_fd = -1,
	};
	int status;

	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &args);
	status = watch_run(&args.watch, &ops, &args);
	if (args.out && args.out != stderr && fclose(args.out))
		status = EXIT_FAILED;
	return status;
}

const struct cmd cmd_stat = {
	.name = "stat",
	.help = "count what happens to livepatches, and what watching costs",
	.run = run,
	.argp = &argp,
};
