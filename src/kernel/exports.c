// SPDX-License-Identifier: GPL-2.0
#include "kernel/exports.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/host.h"
#include "kernel/kcore.h"
#include "util/array.h"

/*
 * struct kernel_symbol of x86-64 (CONFIG_HAVE_ARCH_PREL32_RELOCATIONS), in which each offset counts from
 * itself; with the namespace from 5.4 on.
 */
struct entry {
	int32_t value, name, namespace;
};

/* Names and namespaces are no longer; the kernel's symbols have less than 512 bytes. */
#define STRING_MAX 512

/* enum ksym_flags, with the table of flags */
#define FLAG_GPL_ONLY 1

/* One table, and what goes with it. */
struct table {
	uint64_t from, to, crcs, flags; /* 0: none */
	bool gpl;
};

static const struct {
	const char *name;
	size_t offset;
} places[] = {
	{ "__start___ksymtab", offsetof(struct exports_tables, symbols) },
	{ "__stop___ksymtab", offsetof(struct exports_tables, symbols_end) },
	{ "__start___ksymtab_gpl", offsetof(struct exports_tables, gpl) },
	{ "__stop___ksymtab_gpl", offsetof(struct exports_tables, gpl_end) },
	{ "__start___kcrctab", offsetof(struct exports_tables, crcs) },
	{ "__stop___kcrctab", offsetof(struct exports_tables, crcs_end) },
	{ "__start___kcrctab_gpl", offsetof(struct exports_tables, gpl_crcs) },
	{ "__stop___kcrctab_gpl", offsetof(struct exports_tables, gpl_crcs_end) },
	{ "__start___kflagstab", offsetof(struct exports_tables, flags) },
	{ "__stop___kflagstab", offsetof(struct exports_tables, flags_end) },
};

void exports_take(struct exports_tables *tables, const char *name, uint64_t address)
{
	if (strncmp(name, "__st", 4))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (!strcmp(name, places[i].name))
			*(uint64_t *)((char *)tables + places[i].offset) = address;
}

bool exports_known(const struct exports_tables *t)
{
	return t->symbols && t->symbols_end > t->symbols && t->crcs && t->crcs_end;
}

bool exports_have_crcs(const struct exports_tables *t)
{
	return t->crcs_end > t->crcs;
}

static uint64_t entries(uint64_t from, uint64_t to)
{
	return to > from ? (to - from) / sizeof(struct entry) : 0;
}

/* CRCs of all symbols of a table, or of none; other numbers are not understood. */
static bool crcs_fit(uint64_t n, uint64_t from, uint64_t to)
{
	return to >= from && (to == from || (to - from) / sizeof(uint32_t) == n);
}

static size_t kernel_tables(const struct exports_tables *t, struct table list[2])
{
	uint64_t n = entries(t->symbols, t->symbols_end), n_gpl = entries(t->gpl, t->gpl_end);
	size_t tables = 0;

	if (!exports_known(t))
		return 0;
	/* The flags' place is known, or the second table; else who may use them is not. */
	if ((t->flags || t->gpl) && crcs_fit(n, t->crcs, t->crcs_end) &&
	    (!t->flags || t->flags_end - t->flags == n))
		list[tables++] =
			(struct table){ t->symbols, t->symbols_end,
					t->crcs_end > t->crcs ? t->crcs : 0, t->flags, false };
	if (n_gpl && crcs_fit(n_gpl, t->gpl_crcs, t->gpl_crcs_end))
		list[tables++] =
			(struct table){ t->gpl, t->gpl_end,
					t->gpl_crcs_end > t->gpl_crcs ? t->gpl_crcs : 0, 0, true };
	return tables;
}

static bool read_whole(const struct kcore *kcore, uint64_t address, void *to, size_t size)
{
	return kcore_read(kcore, address, to, size) == (int)size;
}

static bool read_text(const struct kcore *kcore, uint64_t address, char text[STRING_MAX])
{
	int n = kcore_read(kcore, address, text, STRING_MAX);

	return n > 0 && memchr(text, '\0', n);
}

enum member { SYMS, NUM_SYMS, CRCS, FLAGSTAB, GPL_SYMS, NUM_GPL_SYMS, GPL_CRCS, MEMBERS };

/* Where struct module has them; size 0: this kernel's has it not. */
struct members {
	struct {
		uint32_t offset, size;
	} at[MEMBERS];
};

static void find_members(const struct btf *btf, struct members *members)
{
	static const char *const names[MEMBERS] = {
		[SYMS] = "syms",	 [NUM_SYMS] = "num_syms", [CRCS] = "crcs",
		[FLAGSTAB] = "flagstab", [GPL_SYMS] = "gpl_syms", [NUM_GPL_SYMS] = "num_gpl_syms",
		[GPL_CRCS] = "gpl_crcs",
	};

	*members = (struct members){ 0 };
	for (int i = 0; btf && i < MEMBERS; i++)
		host_member(btf, "module", names[i], &members->at[i].offset, &members->at[i].size);
}

static bool read_member(const struct kcore *kcore, uint64_t module, const struct members *members,
			enum member member, uint64_t *value)
{
	uint32_t size = members->at[member].size;

	*value = 0;
	return size && size <= sizeof(*value) &&
	       read_whole(kcore, module + members->at[member].offset, value, size);
}

static size_t module_tables(const struct kcore *kcore, uint64_t module,
			    const struct members *members, struct table list[2])
{
	uint64_t from, n, crcs, flags;
	bool one_table;

	if (!module || !read_member(kcore, module, members, SYMS, &from) ||
	    !read_member(kcore, module, members, NUM_SYMS, &n))
		return 0;
	one_table = read_member(kcore, module, members, FLAGSTAB, &flags);
	/* Without CONFIG_MODVERSIONS there is no such member. */
	read_member(kcore, module, members, CRCS, &crcs);
	list[0] = (struct table){ from, from + n * sizeof(struct entry), crcs, flags, false };
	if (one_table)
		return 1;
	if (!read_member(kcore, module, members, GPL_SYMS, &from) ||
	    !read_member(kcore, module, members, NUM_GPL_SYMS, &n))
		return 0;
	read_member(kcore, module, members, GPL_CRCS, &crcs);
	list[1] = (struct table){ from, from + n * sizeof(struct entry), crcs, 0, true };
	return 2;
}

/* Whether the entry is this symbol's; its namespace. */
static bool read_entry(const struct kcore *kcore, uint64_t at, const char *symbol,
		       struct symbol_export *export)
{
	char text[STRING_MAX];
	struct entry entry;

	if (!read_whole(kcore, at, &entry, sizeof(entry)) ||
	    !read_text(kcore, at + offsetof(struct entry, name) + entry.name, text) ||
	    strcmp(text, symbol))
		return false;
	if (!entry.namespace)
		return true;
	if (!read_text(kcore, at + offsetof(struct entry, namespace) + entry.namespace, text))
		return false;
	if (!text[0])
		return true;
	export->namespace = strdup(text);
	return export->namespace;
}

static void read_export(struct symbol_export *export, const char *symbol, const struct kcore *kcore,
			const struct table *tables, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct table *t = &tables[i];
		uint64_t index = (export->address - t->from) / sizeof(struct entry);
		unsigned char flags = 0;

		if (export->address < t->from || export->address >= t->to ||
		    (export->address - t->from) % sizeof(struct entry))
			continue;
		export->has_crc = t->crcs;
		export->read =
			(!t->crcs || read_whole(kcore, t->crcs + index * sizeof(export->crc),
						&export->crc, sizeof(export->crc))) &&
			(!t->flags || read_whole(kcore, t->flags + index, &flags, sizeof(flags))) &&
			read_entry(kcore, export->address, symbol, export);
		export->gpl = t->gpl || (flags & FLAG_GPL_ONLY);
		return;
	}
}

void exports_read(struct symbols *symbols, const struct exports_tables *tables,
		  const struct kcore *kcore, const struct btf *btf,
		  uint64_t (*this_module)(void *ctx, const char *name), void *ctx)
{
	struct table kernel[2], module[2];
	size_t n = kernel_tables(tables, kernel);
	struct members members;

	find_members(btf, &members);
	for (size_t i = 0; i < symbols->n; i++) {
		struct symbol_export *export = symbols->list[i].export;
		const char *symbol = symbols->list[i].name + strlen(SYMBOLS_EXPORT);

		if (!export || !export->address)
			continue;
		if (!export->owner[0])
			read_export(export, symbol, kcore, kernel, n);
		else
			read_export(export, symbol, kcore, module,
				    module_tables(kcore, this_module(ctx, export->owner), &members,
						  module));
	}
}
