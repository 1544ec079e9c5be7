// SPDX-License-Identifier: GPL-2.0
/* Whether what the file says of a klp_patch is what will be enabled: who else refers to it. */
#include "module/reading.h"

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
		return reading_target(r, reloc, &to) == POINTER_TO &&
		       within(extent, to.section, to.offset);
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

void klp_watch(struct reading *r, struct extent extent, enum module_known *known)
{
	if (r->n_watched < ARRAY_SIZE(r->watched) && extent.from < extent.to)
		r->watched[r->n_watched++] = (struct watched){ extent, known };
}

int klp_find_writers(struct reading *r)
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
