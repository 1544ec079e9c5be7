/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KLPSCOPE_REPORT_FEED_H
#define KLPSCOPE_REPORT_FEED_H

#include "event/decode.h"
#include "report/report.h"

/**
 * feed_snapshot() - what is installed, if the record that the decoder was just given ends that
 * @snapshot: filled; the caller's, by snapshot_clear()
 *
 * Return: whether it does.
 */
bool feed_snapshot(struct decoder *decoder, const struct wire_hdr *record,
		   struct snapshot *snapshot);

/**
 * report_feed() - give a record to a decoder, and a report what is no event: clocks, and what is installed
 * @report: gets them; NULL: none. Events come to it by way of the decoder's function
 * @decoder: gets the record
 *
 * Return: as decoder__feed().
 */
int report_feed(struct report *report, struct decoder *decoder, const void *data, size_t size);

#endif
