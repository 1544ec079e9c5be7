/* SPDX-License-Identifier: GPL-2.0 */
/* Words that all forms of a report share. What comes from the kernel is in them as it came: escape the whole. */
#ifndef KLPSCOPE_SINK_REPORT_MESSAGES_H
#define KLPSCOPE_SINK_REPORT_MESSAGES_H

#include <stdio.h>

#include "report/report.h"

/** report_write_who() - "insmod:123 uid 0", or "unknown" */
void report_write_who(FILE *out, const struct report_who *who);

/** report_write_entry() - what happened, as a line; without time */
void report_write_entry(FILE *out, const struct timeline_entry *timeline_entry);

/** report_write_lost() - "3 records, 1 call", "nothing" */
void report_write_lost(FILE *out, const struct report_loss *loss);

/** report_write_refused_otherwise() - "1 disable, 2 other writes, 1 module"; nothing for none */
void report_write_refused_otherwise(FILE *out, const struct report *report);

/** report_write_limits() - a line for each limit that was reached, and for what else may be missing */
void report_write_limits(FILE *out, const struct report *report);

/** report_write_step() - "the wall clock was set back by 2 h" */
void report_write_step(FILE *out, const struct report_step *step);

/** report_write_selection() - what was asked for, and how much else there is; "" if it was all */
void report_write_selection(FILE *out, const struct report_selection *selection);

/** report_write_order() - that times are not in order; "" if they are */
void report_write_order(FILE *out, const struct report *report);

/** report_write_recording() - "recording FILE begins", with the gap before it */
void report_write_recording(FILE *out, const struct report_recording *recording);

/** report_string() - one of the above with its argument as a string, the caller's to free; NULL without memory */
#define report_string(fn, what)                                                                    \
	({                                                                                         \
		char *text_ = NULL;                                                                \
		size_t size_;                                                                      \
		FILE *out_ = open_memstream(&text_, &size_);                                       \
                                                                                                   \
		if (out_) {                                                                        \
			fn(out_, what);                                                            \
			fclose(out_);                                                              \
		}                                                                                  \
		text_;                                                                             \
	})

#endif
