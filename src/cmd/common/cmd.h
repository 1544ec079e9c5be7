/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a command is, and what commands share.
 *
 * Room cmd/common: what commands share. It must not know a single command.
 */
#ifndef KLPSCOPE_CMD_COMMON_CMD_H
#define KLPSCOPE_CMD_COMMON_CMD_H

#include <argp.h>
#include <stdint.h>
#include <stdio.h>

#include "live/live.h"
#include "pump.h"
#include "util/attributes.h"

/* Exit status (docs/design: perf's and util-linux's habits). */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_FOUND = 3, /* what was looked for is there: a task that blocks, a gap, a difference */
	EXIT_REFUSED = 3, /* check: the kernel would refuse it */
	EXIT_CANNOT_TELL = 4, /* something is not known */
};

struct cmd {
	const char *name;
	const char *help; /* one line */
	int (*run)(int argc, char **argv); /* argv[0] is "klpscope NAME"; an exit status */
	const struct argp *argp; /* what run() parses with */
};

extern const struct cmd cmd_trace;
extern const struct cmd cmd_status;
extern const struct cmd cmd_blockers;
extern const struct cmd cmd_doctor;
extern const struct cmd cmd_check;
extern const struct cmd cmd_record;
extern const struct cmd cmd_script;
extern const struct cmd cmd_report;
extern const struct cmd cmd_export;
extern const struct cmd cmd_diff;
extern const struct cmd cmd_stat;
extern const struct cmd cmd_metrics;

/* Options of every command on a live kernel; a child parser for argp, its input is struct live_options. */
extern const struct argp argp_kernel;

/* Those, and what says how to attach. */
extern const struct argp argp_live;

/**
 * version_print() - klpscope's version, the libraries in it, and what it reads and writes
 *
 * The first line is the version alone.
 */
void version_print(FILE *out);

/**
 * options_print() - the commands' option tables, for what is made of them: completion and man pages
 *
 * A line each, fields separated by tabs:
 *   command NAME ARGUMENTS HELP DESCRIPTION
 *   option COMMAND GROUP LONG SHORT ARGUMENT none|required|optional HELP
 *   header COMMAND GROUP TEXT
 *   more COMMAND TEXT, a line with which its --help ends
 *   value ARGUMENT WORD, what an option takes whose argument has this name
 */
void options_print(FILE *out, const struct cmd *const *commands, size_t n);

/** usage_error() - one line on stderr about bad usage, then exit with EXIT_USAGE */
_noreturn_ void usage_error(const struct argp_state *state, const char *format, ...) _printf_(2, 3);

/**
 * help_with_columns() - an argp help filter's work for a command whose --help ends with a list of columns
 * @key, @text: as the filter gets them
 * @columns: writes the list, from where the columns are defined
 *
 * Return: as the filter's.
 */
char *help_with_columns(int key, const char *text, void (*columns)(FILE *out));

/**
 * pump_failure() - what ended a pump with an error
 * @pump: closed
 * @err: the error
 * @reading: what its source does, "reading events"
 * @why: filled: the output of the consumer that failed, or @reading
 */
void pump_failure(const struct pump *pump, int err, const char *reading, struct failure *why);

/** close_output() - close what a command wrote to; negative errno if not all of it got there */
int close_output(FILE *out);

/** parse_u64() - a whole number in decimal or 0x..., all of @s; -EINVAL or -ERANGE */
int parse_u64(const char *s, uint64_t *value);

/** parse_seconds() - "1.5" to ns, at least 1; -EINVAL or -ERANGE */
int parse_seconds(const char *s, uint64_t *ns);

#endif
