/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a livepatch is checked against: a kernel, what is loaded and installed
 * there, and what is not known of it. A source fills it in (source/against.h);
 * the rules (check.h) only read it, and baseline_enable() takes it a step further.
 */
#ifndef KLPSCOPE_CHECK_BASELINE_H
#define KLPSCOPE_CHECK_BASELINE_H

#include "facts/foreign_found.h"
#include "facts/module_facts.h"
#include "facts/snapshot.h"
#include "facts/symbols.h"
#include "facts/unwinder.h"

/* Whether something is known, and if not, whether anybody asked. */
enum baseline_known {
	BASELINE_NOT_ASKED, /* there is no host here to ask */
	BASELINE_KNOWN,
	BASELINE_UNKNOWN, /* it should be known and is not */
};

struct baseline_module {
	char name[WIRE_NAME_LEN + 1];
	bool livepatch; /* the kernel says so by its taint */
	bool proprietary; /* so does it of that */
	bool moving; /* it is being loaded, or unloaded */
	bool permanent; /* it cannot be unloaded, as it has no exit function */
	bool refs_known;
	uint64_t
		refs; /* who holds it: its own livepatch while that is installed, other modules, files */
	/* By what it can be told from another of its name; livepatches only. */
	char srcversion[64]; /* "": none */
	unsigned char note[MODULE_NOTE_MAX];
	size_t note_size; /* of its build id; 0: none */
	uint64_t address; /* of its struct module; 0: not known */
	int step; /* that has loaded it, from 0; -1: it was there */
	bool unused; /* its livepatch is not installed any more, so it can be unloaded */
	int unused_by; /* the step that saw to it */
};

/* Code that could be a module, and is built into the kernel. */
struct baseline_builtin {
	char name[WIRE_NAME_LEN + 1];
	bool directory; /* it has its place in /sys/module */
};

struct baseline {
	const char *name; /* static: "live", "none", "modules" */

	/* What is installed; patches are in the order of the kernel's list. */
	struct snapshot snapshot;
	enum baseline_known installed;
	char installed_why[320]; /* BASELINE_UNKNOWN */

	/* The kernel. */
	enum baseline_known kernel;
	char release[65];
	char vermagic[128]; /* "": only the release is known */
	bool no_livepatch; /* it was built without */
	bool other_rule; /* its states follow a rule that klpscope does not know */
	bool signatures; /* it looks at them */
	bool signatures_enforced;
	char lockdown[32]; /* "": it has none */
	bool modules_disabled; /* kernel.modules_disabled */
	enum baseline_known blacklist_known;
	char *blacklist; /* module_blacklist= of its command line, "a,b"; NULL: none */
	struct module_rules loader; /* what its types tell of the modules that it takes */
	bool ftrace_off; /* kernel.ftrace_enabled=0 */

	enum baseline_known modules;
	struct baseline_module *loaded;
	size_t n_loaded, room_loaded;
	enum baseline_known
		builtin_known; /* those with a directory; others as far as its list of them is there */
	struct baseline_builtin *builtin; /* by name, from baseline_sort_builtin() on */
	size_t n_builtin, room_builtin;

	/* Symbols that the modules to be checked name. */
	struct symbols symbols;
	enum baseline_known symbols_known; /* of the kernel itself */
	enum baseline_known module_symbols_known; /* of its modules */
	enum baseline_known hooks_known; /* which functions ftrace can hook */
	enum baseline_known users_known; /* who uses it on them */
	char symbols_why[160];
	/* What goes with symbols that are exported: CRCs, namespaces, licence. */
	enum baseline_known exports_known;
	enum baseline_known crcs; /* whether it has CRCs; BASELINE_KNOWN: @has_crcs says so */
	bool has_crcs;
	char exports_why[160];

	/* Probes of others; NULL: not known. */
	const struct foreign_found *foreign;
	enum baseline_known foreign_known;
	struct doctor_unwinder unwinder;

	/* An earlier step whose outcome is open, from 1; 0: none. What is said of what is installed then rests on it. */
	int open_step;
};

/** baseline_loaded() - the loaded module of this name, or NULL */
struct baseline_module *baseline_loaded(const struct baseline *baseline, const char *name);

/** baseline_add_builtin() - one more is built in; 0 or -ENOMEM */
int baseline_add_builtin(struct baseline *baseline, const char *name, bool directory);

/** baseline_sort_builtin() - all are there */
void baseline_sort_builtin(struct baseline *baseline);

/** baseline_builtin() - what is built in by this name, or NULL */
const struct baseline_builtin *baseline_builtin(const struct baseline *baseline, const char *name);

/** baseline_installed() - the installed livepatch of this name, or NULL */
const struct patch *baseline_installed(const struct baseline *baseline, const char *name);

/** baseline_add_module() - one more is loaded; 0 or -ENOMEM */
int baseline_add_module(struct baseline *baseline, const struct baseline_module *module);

/**
 * baseline_enable() - a livepatch was enabled, and its transition is complete
 * @baseline: changed
 * @m: what was enabled; copied
 * @step: by which step
 *
 * Return: 0 or -ENOMEM.
 */
int baseline_enable(struct baseline *baseline, const struct module_facts *m, int step);

/** baseline_disable() - an installed livepatch was disabled, its transition is complete, its module unloaded */
void baseline_disable(struct baseline *baseline, const char *name);

/** baseline_clear() - release what it holds, not @baseline->foreign */
void baseline_clear(struct baseline *baseline);

#endif
