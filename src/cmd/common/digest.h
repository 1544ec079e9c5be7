/* SPDX-License-Identifier: GPL-2.0 */
/* What commands share that make one whole of recordings: report, export, diff. */
#ifndef KLPSCOPE_CMD_COMMON_DIGEST_H
#define KLPSCOPE_CMD_COMMON_DIGEST_H

#include <argp.h>

#include "cmd/common/inputs.h"
#include "event/filter.h"
#include "facts/snapshot.h"
#include "flow/consumer.h"
#include "report/report.h"

struct digest {
	struct inputs inputs;
	struct filter filter; /* --since, --until */
	const char *doing; /* the command's name */
	struct consumer *also; /* gets each event, too, after the report; NULL: nobody */
	FILE *lines; /* that it writes to as events come; NULL: none */
	struct report *report; /* made by digest_run() */
};

/* Its input is a struct digest: files, --since, --until. */
extern const struct argp argp_digest;

/**
 * digest_run() - read all that was named
 * @digest: after pump_signals(); its report is made, to be released by digest_clear()
 *
 * Shows progress on a terminal. What goes wrong is said on stderr. SIGINT ends
 * the reading; what was read by then is there, and it is said that it is not all.
 *
 * Return: EXIT_DONE, EXIT_FOUND if something of the files is missing or was not
 * read, EXIT_FAILED.
 */
int digest_run(struct digest *digest);

/* What a recording's end leaves installed. */
struct digest_end {
	struct snapshot snapshot; /* the caller's, by snapshot_clear() */
	bool known; /* what is installed is */
	bool incomplete; /* and yet not all of it */
	bool interrupted; /* it is not the end: the rest was not read */
	const char *host, *release; /* the digest's; NULL: not told */
};

/**
 * digest_end() - digest_take(), and take from it what it leaves installed
 *
 * Return: as digest_run().
 */
int digest_end(struct digest *digest, const char *path, struct digest_end *end);

/** digest_clear() - release what @digest holds */
void digest_clear(struct digest *digest);

#endif
