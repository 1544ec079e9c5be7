/* SPDX-License-Identifier: GPL-2.0 */
/* Files that appear whole or not at all. */
#ifndef KLPSCOPE_UTIL_FILES_H
#define KLPSCOPE_UTIL_FILES_H

#include <stddef.h>

/** sync_folder() - have a file's name on disk; that some file systems cannot is no matter */
void sync_folder(const char *path);

/**
 * replace_file() - put a file in the place of another, so that whoever reads finds either whole, also after a crash
 * @path: of the file; PATH.new is written first
 * @data: its new contents
 * @size: bytes
 *
 * All may read it, whatever the umask. On failure the old one is untouched.
 *
 * Return: 0, or negative errno.
 */
int replace_file(const char *path, const void *data, size_t size);

#endif
