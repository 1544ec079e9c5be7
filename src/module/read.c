// SPDX-License-Identifier: GPL-2.0
#include "module/read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module/reading.h"
#include "util/array.h"
#include "util/cleanup.h"

/* At the end of a signed module (kernel/module_signature.c). */
#define SIGNATURE_MARK	"~Module signature appended~\n"
#define SIGNATURE_MARKS (sizeof(SIGNATURE_MARK) - 1)

static void set_name(struct reading *r, const char *name)
{
	snprintf(r->m->patch.name, sizeof(r->m->patch.name), "%.*s", WIRE_NAME_LEN, name);
}

/* What will be mod->name: of the structure that the kernel takes over, else modinfo's. */
static void find_name(struct reading *r, const char *in_modinfo)
{
	uint32_t section = elf_section_find(&r->elf, THIS_MODULE_SECTION);
	const struct klp_layout *l = r->layout;
	const unsigned char *data;
	size_t size;

	data = elf_section_data(&r->elf, section, &size);
	if (l && l->module_name.size && data && l->module_name.offset < size &&
	    l->module_name.size <= size - l->module_name.offset) {
		char name[WIRE_NAME_LEN + 1] = "";
		size_t len =
			l->module_name.size < WIRE_NAME_LEN ? l->module_name.size : WIRE_NAME_LEN;

		memcpy(name, data + l->module_name.offset, len);
		set_name(r, name);
	}
	if (!r->m->patch.name[0] && in_modinfo)
		set_name(r, in_modinfo);
	if (!r->m->patch.name[0] && r->m->file) {
		const char *slash = strrchr(r->m->file, '/');
		char *dot;

		set_name(r, slash ? slash + 1 : r->m->file);
		dot = strstr(r->m->patch.name, ".ko");
		if (dot)
			*dot = '\0';
		for (char *c = r->m->patch.name; *c; c++)
			if (*c == '-')
				*c = '_';
		r->m->name_from_file = true;
	}
}

static bool has_signature(const void *data, size_t size)
{
	return size > SIGNATURE_MARKS && !memcmp((const char *)data + size - SIGNATURE_MARKS,
						 SIGNATURE_MARK, SIGNATURE_MARKS);
}

static void find_tool(struct reading *r)
{
	static const struct {
		const char *prefix;
		enum module_tool tool;
	} marks[] = {
		{ ".kpatch.", MODULE_TOOL_KPATCH },
		{ ".init.klp_objects", MODULE_TOOL_KLP_BUILD },
		{ ".init.klp_funcs", MODULE_TOOL_KLP_BUILD },
	};

	for (uint32_t i = 1; i < r->elf.n_sections; i++)
		for (size_t k = 0; k < ARRAY_SIZE(marks); k++)
			if (!strncmp(elf_section_name(&r->elf, i), marks[k].prefix,
				     strlen(marks[k].prefix)))
				r->m->tool = marks[k].tool;
}

static int add_import(struct reading *r, const char *name, bool weak)
{
	struct module_facts *m = r->m;
	struct module_import *list;

	if (m->n_imports == MODULE_SYMBOLS_MAX)
		return unreadable(r, "it needs more than %d symbols of others", MODULE_SYMBOLS_MAX);
	list = grow(m->imports, m->n_imports, &m->room_imports, sizeof(*list));
	if (!list)
		return -ENOMEM;
	m->imports = list;
	list[m->n_imports] = (struct module_import){
		.name = strndup(name, SYMBOL_LEN_MAX),
		.weak = weak,
	};
	return list[m->n_imports++].name ? 0 : -ENOMEM;
}

/* As simplify_symbols() goes through them. */
static int read_imports(struct reading *r)
{
	Elf64_Sym symbol;
	int err = 0;

	for (uint32_t i = 1; !err && elf_symbol(&r->elf, i, &symbol); i++) {
		const char *name = elf_symbol_name(&r->elf, &symbol);

		if (symbol.st_shndx != SHN_UNDEF || !name[0])
			continue;
		if (!strcmp(name, "klp_enable_patch"))
			r->m->enables = true;
		/* As ignore_undef_symbol() has it. */
		if (strcmp(name, "_GLOBAL_OFFSET_TABLE_"))
			err = add_import(r, name, ELF64_ST_BIND(symbol.st_info) == STB_WEAK);
	}
	return err;
}

/* -- livepatch relocations ------------------------------------------------ */

/* The part of a name up to @end, at most @max bytes; NULL if it is empty or longer. */
static const char *part(const char **at, char end, size_t max, size_t *len)
{
	const char *begin = *at, *stop = strchr(begin, end);

	if (!stop || stop == begin || (size_t)(stop - begin) > max)
		return NULL;
	*len = stop - begin;
	*at = stop + 1;
	return begin;
}

/* As klp_resolve_symbols() takes it apart: ".klp.sym.%55[^.].%511[^,],%lu" */
static int take_symbol(struct module_symbol *symbol, const char *text)
{
	static const char prefix[] = ".klp.sym.";
	const char *at = text + sizeof(prefix) - 1, *object, *name;
	size_t object_len, name_len;
	char *end;
	unsigned long sympos;

	if (!strncmp(text, prefix, sizeof(prefix) - 1)) {
		object = part(&at, '.', WIRE_NAME_LEN - 1, &object_len);
		name = object ? part(&at, ',', SYMBOL_LEN_MAX - 1, &name_len) : NULL;
		sympos = strtoul(at, &end, 10);
		if (name && end != at) {
			symbol->object = strndup(object, object_len);
			symbol->name = strndup(name, name_len);
			symbol->sympos = sympos > UINT32_MAX ? UINT32_MAX : sympos;
			return symbol->object && symbol->name ? 0 : -ENOMEM;
		}
	}
	symbol->name = strndup(text, SYMBOL_LEN_MAX);
	return symbol->name ? 0 : -ENOMEM;
}

/* A section's name is ".klp.rela.OBJECT.SECTION"; the object is as far as the kernel reads it. */
static int section_object(const char *name, char **object)
{
	static const char prefix[] = ".klp.rela.";
	size_t len;

	*object = NULL;
	if (strncmp(name, prefix, sizeof(prefix) - 1))
		return 0;
	name += sizeof(prefix) - 1;
	len = strcspn(name, ".");
	if (!len)
		return 0;
	*object = strndup(name, len < WIRE_NAME_LEN ? len : WIRE_NAME_LEN - 1);
	return *object ? 0 : -ENOMEM;
}

static int add_symbol(struct reading *r, const char *in_object, const Elf64_Sym *sym)
{
	struct module_facts *m = r->m;
	struct module_symbol *list;

	if (m->n_symbols == MODULE_SYMBOLS_MAX)
		return unreadable(r, "it has more than %d livepatch symbols", MODULE_SYMBOLS_MAX);
	list = grow(m->symbols, m->n_symbols, &m->room_symbols, sizeof(*list));
	if (!list)
		return -ENOMEM;
	m->symbols = list;
	list = &list[m->n_symbols++];
	*list = (struct module_symbol){ .unmarked = sym->st_shndx != ELF_INDEX_LIVEPATCH };
	if (in_object) {
		list->section_object = strdup(in_object);
		if (!list->section_object)
			return -ENOMEM;
	}
	return take_symbol(list, elf_symbol_name(&r->elf, sym));
}

static int read_klp_section(struct reading *r, uint32_t section, uint32_t *seen)
{
	const Elf64_Shdr *header = &r->elf.sections[section];
	const unsigned char *data = r->elf.data + header->sh_offset;
	size_t n = header->sh_size / sizeof(Elf64_Rela);
	_cleanup_free_ char *object = NULL;
	int err = elf_relocs_count(&r->elf, n);

	if (err)
		return err;
	err = section_object(elf_section_name(&r->elf, section), &object);
	for (size_t i = 0; i < n && !err; i++) {
		Elf64_Rela rela;
		Elf64_Sym symbol;

		memcpy(&rela, data + i * sizeof(rela), sizeof(rela));
		if (!elf_symbol(&r->elf, ELF64_R_SYM(rela.r_info), &symbol))
			return unreadable(
				r, "a livepatch relocation is of a symbol that is not there");
		if (seen[ELF64_R_SYM(rela.r_info)] == section)
			continue;
		seen[ELF64_R_SYM(rela.r_info)] = section;
		err = add_symbol(r, object, &symbol);
	}
	return err;
}

static int read_klp_relocs(struct reading *r)
{
	_cleanup_free_ uint32_t *seen = calloc(r->elf.n_symbols + 1, sizeof(*seen));
	int err = 0;

	if (!seen)
		return -ENOMEM;
	for (uint32_t i = 1; i < r->elf.n_sections && !err; i++)
		if (r->elf.sections[i].sh_type == SHT_RELA &&
		    (r->elf.sections[i].sh_flags & ELF_RELA_LIVEPATCH))
			err = read_klp_section(r, i, seen);
	return err;
}

static void own_layout(struct reading *r)
{
	size_t size, base_size;
	const unsigned char *data, *base;

	data = elf_section_data(&r->elf, elf_section_find(&r->elf, ".BTF"), &size);
	base = elf_section_data(&r->elf, elf_section_find(&r->elf, ".BTF.base"), &base_size);
	if (data && !klp_layout_read(data, size, base, base_size, &r->own_layout))
		r->layout = &r->own_layout;
}

static int read_module(struct reading *r)
{
	struct module_facts *m = r->m;
	int err;

	if (!r->layout)
		own_layout(r);
	err = loader_read_modinfo(r);
	if (err)
		return err;
	find_name(r, m->modinfo_name);
	find_tool(r);
	m->setup = MODULE_RUN_TIME;
	m->states = m->replace = m->objects = MODULE_NOT_READ;
	err = read_imports(r);
	if (!err)
		err = loader_read(r);
	if (!err)
		err = read_klp_relocs(r);
	if (err)
		return err;
	if (!r->layout) {
		m->setup = MODULE_NO_LAYOUT;
		return 0;
	}
	m->flags = (r->layout->patch.states.size ? 0 : WIRE_F_NO_STATES) |
		   (r->layout->state.version.size ? 0 : WIRE_F_NO_VERSION);
	m->other_rule = r->layout->patch.states.size && r->layout->state.other_rule;
	return klp_read(r);
}

int module_facts_read(struct module_facts *m, const void *data, size_t size,
		      const struct klp_layout *layout, struct failure *why)
{
	struct reading r = { .m = m, .layout = layout };
	enum elf_kind kind;
	int err = elf_view_open(&r.elf, data, size, &kind);

	m->is_signed = has_signature(data, size);
	if (!err) {
		switch (kind) {
		case ELF_KIND_MODULE:
			err = read_module(&r);
			/* Said in @m. */
			if (err == -EINVAL && m->setup == MODULE_UNREADABLE)
				err = 0;
			break;
		case ELF_KIND_32BIT:
			m->format = MODULE_FORMAT_32BIT;
			break;
		case ELF_KIND_BIG_ENDIAN:
			m->format = MODULE_FORMAT_BIG_ENDIAN;
			break;
		case ELF_KIND_MACHINE:
			m->format = MODULE_FORMAT_MACHINE;
			m->machine = r.elf.machine;
			break;
		case ELF_KIND_TYPE:
			m->format = MODULE_FORMAT_TYPE;
			break;
		case ELF_KIND_NONE:
			err = failure_set(why, FAILURE_NO_MODULE, -ENOEXEC, "it is no ELF file");
			break;
		case ELF_KIND_BROKEN:
			err = failure_set(
				why, FAILURE_NO_MODULE, -ENOEXEC,
				"its sections do not lie within it, so it is cut off or damaged");
			break;
		}
	}
	if (err == -E2BIG)
		failure_set(why, FAILURE_TOO_LARGE, 0, "more than %d symbols or %d relocations",
			    ELF_SYMBOLS_MAX, ELF_RELOCS_MAX);
	elf_view_close(&r.elf);
	free(r.watched);
	return err;
}
