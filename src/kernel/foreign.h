/* SPDX-License-Identifier: GPL-2.0 */
/* Asks the running kernel what others have attached to it. */
#ifndef KLPSCOPE_KERNEL_FOREIGN_H
#define KLPSCOPE_KERNEL_FOREIGN_H

#include "facts/foreign_found.h"

struct foreign;

/**
 * foreign__open() - load what foreign__read() needs; nothing is attached or run
 * @btf: file to use instead of the kernel's own BTF, or NULL
 * @with_perf: also tell who holds the kprobes of perf events; may wait for as long as a CPU is
 *	busy in the kernel
 *
 * To be called with all privileges. Afterwards, CAP_BPF is enough for
 * foreign__read(). What this kernel does not have is a gap there.
 *
 * Return: to be closed with foreign__close(); NULL with errno set when not even
 * memory is there.
 */
struct foreign *foreign__open(const char *btf, bool with_perf);

/**
 * foreign__read() - look anew
 * @foreign: from foreign__open()
 *
 * Takes time by the number of open files of the whole host: about one BPF run
 * each. Programs that this very process holds are marked as its own.
 *
 * Return: what was found, valid until the next call; NULL with errno set.
 */
const struct foreign_found *foreign__read(struct foreign *foreign);

/** foreign__close() - NULL is allowed */
void foreign__close(struct foreign *foreign);

#endif
