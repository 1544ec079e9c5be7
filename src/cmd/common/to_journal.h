/* SPDX-License-Identifier: GPL-2.0 */
/* --journal, which trace and record share. */
#ifndef KLPSCOPE_CMD_COMMON_TO_JOURNAL_H
#define KLPSCOPE_CMD_COMMON_TO_JOURNAL_H

#include <argp.h>

#include "sink/journal.h"

struct to_journal {
	const char *socket; /* NULL: not asked for */
	struct journal *journal;
};

/* Its input is a struct to_journal. */
extern const struct argp argp_journal;

/** to_journal_begin() - set @consumer to the journal, NULL if nobody asked for it; 0, or -ENOMEM */
int to_journal_begin(struct to_journal *to, struct consumer **consumer);

/** to_journal_end() - say what was lost, and release it; a second call does nothing */
void to_journal_end(struct to_journal *to);

#endif
