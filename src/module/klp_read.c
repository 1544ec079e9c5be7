// SPDX-License-Identifier: GPL-2.0
/* The klp_patch of a module: where it is, and what it and what it points to hold. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module/reading.h"
#include "util/array.h"
#include "util/attributes.h"
#include "util/cleanup.h"

/* Structures that could be the klp_patch. */
#define CANDIDATES_MAX 64

/* Names from a file, short enough for a sentence. */
#define NAME_FORMAT "%.60s"

/* Objects that have a size, by where they begin; of several in one place the first of the file comes first. */
struct sized {
	uint64_t offset, size;
	uint32_t section, symbol;
};

struct sized_list {
	struct sized *list;
	size_t n, room;
};

static int sized_cmp(const void *a, const void *b)
{
	const struct sized *x = a, *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->symbol < y->symbol ? -1 : x->symbol > y->symbol;
}

static int list_sized(const struct reading *r, struct sized_list *sized)
{
	Elf64_Sym symbol;

	for (uint32_t i = 1; elf_symbol(&r->elf, i, &symbol); i++) {
		struct sized *list;

		if (ELF64_ST_TYPE(symbol.st_info) != STT_OBJECT || !symbol.st_size)
			continue;
		list = grow(sized->list, sized->n, &sized->room, sizeof(*list));
		if (!list)
			return -ENOMEM;
		sized->list = list;
		list[sized->n++] =
			(struct sized){ symbol.st_value, symbol.st_size, symbol.st_shndx, i };
	}
	if (sized->n)
		qsort(sized->list, sized->n, sizeof(*sized->list), sized_cmp);
	return 0;
}

static void sized_clear(struct sized_list *sized)
{
	free(sized->list);
}

/* The object that begins at a place, or, if none does, the last that begins before it and has the place in it; NULL: none. */
static const struct sized *object_at(const struct sized_list *sized, struct place at)
{
	const struct sized key = { .section = at.section, .offset = at.offset }, *found;
	size_t low = 0, high = sized->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (sized_cmp(&sized->list[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	found = low < sized->n ? &sized->list[low] : NULL;
	if (found && found->section == at.section && found->offset == at.offset)
		return found;
	found = low ? &sized->list[low - 1] : NULL;
	return found && found->section == at.section && at.offset - found->offset < found->size
		       ? found
		       : NULL;
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
static int rate(struct reading *r, const struct sized_list *sized, struct place at, int *rating)
{
	const struct klp_layout *l = r->layout;
	bool objs, no_objs, states = true, no_states;
	const struct sized *object;
	size_t room;
	int err;

	*rating = 0;
	elf_section_data(&r->elf, at.section, &room);
	if (at.offset > room || l->patch_size > room - at.offset)
		return 0;
	err = points_to_data(r, member_at(at, &l->patch.objs), &objs, &no_objs);
	if (!err && l->patch.states.size)
		err = points_to_data(r, member_at(at, &l->patch.states), &states, &no_states);
	if (err || !objs || !states)
		return err;
	object = object_at(sized, at);
	/* Of an array, which element is enabled is known at run time only: as if there were several. */
	if (object && !(object->size % l->patch_size) &&
	    !((at.offset - object->offset) % l->patch_size))
		*rating = 2;
	else if (object && object->offset == at.offset)
		*rating = 0;
	else
		*rating = !no_objs;
	return 0;
}

/* The one place whose mod is &__this_module. */
static int find_patch(struct reading *r, struct place *found)
{
	_cleanup_(sized_clear) struct sized_list sized = { 0 };
	size_t sure = 0, likely = 0, looked = 0;
	struct place guess = { 0 };

	if (list_sized(r, &sized))
		return -ENOMEM;
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
			err = rate(r, &sized, at, &rating);
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
		int err = read_number(r, member_at(at, &l->state.id), l->state.id.size, &id);

		if (!err && id && l->state.version.size)
			err = read_number(r, member_at(at, &l->state.version),
					  l->state.version.size, &version);
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

	err = read_string(r, member_at(at, &l->func.old_name), SYMBOL_LEN_MAX, &name, &cut,
			  "the name of a function");
	if (err)
		return err;
	err = read_pointer(r, member_at(at, &l->func.new_func), &code, &somewhere);
	if (!err && l->func.old_sympos.size)
		err = read_number(r, member_at(at, &l->func.old_sympos), l->func.old_sympos.size,
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

/* What of a string in a section can be written to, its end included. */
static uint64_t name_bytes(const struct reading *r, struct place at, size_t room)
{
	const char *string = elf_string(&r->elf, at.section, at.offset);
	uint64_t most = room > at.offset ? room - at.offset : 0;
	uint64_t bytes = string ? strlen(string) + 1 : 1;

	return bytes < most ? bytes : most;
}

/* A name in data that code may write to. */
static int watch_name(struct reading *r, struct place at)
{
	enum pointer pointer;
	struct place to;
	size_t room;
	int err = read_pointer(r, at, &pointer, &to);

	if (err || pointer != POINTER_TO || to.section >= r->elf.n_sections ||
	    !(r->elf.sections[to.section].sh_flags & SHF_WRITE))
		return err == -EINVAL || err == -ERANGE ? 0 : err;
	elf_section_data(&r->elf, to.section, &room);
	return klp_watch(
		r, (struct extent){ to.section, to.offset, to.offset + name_bytes(r, to, room) },
		&r->m->objects);
}

static int read_funcs(struct reading *r, struct place at, size_t o, struct object *object,
		      size_t *total)
{
	struct extent extent = { at.section, at.offset, at.offset };

	for (;; at.offset += r->layout->func_size) {
		bool end;
		int err = read_func(r, at, o, object, &end);

		if (!err && !end)
			err = watch_name(r, member_at(at, &r->layout->func.old_name));
		/* The last element as well, where one more could be put. */
		extent.to = at.offset + r->layout->func_size;
		if (!err && end)
			return klp_watch(r, extent, &r->m->objects);
		if (err)
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
	objects[o].no_module = name && !strcmp(name, "vmlinux");
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
		err = read_string(r, member_at(at, &l->object.name), WIRE_NAME_LEN - 1, &name, &cut,
				  "the name of an object");
		if (!err)
			err = find_array(r, member_at(at, &l->object.funcs), "functions", &funcs,
					 &there);
		if (!err)
			err = watch_name(r, member_at(at, &l->object.name));
		if (err)
			return err;
		extent->to = at.offset + l->object_size;
		if (!name && !there)
			return 0;
		err = add_object(r, name, cut);
		if (!err && l->object.pre_patch.size)
			err = read_pointer(r, member_at(at, &l->object.pre_patch), &pre_patch,
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

static int read_replace(struct reading *r, struct place at)
{
	const struct klp_layout *l = r->layout;
	uint64_t replace;
	int err;

	if (!l->patch.replace.size) {
		r->m->replace = MODULE_NOT_READ;
		return 0;
	}
	err = read_number(r, member_at(at, &l->patch.replace), l->patch.replace.size, &replace);
	if (err == -EINVAL || err == -ERANGE)
		return unreadable(r, "whether it replaces others is an address");
	r->m->patch.replace = replace;
	return err;
}

static int watch_member(struct reading *r, struct place patch, const struct klp_member *what,
			enum module_known *known)
{
	uint64_t from = patch.offset + what->offset;

	return klp_watch(r, (struct extent){ patch.section, from, from + what->size }, known);
}

static int watch_patch(struct reading *r, struct place at)
{
	const struct klp_layout *l = r->layout;
	struct module_facts *m = r->m;
	int err = klp_watch(r, (struct extent){ at.section, at.offset, at.offset + l->patch_size },
			    NULL);

	if (!err)
		err = watch_member(r, at, &l->patch.objs, &m->objects);
	if (!err)
		err = watch_member(r, at, &l->patch.states, &m->states);
	return err ? err : watch_member(r, at, &l->patch.replace, &m->replace);
}

static int read_patch(struct reading *r, struct place at)
{
	const struct klp_layout *l = r->layout;
	struct module_facts *m = r->m;
	struct extent extent;
	struct place array = { 0 };
	bool there;
	int err = read_replace(r, at);

	m->states = m->objects = MODULE_KNOWN;
	if (!err)
		err = watch_patch(r, at);
	if (!err)
		err = find_array(r, member_at(at, &l->patch.objs), "objects", &array, &there);
	if (!err && there) {
		err = read_objects(r, array, &extent);
		if (!err)
			err = klp_watch(r, extent, &m->objects);
	} else if (!err) {
		early(r, "it has no objects");
	}
	if (!err && l->patch.states.size) {
		err = find_array(r, member_at(at, &l->patch.states), "states", &array, &there);
		if (!err && there) {
			err = read_states(r, array, &extent);
			if (!err)
				err = klp_watch(r, extent, &m->states);
		}
	}
	if (!err)
		err = klp_find_writers(r, at);
	return err ? err : module_facts_find_twice(m);
}

int klp_read(struct reading *r)
{
	struct place patch = { 0 };
	int err = find_patch(r, &patch);

	if (err || r->m->setup != MODULE_STATIC)
		return err;
	r->m->replace = MODULE_KNOWN;
	return read_patch(r, patch);
}
