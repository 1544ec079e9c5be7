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
	bool read; /* what follows was; not so while its module is not live */
	bool enabled;
	bool transition;
	bool gone; /* there is no such module any more, and yet it is here */
};

struct sysfs_patches {
	struct sysfs_patch *list;
	size_t n, room;
};

/**
 * sysfs_read() - the livepatches under a folder
 * @dir: /sys/kernel/livepatch
 * @modules: /proc/modules
 * @patches: filled; to be released with sysfs_clear()
 *
 * To look at a file of a livepatch, the kernel reads the livepatch's own memory.
 * Where its module's init has failed after the livepatch was enabled, that memory
 * is freed, and whoever reads the file makes the kernel crash (seen from 5.10 to
 * 7.3). So no file is touched unless its module is there, and live.
 *
 * Return: 0, or negative errno, with nothing to release then.
 */
int sysfs_read(const char *dir, const char *modules, struct sysfs_patches *patches);

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
 * @patch, @object: which
 * @patched: set
 *
 * Only for a livepatch that sysfs_read() has read: the kernel crashes over one whose module is gone.
 *
 * Return: whether this kernel tells (from 6.1 on).
 */
bool sysfs_patched(const char *dir, const char *patch, const char *object, bool *patched);

/** sysfs_clear() - release what sysfs_read() filled */
void sysfs_clear(struct sysfs_patches *patches);

#endif
