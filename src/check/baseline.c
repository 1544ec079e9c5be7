// SPDX-License-Identifier: GPL-2.0
#include "check/baseline.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"

struct ground_module *ground_loaded(const struct ground *ground, const char *name)
{
	for (size_t i = 0; i < ground->n_loaded; i++)
		if (!strcmp(ground->loaded[i].name, name))
			return &ground->loaded[i];
	return NULL;
}

const struct patch *ground_installed(const struct ground *ground, const char *name)
{
	const struct facts *facts = &ground->snapshot.installed;

	for (size_t i = 0; i < facts->n_patches; i++)
		if (!strcmp(facts->patches[i].name, name))
			return &facts->patches[i];
	return NULL;
}

int ground_add_module(struct ground *ground, const struct ground_module *module)
{
	struct ground_module *there = ground_loaded(ground, module->name);
	struct ground_module *list;

	if (there) {
		*there = *module;
		return 0;
	}
	list = grow(ground->loaded, ground->n_loaded, &ground->room_loaded, sizeof(*list));
	if (!list)
		return -ENOMEM;
	ground->loaded = list;
	list[ground->n_loaded++] = *module;
	return 0;
}

static int copy_object(struct object *to, const struct object *from)
{
	*to = *from;
	to->n_funcs = 0;
	to->room_funcs = from->n_funcs;
	to->funcs = calloc(from->n_funcs + 1, sizeof(*to->funcs));
	if (!to->funcs)
		return -ENOMEM;
	for (; to->n_funcs < from->n_funcs; to->n_funcs++) {
		struct func *func = &to->funcs[to->n_funcs];

		*func = from->funcs[to->n_funcs];
		func->name = strdup(func->name);
		if (!func->name)
			return -ENOMEM;
	}
	return 0;
}

static int copy_patch(struct patch *to, const struct patch *from)
{
	*to = *from;
	to->room_states = from->n_states;
	to->states = calloc(from->n_states + 1, sizeof(*to->states));
	to->objects = calloc(from->n_objects + 1, sizeof(*to->objects));
	to->room_objects = from->n_objects;
	to->n_objects = 0;
	if (!to->states || !to->objects) {
		to->n_states = 0;
		return -ENOMEM;
	}
	if (from->n_states)
		memcpy(to->states, from->states, from->n_states * sizeof(*to->states));
	while (to->n_objects < from->n_objects) {
		const struct object *object = &from->objects[to->n_objects];

		if (copy_object(&to->objects[to->n_objects++], object))
			return -ENOMEM;
	}
	return 0;
}

/* Takes a patch off the list; its module stays loaded. */
static void take_off(struct facts *facts, size_t i)
{
	patch__clear(&facts->patches[i]);
	facts->n_patches--;
	memmove(&facts->patches[i], &facts->patches[i + 1],
		(facts->n_patches - i) * sizeof(*facts->patches));
}

static void replace_all(struct ground *ground, int step)
{
	struct facts *facts = &ground->snapshot.installed;

	for (size_t i = 0; i < facts->n_patches; i++) {
		struct ground_module *module = ground_loaded(ground, facts->patches[i].name);

		/* That of a forced one is never let go of. */
		if (module && !facts->patches[i].forced) {
			module->unused = true;
			module->unused_by = step;
		}
		patch__clear(&facts->patches[i]);
	}
	facts->n_patches = 0;
}

int ground_enable(struct ground *ground, const struct patch *patch, int step)
{
	struct facts *facts = &ground->snapshot.installed;
	struct ground_module module = { .livepatch = true, .step = step };
	struct patch *patches;
	int err;

	if (patch->replace)
		replace_all(ground, step);
	patches = grow(facts->patches, facts->n_patches, &facts->room_patches, sizeof(*patches));
	if (!patches)
		return -ENOMEM;
	facts->patches = patches;
	err = copy_patch(&patches[facts->n_patches++], patch);
	patches[facts->n_patches - 1].enabled = true;
	facts->whole = true;
	snprintf(module.name, sizeof(module.name), "%s", patch->name);
	return err ? err : ground_add_module(ground, &module);
}

void ground_disable(struct ground *ground, const char *name)
{
	struct facts *facts = &ground->snapshot.installed;
	struct ground_module *module = ground_loaded(ground, name);

	for (size_t i = 0; i < facts->n_patches; i++) {
		if (strcmp(facts->patches[i].name, name))
			continue;
		if (module && !facts->patches[i].forced)
			*module = ground->loaded[--ground->n_loaded];
		take_off(facts, i);
		return;
	}
}

void ground_clear(struct ground *ground)
{
	snapshot_clear(&ground->snapshot);
	symbols_clear(&ground->symbols);
	free(ground->loaded);
	memset(ground, 0, sizeof(*ground));
}
