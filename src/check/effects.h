/* SPDX-License-Identifier: GPL-2.0 */
/* What a livepatch would change on a host: functions, states, what it replaces. */
#ifndef KLPSCOPE_CHECK_EFFECTS_H
#define KLPSCOPE_CHECK_EFFECTS_H

#include "check/check.h"

/**
 * check_on_function() - whether a BPF program of somebody sits on a function
 *
 * Where the kernel does not tell whose function it is (5.10), it is its own:
 * trampolines on functions of modules came later.
 */
bool check_on_function(const struct foreign_program *program,
		       const struct check_function *function);

/**
 * check_effects() - what a livepatch will change, if it is accepted
 * @check: its order, what it replaces, its states and functions, and probes on these are filled in
 * @module: what its file says
 * @baseline: what is installed; @check->no_memory says that something is missing
 */
void check_effects(struct check *check, const struct module_facts *module,
		   const struct baseline *baseline);

#endif
