/* SPDX-License-Identifier: GPL-2.0 */
/* The files of recordings: made, put aside, and thinned out. */
#ifndef KLPSCOPE_RECORDING_NAMES_H
#define KLPSCOPE_RECORDING_NAMES_H

#include <stdbool.h>
#include <stdint.h>

/**
 * recording_replace() - make a file, mode 0600; an ordinary one that is there becomes PATH.old
 *
 * What is there and is no ordinary file (a pipe, a terminal) is opened.
 *
 * Return: an fd, or negative errno.
 */
int recording_replace(const char *path);

/**
 * recording_create() - make PATH.20261122-102016 (UTC), mode 0600; -01 follows should it be there
 * @path: what its name begins with
 * @real_ns: now
 * @after: the name that such a one was given before, which this one sorts behind; or NULL
 * @name: set to its name, the caller's to free
 *
 * Return: an fd, or negative errno.
 */
int recording_create(const char *path, uint64_t real_ns, const char *after, char **name);

/** recording_is_part() - whether @file is a name that recording_create() gives beside @base */
bool recording_is_part(const char *base, const char *file);

/**
 * recording_prune() - remove the oldest of such files until no more than @max are left
 * @path: as given to recording_create()
 * @keep: the one that is being written, which is never removed
 */
void recording_prune(const char *path, const char *keep, unsigned int max);

#endif
