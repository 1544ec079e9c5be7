/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses of the livepatch core, and how often the kernel has the names of hooked functions. */
#ifndef KLPSCOPE_KERNEL_KSYMS_H
#define KLPSCOPE_KERNEL_KSYMS_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf_shared.h"
#include "wire.h"

/* The kernel's symbols of a hooked function's name; modules' do not count. */
struct ksym_count {
	uint32_t exact;
	uint32_t copies; /* name.isra.0, name.constprop.0 ...: what the compiler made of it */
	uint32_t parts; /* name.part.0: the rest of it, without what its callers took in */
};

struct ksyms {
	struct bpf_addresses addr; /* 0 for what is not there, or hidden */
	bool counted;
	struct ksym_count counts[WIRE_HOOKS_COUNT]; /* indexed by enum wire_hook */
	uint64_t tracepoints; /* bits: hooks on functions whose tracepoint this kernel has */
	uint64_t store[WIRE_HOOKS_COUNT]; /* where the HOOK_STOREs are; 0: not known */
};

/**
 * ksyms_find() - addresses of the livepatch core's variables and functions
 * @ksyms: filled
 *
 * Asks the kernel by a BPF program (bpf_kallsyms_lookup_name, 5.16); where that
 * fails, reads /proc/kallsyms once, and counts.
 *
 * The kernel tells only one symbol of a name. But the livepatch core is linked in
 * one piece, and its cold functions in another, in which each name is one
 * function's; so if all hooked functions lie near klp_enable_patch or
 * klp_enable_patch.cold, they are the right ones, and are counted as one each.
 * Else @ksyms->counted is false.
 *
 * Return: 0 if klp_patches and klp_transition_patch were found, -EPERM where the
 * kernel hides addresses, or another negative errno.
 */
int ksyms_find(struct ksyms *ksyms);

/**
 * ksyms_count() - how many functions have the names of the hooks
 * @ksyms: what ksyms_find() left open is counted
 *
 * Reads all of /proc/kallsyms up to the modules' part: 230 to 420 million
 * instructions on Debian's 6.1 and 6.12, where ksyms_find() takes 1.
 *
 * Return: 0, or negative errno.
 */
int ksyms_count(struct ksyms *ksyms);

/* A symbol of the kernel or of a module. */
struct ksym {
	uint64_t addr; /* 0 where the kernel hides it */
	const char *name;
	const char *module; /* NULL: the kernel's own */
};

/* Returns whether it wants no more. */
typedef bool (*ksym_fn)(void *ctx, const struct ksym *symbol);

/** ksyms_each() - every symbol of an open file in the form of /proc/kallsyms, in its order; negative errno */
int ksyms_each(int fd, ksym_fn fn, void *ctx);

/** ksyms_by_place() - what follows from the kernel's answers, see ksyms_find() */
void ksyms_by_place(struct ksyms *ksyms, const struct bpf_symbols *symbols);

/** ksyms_parse() - addresses and counts from an open file in the form of /proc/kallsyms */
int ksyms_parse(int fd, struct ksyms *ksyms);

#endif
