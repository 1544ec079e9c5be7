/* SPDX-License-Identifier: GPL-2.0 */
/* Writes recordings without klpscope's own writer. */
#ifndef TESTS_FRAMES_H
#define TESTS_FRAMES_H

#include <stdint.h>
#include <stdio.h>

#include "recording.h"

struct frames_out {
	FILE *out;
	uint32_t seq;
	unsigned int boot; /* of the machine, from 0 */
};

/* A header as of a host that does not exist; all else is 0. */
void frames_header(struct frames_out *to, uint64_t boot_ns, uint64_t real_ns);
void frames_record(struct frames_out *to, const void *record, size_t size);
void frames_end(struct frames_out *to, uint64_t boot_ns, uint64_t real_ns);

#endif
