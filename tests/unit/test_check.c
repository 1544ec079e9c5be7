// SPDX-License-Identifier: GPL-2.0
/* The rules of "klpscope check", on modules and baselines made by hand. tests/zoo has the files. */
#include "build.h"

#include <errno.h>
#include <string.h>

#include "check/check.h"
#include "rules/refusal.h"
#include "util/array.h"
#include "util/attributes.h"
#include "util/error_name.h"
#include "util/id_index.h"

#define RELEASE	 "6.1.0"
#define VERMAGIC RELEASE " SMP mod_unload modversions "

/* A module that nothing is wrong with, from the words of facts_of(). */
static struct module_facts module_of(const char *text)
{
	struct facts facts = facts_of(text);
	struct module_facts m = {
		.vermagic = strdup(VERMAGIC),
		.license = strdup("GPL"),
		.marked = true,
		.enables = true,
		.versions = 3,
		.module = { .sections = 1, .size = 896, .init_at = 312, .exit_at = 848 },
	};

	m.patch = facts.patches[0];
	free(facts.patches);
	return m;
}

/* A host with these livepatches, whose modules are loaded. */
static struct baseline baseline_of(const char *installed)
{
	struct baseline g = {
		.name = "live",
		.installed = BASELINE_KNOWN,
		.kernel = BASELINE_KNOWN,
		.release = RELEASE,
		.vermagic = VERMAGIC,
		.signatures = true,
		.modules = BASELINE_KNOWN,
		.symbols_known = BASELINE_KNOWN,
		.module_symbols_known = BASELINE_KNOWN,
		.hooks_known = BASELINE_KNOWN,
		.users_known = BASELINE_KNOWN,
		.blacklist_known = BASELINE_KNOWN,
		.builtin_known = BASELINE_KNOWN,
		.exports_known = BASELINE_KNOWN,
		.crcs = BASELINE_KNOWN,
		.loader = { .size = 896, .init_at = 312, .exit_at = 848, .name_len = 512 },
	};

	g.snapshot.installed = facts_of(installed);
	for (size_t i = 0; i < g.snapshot.installed.n_patches; i++) {
		struct baseline_module loaded = { .livepatch = true, .step = -1 };

		strcpy(loaded.name, g.snapshot.installed.patches[i].name);
		assert_int_equal(baseline_add_module(&g, &loaded), 0);
	}
	return g;
}

/* The kernel exports it, with this CRC. */
static struct symbol_export *export_symbol(struct baseline *g, const char *name, uint32_t crc)
{
	struct symbol_count *symbol;

	assert_int_equal(symbols_want_export(&g->symbols, name), 0);
	symbols_sort(&g->symbols);
	symbols_find(&g->symbols, SYMBOLS_ANY, name)->found = 1;
	symbol = symbols_exported(&g->symbols, name);
	symbol->found = 1;
	symbol->export->read = symbol->export->has_crc = true;
	symbol->export->crc = crc;
	return symbol->export;
}

/* Every function of the module is found and can be hooked as often as said. */
static void count_symbols(struct baseline *g, const struct module_facts *m, uint32_t found,
			  uint32_t hookable)
{
	assert_int_equal(module_facts_symbols(m, &g->symbols), 0);
	symbols_sort(&g->symbols);
	for (size_t i = 0; i < g->symbols.n; i++) {
		g->symbols.list[i].found = found;
		g->symbols.list[i].hookable = hookable;
	}
}

/* The verdict, and what decides it: "refused EINVAL state_missing: TEXT". */
static void write_verdict(FILE *out, const struct check *check)
{
	const struct check_finding *why = check->decisive;

	fputs(check_verdict_name(check->verdict), out);
	if (check->verdict == CHECK_REFUSED)
		fprintf(out, " %s %s", error_name(why->error), cause_name(why->cause));
	if (why)
		fprintf(out, " %s: %s", check_rule_name(why->rule), why->text);
}

static void judged(const struct module_facts *m, const struct baseline *g, const char *expected)
{
	struct check check;
	struct text text;

	text_open(&text);
	assert_int_equal(check_enable(&check, m, g), 0);
	write_verdict(text.out, &check);
	text_expect(&text, expected);
	check_clear(&check);
	text_close(&text);
}

static void states(void **state _unused_)
{
	static const struct {
		const char *module, *installed, *expected;
	} cases[] = {
		{ "n 1:1", "", "accepted" },
		{ "n replace 1:2", "a 1:2", "accepted" },
		{ "n 1:1", "a 1:2",
		  "refused EINVAL state_older_version states: state 1: offers version 1, a has version 2 (a livepatch may not lower a state's version)" },
		{ "n replace", "a 1:2",
		  "refused EINVAL state_missing states: state 1: not offered, a has version 2 (a cumulative livepatch must name every installed state)" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct module_facts m = module_of(cases[i].module);
		struct baseline g = baseline_of(cases[i].installed);

		judged(&m, &g, cases[i].expected);
		module_facts_clear(&m);
		baseline_clear(&g);
	}
}

/* What is not known of a module leaves open only what it decides. */
static void not_known(void **state _unused_)
{
	static const struct {
		const char *module, *installed;
		enum module_setup setup;
		enum module_known states, replace;
		const char *expected;
	} cases[] = {
		{ "n", "a", MODULE_STATIC, MODULE_SET_BY_CODE, MODULE_KNOWN, "accepted" },
		{ "n", "a 1:1", MODULE_STATIC, MODULE_SET_BY_CODE, MODULE_KNOWN,
		  "unknown states: code of the module writes to its states, or a parameter sets them, and installed livepatches have states" },
		{ "n 1:1", "a 1:1", MODULE_STATIC, MODULE_KNOWN, MODULE_SET_BY_CODE, "accepted" },
		{ "n 1:1", "a 1:2", MODULE_STATIC, MODULE_KNOWN, MODULE_SET_BY_CODE,
		  "refused EINVAL state_older_version states: state 1: offers version 1, a has version 2 (a livepatch may not lower a state's version)" },
		{ "n 1:1", "a 1:1 2:1", MODULE_STATIC, MODULE_KNOWN, MODULE_SET_BY_CODE,
		  "unknown states: it names not all installed states, and code or a parameter decides whether it is cumulative" },
		{ "n", "a 1:1", MODULE_RUN_TIME, MODULE_NOT_READ, MODULE_NOT_READ,
		  "unknown patch: its klp_patch is set up at run time" },
		{ "n", "", MODULE_NO_LAYOUT, MODULE_NOT_READ, MODULE_NOT_READ,
		  "unknown patch: no type information (BTF) says how its klp_patch has to be read" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct module_facts m = module_of(cases[i].module);
		struct baseline g = baseline_of(cases[i].installed);

		m.setup = cases[i].setup;
		m.states = cases[i].states;
		m.replace = cases[i].replace;
		m.objects = m.setup == MODULE_STATIC ? MODULE_KNOWN : MODULE_NOT_READ;
		judged(&m, &g, cases[i].expected);
		module_facts_clear(&m);
		baseline_clear(&g);
	}
}

static void kernel(void **state _unused_)
{
	static const struct {
		const char *vermagic, *kernel;
		size_t versions;
		const char *expected;
	} cases[] = {
		{ VERMAGIC, VERMAGIC, 3, "accepted" },
		{ VERMAGIC, "", 3, "accepted" },
		{ "6.2.0 SMP mod_unload modversions ", VERMAGIC, 3, "accepted" },
		{ "6.2.0 SMP mod_unload modversions ", "", 3,
		  "unknown kernel: made for 6.2.0, and this is 6.1.0; the CRCs of 3 symbols decide, and this kernel's are not known" },
		{ "6.2.0 SMP mod_unload modversions ", VERMAGIC, 0,
		  "unknown kernel: it has no CRCs of symbols, which only kernels with CONFIG_MODULE_FORCE_LOAD take, and this one has CRCs" },
		{ "6.1.0 mod_unload modversions ", VERMAGIC, 3,
		  "refused ENOEXEC unknown kernel: made for '6.1.0 mod_unload modversions ', and this is '" VERMAGIC
		  "'" },
		{ "6.1.00 SMP ", RELEASE " SMP ", 3,
		  "refused ENOEXEC unknown kernel: made for '6.1.00 SMP ', and this is '6.1.0 SMP '" },
		{ NULL, VERMAGIC, 3,
		  "unknown kernel: it has no vermagic, which only kernels with CONFIG_MODULE_FORCE_LOAD take" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct module_facts m = module_of("n");
		struct baseline g = baseline_of("");

		free(m.vermagic);
		m.vermagic = cases[i].vermagic ? strdup(cases[i].vermagic) : NULL;
		m.versions = cases[i].versions;
		m.layout = (struct module_crc){ .there = true, .crc = 7 };
		export_symbol(&g, "module_layout", 7);
		strcpy(g.vermagic, cases[i].kernel);
		g.has_crcs = strstr(g.vermagic, "modversions");
		g.crcs = g.vermagic[0] ? BASELINE_KNOWN : BASELINE_UNKNOWN;
		judged(&m, &g, cases[i].expected);
		module_facts_clear(&m);
		baseline_clear(&g);
	}
}

/* The module of import_of() as the kernel's side of it is changed. */
static struct module_facts import_of(const char *name)
{
	struct module_facts m = module_of("n");

	m.imports = calloc(1, sizeof(*m.imports));
	m.n_imports = m.room_imports = 1;
	m.imports[0] = (struct module_import){ .name = strdup(name),
					       .version = { .there = true, .crc = 5 } };
	m.layout = (struct module_crc){ .there = true, .crc = 7 };
	return m;
}

static void imports(void **state _unused_)
{
	struct module_facts m = import_of("s");
	struct baseline g = baseline_of("");
	struct symbol_export *export;

	g.has_crcs = true;
	export_symbol(&g, "module_layout", 7);
	export = export_symbol(&g, "s", 5);
	export_symbol(&g, "klp_enable_patch", 1);
	export = symbols_exported(&g.symbols, "s")->export;
	judged(&m, &g, "accepted");
	export->crc = 6;
	judged(&m, &g,
	       "refused EINVAL unknown imports: s has CRC 0x00000006, and it was built with 0x00000005");
	m.imports[0].version.there = false;
	judged(&m, &g, "refused EINVAL unknown imports: it has no CRC of s");
	export->has_crc = false;
	judged(&m, &g, "accepted");
	/* A table of its own, which newer kernels prefer, and take symbols without a CRC from. */
	export->has_crc = true;
	m.versions_ext = 1;
	m.layout.there_ext = true;
	m.layout.crc_ext = 7;
	g.loader.ext_versions = true;
	judged(&m, &g, "accepted");
	m.imports[0].version.there_ext = true;
	judged(&m, &g,
	       "refused EINVAL unknown imports: s has CRC 0x00000006, and it was built with 0x00000000");
	m.imports[0].version.crc_ext = 6;
	export->namespace = strdup("NS");
	judged(&m, &g,
	       "refused EINVAL unknown imports: s is in namespace NS, which it does not import");
	m.namespaces = calloc(1, sizeof(*m.namespaces));
	m.namespaces[m.n_namespaces++] = strdup("NS");
	judged(&m, &g, "accepted");
	strcpy(export->namespace, "N");
	judged(&m, &g,
	       "refused EINVAL unknown imports: s is in namespace N, which it does not import");
	free(export->namespace);
	export->namespace = strdup("module:a,n*");
	judged(&m, &g, "accepted");
	export->gpl = true;
	judged(&m, &g, "accepted");
	free(m.license);
	m.license = NULL;
	judged(&m, &g,
	       "refused ENOENT unknown imports: s is for modules under the GPL only (its licence: none)");
	m.imports[0].weak = true;
	judged(&m, &g, "accepted");
	export->read = false;
	strcpy(g.exports_why, "because");
	judged(&m, &g,
	       "unknown imports: all 1 symbols that it needs are there, but not the CRCs, namespaces and licences of 1: because");
	symbols_exported(&g.symbols, "s")->found = 0;
	judged(&m, &g, "accepted");
	m.imports[0].weak = false;
	judged(&m, &g,
	       "refused ENOENT unknown imports: s is exported by neither the kernel nor a loaded module");
	module_facts_clear(&m);
	baseline_clear(&g);
}

/* struct module, the black list, and what is built in. */
static void loader(void **state _unused_)
{
	struct module_facts m = module_of("n");
	struct baseline g = baseline_of("");

	m.module.size = 832;
	judged(&m, &g,
	       "unknown module: its struct module is not that of this kernel (832 bytes and 896, init at 312 and 312, exit at 848 and 848), which this kernel may not notice: it would run something else, or nothing");
	g.loader.size_counts = true;
	judged(&m, &g,
	       "refused ENOEXEC unknown module: its struct module has 832 bytes, and this kernel's has 896");
	m.module.size = 896;
	m.module.exit_at = -1;
	judged(&m, &g, "accepted");
	m.module.init_at = 320;
	judged(&m, &g,
	       "unknown module: its struct module is not that of this kernel (896 bytes and 896, init at 320 and 312, exit at -1 and 848), which this kernel may not notice: it would run something else, or nothing");
	m.module.init_at = 312;
	g.blacklist = strdup("nn,no,n");
	judged(&m, &g,
	       "refused EPERM unknown blacklist: module_blacklist= of the kernel's command line names n");
	/* It goes by .modinfo, where that has a name. */
	m.modinfo_name = strdup("m");
	judged(&m, &g, "accepted");
	assert_int_equal(baseline_add_builtin(&g, "n", false), 0);
	judged(&m, &g, "accepted");
	assert_int_equal(baseline_add_builtin(&g, "n", true), 0);
	baseline_sort_builtin(&g);
	judged(&m, &g,
	       "refused EINVAL unknown directory: /sys/module/n belongs to what is built into the kernel");
	strcpy(m.bad_relocation, "odd");
	judged(&m, &g, "refused ENOEXEC unknown relocations: odd");
	module_facts_clear(&m);
	baseline_clear(&g);
}

/* What is there by its name, and what to do about that. */
static void taken(void **state _unused_)
{
	static const struct {
		const char *installed;
		const char *srcversion; /* of what is there */
		uint64_t refs;
		bool forced, permanent;
		const char *text, *remedy;
	} cases[] = {
		{ "n", "1", 1, false, false, "a module n is loaded already, the very same",
		  "nothing: it is installed already" },
		{ "n", "2", 1, false, false, "a module n is loaded already, another build of it",
		  "give the new one another name, which keeps the fix in force; disabling the installed one (echo 0 > /sys/kernel/livepatch/n/enabled) and unloading it (rmmod n) REMOVES its fix until the new one is loaded" },
		{ "n", "2", 1, true, false, "a module n is loaded already, another build of it",
		  "give the new one another name: n is installed and can never be unloaded (its transition was forced)" },
		{ "", "1", 0, false, false, "a module n is loaded already, the very same",
		  "its livepatch is not in force any more: rmmod n" },
		{ "", "", 0, false, false, "a module n is loaded already",
		  "its livepatch is not in force any more: rmmod n" },
		{ "", "1", 1, false, false, "a module n is loaded already, the very same",
		  "its livepatch is not installed any more, but the module is in use (1 references), for good if its transition was forced: give the new one another name, or boot again" },
		{ "", "1", 0, false, true, "a module n is loaded already, the very same",
		  "it cannot be unloaded, as it has no exit function: give the new one another name" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct module_facts m = module_of("n");
		struct baseline g = baseline_of(cases[i].installed);
		struct baseline_module there = { .name = "n",
						 .livepatch = true,
						 .refs_known = true,
						 .refs = cases[i].refs,
						 .permanent = cases[i].permanent };
		struct check check;

		m.srcversion = strdup("1");
		strcpy(there.srcversion, cases[i].srcversion);
		assert_int_equal(baseline_add_module(&g, &there), 0);
		for (size_t p = 0; p < g.snapshot.installed.n_patches; p++) {
			g.snapshot.installed.patches[p].enabled = true;
			g.snapshot.installed.patches[p].forced = cases[i].forced;
		}
		assert_int_equal(check_enable(&check, &m, &g), 0);
		assert_int_equal(check.decisive->error, -EEXIST);
		assert_string_equal(check.decisive->text, cases[i].text);
		assert_string_equal(check.decisive->remedy, cases[i].remedy);
		check_clear(&check);
		module_facts_clear(&m);
		baseline_clear(&g);
	}
}

static void signature(void **state _unused_)
{
	static const struct {
		bool is_signed, looks, enforced;
		const char *lockdown;
		bool disabled;
		const char *expected;
	} cases[] = {
		{ false, false, false, "integrity", false, "accepted" },
		{ false, true, false, "none", false, "accepted" },
		{ true, true, true, "integrity", false, "accepted" },
		{ false, true, true, "", false,
		  "refused EKEYREJECTED unknown signature: not signed, and this kernel enforces signatures (module.sig_enforce)" },
		{ false, true, false, "integrity", false,
		  "refused EPERM unknown signature: not signed, and lockdown is in mode integrity" },
		{ false, true, false, "confidentiality", false,
		  "refused EPERM unknown signature: not signed, and lockdown is in mode confidentiality" },
		{ true, true, false, "", true,
		  "refused EPERM unknown signature: kernel.modules_disabled is 1: no module can be loaded any more" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct module_facts m = module_of("n");
		struct baseline g = baseline_of("");

		m.is_signed = cases[i].is_signed;
		g.signatures = cases[i].looks;
		g.signatures_enforced = cases[i].enforced;
		g.modules_disabled = cases[i].disabled;
		strcpy(g.lockdown, cases[i].lockdown);
		judged(&m, &g, cases[i].expected);
		module_facts_clear(&m);
		baseline_clear(&g);
	}
}

static void names(void **state _unused_)
{
	struct module_facts m = module_of("a");
	struct baseline g = baseline_of("a;b");

	judged(&m, &g, "refused EEXIST unknown name: a module a is loaded already");
	/* What a step has replaced can be unloaded; what was there unused before has to be. */
	baseline_loaded(&g, "a")->unused = true;
	judged(&m, &g, "accepted");
	g.modules = BASELINE_UNKNOWN;
	strcpy(m.patch.name, "c");
	judged(&m, &g, "unknown name: which modules are loaded is not known");
	module_facts_clear(&m);
	baseline_clear(&g);
}

static void symbols(void **state _unused_)
{
	static const struct {
		const char *module;
		uint32_t found, hookable;
		const char *expected;
	} cases[] = {
		{ "n vmlinux(f)", 1, 1, "accepted" },
		{ "n vmlinux(f)", 0, 0, "refused EINVAL symbol symbols: f is not in vmlinux" },
		{ "n vmlinux(f)", 2, 2,
		  "refused EINVAL symbol symbols: f is 2 times in vmlinux, and no position is given" },
		{ "n vmlinux(f)", 1, 0,
		  "refused EINVAL ftrace ftrace: ftrace cannot hook f of vmlinux" },
		/* Looked up when it is loaded. */
		{ "n ext4(f)", 0, 0, "accepted" },
		{ "n a(f)", 0, 0, "refused EINVAL symbol symbols: f is not in a" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct module_facts m = module_of(cases[i].module);
		struct baseline g = baseline_of("a");

		count_symbols(&g, &m, cases[i].found, cases[i].hookable);
		judged(&m, &g, cases[i].expected);
		module_facts_clear(&m);
		baseline_clear(&g);
	}
}

static void position(void **state _unused_)
{
	struct module_facts m = module_of("n vmlinux(f)");
	struct baseline g = baseline_of("");

	count_symbols(&g, &m, 2, 2);
	m.patch.objects[0].funcs[0].sympos = 2;
	judged(&m, &g, "accepted");
	m.patch.objects[0].funcs[0].sympos = 3;
	judged(&m, &g,
	       "refused EINVAL symbol symbols: f is 2 times in vmlinux, so there is no position 3");
	/* Of two, only one can be hooked: which is not known. */
	m.patch.objects[0].funcs[0].sympos = 1;
	symbols_find(&g.symbols, "vmlinux", "f")->hookable = 1;
	judged(&m, &g,
	       "unknown ftrace: which functions ftrace can hook, or who does already, is not known");
	module_facts_clear(&m);
	baseline_clear(&g);
}

/* BPF on a function to be patched: refused by kernels before 6.0, unless a livepatch is on it already. */
static void trampolines(void **state _unused_)
{
	struct foreign_program program = { .id = 7,
					   .kind = FOREIGN_FENTRY,
					   .func = "f",
					   .module = "vmlinux",
					   .attached = FOREIGN_LINKED_YES };
	struct foreign_found found = { .programs = &program, .n_programs = 1 };
	struct module_facts m = module_of("n vmlinux(f)");
	struct baseline g = baseline_of("");

	count_symbols(&g, &m, 1, 1);
	g.foreign = &found;
	g.foreign_known = BASELINE_KNOWN;
	g.unwinder = (struct doctor_unwinder){ .known = true, .shares = true };
	judged(&m, &g, "accepted");
	g.unwinder.shares = false;
	judged(&m, &g,
	       "refused EBUSY ftrace ftrace: BPF sits on functions, and this kernel does not take a livepatch beside it: f (fentry program 7)");
	facts__clear(&g.snapshot.installed);
	g.snapshot.installed = facts_of("a vmlinux(f)");
	judged(&m, &g, "accepted");
	module_facts_clear(&m);
	baseline_clear(&g);
}

/* Objects that no module can be, and what an acceptance of those that are not there rests on. */
static void objects(void **state _unused_)
{
	static const struct {
		const char *module;
		bool no_module;
		uint32_t found; /* of the function, in the kernel itself */
		const char *text, *assumes;
	} cases[] = {
		{ "n vmlinux(f)", false, 1, "now: vmlinux", NULL },
		{ "n vmlinux(f)", true, 1, "NEVER: vmlinux (no module)",
		  "vmlinux (no module) is loaded one day, which cannot be (the kernel itself has no name: NULL)" },
		{ "n ext4.ko(f)", false, 0, "NEVER: ext4.ko",
		  "ext4.ko is loaded one day, which cannot be (a module's name is without .ko)" },
		{ "n a-b(f)", false, 0, "NEVER: a-b",
		  "a-b is loaded one day, which cannot be (a module's name has _ for each -)" },
		{ "n built_in(f)", false, 0, "NEVER: built_in",
		  "built_in is loaded one day, which cannot be (it is built into this kernel)" },
		{ "n ext4(f)", false, 1, "when it is loaded: ext4",
		  "ext4 is a module and not built in, though the kernel itself has f" },
		{ "n ext4(f)", false, 0, "when it is loaded: ext4",
		  "ext4 will have these functions when loaded: else that module is refused, not this one" },
		{ "n a(f)", false, 0, "now: a", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct module_facts m = module_of(cases[i].module);
		struct baseline g = baseline_of("a");
		struct check check;

		m.patch.objects[0].no_module = cases[i].no_module;
		assert_int_equal(baseline_add_builtin(&g, "built_in", false), 0);
		count_symbols(&g, &m, 1, 1);
		symbols_find(&g.symbols, "vmlinux", "f")->found = cases[i].found;
		assert_int_equal(check_enable(&check, &m, &g), 0);
		for (size_t k = 0; k < check.n_findings; k++) {
			if (check.findings[k].rule != RULE_OBJECTS)
				continue;
			assert_string_equal(check.findings[k].text, cases[i].text);
			if (cases[i].assumes)
				assert_string_equal(check.findings[k].assumes, cases[i].assumes);
			else
				assert_null(check.findings[k].assumes);
		}
		assert_int_equal(check.verdict, CHECK_ACCEPTED);
		assert_int_equal(check.n_never, !strncmp(cases[i].text, "NEVER", 5));
		check_clear(&check);
		module_facts_clear(&m);
		baseline_clear(&g);
	}
}

/* KSYM_NAME_LEN. */
static void long_names(void **state _unused_)
{
	static const struct {
		size_t length;
		uint32_t limit;
		enum check_verdict verdict;
	} cases[] = {
		{ 127, 128, CHECK_ACCEPTED }, { 128, 128, CHECK_REFUSED },
		{ 511, 512, CHECK_ACCEPTED }, { 512, 512, CHECK_REFUSED },
		{ 127, 0, CHECK_ACCEPTED },   { 128, 0, CHECK_UNKNOWN },
		{ 512, 0, CHECK_REFUSED },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct module_facts m = module_of("n vmlinux(f)");
		struct baseline g = baseline_of("");
		struct func *f = &m.patch.objects[0].funcs[0];
		struct check check;

		free(f->name);
		f->name = calloc(cases[i].length + 1, 1);
		memset(f->name, 'f', cases[i].length);
		g.loader.name_len = cases[i].limit;
		count_symbols(&g, &m, 1, 1);
		assert_int_equal(check_enable(&check, &m, &g), 0);
		assert_int_equal(check.verdict, cases[i].verdict);
		assert_true(check.verdict != CHECK_REFUSED || check.decisive->error == -EINVAL);
		check_clear(&check);
		module_facts_clear(&m);
		baseline_clear(&g);
	}
}

/* Somebody else may send callers of a function elsewhere. */
static void users(void **state _unused_)
{
	struct module_facts m = module_of("n vmlinux(f)");
	struct baseline g = baseline_of("");
	struct symbol_count *f;

	count_symbols(&g, &m, 1, 1);
	f = symbols_find(&g.symbols, "vmlinux", "f");
	f->users = (struct symbol_users){ .modify = 1, .by = "hook [mod]" };
	judged(&m, &g,
	       "refused EBUSY ftrace ftrace: somebody else may send callers elsewhere, and there can be one: f, by hook [mod]");
	f->found = f->hookable = 2;
	m.patch.objects[0].funcs[0].sympos = 1;
	judged(&m, &g,
	       "unknown ftrace: somebody may send callers elsewhere, and it is not shown whether of these very functions, or who: f, by hook [mod]");
	f->found = f->hookable = 1;
	f->users = (struct symbol_users){ .direct = 1, .by = "my_tramp [mod]" };
	judged(&m, &g,
	       "refused EBUSY ftrace ftrace: somebody else may send callers elsewhere, and there can be one: f, by my_tramp [mod]");
	/* With several users, who it is is not shown: a livepatch, if one is on the function. */
	f->users = (struct symbol_users){ .modify = 1 };
	judged(&m, &g,
	       "refused EBUSY ftrace ftrace: somebody else may send callers elsewhere, and there can be one: f, by somebody that ftrace does not show");
	f->users.patched = true;
	judged(&m, &g,
	       "unknown ftrace: somebody may send callers elsewhere, and it is not shown whether of these very functions, or who: f");
	facts__clear(&g.snapshot.installed);
	g.snapshot.installed = facts_of("a vmlinux(f)");
	judged(&m, &g, "accepted");
	g.users_known = BASELINE_UNKNOWN;
	facts__clear(&g.snapshot.installed);
	g.snapshot.installed = facts_of("");
	judged(&m, &g,
	       "unknown ftrace: which functions ftrace can hook, or who does already, is not known");
	module_facts_clear(&m);
	baseline_clear(&g);
}

/* The first that the kernel comes to decides; within klp_init_patch() by object and function. */
static void order(void **state _unused_)
{
	struct module_facts m = module_of("n 1:1 vmlinux(f) a(g)");
	struct baseline g = baseline_of("a 1:2");

	count_symbols(&g, &m, 0, 0);
	strcpy(m.late, "no code");
	m.late_at = module_place(1, 0);
	strcpy(m.twice, "twice");
	m.twice_at = module_place(1, MODULE_OF_OBJECT);
	g.ftrace_off = true;
	judged(&m, &g,
	       "refused EINVAL state_older_version states: state 1: offers version 1, a has version 2 (a livepatch may not lower a state's version)");
	m.patch.states[0].version = 2;
	judged(&m, &g, "refused EINVAL symbol symbols: f is not in vmlinux, g is not in a");
	for (size_t i = 0; i < g.symbols.n; i++)
		g.symbols.list[i].found = 1;
	judged(&m, &g, "refused EEXIST sysfs sysfs: twice");
	m.twice_at = module_place(1, 1);
	judged(&m, &g, "refused EINVAL invalid objects: no code");
	m.late[0] = m.twice[0] = '\0';
	g.snapshot.transition = &g.snapshot.installed.patches[0];
	judged(&m, &g,
	       "refused EBUSY transition_busy transition: a is still in transition, and there is one transition at a time");
	g.snapshot.transition = NULL;
	judged(&m, &g,
	       "refused EBUSY ftrace ftrace: kernel.ftrace_enabled is 0: no function can be hooked");
	module_facts_clear(&m);
	baseline_clear(&g);
}

/* " REPLACED", " ID:FROM>TO", " OBJECT:FUNCTION(BELOW)". */
static void write_effects(FILE *out, const struct check *check)
{
	fprintf(out, "#%zu", check->order);
	for (size_t i = 0; i < check->n_replaces; i++)
		fprintf(out, " %s", check->replaces[i]);
	for (size_t i = 0; i < check->n_states; i++) {
		const struct check_takeover *s = &check->states[i];

		fprintf(out, " %d:", (int)s->id);
		s->is_new ? fputc('-', out) : fprintf(out, "%s/%u", s->from, s->from_version);
		s->gone ? fputs(">-", out) : fprintf(out, ">%u", s->to_version);
	}
	for (size_t i = 0; i < check->n_functions; i++)
		fprintf(out, " %s%s:%s(%s)", check->functions[i].reverts ? "!" : "",
			check->functions[i].object, check->functions[i].name,
			check->functions[i].below ? check->functions[i].below : "");
}

static void effects(void **state _unused_)
{
	static const struct {
		const char *module, *installed, *expected;
	} cases[] = {
		{ "n 1:1 vmlinux(f)", "", "#1 1:->1 vmlinux:f()" },
		{ "n 1:3 2:1 vmlinux(f)", "a 1:1 vmlinux(f,g);b 1:2 vmlinux(f)",
		  "#3 1:b/2>3 2:->1 vmlinux:f(a, b)" },
		{ "n replace 1:3", "a 1:1 vmlinux(f);b 1:2 2:5",
		  "#1 a b 1:b/2>3 2:b/5>- !vmlinux:f(a)" },
		/* The first of an id counts, of the candidate and of each that is installed. */
		{ "n 1:3 1:9", "a 1:1 1:2", "#2 1:a/1>3" },
	};
	struct text text;

	text_open(&text);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct module_facts m = module_of(cases[i].module);
		struct baseline g = baseline_of(cases[i].installed);
		struct check check;

		assert_int_equal(check_enable(&check, &m, &g), 0);
		write_effects(text.out, &check);
		text_expect(&text, cases[i].expected);
		check_clear(&check);
		module_facts_clear(&m);
		baseline_clear(&g);
	}
	text_close(&text);
}

static void steps(void **state _unused_)
{
	struct module_facts a = module_of("a 1:1"), b = module_of("b replace 1:2");
	struct baseline g = baseline_of("");
	struct check check;

	assert_int_equal(baseline_enable(&g, &a, 0), 0);
	judged(&b, &g, "accepted");
	assert_int_equal(baseline_enable(&g, &b, 1), 0);
	assert_null(baseline_installed(&g, "a"));
	assert_true(baseline_loaded(&g, "a")->unused);
	judged(&a, &g,
	       "refused EINVAL state_older_version states: state 1: offers version 1, b has version 2 (a livepatch may not lower a state's version)");
	assert_int_equal(check_disable(&check, "a", &g), 0);
	assert_int_equal(check.verdict, CHECK_REFUSED);
	assert_int_equal(check.decisive->error, -ENOENT);
	check_clear(&check);
	assert_int_equal(check_disable(&check, "b", &g), 0);
	assert_int_equal(check.verdict, CHECK_ACCEPTED);
	check_clear(&check);
	baseline_disable(&g, "b");
	assert_null(baseline_loaded(&g, "b"));
	judged(&a, &g, "accepted");
	/* Of a step whose outcome is open, nothing follows. */
	g.open_step = 2;
	judged(&a, &g, "unknown states: it depends on step 2, whose outcome is open");
	module_facts_clear(&a);
	module_facts_clear(&b);
	baseline_clear(&g);
}

static void nothing_asked(void **state _unused_)
{
	struct module_facts m = module_of("n vmlinux(f)");
	struct baseline g = { .name = "none", .installed = BASELINE_KNOWN };

	judged(&m, &g, "accepted");
	g.installed = BASELINE_UNKNOWN;
	strcpy(g.installed_why, "no privileges");
	judged(&m, &g, "unknown states: what is installed is not known: no privileges");
	m.format = MODULE_FORMAT_MACHINE;
	m.machine = 183;
	judged(&m, &g,
	       "refused ENOEXEC unknown format: it is made for another machine (183), and this is for x86-64");
	module_facts_clear(&m);
}

static void ids(void **state _unused_)
{
	struct id_index index;

	assert_int_equal(id_index_make(&index, 1000), 0);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(id_index_add(&index, (uint64_t)i << 40, i), i);
	for (uint32_t i = 0; i < 1000; i++) {
		assert_int_equal(id_index_find(&index, (uint64_t)i << 40), i);
		assert_int_equal(id_index_add(&index, (uint64_t)i << 40, 5000), i);
		assert_int_equal(id_index_find(&index, ((uint64_t)i << 40) + 1), ID_INDEX_NONE);
	}
	id_index_clear(&index);
	assert_int_equal(id_index_make(&index, UINT32_MAX), -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states),      cmocka_unit_test(not_known),
		cmocka_unit_test(kernel),      cmocka_unit_test(imports),
		cmocka_unit_test(loader),      cmocka_unit_test(taken),
		cmocka_unit_test(signature),   cmocka_unit_test(names),
		cmocka_unit_test(symbols),     cmocka_unit_test(position),
		cmocka_unit_test(trampolines), cmocka_unit_test(users),
		cmocka_unit_test(objects),     cmocka_unit_test(long_names),

		cmocka_unit_test(order),       cmocka_unit_test(effects),
		cmocka_unit_test(steps),       cmocka_unit_test(nothing_asked),
		cmocka_unit_test(ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
