// SPDX-License-Identifier: GPL-2.0
#include "cmd/watch.h"

#include "cmd/cmd.h"

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
