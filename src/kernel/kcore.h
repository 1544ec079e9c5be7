/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's memory as a file: for the few bytes that nothing else tells. */
#ifndef KLPSCOPE_KERNEL_KCORE_H
#define KLPSCOPE_KERNEL_KCORE_H

#include <stddef.h>
#include <stdint.h>

/**
 * kcore_read() - memory of the running kernel, by /proc/kcore
 * @addr: virtual address
 * @buf: filled
 * @size: how many bytes are wanted
 *
 * Return: how many were read, or negative errno: -EPERM, or -ENOENT where the
 * kernel has no such file or nothing at that address.
 */
int kcore_read(uint64_t addr, void *buf, size_t size);

#endif
