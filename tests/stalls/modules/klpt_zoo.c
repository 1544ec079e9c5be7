// SPDX-License-Identifier: GPL-2.0
/*
 * No livepatch: tasks that sleep in as many ways as there are. Written to the parameter "thread", a way starts a kernel
 * thread that goes it; written to /proc/klpt_zoo, the writer goes it itself. While "hold" is 0, nobody waits.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/semaphore.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include "klpt_zoo.h"

#define THREADS_MAX 64
#define WAY_MAX	    32

static DECLARE_WAIT_QUEUE_HEAD(queue);
static DECLARE_COMPLETION(completion);
static struct semaphore semaphore;
static DEFINE_MUTEX(mutex);
static struct task_struct *threads[THREADS_MAX], *keeper;
static char ways[THREADS_MAX][WAY_MAX];
static unsigned int n_threads;
static bool released;

/*
 * Waits in a function of the kernel. Those of which the name is a capital letter can be patched as well; all but M are
 * functions of the scheduler, which are in a section of their own.
 */
static noinline int zoo_wait(char how)
{
	long err = 0;

	while (!READ_ONCE(released) && !err) {
		switch (how) {
		case 'C':
			err = wait_for_completion_interruptible(&completion);
			break;
		case 'K':
			err = wait_for_completion_killable(&completion);
			break;
		case 'D':
			err = down_interruptible(&semaphore);
			break;
		case 'E':
			err = down_killable(&semaphore);
			break;
		case 'L':
			err = mutex_lock_killable(&mutex);
			if (!err)
				mutex_unlock(&mutex);
			break;
		case 'I':
			schedule_timeout_idle(HZ);
			break;
		case 'M':
			msleep(1000);
			break;
		case 'q':
			err = wait_event_interruptible(queue, READ_ONCE(released));
			break;
		default:
			wait_event_idle(queue, READ_ONCE(released));
			break;
		}
	}
	return err;
}

/* Thirty frames, and then on. */
static noinline int zoo_deep(const char *way, unsigned int n)
{
	int err = n ? zoo_deep(way, n - 1) : zoo_next(way);

	barrier();
	return err;
}

ZOO_FUNCTION(zoo_a)
ZOO_FUNCTION(zoo_b)
ZOO_FUNCTION(zoo_c)
ZOO_FUNCTION(zoo_d)
ZOO_FUNCTION(zoo_e)
ZOO_FUNCTION(zoo_f)
ZOO_FUNCTION(zoo_g)
ZOO_FUNCTION(zoo_h)

/* a to h: a function; r: deep; n: without unwind tables; anything else: there it waits. */
noinline int zoo_next(const char *way)
{
	int err;

	switch (*way) {
	case 'a':
		err = zoo_a(way + 1);
		break;
	case 'b':
		err = zoo_b(way + 1);
		break;
	case 'c':
		err = zoo_c(way + 1);
		break;
	case 'd':
		err = zoo_d(way + 1);
		break;
	case 'e':
		err = zoo_e(way + 1);
		break;
	case 'f':
		err = zoo_f(way + 1);
		break;
	case 'g':
		err = zoo_g(way + 1);
		break;
	case 'h':
		err = zoo_h(way + 1);
		break;
	case 'r':
		err = zoo_deep(way + 1, 29);
		break;
	case 'n':
		err = zoo_blind(zoo_next, way + 1);
		break;
	default:
		err = zoo_wait(*way);
		break;
	}
	barrier();
	return err;
}
EXPORT_SYMBOL_GPL(zoo_next);

static int thread(void *way)
{
	zoo_next(way);
	wait_event_idle(queue, kthread_should_stop());
	return 0;
}

/* Writes to parameters come one at a time. */
static int thread_set(const char *val, const struct kernel_param *kp)
{
	struct task_struct *task;

	if (n_threads == THREADS_MAX)
		return -ENOSPC;
	strscpy(ways[n_threads], val, WAY_MAX);
	strim(ways[n_threads]);
	task = kthread_run(thread, ways[n_threads], "zoo_%s", ways[n_threads]);
	if (IS_ERR(task))
		return PTR_ERR(task);
	threads[n_threads++] = task;
	return 0;
}

static const struct kernel_param_ops thread_ops = {
	.set = thread_set,
};
module_param_cb(thread, &thread_ops, NULL, 0200);
MODULE_PARM_DESC(thread, "written: start a thread that goes this way");

/* A mutex is released by who has taken it. */
static int keep(void *unused)
{
	mutex_lock(&mutex);
	wait_event_idle(queue, READ_ONCE(released));
	mutex_unlock(&mutex);
	wait_event_idle(queue, kthread_should_stop());
	return 0;
}

static int begin(void)
{
	WRITE_ONCE(released, false);
	reinit_completion(&completion);
	sema_init(&semaphore, 0);
	keeper = kthread_run(keep, NULL, "zoo_keeper");
	return PTR_ERR_OR_ZERO(keeper);
}

static void end(void)
{
	unsigned int i;

	WRITE_ONCE(released, true);
	complete_all(&completion);
	for (i = 0; i < 2 * THREADS_MAX; i++)
		up(&semaphore);
	wake_up_all(&queue);
	for (i = 0; i < n_threads; i++)
		kthread_stop(threads[i]);
	n_threads = 0;
	kthread_stop(keeper);
}

/* With 0, all threads end, and all writers of /proc/klpt_zoo return; with 1, it begins anew. */
static int hold_set(const char *val, const struct kernel_param *kp)
{
	bool hold;
	int err = kstrtobool(val, &hold);

	if (err || hold != READ_ONCE(released))
		return err;
	if (hold)
		return begin();
	end();
	return 0;
}

static const struct kernel_param_ops hold_ops = {
	.set = hold_set,
};
module_param_cb(hold, &hold_ops, NULL, 0200);
MODULE_PARM_DESC(hold, "0: end all threads, and let all writers go; 1: begin anew");

static ssize_t zoo_write(struct file *file, const char __user *buf, size_t size, loff_t *pos)
{
	char way[WAY_MAX] = "";
	int err;

	if (copy_from_user(way, buf, min(size, sizeof(way) - 1)))
		return -EFAULT;
	err = zoo_next(way);
	barrier();
	return err ? err : size;
}

static const struct proc_ops zoo_ops = {
	.proc_write = zoo_write,
};

static int __init zoo_init(void)
{
	int err = begin();

	if (err)
		return err;
	if (proc_create("klpt_zoo", 0200, NULL, &zoo_ops))
		return 0;
	end();
	return -ENOMEM;
}

static void __exit zoo_exit(void)
{
	remove_proc_entry("klpt_zoo", NULL);
	if (!released)
		end();
}

module_init(zoo_init);
module_exit(zoo_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("klpscope test: tasks that sleep in many ways");
