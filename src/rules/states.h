/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KLPSCOPE_CHANGE_H
#define KLPSCOPE_CHANGE_H

#include "facts/facts.h"

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
 */
void state_changes(const struct facts *installed, const struct patch *patch, int target,
		   state_change_fn fn, void *ctx);

/**
 * state_holder() - the latest of some patches that has a state
 * @installed: the patches in list order
 * @id: of the state
 * @except: a patch to leave out, or NULL
 * @version: filled with the holder's version
 *
 * Return: the holder, or NULL.
 */
const struct patch *state_holder(const struct facts *installed, uint64_t id,
				 const struct patch *except, uint32_t *version);

#endif
