// SPDX-License-Identifier: GPL-2.0
#include "event/check_effects.h"

#include <errno.h>
#include <string.h>

#include "util/cleanup.h"

/* -- states --------------------------------------------------------------- */

/* A state of one patch. */
struct holding {
	uint64_t id;
	size_t patch; /* in list order; SIZE_MAX: the candidate */
	size_t order; /* in the patch */
	uint32_t version;
};

static int holding_cmp(const void *a, const void *b)
{
	const struct holding *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	if (x->patch != y->patch)
		return x->patch < y->patch ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static size_t add_holdings(struct holding *list, size_t n, const struct patch *patch, size_t index)
{
	for (size_t i = 0; i < patch->n_states; i++)
		list[n++] =
			(struct holding){ patch->states[i].id, index, i, patch->states[i].version };
	return n;
}

/* One id: who has it now, as klp_get_prev_state() finds it, and whether the candidate names it. */
static void take_over(struct check *check, const struct holding *list, size_t n,
		      const struct module_facts *m, const struct ground *g)
{
	const struct holding *holder = NULL, *offer = NULL;
	struct check_takeover *state = &check->states[check->n_states];

	for (size_t i = 0; i < n; i++) {
		if (list[i].patch == SIZE_MAX) {
			/* The first of that id, as klp_get_state(). */
			offer = offer ? offer : &list[i];
		} else if (!holder || holder->patch != list[i].patch) {
			holder = &list[i];
		}
	}
	if (!offer && !m->patch.replace)
		return;
	*state = (struct check_takeover){
		.id = list->id,
		.no_version = (m->flags | g->snapshot.installed.flags) & WIRE_F_NO_VERSION,
		.gone = !offer,
		.is_new = !holder,
		.from_version = holder ? holder->version : 0,
		.to_version = offer ? offer->version : 0,
		.from = holder ? g->snapshot.installed.patches[holder->patch].name : NULL,
	};
	check->n_states++;
}

static void look_states(struct check *check, const struct module_facts *m, const struct ground *g)
{
	const struct facts *installed = &g->snapshot.installed;
	_cleanup_free_ struct holding *list = NULL;
	size_t all = m->patch.n_states, n = 0;

	for (size_t p = 0; p < installed->n_patches; p++)
		all += installed->patches[p].n_states;
	list = calloc(all + 1, sizeof(*list));
	check->states = calloc(all + 1, sizeof(*check->states));
	if (!list || !check->states) {
		check->no_memory = true;
		return;
	}
	for (size_t p = 0; p < installed->n_patches; p++)
		n = add_holdings(list, n, &installed->patches[p], p);
	n = add_holdings(list, n, &m->patch, SIZE_MAX);
	qsort(list, n, sizeof(*list), holding_cmp);
	for (size_t i = 0, next; i < n; i = next) {
		for (next = i + 1; next < n && list[next].id == list[i].id; next++)
			;
		take_over(check, &list[i], next - i, m, g);
	}
}

/* -- functions ------------------------------------------------------------ */

/* A function that a livepatch changes. Positions 0 and 1 are the same, as klp_find_func() has it. */
struct change {
	const char *object, *name;
	uint32_t sympos;
	size_t patch; /* in list order; SIZE_MAX: the candidate */
	size_t order;
};

static int change_cmp_function(const struct change *x, const struct change *y)
{
	int order = strcmp(x->object, y->object);

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

			list[n++] = (struct change){ object->name, object->funcs[f].name,
						     sympos ? sympos : 1, index, order++ };
		}
	}
	return n;
}

/* All changes of one function, those of installed livepatches first. */
static int look_function(struct check *check, const struct change *list, size_t n,
			 const struct module_facts *m, const struct ground *g)
{
	const struct change *last = &list[n - 1];
	bool ours = last->patch == SIZE_MAX;
	struct check_function *functions;
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
		.loaded = !strcmp(last->object, "vmlinux") || ground_loaded(g, last->object),
		.reverts = !ours,
	};
	functions->loaded_known = functions->loaded || g->modules == GROUND_KNOWN;
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

static int look_functions(struct check *check, const struct module_facts *m, const struct ground *g)
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

static int look_programs(struct check *check, const struct check_function *function,
			 const struct ground *g)
{
	int err = 0;

	for (size_t i = 0; !err && i < g->foreign->n_programs; i++) {
		const struct foreign_program *program = &g->foreign->programs[i];
		char *text;

		if (program->own || program->on_program || program->attached == FOREIGN_LINKED_NO ||
		    strcmp(program->func, function->name) ||
		    strcmp(program->module, function->object))
			continue;
		if (asprintf(&text, "%s program %u (%s)%s", foreign_kind_name(program->kind),
			     program->id, program->name,
			     foreign_stays(program->kind) && !g->unwinder.bpf
				     ? ": its frame may hold the transition up"
				     : "") < 0)
			text = NULL;
		err = add_probe(check, function, text);
	}
	return err;
}

static int look_kprobes(struct check *check, const struct check_function *function,
			const struct ground *g)
{
	int err = 0;

	for (size_t i = 0; !err && i < g->foreign->n_kprobes; i++) {
		const struct foreign_kprobe *kprobe = &g->foreign->kprobes[i];
		char *text;

		if (kprobe->own || kprobe->disabled || kprobe->gone ||
		    strcmp(kprobe->symbol, function->name) ||
		    strcmp(kprobe->module[0] ? kprobe->module : "vmlinux", function->object))
			continue;
		/* Documentation/livepatch/livepatch.rst, "Limitations". */
		if (asprintf(&text, "%s%s%s%s", kprobe->on_return ? "kretprobe" : "kprobe",
			     kprobe->event[0] ? " " : "", kprobe->event,
			     kprobe->ftrace ? ""
					    : ": it is not called while the new function runs") < 0)
			text = NULL;
		err = add_probe(check, function, text);
	}
	return err;
}

static void look_probes(struct check *check, const struct ground *g)
{
	int err = 0;

	for (size_t i = 0; g->foreign && i < check->n_functions && !err; i++) {
		const struct check_function *function = &check->functions[i];

		if (!function->loaded || function->reverts)
			continue;
		err = look_programs(check, function, g);
		if (!err)
			err = look_kprobes(check, function, g);
	}
	check->no_memory |= err;
}

static void look_replaced(struct check *check, const struct module_facts *m, const struct ground *g)
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

void check_effects(struct check *check, const struct module_facts *m, const struct ground *g)
{
	check->effects_known = m->setup == MODULE_STATIC && m->states == MODULE_KNOWN &&
			       m->objects == MODULE_KNOWN && m->replace == MODULE_KNOWN &&
			       g->installed == GROUND_KNOWN && !g->open_step;
	if (m->setup != MODULE_STATIC || m->objects != MODULE_KNOWN)
		return;
	check->no_memory |= look_functions(check, m, g) != 0;
	look_probes(check, g);
	if (!check->effects_known)
		return;
	look_replaced(check, m, g);
	look_states(check, m, g);
}
