// SPDX-License-Identifier: GPL-2.0
#include "cmd/common/show.h"

#include <errno.h>
#include <unistd.h>

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
		show->ops = &sink_json;
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

int show_open(struct show *show, struct failure *why)
{
	/* What one batch of a recording becomes is written at once; the pump flushes after each. */
	static char buffer[1 << 16];
	int err;

	show->out = show->output ? fopen(show->output, "we") : stdout;
	if (show->out) {
		setvbuf(show->out, buffer, _IOFBF, sizeof(buffer));
		return 0;
	}
	err = -errno;
	failure_set(why, FAILURE_OUTPUT, err, "%s", show->output);
	return err;
}

static int add_to_summary(struct consumer *consumer, const struct event *event)
{
	summary__event(&((struct show_summary *)consumer)->summary, event);
	return 0;
}

static int write_summary(struct consumer *consumer, int err)
{
	struct show_summary *end = (struct show_summary *)consumer;

	if (!err && (end->always || end->summary.n))
		sink__summary(end->sink, &end->summary);
	summary__clear(&end->summary);
	return 0;
}

static void begin_summary(struct show *show, struct pump *pump)
{
	static const struct consumer_ops ops = { .event = add_to_summary, .close = write_summary };
	struct show_summary *end = &show->at_end;

	*end = (struct show_summary){
		.consumer = { .ops = &ops, .filter = &end->filter },
		.filter = show->filter,
		.sink = &show->sink,
		.always = show->summary,
	};
	end->filter.kinds = 0;
	end->filter.has_state = false;
	pump__add(pump, &end->consumer);
}

int show_begin(struct show *show, struct pump *pump, bool with_summary, struct failure *why)
{
	int err;

	show->sink_options.color = show->ops == &sink_text && isatty(fileno(show->out));
	err = sink__open(&show->sink, show->ops, show->out, &show->sink_options);
	if (err) {
		failure_set(why, FAILURE_SYSTEM, err, "memory");
		return err;
	}
	if (with_summary || show->summary)
		begin_summary(show, pump);
	pump__add(pump, sink__consumer(&show->sink, &show->filter, show->count));
	show->sink.consumer.output = show->output ? show->output : "stdout";
	return 0;
}

int show_end(struct show *show, struct failure *why)
{
	int err = close_output(show->out);

	if (err)
		failure_set(why, FAILURE_OUTPUT, err, "%s", show->sink.consumer.output);
	return err;
}
