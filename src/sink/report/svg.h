/* SPDX-License-Identifier: GPL-2.0 */
/* The timeline of a report as a picture. */
#ifndef KLPSCOPE_SINK_REPORT_SVG_H
#define KLPSCOPE_SINK_REPORT_SVG_H

#include <stdio.h>

#include "report/report.h"

/**
 * report_svg() - the timeline as an SVG element of an HTML page
 *
 * A lane for each livepatch and for each state. Colours are the page's
 * (classes); a mark of a refusal is a link to #refusal-N, counted from 0.
 */
void report_svg(FILE *out, const struct report *report);

#endif
