// SPDX-License-Identifier: GPL-2.0
/*
 * States 1000 to 1099, and three objects: vmlinux, klpt_sleeper, which may be
 * loaded later, and one that never is.
 */
#include "klpt.h"

#define REPEAT_10(what, n)						\
	what(n##0), what(n##1), what(n##2), what(n##3), what(n##4),	\
	what(n##5), what(n##6), what(n##7), what(n##8), what(n##9)

#define REPEAT_100(what, n)						\
	REPEAT_10(what, n##0), REPEAT_10(what, n##1),			\
	REPEAT_10(what, n##2), REPEAT_10(what, n##3),			\
	REPEAT_10(what, n##4), REPEAT_10(what, n##5),			\
	REPEAT_10(what, n##6), REPEAT_10(what, n##7),			\
	REPEAT_10(what, n##8), REPEAT_10(what, n##9)

static void klpt_many_sleep(void)
{
	schedule_timeout_idle(HZ / 10);
}

#define PROC_SHOW(file)						\
	{							\
		.old_name = file "_proc_show",			\
		.new_func = klpt_cmdline_proc_show,		\
	}

static struct klp_func vmlinux_funcs[] = {
	PROC_SHOW("cmdline"),
	PROC_SHOW("loadavg"),
	PROC_SHOW("uptime"),
	PROC_SHOW("version"),
	{}
};

static struct klp_func sleeper_funcs[] = {
	{
		.old_name = "klpt_sleep",
		.new_func = klpt_many_sleep,
	}, {}
};

#define ABSENT_FUNC(n)						\
	{							\
		.old_name = "klpt_absent_" #n,			\
		.new_func = klpt_many_sleep,			\
	}

static struct klp_func absent_funcs[] = {
	REPEAT_100(ABSENT_FUNC, 1),
	{}
};

static struct klp_object objs[] = {
	{
		.funcs = vmlinux_funcs,
	}, {
		.name = "klpt_sleeper",
		.funcs = sleeper_funcs,
	}, {
		.name = "klpt_absent",
		.funcs = absent_funcs,
	}, {}
};

#define STATE(n)	KLPT_STATE(n, 1)

static struct klp_state states[] = {
	REPEAT_100(STATE, 10),
	{}
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.states = states,
};

KLPT_MODULE(patch, "many states, objects and functions");
