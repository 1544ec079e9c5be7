/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KLPSCOPE_KSYMS_H
#define KLPSCOPE_KSYMS_H

#include "bpf_shared.h"

/**
 * ksyms_find() - addresses of the livepatch core's variables and functions
 * @addr: filled; 0 for what is not there
 *
 * Asks the kernel by a BPF program (bpf_kallsyms_lookup_name, 5.16); where that
 * fails, reads /proc/kallsyms once, no further than needed.
 *
 * Return: 0 if klp_patches and klp_transition_patch were found, else -EPERM
 * where the kernel hides addresses, or -ENOENT.
 */
int ksyms_find(struct bpf_addresses *addr);

/** ksyms_parse() - the same from an open file in the form of /proc/kallsyms */
int ksyms_parse(int fd, struct bpf_addresses *addr);

#endif
