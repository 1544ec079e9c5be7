/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a walk over livepatches found, put together from its records.
 *
 * Room facts: what is known, as plain data. It knows the records of wire.h. It must not judge, ask
 * a kernel, or print.
 */
#ifndef KLPSCOPE_FACTS_FACTS_H
#define KLPSCOPE_FACTS_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

struct state {
	uint64_t id;
	uint32_t version; /* 0 where the walk's flags say WIRE_F_NO_VERSION */
};

struct code {
	uint64_t addr; /* 0: not known */
	uint64_t size; /* bytes */
};

struct func {
	char *name;
	uint32_t sympos;
	struct code before; /* what is run instead while the livepatch is not in force */
	struct code after; /* the livepatch's */
	bool has_code; /* both are told, as far as the kernel has them */
	bool cut; /* the name is longer than what was read, or could not be read */
};

struct object {
	char name[WIRE_NAME_LEN + 1]; /* "vmlinux" for the kernel itself */
	/* It says "vmlinux", where the kernel itself has no name: a module that there is not, so it is never patched. */
	bool no_module;
	bool patched_known,
		patched; /* its functions are, as sysfs has it (6.1); else they will be when it is loaded */
	struct func *funcs;
	size_t n_funcs, room_funcs;
};

struct patch {
	uint64_t addr;
	char name[WIRE_NAME_LEN + 1];
	bool replace, enabled, forced;
	uint8_t klp;
	struct state *states;
	size_t n_states, room_states;
	struct object *objects;
	size_t n_objects, room_objects;
};

/** object_label() - an object's name in words */
static inline const char *object_label(const struct object *object)
{
	return object->no_module ? "vmlinux (no module)" : object->name;
}

struct facts {
	struct patch *patches; /* in the kernel's order */
	size_t n_patches, room_patches;
	uint32_t flags; /* enum wire_flags of the walk */
	bool whole; /* every record of the walk has arrived */
};

/**
 * facts__add() - take one record of a walk
 * @facts: what the walk has brought so far
 * @rec: WIRE_PATCH, _STATES, _OBJECT, _FUNC, _CODE or _WALK_END, already validated
 *
 * A record that does not belong to what came before (one between was lost) is
 * left out; @facts->whole is then false after WIRE_WALK_END.
 *
 * Return: 0, or -ENOMEM.
 */
int facts__add(struct facts *facts, const struct wire_hdr *rec);

/** patch__clear() - release what one patch holds and make it empty */
void patch__clear(struct patch *patch);

/** facts__clear() - release what @facts holds and make it empty */
void facts__clear(struct facts *facts);

/** facts__complete() - whether nothing was lost, cut or unreadable in the walk */
bool facts__complete(const struct facts *facts);

/** facts__names_cut() - whether all that is missing is the ends of names of functions */
bool facts__names_cut(const struct facts *facts);

/** patch__has_code() - whether of each of its functions is told where the code lies */
bool patch__has_code(const struct patch *patch);

/** facts__find() - the patch at a kernel address, NULL if there is none */
const struct patch *facts__find(const struct facts *facts, uint64_t addr);

/** facts__named() - the patch with a name, NULL if there is none */
struct patch *facts__named(const struct facts *facts, const char *name);

/** facts__by_name() - its patches, sorted for patches_named(); the caller's to free, NULL without memory */
const struct patch **facts__by_name(const struct facts *facts);

/**
 * patches_named() - facts__named() for many names
 * @name: looked for
 * @by_name: of facts__by_name()
 * @n: how many there are
 *
 * Return: the first in list order with this name, NULL if there is none.
 */
const struct patch *patches_named(const struct patch *const *by_name, size_t n, const char *name);

/**
 * facts__append() - put a copy of a patch at the end of the list
 * @facts: changed
 * @patch: copied with its states, objects and functions
 *
 * Return: the copy, or NULL without memory.
 */
struct patch *facts__append(struct facts *facts, const struct patch *patch);

/** facts__move() - put the first patch of another list at the end of this one, and off that; NULL without memory */
struct patch *facts__move(struct facts *facts, struct facts *from);

/** facts__remove() - take a patch of the list out, the others keep their order */
void facts__remove(struct facts *facts, struct patch *patch);

/** facts__copy() - make @to, which is empty, the same as @from; 0 or -ENOMEM */
int facts__copy(struct facts *to, const struct facts *from);

/** patch__state() - the patch's first state with this id, as klp_get_state(); or NULL */
const struct state *patch__state(const struct patch *patch, uint64_t id);

#endif
