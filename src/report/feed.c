// SPDX-License-Identifier: GPL-2.0
#include "report/feed.h"

void report_feed_record(struct report *report, const void *data, size_t size)
{
	const struct wire_clock *clock = data;

	if (size == sizeof(*clock) && clock->hdr.type == WIRE_CLOCK)
		report__clock(report, clock->boot_ns, (int64_t)clock->real_ns);
}

void report_feed_snapshot(struct report *report, const struct snapshot *snapshot, uint64_t boot_ns)
{
	report__snapshot(report, snapshot, &(struct report_when){ boot_ns, snapshot->real_ns, 0 });
}

static struct report *report_of(struct consumer *consumer)
{
	return ((struct report_consumer *)consumer)->report;
}

static int record(struct consumer *consumer, const void *data, size_t size)
{
	report_feed_record(report_of(consumer), data, size);
	return 0;
}

static int event(struct consumer *consumer, const struct event *event)
{
	report__event(report_of(consumer), event);
	return 0;
}

static int installed(struct consumer *consumer, const struct snapshot *snapshot, uint64_t boot_ns)
{
	report_feed_snapshot(report_of(consumer), snapshot, boot_ns);
	return 0;
}

static const struct consumer_ops ops = { .record = record, .event = event, .installed = installed };

struct report_consumer report_consumer(struct report *report)
{
	return (struct report_consumer){ { .ops = &ops }, report };
}
