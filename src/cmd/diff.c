// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "cmd/common/cmd.h"
#include "cmd/common/columns.h"
#include "cmd/common/digest.h"
#include "live/snapshot.h"
#include "pump.h"
#include "sink/compare_forms.h"
#include "util/attributes.h"

enum {
	OPT_JSON = 0x100,
	OPT_TABLE,
};

#define LIVE "live"

struct side {
	struct compare_side shown;
	struct digest digest; /* of a recording */
	struct utsname uname; /* of the running kernel */
};

struct arguments {
	struct live_options live;
	struct side sides[2];
	unsigned int n;
	struct table_options table;
	bool json;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->table;
		state->child_inputs[1] = &args->live;
		return 0;
	case OPT_JSON:
		args->json = true;
		return 0;
	case OPT_TABLE:
		args->table.table = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (args->n == 2)
			usage_error(state, "'%s' is more than it takes", arg);
		args->sides[args->n++].shown.name = arg;
		return 0;
	case ARGP_KEY_END:
		if (args->n < 2)
			usage_error(state, "it takes two recordings, or one and '" LIVE "'");
		if (!strcmp(args->sides[0].shown.name, args->sides[1].shown.name) &&
		    (!strcmp(args->sides[0].shown.name, LIVE) ||
		     !strcmp(args->sides[0].shown.name, "-")))
			usage_error(state, "'%s' can be one side only", args->sides[0].shown.name);
		columns_check(state, &args->table, compare_table_types);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option argp_options[] = {
	{ "table", OPT_TABLE, "TABLE", 0,
	  "only this table: livepatches (also if only columns are chosen), states", 1 },
	{ "json", OPT_JSON, NULL, 0,
	  "all of it as JSON; with --table, -o or --sort only the chosen columns", 1 },
	{ NULL, 0, NULL, 0, "How to ask the kernel, for '" LIVE "':", 10 },
	{ 0 },
};

static const struct argp_child children[] = {
	{ &argp_columns, 0, NULL, 0 },
	{ &argp_kernel, 0, NULL, 10 },
	{ 0 },
};

static void columns_help(FILE *out)
{
	table_help(out, compare_table_types, "");
}

static char *help_filter(int key, const char *text, void *input _unused_)
{
	return help_with_columns(key, text, columns_help);
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.args_doc = "A B",
	.doc = "Show how what is installed differs: livepatches, their order, states and versions.\v"
	       "A and B are recordings, of which the end counts, or '" LIVE
	       "' for what is installed here and now.\n\n"
	       "Exit status: 0 no difference, 3 there is one, 4 cannot tell: not all is known of a side.\n",
	.children = children,
	.help_filter = help_filter,
};

static int read_live(struct side *side, const struct live_options *options)
{
	struct failure why = { 0 };

	if (snapshot_of_kernel(options, &side->shown.snapshot, &why)) {
		failure_print(&why, "compare");
		return EXIT_FAILED;
	}
	uname(&side->uname);
	side->shown.host = side->uname.nodename;
	side->shown.release = side->uname.release;
	side->shown.known = true;
	side->shown.incomplete =
		side->shown.snapshot.in_flux || !facts__complete(&side->shown.snapshot.installed);
	return EXIT_DONE;
}

static int read_recording(struct side *side)
{
	struct compare_side *shown = &side->shown;
	struct digest_end end;

	side->digest.doing = "compare";
	if (digest_end(&side->digest, shown->name, &end) == EXIT_FAILED)
		return EXIT_FAILED;
	/* The end counts. */
	if (end.interrupted) {
		snapshot_clear(&end.snapshot);
		return EXIT_CANNOT_TELL;
	}
	shown->known = end.known;
	shown->incomplete = end.incomplete;
	shown->snapshot = end.snapshot;
	shown->host = end.host;
	shown->release = end.release;
	return EXIT_DONE;
}

static int read_side(struct side *side, const struct live_options *options)
{
	return strcmp(side->shown.name, LIVE) ? read_recording(side) : read_live(side, options);
}

static int write_differences(const struct arguments *args)
{
	const struct compare_side *a = &args->sides[0].shown, *b = &args->sides[1].shown;

	if (!args->json)
		return compare_text(stdout, a, b, &args->table);
	if (table_chosen(&args->table))
		return compare_table_json(stdout, a, b, &args->table);
	return compare_json(stdout, a, b);
}

static int compare(const struct arguments *args)
{
	const struct compare_side *a = &args->sides[0].shown, *b = &args->sides[1].shown;
	struct failure why = { 0 };
	int n = write_differences(args);
	int err = n < 0 ? n : close_output(stdout);

	if (err) {
		failure_set(&why, FAILURE_OUTPUT, err, "stdout");
		if (err != -EPIPE)
			failure_print(&why, "compare");
		return EXIT_FAILED;
	}
	if (!a->known || !b->known || a->incomplete || b->incomplete)
		return EXIT_CANNOT_TELL;
	return n ? EXIT_FOUND : EXIT_DONE;
}

static int run(int argc, char **argv)
{
	struct arguments *args = calloc(1, sizeof(*args));
	int status;

	if (!args)
		return EXIT_FAILED;
	argp_parse(&argp, argc, argv, 0, NULL, args);
	pump_signals();
	status = read_side(&args->sides[0], &args->live);
	if (status == EXIT_DONE)
		status = read_side(&args->sides[1], &args->live);
	if (status == EXIT_DONE)
		status = compare(args);
	for (int i = 0; i < 2; i++) {
		snapshot_clear(&args->sides[i].shown.snapshot);
		digest_clear(&args->sides[i].digest);
	}
	free(args);
	return status;
}

const struct cmd cmd_diff = {
	.name = "diff",
	.help = "show how what is installed differs between recordings, or from here and now",
	.run = run,
	.argp = &argp,
};
