/* SPDX-License-Identifier: GPL-2.0 */
/* The few types of a BTF that CO-RE needs for an object, as a BTF of their own. */
#ifndef KLPSCOPE_KERNEL_BTF_PART_H
#define KLPSCOPE_KERNEL_BTF_PART_H

#include "kernel/btf_view.h"

/**
 * btf_part_write() - take types out
 * @fd: a file in memory; what it held is gone
 * @from: the whole
 * @wanted: an object's own BTF: the structures, unions and enums that it names are taken
 *
 * What they consist of is taken as well, but not what they point at: every
 * pointer is one to void.
 *
 * Return: 0 or negative errno; -EINVAL: typedefs in it have no end.
 */
int btf_part_write(int fd, const struct btf_view *from, const struct btf *wanted);

#endif
