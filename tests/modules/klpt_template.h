/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A livepatch of which tests/verdicts makes others by writing over its data:
 * states, functions, objects, replace. What it is compiled with is seen by the
 * test that such a one equals a compiled one.
 */
#ifndef KLPT_TEMPLATE_H
#define KLPT_TEMPLATE_H

#include <linux/dma-buf.h>
#include <linux/version.h>

#include "klpt.h"

/* More than KSYM_NAME_LEN of any kernel. */
#define KLPT_NAME_LEN	640
#define KLPT_STATES	6
#define KLPT_FUNCS	3

/* Functions of vmlinux, those of the second object, that object. */
static char klpt_names[2 * KLPT_FUNCS + 1][KLPT_NAME_LEN] = { KLPT_TEMPLATE_NAMES };

static struct klp_state klpt_states[KLPT_STATES + 1] = { KLPT_TEMPLATE_STATES };

#define KLPT_TEMPLATE_FUNC(_n)				\
	{						\
		.old_name = klpt_names[_n],		\
		.new_func = klpt_cmdline_proc_show,	\
		.old_sympos = KLPT_TEMPLATE_SYMPOS,	\
	}

static struct klp_func klpt_vmlinux_funcs[KLPT_FUNCS + 1] = {
	KLPT_TEMPLATE_FUNC(0),
	KLPT_TEMPLATE_FUNC(1),
	KLPT_TEMPLATE_FUNC(2),
};

static struct klp_func klpt_module_funcs[KLPT_FUNCS + 1] = {
	KLPT_TEMPLATE_FUNC(3),
	KLPT_TEMPLATE_FUNC(4),
	KLPT_TEMPLATE_FUNC(5),
};

static struct klp_object klpt_objects[3] = {
	{
		.funcs = klpt_vmlinux_funcs,
	}, {
		.name = klpt_names[6],
		.funcs = klpt_module_funcs,
	}, {}
};

static struct klp_patch klpt_patch = {
	.mod = THIS_MODULE,
	.objs = klpt_objects,
	.states = klpt_states,
	.replace = KLPT_TEMPLATE_REPLACE,
};

/* A symbol in a namespace, from 5.16 on; missing before, which is no error of a weak one. */
void __weak dma_buf_put(struct dma_buf *dmabuf);

void klpt_put(void);
void klpt_put(void)
{
	if (dma_buf_put)
		dma_buf_put(NULL);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
MODULE_IMPORT_NS("DMA_BUF");
#else
MODULE_IMPORT_NS(DMA_BUF);
#endif

KLPT_MODULE(klpt_patch, "made to be written over");

#endif
