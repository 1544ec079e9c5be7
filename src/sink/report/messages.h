/* SPDX-License-Identifier: GPL-2.0 */
/* Words that all forms of a report share. What comes from the kernel is in them as it came: escape the whole. */
#ifndef KLPSCOPE_REPORT_WORDS_H
#define KLPSCOPE_REPORT_WORDS_H

#include <stdio.h>

#include "report/report.h"

/** report_words_who() - "insmod:123 uid 0", or "unknown" */
void report_words_who(FILE *out, const struct report_who *who);

/** report_words_version() - "version 2 (patch)", "nobody" */
void report_words_version(FILE *out, bool has_version, uint32_t version, const char *patch);

/** report_words_outcome() - "complete,reversed" */
void report_words_outcome(FILE *out, const struct summary_transition *transition);

/** report_words_happening() - what happened, as a line; without time */
void report_words_happening(FILE *out, const struct happening *happening);

/** report_words_lost() - "3 records, 1 call", "nothing" */
void report_words_lost(FILE *out, const struct report_loss *loss);

/** report_words_limits() - a line for each limit that was reached, and for what else may be missing */
void report_words_limits(FILE *out, const struct report *report);

/** report_words_step() - "the wall clock was set back by 2 h" */
void report_words_step(FILE *out, const struct report_step *step);

/** report_words_selection() - what was asked for, and how much else there is; "" if it was all */
void report_words_selection(FILE *out, const struct report_selection *selection);

/** report_words_order() - that times are not in order; "" if they are */
void report_words_order(FILE *out, const struct report *report);

/** report_words_recording() - "recording FILE begins", with the gap before it */
void report_words_recording(FILE *out, const struct report_recording *recording);

/** report_words() - one of the above with its argument as a string, the caller's to free; NULL without memory */
#define report_words(fn, what)                                                                     \
	({                                                                                         \
		char *words_ = NULL;                                                               \
		size_t size_;                                                                      \
		FILE *out_ = open_memstream(&words_, &size_);                                      \
                                                                                                   \
		if (out_) {                                                                        \
			fn(out_, what);                                                            \
			fclose(out_);                                                              \
		}                                                                                  \
		words_;                                                                            \
	})

#endif
