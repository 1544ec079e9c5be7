/* SPDX-License-Identifier: GPL-2.0 */
/* BTF of files that anybody may have made. libbpf up to 1.2 trusts what it parses, so all is looked at before it gets it. */
#ifndef KLPSCOPE_KERNEL_BTF_FILE_H
#define KLPSCOPE_KERNEL_BTF_FILE_H

#include <stddef.h>

struct btf;

/**
 * btf_file_read() - the BTF of a file, as bytes
 * @path: of raw BTF, or of an ELF file with .BTF
 * @bytes: set, the caller's to free; nothing is known of them yet but their size
 * @size: of them
 *
 * Return: 0 or negative errno; -EINVAL if it is no regular file, or of neither kind.
 */
int btf_file_read(const char *path, void **bytes, size_t *size);

/** btf_file_parse() - the same, sound and parsed; NULL with errno set */
struct btf *btf_file_parse(const char *path);

#endif
