/* SPDX-License-Identifier: GPL-2.0 */
/* What doctor looks at. */
#ifndef KLPSCOPE_SOURCE_CHECKUP_H
#define KLPSCOPE_SOURCE_CHECKUP_H

#include "check/doctor.h"
#include "live/live.h"

/**
 * checkup() - look over the running kernel and host
 * @doctor: filled; to be released with doctor_clear(), also on failure
 * @options: as for tracing
 *
 * Loads programs, so that the verifier has its say, but attaches none. Without
 * privileges it looks at what it may.
 *
 * Return: 0, or -ENOMEM.
 */
int checkup(struct doctor *doctor, const struct live_options *options);

#endif
