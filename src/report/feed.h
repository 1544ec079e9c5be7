/* SPDX-License-Identifier: GPL-2.0 */
/* The way from a pump into a report. */
#ifndef KLPSCOPE_REPORT_FEED_H
#define KLPSCOPE_REPORT_FEED_H

#include "flow/consumer.h"
#include "report/report.h"

struct report_consumer {
	struct consumer consumer; /* first */
	struct report *report;
};

/** report_consumer() - a consumer that gives @report all that it is to know; @report stays the caller's */
struct report_consumer report_consumer(struct report *report);

/** report_feed_record() - of a record what is no event: the clocks */
void report_feed_record(struct report *report, const void *data, size_t size);

/** report_feed_snapshot() - what was installed at @boot_ns, CLOCK_BOOTTIME */
void report_feed_snapshot(struct report *report, const struct snapshot *snapshot, uint64_t boot_ns);

#endif
