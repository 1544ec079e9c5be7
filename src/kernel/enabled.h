/* SPDX-License-Identifier: GPL-2.0 */
/* Who uses ftrace on which function, by tracefs' enabled_functions. */
#ifndef KLPSCOPE_KERNEL_ENABLED_H
#define KLPSCOPE_KERNEL_ENABLED_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf_foreign.h"

/* One function that ftrace calls somebody for. */
struct enabled_function {
	char name[FOREIGN_FUNC_LEN];
	char module[FOREIGN_MODULE_LEN]; /* "vmlinux" for the kernel itself */
	unsigned int count; /* whom it calls by ftrace_ops */
	bool modify; /* somebody may send its callers elsewhere (IPMODIFY); one at a time can */
	bool direct; /* it calls something without ftrace in between */
	bool direct_bpf; /* and that is BPF's */
	char by[96]; /* whom ftrace calls, "HOOK [MODULE]"; "": several, or not shown */
	char direct_by[96]; /* the same of a direct call */
};

/* Returns whether it wants no more. */
typedef bool (*enabled_fn)(void *ctx, const struct enabled_function *function);

/**
 * enabled_each() - every function that ftrace calls somebody for
 * @path: of the file; NULL: the kernel's own
 * @fn: called for each; @ctx is handed on
 *
 * The flags R, I, D are there from 5.10 on at least.
 *
 * Return: 0 or negative errno.
 */
int enabled_each(const char *path, enabled_fn fn, void *ctx);

#endif
