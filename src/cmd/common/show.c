// SPDX-License-Identifier: GPL-2.0
#include "cmd/common/show.h"

#include <errno.h>

#include "cmd/common/cmd.h"

enum {
	OPT_JSON = 0x300,
	OPT_TIME,
	OPT_STATE,
	OPT_REFUSED,
	OPT_SUMMARY,
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct show *show = state->input;
	const char *bad;
	size_t bad_len;
	int style;

	switch (key) {
	case 'p':
		show->filter.patch = arg;
		return 0;
	case 'e':
		if (filter_parse_kinds(arg, &show->filter.kinds, &bad, &bad_len))
			usage_error(state, "-e: there is no event '%.*s'", (int)bad_len, bad);
		return 0;
	case OPT_REFUSED:
		show->filter.kinds |= 1U << EVENT_REFUSED;
		return 0;
	case OPT_STATE:
		if (parse_u64(arg, &show->filter.state) || !show->filter.state)
			usage_error(state, "--state: '%s' is no state id (1 to 2^64-1)", arg);
		show->filter.has_state = true;
		return 0;
	case OPT_TIME:
		style = time_style_of(arg);
		if (style < 0)
			usage_error(state, "--time: '%s' is none of wall, boot, delta, iso", arg);
		show->sink_options.time = style;
		return 0;
	case OPT_JSON:
		show->sink = &sink_json;
		return 0;
	case OPT_SUMMARY:
		show->summary = true;
		return 0;
	case 'n':
		if (parse_u64(arg, &show->count) || !show->count)
			usage_error(state, "-n: '%s' is no number of events", arg);
		return 0;
	case 'o':
		show->output = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What to show:", 1 },
	{ "patch", 'p', "GLOB", 0, "only events of livepatches with such names", 1 },
	{ "event", 'e', "EVENT[,...]", 0,
	  "only these: enable, refused, transition, progress, stall, state, lookup, lookup_count, disable, replaced, freed, message",
	  1 },
	{ "state", OPT_STATE, "ID", 0, "only events about this state", 1 },
	{ "refused", OPT_REFUSED, NULL, 0, "only refused livepatches, as -e refused", 1 },
	{ "summary", OPT_SUMMARY, NULL, 0,
	  "at the end, list the transitions with tries, duration and blockers (trace with a COMMAND, without --json and -e: anyway)",
	  1 },
	{ "count", 'n', "COUNT", 0, "end after so many events", 1 },
	{ NULL, 0, NULL, 0, "How:", 2 },
	{ "json", OPT_JSON, NULL, 0, "one JSON object a line", 2 },
	{ "time", OPT_TIME, "wall|boot|delta|iso", 0, "how to show times (default wall)", 2 },
	{ "output", 'o', "FILE", 0, "write events to FILE", 2 },
	{ 0 },
};

const struct argp argp_show = { .options = options, .parser = parse };

FILE *show_open(const struct show *show, struct failure *why)
{
	/* What one batch of a recording becomes is written at once; the pump flushes after each. */
	static char buffer[1 << 16];
	FILE *out = show->output ? fopen(show->output, "we") : stdout;

	if (out)
		setvbuf(out, buffer, _IOFBF, sizeof(buffer));
	else
		failure_set(why, FAILURE_OUTPUT, -errno, "%s", show->output);
	return out;
}

int show_begin(struct show *show, FILE *out, struct sink *sink, struct pump *pump)
{
	show->sink_options.color = show->sink == &sink_text && isatty(fileno(out));
	pump->sink = sink;
	pump->filter = &show->filter;
	pump->count = show->count;
	return sink__open(sink, show->sink, out, &show->sink_options);
}

int show_end(const struct show *show, struct pump *pump, int err, const char *doing)
{
	struct failure why = { 0 };
	FILE *out = pump->sink->out;

	sink__close(pump->sink);
	if (!err) {
		err = close_output(out);
		pump->sink_failed = err;
	}
	if (!err || !pump->sink_failed || err == -EPIPE)
		return err;
	failure_set(&why, FAILURE_OUTPUT, err, "%s", show->output ? show->output : "stdout");
	failure_print(&why, doing);
	return err;
}
