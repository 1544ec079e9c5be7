// SPDX-License-Identifier: GPL-2.0
#include "check/baseline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

struct baseline_module *baseline_loaded(const struct baseline *baseline, const char *name)
{
	for (size_t i = 0; i < baseline->n_loaded; i++)
		if (!strcmp(baseline->loaded[i].name, name))
			return &baseline->loaded[i];
	return NULL;
}

const struct patch *baseline_installed(const struct baseline *baseline, const char *name)
{
	const struct facts *facts = &baseline->snapshot.installed;

	for (size_t i = 0; i < facts->n_patches; i++)
		if (!strcmp(facts->patches[i].name, name))
			return &facts->patches[i];
	return NULL;
}

int baseline_add_module(struct baseline *baseline, const struct baseline_module *module)
{
	struct baseline_module *there = baseline_loaded(baseline, module->name);
	struct baseline_module *list;

	if (there) {
		*there = *module;
		return 0;
	}
	list = grow(baseline->loaded, baseline->n_loaded, &baseline->room_loaded, sizeof(*list));
	if (!list)
		return -ENOMEM;
	baseline->loaded = list;
	list[baseline->n_loaded++] = *module;
	return 0;
}

int baseline_add_builtin(struct baseline *baseline, const char *name, bool directory)
{
	struct baseline_builtin *list = grow(baseline->builtin, baseline->n_builtin,
					     &baseline->room_builtin, sizeof(*list));

	if (!list)
		return -ENOMEM;
	baseline->builtin = list;
	list = &list[baseline->n_builtin++];
	*list = (struct baseline_builtin){ .directory = directory };
	snprintf(list->name, sizeof(list->name), "%s", name);
	return 0;
}

/* Those with a directory first. */
static int builtin_cmp(const void *a, const void *b)
{
	const struct baseline_builtin *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : y->directory - x->directory;
}

void baseline_sort_builtin(struct baseline *baseline)
{
	if (baseline->n_builtin)
		qsort(baseline->builtin, baseline->n_builtin, sizeof(*baseline->builtin),
		      builtin_cmp);
}

const struct baseline_builtin *baseline_builtin(const struct baseline *baseline, const char *name)
{
	size_t from = 0, to = baseline->n_builtin;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (strcmp(baseline->builtin[middle].name, name) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from < baseline->n_builtin && !strcmp(baseline->builtin[from].name, name)
		       ? &baseline->builtin[from]
		       : NULL;
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

static void replace_all(struct baseline *baseline, int step)
{
	struct facts *facts = &baseline->snapshot.installed;

	for (size_t i = 0; i < facts->n_patches; i++) {
		struct baseline_module *module = baseline_loaded(baseline, facts->patches[i].name);

		/* That of a forced one is never let go of. */
		if (module && !facts->patches[i].forced) {
			module->unused = true;
			module->unused_by = step;
		}
		patch__clear(&facts->patches[i]);
	}
	facts->n_patches = 0;
}

int baseline_enable(struct baseline *baseline, const struct module_facts *m, int step)
{
	struct facts *facts = &baseline->snapshot.installed;
	struct baseline_module module = {
		.livepatch = true,
		.step = step,
		.refs_known = true,
		.refs = 1,
		.permanent = m->module.init_at >= 0 && m->module.exit_at < 0,
		.note_size = m->note_size,
	};
	const struct patch *patch = &m->patch;
	struct patch *patches;
	int err;

	if (patch->replace)
		replace_all(baseline, step);
	patches = grow(facts->patches, facts->n_patches, &facts->room_patches, sizeof(*patches));
	if (!patches)
		return -ENOMEM;
	facts->patches = patches;
	err = copy_patch(&patches[facts->n_patches++], patch);
	patches[facts->n_patches - 1].enabled = true;
	facts->whole = true;
	snprintf(module.name, sizeof(module.name), "%s", patch->name);
	snprintf(module.srcversion, sizeof(module.srcversion), "%s",
		 m->srcversion ? m->srcversion : "");
	memcpy(module.note, m->note, sizeof(module.note));
	return err ? err : baseline_add_module(baseline, &module);
}

void baseline_disable(struct baseline *baseline, const char *name)
{
	struct facts *facts = &baseline->snapshot.installed;
	struct baseline_module *module = baseline_loaded(baseline, name);

	for (size_t i = 0; i < facts->n_patches; i++) {
		if (strcmp(facts->patches[i].name, name))
			continue;
		if (module && !facts->patches[i].forced)
			*module = baseline->loaded[--baseline->n_loaded];
		take_off(facts, i);
		return;
	}
}

void baseline_clear(struct baseline *baseline)
{
	snapshot_clear(&baseline->snapshot);
	symbols_clear(&baseline->symbols);
	free(baseline->loaded);
	free(baseline->builtin);
	free(baseline->blacklist);
	memset(baseline, 0, sizeof(*baseline));
}
