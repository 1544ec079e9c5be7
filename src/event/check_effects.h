/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KLPSCOPE_CHECK_EFFECTS_H
#define KLPSCOPE_CHECK_EFFECTS_H

#include "check.h"

/**
 * check_effects() - what a livepatch will change, if it is accepted
 * @check: its order, what it replaces, its states and functions, and probes on these are filled in
 * @module: what its file says
 * @ground: what is installed; @check->no_memory says that something is missing
 */
void check_effects(struct check *check, const struct module_facts *module,
		   const struct ground *ground);

#endif
