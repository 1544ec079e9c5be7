// SPDX-License-Identifier: GPL-2.0
/*
 * A livepatch with 64 states in version 1. The part "size" makes many of it by writing other digits over its name, which
 * is equally long. What it would patch is never loaded, so that no symbol has to be found.
 */
#include "klpt.h"

#define STATES_8(n, version)                                                                       \
	KLPT_STATE(n + 1, version), KLPT_STATE(n + 2, version), KLPT_STATE(n + 3, version),        \
		KLPT_STATE(n + 4, version), KLPT_STATE(n + 5, version),                            \
		KLPT_STATE(n + 6, version), KLPT_STATE(n + 7, version), KLPT_STATE(n + 8, version)

#ifndef VERSION
#define VERSION 1
#endif

static struct klp_state states[] = {
	STATES_8(0, VERSION),  STATES_8(8, VERSION),  STATES_8(16, VERSION),
	STATES_8(24, VERSION), STATES_8(32, VERSION), STATES_8(40, VERSION),
	STATES_8(48, VERSION), STATES_8(56, VERSION), {}
};

static struct klp_func funcs[] = { {
					   .old_name = "klpt_absent",
					   .new_func = klpt_cmdline_proc_show,
				   },
				   {} };

static struct klp_object objs[] = { {
					    .name = "klpt_absent",
					    .funcs = funcs,
				    },
				    {} };

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.states = states,
};

KLPT_MODULE(patch, "64 states");
