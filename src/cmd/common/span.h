/* SPDX-License-Identifier: GPL-2.0 */
/* --since and --until, of all commands that read recordings. */
#ifndef KLPSCOPE_CMD_COMMON_SPAN_H
#define KLPSCOPE_CMD_COMMON_SPAN_H

#include <argp.h>

#include "event/filter.h"
#include "recording.h"

/* Its input is a struct filter. */
extern const struct argp argp_span;

/** span_resolve() - a time of day is one of the day on which the first file was begun */
void span_resolve(struct filter *filter, const struct recording_header *header);

#endif
