// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/common/cmd.h"
#include "cmd/common/columns.h"
#include "cmd/common/digest.h"
#include "cmd/common/fleet.h"
#include "pump.h"
#include "sink/report/forms.h"
#include "util/attributes.h"

enum {
	OPT_JSON = 0x100,
	OPT_TABLE,
	OPT_POSTMORTEM,
	OPT_BY,
};

struct arguments {
	struct digest digest;
	struct table_options table;
	bool json, postmortem;
	bool of_fleet; /* no recordings, but events of many hosts */
	enum json_events_format format;
	bool by_host;
};

static void check(const struct arguments *args, const struct argp_state *state)
{
	const struct table_options *table = &args->table;

	columns_check(state, table, args->of_fleet ? fleet_table_types : report_table_types);
	if (args->by_host && !args->of_fleet)
		usage_error(
			state,
			"--by host is for events of many hosts, with --input=journal-json or --input=json-lines");
	if (args->of_fleet && args->postmortem)
		usage_error(state, "of many hosts there is no --postmortem");
	if (args->by_host && table_chosen(table))
		usage_error(state,
			    "--by host is without --table, -o and --sort; there is --table hosts");
	if (args->postmortem && (args->json || table_chosen(table) || table->noheadings))
		usage_error(state, "--postmortem has no columns, and no other form");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->table;
		state->child_inputs[1] = &args->digest;
		return 0;
	case OPT_TABLE:
		args->table.table = arg;
		return 0;
	case OPT_JSON:
		args->json = true;
		return 0;
	case OPT_POSTMORTEM:
		args->postmortem = true;
		return 0;
	case OPT_BY:
		if (strcmp(arg, "host"))
			usage_error(state, "--by: '%s' is not 'host'", arg);
		args->by_host = true;
		return 0;
	case ARGP_KEY_END:
		args->of_fleet = fleet_format(&args->digest.inputs, &args->format);
		check(args, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void columns_help(FILE *out)
{
	table_help(out, report_table_types, "");
	table_help(out, fleet_table_types, ", of many hosts");
}

static char *help_filter(int key, const char *text, void *input _unused_)
{
	return help_with_columns(key, text, columns_help);
}

static const struct argp_option argp_options[] = {
	{ "table", OPT_TABLE, "TABLE", 0,
	  "only this table: livepatches (also if only columns are chosen), transitions, states, refusals, stalls, lookups; of many hosts: hosts, states, refusals, stalls",
	  1 },
	{ "json", OPT_JSON, NULL, 0,
	  "all of it as JSON; with --table, -o or --sort only the chosen columns", 1 },
	{ "postmortem", OPT_POSTMORTEM, NULL, 0,
	  "write the part of a post-mortem that is about livepatching, in Markdown", 1 },
	{ NULL, 0, NULL, 0, "Of many hosts:", 5 },
	{ "input=journal-json", 0, NULL, OPTION_DOC | OPTION_NO_USAGE,
	  "the files are what journalctl --all -o json writes of events sent there by --journal",
	  5 },
	{ "input=json-lines", 0, NULL, OPTION_DOC | OPTION_NO_USAGE,
	  "the files are what trace --json writes, each of the host that it is named after or that a key \"host\" says",
	  5 },
	{ "by", OPT_BY, "host", 0, "a row for each host, and nothing else", 5 },
	{ 0 },
};

static const struct argp_child children[] = {
	{ &argp_columns, 0, NULL, 0 },
	{ &argp_digest, 0, NULL, 0 },
	{ 0 },
};

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.args_doc = "[FILE...]",
	.doc = "Sum up what klpscope record has written.\v"
	       "Exits with 3 if some of it is torn or damaged, or if interrupted; what was read is summed up.\n",
	.children = children,
	.help_filter = help_filter,
};

static int write_report(const struct arguments *args)
{
	const struct table_options *table = &args->table;
	const struct report *report = args->digest.report;
	int err;

	if (args->postmortem)
		err = report_markdown(stdout, report);
	else if (!args->json)
		err = report_text(stdout, report, table);
	else if (table_chosen(table))
		err = report_table_json(stdout, report, table);
	else
		err = report_json(stdout, report);
	return err ? err : close_output(stdout);
}

static int run(int argc, char **argv)
{
	struct arguments args = { .digest.doing = "report" };
	struct failure why = { 0 };
	int status, err = 0;

	argp_parse(&argp, argc, argv, 0, NULL, &args);
	if (args.of_fleet) {
		status = fleet_report(&(struct fleet_report){
			.inputs = &args.digest.inputs,
			.filter = &args.digest.filter,
			.format = args.format,
			.options = { .by_host = args.by_host, .table = args.table },
			.json = args.json,
		});
		digest_clear(&args.digest);
		return status;
	}
	pump_signals();
	status = digest_run(&args.digest);
	if (status != EXIT_FAILED)
		err = write_report(&args);
	digest_clear(&args.digest);
	if (!err)
		return status;
	failure_set(&why, FAILURE_OUTPUT, err, "stdout");
	if (err != -EPIPE)
		failure_print(&why, "report");
	return EXIT_FAILED;
}

const struct cmd cmd_report = {
	.name = "report",
	.help = "sum up what was recorded, or write a post-mortem",
	.run = run,
	.argp = &argp,
};
