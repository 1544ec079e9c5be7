/* SPDX-License-Identifier: GPL-2.0 */
/* The one validator of records. */
#ifndef KLPSCOPE_FACTS_WIRE_CHECK_H
#define KLPSCOPE_FACTS_WIRE_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "wire.h"

/**
 * wire_check() - whether bytes are a record that may be looked at
 * @data: bytes, 8-aligned
 * @size: how many
 *
 * Checks type, size and every field that says how much follows, the same for
 * live data and for files.
 *
 * Return: true if it may.
 */
bool wire_check(const void *data, size_t size);

#endif
