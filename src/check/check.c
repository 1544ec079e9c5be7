// SPDX-License-Identifier: GPL-2.0
#include "check/check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "check/effects.h"
#include "check/rules.h"
#include "rules/refusal.h"

static const struct {
	const char *name;
	const char *function; /* of the kernel */
} rules[CHECK_RULES] = {
	[RULE_SIGNATURE] = { "signature", "module_sig_check" },
	[RULE_FORMAT] = { "format", "elf_validity_check" },
	[RULE_MODULE] = { "module", "elf_validity_check" },
	[RULE_BLACKLIST] = { "blacklist", "blacklisted" },
	[RULE_KERNEL] = { "kernel", "check_modinfo" },
	[RULE_LIVEPATCH] = { "livepatch", "check_modinfo_livepatch" },
	[RULE_NAME] = { "name", "add_unformed_module" },
	[RULE_IMPORTS] = { "imports", "simplify_symbols" },
	[RULE_RELOCATIONS] = { "relocations", "klp_apply_section_relocs" },
	[RULE_DIRECTORY] = { "directory", "mod_sysfs_init" },
	[RULE_PATCH] = { "patch", "klp_enable_patch" },
	[RULE_MARK] = { "mark", "is_livepatch_module" },
	[RULE_STATES] = { "states", "klp_is_patch_compatible" },
	[RULE_SYSFS] = { "sysfs", "kobject_add" },
	[RULE_OBJECTS] = { "objects", "klp_init_object" },
	[RULE_SYMBOLS] = { "symbols", "klp_find_object_symbol" },
	[RULE_TRANSITION] = { "transition", "__klp_enable_patch" },
	[RULE_CALLBACKS] = { "callbacks", "klp_pre_patch_callback" },
	[RULE_FTRACE] = { "ftrace", "klp_patch_func" },
};

static const char *const verdicts[CHECK_VERDICTS] = {
	[CHECK_ACCEPTED] = "accepted",
	[CHECK_NOT_CHECKED] = "not_checked",
	[CHECK_UNKNOWN] = "unknown",
	[CHECK_REFUSED] = "refused",
};

const char *check_verdict_name(enum check_verdict verdict)
{
	return verdicts[verdict];
}

const char *check_rule_name(enum check_rule rule)
{
	return rules[rule].name;
}

const char *check_rule_function(enum check_rule rule)
{
	return rules[rule].function;
}

static size_t count_functions(const struct patch *patch)
{
	size_t n = 0;

	for (size_t o = 0; o < patch->n_objects; o++)
		n += patch->objects[o].n_funcs;
	return n;
}

static void check_patch(struct checking *c)
{
	const struct module_facts *m = c->m;
	struct check_finding *finding;

	if (!m->enables) {
		finding = check_add(c, RULE_PATCH, CHECK_UNKNOWN,
				    "it does not call klp_enable_patch()");
		check_remedy(c, finding, "check that it is the right module");
		return;
	}
	switch (m->setup) {
	case MODULE_STATIC:
		if (m->early[0]) {
			finding =
				check_refuse(c, RULE_PATCH, -EINVAL, CAUSE_INVALID, "%s", m->early);
			check_remedy(c, finding, "correct the module's source");
		} else {
			check_add(c, RULE_PATCH, CHECK_ACCEPTED,
				  "%s, %zu objects, %zu functions, %zu states",
				  m->replace == MODULE_KNOWN ? m->patch.replace
								       ? "cumulative (replace)"
								       : "not cumulative"
							     : "cumulative or not",
				  m->patch.n_objects, count_functions(&m->patch),
				  m->patch.n_states);
		}
		return;
	case MODULE_RUN_TIME:
		check_add(c, RULE_PATCH, CHECK_UNKNOWN, "its klp_patch is set up at run time%s%s",
			  m->tool ? ", as by " : "", m->tool ? module_tool_name(m->tool) : "");
		return;
	case MODULE_NO_LAYOUT:
		finding = check_add(
			c, RULE_PATCH, CHECK_UNKNOWN,
			"no type information (BTF) says how its klp_patch has to be read");
		check_remedy(
			c, finding,
			"give the kernel's own: --kernel-btf FILE, such as vmlinux of its headers package");
		return;
	case MODULE_UNREADABLE:
		finding = check_add(c, RULE_PATCH, CHECK_UNKNOWN,
				    "its klp_patch cannot be read: %s", m->why);
		check_remedy(
			c, finding,
			"check that the type information (BTF) is that of the kernel it was built for, and the file is not damaged");
		return;
	}
}

static void check_mark(struct checking *c)
{
	struct check_finding *finding;

	if (c->m->marked) {
		check_add(c, RULE_MARK, CHECK_ACCEPTED, "it is marked as a livepatch");
		return;
	}
	finding = check_refuse(c, RULE_MARK, -EINVAL, CAUSE_NOT_LIVEPATCH,
			       "it is not marked as a livepatch");
	check_remedy(c, finding, "add MODULE_INFO(livepatch, \"Y\") to its source");
}

/* Whether what is installed can be reasoned about; says why not. */
static bool knows_installed(struct checking *c, enum check_rule rule)
{
	const struct baseline *g = c->g;

	if (g->installed != BASELINE_KNOWN) {
		check_add(c, rule,
			  g->installed == BASELINE_NOT_ASKED ? CHECK_NOT_CHECKED : CHECK_UNKNOWN,
			  "what is installed is not known%s%s", g->installed_why[0] ? ": " : "",
			  g->installed_why);
		return false;
	}
	if (g->open_step) {
		check_add(c, rule, CHECK_UNKNOWN, "it depends on step %d, whose outcome is open",
			  g->open_step);
		return false;
	}
	return true;
}

static size_t installed_states(const struct facts *installed)
{
	size_t n = 0;

	for (size_t i = 0; i < installed->n_patches; i++)
		n += installed->patches[i].n_states;
	return n;
}

static void refuse_states(struct checking *c)
{
	const struct conflicts *conflicts = &c->check->conflicts;
	struct check_finding *finding;
	char *words = NULL;
	size_t size;
	FILE *out = open_memstream(&words, &size);

	if (!out) {
		c->check->no_memory = true;
		return;
	}
	conflicts_explain(out, conflicts);
	if (fclose(out)) {
		c->check->no_memory = true;
		return;
	}
	finding = check_refuse(c, RULE_STATES, -EINVAL,
			       conflicts->list[0].kind == CONFLICT_OLDER ? CAUSE_STATE_OLDER_VERSION
									 : CAUSE_STATE_MISSING,
			       "%s", words);
	free(words);
	if (conflicts->list[0].kind == CONFLICT_OLDER)
		check_remedy(c, finding,
			     "build it with at least version %u of state %" PRIu64
			     ", or disable %s before",
			     conflicts->list[0].installed_version, conflicts->list[0].id,
			     conflicts->list[0].installed_by);
	else
		check_remedy(c, finding,
			     "have it name state %" PRIu64
			     " too, or disable %s before, or build it without replace",
			     conflicts->list[0].id, conflicts->list[0].installed_by);
}

/* Conflicts as if it were cumulative or not, whatever it says. */
static int conflicts_if(struct checking *c, bool replace)
{
	struct patch candidate = c->m->patch;

	conflicts__clear(&c->check->conflicts);
	candidate.replace = replace;
	if (compat_check(&candidate, &c->g->snapshot.installed, &c->check->conflicts))
		c->check->no_memory = true;
	return c->check->conflicts.n != 0;
}

static void accept_states(struct checking *c)
{
	const struct facts *installed = &c->g->snapshot.installed;

	if (!installed->n_patches)
		check_add(c, RULE_STATES, CHECK_ACCEPTED, "no livepatch is installed");
	else if (!installed_states(installed))
		check_add(c, RULE_STATES, CHECK_ACCEPTED, "no installed livepatch has states");
	else
		check_add(c, RULE_STATES, CHECK_ACCEPTED,
			  "compatible with the %zu states of %zu installed livepatches",
			  installed_states(installed), installed->n_patches);
}

static const char *states_unknown(const struct module_facts *m)
{
	if (m->setup == MODULE_RUN_TIME)
		return "its states are set at run time";
	if (m->states == MODULE_SET_BY_CODE)
		return "code of the module writes to its states, or a parameter sets them";
	return "its states could not be read";
}

static void check_states(struct checking *c)
{
	const struct module_facts *m = c->m;
	const struct facts *installed = &c->g->snapshot.installed;

	if (!knows_installed(c, RULE_STATES))
		return;
	if (m->setup == MODULE_STATIC && (m->flags & WIRE_F_NO_STATES)) {
		check_add(c, RULE_STATES, CHECK_ACCEPTED,
			  "the kernel that it is for has no states");
		return;
	}
	if (!installed_states(installed)) {
		accept_states(c);
		return;
	}
	if (m->setup != MODULE_STATIC || m->states != MODULE_KNOWN) {
		check_add(c, RULE_STATES, CHECK_UNKNOWN,
			  "%s, and installed livepatches have states", states_unknown(m));
		return;
	}
	if (m->other_rule || c->g->other_rule) {
		check_add(
			c, RULE_STATES, CHECK_UNKNOWN,
			"this kernel's states are not those of 5.5 to 7.3, and klpscope does not know their rule");
		return;
	}
	if (m->replace == MODULE_KNOWN) {
		if (conflicts_if(c, m->patch.replace))
			refuse_states(c);
		else
			accept_states(c);
		return;
	}
	/* What is refused of one that is not cumulative is refused in any case. */
	if (conflicts_if(c, false)) {
		refuse_states(c);
	} else if (!conflicts_if(c, true)) {
		accept_states(c);
	} else {
		check_add(
			c, RULE_STATES, CHECK_UNKNOWN,
			"it names not all installed states, and code or a parameter decides whether it is cumulative");
		conflicts__clear(&c->check->conflicts);
	}
}

static void check_sysfs(struct checking *c)
{
	struct check_finding *finding;

	if (c->m->setup != MODULE_STATIC || c->m->objects != MODULE_KNOWN) {
		check_add(c, RULE_SYSFS, CHECK_NOT_CHECKED, "its objects are not known");
		return;
	}
	if (!c->m->twice[0]) {
		check_add(c, RULE_SYSFS, CHECK_ACCEPTED, "nothing is named twice");
		return;
	}
	finding = check_refuse(c, RULE_SYSFS, -EEXIST, CAUSE_SYSFS, "%s", c->m->twice);
	finding->place = c->m->twice_at;
	check_remedy(c, finding, "correct the module's source");
}

/* "now: a, b" to a list of lists, and the end of @names. */
static void add_when(struct names *all, const char *when, struct names *names)
{
	if (names->n)
		names_add(all, "%s: %s", when, names_text(names));
	names_clear(names);
}

/* The first function whose name this kernel takes to be too long (klp_init_func()); false: none. */
static bool long_name(const struct checking *c, size_t limit, const struct func **func,
		      uint64_t *place)
{
	const struct patch *patch = &c->m->patch;

	for (size_t o = 0; o < patch->n_objects; o++)
		for (size_t f = 0; f < patch->objects[o].n_funcs; f++) {
			*func = &patch->objects[o].funcs[f];
			*place = module_place(o, f);
			if ((*func)->cut || strlen((*func)->name) >= limit)
				return true;
		}
	return false;
}

static void refuse_long(struct checking *c, const struct func *func, uint64_t place, size_t limit)
{
	struct check_finding *finding = check_refuse(
		c, RULE_OBJECTS, -EINVAL, CAUSE_INVALID,
		"the name of a function, %.40s..., has %zu or more characters, and this kernel takes less than %zu",
		func->name, strlen(func->name), limit);

	finding->place = place;
	check_remedy(c, finding, "patch another function, that calls it or is called by it");
}

static void refuse_late(struct checking *c)
{
	struct check_finding *finding =
		check_refuse(c, RULE_OBJECTS, -EINVAL, CAUSE_INVALID, "%s", c->m->late);

	finding->place = c->m->late_at;
	/* klp_add_nops() compares names before anybody has looked whether there are any. */
	if (c->m->nameless && c->m->patch.replace && c->g->snapshot.installed.n_patches)
		check_remedy(
			c, finding,
			"do NOT load it: kernels up to 6.18 at least crash when such a one is cumulative and others are installed; correct the module's source");
	else
		check_remedy(c, finding, "correct the module's source");
}

/* Whether the kernel itself has all its functions: then it may be built in. */
static bool may_be_builtin(const struct checking *c, const struct object *object)
{
	for (size_t f = 0; f < object->n_funcs; f++) {
		const struct symbol_count *symbol =
			symbols_find(&c->g->symbols, "vmlinux", object->funcs[f].name);

		if (!symbol || !symbol->found)
			return false;
	}
	return object->n_funcs && c->g->symbols_known == BASELINE_KNOWN;
}

/* What is said of objects that are not there now. */
struct absent {
	struct names never, builtin, later;
};

static void look_absent(struct checking *c, const struct object *object, struct absent *absent)
{
	const char *never = object_never(c->g, object);

	if (never)
		names_add(&absent->never, "%s is loaded one day, which cannot be (%s)",
			  object_label(object), never);
	else if (may_be_builtin(c, object))
		names_add(&absent->builtin,
			  "%s is a module and not built in, though the kernel itself has %s",
			  object->name, object->funcs[0].name);
	else
		names_add(&absent->later, "%s", object->name);
}

static void accept_objects(struct checking *c, struct names *all, struct absent *absent)
{
	struct check_finding *finding =
		check_add(c, RULE_OBJECTS, CHECK_ACCEPTED, "%s", all->n ? names_text(all) : "none");
	struct names rests = { .separator = ", and that " };

	if (absent->never.n)
		names_add(&rests, "%s", names_text(&absent->never));
	if (absent->builtin.n)
		names_add(&rests, "%s", names_text(&absent->builtin));
	if (absent->later.n)
		names_add(
			&rests,
			"%s will have these functions when loaded: else that module is refused, not this one",
			names_text(&absent->later));
	if (rests.n)
		check_assume(c, finding, "%s", names_text(&rests));
	names_clear(&rests);
}

static void check_objects(struct checking *c)
{
	const struct patch *patch = &c->m->patch;
	struct names loaded = { 0 }, later = { 0 }, open = { 0 }, never = { 0 };
	struct names all = { .separator = "; " };
	struct absent absent = { 0 };
	size_t limit = c->g->loader.name_len;
	uint64_t place = 0;
	const struct func *func;
	bool too_long;

	if (c->m->setup != MODULE_STATIC) {
		check_add(c, RULE_OBJECTS, CHECK_NOT_CHECKED, "they are not known");
		return;
	}
	if (c->m->objects != MODULE_KNOWN) {
		check_add(
			c, RULE_OBJECTS, CHECK_UNKNOWN,
			"code of the module changes its objects or functions before it enables them");
		return;
	}
	/* The longest that any kernel takes, and the shortest. */
	too_long = long_name(c, limit ? limit : 512, &func, &place);
	if (c->m->late[0] && (!too_long || c->m->late_at <= place)) {
		refuse_late(c);
		return;
	}
	if (too_long) {
		refuse_long(c, func, place, limit ? limit : 512);
		return;
	}
	if (!limit && long_name(c, 128, &func, &place)) {
		check_remedy(
			c,
			check_add(
				c, RULE_OBJECTS, CHECK_UNKNOWN,
				"the name of a function, %.40s..., has %zu characters, and kernels before 6.1 take less than 128",
				func->name, strlen(func->name)),
			"give the kernel's own type information: --kernel-btf FILE");
		return;
	}
	for (size_t o = 0; o < patch->n_objects; o++)
		if (!strcmp(patch->objects[o].name, patch->name)) {
			check_add(c, RULE_OBJECTS, CHECK_UNKNOWN,
				  "object %s is this very module, whose symbols are not looked up",
				  patch->name);
			return;
		}
	for (size_t o = 0; o < patch->n_objects; o++) {
		const struct object *object = &patch->objects[o];
		bool known, there = object_loaded(c->g, object, &known);
		bool not_ever = !there && object_never(c->g, object);

		names_add(there	     ? &loaded
			  : not_ever ? &never
			  : known    ? &later
				     : &open,
			  "%s", object_label(object));
		if (!there)
			look_absent(c, object, &absent);
	}
	add_when(&all, "now", &loaded);
	add_when(&all, "when it is loaded", &later);
	add_when(&all, "now, or when it is loaded", &open);
	add_when(&all, "NEVER", &never);
	accept_objects(c, &all, &absent);
	names_clear(&all);
	names_clear(&absent.never);
	names_clear(&absent.builtin);
	names_clear(&absent.later);
}

/* The symbols of one object: its own relocations first, then its functions. */
static void look_object(struct checking *c, const struct object *object, struct names *bad,
			size_t *n, size_t *unknown)
{
	for (size_t i = 0; i < c->m->n_symbols; i++) {
		const struct module_symbol *symbol = &c->m->symbols[i];

		if (!symbol->section_object || !strcmp(symbol->section_object, "vmlinux") ||
		    strcmp(symbol->section_object, object->name))
			continue;
		++*n;
		check_look_symbol(c, symbol, bad, unknown);
	}
	for (size_t f = 0; f < object->n_funcs; f++) {
		const struct func *func = &object->funcs[f];
		enum lookup found = check_look_up(c->g, object->name, func->name, func->sympos);

		++*n;
		if (found == LOOKUP_UNKNOWN)
			++*unknown;
		else
			names_lookup(bad, found, c->g, object->name, func->name, func->sympos);
	}
}

static void check_symbols(struct checking *c)
{
	const struct patch *patch = &c->m->patch;
	size_t n = 0, unknown = 0, at = SIZE_MAX;
	struct check_finding *finding;
	struct names bad = { 0 };

	if (c->m->setup != MODULE_STATIC || c->m->objects != MODULE_KNOWN) {
		check_add(c, RULE_SYMBOLS, CHECK_NOT_CHECKED,
			  "which functions it changes is not known");
		return;
	}
	for (size_t o = 0; o < patch->n_objects; o++) {
		bool known;

		if (!object_loaded(c->g, &patch->objects[o], &known))
			continue;
		look_object(c, &patch->objects[o], &bad, &n, &unknown);
		if (bad.n && at == SIZE_MAX)
			at = o;
	}
	if (bad.n) {
		finding = check_refuse(c, RULE_SYMBOLS, -EINVAL, CAUSE_SYMBOL, "%s",
				       names_text(&bad));
		finding->place = module_place(at, MODULE_OF_SYMBOLS);
		check_remedy(
			c, finding,
			"check that it was made for this very kernel; of several functions of one name, choose by old_sympos");
	} else if (unknown) {
		finding = check_add(c, RULE_SYMBOLS,
				    c->g->symbols_known == BASELINE_NOT_ASKED ? CHECK_NOT_CHECKED
									      : CHECK_UNKNOWN,
				    "%s", why_no_symbols(c->g));
		check_remedy(c, finding,
			     "give a copy of that host's /proc/kallsyms: --kallsyms FILE");
	} else {
		check_add(c, RULE_SYMBOLS, CHECK_ACCEPTED, "all %zu are found in what is loaded",
			  n);
	}
	names_clear(&bad);
}

static void check_transition(struct checking *c)
{
	const struct snapshot *s = &c->g->snapshot;
	struct check_finding *finding;

	if (c->g->kernel != BASELINE_KNOWN) {
		check_has_kernel(c, RULE_TRANSITION);
		return;
	}
	if (c->g->installed != BASELINE_KNOWN) {
		check_add(c, RULE_TRANSITION, CHECK_UNKNOWN, "whether one runs is not known%s%s",
			  c->g->installed_why[0] ? ": " : "", c->g->installed_why);
		return;
	}
	if (!s->transition) {
		check_add(c, RULE_TRANSITION, CHECK_ACCEPTED, "none runs");
		return;
	}
	finding = check_refuse(c, RULE_TRANSITION, -EBUSY, CAUSE_TRANSITION_BUSY,
			       "%s is still in transition, and there is one transition at a time",
			       s->transition->name);
	check_remedy(c, finding,
		     "wait until it is complete; klpscope blockers shows what it waits for");
}

static void check_callbacks(struct checking *c)
{
	struct check_finding *finding;

	if (c->m->setup != MODULE_STATIC || c->m->objects != MODULE_KNOWN) {
		check_add(c, RULE_CALLBACKS, CHECK_NOT_CHECKED, "its objects are not known");
	} else if (!c->m->pre_patch[0]) {
		check_add(c, RULE_CALLBACKS, CHECK_ACCEPTED,
			  "no pre_patch callback that could refuse");
	} else {
		finding = check_add(c, RULE_CALLBACKS, CHECK_ACCEPTED, "pre_patch callbacks: %s",
				    c->m->pre_patch);
		check_assume(c, finding, "its pre_patch callbacks return 0");
	}
}

/* A BPF trampoline on a function, where the kernel has not both on one (before 6.0). */
static const struct foreign_program *excludes(const struct baseline *g,
					      const struct check_function *function)
{
	if (!g->foreign || !g->unwinder.known || g->unwinder.shares)
		return NULL;
	for (size_t i = 0; i < g->foreign->n_programs; i++) {
		const struct foreign_program *program = &g->foreign->programs[i];

		if (check_on_function(program, function))
			return program;
	}
	return NULL;
}

/* What there is to be hooked, and what speaks against it. */
struct to_hook {
	size_t n, unknown;
	struct names bad; /* ftrace cannot */
	struct names taken; /* BPF is there already, which this kernel has not beside a livepatch */
	struct foreign_owners holders; /* of that */
	struct names used; /* somebody else sends its callers elsewhere, or has a direct call */
	struct names open; /* perhaps */
};

/* Somebody else who may send callers of a function elsewhere (__ftrace_hash_update_ipmodify()). */
static void look_at_users(const struct baseline *g, const struct check_function *function,
			  const struct symbol_count *symbol, struct to_hook *hook)
{
	const struct symbol_users *users = &symbol->users;
	const char *by = users->by[0] ? users->by : "somebody that ftrace does not show";
	uint32_t most = users->modify > users->direct ? users->modify : users->direct;

	if (!most)
		return;
	/* An installed livepatch does so, too. */
	if (!users->by[0] && (users->patched || g->installed != BASELINE_KNOWN))
		names_add(&hook->open, "%s", function->name);
	/* The list has names only: of several functions, which is meant is not known. */
	else if (most < symbol->found)
		names_add(&hook->open, "%s, by %s", function->name, by);
	else
		names_add(
			&hook->used, "%s, by %s", function->name,
			!strcmp(by, "kprobe_ftrace_handler")
				? "a kprobe that may send its callers elsewhere (it has a post_handler)"
				: by);
}

static void look_at_function(const struct baseline *g, const struct check_function *function,
			     struct to_hook *hook)
{
	const struct symbol_count *symbol =
		symbols_find(&g->symbols, function->object, function->name);
	const struct foreign_program *program;

	/* What is hooked for a livepatch already is not hooked again. */
	if (!function->loaded || function->below || function->reverts)
		return;
	hook->n++;
	program = excludes(g, function);
	/* Of several, only some: which of them is meant is not known. */
	if (g->hooks_known != BASELINE_KNOWN || g->users_known != BASELINE_KNOWN || !symbol ||
	    (symbol->hookable && symbol->hookable < symbol->found))
		hook->unknown++;
	else if (symbol->found && !symbol->hookable)
		names_add(&hook->bad, "%s of %s", function->name, function->object);
	else if (!program)
		look_at_users(g, function, symbol, hook);
	if (!program)
		return;
	names_add(&hook->taken, "%s (%s program %u)", function->name,
		  foreign_kind_name(program->kind), program->id);
	for (size_t i = 0; i < program->owners.n && i < FOREIGN_OWNERS_MAX; i++)
		foreign_owners_add(&hook->holders, program->owners.list[i].pid,
				   program->owners.list[i].comm);
}

static void refuse_bpf(struct checking *c, struct to_hook *hook)
{
	struct check_finding *finding = check_refuse(
		c, RULE_FTRACE, -EBUSY, CAUSE_FTRACE,
		"BPF sits on functions, and this kernel does not take a livepatch beside it: %s",
		names_text(&hook->taken));
	struct names holders = { 0 };

	for (size_t i = 0; i < hook->holders.n && i < FOREIGN_OWNERS_MAX; i++)
		names_add(&holders, "%s (pid %u)", hook->holders.list[i].comm,
			  hook->holders.list[i].pid);
	if (holders.n)
		check_remedy(c, finding, "end for that time: %s", names_text(&holders));
	else
		check_remedy(
			c, finding,
			"end the programs that have attached them (klpscope doctor names them)");
	names_clear(&holders);
}

/* Whom the kernel lets a livepatch share a function with decides whether the new one runs at all. */
static void accept_hooks(struct checking *c, const struct to_hook *hook)
{
	struct check_finding *finding = check_add(c, RULE_FTRACE, CHECK_ACCEPTED,
						  "all %zu to be hooked now can be", hook->n);

	if (c->check->n_skippers)
		check_assume(
			c, finding,
			"the programs of others on its functions let these run (%zu of the probes below can end a call before)",
			c->check->n_skippers);
}

static void judge_hooks(struct checking *c, struct to_hook *hook)
{
	const struct baseline *g = c->g;

	if (hook->n && g->ftrace_off)
		check_remedy(c,
			     check_refuse(c, RULE_FTRACE, -EBUSY, CAUSE_FTRACE,
					  "kernel.ftrace_enabled is 0: no function can be hooked"),
			     "sysctl kernel.ftrace_enabled=1");
	else if (hook->bad.n)
		check_remedy(c,
			     check_refuse(c, RULE_FTRACE, -EINVAL, CAUSE_FTRACE,
					  "ftrace cannot hook %s", names_text(&hook->bad)),
			     "patch what calls them instead");
	else if (hook->taken.n)
		refuse_bpf(c, hook);
	else if (hook->used.n)
		check_remedy(
			c,
			check_refuse(
				c, RULE_FTRACE, -EBUSY, CAUSE_FTRACE,
				"somebody else may send callers elsewhere, and there can be one: %s",
				names_text(&hook->used)),
			"end that before (/sys/kernel/tracing/enabled_functions and /sys/kernel/debug/kprobes/list show it)");
	else if (hook->open.n)
		check_remedy(
			c,
			check_add(
				c, RULE_FTRACE, CHECK_UNKNOWN,
				"somebody may send callers elsewhere, and it is not shown whether of these very functions, or who: %s",
				names_text(&hook->open)),
			"look at /sys/kernel/tracing/enabled_functions");
	else if (hook->unknown)
		check_add(c, RULE_FTRACE,
			  g->hooks_known == BASELINE_NOT_ASKED ? CHECK_NOT_CHECKED : CHECK_UNKNOWN,
			  "which functions ftrace can hook, or who does already, is not known");
	else if (c->check->n_functions)
		accept_hooks(c, hook);
	else
		check_add(c, RULE_FTRACE, CHECK_ACCEPTED, "there is nothing to hook");
}

static void check_ftrace(struct checking *c)
{
	struct to_hook hook = { 0 };

	if (c->m->setup != MODULE_STATIC || c->m->objects != MODULE_KNOWN) {
		check_add(c, RULE_FTRACE, CHECK_NOT_CHECKED, "its functions are not known");
		return;
	}
	for (size_t i = 0; i < c->check->n_functions; i++)
		look_at_function(c->g, &c->check->functions[i], &hook);
	judge_hooks(c, &hook);
	names_clear(&hook.bad);
	names_clear(&hook.taken);
	names_clear(&hook.used);
	names_clear(&hook.open);
}

static bool in_init(enum check_rule rule)
{
	return rule == RULE_SYSFS || rule == RULE_OBJECTS || rule == RULE_SYMBOLS;
}

/* Whether the kernel comes to @a before @b; those of klp_init_patch() are met object by object. */
static bool before(const struct check_finding *a, const struct check_finding *b)
{
	if (in_init(a->rule) && in_init(b->rule))
		return a->place < b->place;
	return a->rule < b->rule;
}

static void conclude(struct check *check)
{
	check->verdict = CHECK_ACCEPTED;
	for (size_t i = 0; i < check->n_findings; i++) {
		const struct check_finding *finding = &check->findings[i];

		if (finding->verdict != CHECK_REFUSED && finding->verdict != CHECK_UNKNOWN)
			continue;
		if (finding->verdict < check->verdict)
			continue;
		if (finding->verdict == check->verdict && !before(finding, check->decisive))
			continue;
		check->verdict = finding->verdict;
		check->decisive = finding;
	}
}

int check_enable(struct check *check, const struct module_facts *m, const struct baseline *g)
{
	struct checking c = { check, m, g };

	*check = (struct check){ .action = CHECK_ENABLE, .module = m };
	snprintf(check->name, sizeof(check->name), "%s", m->patch.name);
	if (check_loader(&c)) {
		check_effects(check, m, g);
		check_mark(&c);
		check_patch(&c);
		check_states(&c);
		check_sysfs(&c);
		check_objects(&c);
		check_symbols(&c);
		check_transition(&c);
		check_callbacks(&c);
		check_ftrace(&c);
	}
	conclude(check);
	return check->no_memory ? -ENOMEM : 0;
}

int check_disable(struct check *check, const char *name, const struct baseline *g)
{
	struct checking c = { check, NULL, g };
	struct check_finding *finding;
	const struct patch *patch = baseline_installed(g, name);

	*check = (struct check){ .action = CHECK_DISABLE };
	snprintf(check->name, sizeof(check->name), "%s", name);
	if (knows_installed(&c, RULE_NAME)) {
		if (patch) {
			check_add(&c, RULE_NAME, CHECK_ACCEPTED, "%s is installed", name);
		} else {
			finding = check_refuse(&c, RULE_NAME, -ENOENT, CAUSE_UNKNOWN,
					       "no livepatch %s is installed", name);
			check_remedy(&c, finding, "klpscope status shows what is");
		}
	}
	if (!patch || g->snapshot.transition != patch)
		check_transition(&c);
	else
		check_add(&c, RULE_TRANSITION, CHECK_ACCEPTED, "its own, which is reversed");
	conclude(check);
	return check->no_memory ? -ENOMEM : 0;
}

void check_clear(struct check *check)
{
	for (size_t i = 0; i < check->n_findings; i++) {
		free(check->findings[i].text);
		free(check->findings[i].remedy);
		free(check->findings[i].assumes);
	}
	for (size_t i = 0; i < check->n_functions; i++)
		free(check->functions[i].below);
	for (size_t i = 0; i < check->n_probes; i++)
		free(check->probes[i].text);
	free(check->findings);
	free(check->functions);
	free(check->probes);
	free(check->states);
	free(check->replaces);
	conflicts__clear(&check->conflicts);
	memset(check, 0, sizeof(*check));
}
