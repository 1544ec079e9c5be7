// SPDX-License-Identifier: GPL-2.0
#include "check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "event/check_effects.h"
#include "event/refusal.h"
#include "util/cleanup.h"

/* How many functions or symbols one finding names before it counts the rest. */
#define NAMES_IN_WORDS 4

static const struct {
	const char *name;
	const char *function; /* of the kernel */
} rules[CHECK_RULES] = {
	[RULE_SIGNATURE] = { "signature", "module_sig_check" },
	[RULE_FORMAT] = { "format", "elf_validity_check" },
	[RULE_KERNEL] = { "kernel", "check_modinfo" },
	[RULE_LIVEPATCH] = { "livepatch", "check_modinfo_livepatch" },
	[RULE_NAME] = { "name", "add_unformed_module" },
	[RULE_IMPORTS] = { "imports", "simplify_symbols" },
	[RULE_RELOCATIONS] = { "relocations", "klp_apply_section_relocs" },
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

/* One check while it is made. */
struct checking {
	struct check *check;
	const struct module_facts *m;
	const struct ground *g;
};

static void set_text(struct check *check, char **text, const char *format, va_list args)
{
	free(*text);
	if (vasprintf(text, format, args) >= 0)
		return;
	*text = NULL;
	check->no_memory = true;
}

/* One more finding; never NULL: without memory, one that nobody sees. */
static struct check_finding *_printf_(4, 5) add(struct checking *c, enum check_rule rule,
						enum check_verdict verdict, const char *format, ...)
{
	static struct check_finding nowhere;
	struct check *check = c->check;
	struct check_finding *list =
		grow(check->findings, check->n_findings, &check->room_findings, sizeof(*list));
	va_list args;

	if (!list) {
		check->no_memory = true;
		nowhere = (struct check_finding){ 0 };
		return &nowhere;
	}
	check->findings = list;
	list = &list[check->n_findings++];
	*list = (struct check_finding){ .rule = rule, .verdict = verdict };
	va_start(args, format);
	set_text(check, &list->text, format, args);
	va_end(args);
	return list;
}

static struct check_finding *_printf_(5, 6)
	refuse(struct checking *c, enum check_rule rule, int error, enum refused_cause cause,
	       const char *format, ...)
{
	struct check_finding *finding = add(c, rule, CHECK_REFUSED, "%s", "");
	va_list args;

	finding->error = error;
	finding->cause = cause;
	va_start(args, format);
	if (finding->text)
		set_text(c->check, &finding->text, format, args);
	va_end(args);
	return finding;
}

static void _printf_(3, 4)
	remedy(struct checking *c, struct check_finding *finding, const char *format, ...)
{
	va_list args;

	if (!finding->text)
		return;
	va_start(args, format);
	set_text(c->check, &finding->remedy, format, args);
	va_end(args);
}

static void _printf_(3, 4)
	assume(struct checking *c, struct check_finding *finding, const char *format, ...)
{
	va_list args;

	if (!finding->text)
		return;
	va_start(args, format);
	set_text(c->check, &finding->assumes, format, args);
	va_end(args);
}

/* -- the module loader ---------------------------------------------------- */

/* Whether there is a kernel to ask; says so where there is none. */
static bool has_kernel(struct checking *c, enum check_rule rule)
{
	if (c->g->kernel == GROUND_KNOWN)
		return true;
	if (c->g->kernel == GROUND_NOT_ASKED)
		add(c, rule, CHECK_NOT_CHECKED, "there is no host to ask");
	else
		add(c, rule, CHECK_UNKNOWN, "the kernel is not known");
	return false;
}

static void check_signature(struct checking *c)
{
	const struct ground *g = c->g;
	struct check_finding *finding;
	bool locked = !strcmp(g->lockdown, "integrity") || !strcmp(g->lockdown, "confidentiality");

	if (!has_kernel(c, RULE_SIGNATURE))
		return;
	if (g->modules_disabled) {
		finding = refuse(c, RULE_SIGNATURE, -EPERM, CAUSE_UNKNOWN,
				 "kernel.modules_disabled is 1: no module can be loaded any more");
		remedy(c, finding, "boot again");
	} else if (!g->signatures) {
		add(c, RULE_SIGNATURE, CHECK_ACCEPTED, "this kernel does not look at signatures");
	} else if (!g->signatures_enforced && !locked) {
		add(c, RULE_SIGNATURE, CHECK_ACCEPTED, "%s; none is required",
		    c->m->is_signed ? "signed" : "not signed");
	} else if (c->m->is_signed) {
		finding = add(c, RULE_SIGNATURE, CHECK_ACCEPTED, "signed");
		assume(c, finding, "this kernel has the key that it is signed with");
	} else {
		finding = refuse(c, RULE_SIGNATURE, g->signatures_enforced ? -EKEYREJECTED : -EPERM,
				 CAUSE_UNKNOWN, "not signed, and %s%s",
				 g->signatures_enforced
					 ? "this kernel enforces signatures (module.sig_enforce)"
					 : "lockdown is in mode ",
				 g->signatures_enforced ? "" : g->lockdown);
		remedy(c, finding,
		       "sign it with a key that this kernel knows (kmodsign, sign-file)");
	}
}

/* Returns whether anything else can be looked at. */
static bool check_format(struct checking *c)
{
	struct check_finding *finding;
	char machine[48];
	const char *what = machine;

	switch (c->m->format) {
	case MODULE_FORMAT_OK:
		add(c, RULE_FORMAT, CHECK_ACCEPTED, "a module for x86-64");
		return true;
	case MODULE_FORMAT_32BIT:
		what = "a 32-bit file";
		break;
	case MODULE_FORMAT_BIG_ENDIAN:
		what = "a big-endian file";
		break;
	case MODULE_FORMAT_TYPE:
		what = "a program or a library, not a module";
		break;
	case MODULE_FORMAT_MACHINE:
		snprintf(machine, sizeof(machine), "made for another machine (%u)", c->m->machine);
		break;
	}
	finding = refuse(c, RULE_FORMAT, -ENOEXEC, CAUSE_UNKNOWN,
			 "it is %s, and this is for x86-64", what);
	remedy(c, finding, "build it for this machine");
	return false;
}

/* The words after the first. */
static const char *after_word(const char *words)
{
	return words + strcspn(words, " ");
}

static bool same_word(const char *words, const char *word)
{
	size_t len = strcspn(words, " ");

	return strlen(word) == len && !strncmp(words, word, len);
}

static void check_kernel(struct checking *c)
{
	const char *magic = c->m->vermagic;
	const struct ground *g = c->g;
	struct check_finding *finding;
	bool fits;

	if (g->kernel == GROUND_NOT_ASKED && !g->release[0]) {
		add(c, RULE_KERNEL, CHECK_NOT_CHECKED, "made for %s; there is no host to ask",
		    magic ? magic : "a kernel that it does not name");
		return;
	}
	if (!has_kernel(c, RULE_KERNEL))
		return;
	if (!magic) {
		finding = add(
			c, RULE_KERNEL, CHECK_UNKNOWN,
			"it has no vermagic, which only kernels with CONFIG_MODULE_FORCE_LOAD take");
		remedy(c, finding, "build it against the headers of %s", g->release);
		return;
	}
	fits = g->vermagic[0] ? !strcmp(magic, g->vermagic) : same_word(magic, g->release);
	if (fits) {
		finding = add(c, RULE_KERNEL, CHECK_ACCEPTED, "made for %s", magic);
		if (!g->vermagic[0])
			assume(c, finding,
			       "the words after the release fit, which this kernel does not show");
		return;
	}
	/* With CRCs of symbols on both sides the release does not count. */
	if (c->m->versions &&
	    (!g->vermagic[0] || !strcmp(after_word(magic), after_word(g->vermagic)))) {
		finding = add(
			c, RULE_KERNEL, CHECK_UNKNOWN,
			"made for %.*s, and this is %s; the CRCs of %zu symbols decide, which klpscope cannot compare",
			(int)strcspn(magic, " "), magic, g->release, c->m->versions);
	} else {
		finding = refuse(c, RULE_KERNEL, -ENOEXEC, CAUSE_UNKNOWN,
				 "made for '%s', and this is '%s'", magic,
				 g->vermagic[0] ? g->vermagic : g->release);
	}
	remedy(c, finding, "build it against the headers of %s", g->release);
}

static void check_livepatch(struct checking *c)
{
	struct check_finding *finding;

	if (!has_kernel(c, RULE_LIVEPATCH))
		return;
	if (!c->g->no_livepatch) {
		add(c, RULE_LIVEPATCH, CHECK_ACCEPTED, "this kernel can be livepatched");
		return;
	}
	finding = refuse(c, RULE_LIVEPATCH, c->m->marked ? -ENOEXEC : -ENOENT, CAUSE_UNKNOWN,
			 "this kernel has no livepatching");
	remedy(c, finding,
	       "check it where it will be loaded, or against what will be there: --against none, --against OTHER.ko");
}

static void check_name(struct checking *c)
{
	const char *name = c->m->patch.name;
	const struct ground *g = c->g;
	const struct ground_module *there = ground_loaded(g, name);
	struct check_finding *finding;

	if (!there) {
		if (g->modules == GROUND_UNKNOWN)
			add(c, RULE_NAME, CHECK_UNKNOWN, "which modules are loaded is not known");
		else
			add(c, RULE_NAME, CHECK_ACCEPTED, "no module %s is loaded", name);
		return;
	}
	if (there->unused) {
		finding = add(c, RULE_NAME, CHECK_ACCEPTED,
			      "%s is loaded, but was replaced by step %d", name,
			      there->unused_by + 1);
		assume(c, finding, "it was unloaded by then: rmmod %s", name);
		return;
	}
	finding =
		refuse(c, RULE_NAME, -EEXIST, CAUSE_UNKNOWN, "a module %s is loaded already", name);
	if (ground_installed(g, name))
		remedy(c, finding,
		       "it is installed: disable it (echo 0 > /sys/kernel/livepatch/%s/enabled) and unload it (rmmod %s), or give the new one another name",
		       name, name);
	else if (there->livepatch)
		remedy(c, finding, "its livepatch is not in force any more: rmmod %s", name);
	else
		remedy(c, finding, "give it another name");
}

/* -- symbols -------------------------------------------------------------- */

enum lookup {
	LOOKUP_FOUND,
	LOOKUP_NONE,
	LOOKUP_AMBIGUOUS, /* several, and no position given */
	LOOKUP_POSITION, /* fewer than the position given */
	LOOKUP_UNKNOWN,
};

/* As klp_find_object_symbol(). */
static enum lookup look_up(const struct ground *g, const char *object, const char *name,
			   uint32_t sympos)
{
	bool own = !strcmp(object, "vmlinux");
	const struct symbol_count *symbol = symbols_find(&g->symbols, object, name);

	if ((own ? g->symbols_known : g->module_symbols_known) != GROUND_KNOWN || !symbol)
		return LOOKUP_UNKNOWN;
	if (!symbol->found)
		return LOOKUP_NONE;
	if (!sympos)
		return symbol->found > 1 ? LOOKUP_AMBIGUOUS : LOOKUP_FOUND;
	return sympos > symbol->found ? LOOKUP_POSITION : LOOKUP_FOUND;
}

/* Whether an object is there now, so that its functions are looked up and patched at once. */
static bool object_loaded(const struct ground *g, const char *object, bool *known)
{
	*known = true;
	if (!strcmp(object, "vmlinux"))
		return true;
	if (ground_loaded(g, object))
		return true;
	*known = g->modules == GROUND_KNOWN;
	return false;
}

/* A list of names in words, and how many more. */
struct names {
	FILE *out;
	char *text;
	size_t size, n;
};

static void _printf_(2, 3) name_one(struct names *names, const char *format, ...)
{
	va_list args;

	if (!names->n)
		names->out = open_memstream(&names->text, &names->size);
	if (names->out && names->n < NAMES_IN_WORDS) {
		if (names->n)
			fputs(", ", names->out);
		va_start(args, format);
		vfprintf(names->out, format, args);
		va_end(args);
	}
	names->n++;
}

/* To be called once; the text stays until names_clear(). */
static const char *names_text(struct names *names)
{
	if (!names->out)
		return "";
	if (names->n > NAMES_IN_WORDS)
		fprintf(names->out, " and %zu more", names->n - NAMES_IN_WORDS);
	if (fclose(names->out)) {
		free(names->text);
		names->text = NULL;
	}
	names->out = NULL;
	return names->text ? names->text : "";
}

static void names_clear(struct names *names)
{
	if (names->out)
		fclose(names->out);
	free(names->text);
}

static void name_lookup(struct names *names, enum lookup found, const char *object,
			const char *name, uint32_t sympos, uint32_t count)
{
	switch (found) {
	case LOOKUP_NONE:
		name_one(names, "%s is not in %s", name, object);
		break;
	case LOOKUP_AMBIGUOUS:
		name_one(names, "%s is %u times in %s, and no position is given", name, count,
			 object);
		break;
	case LOOKUP_POSITION:
		name_one(names, "%s is %u times in %s, so there is no position %u", name, count,
			 object, sympos);
		break;
	default:
		break;
	}
}

static uint32_t count_of(const struct ground *g, const char *object, const char *name)
{
	const struct symbol_count *symbol = symbols_find(&g->symbols, object, name);

	return symbol ? symbol->found : 0;
}

static const char *why_no_symbols(const struct ground *g)
{
	return g->symbols_why[0] ? g->symbols_why : "the kernel's symbols are not known";
}

/* What is wrong with a livepatch symbol in a section of @section_object. */
static bool bad_symbol(struct names *names, const struct module_symbol *symbol,
		       const char *section_object)
{
	if (symbol->unmarked)
		name_one(names, "symbol %s is not marked as a livepatch symbol", symbol->name);
	else if (!symbol->object)
		name_one(names, "symbol %s has a malformed name", symbol->name);
	else if (strcmp(section_object, "vmlinux") && !strcmp(symbol->object, "vmlinux"))
		name_one(names, "symbol %s of vmlinux is in the relocations of %s", symbol->name,
			 section_object);
	else
		return false;
	return true;
}

/* Counts what of a section's symbols is wrong, and what cannot be known. */
static void look_symbol(struct checking *c, const struct module_symbol *symbol, struct names *bad,
			size_t *unknown)
{
	enum lookup found;

	if (bad_symbol(bad, symbol, symbol->section_object))
		return;
	found = look_up(c->g, symbol->object, symbol->name, symbol->sympos);
	if (found == LOOKUP_UNKNOWN)
		++*unknown;
	else
		name_lookup(bad, found, symbol->object, symbol->name, symbol->sympos,
			    count_of(c->g, symbol->object, symbol->name));
}

/* Where the kernel shows its exports, a symbol has to be among them. */
static bool is_exported(const struct symbols *symbols, const char *name)
{
	const struct symbol_count *shown = symbols_exported(symbols, "klp_enable_patch");
	const struct symbol_count *symbol = shown && shown->found
						    ? symbols_exported(symbols, name)
						    : symbols_find(symbols, SYMBOLS_ANY, name);

	return symbol && symbol->found;
}

static void check_imports(struct checking *c)
{
	const struct ground *g = c->g;
	struct names missing = { 0 };
	struct check_finding *finding;

	if (g->symbols_known != GROUND_KNOWN) {
		add(c, RULE_IMPORTS,
		    g->symbols_known == GROUND_NOT_ASKED ? CHECK_NOT_CHECKED : CHECK_UNKNOWN, "%s",
		    why_no_symbols(g));
		return;
	}
	for (size_t i = 0; i < c->m->n_imports; i++)
		if (!is_exported(&g->symbols, c->m->imports[i]))
			name_one(&missing, "%s", c->m->imports[i]);
	if (missing.n) {
		finding = refuse(c, RULE_IMPORTS, -ENOENT, CAUSE_UNKNOWN,
				 "it needs what neither kernel nor loaded modules export: %s",
				 names_text(&missing));
		remedy(c, finding,
		       "load the modules that it depends on, or build it for this kernel");
	} else {
		add(c, RULE_IMPORTS, CHECK_ACCEPTED, "all %zu symbols that it needs are there",
		    c->m->n_imports);
	}
	names_clear(&missing);
}

static void check_relocations(struct checking *c)
{
	struct names bad = { 0 };
	struct check_finding *finding;
	size_t n = 0, unknown = 0;

	for (size_t i = 0; i < c->m->n_symbols; i++) {
		const struct module_symbol *symbol = &c->m->symbols[i];

		if (!symbol->section_object) {
			name_one(&bad, "a livepatch relocation section has a malformed name");
			continue;
		}
		if (strcmp(symbol->section_object, "vmlinux"))
			continue;
		n++;
		look_symbol(c, symbol, &bad, &unknown);
	}
	if (bad.n) {
		finding =
			refuse(c, RULE_RELOCATIONS, -EINVAL, CAUSE_UNKNOWN, "%s", names_text(&bad));
		remedy(c, finding, "build it again, from the source of the kernel that runs here");
	} else if (!n) {
		add(c, RULE_RELOCATIONS, CHECK_ACCEPTED, "none of vmlinux");
	} else if (unknown) {
		add(c, RULE_RELOCATIONS,
		    c->g->symbols_known == GROUND_NOT_ASKED ? CHECK_NOT_CHECKED : CHECK_UNKNOWN,
		    "%zu livepatch symbols of vmlinux; %s", n, why_no_symbols(c->g));
	} else {
		add(c, RULE_RELOCATIONS, CHECK_ACCEPTED,
		    "all %zu livepatch symbols of vmlinux are found", n);
	}
	names_clear(&bad);
}

/* -- klp_enable_patch() --------------------------------------------------- */

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
		finding = add(c, RULE_PATCH, CHECK_UNKNOWN, "it does not call klp_enable_patch()");
		remedy(c, finding, "check that it is the right module");
		return;
	}
	switch (m->setup) {
	case MODULE_STATIC:
		if (m->early[0]) {
			finding = refuse(c, RULE_PATCH, -EINVAL, CAUSE_INVALID, "%s", m->early);
			remedy(c, finding, "correct the module's source");
		} else {
			add(c, RULE_PATCH, CHECK_ACCEPTED,
			    "%s, %zu objects, %zu functions, %zu states",
			    m->replace == MODULE_KNOWN
				    ? m->patch.replace ? "cumulative (replace)" : "not cumulative"
				    : "cumulative or not",
			    m->patch.n_objects, count_functions(&m->patch), m->patch.n_states);
		}
		return;
	case MODULE_RUN_TIME:
		add(c, RULE_PATCH, CHECK_UNKNOWN, "its klp_patch is set up at run time%s%s",
		    m->tool ? ", as by " : "", m->tool ? module_tool_name(m->tool) : "");
		return;
	case MODULE_NO_LAYOUT:
		finding = add(c, RULE_PATCH, CHECK_UNKNOWN,
			      "no type information (BTF) says how its klp_patch has to be read");
		remedy(c, finding,
		       "give the kernel's own: --kernel-btf FILE, such as vmlinux of its headers package");
		return;
	case MODULE_UNREADABLE:
		finding = add(c, RULE_PATCH, CHECK_UNKNOWN, "its klp_patch cannot be read: %s",
			      m->why);
		remedy(c, finding,
		       "check that the type information (BTF) is that of the kernel it was built for, and the file is not damaged");
		return;
	}
}

static void check_mark(struct checking *c)
{
	struct check_finding *finding;

	if (c->m->marked) {
		add(c, RULE_MARK, CHECK_ACCEPTED, "it is marked as a livepatch");
		return;
	}
	finding = refuse(c, RULE_MARK, -EINVAL, CAUSE_NOT_LIVEPATCH,
			 "it is not marked as a livepatch");
	remedy(c, finding, "add MODULE_INFO(livepatch, \"Y\") to its source");
}

/* Whether what is installed can be reasoned about; says why not. */
static bool knows_installed(struct checking *c, enum check_rule rule)
{
	const struct ground *g = c->g;

	if (g->installed != GROUND_KNOWN) {
		add(c, rule, g->installed == GROUND_NOT_ASKED ? CHECK_NOT_CHECKED : CHECK_UNKNOWN,
		    "what is installed is not known%s%s", g->installed_why[0] ? ": " : "",
		    g->installed_why);
		return false;
	}
	if (g->open_step) {
		add(c, rule, CHECK_UNKNOWN, "it depends on step %d, whose outcome is open",
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
	finding = refuse(c, RULE_STATES, -EINVAL,
			 conflicts->list[0].kind == CONFLICT_OLDER ? CAUSE_STATE_OLDER_VERSION
								   : CAUSE_STATE_MISSING,
			 "%s", words);
	free(words);
	if (conflicts->list[0].kind == CONFLICT_OLDER)
		remedy(c, finding,
		       "build it with at least version %u of state %" PRIu64
		       ", or disable %s before",
		       conflicts->list[0].installed_version, conflicts->list[0].id,
		       conflicts->list[0].installed_by);
	else
		remedy(c, finding,
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
		add(c, RULE_STATES, CHECK_ACCEPTED, "no livepatch is installed");
	else if (!installed_states(installed))
		add(c, RULE_STATES, CHECK_ACCEPTED, "no installed livepatch has states");
	else
		add(c, RULE_STATES, CHECK_ACCEPTED,
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
		add(c, RULE_STATES, CHECK_ACCEPTED, "the kernel that it is for has no states");
		return;
	}
	if (!installed_states(installed)) {
		accept_states(c);
		return;
	}
	if (m->setup != MODULE_STATIC || m->states != MODULE_KNOWN) {
		add(c, RULE_STATES, CHECK_UNKNOWN, "%s, and installed livepatches have states",
		    states_unknown(m));
		return;
	}
	if (m->other_rule || c->g->other_rule) {
		add(c, RULE_STATES, CHECK_UNKNOWN,
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
		add(c, RULE_STATES, CHECK_UNKNOWN,
		    "it names not all installed states, and code or a parameter decides whether it is cumulative");
		conflicts__clear(&c->check->conflicts);
	}
}

static void check_sysfs(struct checking *c)
{
	struct check_finding *finding;

	if (c->m->setup != MODULE_STATIC || c->m->objects != MODULE_KNOWN) {
		add(c, RULE_SYSFS, CHECK_NOT_CHECKED, "its objects are not known");
		return;
	}
	if (!c->m->twice[0]) {
		add(c, RULE_SYSFS, CHECK_ACCEPTED, "nothing is named twice");
		return;
	}
	finding = refuse(c, RULE_SYSFS, -EEXIST, CAUSE_SYSFS, "%s", c->m->twice);
	finding->place = c->m->twice_at;
	remedy(c, finding, "correct the module's source");
}

static void check_objects(struct checking *c)
{
	const struct patch *patch = &c->m->patch;
	struct names loaded = { 0 }, later = { 0 }, open = { 0 };
	struct check_finding *finding;

	if (c->m->setup != MODULE_STATIC) {
		add(c, RULE_OBJECTS, CHECK_NOT_CHECKED, "they are not known");
		return;
	}
	if (c->m->objects != MODULE_KNOWN) {
		add(c, RULE_OBJECTS, CHECK_UNKNOWN,
		    "code of the module changes its objects or functions before it enables them");
		return;
	}
	if (c->m->late[0]) {
		finding = refuse(c, RULE_OBJECTS, -EINVAL, CAUSE_INVALID, "%s", c->m->late);
		finding->place = c->m->late_at;
		/* klp_add_nops() compares names before anybody has looked whether there are any. */
		if (c->m->nameless && c->m->patch.replace && c->g->snapshot.installed.n_patches) {
			remedy(c, finding,
			       "do NOT load it: kernels before 7.0 crash when such a one is cumulative and others are installed; correct the module's source");
			return;
		}
		remedy(c, finding, "correct the module's source");
		return;
	}
	for (size_t o = 0; o < patch->n_objects; o++) {
		bool known, there = object_loaded(c->g, patch->objects[o].name, &known);

		name_one(there ? &loaded : known ? &later : &open, "%s", patch->objects[o].name);
	}
	/* Each may be empty, and names_text() ends a list. */
	{
		const char *a = names_text(&loaded), *b = names_text(&later),
			   *d = names_text(&open);

		add(c, RULE_OBJECTS, CHECK_ACCEPTED, "%s%s%s%s%s%s%s%s%s",
		    patch->n_objects ? "" : "none", loaded.n ? "now: " : "", a,
		    loaded.n && later.n ? "; " : "", later.n ? "when it is loaded: " : "", b,
		    (loaded.n || later.n) && open.n ? "; " : "",
		    open.n ? "now, or when it is loaded: " : "", d);
	}
	names_clear(&loaded);
	names_clear(&later);
	names_clear(&open);
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
		look_symbol(c, symbol, bad, unknown);
	}
	for (size_t f = 0; f < object->n_funcs; f++) {
		const struct func *func = &object->funcs[f];
		enum lookup found = look_up(c->g, object->name, func->name, func->sympos);

		++*n;
		if (found == LOOKUP_UNKNOWN)
			++*unknown;
		else
			name_lookup(bad, found, object->name, func->name, func->sympos,
				    count_of(c->g, object->name, func->name));
	}
}

static void check_symbols(struct checking *c)
{
	const struct patch *patch = &c->m->patch;
	size_t n = 0, unknown = 0, at = SIZE_MAX;
	struct check_finding *finding;
	struct names bad = { 0 };

	if (c->m->setup != MODULE_STATIC || c->m->objects != MODULE_KNOWN) {
		add(c, RULE_SYMBOLS, CHECK_NOT_CHECKED, "which functions it changes is not known");
		return;
	}
	for (size_t o = 0; o < patch->n_objects; o++) {
		bool known;

		if (!object_loaded(c->g, patch->objects[o].name, &known))
			continue;
		look_object(c, &patch->objects[o], &bad, &n, &unknown);
		if (bad.n && at == SIZE_MAX)
			at = o;
	}
	if (bad.n) {
		finding = refuse(c, RULE_SYMBOLS, -EINVAL, CAUSE_SYMBOL, "%s", names_text(&bad));
		finding->place = module_place(at, MODULE_OF_SYMBOLS);
		remedy(c, finding,
		       "check that it was made for this very kernel; of several functions of one name, choose by old_sympos");
	} else if (unknown) {
		finding = add(c, RULE_SYMBOLS,
			      c->g->symbols_known == GROUND_NOT_ASKED ? CHECK_NOT_CHECKED
								      : CHECK_UNKNOWN,
			      "%s", why_no_symbols(c->g));
		remedy(c, finding, "give a copy of that host's /proc/kallsyms: --kallsyms FILE");
	} else {
		add(c, RULE_SYMBOLS, CHECK_ACCEPTED, "all %zu are found in what is loaded", n);
	}
	names_clear(&bad);
}

static void check_transition(struct checking *c)
{
	const struct snapshot *s = &c->g->snapshot;
	struct check_finding *finding;

	if (c->g->kernel != GROUND_KNOWN) {
		has_kernel(c, RULE_TRANSITION);
		return;
	}
	if (c->g->installed != GROUND_KNOWN) {
		add(c, RULE_TRANSITION, CHECK_UNKNOWN, "whether one runs is not known%s%s",
		    c->g->installed_why[0] ? ": " : "", c->g->installed_why);
		return;
	}
	if (!s->transition) {
		add(c, RULE_TRANSITION, CHECK_ACCEPTED, "none runs");
		return;
	}
	finding = refuse(c, RULE_TRANSITION, -EBUSY, CAUSE_TRANSITION_BUSY,
			 "%s is still in transition, and there is one transition at a time",
			 s->transition->name);
	remedy(c, finding, "wait until it is complete; klpscope blockers shows what it waits for");
}

static void check_callbacks(struct checking *c)
{
	struct check_finding *finding;

	if (c->m->setup != MODULE_STATIC || c->m->objects != MODULE_KNOWN) {
		add(c, RULE_CALLBACKS, CHECK_NOT_CHECKED, "its objects are not known");
	} else if (!c->m->pre_patch[0]) {
		add(c, RULE_CALLBACKS, CHECK_ACCEPTED, "no pre_patch callback that could refuse");
	} else {
		finding = add(c, RULE_CALLBACKS, CHECK_ACCEPTED, "pre_patch callbacks: %s",
			      c->m->pre_patch);
		assume(c, finding, "its pre_patch callbacks return 0");
	}
}

/* A BPF trampoline on a function, where the kernel has not both on one (before 6.0). */
static const struct foreign_program *excludes(const struct ground *g,
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

static void check_ftrace(struct checking *c)
{
	const struct ground *g = c->g;
	size_t n = 0, unknown = 0;
	struct names bad = { 0 }, taken = { 0 };
	struct check_finding *finding;

	if (c->m->setup != MODULE_STATIC || c->m->objects != MODULE_KNOWN) {
		add(c, RULE_FTRACE, CHECK_NOT_CHECKED, "its functions are not known");
		return;
	}
	for (size_t i = 0; i < c->check->n_functions; i++) {
		const struct check_function *function = &c->check->functions[i];
		const struct symbol_count *symbol =
			symbols_find(&g->symbols, function->object, function->name);
		const struct foreign_program *program;

		/* What is hooked for a livepatch already is not hooked again. */
		if (!function->loaded || function->below || function->reverts)
			continue;
		n++;
		/* Of several, only some: which of them is meant is not known. */
		if (g->hooks_known != GROUND_KNOWN || !symbol ||
		    (symbol->hookable && symbol->hookable < symbol->found))
			unknown++;
		else if (symbol->found && !symbol->hookable)
			name_one(&bad, "%s of %s", function->name, function->object);
		program = excludes(g, function);
		if (program)
			name_one(&taken, "%s (%s program %u)", function->name,
				 foreign_kind_name(program->kind), program->id);
	}
	if (n && g->ftrace_off) {
		finding = refuse(c, RULE_FTRACE, -EBUSY, CAUSE_FTRACE,
				 "kernel.ftrace_enabled is 0: no function can be hooked");
		remedy(c, finding, "sysctl kernel.ftrace_enabled=1");
	} else if (bad.n) {
		finding = refuse(c, RULE_FTRACE, -EINVAL, CAUSE_FTRACE, "ftrace cannot hook %s",
				 names_text(&bad));
		remedy(c, finding, "patch what calls them instead");
	} else if (taken.n) {
		finding = refuse(
			c, RULE_FTRACE, -EBUSY, CAUSE_FTRACE,
			"BPF sits on functions, and this kernel does not take a livepatch beside it: %s",
			names_text(&taken));
		remedy(c, finding,
		       "end the programs that have attached them (klpscope doctor names them)");
	} else if (unknown) {
		add(c, RULE_FTRACE,
		    g->hooks_known == GROUND_NOT_ASKED ? CHECK_NOT_CHECKED : CHECK_UNKNOWN,
		    "which functions ftrace can hook is not known");
	} else if (c->check->n_functions) {
		add(c, RULE_FTRACE, CHECK_ACCEPTED, "all %zu to be hooked now can be", n);
	} else {
		add(c, RULE_FTRACE, CHECK_ACCEPTED, "there is nothing to hook");
	}
	names_clear(&bad);
	names_clear(&taken);
}

/* -- all of it ------------------------------------------------------------ */

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

int check_enable(struct check *check, const struct module_facts *m, const struct ground *g)
{
	struct checking c = { check, m, g };

	*check = (struct check){ .action = CHECK_ENABLE, .module = m };
	snprintf(check->name, sizeof(check->name), "%s", m->patch.name);
	check_signature(&c);
	if (check_format(&c)) {
		check_effects(check, m, g);
		check_kernel(&c);
		check_livepatch(&c);
		check_name(&c);
		check_imports(&c);
		check_relocations(&c);
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

int check_disable(struct check *check, const char *name, const struct ground *g)
{
	struct checking c = { check, NULL, g };
	struct check_finding *finding;
	const struct patch *patch = ground_installed(g, name);

	*check = (struct check){ .action = CHECK_DISABLE };
	snprintf(check->name, sizeof(check->name), "%s", name);
	if (knows_installed(&c, RULE_NAME)) {
		if (patch) {
			add(&c, RULE_NAME, CHECK_ACCEPTED, "%s is installed", name);
		} else {
			finding = refuse(&c, RULE_NAME, -ENOENT, CAUSE_UNKNOWN,
					 "no livepatch %s is installed", name);
			remedy(&c, finding, "klpscope status shows what is");
		}
	}
	if (!patch || g->snapshot.transition != patch)
		check_transition(&c);
	else
		add(&c, RULE_TRANSITION, CHECK_ACCEPTED, "its own, which is reversed");
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
