// SPDX-License-Identifier: GPL-2.0
/* Trace events in JSON, as chrome://tracing reads them, and others. */
#include <errno.h>
#include <stdlib.h>

#include "sink/json_gen.h"
#include "sink/sink.h"
#include "sink/tracks.h"

static void head(yajl_gen g, const char *phase, unsigned int track, uint64_t boot_ns)
{
	char us[32];
	int len = snprintf(us, sizeof(us), "%llu.%03llu", (unsigned long long)(boot_ns / 1000),
			   (unsigned long long)(boot_ns % 1000));

	yajl_gen_map_open(g);
	json_key_string(g, "ph", phase);
	json_key_number(g, "pid", 1);
	json_key_number(g, "tid", track);
	/* Microseconds; a double would lose the nanoseconds of a long uptime. */
	json_key(g, "ts");
	yajl_gen_number(g, us, len);
}

static void named(yajl_gen g, const char *name, const char *text)
{
	json_key_string(g, "name", name);
	if (text && *text) {
		json_key(g, "args");
		yajl_gen_map_open(g);
		json_key_string(g, "what", text);
		yajl_gen_map_close(g);
	}
}

static void meta(yajl_gen g, unsigned int track, const char *what, const char *name)
{
	head(g, "M", track, 0);
	json_key_string(g, "name", what);
	json_key(g, "args");
	yajl_gen_map_open(g);
	json_key_string(g, "name", name);
	yajl_gen_map_close(g);
	yajl_gen_map_close(g);
}

static void chrome_open(struct tracks *t)
{
	yajl_gen_map_open(t->state);
	json_key_string(t->state, "displayTimeUnit", "ms");
	json_key(t->state, "traceEvents");
	yajl_gen_array_open(t->state);
	meta(t->state, 0, "process_name", "livepatches");
}

/* A counter is named where it is counted, not as a track. */
static void chrome_track(struct tracks *t, unsigned int track, const char *name, bool counter)
{
	if (!counter)
		meta(t->state, track, "thread_name", name);
}

static void chrome_begin(struct tracks *t, unsigned int track, uint64_t boot_ns, const char *name,
			 const char *text)
{
	head(t->state, "B", track, boot_ns);
	named(t->state, name, text);
	yajl_gen_map_close(t->state);
}

static void chrome_end(struct tracks *t, unsigned int track, uint64_t boot_ns)
{
	head(t->state, "E", track, boot_ns);
	yajl_gen_map_close(t->state);
}

static void chrome_instant(struct tracks *t, unsigned int track, uint64_t boot_ns, const char *name,
			   const char *text)
{
	head(t->state, "i", track, boot_ns);
	json_key_string(t->state, "s", "t");
	named(t->state, name, text);
	yajl_gen_map_close(t->state);
}

static void chrome_counter(struct tracks *t, unsigned int track, uint64_t boot_ns, const char *name,
			   int64_t value)
{
	head(t->state, "C", track, boot_ns);
	json_key_string(t->state, "name", name);
	json_key(t->state, "args");
	yajl_gen_map_open(t->state);
	json_key(t->state, "value");
	json_signed(t->state, value);
	yajl_gen_map_close(t->state);
	yajl_gen_map_close(t->state);
}

static void chrome_close(struct tracks *t)
{
	yajl_gen_array_close(t->state);
	yajl_gen_map_close(t->state);
	json_line(t->state);
}

static const struct tracks_ops ops = {
	.open = chrome_open,
	.track = chrome_track,
	.begin = chrome_begin,
	.end = chrome_end,
	.instant = chrome_instant,
	.counter = chrome_counter,
	.close = chrome_close,
};

static int open_sink(struct sink *sink)
{
	struct tracks *t = malloc(sizeof(*t));
	yajl_gen g = json_open(sink->out, false);

	if (!t || !g) {
		free(t);
		if (g)
			yajl_gen_free(g);
		return -ENOMEM;
	}
	tracks__begin(t, &ops, sink->out, g);
	sink->state = t;
	return 0;
}

static void close_sink(struct sink *sink)
{
	struct tracks *t = sink->state;
	yajl_gen g = t->state;

	tracks__end(t);
	yajl_gen_free(g);
	free(t);
}

const struct sink_ops sink_chrome = {
	.name = "chrome",
	.open = open_sink,
	.event = tracks_event,
	.close = close_sink,
};
