// SPDX-License-Identifier: GPL-2.0
/* What load_module() refuses before a livepatch's own code runs. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check/rules.h"
#include "util/array.h"

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

/* Whether its init and exit lie where this kernel calls them. */
static bool places_fit(const struct module_struct *module, const struct module_rules *kernel)
{
	return (module->init_at < 0 || !kernel->init_at || module->init_at == kernel->init_at) &&
	       (module->exit_at < 0 || !kernel->exit_at || module->exit_at == kernel->exit_at);
}

static void check_module(struct checking *c)
{
	const struct module_struct *module = &c->m->module;
	const struct module_rules *kernel = &c->g->loader;
	struct check_finding *finding;

	if (c->m->bad_section[0]) {
		finding = check_refuse(c, RULE_MODULE, -ENOEXEC, CAUSE_UNKNOWN, "%s",
				       c->m->bad_section);
	} else if (!module->sections || module->empty) {
		finding =
			check_refuse(c, RULE_MODULE, -ENOEXEC, CAUSE_UNKNOWN,
				     "it has no struct module (section .gnu.linkonce.this_module)");
	} else if (module->sections > 1) {
		finding = check_add(c, RULE_MODULE, CHECK_UNKNOWN,
				    "it has %zu struct modules, and newer kernels take one",
				    module->sections);
	} else if (!kernel->size) {
		finding = check_add(c, RULE_MODULE,
				    c->g->kernel == BASELINE_NOT_ASKED ? CHECK_NOT_CHECKED
								       : CHECK_UNKNOWN,
				    "the kernel's struct module is not known (no BTF)");
		check_remedy(c, finding, "give the kernel's own: --kernel-btf FILE");
		return;
	} else if (module->size != kernel->size && kernel->size_counts) {
		finding = check_refuse(c, RULE_MODULE, -ENOEXEC, CAUSE_UNKNOWN,
				       "its struct module has %zu bytes, and this kernel's has %u",
				       module->size, kernel->size);
	} else if (module->size != kernel->size || !places_fit(module, kernel)) {
		finding = check_add(
			c, RULE_MODULE, CHECK_UNKNOWN,
			"its struct module is not that of this kernel (%zu bytes and %u, init at %" PRId64
			" and %u, exit at %" PRId64
			" and %u), which this kernel may not notice: it would run something else, or nothing",
			module->size, kernel->size, module->init_at, kernel->init_at,
			module->exit_at, kernel->exit_at);
		check_remedy(c, finding, "do NOT load it; build it against the headers of %s",
			     c->g->release[0] ? c->g->release : "this very kernel");
		return;
	} else if (module->init_at < 0) {
		finding = check_add(c, RULE_MODULE, CHECK_UNKNOWN,
				    "it has no init function, so nothing would be enabled");
	} else {
		check_add(c, RULE_MODULE, CHECK_ACCEPTED, "its struct module is this kernel's");
		return;
	}
	check_remedy(c, finding, "build it again, against the headers of %s",
		     c->g->release[0] ? c->g->release : "the kernel that it is for");
}

/* As blacklisted() goes through "a,b". */
static bool in_list(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = list; *at;) {
		size_t part = strcspn(at, ",");

		if (part == len && !memcmp(at, name, len))
			return true;
		at += part + (at[part] == ',');
	}
	return false;
}

static void check_blacklist(struct checking *c)
{
	const char *name = c->m->modinfo_name ? c->m->modinfo_name : c->m->patch.name;
	const struct baseline *g = c->g;
	struct check_finding *finding;

	if (!check_has_kernel(c, RULE_BLACKLIST))
		return;
	if (g->blacklist_known != BASELINE_KNOWN) {
		check_add(c, RULE_BLACKLIST, CHECK_UNKNOWN,
			  "the kernel's command line cannot be read");
	} else if (g->blacklist && in_list(g->blacklist, name)) {
		finding = check_refuse(c, RULE_BLACKLIST, -EPERM, CAUSE_UNKNOWN,
				       "module_blacklist= of the kernel's command line names %s",
				       name);
		check_remedy(c, finding,
			     "give it another name, or boot without module_blacklist=%s", name);
	} else {
		check_add(c, RULE_BLACKLIST, CHECK_ACCEPTED, "%s",
			  g->blacklist ? "module_blacklist= does not name it"
				       : "no module_blacklist=");
	}
}

/* -- CRCs ----------------------------------------------------------------- */

enum crc_verdict {
	CRC_FITS,
	CRC_DIFFERS,
	CRC_MISSING, /* it has CRCs, and none of this symbol */
	CRC_NONE, /* it has no CRCs at all */
	CRC_UNKNOWN,
};

/* As check_version(); the kernel has CRCs. */
static enum crc_verdict compare_crc(const struct checking *c, const struct module_crc *module,
				    const struct symbol_export *kernel)
{
	bool ext = c->m->versions_ext && c->g->loader.ext_versions;

	if (!c->m->versions && !ext)
		return CRC_NONE;
	if (ext && !module->there_ext)
		return CRC_FITS; /* it warns, and takes it */
	if (!ext && !module->there)
		return CRC_MISSING;
	if (!kernel || !kernel->read)
		return CRC_UNKNOWN;
	if (!kernel->has_crc)
		return CRC_FITS;
	if (ext)
		return module->crc_ext == kernel->crc ? CRC_FITS : CRC_DIFFERS;
	return !module->wide && module->crc == kernel->crc ? CRC_FITS : CRC_DIFFERS;
}

static const struct symbol_export *export_of(const struct baseline *g, const char *name)
{
	const struct symbol_count *symbol = symbols_exported(&g->symbols, name);

	return symbol && symbol->found ? symbol->export : NULL;
}

/* -- vermagic ------------------------------------------------------------- */

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

/* The first thing that CRCs decide: whether struct module and others are what the module was built with. */
static bool check_layout(struct checking *c)
{
	const struct baseline *g = c->g;
	const struct symbol_export *kernel = export_of(g, "module_layout");
	struct check_finding *finding;

	if (g->crcs == BASELINE_KNOWN && !g->has_crcs)
		return true;
	/* Where nobody knows whether it has CRCs, those of the symbols are said to be unknown. */
	if (g->crcs != BASELINE_KNOWN)
		return true;
	switch (compare_crc(c, &c->m->layout, kernel)) {
	case CRC_FITS:
		return true;
	case CRC_DIFFERS:
		finding = check_refuse(
			c, RULE_KERNEL, -ENOEXEC, CAUSE_UNKNOWN,
			"its CRC of module_layout is 0x%08x, and this kernel's 0x%08x: they were built with other structures or settings",
			c->g->loader.ext_versions && c->m->versions_ext ? c->m->layout.crc_ext
									: c->m->layout.crc,
			kernel->crc);
		break;
	case CRC_MISSING:
		finding = check_refuse(c, RULE_KERNEL, -ENOEXEC, CAUSE_UNKNOWN,
				       "it has no CRC of module_layout");
		break;
	case CRC_NONE:
		finding = check_add(
			c, RULE_KERNEL, CHECK_UNKNOWN,
			"it has no CRCs of symbols, which only kernels with CONFIG_MODULE_FORCE_LOAD take, and this one has CRCs");
		break;
	default:
		finding = check_add(c, RULE_KERNEL, CHECK_UNKNOWN,
				    "this kernel's CRC of module_layout is not known%s%s",
				    g->exports_why[0] ? ": " : "", g->exports_why);
		check_remedy(c, finding, "run it as root");
		return false;
	}
	check_remedy(c, finding, "build it against the headers of %s", g->release);
	return false;
}

static void check_kernel(struct checking *c)
{
	const char *magic = c->m->vermagic;
	const struct baseline *g = c->g;
	struct check_finding *finding;
	bool crcs, fits;

	if (g->kernel == BASELINE_NOT_ASKED && !g->release[0]) {
		check_add(c, RULE_KERNEL, CHECK_NOT_CHECKED, "made for %s; there is no host to ask",
			  magic ? magic : "a kernel that it does not name");
		return;
	}
	if (!check_has_kernel(c, RULE_KERNEL) || !check_layout(c))
		return;
	if (!magic) {
		finding = check_add(
			c, RULE_KERNEL, CHECK_UNKNOWN,
			"it has no vermagic, which only kernels with CONFIG_MODULE_FORCE_LOAD take");
		check_remedy(c, finding, "build it against the headers of %s", g->release);
		return;
	}
	/* With CRCs of symbols on both sides the release does not count (same_magic()). */
	crcs = c->m->versions && g->crcs == BASELINE_KNOWN && g->has_crcs;
	if (!g->vermagic[0])
		fits = same_word(magic, g->release);
	else if (crcs)
		fits = !strcmp(after_word(magic), after_word(g->vermagic));
	else
		fits = !strcmp(magic, g->vermagic);
	if (fits) {
		finding = check_add(c, RULE_KERNEL, CHECK_ACCEPTED, "made for %s%s", magic,
				    same_word(magic, g->release)
					    ? ""
					    : "; the release differs, the CRCs do not");
		if (!g->vermagic[0])
			check_assume(
				c, finding,
				"the words after the release fit, which this kernel does not show");
		return;
	}
	if (!g->vermagic[0] && c->m->versions) {
		finding = check_add(
			c, RULE_KERNEL, CHECK_UNKNOWN,
			"made for %.*s, and this is %s; the CRCs of %zu symbols decide, and this kernel's are not known",
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

/* Whether the module that is there is the very same; *@known: it can be told. */
static bool same_module(const struct module_facts *m, const struct baseline_module *there,
			bool *known)
{
	if (m->note_size && there->note_size) {
		*known = true;
		return m->note_size == there->note_size &&
		       !memcmp(m->note, there->note, m->note_size);
	}
	*known = m->srcversion && there->srcversion[0];
	return *known && !strcmp(m->srcversion, there->srcversion);
}

/* What can be done about a livepatch's module that is there without its livepatch. */
static void advise_left(struct checking *c, struct check_finding *finding,
			const struct baseline_module *there)
{
	if (there->permanent)
		check_remedy(
			c, finding,
			"it cannot be unloaded, as it has no exit function: give the new one another name");
	else if (there->refs_known && there->refs)
		check_remedy(
			c, finding,
			"its livepatch is not installed any more, but the module is in use (%" PRIu64
			" references), for good if its transition was forced: give the new one another name, or boot again",
			there->refs);
	else
		check_remedy(c, finding, "its livepatch is not in force any more: rmmod %s",
			     there->name);
}

static void refuse_name(struct checking *c, const struct baseline_module *there)
{
	const struct patch *installed = baseline_installed(c->g, there->name);
	bool known, same = same_module(c->m, there, &known);
	struct check_finding *finding;

	finding = check_refuse(c, RULE_NAME, -EEXIST, CAUSE_UNKNOWN,
			       "a module %s is loaded already%s", there->name,
			       !there->livepatch ? ""
			       : !known		 ? ""
			       : same		 ? ", the very same"
						 : ", another build of it");
	if (!there->livepatch) {
		check_remedy(c, finding, "give it another name");
	} else if (!installed) {
		advise_left(c, finding, there);
	} else if (known && same) {
		check_remedy(
			c, finding, "%s",
			installed->enabled
				? "nothing: it is installed already"
				: "nothing can be loaded of it while it is being disabled; wait until it is gone");
	} else if (there->permanent || installed->forced) {
		check_remedy(
			c, finding,
			"give the new one another name: %s is installed and can never be unloaded (%s)",
			there->name,
			installed->forced ? "its transition was forced"
					  : "it has no exit function");
	} else {
		check_remedy(
			c, finding,
			"give the new one another name, which keeps the fix in force; disabling the installed one (echo 0 > /sys/kernel/livepatch/%s/enabled) and unloading it (rmmod %s) REMOVES its fix until the new one is loaded",
			there->name, there->name);
	}
}

static void check_name(struct checking *c)
{
	const char *name = c->m->patch.name;
	const struct baseline *g = c->g;
	const struct baseline_module *there = baseline_loaded(g, name);
	struct check_finding *finding;

	if (!there && g->modules == BASELINE_UNKNOWN) {
		check_add(c, RULE_NAME, CHECK_UNKNOWN, "which modules are loaded is not known");
	} else if (!there) {
		check_add(c, RULE_NAME, CHECK_ACCEPTED, "no module %s is loaded", name);
	} else if (there->unused && !there->permanent) {
		finding = check_add(c, RULE_NAME, CHECK_ACCEPTED,
				    "%s is loaded, but was replaced by step %d", name,
				    there->unused_by + 1);
		check_assume(c, finding, "it was unloaded by then: rmmod %s", name);
	} else if (there->moving) {
		finding = check_add(c, RULE_NAME, CHECK_UNKNOWN,
				    "a module %s is being loaded or unloaded", name);
		check_remedy(c, finding, "check again");
	} else {
		refuse_name(c, there);
	}
}

/* mod_sysfs_init() */
static void check_directory(struct checking *c)
{
	const char *name = c->m->patch.name;
	const struct baseline_builtin *builtin = baseline_builtin(c->g, name);
	struct check_finding *finding;

	if (!check_has_kernel(c, RULE_DIRECTORY))
		return;
	if (builtin && builtin->directory) {
		finding = check_refuse(c, RULE_DIRECTORY, -EINVAL, CAUSE_UNKNOWN,
				       "/sys/module/%s belongs to what is built into the kernel",
				       name);
		check_remedy(c, finding, "give it another name");
	} else if (c->g->builtin_known != BASELINE_KNOWN) {
		check_add(c, RULE_DIRECTORY, CHECK_UNKNOWN, "/sys/module cannot be read");
	} else {
		check_add(c, RULE_DIRECTORY, CHECK_ACCEPTED, "/sys/module has no %s of others",
			  name);
	}
}

/* -- imports -------------------------------------------------------------- */

/* Where the kernel shows its exports, a symbol has to be among them. */
static bool is_exported(const struct symbols *symbols, const char *name)
{
	const struct symbol_count *shown = symbols_exported(symbols, "klp_enable_patch");
	const struct symbol_count *symbol = shown && shown->found
						    ? symbols_exported(symbols, name)
						    : symbols_find(symbols, SYMBOLS_ANY, name);

	return symbol && symbol->found;
}

/* license_is_gpl_compatible(), and whom the loader names (module_augment_kernel_taints()). */
static bool under_gpl(const struct module_facts *m)
{
	static const char *const licenses[] = {
		"GPL",		"GPL v2",	"GPL and additional rights",
		"Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL",
	};

	if (!strcmp(m->patch.name, "driverloader") || !strcmp(m->patch.name, "lve"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(licenses); i++)
		if (m->license && !strcmp(m->license, licenses[i]))
			return true;
	return false;
}

/* "module:a,b*" names the modules that may use a symbol (6.16), as verify_module_namespace() has it. */
static bool names_module(const char *namespace, const char *module)
{
	static const char prefix[] = "module:";
	const char *at = namespace + sizeof(prefix) - 1;

	if (strncmp(namespace, prefix, sizeof(prefix) - 1))
		return false;
	while (*at) {
		size_t part = strcspn(at, ","), len = part;
		bool glob = len && at[len - 1] == '*';

		len -= glob;
		if (!strncmp(at, module, len) && (glob || strlen(module) == len))
			return true;
		at += part + (at[part] == ',');
	}
	return false;
}

static bool imports_namespace(const struct module_facts *m, const char *namespace)
{
	if (names_module(namespace, m->patch.name))
		return true;
	for (size_t i = 0; i < m->n_namespaces; i++)
		if (!strcmp(m->namespaces[i], namespace))
			return true;
	return false;
}

/* What simplify_symbols() comes to. */
struct resolving {
	bool gpl; /* the module still counts as under the GPL */
	bool gpl_used; /* it has used a symbol that is for these only */
	int error; /* of the last that failed, which is what the loader returns; 0: none */
	const char *remedy; /* against the first; NULL: none */
	struct names bad;
	size_t unread, not_compared;
};

static void fail(struct resolving *r, int error, const char *remedy)
{
	r->error = error;
	if (!r->remedy)
		r->remedy = remedy;
}

#define REBUILD "build it against the headers of this very kernel"

/* As resolve_symbol(); the symbol is exported. */
static void resolve(const struct checking *c, const struct module_import *import,
		    const struct symbol_export *export, struct resolving *r)
{
	const struct baseline *g = c->g;
	const struct baseline_module *owner =
		export->owner[0] ? baseline_loaded(g, export->owner) : NULL;
	enum crc_verdict crc = CRC_FITS;

	if (!export->read) {
		r->unread++;
		return;
	}
	if (export->gpl && !r->gpl) {
		/* Not found for such a module; that a weak one is not there is no error. */
		if (!import->weak) {
			names_add(&r->bad, "%s is for modules under the GPL only (its licence: %s)",
				  import->name, c->m->license ? c->m->license : "none");
			fail(r, -ENOENT, "say its licence: MODULE_LICENSE(\"GPL\")");
		}
		return;
	}
	r->gpl_used |= export->gpl;
	if (owner && owner->proprietary) {
		/* inherit_taint() */
		if (r->gpl_used && !import->weak) {
			names_add(
				&r->bad,
				"%s is exported by %s, which is not under the GPL, and it uses symbols that are",
				import->name, owner->name);
			fail(r, -ENOENT,
			     "do without symbols of modules that are not under the GPL");
		}
		if (r->gpl_used)
			return;
		r->gpl = false;
	}
	if (g->crcs == BASELINE_KNOWN && g->has_crcs)
		crc = compare_crc(c, &import->version, export);
	switch (crc) {
	case CRC_DIFFERS:
		names_add(&r->bad, "%s has CRC 0x%08x, and it was built with 0x%08x", import->name,
			  export->crc,
			  c->m->versions_ext && g->loader.ext_versions ? import->version.crc_ext
								       : import->version.crc);
		fail(r, -EINVAL, REBUILD);
		return;
	case CRC_MISSING:
		if (export->has_crc) {
			names_add(&r->bad, "it has no CRC of %s", import->name);
			fail(r, -EINVAL, REBUILD);
			return;
		}
		break;
	case CRC_NONE:
		/* Said of module_layout. */
		r->not_compared += export->has_crc;
		break;
	default:
		break;
	}
	if (export->namespace && !imports_namespace(c->m, export->namespace)) {
		names_add(&r->bad, "%s is in namespace %s, which it does not import", import->name,
			  export->namespace);
		fail(r, -EINVAL, "import it: MODULE_IMPORT_NS()");
	}
}

/* How symbols with a name and nothing else are looked at: against a list of symbols. */
static bool names_only(const struct baseline *g)
{
	return g->exports_known == BASELINE_NOT_ASKED;
}

static void judge_imports(struct checking *c, struct resolving *r)
{
	const struct baseline *g = c->g;
	struct check_finding *finding;

	if (r->error) {
		finding = check_refuse(c, RULE_IMPORTS, r->error, CAUSE_UNKNOWN, "%s",
				       names_text(&r->bad));
		check_remedy(c, finding, "%s", r->remedy);
	} else if (r->unread) {
		finding = check_add(
			c, RULE_IMPORTS, CHECK_UNKNOWN,
			"all %zu symbols that it needs are there, but not the CRCs, namespaces and licences of %zu%s%s",
			c->m->n_imports, r->unread, g->exports_why[0] ? ": " : "", g->exports_why);
		check_remedy(c, finding, "run it as root, where /proc/kcore can be read");
	} else {
		finding = check_add(c, RULE_IMPORTS, CHECK_ACCEPTED,
				    "all %zu symbols that it needs are there%s", c->m->n_imports,
				    names_only(g) ? ""
				    : g->has_crcs && !r->not_compared
					    ? ", with its CRCs and namespaces"
					    : ", with its namespaces");
		if (names_only(g))
			check_assume(
				c, finding,
				"their CRCs, namespaces and licences fit, which a list of symbols does not show");
	}
}

static void check_imports(struct checking *c)
{
	const struct baseline *g = c->g;
	struct resolving r = { .gpl = under_gpl(c->m) };

	if (g->symbols_known != BASELINE_KNOWN) {
		check_add(c, RULE_IMPORTS,
			  g->symbols_known == BASELINE_NOT_ASKED ? CHECK_NOT_CHECKED
								 : CHECK_UNKNOWN,
			  "%s", why_no_symbols(g));
		return;
	}
	if (c->m->bad_symbol[0]) {
		names_add(&r.bad, "%s", c->m->bad_symbol);
		fail(&r, -ENOEXEC, "build it with the kernel's own build system");
	}
	for (size_t i = 0; i < c->m->n_imports; i++) {
		const struct module_import *import = &c->m->imports[i];
		const struct symbol_export *export = export_of(g, import->name);

		if (is_exported(&g->symbols, import->name)) {
			if (export)
				resolve(c, import, export, &r);
			else if (!names_only(g))
				r.unread++;
		} else if (!import->weak) {
			names_add(&r.bad,
				  "%s is exported by neither the kernel nor a loaded module",
				  import->name);
			fail(&r, -ENOENT,
			     "load the modules that it depends on, or build it for this kernel");
		}
	}
	/* A list of symbols has nothing else to be read. */
	if (names_only(g))
		r.unread = 0;
	judge_imports(c, &r);
	names_clear(&r.bad);
}

static void check_relocations(struct checking *c)
{
	struct names bad = { 0 };
	struct check_finding *finding;
	size_t n = 0, unknown = 0;

	if (c->m->bad_relocation[0]) {
		finding = check_refuse(c, RULE_RELOCATIONS, -ENOEXEC, CAUSE_UNKNOWN, "%s",
				       c->m->bad_relocation);
		check_remedy(c, finding, "build it with the kernel's own build system");
		return;
	}
	if (c->m->stray_relocation[0]) {
		finding = check_add(c, RULE_RELOCATIONS, CHECK_UNKNOWN,
				    "%s, where the kernel would write all the same",
				    c->m->stray_relocation);
		check_remedy(c, finding, "do NOT load it; build it again");
		return;
	}
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
	check_module(c);
	check_blacklist(c);
	check_kernel(c);
	check_livepatch(c);
	check_name(c);
	check_imports(c);
	check_relocations(c);
	check_directory(c);
	return true;
}
