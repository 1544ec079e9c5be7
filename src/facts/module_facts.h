/* SPDX-License-Identifier: GPL-2.0 */
/* What a livepatch module's file says, before it is loaded. */
#ifndef KLPSCOPE_FACTS_MODULE_FACTS_H
#define KLPSCOPE_FACTS_MODULE_FACTS_H

#include "facts/facts.h"

/* What one module may have; more makes it MODULE_UNREADABLE, with the limit named. */
#define MODULE_STATES_MAX  (2 * 1024 * 1024)
#define MODULE_OBJECTS_MAX 4096
#define MODULE_FUNCS_MAX   65536
#define MODULE_SYMBOLS_MAX 65536

/* Where the module's klp_patch comes from. */
enum module_setup {
	MODULE_STATIC, /* its data */
	MODULE_RUN_TIME, /* its init makes it */
	MODULE_NO_LAYOUT, /* there is no BTF that says how it would have to be read */
	MODULE_UNREADABLE, /* its data cannot be what klp_enable_patch() takes, or go beyond a limit */
};

/* Made by a tool whose init sets klp_patch up. */
enum module_tool {
	MODULE_TOOL_NONE,
	MODULE_TOOL_KPATCH, /* kpatch-build */
	MODULE_TOOL_KLP_BUILD, /* klp-build, 6.19 and later */
};

/* Why the kernel cannot run it at all. */
enum module_format {
	MODULE_FORMAT_OK,
	MODULE_FORMAT_32BIT,
	MODULE_FORMAT_BIG_ENDIAN,
	MODULE_FORMAT_MACHINE,
	MODULE_FORMAT_TYPE,
};

/* Whether a field of klp_patch is what the file says; the module's code may write to it. */
enum module_known {
	MODULE_KNOWN,
	MODULE_SET_BY_CODE,
	MODULE_NOT_READ,
};

/* A symbol of a .klp.rela section: ".klp.sym.OBJECT.NAME,SYMPOS". */
struct module_symbol {
	char *section_object; /* the object of the section; NULL: the section's name is malformed */
	char *object; /* NULL: the name is malformed, or it is no livepatch symbol */
	char *name; /* the whole name where it is malformed */
	uint32_t sympos;
	bool unmarked; /* not SHN_LIVEPATCH */
};

/* What the module was built with for a symbol of others: of the sections __versions, and of those that 6.14 brought. */
struct module_crc {
	bool there, there_ext;
	bool wide; /* it does not fit into 32 bits, so that it is no kernel's */
	uint32_t crc, crc_ext;
};

/* A symbol that the kernel or another module has to export. */
struct module_import {
	char *name;
	bool weak; /* that it is missing is no error */
	struct module_crc version;
};

/* The structure that becomes the kernel's struct module, as it lies in the file. */
struct module_struct {
	size_t sections; /* of its name; the kernel takes one */
	size_t size; /* bytes */
	bool empty; /* it has no bytes in the file, or is not loaded */
	bool relocated; /* something in it is */
	/* What modpost fills in: where the pointers to init and exit lie, from its beginning; -1: nowhere. */
	int64_t init_at, exit_at;
};

/* What a kernel's types say of the modules that it takes; 0 and false where they do not. */
struct module_rules {
	uint32_t size; /* of struct module */
	uint32_t init_at, exit_at; /* in struct module; 0: not known */
	bool size_counts; /* it compares its size with the module's, from 6.4 on */
	bool ext_versions; /* it knows __version_ext_crcs, from 6.14 on */
	uint32_t name_len; /* KSYM_NAME_LEN: 128, from 6.1 on 512 */
};

/* Longer ones are none. */
#define MODULE_NOTE_MAX	 64
#define MODULE_NAMES_MAX 1024

struct module_facts {
	char *file; /* as it was given */
	enum module_format format;
	uint16_t machine; /* MODULE_FORMAT_MACHINE: EM_... */
	bool name_from_file; /* it says no name itself */
	char *modinfo_name; /* by which module_blacklist= knows it; NULL: as the patch */
	char *vermagic; /* NULL: none */
	char *license; /* NULL: none */
	char *srcversion; /* NULL: none */
	unsigned char note[MODULE_NOTE_MAX]; /* .note.gnu.build-id */
	size_t note_size; /* 0: none */
	char **namespaces; /* that it imports */
	size_t n_namespaces, room_namespaces;
	struct module_struct module;
	/* What else of its sections, symbols and relocations the loader takes no module with; "": nothing. */
	char bad_section[160], bad_symbol[160], bad_relocation[160];
	char stray_relocation[160]; /* what the loader writes to without a look; "": nothing */
	bool marked; /* MODULE_INFO(livepatch, ...) */
	bool is_signed; /* a signature is there; whether it is good is not looked at */
	struct module_import *imports; /* in the order of its symbols */
	size_t n_imports, room_imports;
	size_t versions, versions_ext; /* symbols with a CRC (modversions), by either way */
	struct module_crc layout; /* of module_layout */
	bool enables; /* it refers to klp_enable_patch() */
	enum module_tool tool;
	enum module_setup setup;
	char why[192]; /* MODULE_UNREADABLE, MODULE_NO_LAYOUT */
	/* Name, replace, states, objects with their functions; as far as known. */
	struct patch patch;
	enum module_known states, replace, objects;
	uint32_t flags; /* WIRE_F_NO_STATES, WIRE_F_NO_VERSION of the kernel it is for */
	bool other_rule; /* that kernel's states follow a rule that klpscope does not know */
	/* What klp_enable_patch() says EINVAL to before it looks at states; "": nothing. */
	char early[160];
	/* What klp_init_patch() says EINVAL to, and sysfs EEXIST; "": nothing. Where: see module_place(). */
	char late[160], twice[160];
	uint64_t late_at, twice_at;
	bool nameless; /* a function has no name */
	struct module_symbol *symbols;
	size_t n_symbols, room_symbols;
	char pre_patch[160]; /* objects with a pre_patch callback, "a, b"; "": none */
};

/**
 * module_place() - how far klp_init_patch() is when it comes to something, for comparing
 * @object: which of the patch's, from 0
 * @func: which of its functions, from 0; MODULE_OF_OBJECT: the object itself comes before them,
 *	MODULE_OF_SYMBOLS: what is looked up after them
 */
static inline uint64_t module_place(size_t object, size_t func)
{
	return (uint64_t)object << 32 | (uint32_t)(func + 1);
}

#define MODULE_OF_OBJECT  ((size_t)-1)
#define MODULE_OF_SYMBOLS ((size_t)UINT32_MAX - 1)

/** module_facts_clear() - release what it holds */
void module_facts_clear(struct module_facts *module);

struct symbols;

/** module_facts_symbols() - add what it has looked up in kernel and modules; 0 or -ENOMEM */
int module_facts_symbols(const struct module_facts *module, struct symbols *symbols);

/** module_facts_find_twice() - fill in what sysfs would refuse: two of one name; 0 or -ENOMEM */
int module_facts_find_twice(struct module_facts *module);

/** module_tool_name() - "kpatch-build", "klp-build", NULL */
const char *module_tool_name(enum module_tool tool);

#endif
