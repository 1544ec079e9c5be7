/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's memory as a file: for the few bytes that nothing else tells. */
#ifndef KLPSCOPE_KERNEL_KCORE_H
#define KLPSCOPE_KERNEL_KCORE_H

#include <stddef.h>
#include <stdint.h>

struct kcore;

/**
 * kcore_open() - the running kernel's memory, for several reads
 * @kcore: set; to be closed with kcore_close()
 *
 * Return: 0 or negative errno: -EPERM, -ENOENT where the kernel has no such file.
 */
int kcore_open(struct kcore **kcore);

/**
 * kcore_read() - memory of the running kernel
 * @kcore: from kcore_open()
 * @addr: virtual address
 * @buf: filled
 * @size: how many bytes are wanted
 *
 * Return: how many were read, or negative errno: -EPERM, or -ENOENT where the
 * kernel shows nothing at that address.
 */
int kcore_read(const struct kcore *kcore, uint64_t addr, void *buf, size_t size);

/** kcore_close() - NULL is allowed */
void kcore_close(struct kcore *kcore);

#endif
