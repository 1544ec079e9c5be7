/* SPDX-License-Identifier: GPL-2.0 */
/* Files as modules are shipped: packed by xz, zstd or gzip, or not at all. */
#ifndef KLPSCOPE_MODULE_UNPACK_H
#define KLPSCOPE_MODULE_UNPACK_H

#include <stddef.h>

#include "util/failure.h"

/* Of a module as it is loaded. The largest of Debian's kernels has 10 MB. */
#define UNPACK_MAX (128UL * 1024 * 1024)

/**
 * unpack() - what a file holds
 * @data: the file's bytes
 * @size: how many
 * @out: set to a buffer of its own, to be freed; NULL where @data is not packed
 * @out_size: bytes in @out
 * @why: filled on failure
 *
 * What it is packed with is seen by how it begins, not by its name. At most
 * UNPACK_MAX bytes are unpacked.
 *
 * Return: 0 or negative errno.
 */
int unpack(const void *data, size_t size, unsigned char **out, size_t *out_size,
	   struct failure *why);

#endif
