// SPDX-License-Identifier: GPL-2.0
#include "facts/facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

static void copy_name(char *dst, const char *src, size_t len)
{
	len = strnlen(src, len);
	memcpy(dst, src, len);
	dst[len] = '\0';
}

static struct patch *last_patch(struct facts *facts, uint32_t index)
{
	if (!facts->n_patches || index != facts->n_patches - 1)
		return NULL;
	return &facts->patches[index];
}

static int add_patch(struct facts *facts, const struct wire_patch *rec)
{
	struct patch *patch, *patches;

	if (rec->index != facts->n_patches || rec->index >= WIRE_MAX_PATCHES)
		return 0;
	patches = grow(facts->patches, facts->n_patches, &facts->room_patches, sizeof(*patches));
	if (!patches)
		return -ENOMEM;
	facts->patches = patches;
	patch = &patches[facts->n_patches++];
	memset(patch, 0, sizeof(*patch));
	patch->addr = rec->addr;
	patch->replace = rec->replace;
	patch->enabled = rec->enabled;
	patch->forced = rec->forced;
	patch->klp = rec->klp;
	copy_name(patch->name, rec->name, rec->hdr.size - offsetof(struct wire_patch, name));
	return 0;
}

static int add_states(struct facts *facts, const struct wire_states *rec)
{
	struct patch *patch = last_patch(facts, rec->patch);

	if (!patch || patch->n_states + rec->n > WIRE_MAX_STATES)
		return 0;
	for (uint32_t i = 0; i < rec->n; i++) {
		const struct wire_state *from = &rec->state[i];
		struct state *states =
			grow(patch->states, patch->n_states, &patch->room_states, sizeof(*states));

		if (!states)
			return -ENOMEM;
		patch->states = states;
		states[patch->n_states++] = (struct state){
			.id = (uint64_t)from->id_high << 32 | from->id_low,
			.version = from->version,
		};
	}
	return 0;
}

static int add_object(struct facts *facts, const struct wire_object *rec)
{
	struct patch *patch = last_patch(facts, rec->patch);
	struct object *objects;

	if (!patch || rec->index != patch->n_objects || rec->index >= WIRE_MAX_OBJECTS)
		return 0;
	objects = grow(patch->objects, patch->n_objects, &patch->room_objects, sizeof(*objects));
	if (!objects)
		return -ENOMEM;
	patch->objects = objects;
	objects = &objects[patch->n_objects++];
	memset(objects, 0, sizeof(*objects));
	if (rec->name[0])
		copy_name(objects->name, rec->name, sizeof(rec->name));
	else
		strcpy(objects->name, "vmlinux");
	objects->no_module = !strcmp(rec->name, "vmlinux");
	return 0;
}

static int add_func(struct facts *facts, const struct wire_func *rec)
{
	struct patch *patch = last_patch(facts, rec->patch);
	struct object *object;
	struct func *funcs;
	char *name;

	if (!patch || !patch->n_objects || rec->object != patch->n_objects - 1)
		return 0;
	object = &patch->objects[rec->object];
	if (object->n_funcs >= WIRE_MAX_FUNCS)
		return 0;
	funcs = grow(object->funcs, object->n_funcs, &object->room_funcs, sizeof(*funcs));
	if (!funcs)
		return -ENOMEM;
	object->funcs = funcs;
	name = strndup(rec->name, rec->hdr.size - offsetof(struct wire_func, name));
	if (!name)
		return -ENOMEM;
	funcs[object->n_funcs++] = (struct func){
		.name = name,
		.sympos = rec->sympos,
		.cut = rec->flags & (WIRE_F_TRUNCATED | WIRE_F_UNREADABLE),
	};
	facts->flags |= rec->flags;
	return 0;
}

static void add_code(struct facts *facts, const struct wire_code *rec)
{
	struct patch *patch = last_patch(facts, rec->patch);
	struct object *object;
	struct func *func;

	if (!patch || !patch->n_objects || rec->object != patch->n_objects - 1)
		return;
	object = &patch->objects[rec->object];
	if (!object->n_funcs)
		return;
	func = &object->funcs[object->n_funcs - 1];
	/* It has its own already: the function that this belongs to was lost. */
	if (func->has_code)
		return;
	func->has_code = true;
	func->before = (struct code){ rec->old_addr, rec->old_size };
	func->after = (struct code){ rec->new_addr, rec->new_size };
}

static void end(struct facts *facts, const struct wire_walk_end *rec)
{
	uint32_t states = 0, objects = 0, funcs = 0;

	for (size_t p = 0; p < facts->n_patches; p++) {
		const struct patch *patch = &facts->patches[p];

		states += patch->n_states;
		objects += patch->n_objects;
		for (size_t o = 0; o < patch->n_objects; o++)
			funcs += patch->objects[o].n_funcs;
	}
	facts->flags |= rec->flags;
	facts->whole = facts->n_patches == rec->patches && states == rec->states &&
		       objects == rec->objects && funcs == rec->funcs;
}

int facts__add(struct facts *facts, const struct wire_hdr *rec)
{
	switch (rec->type) {
	case WIRE_PATCH:
		return add_patch(facts, (const struct wire_patch *)rec);
	case WIRE_STATES:
		return add_states(facts, (const struct wire_states *)rec);
	case WIRE_OBJECT:
		return add_object(facts, (const struct wire_object *)rec);
	case WIRE_FUNC:
		return add_func(facts, (const struct wire_func *)rec);
	case WIRE_CODE:
		add_code(facts, (const struct wire_code *)rec);
		return 0;
	case WIRE_WALK_END:
		end(facts, (const struct wire_walk_end *)rec);
		return 0;
	default:
		return 0;
	}
}

void patch__clear(struct patch *patch)
{
	for (size_t o = 0; o < patch->n_objects; o++) {
		for (size_t f = 0; f < patch->objects[o].n_funcs; f++)
			free(patch->objects[o].funcs[f].name);
		free(patch->objects[o].funcs);
	}
	free(patch->objects);
	free(patch->states);
	memset(patch, 0, sizeof(*patch));
}

void facts__clear(struct facts *facts)
{
	for (size_t p = 0; p < facts->n_patches; p++)
		patch__clear(&facts->patches[p]);
	free(facts->patches);
	memset(facts, 0, sizeof(*facts));
}

bool facts__complete(const struct facts *facts)
{
	return facts->whole &&
	       !(facts->flags & (WIRE_F_TRUNCATED | WIRE_F_UNREADABLE | WIRE_F_NO_ADDRESS));
}

/* Of a walk without bpf_loop(). */
#define FEWEST_MAX_PATCHES 256

bool facts__names_cut(const struct facts *facts)
{
	bool cut = false;

	if (!facts->whole || (facts->flags & (WIRE_F_UNREADABLE | WIRE_F_NO_ADDRESS)) ||
	    facts->n_patches >= FEWEST_MAX_PATCHES)
		return false;
	for (size_t p = 0; p < facts->n_patches; p++) {
		const struct patch *patch = &facts->patches[p];

		if (patch->n_states >= WIRE_MAX_STATES || patch->n_objects >= WIRE_MAX_OBJECTS)
			return false;
		for (size_t o = 0; o < patch->n_objects; o++) {
			const struct object *object = &patch->objects[o];

			if (object->n_funcs >= WIRE_MAX_FUNCS)
				return false;
			for (size_t f = 0; f < object->n_funcs; f++)
				cut |= object->funcs[f].cut;
		}
	}
	return cut;
}

bool patch__has_code(const struct patch *patch)
{
	for (size_t o = 0; o < patch->n_objects; o++)
		for (size_t f = 0; f < patch->objects[o].n_funcs; f++)
			if (!patch->objects[o].funcs[f].has_code)
				return false;
	return true;
}

const struct patch *facts__find(const struct facts *facts, uint64_t addr)
{
	for (size_t i = 0; i < facts->n_patches; i++)
		if (facts->patches[i].addr == addr)
			return &facts->patches[i];
	return NULL;
}

struct patch *facts__named(const struct facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->n_patches; i++)
		if (!strcmp(facts->patches[i].name, name))
			return &facts->patches[i];
	return NULL;
}

static int by_name_cmp(const void *a, const void *b)
{
	const struct patch *const *x = a, *const *y = b;
	int order = strcmp((*x)->name, (*y)->name);

	return order || *x == *y ? order : *x < *y ? -1 : 1;
}

const struct patch **facts__by_name(const struct facts *facts)
{
	const struct patch **list = calloc(facts->n_patches + 1, sizeof(struct patch *));

	for (size_t i = 0; list && i < facts->n_patches; i++)
		list[i] = &facts->patches[i];
	if (list)
		qsort(list, facts->n_patches, sizeof(struct patch *), by_name_cmp);
	return list;
}

const struct patch *patches_named(const struct patch *const *by_name, size_t n, const char *name)
{
	size_t from = 0, to = n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (strcmp(by_name[middle]->name, name) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from < n && !strcmp(by_name[from]->name, name) ? by_name[from] : NULL;
}

static int copy_object(struct object *to, const struct object *from)
{
	memcpy(to->name, from->name, sizeof(to->name));
	to->funcs = from->n_funcs ? calloc(from->n_funcs, sizeof(*to->funcs)) : NULL;
	if (from->n_funcs && !to->funcs)
		return -ENOMEM;
	to->room_funcs = from->n_funcs;
	for (size_t i = 0; i < from->n_funcs; i++) {
		to->funcs[i] = from->funcs[i];
		to->funcs[i].name = strdup(from->funcs[i].name);
		if (!to->funcs[i].name)
			return -ENOMEM;
		to->n_funcs++;
	}
	return 0;
}

/* What is half done is good enough for clear_patch(). */
static int copy_patch(struct patch *to, const struct patch *from)
{
	int err = 0;

	*to = *from;
	to->n_states = to->room_states = to->n_objects = to->room_objects = 0;
	to->objects = NULL;
	to->states = from->n_states ? calloc(from->n_states, sizeof(*to->states)) : NULL;
	if (from->n_states && !to->states)
		return -ENOMEM;
	if (from->n_states)
		memcpy(to->states, from->states, from->n_states * sizeof(*to->states));
	to->n_states = to->room_states = from->n_states;
	to->objects = from->n_objects ? calloc(from->n_objects, sizeof(*to->objects)) : NULL;
	if (from->n_objects && !to->objects)
		return -ENOMEM;
	to->room_objects = from->n_objects;
	for (size_t i = 0; !err && i < from->n_objects; i++)
		err = copy_object(&to->objects[to->n_objects++], &from->objects[i]);
	return err;
}

struct patch *facts__append(struct facts *facts, const struct patch *patch)
{
	struct patch *patches =
		grow(facts->patches, facts->n_patches, &facts->room_patches, sizeof(*patches));

	if (!patches)
		return NULL;
	facts->patches = patches;
	if (!copy_patch(&patches[facts->n_patches], patch))
		return &patches[facts->n_patches++];
	patch__clear(&patches[facts->n_patches]);
	return NULL;
}

struct patch *facts__move(struct facts *facts, struct facts *from)
{
	struct patch *patches =
		grow(facts->patches, facts->n_patches, &facts->room_patches, sizeof(*patches));

	if (!patches)
		return NULL;
	facts->patches = patches;
	patches[facts->n_patches] = from->patches[0];
	memset(&from->patches[0], 0, sizeof(from->patches[0]));
	facts__remove(from, &from->patches[0]);
	return &patches[facts->n_patches++];
}

void facts__remove(struct facts *facts, struct patch *patch)
{
	size_t after = facts->patches + facts->n_patches - patch - 1;

	patch__clear(patch);
	memmove(patch, patch + 1, after * sizeof(*patch));
	facts->n_patches--;
}

int facts__copy(struct facts *to, const struct facts *from)
{
	for (size_t i = 0; i < from->n_patches; i++)
		if (!facts__append(to, &from->patches[i]))
			return -ENOMEM;
	to->flags = from->flags;
	to->whole = from->whole;
	return 0;
}

const struct state *patch__state(const struct patch *patch, uint64_t id)
{
	for (size_t i = 0; i < patch->n_states; i++)
		if (patch->states[i].id == id)
			return &patch->states[i];
	return NULL;
}
