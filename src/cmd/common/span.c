// SPDX-License-Identifier: GPL-2.0
#include "cmd/common/span.h"

#include "cmd/common/cmd.h"

enum {
	OPT_SINCE = 0x500,
	OPT_UNTIL,
};

static void parse_moment(const char *option, const char *arg, struct moment *moment,
			 const struct argp_state *state)
{
	if (moment_parse(arg, moment))
		usage_error(
			state,
			"%s: '%s' is no time: HH:MM[:SS], YYYY-MM-DD[ HH:MM[:SS]], @SECONDS, or seconds since boot",
			option, arg);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct filter *filter = state->input;

	switch (key) {
	case OPT_SINCE:
		parse_moment("--since", arg, &filter->since, state);
		return 0;
	case OPT_UNTIL:
		parse_moment("--until", arg, &filter->until, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "since", OPT_SINCE, "TIME", 0,
	  "only events from then on: HH:MM[:SS] (of the recording's first day), YYYY-MM-DD[ HH:MM[:SS]], or seconds since boot",
	  1 },
	{ "until", OPT_UNTIL, "TIME", 0, "only events until then", 1 },
	{ 0 },
};

const struct argp argp_span = { .options = options, .parser = parse };

void span_resolve(struct filter *filter, const struct recording_header *header)
{
	if (!header)
		return;
	moment_resolve(&filter->since, (int64_t)header->real_ns);
	moment_resolve(&filter->until, (int64_t)header->real_ns);
}
