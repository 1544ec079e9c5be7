// SPDX-License-Identifier: GPL-2.0
/*
 * No livepatch. While the parameter hold is set, a thread sleeps in
 * klpt_sleep(), and klpt_slow, which patches that, cannot complete. Writing
 * to the parameter late then starts a thread that runs the new function.
 */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/wait.h>

static DECLARE_WAIT_QUEUE_HEAD(changed);
static struct task_struct *sleeper, *late_sleeper;
static bool hold = true;

static int hold_set(const char *val, const struct kernel_param *kp)
{
	int err = param_set_bool(val, kp);

	wake_up_all(&changed);
	return err;
}

static const struct kernel_param_ops hold_ops = {
	.set = hold_set,
	.get = param_get_bool,
};
module_param_cb(hold, &hold_ops, &hold, 0644);
MODULE_PARM_DESC(hold, "keep a thread in klpt_sleep()");

static noinline void klpt_sleep(void)
{
	wait_event_idle(changed, !READ_ONCE(hold) || kthread_should_stop());
}

static int klpt_thread(void *unused)
{
	while (!kthread_should_stop()) {
		klpt_sleep();
		wait_event_idle(changed, READ_ONCE(hold) || kthread_should_stop());
	}
	return 0;
}

/* Writes to parameters come one at a time. */
static int late_set(const char *val, const struct kernel_param *kp)
{
	struct task_struct *task;

	if (late_sleeper)
		return -EBUSY;
	task = kthread_run(klpt_thread, NULL, "klpt_late");
	if (IS_ERR(task))
		return PTR_ERR(task);
	late_sleeper = task;
	return 0;
}

static const struct kernel_param_ops late_ops = {
	.set = late_set,
};
module_param_cb(late, &late_ops, NULL, 0200);
MODULE_PARM_DESC(late, "written: start one more thread");

static int __init klpt_sleeper_init(void)
{
	sleeper = kthread_run(klpt_thread, NULL, "klpt_sleeper");
	return PTR_ERR_OR_ZERO(sleeper);
}

static void __exit klpt_sleeper_exit(void)
{
	if (late_sleeper)
		kthread_stop(late_sleeper);
	kthread_stop(sleeper);
}

module_init(klpt_sleeper_init);
module_exit(klpt_sleeper_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("klpscope test: a thread in a function for a given time");
