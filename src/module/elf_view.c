// SPDX-License-Identifier: GPL-2.0
#include "module/elf_view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Whether @n bytes at @offset lie in the file. */
static bool inside(const struct elf_view *view, uint64_t offset, uint64_t n)
{
	return offset <= view->size && n <= view->size - offset;
}

static enum elf_kind kind_of(const struct elf_view *view, Elf64_Ehdr *header)
{
	if (view->size < EI_NIDENT || memcmp(view->data, ELFMAG, SELFMAG))
		return ELF_KIND_NONE;
	if (view->data[EI_DATA] == ELFDATA2MSB)
		return ELF_KIND_BIG_ENDIAN;
	if (view->data[EI_CLASS] == ELFCLASS32)
		return ELF_KIND_32BIT;
	if (view->size < sizeof(*header))
		return ELF_KIND_BROKEN;
	memcpy(header, view->data, sizeof(*header));
	if (header->e_machine != EM_X86_64)
		return ELF_KIND_MACHINE;
	if (header->e_type != ET_REL)
		return ELF_KIND_TYPE;
	return ELF_KIND_MODULE;
}

/* As the kernel wants it (elf_validity_check()); what else is wrong is seen when it is used. */
static bool sections_hold(struct elf_view *view)
{
	for (uint32_t i = 1; i < view->n_sections; i++) {
		const Elf64_Shdr *section = &view->sections[i];

		if (section->sh_type == SHT_NULL || section->sh_type == SHT_NOBITS)
			continue;
		if (!inside(view, section->sh_offset, section->sh_size))
			return false;
		if (section->sh_type == SHT_SYMTAB) {
			/* One table of symbols, whose names are in a section that exists. */
			if (view->symbols || section->sh_link >= view->n_sections)
				return false;
			view->symbols = i;
			view->symbol_names = section->sh_link;
			view->n_symbols = section->sh_size / sizeof(Elf64_Sym);
		}
	}
	return true;
}

/* What changes sections; .klp.rela sections are not the module loader's. */
static bool is_rela(const Elf64_Shdr *header)
{
	return header->sh_type == SHT_RELA && !(header->sh_flags & ELF_RELA_LIVEPATCH);
}

static int rela_cmp(const void *a, const void *b)
{
	const struct elf_rela *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	return x->section < y->section ? -1 : x->section > y->section;
}

static void list_relas(struct elf_view *view)
{
	for (uint32_t i = 1; i < view->n_sections; i++)
		if (is_rela(&view->sections[i]))
			view->relas[view->n_relas++] =
				(struct elf_rela){ view->sections[i].sh_info, i };
	qsort(view->relas, view->n_relas, sizeof(*view->relas), rela_cmp);
}

int elf_view_open(struct elf_view *view, const void *data, size_t size, enum elf_kind *kind)
{
	Elf64_Ehdr header;

	*view = (struct elf_view){ .data = data, .size = size };
	*kind = kind_of(view, &header);
	if (*kind == ELF_KIND_MACHINE)
		view->machine = header.e_machine;
	if (*kind != ELF_KIND_MODULE)
		return 0;
	*kind = ELF_KIND_BROKEN;
	view->machine = header.e_machine;
	if (header.e_shentsize != sizeof(Elf64_Shdr) || !header.e_shnum ||
	    header.e_shstrndx >= header.e_shnum ||
	    !inside(view, header.e_shoff, (uint64_t)header.e_shnum * sizeof(Elf64_Shdr)))
		return 0;
	view->n_sections = header.e_shnum;
	view->names = header.e_shstrndx;
	view->sections = malloc(view->n_sections * sizeof(*view->sections));
	view->relocs = calloc(view->n_sections, sizeof(*view->relocs));
	view->relas = calloc(view->n_sections, sizeof(*view->relas));
	if (!view->sections || !view->relocs || !view->relas)
		return -ENOMEM;
	memcpy(view->sections, view->data + header.e_shoff,
	       view->n_sections * sizeof(*view->sections));
	if (sections_hold(view)) {
		*kind = ELF_KIND_MODULE;
		list_relas(view);
	}
	return view->n_symbols > ELF_SYMBOLS_MAX ? -E2BIG : 0;
}

void elf_view_close(struct elf_view *view)
{
	for (uint32_t i = 0; view->relocs && i < view->n_sections; i++)
		free(view->relocs[i].list);
	free(view->relocs);
	free(view->relas);
	free(view->sections);
	memset(view, 0, sizeof(*view));
}

const unsigned char *elf_section_data(const struct elf_view *view, uint32_t section, size_t *size)
{
	const Elf64_Shdr *header;

	*size = 0;
	if (!section || section >= view->n_sections)
		return NULL;
	header = &view->sections[section];
	if (header->sh_type == SHT_NULL)
		return NULL;
	*size = header->sh_size;
	if (header->sh_type == SHT_NOBITS || !header->sh_size)
		return NULL;
	return view->data + header->sh_offset;
}

const char *elf_string(const struct elf_view *view, uint32_t section, uint64_t offset)
{
	size_t size;
	const unsigned char *data = elf_section_data(view, section, &size);

	if (!data || offset >= size)
		return NULL;
	size -= offset;
	if (!memchr(data + offset, '\0', size < ELF_STRING_MAX ? size : ELF_STRING_MAX))
		return NULL;
	return (const char *)data + offset;
}

const char *elf_section_name(const struct elf_view *view, uint32_t section)
{
	const char *name = NULL;

	if (section < view->n_sections)
		name = elf_string(view, view->names, view->sections[section].sh_name);
	return name ? name : "";
}

uint32_t elf_section_find(const struct elf_view *view, const char *name)
{
	for (uint32_t i = 1; i < view->n_sections; i++)
		if (!strcmp(elf_section_name(view, i), name))
			return i;
	return 0;
}

bool elf_symbol(const struct elf_view *view, uint32_t index, Elf64_Sym *symbol)
{
	if (index >= view->n_symbols)
		return false;
	memcpy(symbol,
	       view->data + view->sections[view->symbols].sh_offset + index * sizeof(*symbol),
	       sizeof(*symbol));
	return true;
}

const char *elf_symbol_name(const struct elf_view *view, const Elf64_Sym *symbol)
{
	const char *name = elf_string(view, view->symbol_names, symbol->st_name);

	return name ? name : "";
}

static int reloc_cmp(const void *a, const void *b)
{
	const struct elf_reloc *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

int elf_relocs_count(struct elf_view *view, size_t n)
{
	if (n > ELF_RELOCS_MAX - view->n_relocs)
		return -E2BIG;
	view->n_relocs += n;
	return 0;
}

/* The first of the sections that change one, in @view->relas. */
static uint32_t first_rela(const struct elf_view *view, uint32_t target)
{
	uint32_t low = 0, high = view->n_relas;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (view->relas[mid].target < target)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void add_relocs(const struct elf_view *view, const Elf64_Shdr *header,
		       struct elf_relocs *relocs)
{
	const unsigned char *data = view->data + header->sh_offset;

	for (size_t k = 0; k < header->sh_size / sizeof(Elf64_Rela); k++) {
		Elf64_Rela rela;

		memcpy(&rela, data + k * sizeof(rela), sizeof(rela));
		if (ELF64_R_TYPE(rela.r_info) == R_X86_64_NONE)
			continue;
		relocs->list[relocs->n++] = (struct elf_reloc){
			.offset = rela.r_offset,
			.addend = rela.r_addend,
			.type = ELF64_R_TYPE(rela.r_info),
			.symbol = ELF64_R_SYM(rela.r_info),
		};
	}
}

static int relocs_make(struct elf_view *view, uint32_t section, struct elf_relocs *relocs)
{
	uint32_t first = first_rela(view, section), end;
	size_t n = 0;

	for (end = first; end < view->n_relas && view->relas[end].target == section; end++)
		n += view->sections[view->relas[end].section].sh_size / sizeof(Elf64_Rela);
	if (elf_relocs_count(view, n))
		return -E2BIG;
	relocs->made = true;
	if (!n)
		return 0;
	relocs->list = calloc(n, sizeof(*relocs->list));
	if (!relocs->list) {
		relocs->made = false;
		return -ENOMEM;
	}
	for (uint32_t i = first; i < end; i++)
		add_relocs(view, &view->sections[view->relas[i].section], relocs);
	qsort(relocs->list, relocs->n, sizeof(*relocs->list), reloc_cmp);
	return 0;
}

int elf_relocs(struct elf_view *view, uint32_t section, const struct elf_relocs **relocs)
{
	static const struct elf_relocs none;

	*relocs = &none;
	if (section >= view->n_sections)
		return 0;
	*relocs = &view->relocs[section];
	return (*relocs)->made ? 0 : relocs_make(view, section, &view->relocs[section]);
}

size_t elf_reloc_from(const struct elf_relocs *relocs, uint64_t offset)
{
	size_t low = 0, high = relocs->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (relocs->list[mid].offset < offset)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}
