/* SPDX-License-Identifier: GPL-2.0 */
/* /sys/kernel/livepatch: what the kernel itself says is installed. */
#ifndef KLPSCOPE_KERNEL_SYSFS_H
#define KLPSCOPE_KERNEL_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

struct sysfs_patch {
	char name[WIRE_NAME_LEN + 1];
	bool enabled;
	bool transition;
};

struct sysfs_patches {
	struct sysfs_patch *list;
	size_t n, room;
};

/** sysfs_read() - the livepatches under @dir; negative errno, with nothing to release then */
int sysfs_read(const char *dir, struct sysfs_patches *patches);

/** sysfs_find() - the livepatch of this name, or NULL */
const struct sysfs_patch *sysfs_find(const struct sysfs_patches *patches, const char *name);

/**
 * sysfs_function() - the whole name of an installed livepatch's function
 * @dir: as of sysfs_read()
 * @patch, @object: whose it is
 * @begin: what is known of its name
 * @sympos: its position, 0 as 1
 *
 * Return: the name, the caller's to free; NULL where there is none that begins so, or several.
 */
char *sysfs_function(const char *dir, const char *patch, const char *object, const char *begin,
		     uint32_t sympos);

/**
 * sysfs_patched() - whether an object of an installed livepatch is patched now
 * @dir: as of sysfs_read()
 * @patched: set
 *
 * Return: whether this kernel tells (from 6.1 on).
 */
bool sysfs_patched(const char *dir, const char *patch, const char *object, bool *patched);

/** sysfs_clear() - release what sysfs_read() filled */
void sysfs_clear(struct sysfs_patches *patches);

#endif
