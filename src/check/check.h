/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether a kernel would take a livepatch: every rule with its verdict, in the kernel's order.
 *
 * Room check: whether a kernel would take a livepatch. It knows facts. It must not read files, or
 * ask a kernel.
 */
#ifndef KLPSCOPE_CHECK_CHECK_H
#define KLPSCOPE_CHECK_CHECK_H

#include "check/baseline.h"
#include "facts/module_facts.h"
#include "rules/refusal.h"

enum check_verdict {
	CHECK_ACCEPTED,
	CHECK_NOT_CHECKED, /* there is no host here to ask, and nobody wanted one */
	CHECK_UNKNOWN,
	CHECK_REFUSED,
	CHECK_VERDICTS,
};

/* In the order in which the kernel comes to them. */
enum check_rule {
	RULE_SIGNATURE,
	RULE_FORMAT, /* ELF of this machine */
	RULE_MODULE, /* its struct module is this kernel's, and nothing in it that no module may have */
	RULE_BLACKLIST, /* module_blacklist= */
	RULE_KERNEL, /* vermagic, module_layout */
	RULE_LIVEPATCH, /* the kernel has livepatching */
	RULE_NAME, /* no module of that name is loaded */
	RULE_IMPORTS, /* symbols that it needs are exported, to it, and as it knows them */
	RULE_RELOCATIONS, /* livepatch symbols of vmlinux, and relocations that the loader knows */
	RULE_DIRECTORY, /* nothing built in has its place in /sys/module */
	RULE_MARK, /* the module says that it is a livepatch; to 5.10 before the next, later after it */
	RULE_PATCH, /* klp_patch is there, and what it must point to */
	RULE_STATES,
	RULE_SYSFS, /* nothing is named twice */
	RULE_OBJECTS, /* functions have names and code; objects are loaded or will be */
	RULE_SYMBOLS, /* each function is found in its object */
	RULE_TRANSITION, /* none runs */
	RULE_CALLBACKS, /* pre_patch */
	RULE_FTRACE, /* functions can be hooked */
	CHECK_RULES,
};

struct check_finding {
	enum check_rule rule;
	enum check_verdict verdict;
	char *text;
	char *remedy; /* NULL: none */
	char *assumes; /* what an acceptance rests on that nobody can see beforehand; NULL: nothing */
	int error; /* CHECK_REFUSED: negative errno that insmod would get */
	enum refused_cause
		cause; /* as a refused event would say; CAUSE_UNKNOWN: refused by the module loader */
	uint64_t place; /* among those of klp_init_patch(): module_place() */
};

/* What becomes of a function that the livepatch changes, or that it gives back. */
struct check_function {
	const char *object; /* into the facts */
	const char *name;
	uint32_t sympos;
	bool loaded; /* its object is; else it is patched when that is loaded */
	bool loaded_known;
	const char *never; /* why no module can be its object, static; NULL: one can */
	bool reverts; /* only a replaced livepatch changes it: the original runs again */
	char *below; /* "a, b": installed livepatches that change it now, the running one last; NULL: none */
};

struct check_takeover {
	uint64_t id;
	bool no_version;
	bool gone; /* no installed livepatch has it any more */
	bool is_new; /* no installed livepatch had it */
	uint32_t from_version, to_version;
	const char *from; /* the livepatch that holds it, into the baseline; NULL: none */
};

/* A probe of somebody else's on a function that is patched. */
struct check_probe {
	const char *object, *function; /* into the facts */
	char *text;
};

enum check_action { CHECK_ENABLE, CHECK_DISABLE };

/* One step of a plan, and what comes of it. */
struct check {
	enum check_action action;
	const struct module_facts *module; /* CHECK_ENABLE */
	char name[WIRE_NAME_LEN + 1]; /* of the livepatch */
	enum check_verdict verdict;
	const struct check_finding
		*decisive; /* the first that is refused, else the first unknown; NULL */
	struct check_finding *findings;
	size_t n_findings, room_findings;
	struct conflicts conflicts; /* of states; the names in it belong to the baseline */
	/* What will be there, if it is accepted. */
	size_t order; /* its place on the list, from 1 */
	char (*replaces)[WIRE_NAME_LEN + 1];
	size_t n_replaces;
	struct check_takeover *states;
	size_t n_states;
	struct check_function *functions;
	size_t n_functions, room_functions;
	size_t n_never; /* of these, that no module can have */
	struct check_probe *probes;
	size_t n_probes, room_probes;
	size_t n_skippers; /* of these, that can end a call before the new function runs */
	bool effects_known; /* what is installed and what the module holds is known */
	bool no_memory;
};

/**
 * check_enable() - would this livepatch be accepted there?
 * @check: filled; to be released with check_clear(), before @module and before @baseline changes
 * @module: what its file says
 * @baseline: what it is checked against
 *
 * The rules are those of load_module() and klp_enable_patch(), from 5.10 to 7.3.
 *
 * Return: 0 or -ENOMEM.
 */
int check_enable(struct check *check, const struct module_facts *module,
		 const struct baseline *baseline);

/** check_disable() - would the kernel disable the installed livepatch of this name? As check_enable() */
int check_disable(struct check *check, const char *name, const struct baseline *baseline);

/** check_clear() - release what it holds */
void check_clear(struct check *check);

/** check_verdict_name() - "accepted", "not_checked", "unknown", "refused" */
const char *check_verdict_name(enum check_verdict verdict);

/** check_rule_name() - "states", ... */
const char *check_rule_name(enum check_rule rule);

/** check_rule_function() - the kernel's function that a rule mirrors */
const char *check_rule_function(enum check_rule rule);

#endif
