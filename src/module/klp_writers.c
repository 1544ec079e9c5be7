// SPDX-License-Identifier: GPL-2.0
/* Whether what the file says of a klp_patch is what will be enabled: who else refers to it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "module/reading.h"
#include "util/array.h"
#include "util/cleanup.h"

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

/*
 * A place that is referred to. A relative reference is as long as the instruction
 * goes on behind it: by 0, 1, 2 or 4 bytes, so it is one of four places.
 */
struct target {
	uint32_t section;
	bool relative;
	uint64_t offset;
};

struct targets {
	struct target *list;
	size_t n, room;
};

static const uint64_t behind[] = { 0, 1, 2, 4 };

static int target_cmp(const void *a, const void *b)
{
	const struct target *x = a, *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	if (x->relative != y->relative)
		return x->relative - y->relative;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static int watched_cmp(const void *a, const void *b)
{
	const struct extent *x = &((const struct watched *)a)->extent;
	const struct extent *y = &((const struct watched *)b)->extent;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return x->from < y->from ? -1 : x->from > y->from;
}

/* Where all that belongs to the patch lies, by section and offset, without overlaps. */
static size_t merge(const struct reading *r, struct extent *own)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_watched; i++) {
		const struct extent *e = &r->watched[i].extent;

		if (n && own[n - 1].section == e->section && own[n - 1].to >= e->from) {
			if (own[n - 1].to < e->to)
				own[n - 1].to = e->to;
		} else {
			own[n++] = *e;
		}
	}
	return n;
}

static bool within(const struct extent *own, size_t n, uint32_t section, uint64_t offset)
{
	size_t from = 0, to = n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		const struct extent *e = &own[middle];

		if (e->section < section || (e->section == section && e->to <= offset))
			from = middle + 1;
		else
			to = middle;
	}
	return from < n && own[from].section == section && own[from].from <= offset;
}

/* Where a relocation of @section leads, if it may be there to write; false: nowhere, or it only reads. */
static bool leads(const struct reading *r, uint32_t section, const struct elf_reloc *reloc,
		  struct target *target)
{
	struct place to;
	Elf64_Sym symbol;

	switch (reloc->type) {
	case R_X86_64_64:
	case R_X86_64_32:
	case R_X86_64_32S:
		if (reading_target(r, reloc, &to) != POINTER_TO)
			return false;
		*target = (struct target){ to.section, false, to.offset };
		return true;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		if (!elf_symbol(&r->elf, reloc->symbol, &symbol) ||
		    symbol.st_shndx >= r->elf.n_sections || only_reads(r, section, reloc->offset))
			return false;
		*target = (struct target){ symbol.st_shndx, true,
					   symbol.st_value + (uint64_t)reloc->addend + 4 };
		return true;
	default:
		return false;
	}
}

int klp_watch(struct reading *r, struct extent extent, enum module_known *known)
{
	struct watched *list;

	if (extent.from >= extent.to)
		return 0;
	list = grow(r->watched, r->n_watched, &r->room_watched, sizeof(*list));
	if (!list)
		return -ENOMEM;
	r->watched = list;
	list[r->n_watched++] = (struct watched){ extent, known };
	return 0;
}

/* All places in sections of the patch that the rest of the module refers to. */
static int collect(struct reading *r, const struct extent *own, size_t n, struct targets *targets)
{
	_cleanup_free_ bool *of_patch = calloc(r->elf.n_sections + 1, sizeof(*of_patch));

	if (!of_patch)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		of_patch[own[i].section] = true;
	for (uint32_t s = 1; s < r->elf.n_sections; s++) {
		const struct elf_relocs *relocs;
		int err;

		if (!(r->elf.sections[s].sh_flags & SHF_ALLOC))
			continue;
		err = elf_relocs(&r->elf, s, &relocs);
		if (err)
			return err;
		for (size_t i = 0; i < relocs->n; i++) {
			struct target target, *list;

			if (within(own, n, s, relocs->list[i].offset) ||
			    !leads(r, s, &relocs->list[i], &target) || !of_patch[target.section])
				continue;
			list = grow(targets->list, targets->n, &targets->room, sizeof(*list));
			if (!list)
				return -ENOMEM;
			targets->list = list;
			list[targets->n++] = target;
		}
	}
	if (targets->n)
		qsort(targets->list, targets->n, sizeof(*targets->list), target_cmp);
	return 0;
}

/* Of the sorted list, the first that is not before this one. */
static size_t first_from(const struct targets *targets, const struct target *key)
{
	size_t from = 0, to = targets->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (target_cmp(&targets->list[middle], key) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static bool any_between(const struct targets *targets, uint32_t section, bool relative,
			uint64_t begin, uint64_t end)
{
	const struct target key = { section, relative, begin };
	size_t i = first_from(targets, &key);

	return i < targets->n && targets->list[i].section == section &&
	       targets->list[i].relative == relative && targets->list[i].offset < end;
}

static bool reached(const struct targets *targets, const struct extent *e)
{
	if (any_between(targets, e->section, false, e->from, e->to))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(behind); i++) {
		/* What lies before the section's beginning is no place in it. */
		uint64_t from = e->from < behind[i] ? 0 : e->from - behind[i];

		if (e->to > behind[i] &&
		    any_between(targets, e->section, true, from, e->to - behind[i]))
			return true;
	}
	return false;
}

static size_t count_at(const struct targets *targets, const struct target *place)
{
	size_t n = 0;

	for (size_t i = first_from(targets, place);
	     i < targets->n && !target_cmp(&targets->list[i], place); i++)
		n++;
	return n;
}

/* Of the kernel's functions that take a klp_patch; they do not change what is read of it. */
static bool takes_patch(const char *function)
{
	return !strcmp(function, "klp_enable_patch") || !strcmp(function, "klp_get_state");
}

static int count_calls(struct reading *r, size_t *n)
{
	*n = 0;
	for (uint32_t s = 1; s < r->elf.n_sections; s++) {
		const struct elf_relocs *relocs;
		int err;

		if (!(r->elf.sections[s].sh_flags & SHF_EXECINSTR))
			continue;
		err = elf_relocs(&r->elf, s, &relocs);
		if (err)
			return err;
		for (size_t i = 0; i < relocs->n; i++) {
			Elf64_Sym symbol;

			if (elf_symbol(&r->elf, relocs->list[i].symbol, &symbol) &&
			    symbol.st_shndx == SHN_UNDEF &&
			    takes_patch(elf_symbol_name(&r->elf, &symbol)))
				++*n;
		}
	}
	return 0;
}

/* Each of these calls is handed it once; who else is may write to it. */
static int look_handed(struct reading *r, struct place patch, const struct targets *targets)
{
	const struct target absolute = { patch.section, false, patch.offset };
	const struct target relative = { patch.section, true, patch.offset };
	struct module_facts *m = r->m;
	size_t calls;
	int err = count_calls(r, &calls);

	if (err || count_at(targets, &absolute) + count_at(targets, &relative) <= calls)
		return err;
	if (m->states == MODULE_KNOWN)
		m->states = MODULE_SET_BY_CODE;
	if (m->replace == MODULE_KNOWN)
		m->replace = MODULE_SET_BY_CODE;
	if (m->objects == MODULE_KNOWN)
		m->objects = MODULE_SET_BY_CODE;
	return 0;
}

int klp_find_writers(struct reading *r, struct place patch)
{
	_cleanup_free_ struct extent *own = calloc(r->n_watched + 1, sizeof(*own));
	struct targets targets = { 0 };
	size_t n;
	int err;

	if (!own)
		return -ENOMEM;
	if (r->n_watched)
		qsort(r->watched, r->n_watched, sizeof(*r->watched), watched_cmp);
	n = merge(r, own);
	err = collect(r, own, n, &targets);
	for (size_t i = 0; i < r->n_watched && !err; i++) {
		const struct watched *watched = &r->watched[i];

		if (watched->known && *watched->known == MODULE_KNOWN &&
		    reached(&targets, &watched->extent))
			*watched->known = MODULE_SET_BY_CODE;
	}
	if (!err)
		err = look_handed(r, patch, &targets);
	free(targets.list);
	return err;
}
