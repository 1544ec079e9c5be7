/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the livepatch modules of klpscope's tests have in common. Each .c file
 * here is a module of a few lines that shows one case.
 */
#ifndef KLPT_H
#define KLPT_H

#include <linux/kernel.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/seq_file.h>

/* Never on a stack for long, so that a transition completes. */
static int __maybe_unused klpt_cmdline_proc_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s: patched\n", THIS_MODULE->name);
	return 0;
}

static struct klp_func klpt_funcs[] __maybe_unused = {
	{
		.old_name = "cmdline_proc_show",
		.new_func = klpt_cmdline_proc_show,
	}, {}
};

static struct klp_object klpt_objs[] __maybe_unused = {
	{
		.funcs = klpt_funcs,
	}, {}
};

/* What Kbuild finds missing: the kernels of the future (tests/vm/future) have no versions, or no previous state. */
#ifdef KLPT_NO_STATE_VERSION
#define KLPT_STATE(_id, _version)	\
	{				\
		.id = (_id),		\
		.block_disable = true,	\
	}
#define KLPT_VERSION(_state) 0
#else
#define KLPT_STATE(_id, _version)	\
	{				\
		.id = (_id),		\
		.version = (_version),	\
	}
#define KLPT_VERSION(_state) ((int)(_state)->version)
#endif

#ifdef KLPT_NO_PREV_STATE
static inline struct klp_state *klp_get_prev_state(unsigned long id)
{
	return NULL;
}
#endif

/* A module that enables _patch, and is not marked as a livepatch. */
#define KLPT_UNMARKED_MODULE(_patch, _description)	\
	static int __init klpt_init(void)		\
	{						\
		return klp_enable_patch(&(_patch));	\
	}						\
							\
	static void __exit klpt_exit(void)		\
	{						\
	}						\
							\
	module_init(klpt_init);				\
	module_exit(klpt_exit);				\
	MODULE_LICENSE("GPL");				\
	MODULE_DESCRIPTION("klpscope test: " _description)

#define KLPT_MODULE(_patch, _description)		\
	KLPT_UNMARKED_MODULE(_patch, _description);	\
	MODULE_INFO(livepatch, "Y")

#endif
