/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KLPSCOPE_REPORT_FEED_H
#define KLPSCOPE_REPORT_FEED_H

#include "decode.h"
#include "report.h"

/**
 * report_feed() - give a record to a decoder, and a report what is no event: what is installed
 * @report: gets snapshots; NULL: none. Events come to it by way of the decoder's function
 * @decoder: gets the record
 *
 * Return: as decoder__feed().
 */
int report_feed(struct report *report, struct decoder *decoder, const void *data, size_t size);

#endif
