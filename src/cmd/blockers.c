// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/common/cmd.h"
#include "cmd/common/columns.h"
#include "event/decode.h"
#include "kernel/kmsg.h"
#include "sink/blockers.h"
#include "util/attributes.h"
#include "util/clock.h"
#include "util/timefmt.h"

enum {
	OPT_JSON = 0x100,
	OPT_WATCH,
};

#define WATCH_DEFAULT NSEC_PER_SEC

struct cmd_options {
	struct live_options live;
	struct table_options table;
	bool json, stacks;
	uint64_t watch_ns; /* 0: once */
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct cmd_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->table;
		state->child_inputs[1] = &options->live;
		return 0;
	case 's':
		options->stacks = true;
		return 0;
	case OPT_JSON:
		options->json = true;
		return 0;
	case OPT_WATCH:
		options->watch_ns = WATCH_DEFAULT;
		if (arg && parse_seconds(arg, &options->watch_ns))
			usage_error(state, "--watch: '%s' is no number of seconds", arg);
		return 0;
	case ARGP_KEY_ARG:
		usage_error(state, "'%s' is more than it takes", arg);
	case ARGP_KEY_END:
		columns_check(state, &options->table, blockers_table_types);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "stacks", 's', NULL, 0, "show the kernel stack of each task", 1 },
	{ "watch", OPT_WATCH, "SEC", OPTION_ARG_OPTIONAL,
	  "look again every SEC seconds (default 1) until interrupted", 1 },
	{ "json", OPT_JSON, NULL, 0,
	  "a JSON object for each look, with stacks; with -o or --sort only the chosen columns",
	  1 },
	{ NULL, 0, NULL, 0, "How to ask the kernel:", 10 },
	{ 0 },
};

static const struct argp_child children[] = {
	{ &argp_columns, 0, NULL, 0 },
	{ &argp_kernel, 0, NULL, 10 },
	{ 0 },
};

static void columns_help(FILE *out)
{
	table_help(out, blockers_table_types, "");
}

static char *help_filter(int key, const char *text, void *input _unused_)
{
	return help_with_columns(key, text, columns_help);
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Show which tasks hold up the running transition, and why.\v"
	       "Exit status: 0 nothing does, or no transition is running; 3 something does; "
	       "1 it failed; 2 wrong usage.\n",
	.children = children,
	.help_filter = help_filter,
};

/* A look that is being put together from a sample's events. */
struct looking {
	const struct cmd_options *options;
	struct blockers_look look;
	char patch[WIRE_NAME_LEN + 1];
	bool written;
	int err;
};

static void write_look(struct looking *looking)
{
	const struct cmd_options *options = looking->options;
	struct blockers_look *look = &looking->look;

	look->real_ns = clock_ns(CLOCK_REALTIME);
	if (look->patch)
		look->has_since = kmsg_transition_start(look->patch, &look->since_real_ns);
	if (!options->json)
		looking->err = blockers_table(stdout, look, &options->table, options->stacks);
	else if (table_chosen(&options->table))
		looking->err = blockers_table_json(stdout, look, &options->table);
	else
		looking->err = blockers_json(stdout, look);
	/* Where each line is a task, it is not said there. */
	if (look->more &&
	    (options->table.noheadings || (options->json && table_chosen(&options->table))))
		fprintf(stderr,
			"klpscope: %" PRIu64 " more tasks are left, which were not looked at\n",
			look->more);
	looking->written = true;
}

static void on_event(void *ctx, const struct event *event)
{
	struct looking *looking = ctx;
	struct blockers_look *look = &looking->look;

	look->incomplete |= event->truncated;
	switch (event->kind) {
	case EVENT_PROGRESS:
		look->running = true;
		if (event->patch) {
			snprintf(looking->patch, sizeof(looking->patch), "%s", event->patch);
			look->patch = looking->patch;
		}
		look->target = event->progress.target;
		look->tasks = event->progress.tasks;
		look->remaining = event->progress.remaining;
		break;
	case EVENT_STALL:
		look->blockers = event->stall.blockers;
		look->more = event->stall.more;
		write_look(looking);
		look->blockers = NULL;
		break;
	case EVENT_LOST:
		look->incomplete = true;
		break;
	default:
		break;
	}
}

static int feed(void *ctx, const void *data, size_t size)
{
	return decoder__feed(ctx, data, size);
}

/* Looks once; an exit status. */
static int look_once(struct live *live, const struct cmd_options *options, struct failure *why)
{
	struct looking looking = { .options = options };
	struct decoder *decoder = decoder__new(on_event, &looking);
	int err = decoder ? live__sample(live, true, feed, decoder) : -ENOMEM;

	if (err == -EOPNOTSUPP) {
		failure_plain(why, FAILURE_NO_ITERATOR, 0);
	} else if (err < 0) {
		failure_set(why, FAILURE_SYSTEM, err, "asking the kernel");
	} else {
		if (!looking.written)
			write_look(&looking);
		if (looking.look.incomplete)
			fputs("klpscope: not all could be seen or read\n", stderr);
		err = looking.err;
		if (!err && (fflush(stdout) || ferror(stdout)))
			err = -errno;
		if (err)
			failure_set(why, FAILURE_OUTPUT, err, "stdout");
	}
	decoder__free(decoder);
	if (err < 0)
		return EXIT_FAILED;
	return looking.look.running && looking.look.remaining ? EXIT_FOUND : EXIT_DONE;
}

static volatile sig_atomic_t interrupted;

static void interrupt(int signal _unused_)
{
	interrupted = 1;
}

static int watch(struct live *live, const struct cmd_options *options, struct failure *why)
{
	const struct timespec interval = {
		.tv_sec = options->watch_ns / NSEC_PER_SEC,
		.tv_nsec = options->watch_ns % NSEC_PER_SEC,
	};
	const struct sigaction action = { .sa_handler = interrupt };
	bool clear = !options->json && isatty(STDOUT_FILENO);
	int status;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	for (;;) {
		if (clear)
			fputs("\033[H\033[J", stdout);
		status = look_once(live, options, why);
		if (status == EXIT_FAILED || interrupted || nanosleep(&interval, NULL))
			return status;
		if (!clear && !options->json)
			fputc('\n', stdout);
	}
}

static int run(int argc, char **argv)
{
	struct cmd_options options = {
		.live = { .buffer = LIVE_BUFFER_SNAPSHOT, .tasks = true, .culprits = true },
	};
	struct failure why = { 0 };
	struct live *live;
	int status = EXIT_FAILED;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	live = live__open_snapshot(&options.live, &why);
	if (live && options.watch_ns)
		status = watch(live, &options, &why);
	else if (live)
		status = look_once(live, &options, &why);
	live__close(live);
	if (why.kind && why.error != -EPIPE)
		failure_print(&why, "show the blockers");
	return status;
}

const struct cmd cmd_blockers = {
	.name = "blockers",
	.help = "show which tasks hold up the running transition",
	.run = run,
	.argp = &argp,
};
