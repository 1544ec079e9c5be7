// SPDX-License-Identifier: GPL-2.0
/* What the module loader looks at before any code of the module runs (kernel/module/main.c; kernel/module.c to 5.16). */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module/reading.h"
#include "util/array.h"
#include "util/attributes.h"

#define CRC_NAME_LEN (64 - sizeof(uint64_t)) /* struct modversion_info on 64-bit */

static int keep(char **copy, const char *string)
{
	if (*copy)
		return 0;
	*copy = strdup(string);
	return *copy ? 0 : -ENOMEM;
}

static int add_namespace(struct module_facts *m, const char *name)
{
	char **list;

	if (m->n_namespaces == MODULE_NAMES_MAX)
		return 0;
	list = grow(m->namespaces, m->n_namespaces, &m->room_namespaces, sizeof(*list));
	if (!list)
		return -ENOMEM;
	m->namespaces = list;
	list[m->n_namespaces] = strdup(name);
	return list[m->n_namespaces++] ? 0 : -ENOMEM;
}

/* "TAG=VALUE"; of several of one tag the kernel takes the first. */
static int take_info(struct module_facts *m, const char *entry)
{
	static const char import[] = "import_ns=";
	const struct {
		const char *tag;
		char **value;
	} single[] = {
		{ "vermagic=", &m->vermagic },
		{ "name=", &m->modinfo_name },
		{ "license=", &m->license },
		{ "srcversion=", &m->srcversion },
	};

	for (size_t i = 0; i < ARRAY_SIZE(single); i++) {
		size_t len = strlen(single[i].tag);

		if (!strncmp(entry, single[i].tag, len))
			return keep(single[i].value, entry + len);
	}
	if (!strncmp(entry, import, sizeof(import) - 1))
		return add_namespace(m, entry + sizeof(import) - 1);
	if (!strncmp(entry, "livepatch=", 10))
		m->marked = true;
	return 0;
}

int loader_read_modinfo(struct reading *r)
{
	size_t size;
	uint32_t section = elf_section_find(&r->elf, ".modinfo");
	const unsigned char *data = elf_section_data(&r->elf, section, &size);
	int err = 0;

	for (size_t at = 0; data && at < size && !err;) {
		const char *entry = (const char *)data + at;
		size_t len = strnlen(entry, size - at);

		if (len == size - at)
			break;
		err = take_info(r->m, entry);
		at += len + 1;
	}
	return err;
}

/* -- CRCs ----------------------------------------------------------------- */

struct crc {
	const char *name;
	size_t len;
	uint64_t crc; /* wider than those of the kernel, so that it may fit none */
	size_t index;
};

struct crcs {
	struct crc *list;
	size_t n;
};

static int name_cmp(const struct crc *x, const struct crc *y)
{
	size_t len = x->len < y->len ? x->len : y->len;
	int order = memcmp(x->name, y->name, len);

	if (order || x->len == y->len)
		return order;
	return x->len < y->len ? -1 : 1;
}

static int crc_cmp(const void *a, const void *b)
{
	const struct crc *x = a, *y = b;
	int order = name_cmp(x, y);

	if (order)
		return order;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* The first of a name, as the kernel goes through them. */
static const struct crc *crc_find(const struct crcs *crcs, const char *name)
{
	const struct crc key = { .name = name, .len = strlen(name) };
	size_t from = 0, to = crcs->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (crc_cmp(&crcs->list[middle], &key) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from < crcs->n && !name_cmp(&crcs->list[from], &key) ? &crcs->list[from] : NULL;
}

static int read_versions(struct reading *r, struct crcs *crcs)
{
	size_t size;
	const unsigned char *data =
		elf_section_data(&r->elf, elf_section_find(&r->elf, "__versions"), &size);
	size_t each = sizeof(uint64_t) + CRC_NAME_LEN;

	if (!data)
		return 0;
	crcs->list = calloc(size / each + 1, sizeof(*crcs->list));
	if (!crcs->list)
		return -ENOMEM;
	for (; crcs->n < size / each; crcs->n++, data += each) {
		struct crc *one = &crcs->list[crcs->n];

		one->name = (const char *)data + sizeof(one->crc);
		one->len = strnlen(one->name, CRC_NAME_LEN);
		one->index = crcs->n;
		memcpy(&one->crc, data, sizeof(one->crc));
	}
	return 0;
}

/* With names of any length; read by 6.14 and later. */
static int read_versions_ext(struct reading *r, struct crcs *crcs)
{
	size_t size, names_size;
	const unsigned char *data =
		elf_section_data(&r->elf, elf_section_find(&r->elf, "__version_ext_crcs"), &size);
	const unsigned char *names = elf_section_data(
		&r->elf, elf_section_find(&r->elf, "__version_ext_names"), &names_size);

	if (!data || !names)
		return 0;
	crcs->list = calloc(size / sizeof(uint32_t) + 1, sizeof(*crcs->list));
	if (!crcs->list)
		return -ENOMEM;
	while (crcs->n < size / sizeof(uint32_t) && names_size) {
		struct crc *one = &crcs->list[crcs->n];
		uint32_t crc;

		one->name = (const char *)names;
		one->len = strnlen(one->name, names_size);
		one->index = crcs->n++;
		memcpy(&crc, data, sizeof(crc));
		one->crc = crc;
		data += sizeof(crc);
		if (one->len == names_size)
			break;
		names += one->len + 1;
		names_size -= one->len + 1;
	}
	return 0;
}

static void give_crc(struct module_crc *to, const char *name, const struct crcs *plain,
		     const struct crcs *ext)
{
	const struct crc *one = crc_find(plain, name);

	to->there = one;
	to->crc = one ? one->crc : 0;
	to->wide = one && one->crc > UINT32_MAX;
	one = crc_find(ext, name);
	to->there_ext = one;
	to->crc_ext = one ? one->crc : 0;
}

static int read_crcs(struct reading *r)
{
	struct module_facts *m = r->m;
	struct crcs plain = { 0 }, ext = { 0 };
	int err = read_versions(r, &plain);

	if (!err)
		err = read_versions_ext(r, &ext);
	if (!err) {
		m->versions = plain.n;
		m->versions_ext = ext.n;
		if (plain.n)
			qsort(plain.list, plain.n, sizeof(*plain.list), crc_cmp);
		if (ext.n)
			qsort(ext.list, ext.n, sizeof(*ext.list), crc_cmp);
		give_crc(&m->layout, "module_layout", &plain, &ext);
		for (size_t i = 0; i < m->n_imports; i++)
			give_crc(&m->imports[i].version, m->imports[i].name, &plain, &ext);
	}
	free(plain.list);
	free(ext.list);
	return err;
}

/* -- sections, symbols, relocations ---------------------------------------- */

static int read_struct(struct reading *r)
{
	struct module_struct *module = &r->m->module;
	uint32_t section = elf_section_find(&r->elf, THIS_MODULE_SECTION);
	const struct elf_relocs *relocs;
	int err;

	module->init_at = module->exit_at = -1;
	for (uint32_t i = 1; i < r->elf.n_sections; i++)
		module->sections += !strcmp(elf_section_name(&r->elf, i), THIS_MODULE_SECTION);
	if (!section)
		return 0;
	module->empty = !elf_section_data(&r->elf, section, &module->size) ||
			!(r->elf.sections[section].sh_flags & SHF_ALLOC);
	err = elf_relocs(&r->elf, section, &relocs);
	for (size_t i = 0; !err && i < relocs->n; i++) {
		const struct elf_reloc *reloc = &relocs->list[i];
		const char *name;
		Elf64_Sym symbol;

		module->relocated = true;
		if (reloc->offset > INT32_MAX || !elf_symbol(&r->elf, reloc->symbol, &symbol))
			continue;
		name = elf_symbol_name(&r->elf, &symbol);
		if (!strcmp(name, "init_module"))
			module->init_at = reloc->offset;
		else if (!strcmp(name, "cleanup_module"))
			module->exit_at = reloc->offset;
	}
	return err;
}

static void read_note(struct reading *r)
{
	size_t size;
	const unsigned char *data =
		elf_section_data(&r->elf, elf_section_find(&r->elf, ".note.gnu.build-id"), &size);

	if (!data || size > sizeof(r->m->note))
		return;
	memcpy(r->m->note, data, size);
	r->m->note_size = size;
}

static void _printf_(2, 3) bad(char text[160], const char *format, ...)
{
	va_list args;

	if (text[0])
		return;
	va_start(args, format);
	vsnprintf(text, 160, format, args);
	va_end(args);
}

/* module_enforce_rwx_sections(), elf_validity_cache_index_sym(). */
static void look_sections(struct reading *r)
{
	const uint64_t both = SHF_WRITE | SHF_EXECINSTR;
	char *text = r->m->bad_section;

	if (!r->elf.symbols)
		bad(text, "it has no symbols (stripped?)");
	for (uint32_t i = 1; i < r->elf.n_sections; i++)
		if ((r->elf.sections[i].sh_flags & both) == both)
			bad(text, "section %.60s can be written to and run",
			    elf_section_name(&r->elf, i));
}

/* simplify_symbols() */
static void look_symbols(struct reading *r)
{
	Elf64_Sym symbol;

	for (uint32_t i = 1; elf_symbol(&r->elf, i, &symbol); i++) {
		const char *name = elf_symbol_name(&r->elf, &symbol);

		if (symbol.st_shndx == SHN_COMMON && strncmp(name, "__gnu_lto", 9))
			bad(r->m->bad_symbol, "symbol %.60s is common (built without -fno-common)",
			    name);
	}
}

/* Bytes that a relocation writes, __write_relocate_add(); 0: the loader does not know it; -1: none. */
static int reloc_size(uint32_t type)
{
	switch (type) {
	case R_X86_64_NONE:
		return -1;
	case R_X86_64_64:
	case R_X86_64_PC64:
		return 8;
	case R_X86_64_32:
	case R_X86_64_32S:
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		return 4;
	default:
		return 0;
	}
}

static int look_relocs(struct reading *r, uint32_t section)
{
	static const unsigned char zero[8];
	const struct elf_relocs *relocs;
	size_t room;
	const unsigned char *data = elf_section_data(&r->elf, section, &room);
	int err = elf_relocs(&r->elf, section, &relocs);
	char *text = r->m->bad_relocation;

	for (size_t i = 0; !err && i < relocs->n && !text[0]; i++) {
		const struct elf_reloc *reloc = &relocs->list[i];
		int size = reloc_size(reloc->type);

		if (!size)
			bad(text,
			    "section %.60s has a relocation of type %u, which modules cannot have",
			    elf_section_name(&r->elf, section), reloc->type);
		else if (size > 0 && (reloc->offset > room || room - reloc->offset < (size_t)size))
			bad(r->m->stray_relocation,
			    "section %.60s has a relocation outside of it, at 0x%llx",
			    elf_section_name(&r->elf, section), (unsigned long long)reloc->offset);
		else if (size > 0 && data && memcmp(data + reloc->offset, zero, size))
			bad(text, "section %.60s is not 0 where it is relocated, at 0x%llx",
			    elf_section_name(&r->elf, section), (unsigned long long)reloc->offset);
	}
	return err;
}

int loader_read(struct reading *r)
{
	int err = read_crcs(r);

	if (!err)
		err = read_struct(r);
	read_note(r);
	look_sections(r);
	look_symbols(r);
	for (uint32_t i = 1; i < r->elf.n_sections && !err; i++)
		if (r->elf.sections[i].sh_flags & SHF_ALLOC)
			err = look_relocs(r, i);
	return err;
}
