/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A module while it is read: what module_read.c, klp_read.c and klp_writers.c share.
 *
 * Room module: from the bytes of a module, all of them hostile, to its facts. It must not run,
 * load, or judge anything.
 */
#ifndef KLPSCOPE_MODULE_READING_H
#define KLPSCOPE_MODULE_READING_H

#include "facts/module_facts.h"
#include "module/elf_view.h"
#include "module/klp_layout.h"
#include "util/attributes.h"

/* What the kernel knows a module by, include/linux/module.h. */
#define THIS_MODULE_SECTION ".gnu.linkonce.this_module"
#define THIS_MODULE_SYMBOL  "__this_module"

/* KSYM_NAME_LEN from 6.1 on; before, it is 128. Of longer names this much is read. */
#define SYMBOL_LEN_MAX 512

struct extent {
	uint32_t section;
	uint64_t from, to; /* offsets, @to not included */
};

/* What is part of the patch, and what of it is not known if other code writes there. */
struct watched {
	struct extent extent;
	enum module_known *known; /* NULL: it only belongs to it */
};

struct reading {
	struct elf_view elf;
	struct module_facts *m;
	const struct klp_layout *layout;
	struct klp_layout own_layout; /* where the module itself tells it */
	/* The patch, its arrays, and names that can be written to; in what belongs to it, they refer to each other. */
	struct watched *watched;
	size_t n_watched, room_watched;
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

/**
 * unreadable() - say what the module's data are not, and read no more of them
 * @r: its facts become MODULE_UNREADABLE
 * @format: printf-style
 *
 * Return: -EINVAL.
 */
int unreadable(struct reading *r, const char *format, ...) _printf_(2, 3);

/** is_data() - whether a section holds data of the module, not code */
bool is_data(const struct reading *r, uint32_t section);

/** reading_target() - where a relocation points to; without what the instruction around it adds */
enum pointer reading_target(const struct reading *r, const struct elf_reloc *reloc,
			    struct place *place);

/**
 * read_number() - bytes as they will be in memory
 * @r: the module
 * @at: where
 * @size: how many, at most 8
 * @value: set
 *
 * Return: 0; -ERANGE if they are outside their section; -EINVAL if a relocation
 * changes them; another negative errno.
 */
int read_number(struct reading *r, struct place at, uint32_t size, uint64_t *value);

/**
 * read_pointer() - a pointer of the module's data
 * @r: the module
 * @at: where it is
 * @pointer: set
 * @to: set where that is POINTER_TO
 *
 * Return: as read_number().
 */
int read_pointer(struct reading *r, struct place at, enum pointer *pointer, struct place *to);

/** member_at() - where a member of a structure at @base is */
struct place member_at(struct place base, const struct klp_member *member);

/**
 * read_string() - a string that the module's data point to, copied
 * @r: the module
 * @at: where the pointer is
 * @max: what is longer is cut there, and @cut says so
 * @string: set, to be freed; NULL for a null pointer
 * @what: it is, for unreadable()
 *
 * Return: 0 or negative errno.
 */
int read_string(struct reading *r, struct place at, size_t max, char **string, bool *cut,
		const char *what);

/** loader_read_modinfo() - what .modinfo says; 0 or -ENOMEM */
int loader_read_modinfo(struct reading *r);

/**
 * loader_read() - what else the module loader looks at
 * @r: its imports are there
 *
 * CRCs, the structure that becomes struct module, its build id, and sections, symbols and
 * relocations that no module may have.
 *
 * Return: 0 or negative errno.
 */
int loader_read(struct reading *r);

/** klp_read() - find and read klp_patch; 0, -EINVAL with MODULE_UNREADABLE, or another negative errno */
int klp_read(struct reading *r);

/**
 * klp_watch() - a part of the patch
 * @r: the module
 * @extent: where it lies
 * @known: changes where other code or data refers to it; NULL: that does not matter
 *
 * Return: 0 or -ENOMEM.
 */
int klp_watch(struct reading *r, struct extent extent, enum module_known *known);

/**
 * klp_find_writers() - look for what refers to the extents that are watched
 * @r: the module
 * @patch: where the klp_patch lies; who else is handed it may write to all of it
 *
 * Return: 0 or negative errno.
 */
int klp_find_writers(struct reading *r, struct place patch);

#endif
