/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The compatibility rule of livepatch states. It stands here and nowhere else.
 *
 * Room rules: what livepatch decides, and why. It knows facts. It must not know where they come
 * from, or print.
 */
#ifndef KLPSCOPE_RULES_COMPAT_H
#define KLPSCOPE_RULES_COMPAT_H

#include "facts/facts.h"

enum conflict_kind {
	CONFLICT_OLDER, /* the candidate names the state with a lower version */
	CONFLICT_MISSING, /* the candidate is cumulative and does not name the state */
};

struct conflict {
	enum conflict_kind kind;
	uint64_t id;
	uint32_t offered_version; /* CONFLICT_OLDER only */
	uint32_t installed_version;
	const char *installed_by; /* points into the facts */
	bool no_version; /* this kernel's states have none */
};

struct conflicts {
	struct conflict *list; /* in the order in which the kernel would meet them */
	size_t n, room;
};

/**
 * compat_check() - whether the kernel would take a livepatch beside others
 * @candidate: the patch to be enabled
 * @installed: the patches on klp_patches
 * @found: filled with every conflict; the kernel stops at the first
 *
 * The rule is klp_is_patch_compatible()'s (kernel/livepatch/state.c, the same
 * from 5.5 to 7.3): for each state of each installed patch, in list order, the
 * candidate must name that id with at least that version; an id that it does
 * not name at all matters only if it is cumulative (replace).
 *
 * Return: 0 with @found->n conflicts (none: compatible), or -ENOMEM.
 */
int compat_check(const struct patch *candidate, const struct facts *installed,
		 struct conflicts *found);

/** conflicts__clear() - release what compat_check() found */
void conflicts__clear(struct conflicts *found);

#endif
