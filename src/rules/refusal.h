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
	CAUSES,
};

/* How many conflicts a sentence names before it counts the rest. */
#define CONFLICTS_IN_TEXT 4

/** cause_name() - the published name of a cause */
const char *cause_name(enum refused_cause cause);

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

/** error_name() - "EINVAL" for -EINVAL, a number where there is no name */
const char *error_name(int error);

#endif
