// SPDX-License-Identifier: GPL-2.0
/*
 * No livepatch. While the parameter hold is set, who reads /proc/klpt_wait
 * sleeps in klpt_wait(), who reads /proc/klpt_interruptible sleeps there and can
 * be interrupted, who reads /proc/klpt_complete sleeps in a function of the
 * scheduler, who reads /proc/klpt_spin keeps a CPU busy in the kernel; and
 * while the parameter spin is set as well, so does a kernel thread. klpt_unblock
 * patches the first two, klpt_scheduler the third.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

static DECLARE_WAIT_QUEUE_HEAD(released);
static DECLARE_COMPLETION(completed);
static struct task_struct *spinner;
static bool hold = true;

static int hold_set(const char *val, const struct kernel_param *kp)
{
	int err = param_set_bool(val, kp);

	wake_up_all(&released);
	if (hold)
		reinit_completion(&completed);
	else
		complete_all(&completed);
	return err;
}

static const struct kernel_param_ops hold_ops = {
	.set = hold_set,
	.get = param_get_bool,
};
module_param_cb(hold, &hold_ops, &hold, 0644);
MODULE_PARM_DESC(hold, "keep who is inside");

static bool spin;

static int spin_set(const char *val, const struct kernel_param *kp)
{
	int err = param_set_bool(val, kp);

	wake_up_all(&released);
	return err;
}

static const struct kernel_param_ops spin_ops = {
	.set = spin_set,
	.get = param_get_bool,
};
module_param_cb(spin, &spin_ops, &spin, 0644);
MODULE_PARM_DESC(spin, "keep a kernel thread on a CPU");

static noinline void klpt_wait(void)
{
	wait_event(released, !READ_ONCE(hold));
}

static noinline int klpt_interruptible(void)
{
	return wait_event_interruptible(released, !READ_ONCE(hold));
}

static ssize_t wait_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	klpt_wait();
	return 0;
}

static ssize_t interruptible_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	return klpt_interruptible();
}

static ssize_t complete_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	return wait_for_completion_interruptible(&completed);
}

static ssize_t spin_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	while (READ_ONCE(hold) && !fatal_signal_pending(current))
		cpu_relax();
	return 0;
}

static const struct proc_ops wait_ops = { .proc_read = wait_read };
static const struct proc_ops interruptible_ops = { .proc_read = interruptible_read };
static const struct proc_ops complete_ops = { .proc_read = complete_read };
static const struct proc_ops spinning_ops = { .proc_read = spin_read };

static int klpt_spinner(void *unused)
{
	while (!kthread_should_stop()) {
		while (READ_ONCE(spin) && READ_ONCE(hold) && !kthread_should_stop())
			cpu_relax();
		wait_event_idle(released, (READ_ONCE(spin) && READ_ONCE(hold)) ||
						  kthread_should_stop());
	}
	return 0;
}

static void remove_files(void)
{
	remove_proc_entry("klpt_wait", NULL);
	remove_proc_entry("klpt_interruptible", NULL);
	remove_proc_entry("klpt_complete", NULL);
	remove_proc_entry("klpt_spin", NULL);
}

static int __init klpt_block_init(void)
{
	if (!proc_create("klpt_wait", 0444, NULL, &wait_ops) ||
	    !proc_create("klpt_interruptible", 0444, NULL, &interruptible_ops) ||
	    !proc_create("klpt_complete", 0444, NULL, &complete_ops) ||
	    !proc_create("klpt_spin", 0444, NULL, &spinning_ops))
		goto fail;
	spinner = kthread_run(klpt_spinner, NULL, "klpt_spinner");
	if (!IS_ERR(spinner))
		return 0;
fail:
	remove_files();
	return -ENOMEM;
}

static void __exit klpt_block_exit(void)
{
	hold = false;
	wake_up_all(&released);
	kthread_stop(spinner);
	remove_files();
}

module_init(klpt_block_init);
module_exit(klpt_block_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("klpscope test: tasks that hold up a transition");
