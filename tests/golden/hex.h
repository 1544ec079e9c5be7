/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GOLDEN_HEX_H
#define GOLDEN_HEX_H

#include <stddef.h>
#include <stdio.h>

/** from_hex() - turns a line of hex into bytes; returns their number */
static inline size_t from_hex(const char *line, unsigned char *bytes, size_t room)
{
	size_t n = 0;
	unsigned int byte;

	while (n < room && sscanf(line + 2 * n, "%2x", &byte) == 1)
		bytes[n++] = byte;
	return n;
}

#endif
