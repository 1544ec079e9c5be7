/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A relocatable ELF file in memory, read with care: whatever the bytes are,
 * nothing outside the buffer is touched. Only x86-64, which is what klpscope
 * runs on; other machines' files are told apart.
 */
#ifndef KLPSCOPE_MODULE_ELF_VIEW_H
#define KLPSCOPE_MODULE_ELF_VIEW_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Relocations that are looked at in one file; real livepatches have thousands. */
#define ELF_RELOCS_MAX (2 * 1024 * 1024)

/* A file with more symbols is not looked at. */
#define ELF_SYMBOLS_MAX (1024 * 1024)

/* Longer strings are none; the kernel's symbols have less than 512 bytes. */
#define ELF_STRING_MAX 4096

/* Of the kernel, include/uapi/linux/elf.h, from 4.7 on. */
#define ELF_RELA_LIVEPATCH  0x00100000 /* sh_flags */
#define ELF_INDEX_LIVEPATCH 0xff20 /* st_shndx */

enum elf_kind {
	ELF_KIND_MODULE, /* x86-64, relocatable */
	ELF_KIND_NONE, /* not ELF */
	ELF_KIND_BROKEN, /* its tables point outside it: cut off, or never right */
	ELF_KIND_32BIT,
	ELF_KIND_BIG_ENDIAN,
	ELF_KIND_MACHINE, /* of another machine */
	ELF_KIND_TYPE, /* a program or a library */
};

struct elf_reloc {
	uint64_t offset; /* in the section that it changes */
	int64_t addend;
	uint32_t type; /* R_X86_64_... */
	uint32_t symbol; /* index */
};

/* The relocations of one section, by offset. */
struct elf_relocs {
	struct elf_reloc *list;
	size_t n;
	bool made;
};

/* A section of relocations, and which one it changes. */
struct elf_rela {
	uint32_t target, section;
};

struct elf_view {
	const unsigned char *data;
	size_t size;
	uint16_t machine; /* EM_... */
	Elf64_Shdr *sections;
	struct elf_relocs *relocs; /* of each section, made when first asked for */
	struct elf_rela *relas; /* by the section that they change; not those of livepatching */
	uint32_t n_sections, n_relas;
	uint32_t names; /* section */
	uint32_t symbols, symbol_names; /* sections, 0: none */
	size_t n_symbols;
	size_t n_relocs; /* that were made */
};

/**
 * elf_view_open() - look at a file
 * @view: filled; to be released with elf_view_close(), also where it is no module
 * @data: the file, which has to stay
 * @size: of it, bytes
 * @kind: set
 *
 * Return: 0, -ENOMEM, or -E2BIG where a limit was reached; @view may be used if
 * @kind is ELF_KIND_MODULE.
 */
int elf_view_open(struct elf_view *view, const void *data, size_t size, enum elf_kind *kind);

/** elf_view_close() - release what it took, not the file */
void elf_view_close(struct elf_view *view);

/** elf_section_name() - its name, "" if it has none within the file */
const char *elf_section_name(const struct elf_view *view, uint32_t section);

/** elf_section_find() - the first section of this name, 0: there is none */
uint32_t elf_section_find(const struct elf_view *view, const char *name);

/**
 * elf_section_data() - what a section holds
 * @view: opened
 * @section: its number
 * @size: set, bytes
 *
 * Return: NULL where it is in the file with no byte (SHT_NOBITS, or empty); @size
 * is then what it will have in memory.
 */
const unsigned char *elf_section_data(const struct elf_view *view, uint32_t section, size_t *size);

/** elf_string() - the string at an offset of a section; NULL where none ends within it, and ELF_STRING_MAX */
const char *elf_string(const struct elf_view *view, uint32_t section, uint64_t offset);

/** elf_symbol() - one symbol; false where there is none */
bool elf_symbol(const struct elf_view *view, uint32_t index, Elf64_Sym *symbol);

/** elf_symbol_name() - its name, "" if it has none */
const char *elf_symbol_name(const struct elf_view *view, const Elf64_Sym *symbol);

/**
 * elf_relocs() - what is relocated in a section, in the order of offsets
 * @section: its number
 * @relocs: set; belongs to @view
 *
 * Return: 0, -ENOMEM, or -E2BIG if the file has more than ELF_RELOCS_MAX.
 */
int elf_relocs(struct elf_view *view, uint32_t section, const struct elf_relocs **relocs);

/** elf_relocs_count() - account for relocations that are read otherwise; -E2BIG if they are too many */
int elf_relocs_count(struct elf_view *view, size_t n);

/** elf_reloc_from() - the first relocation at @offset or after it; its index, or relocs->n */
size_t elf_reloc_from(const struct elf_relocs *relocs, uint64_t offset);

#endif
