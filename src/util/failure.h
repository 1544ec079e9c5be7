/* SPDX-License-Identifier: GPL-2.0 */
/* The one place that turns a failure into words: what, why, what to do. */
#ifndef KLPSCOPE_UTIL_FAILURE_H
#define KLPSCOPE_UTIL_FAILURE_H

#include "util/attributes.h"

enum failure_kind {
	FAILURE_NONE = 0,
	FAILURE_NO_LIVEPATCH,
	FAILURE_NO_SYSFS,
	FAILURE_CAPABILITIES,
	FAILURE_NO_BTF,
	FAILURE_BAD_BTF,
	FAILURE_LOCKDOWN,
	FAILURE_MEMLOCK,
	FAILURE_USER_NAMESPACE,
	FAILURE_OLD_KERNEL,
	FAILURE_FORBIDDEN,
	FAILURE_BPF_LOAD,
	FAILURE_HOOK,
	FAILURE_TRACEPOINT,
	FAILURE_NO_ADDRESSES,
	FAILURE_NO_ITERATOR,
	FAILURE_OUTPUT,
	FAILURE_TEXTFILE,
	FAILURE_COMMAND,
	FAILURE_NO_MODULE,
	FAILURE_NO_LIVEPATCH_MODULE,
	FAILURE_PACKED,
	FAILURE_TOO_LARGE,
	FAILURE_FILE,
	FAILURE_NO_FACTS,
	FAILURE_NO_RECORDING,
	FAILURE_NEWER_RECORDING,
	FAILURE_BYTE_ORDER,
	FAILURE_OTHER_HOST,
	FAILURE_SYSTEM,
	FAILURE_KINDS,
};

struct failure {
	enum failure_kind kind;
	int error; /* negative errno, 0: none to show */
	char detail[160];
};

/**
 * failure_set() - say what went wrong first
 * @why: filled, unless it has an earlier failure: what follows from that is no news
 * @kind: the remedy to offer
 * @error: negative errno, 0 if there is none to show
 * @detail: the one fact that the kind leaves open, printf-style
 *
 * Return: @error, or -EIO if that is 0.
 */
int failure_set(struct failure *why, enum failure_kind kind, int error, const char *detail, ...)
	_printf_(4, 5);

/** failure_plain() - failure_set() where the kind says it all */
int failure_plain(struct failure *why, enum failure_kind kind, int error);

/** failure_what() - the failure in words, without its detail; static */
const char *failure_what(const struct failure *why);

/** failure_remedy() - what to do about it; static */
const char *failure_remedy(const struct failure *why);

/**
 * failure_print() - write a failure as one line to stderr
 * @why: the failure
 * @doing: what the user asked for, such as "trace"
 *
 * That nobody reads the output any more is no news.
 */
void failure_print(const struct failure *why, const char *doing);

#endif
