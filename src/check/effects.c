// SPDX-License-Identifier: GPL-2.0
#include "check/effects.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/rules.h"
#include "facts/foreign_index.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/id_index.h"

/* -- states --------------------------------------------------------------- */

/* Makes room for an id that has not come by before; NULL if it has. */
static struct check_takeover *add_state(struct check *check, struct id_index *index, uint64_t id)
{
	uint32_t at = id_index_add(index, id, check->n_states);

	return at == check->n_states ? &check->states[check->n_states++] : NULL;
}

/*
 * Who has each state now: the last livepatch that names it, and in that the
 * first entry, as klp_get_prev_state() looks it up.
 */
static void look_holders(struct check *check, struct id_index *index, const struct module_facts *m,
			 const struct facts *installed)
{
	for (size_t p = 0; p < installed->n_patches; p++) {
		const struct patch *patch = &installed->patches[p];

		for (size_t i = 0; i < patch->n_states; i++) {
			uint32_t at = id_index_find(index, patch->states[i].id);
			struct check_takeover *state;

			if (at != ID_INDEX_NONE) {
				state = &check->states[at];
				if (state->from == patch->name)
					continue;
			} else if (m->patch.replace) {
				state = add_state(check, index, patch->states[i].id);
				if (!state)
					continue;
				state->id = patch->states[i].id;
				state->gone = true;
			} else {
				continue;
			}
			state->is_new = false;
			state->from = patch->name;
			state->from_version = patch->states[i].version;
		}
	}
}

static void look_states(struct check *check, const struct module_facts *m, const struct baseline *g)
{
	_cleanup_(id_index_clear) struct id_index index = { 0 };
	const struct facts *installed = &g->snapshot.installed;
	size_t all = m->patch.n_states;

	for (size_t p = 0; p < installed->n_patches; p++)
		all += m->patch.replace ? installed->patches[p].n_states : 0;
	check->states = calloc(all + 1, sizeof(*check->states));
	if (!check->states || id_index_make(&index, all)) {
		check->no_memory = true;
		return;
	}
	for (size_t i = 0; i < m->patch.n_states; i++) {
		struct check_takeover *state = add_state(check, &index, m->patch.states[i].id);

		if (!state)
			continue;
		state->id = m->patch.states[i].id;
		state->to_version = m->patch.states[i].version;
		state->is_new = true;
	}
	look_holders(check, &index, m, installed);
	for (size_t i = 0; i < check->n_states; i++)
		check->states[i].no_version = (m->flags | installed->flags) & WIRE_F_NO_VERSION;
}

/* -- functions ------------------------------------------------------------ */

/* A function that a livepatch changes. Positions 0 and 1 are the same, as klp_find_func() has it. */
struct change {
	const struct object *in;
	const char *object, *name;
	uint32_t sympos;
	size_t patch; /* in list order; SIZE_MAX: the candidate */
	size_t order;
};

static int change_cmp_function(const struct change *x, const struct change *y)
{
	int order = strcmp(x->object, y->object);

	if (!order)
		order = x->in->no_module - y->in->no_module;
	if (!order)
		order = strcmp(x->name, y->name);
	if (!order && x->sympos != y->sympos)
		order = x->sympos < y->sympos ? -1 : 1;
	return order;
}

static int change_cmp(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	int order = change_cmp_function(x, y);

	if (order)
		return order;
	if (x->patch != y->patch)
		return x->patch < y->patch ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static size_t count_changes(const struct patch *patch)
{
	size_t n = 0;

	for (size_t o = 0; o < patch->n_objects; o++)
		n += patch->objects[o].n_funcs;
	return n;
}

static size_t add_changes(struct change *list, size_t n, const struct patch *patch, size_t index)
{
	size_t order = 0;

	for (size_t o = 0; o < patch->n_objects; o++) {
		const struct object *object = &patch->objects[o];

		for (size_t f = 0; f < object->n_funcs; f++) {
			uint32_t sympos = object->funcs[f].sympos;

			list[n++] = (struct change){ object,
						     object_label(object),
						     object->funcs[f].name,
						     sympos ? sympos : 1,
						     index,
						     order++ };
		}
	}
	return n;
}

/* All changes of one function, those of installed livepatches first. */
static int look_function(struct check *check, const struct change *list, size_t n,
			 const struct module_facts *m, const struct baseline *g)
{
	const struct change *last = &list[n - 1];
	bool ours = last->patch == SIZE_MAX;
	struct check_function *functions;
	bool known, loaded = object_loaded(g, last->in, &known);
	size_t size;
	FILE *out;

	if (!ours && !m->patch.replace)
		return 0;
	functions = grow(check->functions, check->n_functions, &check->room_functions,
			 sizeof(*functions));
	if (!functions)
		return -ENOMEM;
	check->functions = functions;
	functions = &functions[check->n_functions++];
	*functions = (struct check_function){
		.object = last->object,
		.name = last->name,
		.sympos = last->sympos,
		.loaded = loaded,
		.loaded_known = known,
		.never = loaded ? NULL : object_never(g, last->in),
		.reverts = !ours,
	};
	check->n_never += ours && functions->never;
	if (list[0].patch == SIZE_MAX)
		return 0;
	out = open_memstream(&functions->below, &size);
	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < n && list[i].patch != SIZE_MAX; i++)
		if (!i || list[i].patch != list[i - 1].patch)
			fprintf(out, "%s%s", i ? ", " : "",
				g->snapshot.installed.patches[list[i].patch].name);
	return fclose(out) ? -ENOMEM : 0;
}

static int look_functions(struct check *check, const struct module_facts *m,
			  const struct baseline *g)
{
	const struct facts *installed = &g->snapshot.installed;
	_cleanup_free_ struct change *list = NULL;
	size_t all = count_changes(&m->patch), n = 0;
	int err = 0;

	for (size_t p = 0; p < installed->n_patches; p++)
		all += count_changes(&installed->patches[p]);
	list = calloc(all + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (size_t p = 0; p < installed->n_patches; p++)
		n = add_changes(list, n, &installed->patches[p], p);
	n = add_changes(list, n, &m->patch, SIZE_MAX);
	qsort(list, n, sizeof(*list), change_cmp);
	for (size_t i = 0, next; i < n && !err; i = next) {
		for (next = i + 1; next < n && !change_cmp_function(&list[next], &list[i]); next++)
			;
		err = look_function(check, &list[i], next - i, m, g);
	}
	return err;
}

/* -- probes of others ----------------------------------------------------- */

static int add_probe(struct check *check, const struct check_function *function, char *text)
{
	struct check_probe *probes =
		text ? grow(check->probes, check->n_probes, &check->room_probes, sizeof(*probes))
		     : NULL;

	if (!probes) {
		free(text);
		return -ENOMEM;
	}
	check->probes = probes;
	probes[check->n_probes++] = (struct check_probe){ function->object, function->name, text };
	return 0;
}

bool check_on_function(const struct foreign_program *program, const struct check_function *function)
{
	return !program->own && !program->on_program && program->attached != FOREIGN_LINKED_NO &&
	       !strcmp(program->func, function->name) &&
	       !strcmp(program->module[0] ? program->module : "vmlinux", function->object);
}

static int look_programs(struct check *check, const struct check_function *function,
			 const struct baseline *g, const struct foreign_index *index)
{
	size_t n;
	struct foreign_program *const *list = foreign_programs_on(index, function->name, &n);
	int err = 0;

	for (size_t i = 0; !err && i < n; i++) {
		const struct foreign_program *program = list[i];
		char *text;

		if (!check_on_function(program, function))
			continue;
		check->n_skippers += foreign_skips(program->kind);
		if (asprintf(&text, "%s program %u (%s)%s%s", foreign_kind_name(program->kind),
			     program->id, program->name,
			     foreign_stays(program->kind) && !g->unwinder.bpf
				     ? ": its frame may hold the transition up"
				     : "",
			     foreign_skips(program->kind)
				     ? ": where it returns an error, the new function does not run"
				     : "") < 0)
			text = NULL;
		err = add_probe(check, function, text);
	}
	return err;
}

static int look_kprobes(struct check *check, const struct check_function *function,
			const struct foreign_index *index)
{
	size_t n;
	struct foreign_kprobe *const *list = foreign_kprobes_on(index, function->name, &n);
	int err = 0;

	for (size_t i = 0; !err && i < n; i++) {
		const struct foreign_kprobe *kprobe = list[i];
		char *text;

		if (kprobe->own || kprobe->disabled || kprobe->gone ||
		    strcmp(kprobe->module[0] ? kprobe->module : "vmlinux", function->object))
			continue;
		check->n_skippers += kprobe->overrides;
		/* Documentation/livepatch/livepatch.rst, "Limitations". */
		if (asprintf(&text, "%s%s%s%s", kprobe->on_return ? "kretprobe" : "kprobe",
			     kprobe->event[0] ? " " : "", kprobe->event,
			     kprobe->overrides ? ": it may end calls before the new function runs"
			     : kprobe->ftrace
				     ? ""
				     : ": it is not called while the new function runs") < 0)
			text = NULL;
		err = add_probe(check, function, text);
	}
	return err;
}

static void look_probes(struct check *check, const struct baseline *g)
{
	_cleanup_(foreign_index_clear) struct foreign_index index = { 0 };
	int err = g->foreign ? foreign_index_make(&index, g->foreign) : 0;

	for (size_t i = 0; g->foreign && i < check->n_functions && !err; i++) {
		const struct check_function *function = &check->functions[i];

		if (!function->loaded || function->reverts)
			continue;
		err = look_programs(check, function, g, &index);
		if (!err)
			err = look_kprobes(check, function, &index);
	}
	check->no_memory |= err;
}

static void look_replaced(struct check *check, const struct module_facts *m,
			  const struct baseline *g)
{
	const struct facts *installed = &g->snapshot.installed;

	check->order = installed->n_patches + 1;
	if (!m->patch.replace)
		return;
	check->order = 1;
	check->replaces = calloc(installed->n_patches + 1, sizeof(*check->replaces));
	if (!check->replaces) {
		check->no_memory = true;
		return;
	}
	for (size_t p = 0; p < installed->n_patches; p++)
		memcpy(check->replaces[check->n_replaces++], installed->patches[p].name,
		       sizeof(*check->replaces));
}

void check_effects(struct check *check, const struct module_facts *m, const struct baseline *g)
{
	check->effects_known = m->setup == MODULE_STATIC && m->states == MODULE_KNOWN &&
			       m->objects == MODULE_KNOWN && m->replace == MODULE_KNOWN &&
			       g->installed == BASELINE_KNOWN && !g->open_step;
	if (m->setup != MODULE_STATIC || m->objects != MODULE_KNOWN)
		return;
	check->no_memory |= look_functions(check, m, g) != 0;
	look_probes(check, g);
	if (!check->effects_known)
		return;
	look_replaced(check, m, g);
	look_states(check, m, g);
}
