// SPDX-License-Identifier: GPL-2.0
#include "source/module_read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "source/elf_view.h"

/* What the kernel knows a module by, include/linux/module.h. */
#define THIS_MODULE_SECTION ".gnu.linkonce.this_module"
#define THIS_MODULE_SYMBOL  "__this_module"

/* KSYM_NAME_LEN from 6.1 on; before, it is 128, and longer ones are in no symbol table either. */
#define SYMBOL_LEN_MAX 512

/* Structures that could be the klp_patch. */
#define CANDIDATES_MAX 64

/* At the end of a signed module (kernel/module_signature.c). */
#define SIGNATURE_MARK	"~Module signature appended~\n"
#define SIGNATURE_MARKS (sizeof(SIGNATURE_MARK) - 1)

#define VERSION_ENTRY 64 /* struct modversion_info on 64-bit */

/* Objects whose arrays of functions are watched for code that writes to them. */
#define WATCHED_MAX 64

struct extent {
	uint32_t section;
	uint64_t from, to; /* offsets, @to not included */
};

/* What is part of the patch, and what of it is not known if other code writes there. */
struct watched {
	struct extent extent;
	enum module_known *known;
};

struct reading {
	struct elf_view elf;
	struct module_facts *m;
	const struct klp_layout *layout;
	struct klp_layout own_layout; /* where the module itself tells it */
	struct extent own[3]; /* the patch, its objects, its states: they may refer to each other */
	struct watched watched[WATCHED_MAX + 8];
	size_t n_own, n_watched;
};

/* Where in the file's sections something lies. */
struct place {
	uint32_t section;
	uint64_t offset;
};

enum pointer {
	POINTER_NULL,
	POINTER_TO, /* a place in the module */
	POINTER_AWAY, /* something outside the module */
	POINTER_BAD,
};

/* What the module's data are not; said once, and nothing more is read of the patch. */
static int _printf_(2, 3) unreadable(struct reading *r, const char *format, ...)
{
	va_list args;

	r->m->setup = MODULE_UNREADABLE;
	va_start(args, format);
	vsnprintf(r->m->why, sizeof(r->m->why), format, args);
	va_end(args);
	return -EINVAL;
}

/* Names from a file, short enough for a sentence. */
#define NAME_FORMAT "%.60s"

static bool is_data(const struct reading *r, uint32_t section)
{
	const Elf64_Shdr *header;

	if (!section || section >= r->elf.n_sections)
		return false;
	header = &r->elf.sections[section];
	return (header->sh_flags & SHF_ALLOC) && !(header->sh_flags & SHF_EXECINSTR) &&
	       (header->sh_type == SHT_PROGBITS || header->sh_type == SHT_NOBITS);
}

/* Where a relocation points to; without what the instruction around it adds. */
static enum pointer target(const struct reading *r, const struct elf_reloc *reloc,
			   struct place *place)
{
	Elf64_Sym symbol;
	size_t size;

	if (!elf_symbol(&r->elf, reloc->symbol, &symbol))
		return POINTER_BAD;
	if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx >= SHN_LORESERVE)
		return POINTER_AWAY;
	if (symbol.st_shndx >= r->elf.n_sections)
		return POINTER_BAD;
	place->section = symbol.st_shndx;
	place->offset = symbol.st_value + (uint64_t)reloc->addend;
	elf_section_data(&r->elf, place->section, &size);
	return place->offset <= size ? POINTER_TO : POINTER_BAD;
}

/* Bytes of a section as they will be in memory; false where a relocation changes them. */
static int read_number(struct reading *r, struct place at, uint32_t size, uint64_t *value)
{
	const struct elf_relocs *relocs;
	const unsigned char *data;
	size_t room, i;
	int err;

	*value = 0;
	data = elf_section_data(&r->elf, at.section, &room);
	if (at.offset > room || size > room - at.offset)
		return -ERANGE;
	err = elf_relocs(&r->elf, at.section, &relocs);
	if (err)
		return err;
	i = elf_reloc_from(relocs, at.offset >= 7 ? at.offset - 7 : 0);
	if (i < relocs->n && relocs->list[i].offset < at.offset + size)
		return -EINVAL;
	/* This machine and x86-64 modules are both little-endian. */
	if (data)
		memcpy(value, data + at.offset, size);
	return 0;
}

static int read_pointer(struct reading *r, struct place at, enum pointer *pointer, struct place *to)
{
	const struct elf_relocs *relocs;
	uint64_t raw;
	size_t room, i;
	int err;

	*pointer = POINTER_BAD;
	elf_section_data(&r->elf, at.section, &room);
	if (at.offset > room || sizeof(raw) > room - at.offset)
		return -ERANGE;
	err = elf_relocs(&r->elf, at.section, &relocs);
	if (err)
		return err;
	i = elf_reloc_from(relocs, at.offset >= 7 ? at.offset - 7 : 0);
	if (i == relocs->n || relocs->list[i].offset >= at.offset + sizeof(raw)) {
		err = read_number(r, at, sizeof(raw), &raw);
		if (!err && !raw)
			*pointer = POINTER_NULL;
		return err;
	}
	/* One, and just there; two would be applied one after the other. */
	if (relocs->list[i].offset != at.offset || relocs->list[i].type != R_X86_64_64 ||
	    (i + 1 < relocs->n && relocs->list[i + 1].offset < at.offset + sizeof(raw)))
		return 0;
	*pointer = target(r, &relocs->list[i], to);
	return 0;
}

/* A member of a structure at @base. */
static struct place member(struct place base, const struct klp_member *member)
{
	return (struct place){ base.section, base.offset + member->offset };
}

/*
 * A string that the module's data points to, copied. *string is NULL for a null
 * pointer; what is longer than @max is cut there, and @cut says so.
 */
static int read_string(struct reading *r, struct place at, size_t max, char **string, bool *cut,
		       const char *what)
{
	enum pointer pointer;
	const char *found;
	struct place to;
	size_t room;
	int err = read_pointer(r, at, &pointer, &to);

	*string = NULL;
	*cut = false;
	if (err == -ERANGE)
		return unreadable(r, "%s lies outside its section", what);
	if (err && err != -EINVAL)
		return err;
	if (err || pointer == POINTER_BAD || pointer == POINTER_AWAY)
		return unreadable(r, "%s does not point to a string of the module", what);
	if (pointer == POINTER_NULL)
		return 0;
	found = elf_string(&r->elf, to.section, to.offset);
	if (!found) {
		const unsigned char *data = elf_section_data(&r->elf, to.section, &room);

		if (!data && room > to.offset)
			found = "";
		else if (data && room - to.offset > ELF_STRING_MAX)
			found = (const char *)data + to.offset;
		else
			return unreadable(r, "%s has no end", what);
	}
	*string = strndup(found, max);
	*cut = strnlen(found, max + 1) > max;
	return *string ? 0 : -ENOMEM;
}

/* -- what modinfo and the sections say ------------------------------------ */

static int keep(char **copy, const char *string)
{
	if (*copy)
		return 0;
	*copy = strdup(string);
	return *copy ? 0 : -ENOMEM;
}

static int read_modinfo(struct reading *r, char **name)
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
		if (!strncmp(entry, "vermagic=", 9))
			err = keep(&r->m->vermagic, entry + 9);
		else if (!strncmp(entry, "name=", 5))
			err = keep(name, entry + 5);
		else if (!strncmp(entry, "livepatch=", 10))
			r->m->marked = true;
		at += len + 1;
	}
	return err;
}

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

static int add_import(struct reading *r, const char *name)
{
	struct module_facts *m = r->m;
	char **list;

	if (m->n_imports == MODULE_SYMBOLS_MAX)
		return unreadable(r, "it needs more than %d symbols of others", MODULE_SYMBOLS_MAX);
	list = grow(m->imports, m->n_imports, &m->room_imports, sizeof(*list));
	if (!list)
		return -ENOMEM;
	m->imports = list;
	list[m->n_imports] = strndup(name, SYMBOL_LEN_MAX);
	return list[m->n_imports++] ? 0 : -ENOMEM;
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
		if (ELF64_ST_BIND(symbol.st_info) != STB_WEAK &&
		    strcmp(name, "_GLOBAL_OFFSET_TABLE_"))
			err = add_import(r, name);
	}
	return err;
}

static void find_versions(struct reading *r)
{
	size_t size;

	elf_section_data(&r->elf, elf_section_find(&r->elf, "__versions"), &size);
	r->m->versions = size / VERSION_ENTRY;
	/* Names of any length, from 6.14 on. */
	if (!r->m->versions) {
		elf_section_data(&r->elf, elf_section_find(&r->elf, "__version_ext_crcs"), &size);
		r->m->versions = size / sizeof(uint32_t);
	}
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

/* -- klp_patch ------------------------------------------------------------ */

/* The size of the object that begins at a place, by its symbol; 0: there is none. */
static uint64_t symbol_size(const struct reading *r, struct place at)
{
	Elf64_Sym symbol;

	for (uint32_t i = 1; elf_symbol(&r->elf, i, &symbol); i++)
		if (symbol.st_shndx == at.section && symbol.st_value == at.offset &&
		    ELF64_ST_TYPE(symbol.st_info) == STT_OBJECT && symbol.st_size)
			return symbol.st_size;
	return 0;
}

static bool is_this_module(const struct reading *r, const struct elf_reloc *reloc)
{
	Elf64_Sym symbol;

	if (reloc->type != R_X86_64_64 || reloc->addend ||
	    !elf_symbol(&r->elf, reloc->symbol, &symbol))
		return false;
	if (ELF64_ST_TYPE(symbol.st_info) == STT_SECTION)
		return symbol.st_shndx < SHN_LORESERVE &&
		       !strcmp(elf_section_name(&r->elf, symbol.st_shndx), THIS_MODULE_SECTION);
	return !strcmp(elf_symbol_name(&r->elf, &symbol), THIS_MODULE_SYMBOL);
}

/* NULL, or into the module's data; of an array of structures nothing else can be. */
static int points_to_data(struct reading *r, struct place at, bool *fits, bool *is_null)
{
	enum pointer pointer;
	struct place to = { 0 };
	int err = read_pointer(r, at, &pointer, &to);

	if (err && err != -EINVAL && err != -ERANGE)
		return err;
	*is_null = !err && pointer == POINTER_NULL;
	*fits = *is_null || (!err && pointer == POINTER_TO && is_data(r, to.section));
	return 0;
}

/* How sure it is that a klp_patch lies there: 0 not, 1 its members fit, 2 its symbol has its size, too. */
static int rate(struct reading *r, struct place at, int *rating)
{
	const struct klp_layout *l = r->layout;
	bool objs, no_objs, states = true, no_states;
	uint64_t size;
	size_t room;
	int err;

	*rating = 0;
	elf_section_data(&r->elf, at.section, &room);
	if (at.offset > room || l->patch_size > room - at.offset)
		return 0;
	err = points_to_data(r, member(at, &l->patch.objs), &objs, &no_objs);
	if (!err && l->patch.states.size)
		err = points_to_data(r, member(at, &l->patch.states), &states, &no_states);
	if (err || !objs || !states)
		return err;
	size = symbol_size(r, at);
	if (size)
		*rating = size == l->patch_size ? 2 : 0;
	else
		*rating = !no_objs;
	return 0;
}

/* The one place whose mod is &__this_module. */
static int find_patch(struct reading *r, struct place *found)
{
	size_t sure = 0, likely = 0, looked = 0;
	struct place guess = { 0 };

	for (uint32_t s = 1; s < r->elf.n_sections; s++) {
		const struct elf_relocs *relocs;
		int err;

		if (!is_data(r, s) || !strcmp(elf_section_name(&r->elf, s), THIS_MODULE_SECTION))
			continue;
		err = elf_relocs(&r->elf, s, &relocs);
		for (size_t i = 0; !err && i < relocs->n; i++) {
			uint64_t mod = relocs->list[i].offset;
			struct place at = { s, mod - r->layout->patch.mod.offset };
			int rating;

			if (mod < r->layout->patch.mod.offset ||
			    !is_this_module(r, &relocs->list[i]))
				continue;
			if (++looked > CANDIDATES_MAX)
				return unreadable(
					r, "more than %d structures point to the module itself",
					CANDIDATES_MAX);
			err = rate(r, at, &rating);
			if (err)
				break;
			if (rating == 2) {
				sure++;
				*found = at;
			} else if (rating == 1) {
				likely++;
				guess = at;
			}
		}
		if (err)
			return err;
	}
	if (!sure && likely) {
		sure = likely;
		*found = guess;
	}
	if (sure > 1)
		return unreadable(r, "it has more than one struct klp_patch");
	r->m->setup = sure ? MODULE_STATIC : MODULE_RUN_TIME;
	return 0;
}

/* Whether a relocated instruction only reads what it names; @at is where its 32-bit offset lies. */
static bool only_reads(const struct reading *r, uint32_t section, uint64_t at)
{
	size_t size;
	const unsigned char *code = elf_section_data(&r->elf, section, &size);
	unsigned char op, modrm;

	if (!code || at < 3 || at > size || !(r->elf.sections[section].sh_flags & SHF_EXECINSTR))
		return false;
	op = code[at - 2];
	modrm = code[at - 1];
	/* Relative to %rip: mod 00, r/m 101. */
	if ((modrm & 0xc7) != 0x05)
		return false;
	if (code[at - 3] == 0x0f)
		return op == 0xb6 || op == 0xb7 || op == 0xbe || op == 0xbf; /* movzx, movsx */
	switch (op) {
	case 0x8a: /* mov from memory */
	case 0x8b:
	case 0x38: /* cmp */
	case 0x39:
	case 0x3a:
	case 0x3b:
	case 0x84: /* test */
	case 0x85:
		return true;
	case 0x80: /* with a constant: /7 is cmp */
	case 0x81:
	case 0x83:
		return (modrm & 0x38) == 0x38;
	default:
		return false;
	}
}

static bool within(const struct extent *extent, uint32_t section, uint64_t offset)
{
	return section == extent->section && offset >= extent->from && offset < extent->to;
}

/*
 * What may reach a place: other code or data that refers to it, but for those
 * that are part of the patch. A relative reference is as long as the instruction
 * goes on behind it: by 0, 1, 2 or 4 bytes.
 */
static bool reaches(const struct reading *r, uint32_t section, const struct elf_reloc *reloc,
		    const struct extent *extent)
{
	static const uint64_t behind[] = { 0, 1, 2, 4 };
	struct place to;
	Elf64_Sym symbol;

	switch (reloc->type) {
	case R_X86_64_64:
	case R_X86_64_32:
	case R_X86_64_32S:
		return target(r, reloc, &to) == POINTER_TO && within(extent, to.section, to.offset);
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		if (!elf_symbol(&r->elf, reloc->symbol, &symbol))
			return false;
		for (size_t i = 0; i < ARRAY_SIZE(behind); i++)
			if (within(extent, symbol.st_shndx,
				   symbol.st_value + (uint64_t)reloc->addend + 4 + behind[i]))
				return !only_reads(r, section, reloc->offset);
		return false;
	default:
		return false;
	}
}

static void watch(struct reading *r, struct extent extent, enum module_known *known)
{
	if (r->n_watched < ARRAY_SIZE(r->watched) && extent.from < extent.to)
		r->watched[r->n_watched++] = (struct watched){ extent, known };
}

static int find_writers(struct reading *r)
{
	for (uint32_t s = 1; s < r->elf.n_sections; s++) {
		const struct elf_relocs *relocs;
		int err;

		if (!(r->elf.sections[s].sh_flags & SHF_ALLOC))
			continue;
		err = elf_relocs(&r->elf, s, &relocs);
		if (err)
			return err;
		for (size_t i = 0; i < relocs->n; i++) {
			bool ours = false;

			for (size_t k = 0; k < r->n_own; k++)
				ours |= within(&r->own[k], s, relocs->list[i].offset);
			for (size_t k = 0; !ours && k < r->n_watched; k++)
				if (*r->watched[k].known == MODULE_KNOWN &&
				    reaches(r, s, &relocs->list[i], &r->watched[k].extent))
					*r->watched[k].known = MODULE_SET_BY_CODE;
		}
	}
	return 0;
}

/* Where an array is that a member points to; @there false: NULL. */
static int find_array(struct reading *r, struct place at, const char *what, struct place *array,
		      bool *there)
{
	enum pointer pointer;
	int err = read_pointer(r, at, &pointer, array);

	*there = false;
	if (err && err != -EINVAL && err != -ERANGE)
		return err;
	if (!err && pointer == POINTER_NULL)
		return 0;
	if (err || pointer != POINTER_TO || !is_data(r, array->section))
		return unreadable(r, "the pointer to its %s leads out of its data", what);
	*there = true;
	return 0;
}

static int endless(struct reading *r, const char *what)
{
	return unreadable(r, "the array of its %s has no end", what);
}

static int read_states(struct reading *r, struct place at, struct extent *extent)
{
	const struct klp_layout *l = r->layout;
	struct patch *patch = &r->m->patch;

	*extent = (struct extent){ at.section, at.offset, at.offset };
	for (;; at.offset += l->state_size) {
		struct state *states;
		uint64_t id, version = 0;
		int err = read_number(r, member(at, &l->state.id), l->state.id.size, &id);

		if (!err && id && l->state.version.size)
			err = read_number(r, member(at, &l->state.version), l->state.version.size,
					  &version);
		if (err == -ERANGE)
			return endless(r, "states");
		if (err == -EINVAL)
			return unreadable(r, "the id or version of a state is an address");
		if (err)
			return err;
		extent->to = at.offset + l->state_size;
		if (!id)
			return 0;
		if (patch->n_states == MODULE_STATES_MAX)
			return unreadable(r, "it has more than %d states", MODULE_STATES_MAX);
		states = grow(patch->states, patch->n_states, &patch->room_states, sizeof(*states));
		if (!states)
			return -ENOMEM;
		patch->states = states;
		states[patch->n_states++] = (struct state){ .id = id, .version = version };
	}
}

/* The first of what klp_enable_patch() refuses at once. */
static void _printf_(2, 3) early(struct reading *r, const char *format, ...)
{
	va_list args;

	if (r->m->early[0])
		return;
	va_start(args, format);
	vsnprintf(r->m->early, sizeof(r->m->early), format, args);
	va_end(args);
}

/* The first of what klp_init_patch() refuses; it comes by in the order of the objects. */
static void _printf_(3, 4) late(struct reading *r, uint64_t at, const char *format, ...)
{
	va_list args;

	if (r->m->late[0])
		return;
	r->m->late_at = at;
	va_start(args, format);
	vsnprintf(r->m->late, sizeof(r->m->late), format, args);
	va_end(args);
}

/* One function; @end is set instead at the array's last element. */
static int read_func(struct reading *r, struct place at, size_t o, struct object *object, bool *end)
{
	const struct klp_layout *l = r->layout;
	struct place somewhere;
	enum pointer code;
	uint64_t sympos = 0;
	struct func *funcs;
	char *name;
	bool cut;
	int err;

	err = read_string(r, member(at, &l->func.old_name), SYMBOL_LEN_MAX, &name, &cut,
			  "the name of a function");
	if (err)
		return err;
	err = read_pointer(r, member(at, &l->func.new_func), &code, &somewhere);
	if (!err && l->func.old_sympos.size)
		err = read_number(r, member(at, &l->func.old_sympos), l->func.old_sympos.size,
				  &sympos);
	if (!err && code == POINTER_BAD)
		err = -EINVAL;
	*end = !err && !name && code == POINTER_NULL && !sympos;
	if (err || *end) {
		free(name);
		return err == -ERANGE ? endless(r, "functions")
		       : err == -EINVAL
			       ? unreadable(r, "a function's code or position is no such thing")
			       : err;
	}
	if (!name) {
		name = strdup("");
		if (!name)
			return -ENOMEM;
		r->m->nameless = true;
		/* From 7.0 on this is among the first checks; the error is the same. */
		late(r, module_place(o, object->n_funcs), "a function of %s has no name",
		     object->name);
	} else if (cut) {
		late(r, module_place(o, object->n_funcs),
		     "a function's name has %d or more characters", SYMBOL_LEN_MAX);
	}
	if (code == POINTER_NULL)
		late(r, module_place(o, object->n_funcs),
		     "there is nothing to replace " NAME_FORMAT " of %s", name, object->name);
	funcs = grow(object->funcs, object->n_funcs, &object->room_funcs, sizeof(*funcs));
	if (!funcs) {
		free(name);
		return -ENOMEM;
	}
	object->funcs = funcs;
	funcs[object->n_funcs++] = (struct func){
		.name = name,
		.sympos = sympos > UINT32_MAX ? UINT32_MAX : sympos,
		.cut = cut,
	};
	return 0;
}

static int read_funcs(struct reading *r, struct place at, size_t o, struct object *object,
		      size_t *total)
{
	struct extent extent = { at.section, at.offset, at.offset };

	for (;; at.offset += r->layout->func_size) {
		bool end;
		int err = read_func(r, at, o, object, &end);

		extent.to = at.offset;
		if (!err && end && o < WATCHED_MAX)
			watch(r, extent, &r->m->objects);
		if (err || end)
			return err;
		if (++*total > MODULE_FUNCS_MAX)
			return unreadable(r, "it has more than %d functions", MODULE_FUNCS_MAX);
	}
}

static void add_pre_patch(struct module_facts *m, const char *object)
{
	size_t len = strlen(m->pre_patch);

	snprintf(m->pre_patch + len, sizeof(m->pre_patch) - len, "%s%s", len ? ", " : "", object);
}

static int add_object(struct reading *r, const char *name, bool cut)
{
	struct patch *patch = &r->m->patch;
	struct object *objects;
	size_t o = patch->n_objects;

	if (o == MODULE_OBJECTS_MAX)
		return unreadable(r, "it has more than %d objects", MODULE_OBJECTS_MAX);
	objects = grow(patch->objects, o, &patch->room_objects, sizeof(*objects));
	if (!objects)
		return -ENOMEM;
	patch->objects = objects;
	memset(&objects[o], 0, sizeof(*objects));
	patch->n_objects++;
	snprintf(objects[o].name, sizeof(objects[o].name), "%s", name ? name : "vmlinux");
	if (cut)
		late(r, module_place(o, MODULE_OF_OBJECT),
		     "an object's name has %d or more characters", WIRE_NAME_LEN);
	else if (name && !name[0])
		late(r, module_place(o, MODULE_OF_OBJECT), "an object's name is empty");
	return 0;
}

static int read_objects(struct reading *r, struct place at, struct extent *extent)
{
	const struct klp_layout *l = r->layout;
	struct patch *patch = &r->m->patch;
	size_t total = 0;

	*extent = (struct extent){ at.section, at.offset, at.offset };
	for (;; at.offset += l->object_size) {
		_cleanup_free_ char *name = NULL;
		enum pointer pre_patch = POINTER_NULL;
		struct place funcs, somewhere;
		bool there, cut;
		size_t room, o = patch->n_objects;
		int err;

		elf_section_data(&r->elf, at.section, &room);
		if (at.offset > room || l->object_size > room - at.offset)
			return endless(r, "objects");
		err = read_string(r, member(at, &l->object.name), WIRE_NAME_LEN - 1, &name, &cut,
				  "the name of an object");
		if (!err)
			err = find_array(r, member(at, &l->object.funcs), "functions", &funcs,
					 &there);
		if (err)
			return err;
		extent->to = at.offset + l->object_size;
		if (!name && !there)
			return 0;
		err = add_object(r, name, cut);
		if (!err && l->object.pre_patch.size)
			err = read_pointer(r, member(at, &l->object.pre_patch), &pre_patch,
					   &somewhere);
		if (err == -EINVAL || err == -ERANGE)
			return unreadable(r, "a callback is no such thing");
		if (err)
			return err;
		if (pre_patch != POINTER_NULL)
			add_pre_patch(r->m, patch->objects[o].name);
		if (there)
			err = read_funcs(r, funcs, o, &patch->objects[o], &total);
		else
			early(r, "object %s has no functions", patch->objects[o].name);
		if (err)
			return err;
	}
}

/* -- what sysfs would refuse: two of one name ----------------------------- */

struct named {
	const char *name;
	uint32_t sympos;
	size_t index;
};

static int named_cmp(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order)
		return order;
	if (x->sympos != y->sympos)
		return x->sympos < y->sympos ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* The earliest element that has been there before, by its index; SIZE_MAX: none. */
static size_t first_twice(struct named *list, size_t n)
{
	size_t first = SIZE_MAX;

	qsort(list, n, sizeof(*list), named_cmp);
	for (size_t i = 1; i < n; i++)
		if (!strcmp(list[i].name, list[i - 1].name) &&
		    list[i].sympos == list[i - 1].sympos && list[i].index < first)
			first = list[i].index;
	return first;
}

static void twice(struct module_facts *m, uint64_t at, const char *what, const char *name)
{
	if (m->twice[0] && m->twice_at <= at)
		return;
	m->twice_at = at;
	snprintf(m->twice, sizeof(m->twice), "%s " NAME_FORMAT " is there twice", what, name);
}

static int find_twice(struct module_facts *m)
{
	size_t most = m->patch.n_objects;
	_cleanup_free_ struct named *list = NULL;
	size_t at;

	for (size_t o = 0; o < m->patch.n_objects; o++)
		if (m->patch.objects[o].n_funcs > most)
			most = m->patch.objects[o].n_funcs;
	list = calloc(most + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (size_t o = 0; o < m->patch.n_objects; o++)
		list[o] = (struct named){ m->patch.objects[o].name, 0, o };
	at = first_twice(list, m->patch.n_objects);
	if (at != SIZE_MAX)
		twice(m, module_place(at, MODULE_OF_OBJECT), "object", m->patch.objects[at].name);
	for (size_t o = 0; o < m->patch.n_objects; o++) {
		const struct object *object = &m->patch.objects[o];

		/* Position 0 is told as 1 in sysfs. */
		for (size_t f = 0; f < object->n_funcs; f++)
			list[f] = (struct named){
				object->funcs[f].name,
				object->funcs[f].sympos ? object->funcs[f].sympos : 1,
				f,
			};
		at = first_twice(list, object->n_funcs);
		if (at != SIZE_MAX)
			twice(m, module_place(o, at), "function", object->funcs[at].name);
	}
	return 0;
}

/* -- all of it ------------------------------------------------------------ */

static int read_replace(struct reading *r, struct place at)
{
	const struct klp_layout *l = r->layout;
	uint64_t replace;
	int err;

	if (!l->patch.replace.size) {
		r->m->replace = MODULE_NOT_READ;
		return 0;
	}
	err = read_number(r, member(at, &l->patch.replace), l->patch.replace.size, &replace);
	if (err == -EINVAL || err == -ERANGE)
		return unreadable(r, "whether it replaces others is an address");
	r->m->patch.replace = replace;
	return err;
}

static void watch_member(struct reading *r, struct place patch, const struct klp_member *what,
			 enum module_known *known)
{
	uint64_t from = patch.offset + what->offset;

	watch(r, (struct extent){ patch.section, from, from + what->size }, known);
}

static int read_patch(struct reading *r, struct place at)
{
	const struct klp_layout *l = r->layout;
	struct module_facts *m = r->m;
	struct place array;
	bool there;
	int err = read_replace(r, at);

	m->states = m->objects = MODULE_KNOWN;
	r->own[r->n_own++] = (struct extent){ at.section, at.offset, at.offset + l->patch_size };
	watch_member(r, at, &l->patch.objs, &m->objects);
	watch_member(r, at, &l->patch.states, &m->states);
	watch_member(r, at, &l->patch.replace, &m->replace);
	if (!err)
		err = find_array(r, member(at, &l->patch.objs), "objects", &array, &there);
	if (!err && there) {
		err = read_objects(r, array, &r->own[r->n_own]);
		watch(r, r->own[r->n_own++], &m->objects);
	} else if (!err) {
		early(r, "it has no objects");
	}
	if (!err && l->patch.states.size) {
		err = find_array(r, member(at, &l->patch.states), "states", &array, &there);
		if (!err && there) {
			err = read_states(r, array, &r->own[r->n_own]);
			watch(r, r->own[r->n_own++], &m->states);
		}
	}
	if (!err)
		err = find_writers(r);
	return err ? err : find_twice(m);
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
	_cleanup_free_ char *name = NULL;
	struct place patch = { 0 };
	int err;

	if (!r->layout)
		own_layout(r);
	err = read_modinfo(r, &name);
	if (err)
		return err;
	find_name(r, name);
	find_tool(r);
	find_versions(r);
	m->setup = MODULE_RUN_TIME;
	m->states = m->replace = m->objects = MODULE_NOT_READ;
	err = read_imports(r);
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
	err = find_patch(r, &patch);
	if (err || m->setup != MODULE_STATIC)
		return err;
	m->replace = MODULE_KNOWN;
	return read_patch(r, patch);
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
	return err;
}
