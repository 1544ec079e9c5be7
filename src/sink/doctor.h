/* SPDX-License-Identifier: GPL-2.0 */
/* What "klpscope doctor" found, for people and for programs. */
#ifndef KLPSCOPE_SINK_DOCTOR_H
#define KLPSCOPE_SINK_DOCTOR_H

#include <stdbool.h>
#include <stdio.h>

#include "check/doctor.h"

/** doctor_text() - write findings as lines; probes that do no harm are only counted */
void doctor_text(FILE *out, const struct doctor *doctor, bool color);

/** doctor_json() - all of it as one JSON document; 0 or -ENOMEM */
int doctor_json(FILE *out, const struct doctor *doctor);

#endif
