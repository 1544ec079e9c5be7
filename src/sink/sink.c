// SPDX-License-Identifier: GPL-2.0
#include "sink/sink.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/array.h"
#include "util/attributes.h"

int sink__open(struct sink *sink, const struct sink_ops *ops, FILE *out,
	       const struct sink_options *options)
{
	*sink = (struct sink){ .ops = ops, .out = out, .options = *options };
	return ops->open ? ops->open(sink) : 0;
}

bool sink__event(struct sink *sink, const struct event *event)
{
	if (!sink->ops->event(sink, event))
		return false;
	sink->last_boot_ns = event->boot_ns;
	return true;
}

void sink__summary(struct sink *sink, const struct summary *summary)
{
	if (sink->ops->summary)
		sink->ops->summary(sink, summary);
}

int sink__flush(struct sink *sink)
{
	errno = 0;
	if (fflush(sink->out) || ferror(sink->out))
		return errno ? -errno : -EIO;
	return 0;
}

void sink__close(struct sink *sink)
{
	if (sink->ops && sink->ops->close)
		sink->ops->close(sink);
	sink->ops = NULL;
}

static int on_event(struct consumer *consumer, const struct event *event)
{
	struct sink *sink = (struct sink *)consumer;

	return sink__event(sink, event) && ++sink->written == sink->count;
}

static int on_flush(struct consumer *consumer)
{
	return sink__flush((struct sink *)consumer);
}

/* The last that it writes is flushed by whoever closes the stream. */
static int on_close(struct consumer *consumer, int err _unused_)
{
	sink__close((struct sink *)consumer);
	return 0;
}

static const struct consumer_ops ops = { .event = on_event, .flush = on_flush, .close = on_close };

struct consumer *sink__consumer(struct sink *sink, const struct filter *filter, uint64_t count)
{
	sink->consumer = (struct consumer){
		.ops = &ops,
		.filter = filter,
		.reader = fileno(sink->out),
	};
	sink->count = count;
	return &sink->consumer;
}

int time_style_of(const char *name)
{
	static const char *const names[] = {
		[TIME_WALL] = "wall",
		[TIME_BOOT] = "boot",
		[TIME_DELTA] = "delta",
		[TIME_ISO] = "iso",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], name))
			return i;
	return -EINVAL;
}
