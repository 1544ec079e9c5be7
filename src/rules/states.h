/* SPDX-License-Identifier: GPL-2.0 */
/* Which livepatch holds a state, and what a transition does to the states of a host. */
#ifndef KLPSCOPE_RULES_STATES_H
#define KLPSCOPE_RULES_STATES_H

#include "facts/snapshot.h"

/* A state of the system before and after a transition. */
struct state_change {
	uint64_t id;
	const struct patch *from, *to; /* who holds it; NULL: nobody */
	uint32_t from_version, to_version; /* where there is a holder */
};

typedef void (*state_change_fn)(void *ctx, const struct state_change *change);

/**
 * state_changes() - what a completed transition does to the system's states
 * @installed: the patches on klp_patches as klp_complete_transition() begins:
 *	the one in transition and those that it replaces included
 * @patch: the one in transition, an element of @installed
 * @target: 1 it is patched now, 0 it is unpatched
 * @fn: called once for every state that got another version or another holder
 * @ctx: handed to @fn
 *
 * The version in force is that of the latest patch on the list that has the
 * state, as klp_get_prev_state() looks it up. A patch in transition holds
 * nothing yet when it is being enabled, and still holds when it is leaving; so
 * an enable that was reversed takes its versions back.
 *
 * All states are sorted once, so that the work grows with their number and its logarithm.
 *
 * Return: 0, or -ENOMEM, @fn was not called then.
 */
int state_changes(const struct facts *installed, const struct patch *patch, int target,
		  state_change_fn fn, void *ctx);

/**
 * state_holder() - the latest of some patches that has a state
 * @installed: the patches in list order
 * @id: of the state
 * @except: a patch to leave out, or NULL
 * @version: filled with the holder's version
 *
 * It looks at each of them; for many states there are state_changes() and snapshot_states().
 *
 * Return: the holder, or NULL.
 */
const struct patch *state_holder(const struct facts *installed, uint64_t id,
				 const struct patch *except, uint32_t *version);

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

#endif
