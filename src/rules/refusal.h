/* SPDX-License-Identifier: GPL-2.0 */
/* From the facts of a refused attempt to its cause and a sentence about it. */
#ifndef KLPSCOPE_RULES_REFUSAL_H
#define KLPSCOPE_RULES_REFUSAL_H

#include <stdio.h>

#include "rules/compat.h"
#include "wire.h"

enum refused_cause {
	CAUSE_UNKNOWN,
	CAUSE_STATE_OLDER_VERSION,
	CAUSE_STATE_MISSING,
	CAUSE_TRANSITION_BUSY,
	CAUSE_SYMBOL,
	CAUSE_CALLBACK,
	CAUSE_FTRACE,
	CAUSE_NOT_LIVEPATCH,
	CAUSE_SYSFS,
	CAUSE_MEMORY,
	CAUSE_INVALID,
	CAUSE_ALREADY, /* it is enabled, or disabled, already */
	CAUSE_NOT_IN_TRANSITION, /* so there is nothing to force */
	CAUSE_LOADER, /* the module loader, before livepatch was asked */
	CAUSES,
};

/* Attempts to enable have the causes before this one. */
#define CAUSES_OF_ATTEMPTS CAUSE_ALREADY

/* What was refused. */
enum refused_action {
	REFUSED_ENABLE, /* klp_enable_patch() */
	REFUSED_DISABLE, /* "0" to a livepatch's "enabled" */
	REFUSED_WRITE, /* something else to "enabled", or to "force" */
	REFUSED_LOAD, /* a module */
	REFUSED_ACTIONS,
};

/** refused_action_name() - the published name of an action */
const char *refused_action_name(enum refused_action action);

/* How many conflicts a sentence names before it counts the rest. */
#define CONFLICTS_IN_TEXT 4

/** cause_name() - the published name of a cause */
const char *cause_name(enum refused_cause cause);

/* What follows when a module's init fails after its livepatch was accepted: load_module() frees the module all the same. */
#define FREED_IN_USE                                                                               \
	"the kernel has freed code that is in use; do not load or unload modules, and do not disable or read livepatches on this host; plan a reboot"

/** own_hook() - a function of the kernel that a livepatch changes and that klpscope is attached to (@hooks: bits of enum wire_hook); NULL */
const char *own_hook(const struct patch *patch, uint64_t hooks);

/**
 * refusal_error() - what klp_enable_patch() returned, or the module's init made of that
 *
 * Return: negative errno; 0 if the init returned 0, or if it is not known.
 */
int refusal_error(const struct wire_result *result);

/**
 * refusal_cause() - which of the kernel's error paths an attempt ran into
 * @result: how far it came
 * @hooks: which hooks were attached (bits of enum wire_hook)
 * @conflicts: what compat_check() found
 * @complete: whether the facts behind @conflicts are complete
 *
 * Follows klp_enable_patch() in order. CAUSE_UNKNOWN rather than a guess: where
 * a hook was missing or facts were lost, the paths that look alike from outside
 * are not told apart.
 *
 * Return: the cause.
 */
enum refused_cause refusal_cause(const struct wire_result *result, uint64_t hooks,
				 const struct conflicts *conflicts, bool complete);

/**
 * refusal_explain() - one sentence on a refusal, for people
 * @out: written to
 * @cause: as refusal_cause() says
 * @result: the attempt
 * @conflicts: what compat_check() found
 * @complete: whether the facts behind @conflicts are complete
 * @message: the kernel's lines in the attempt, "" for none
 */
void refusal_explain(FILE *out, enum refused_cause cause, const struct wire_result *result,
		     const struct conflicts *conflicts, bool complete, const char *message);

/** conflicts_explain() - the conflicts in words, the first few and how many more */
void conflicts_explain(FILE *out, const struct conflicts *conflicts);

#endif
