// SPDX-License-Identifier: GPL-2.0
#include "cmd/common/columns.h"

#include "cmd/common/cmd.h"

/* Apart from those of the commands, though each parser has its own. */
enum {
	OPT_NOHEADINGS = 0x400,
	OPT_SORT,
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct table_options *options = state->input;

	switch (key) {
	case 'o':
		options->columns = arg;
		return 0;
	case OPT_SORT:
		options->sort = arg;
		return 0;
	case OPT_NOHEADINGS:
		options->noheadings = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "output", 'o', "COLUMN[,...]", 0,
	  "show these columns of the table; +COLUMN adds to the default ones", 1 },
	{ "sort", OPT_SORT, "[-]COLUMN", 0, "sort the table by a column; with - from high to low",
	  1 },
	{ "noheadings", OPT_NOHEADINGS, NULL, 0, "leave the headings out; a row is one line", 1 },
	{ 0 },
};

const struct argp argp_columns = { .options = options, .parser = parse };

void columns_check(const struct argp_state *state, const struct table_options *options,
		   const struct table_type *const *types)
{
	char problem[TABLE_PROBLEM_LEN];

	if (table_check(types, options, problem))
		usage_error(state, "%s", problem);
}
