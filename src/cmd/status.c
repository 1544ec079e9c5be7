// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/common/cmd.h"
#include "cmd/common/columns.h"
#include "kernel/foreign.h"
#include "live/snapshot.h"
#include "rules/refusal.h"
#include "sink/status.h"
#include "source/sharers.h"
#include "util/attributes.h"

enum {
	OPT_JSON = 0x100,
	OPT_TABLE,
};

struct status {
	struct live_options live;
	struct table_options table;
	bool json;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct status *status = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &status->table;
		state->child_inputs[1] = &status->live;
		return 0;
	case OPT_TABLE:
		status->table.table = arg;
		return 0;
	case OPT_JSON:
		status->json = true;
		return 0;
	case ARGP_KEY_ARG:
		usage_error(state, "'%s' is more than it takes", arg);
	case ARGP_KEY_END:
		columns_check(state, &status->table, status_table_types);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void columns_help(FILE *out)
{
	table_help(out, status_table_types, "");
}

static char *help_filter(int key, const char *text, void *input _unused_)
{
	return help_with_columns(key, text, columns_help);
}

static const struct argp_option options[] = {
	{ "table", OPT_TABLE, "TABLE", 0,
	  "only this table: livepatches (also if only columns are chosen), states", 1 },
	{ "json", OPT_JSON, NULL, 0,
	  "all of it as JSON; with --table, -o or --sort only the chosen columns", 1 },
	{ NULL, 0, NULL, 0, "How to ask the kernel:", 10 },
	{ 0 },
};

static const struct argp_child children[] = {
	{ &argp_columns, 0, NULL, 0 },
	{ &argp_kernel, 0, NULL, 10 },
	{ 0 },
};

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Show the installed livepatches, their states, and the running transition.\v",
	.children = children,
	.help_filter = help_filter,
};

static int write_status(const struct status *status, const struct snapshot *snapshot,
			const struct foreign_found *found)
{
	int err;

	if (!status->json)
		err = status_table(stdout, snapshot, found, &status->table);
	else if (table_chosen(&status->table))
		err = status_table_json(stdout, snapshot, &status->table);
	else
		err = status_json(stdout, snapshot, found);
	return err ? err : close_output(stdout);
}

static int run(int argc, char **argv)
{
	struct status status = { 0 };
	struct snapshot snapshot = { 0 };
	struct failure why = { 0 };
	const struct foreign_found *found = NULL;
	struct foreign *foreign = NULL;
	bool broken;
	int err;

	argp_parse(&argp, argc, argv, 0, NULL, &status);
	err = snapshot_of_kernel(&status.live, &snapshot, &why);
	if (snapshot.in_flux)
		fputs("klpscope: livepatches kept changing while they were read: this answer may not fit together\n",
		      stderr);
	if (snapshot.broken[0])
		fprintf(stderr,
			"klpscope: the module of %s is gone, and its livepatch is not: %s\n",
			snapshot.broken, FREED_IN_USE);
	if (!err) {
		if (!snapshot.broken[0] && !facts__complete(&snapshot.installed))
			fputs("klpscope: not all could be read (a limit was reached, or memory was unreadable)\n",
			      stderr);
		snapshot_patched(&snapshot);
		/* Chosen columns have no place for it. */
		if (!snapshot.broken[0] && !table_chosen(&status.table))
			found = sharers_look(&snapshot.installed, status.live.btf, &foreign);
		err = write_status(&status, &snapshot, found);
		if (err)
			failure_set(&why, FAILURE_OUTPUT, err, "stdout");
	}
	broken = snapshot.broken[0];
	foreign__close(foreign);
	snapshot_clear(&snapshot);
	if (err)
		failure_print(&why, "show the status");
	return err ? EXIT_FAILED : broken ? EXIT_FOUND : EXIT_DONE;
}

const struct cmd cmd_status = {
	.name = "status",
	.help = "show the installed livepatches and their states",
	.run = run,
	.argp = &argp,
};
