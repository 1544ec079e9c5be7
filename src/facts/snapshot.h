/* SPDX-License-Identifier: GPL-2.0 */
/* What is installed at one moment. */
#ifndef KLPSCOPE_SNAPSHOT_H
#define KLPSCOPE_SNAPSHOT_H

#include "facts/facts.h"

struct snapshot {
	struct facts installed;
	const struct patch *transition; /* in @installed; NULL: none runs */
	int target; /* of the transition: 1 patched, 0 unpatched, -1 not known */
	bool has_since;
	int64_t since_real_ns; /* when the kernel log says that the transition started */
	bool has_tasks;
	uint64_t tasks, tasks_left;
	int64_t real_ns; /* when this was taken */
	bool in_flux; /* it kept changing, or sysfs says otherwise */
};

/* The version of a state in force, and what a running transition will make of it. */
struct state_force {
	uint64_t id;
	bool no_version; /* this kernel's states have none: what is said of versions below is void */
	const struct patch *holder; /* NULL: none yet */
	uint32_t version;
	bool changing; /* a transition is about to change it */
	const struct patch *next; /* NULL: it will be gone */
	uint32_t next_version;
};

typedef void (*state_force_fn)(void *ctx, const struct state_force *state);

/**
 * snapshot_states() - every state that an installed livepatch has, once, by id
 *
 * Return: 0, or -ENOMEM.
 */
int snapshot_states(const struct snapshot *snapshot, state_force_fn fn, void *ctx);

/** snapshot_clear() - release what a snapshot holds */
void snapshot_clear(struct snapshot *snapshot);

#endif
