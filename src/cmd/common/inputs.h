/* SPDX-License-Identifier: GPL-2.0 */
/* What commands share that read recordings: -i, and words about damage. */
#ifndef KLPSCOPE_CMD_COMMON_INPUTS_H
#define KLPSCOPE_CMD_COMMON_INPUTS_H

#include <argp.h>

#include "cmd/common/meter.h"
#include "pump.h"
#include "recording/recorded.h"

#define RECORDING_DEFAULT "klpscope.data"

struct inputs {
	const char **paths; /* none: RECORDING_DEFAULT */
	size_t n, room;
	struct recording_watch watch; /* the command's own; its damage is called, too */
	struct recorded *recorded;
	struct meter meter;
	unsigned int damages; /* that were said */
};

/* Its input is a struct inputs; "-i FILE" and arguments name files. */
extern const struct argp argp_inputs;

/** inputs_open() - open what was named; sets @inputs->recorded; negative errno with @why filled */
int inputs_open(struct inputs *inputs, struct failure *why);

/** inputs_pump() - after inputs_open(): have a pump read them, and show how far it is; @lines: as for meter__consumer() */
void inputs_pump(struct inputs *inputs, struct pump *pump, FILE *lines);

/**
 * inputs_status() - the exit status after reading
 * @inputs: what was read
 * @interrupted: the rest was not; that is said on stderr
 *
 * Return: EXIT_DONE, or EXIT_FOUND if something is missing.
 */
int inputs_status(const struct inputs *inputs, bool interrupted);

/** inputs_close() - release */
void inputs_close(struct inputs *inputs);

#endif
