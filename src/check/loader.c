// SPDX-License-Identifier: GPL-2.0
/* What load_module() refuses before a livepatch's own code runs. */
#include <errno.h>
#include <string.h>

#include "check/rules.h"

static void check_signature(struct checking *c)
{
	const struct baseline *g = c->g;
	struct check_finding *finding;
	bool locked = !strcmp(g->lockdown, "integrity") || !strcmp(g->lockdown, "confidentiality");

	if (!check_has_kernel(c, RULE_SIGNATURE))
		return;
	if (g->modules_disabled) {
		finding = check_refuse(
			c, RULE_SIGNATURE, -EPERM, CAUSE_UNKNOWN,
			"kernel.modules_disabled is 1: no module can be loaded any more");
		check_remedy(c, finding, "boot again");
	} else if (!g->signatures) {
		check_add(c, RULE_SIGNATURE, CHECK_ACCEPTED,
			  "this kernel does not look at signatures");
	} else if (!g->signatures_enforced && !locked) {
		check_add(c, RULE_SIGNATURE, CHECK_ACCEPTED, "%s; none is required",
			  c->m->is_signed ? "signed" : "not signed");
	} else if (c->m->is_signed) {
		finding = check_add(c, RULE_SIGNATURE, CHECK_ACCEPTED, "signed");
		check_assume(c, finding, "this kernel has the key that it is signed with");
	} else {
		finding = check_refuse(
			c, RULE_SIGNATURE, g->signatures_enforced ? -EKEYREJECTED : -EPERM,
			CAUSE_UNKNOWN, "not signed, and %s%s",
			g->signatures_enforced
				? "this kernel enforces signatures (module.sig_enforce)"
				: "lockdown is in mode ",
			g->signatures_enforced ? "" : g->lockdown);
		check_remedy(c, finding,
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
		check_add(c, RULE_FORMAT, CHECK_ACCEPTED, "a module for x86-64");
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
	finding = check_refuse(c, RULE_FORMAT, -ENOEXEC, CAUSE_UNKNOWN,
			       "it is %s, and this is for x86-64", what);
	check_remedy(c, finding, "build it for this machine");
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
	const struct baseline *g = c->g;
	struct check_finding *finding;
	bool fits;

	if (g->kernel == BASELINE_NOT_ASKED && !g->release[0]) {
		check_add(c, RULE_KERNEL, CHECK_NOT_CHECKED, "made for %s; there is no host to ask",
			  magic ? magic : "a kernel that it does not name");
		return;
	}
	if (!check_has_kernel(c, RULE_KERNEL))
		return;
	if (!magic) {
		finding = check_add(
			c, RULE_KERNEL, CHECK_UNKNOWN,
			"it has no vermagic, which only kernels with CONFIG_MODULE_FORCE_LOAD take");
		check_remedy(c, finding, "build it against the headers of %s", g->release);
		return;
	}
	fits = g->vermagic[0] ? !strcmp(magic, g->vermagic) : same_word(magic, g->release);
	if (fits) {
		finding = check_add(c, RULE_KERNEL, CHECK_ACCEPTED, "made for %s", magic);
		if (!g->vermagic[0])
			check_assume(
				c, finding,
				"the words after the release fit, which this kernel does not show");
		return;
	}
	/* With CRCs of symbols on both sides the release does not count. */
	if (c->m->versions &&
	    (!g->vermagic[0] || !strcmp(after_word(magic), after_word(g->vermagic)))) {
		finding = check_add(
			c, RULE_KERNEL, CHECK_UNKNOWN,
			"made for %.*s, and this is %s; the CRCs of %zu symbols decide, which klpscope cannot compare",
			(int)strcspn(magic, " "), magic, g->release, c->m->versions);
	} else {
		finding = check_refuse(c, RULE_KERNEL, -ENOEXEC, CAUSE_UNKNOWN,
				       "made for '%s', and this is '%s'", magic,
				       g->vermagic[0] ? g->vermagic : g->release);
	}
	check_remedy(c, finding, "build it against the headers of %s", g->release);
}

static void check_livepatch(struct checking *c)
{
	struct check_finding *finding;

	if (!check_has_kernel(c, RULE_LIVEPATCH))
		return;
	if (!c->g->no_livepatch) {
		check_add(c, RULE_LIVEPATCH, CHECK_ACCEPTED, "this kernel can be livepatched");
		return;
	}
	finding = check_refuse(c, RULE_LIVEPATCH, c->m->marked ? -ENOEXEC : -ENOENT, CAUSE_UNKNOWN,
			       "this kernel has no livepatching");
	check_remedy(
		c, finding,
		"check it where it will be loaded, or against what will be there: --against none, --against OTHER.ko");
}

static void check_name(struct checking *c)
{
	const char *name = c->m->patch.name;
	const struct baseline *g = c->g;
	const struct baseline_module *there = baseline_loaded(g, name);
	struct check_finding *finding;

	if (!there) {
		if (g->modules == BASELINE_UNKNOWN)
			check_add(c, RULE_NAME, CHECK_UNKNOWN,
				  "which modules are loaded is not known");
		else
			check_add(c, RULE_NAME, CHECK_ACCEPTED, "no module %s is loaded", name);
		return;
	}
	if (there->unused) {
		finding = check_add(c, RULE_NAME, CHECK_ACCEPTED,
				    "%s is loaded, but was replaced by step %d", name,
				    there->unused_by + 1);
		check_assume(c, finding, "it was unloaded by then: rmmod %s", name);
		return;
	}
	finding = check_refuse(c, RULE_NAME, -EEXIST, CAUSE_UNKNOWN,
			       "a module %s is loaded already", name);
	if (baseline_installed(g, name))
		check_remedy(
			c, finding,
			"it is installed: disable it (echo 0 > /sys/kernel/livepatch/%s/enabled) and unload it (rmmod %s), or give the new one another name",
			name, name);
	else if (there->livepatch)
		check_remedy(c, finding, "its livepatch is not in force any more: rmmod %s", name);
	else
		check_remedy(c, finding, "give it another name");
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
	const struct baseline *g = c->g;
	struct names missing = { 0 };
	struct check_finding *finding;

	if (g->symbols_known != BASELINE_KNOWN) {
		check_add(c, RULE_IMPORTS,
			  g->symbols_known == BASELINE_NOT_ASKED ? CHECK_NOT_CHECKED
								 : CHECK_UNKNOWN,
			  "%s", why_no_symbols(g));
		return;
	}
	for (size_t i = 0; i < c->m->n_imports; i++)
		if (!is_exported(&g->symbols, c->m->imports[i]))
			names_add(&missing, "%s", c->m->imports[i]);
	if (missing.n) {
		finding = check_refuse(c, RULE_IMPORTS, -ENOENT, CAUSE_UNKNOWN,
				       "it needs what neither kernel nor loaded modules export: %s",
				       names_text(&missing));
		check_remedy(c, finding,
			     "load the modules that it depends on, or build it for this kernel");
	} else {
		check_add(c, RULE_IMPORTS, CHECK_ACCEPTED,
			  "all %zu symbols that it needs are there", c->m->n_imports);
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
			names_add(&bad, "a livepatch relocation section has a malformed name");
			continue;
		}
		if (strcmp(symbol->section_object, "vmlinux"))
			continue;
		n++;
		check_look_symbol(c, symbol, &bad, &unknown);
	}
	if (bad.n) {
		finding = check_refuse(c, RULE_RELOCATIONS, -EINVAL, CAUSE_UNKNOWN, "%s",
				       names_text(&bad));
		check_remedy(c, finding,
			     "build it again, from the source of the kernel that runs here");
	} else if (!n) {
		check_add(c, RULE_RELOCATIONS, CHECK_ACCEPTED, "none of vmlinux");
	} else if (unknown) {
		check_add(c, RULE_RELOCATIONS,
			  c->g->symbols_known == BASELINE_NOT_ASKED ? CHECK_NOT_CHECKED
								    : CHECK_UNKNOWN,
			  "%zu livepatch symbols of vmlinux; %s", n, why_no_symbols(c->g));
	} else {
		check_add(c, RULE_RELOCATIONS, CHECK_ACCEPTED,
			  "all %zu livepatch symbols of vmlinux are found", n);
	}
	names_clear(&bad);
}

bool check_loader(struct checking *c)
{
	check_signature(c);
	if (!check_format(c))
		return false;
	check_kernel(c);
	check_livepatch(c);
	check_name(c);
	check_imports(c);
	check_relocations(c);
	return true;
}
