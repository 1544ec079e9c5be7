/* SPDX-License-Identifier: GPL-2.0 */
/* How often a kernel has the symbols that livepatches name. */
#ifndef KLPSCOPE_FACTS_SYMBOLS_H
#define KLPSCOPE_FACTS_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

/* What goes with an export. */
struct symbol_export {
	uint64_t address; /* of its struct kernel_symbol; 0: hidden */
	char owner[WIRE_NAME_LEN + 1]; /* the module that exports it; "": the kernel itself */
	bool read; /* the rest is known */
	bool gpl; /* to modules under the GPL only */
	bool has_crc; /* the exporter has CRCs */
	uint32_t crc;
	char *namespace; /* NULL: none */
};

/* Who is in the way of a livepatch on the functions of a name (tracefs' enabled_functions). */
struct symbol_users {
	uint32_t
		modify; /* of these functions, whose callers somebody else may send elsewhere (IPMODIFY) */
	uint32_t direct; /* that have a direct call, and not to BPF */
	bool patched; /* a livepatch was on one of them when that was looked at */
	char by[96]; /* who that is, as far as it is shown; "": not */
};

struct symbol_count {
	char *object; /* "vmlinux", or a module */
	char *name;
	uint32_t found; /* symbols of that name in the object */
	uint32_t hookable; /* of these, that ftrace can hook */
	struct symbol_users users;
	struct symbol_export *export; /* of symbols_exported(); NULL: none */
};

/* First what is wanted is added, then all is sorted, then counted and asked for. */
struct symbols {
	struct symbol_count *list;
	size_t n, room;
	bool sorted;
};

/** symbols_want() - one more to be counted; 0 or -ENOMEM */
int symbols_want(struct symbols *symbols, const char *object, const char *name);

/* As object: anywhere, in the kernel or in a module. */
#define SYMBOLS_ANY "*"

/* The symbol that goes with an export, where the kernel shows these. */
#define SYMBOLS_EXPORT "__ksymtab_"

/** symbols_want_export() - a symbol anywhere, and its export with what goes with it; 0 or -ENOMEM */
int symbols_want_export(struct symbols *symbols, const char *name);

/** symbols_exported() - the export of a symbol, or NULL */
struct symbol_count *symbols_exported(const struct symbols *symbols, const char *name);

/** symbols_sort() - all are there */
void symbols_sort(struct symbols *symbols);

/** symbols_find() - the one of this name, or NULL */
struct symbol_count *symbols_find(const struct symbols *symbols, const char *object,
				  const char *name);

/** symbols_clear() - release them */
void symbols_clear(struct symbols *symbols);

#endif
