// SPDX-License-Identifier: GPL-2.0
/* Trace events in JSON, as chrome://tracing reads them, and others. */
#include <errno.h>
#include <stdlib.h>

#include "sink/json_keys.h"
#include "sink/sink.h"
#include "sink/tracks.h"

static void head(struct json_writer *w, const char *phase, unsigned int track, uint64_t boot_ns)
{
	char us[32];
	int len = snprintf(us, sizeof(us), "%llu.%03llu", (unsigned long long)(boot_ns / 1000),
			   (unsigned long long)(boot_ns % 1000));

	json_begin_object(w);
	json_key_string(w, "ph", phase);
	json_key_number(w, "pid", 1);
	json_key_number(w, "tid", track);
	/* Microseconds; a double would lose the nanoseconds of a long uptime. */
	json_key(w, "ts");
	json_literal(w, us, len);
}

static void named(struct json_writer *w, const char *name, const char *text)
{
	json_key_string(w, "name", name);
	if (text && *text) {
		json_key(w, "args");
		json_begin_object(w);
		json_key_string(w, "what", text);
		json_end_object(w);
	}
}

static void meta(struct json_writer *w, unsigned int track, const char *what, const char *name)
{
	head(w, "M", track, 0);
	json_key_string(w, "name", what);
	json_key(w, "args");
	json_begin_object(w);
	json_key_string(w, "name", name);
	json_end_object(w);
	json_end_object(w);
}

static void chrome_open(struct tracks *t)
{
	json_begin_object(t->state);
	json_key_string(t->state, "displayTimeUnit", "ms");
	json_key(t->state, "traceEvents");
	json_begin_array(t->state);
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
	json_end_object(t->state);
}

static void chrome_end(struct tracks *t, unsigned int track, uint64_t boot_ns)
{
	head(t->state, "E", track, boot_ns);
	json_end_object(t->state);
}

static void chrome_instant(struct tracks *t, unsigned int track, uint64_t boot_ns, const char *name,
			   const char *text)
{
	head(t->state, "i", track, boot_ns);
	json_key_string(t->state, "s", "t");
	named(t->state, name, text);
	json_end_object(t->state);
}

static void chrome_counter(struct tracks *t, unsigned int track, uint64_t boot_ns, const char *name,
			   int64_t value)
{
	head(t->state, "C", track, boot_ns);
	json_key_string(t->state, "name", name);
	json_key(t->state, "args");
	json_begin_object(t->state);
	json_key(t->state, "value");
	json_signed(t->state, value);
	json_end_object(t->state);
	json_end_object(t->state);
}

static void chrome_close(struct tracks *t)
{
	json_end_array(t->state);
	json_end_object(t->state);
	json_writer__line(t->state);
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
	struct json_writer *w = json_writer__open(sink->out, false);

	if (!t || !w) {
		free(t);
		if (w)
			json_writer__close(w);
		return -ENOMEM;
	}
	tracks__begin(t, &ops, sink->out, w);
	sink->state = t;
	return 0;
}

static void close_sink(struct sink *sink)
{
	struct tracks *t = sink->state;
	struct json_writer *w = t->state;

	tracks__end(t);
	json_writer__close(w);
	free(t);
}

const struct sink_ops sink_chrome = {
	.name = "chrome",
	.open = open_sink,
	.event = tracks_event,
	.close = close_sink,
};
