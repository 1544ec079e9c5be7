/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a livepatch is checked against: a kernel, what is loaded and installed
 * there, and what is not known of it. A source fills it in (source/against.h);
 * the rules (check.h) only read it, and ground_enable() takes it a step further.
 */
#ifndef KLPSCOPE_GROUND_H
#define KLPSCOPE_GROUND_H

#include "facts/unwinder.h"
#include "facts/foreign_found.h"
#include "facts/snapshot.h"
#include "facts/symbols.h"

/* Whether something is known, and if not, whether anybody asked. */
enum ground_known {
	GROUND_NOT_ASKED, /* there is no host here to ask */
	GROUND_KNOWN,
	GROUND_UNKNOWN, /* it should be known and is not */
};

struct ground_module {
	char name[WIRE_NAME_LEN + 1];
	bool livepatch; /* the kernel says so by its taint */
	int step; /* that has loaded it, from 0; -1: it was there */
	bool unused; /* its livepatch is not installed any more, so it can be unloaded */
	int unused_by; /* the step that saw to it */
};

struct ground {
	const char *name; /* static: "live", "none", "modules" */

	/* What is installed; patches are in the order of the kernel's list. */
	struct snapshot snapshot;
	enum ground_known installed;
	char installed_why[256]; /* GROUND_UNKNOWN */

	/* The kernel. */
	enum ground_known kernel;
	char release[65];
	char vermagic[128]; /* "": only the release is known */
	bool no_livepatch; /* it was built without */
	bool other_rule; /* its states follow a rule that klpscope does not know */
	bool signatures; /* it looks at them */
	bool signatures_enforced;
	char lockdown[32]; /* "": it has none */
	bool modules_disabled; /* kernel.modules_disabled */
	bool ftrace_off; /* kernel.ftrace_enabled=0 */

	enum ground_known modules;
	struct ground_module *loaded;
	size_t n_loaded, room_loaded;

	/* Symbols that the modules to be checked name. */
	struct symbols symbols;
	enum ground_known symbols_known; /* of the kernel itself */
	enum ground_known module_symbols_known; /* of its modules */
	enum ground_known hooks_known; /* which functions ftrace can hook */
	char symbols_why[160];

	/* Probes of others; NULL: not known. */
	const struct foreign_found *foreign;
	enum ground_known foreign_known;
	struct doctor_unwinder unwinder;

	/* An earlier step whose outcome is open, from 1; 0: none. What is said of what is installed then rests on it. */
	int open_step;
};

/** ground_loaded() - the loaded module of this name, or NULL */
struct ground_module *ground_loaded(const struct ground *ground, const char *name);

/** ground_installed() - the installed livepatch of this name, or NULL */
const struct patch *ground_installed(const struct ground *ground, const char *name);

/** ground_add_module() - one more is loaded; 0 or -ENOMEM */
int ground_add_module(struct ground *ground, const struct ground_module *module);

/**
 * ground_enable() - a livepatch was enabled, and its transition is complete
 * @ground: changed
 * @patch: what was enabled; copied
 * @step: by which step
 *
 * Return: 0 or -ENOMEM.
 */
int ground_enable(struct ground *ground, const struct patch *patch, int step);

/** ground_disable() - an installed livepatch was disabled, its transition is complete, its module unloaded */
void ground_disable(struct ground *ground, const char *name);

/** ground_clear() - release what it holds, not @ground->foreign */
void ground_clear(struct ground *ground);

#endif
