/* SPDX-License-Identifier: GPL-2.0 */
/* What goes with the symbols that this kernel and its modules export: CRC, namespace, licence. */
#ifndef KLPSCOPE_KERNEL_EXPORTS_H
#define KLPSCOPE_KERNEL_EXPORTS_H

#include "facts/symbols.h"

struct btf;
struct kcore;

/* Where the kernel's own tables begin and end (include/asm-generic/vmlinux.lds.h); 0: not known. */
struct exports_tables {
	uint64_t symbols, symbols_end;
	uint64_t gpl,
		gpl_end; /* of symbols for the GPL only; newer kernels have one table, and @flags */
	uint64_t crcs, crcs_end; /* empty without CONFIG_MODVERSIONS */
	uint64_t gpl_crcs, gpl_crcs_end;
	uint64_t flags, flags_end; /* of @symbols, a byte each */
};

/** exports_take() - one more symbol of the kernel itself, by which its tables are found */
void exports_take(struct exports_tables *tables, const char *name, uint64_t address);

/** exports_known() - whether the kernel's tables are */
bool exports_known(const struct exports_tables *tables);

/** exports_have_crcs() - whether the kernel has CRCs of its symbols */
bool exports_have_crcs(const struct exports_tables *tables);

/**
 * exports_read() - fill in the exports whose addresses are known
 * @symbols: sorted and counted
 * @tables: of the kernel
 * @kcore: its memory
 * @btf: its types, for what modules export; NULL: that is not read
 * @this_module: the address of a module's struct module, 0: not known
 * @ctx: for @this_module
 *
 * An entry is believed if its name is the symbol's. What is not read stays so.
 */
void exports_read(struct symbols *symbols, const struct exports_tables *tables,
		  const struct kcore *kcore, const struct btf *btf,
		  uint64_t (*this_module)(void *ctx, const char *name), void *ctx);

#endif
