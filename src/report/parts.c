// SPDX-License-Identifier: GPL-2.0
/* What the parts of the model share, and those that are found by name. */
#include "report/parts.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/attributes.h"
#include "util/saturate.h"

char *report_strdup(struct report *r, const char *s)
{
	char *copy = s ? strdup(s) : NULL;

	r->no_memory |= s && !copy;
	return copy;
}

void report_strset(struct report *r, char **place, const char *s)
{
	char *copy;

	if (*place && s && !strcmp(*place, s))
		return;
	copy = report_strdup(r, s);
	free(*place);
	*place = copy;
}

struct report_who report_who(const struct event *event)
{
	struct report_who who = {
		.known = event->has_task,
		.pid = event->pid,
		.tid = event->tid,
		.uid = event->uid,
	};

	memcpy(who.comm, event->comm, sizeof(who.comm));
	return who;
}

void *report_tree__get(struct report *r, struct report_tree *tree, const void *key, size_t size,
		       int (*compare)(const void *, const void *), bool *made)
{
	void **found = tfind(key, &tree->root, compare), **list, *element;

	*made = false;
	if (found)
		return *found;
	if (tree->n == tree->max) {
		tree->more++;
		return NULL;
	}
	list = grow(tree->list, tree->n, &tree->room, sizeof(*list));
	if (list)
		tree->list = list;
	element = list ? calloc(1, size) : NULL;
	r->no_memory |= !element;
	*made = element;
	return element;
}

void *report_tree__insert(struct report *r, struct report_tree *tree, void *element,
			  int (*compare)(const void *, const void *))
{
	if (!tsearch(element, &tree->root, compare)) {
		r->no_memory = true;
		free(element);
		return NULL;
	}
	tree->list[tree->n++] = element;
	return element;
}

static void no_free(void *element _unused_)
{
}

void report_tree__keep(struct report *r, struct report_tree *tree,
		       bool (*keep)(struct report *r, void *element),
		       int (*compare)(const void *, const void *), void (*clear)(void *))
{
	size_t n = tree->n;

	tdestroy(tree->root, no_free);
	tree->root = NULL;
	tree->n = 0;
	tree->more = 0;
	r->last_patch = NULL; /* which may go */
	for (size_t i = 0; i < n; i++) {
		void *element = tree->list[i];

		if (keep(r, element)) {
			report_tree__insert(r, tree, element, compare);
		} else {
			clear(element);
			free(element);
		}
	}
}

void report_tree__clear(struct report_tree *tree, void (*clear)(void *))
{
	tdestroy(tree->root, no_free);
	for (size_t i = 0; i < tree->n; i++) {
		clear(tree->list[i]);
		free(tree->list[i]);
	}
	free(tree->list);
}

static int compare_patches(const void *a, const void *b)
{
	const struct report_patch *x = a, *y = b;

	return strcmp(x->name, y->name);
}

struct report_patch *report_patch_get(struct report *r, const char *name,
				      const struct report_when *when)
{
	struct report_patch key = { .name = (char *)name }, *patch;
	bool made;

	if (!name)
		return NULL;
	if (r->last_patch && !strcmp(r->last_patch->name, name)) {
		r->last_patch->last = *when;
		return r->last_patch;
	}
	patch = report_tree__get(r, &r->patches, &key, sizeof(key), compare_patches, &made);
	if (made) {
		patch->first = *when;
		patch->name = report_strdup(r, name);
		if (!patch->name) {
			free(patch);
			return NULL;
		}
		patch = report_tree__insert(r, &r->patches, patch, compare_patches);
	}
	if (patch) {
		patch->last = *when;
		r->last_patch = patch;
	}
	return patch;
}

/* What is installed has been there since before; all else of it is told anew. */
static bool begin_patch(struct report *r, void *item)
{
	struct report_patch *patch = item;

	if (!patch->in)
		return false;
	histogram__clear(&patch->durations);
	*patch = (struct report_patch){
		.name = patch->name,
		.first = r->begin,
		.last = r->begin,
		.in = true,
		.in_from_snapshot = true,
		.in_since = r->begin,
	};
	return true;
}

void report_patches__begin(struct report *r)
{
	report_tree__keep(r, &r->patches, begin_patch, compare_patches, report_patch__clear);
}

void report_patch__clear(void *item)
{
	struct report_patch *patch = item;

	free(patch->name);
	histogram__clear(&patch->durations);
}

static int compare_states(const void *a, const void *b)
{
	const struct report_state *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

struct report_state *report_state_get(struct report *r, uint64_t id)
{
	struct report_state key = { .id = id }, *state;
	bool made;

	state = report_tree__get(r, &r->states, &key, sizeof(key), compare_states, &made);
	if (made) {
		state->id = id;
		state = report_tree__insert(r, &r->states, state, compare_states);
	}
	return state;
}

static bool begin_state(struct report *r _unused_, void *item)
{
	struct report_state *state = item;

	state->changes = 0;
	return state->patch;
}

void report_states__begin(struct report *r)
{
	report_tree__keep(r, &r->states, begin_state, compare_states, report_state__clear);
}

void report_state__clear(void *item)
{
	free(((struct report_state *)item)->patch);
}

static int compare_names(const char *a, const char *b)
{
	if (!a || !b)
		return !b - !a;
	return strcmp(a, b);
}

static int compare_lookups(const void *a, const void *b)
{
	const struct report_lookup *x = a, *y = b;
	int order = x->id < y->id ? -1 : x->id > y->id;

	order = order ? order : strcmp(x->function, y->function);
	order = order ? order : compare_names(x->patch, y->patch);
	return order ? order : compare_names(x->caller, y->caller);
}

static struct report_lookup *get_lookup(struct report *r, const char *function, const char *patch,
					uint64_t id, const char *caller)
{
	struct report_lookup key = { .function = (char *)function,
				     .patch = (char *)patch,
				     .id = id,
				     .caller = (char *)caller },
			     *lookup;
	bool made;

	lookup = report_tree__get(r, &r->lookups, &key, sizeof(key), compare_lookups, &made);
	if (!made)
		return lookup;
	lookup->function = report_strdup(r, function);
	lookup->patch = report_strdup(r, patch);
	lookup->id = id;
	lookup->caller = report_strdup(r, caller);
	if (!lookup->function) {
		report_lookup__clear(lookup);
		free(lookup);
		return NULL;
	}
	return report_tree__insert(r, &r->lookups, lookup, compare_lookups);
}

void report_lookup(struct report *r, const struct event *event)
{
	struct report_when when = report_when(r, event);
	struct report_patch *patch = report_patch_get(r, event->patch, &when);
	bool counted = event->kind == EVENT_LOOKUP_COUNT;
	uint64_t calls = counted ? event->lookup_count.count : 1;
	struct report_lookup *lookup;

	if (patch)
		add_u64(&patch->lookups, calls);
	if (counted) {
		lookup = get_lookup(r, "klp_get_state", event->patch, event->lookup_count.id,
				    event->lookup_count.caller);
		if (lookup) {
			add_u64(&lookup->calls, calls);
			lookup->counted = true;
		}
		return;
	}
	lookup = get_lookup(r, event->lookup.function, event->patch, event->lookup.id,
			    event->lookup.caller);
	if (!lookup)
		return;
	add_u64(&lookup->calls, 1);
	lookup->not_found += !event->lookup.found;
	if (!event->lookup.found)
		return;
	lookup->has_version = event->lookup.version;
	lookup->version = event->lookup.version ? *event->lookup.version : 0;
	report_strset(r, &lookup->from_patch, event->lookup.from_patch);
}

static bool keep_none(struct report *r _unused_, void *item _unused_)
{
	return false;
}

void report_lookups__begin(struct report *r)
{
	report_tree__keep(r, &r->lookups, keep_none, compare_lookups, report_lookup__clear);
}

void report_lookup__clear(void *item)
{
	struct report_lookup *lookup = item;

	free(lookup->function);
	free(lookup->patch);
	free(lookup->caller);
	free(lookup->from_patch);
}
