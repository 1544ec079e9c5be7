// SPDX-License-Identifier: GPL-2.0
#include "module/reading.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the module's data are not; said once, and nothing more is read of the patch. */
int unreadable(struct reading *r, const char *format, ...)
{
	va_list args;

	r->m->setup = MODULE_UNREADABLE;
	va_start(args, format);
	vsnprintf(r->m->why, sizeof(r->m->why), format, args);
	va_end(args);
	return -EINVAL;
}

bool is_data(const struct reading *r, uint32_t section)
{
	const Elf64_Shdr *header;

	if (!section || section >= r->elf.n_sections)
		return false;
	header = &r->elf.sections[section];
	return (header->sh_flags & SHF_ALLOC) && !(header->sh_flags & SHF_EXECINSTR) &&
	       (header->sh_type == SHT_PROGBITS || header->sh_type == SHT_NOBITS);
}

/* Where a relocation points to; without what the instruction around it adds. */
enum pointer reading_target(const struct reading *r, const struct elf_reloc *reloc,
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
int read_number(struct reading *r, struct place at, uint32_t size, uint64_t *value)
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

int read_pointer(struct reading *r, struct place at, enum pointer *pointer, struct place *to)
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
	*pointer = reading_target(r, &relocs->list[i], to);
	return 0;
}

/* A member of a structure at @base. */
struct place member_at(struct place base, const struct klp_member *member)
{
	return (struct place){ base.section, base.offset + member->offset };
}

/*
 * A string that the module's data points to, copied. *string is NULL for a null
 * pointer; what is longer than @max is cut there, and @cut says so.
 */
int read_string(struct reading *r, struct place at, size_t max, char **string, bool *cut,
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
