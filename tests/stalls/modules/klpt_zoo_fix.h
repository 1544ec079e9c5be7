/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A livepatch for functions of klpt_zoo and of the kernel that are chosen as it is loaded: "funcs" has a letter for each,
 * those of the ways (klpt_zoo.c).
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include "klpt_zoo.h"

static char *chosen = "";
module_param_named(funcs, chosen, charp, 0444);
static bool replace;
module_param(replace, bool, 0444);
static bool zoo_first;
module_param(zoo_first, bool, 0444);
MODULE_PARM_DESC(zoo_first, "klpt_zoo is the first of its objects, not the kernel");

ZOO_FUNCTION(new_a)
ZOO_FUNCTION(new_b)
ZOO_FUNCTION(new_c)
ZOO_FUNCTION(new_d)
ZOO_FUNCTION(new_e)
ZOO_FUNCTION(new_f)
ZOO_FUNCTION(new_g)
ZOO_FUNCTION(new_h)

/* Each waits by another function than the one that it stands for. */
static int new_completion(struct completion *x)
{
	wait_for_completion(x);
	barrier();
	return 0;
}

static int new_down(struct semaphore *sem)
{
	int err = down_timeout(sem, MAX_SCHEDULE_TIMEOUT);

	barrier();
	return err;
}

static int new_mutex(struct mutex *lock)
{
	mutex_lock(lock);
	barrier();
	return 0;
}

static signed long new_timeout(signed long timeout)
{
	__set_current_state(TASK_IDLE);
	timeout = schedule_timeout(timeout);
	barrier();
	return timeout;
}

static void new_msleep(unsigned int ms)
{
	schedule_timeout_uninterruptible(msecs_to_jiffies(ms) + 1);
	barrier();
}

static const struct known {
	char letter;
	const char *name;
	void *func;
} known[] = {
	{ 'a', "zoo_a", new_a },
	{ 'b', "zoo_b", new_b },
	{ 'c', "zoo_c", new_c },
	{ 'd', "zoo_d", new_d },
	{ 'e', "zoo_e", new_e },
	{ 'f', "zoo_f", new_f },
	{ 'g', "zoo_g", new_g },
	{ 'h', "zoo_h", new_h },
	{ 'C', "wait_for_completion_interruptible", new_completion },
	{ 'K', "wait_for_completion_killable", new_completion },
	{ 'D', "down_interruptible", new_down },
	{ 'E', "down_killable", new_down },
	{ 'L', "mutex_lock_killable", new_mutex },
	{ 'I', "schedule_timeout_idle", new_timeout },
	{ 'M', "msleep", new_msleep },
};

static struct klp_func of_kernel[ARRAY_SIZE(known) + 1], of_zoo[ARRAY_SIZE(known) + 1];

/* A module that is not there has a part in it, too. */
static int new_absent(void)
{
	return 0;
}

static struct klp_func of_absent[] = {
	{
		.old_name = "absent",
		.new_func = new_absent,
	}, {}
};

static struct klp_object objs[4];

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

/* In the order of the letters. */
static void choose(void)
{
	struct klp_func *kernel = of_kernel, *zoo = of_zoo, *func;
	struct klp_object *object = objs;
	const char *letter;
	size_t i;

	for (letter = chosen; *letter; letter++) {
		for (i = 0; i < ARRAY_SIZE(known) && known[i].letter != *letter; i++)
			;
		if (i == ARRAY_SIZE(known))
			continue;
		func = *letter >= 'a' ? zoo++ : kernel++;
		func->old_name = known[i].name;
		func->new_func = known[i].func;
	}
	object->name = "klpt_absent";
	object++->funcs = of_absent;
	if (zoo != of_zoo && zoo_first) {
		object->name = "klpt_zoo";
		object++->funcs = of_zoo;
	}
	if (kernel != of_kernel)
		object++->funcs = of_kernel;
	if (zoo != of_zoo && !zoo_first) {
		object->name = "klpt_zoo";
		object++->funcs = of_zoo;
	}
	patch.replace = replace;
}

static int __init fix_init(void)
{
	choose();
	return klp_enable_patch(&patch);
}

static void __exit fix_exit(void)
{
}

module_init(fix_init);
module_exit(fix_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("klpscope test: a livepatch for chosen functions");
MODULE_INFO(livepatch, "Y");
