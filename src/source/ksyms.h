/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KLPSCOPE_KSYMS_H
#define KLPSCOPE_KSYMS_H

#include <stdint.h>

#include "bpf_shared.h"
#include "wire.h"

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

/* The kernel's symbols of a hooked function's name; modules' do not count. */
struct ksym_count {
	uint32_t exact;
	uint32_t copies; /* name.isra.0, name.constprop.0 ...: what the compiler made of it */
	uint32_t parts; /* name.part.0: the rest of it, without what its callers took in */
};

/**
 * ksyms_count() - how many functions have the names of the hooks
 * @counts: WIRE_HOOKS_COUNT of them, indexed by enum wire_hook
 *
 * Reads all of /proc/kallsyms up to the modules' part.
 *
 * Return: 0, or negative errno.
 */
int ksyms_count(struct ksym_count counts[]);

/** ksyms_parse_counts() - the same from an open file in the form of /proc/kallsyms */
int ksyms_parse_counts(int fd, struct ksym_count counts[]);

#endif
