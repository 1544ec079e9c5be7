// SPDX-License-Identifier: GPL-2.0
#include "facts/hooks.h"

#include <errno.h>
#include <string.h>

/*
 * HOOK_EXIT is only for functions that have returned before livepatch looks at
 * any stack; everything else would stall the transition it watches.
 */
const struct hook hooks[WIRE_HOOKS_COUNT] = {
	[WIRE_HOOK_ENABLE] = { "klp_enable_patch", HOOK_ENTRY, HOOK_IN_LIVEPATCH, NULL,
			       "klp_enable_begin" },
	[WIRE_HOOK_COMPATIBLE] = { "klp_is_patch_compatible", HOOK_EXIT, HOOK_IN_LIVEPATCH,
				   "why states were refused (conflicts)", "klp_state_check" },
	[WIRE_HOOK_OBJECT_LOADED] = { "klp_init_object_loaded", HOOK_EXIT, HOOK_IN_LIVEPATCH,
				      "refusals because of symbols (cause unknown)" },
	[WIRE_HOOK_PATCH_OBJECT] = { "klp_patch_object", HOOK_EXIT, HOOK_IN_LIVEPATCH,
				     "refusals by ftrace or callbacks (cause unknown)" },
	[WIRE_HOOK_INITCALL] = { "initcall_finish", HOOK_TRACEPOINT, HOOK_ANYWHERE,
				 "inits that fail after their livepatch was enabled, and some errors of refusals",
				 "initcall_finish" },
	[WIRE_HOOK_INIT_TRANSITION] = { "klp_init_transition", HOOK_ENTRY, HOOK_IN_LIVEPATCH,
					"disable, and which attempt a transition belongs to" },
	[WIRE_HOOK_START] = { "klp_start_transition", HOOK_ENTRY, HOOK_IN_LIVEPATCH,
			      "the start and duration of transitions", "klp_transition_start" },
	[WIRE_HOOK_TRY] = { "klp_try_complete_transition", HOOK_ENTRY, HOOK_IN_LIVEPATCH,
			    "retries, and the number of tries", "klp_transition_try" },
	[WIRE_HOOK_REVERSE] = { "klp_reverse_transition", HOOK_ENTRY, HOOK_IN_LIVEPATCH,
				"reversals", "klp_transition_reverse" },
	[WIRE_HOOK_FORCE] = { "klp_force_transition", HOOK_ENTRY, HOOK_IN_LIVEPATCH,
			      "forced transitions", "klp_transition_force" },
	[WIRE_HOOK_CANCEL] = { "klp_cancel_transition", HOOK_ENTRY, HOOK_IN_LIVEPATCH,
			       "cancelled transitions (shown as complete)" },
	[WIRE_HOOK_COMPLETE] = { "klp_complete_transition", HOOK_ENTRY, HOOK_IN_LIVEPATCH,
				 "completed transitions, state changes, replaced livepatches",
				 "klp_transition_complete" },
	[WIRE_HOOK_FREE] = { "klp_free_patch_work_fn", HOOK_ENTRY, HOOK_IN_LIVEPATCH,
			     "freed livepatches" },
	[WIRE_HOOK_PREV_STATE] = { "klp_get_prev_state", HOOK_EXIT, HOOK_IN_LIVEPATCH,
				   "lookups of previous states" },
	[WIRE_HOOK_STATE] = { "klp_get_state", HOOK_ENTRY, HOOK_IN_LIVEPATCH,
			      "counts of state lookups" },
	[WIRE_HOOK_CONSOLE] = { "console", HOOK_TRACEPOINT, HOOK_ANYWHERE,
				"the kernel's own messages", "console" },
	[WIRE_HOOK_MODULE_GET] = { "module_get", HOOK_TRACEPOINT, HOOK_ANYWHERE,
				   "refusals before the module's init has ended", "module_get" },
	[WIRE_HOOK_MODULE_PUT] = { "module_put", HOOK_TRACEPOINT, HOOK_ANYWHERE,
				   "refusals before the module's init has ended", "module_put" },
	[WIRE_HOOK_ENABLED_STORE] = { "enabled_store", HOOK_STORE, HOOK_IN_LIVEPATCH,
				      "refused writes to a livepatch's enabled" },
	[WIRE_HOOK_FORCE_STORE] = { "force_store", HOOK_STORE, HOOK_IN_LIVEPATCH,
				    "refused writes to a livepatch's force" },
	[WIRE_HOOK_LOAD] = { "load_module", HOOK_ENTRY, HOOK_IN_LOADER,
			     "modules that the loader refuses" },
	[WIRE_HOOK_FIND] = { "find_module_all", HOOK_EXIT, HOOK_IN_LOADER,
			     "the names of modules that the loader refuses" },
	[WIRE_HOOK_MODULE_LOAD] = { "module_load", HOOK_TRACEPOINT, HOOK_ANYWHERE,
				    "modules that the loader refuses", "module_load" },
	[WIRE_HOOK_EXIT] = { "sched_process_exit", HOOK_TRACEPOINT, HOOK_ANYWHERE,
			     "modules that the loader refuses, as soon as it does",
			     "sched_process_exit" },
};

int hook_find(const char *name, size_t len)
{
	for (int i = 0; i < WIRE_HOOKS_COUNT; i++)
		if (strlen(hooks[i].name) == len && !memcmp(hooks[i].name, name, len))
			return i;
	return -ENOENT;
}
