// SPDX-License-Identifier: GPL-2.0
/*
 * Looks up, in each callback, states that it has (1, 20) and one that it has
 * not (99), both its own and those of the patches before it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#include "klpt.h"

static struct klp_patch patch;

static void look_up(const char *callback)
{
	static const unsigned long ids[] = { 1, 20, 99 };
	int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		struct klp_state *own = klp_get_state(&patch, ids[i]);
		struct klp_state *prev = klp_get_prev_state(ids[i]);

		pr_info("%s: state %lu: own version %d, previous version %d\n",
			callback, ids[i], own ? KLPT_VERSION(own) : -1,
			prev ? KLPT_VERSION(prev) : -1);
	}
}

static int pre_patch(struct klp_object *obj)
{
	look_up("pre_patch");
	return 0;
}

static void post_patch(struct klp_object *obj)
{
	look_up("post_patch");
}

static void pre_unpatch(struct klp_object *obj)
{
	look_up("pre_unpatch");
}

static void post_unpatch(struct klp_object *obj)
{
	look_up("post_unpatch");
}

static struct klp_object objs[] = {
	{
		.funcs = klpt_funcs,
		.callbacks = {
			.pre_patch = pre_patch,
			.post_patch = post_patch,
			.pre_unpatch = pre_unpatch,
			.post_unpatch = post_unpatch,
		},
	}, {}
};

static struct klp_state states[] = {
	KLPT_STATE(1, 3),
	KLPT_STATE(20, 1),
	{}
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.states = states,
};

KLPT_MODULE(patch, "looks up states in its callbacks");
