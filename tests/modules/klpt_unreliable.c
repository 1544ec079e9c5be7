// SPDX-License-Identifier: GPL-2.0
/*
 * No livepatch. While the parameter hold is set, a thread sleeps below a
 * function of which no unwinder knows anything: its stack is unreliable.
 */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/objtool.h>
#include <linux/wait.h>

static DECLARE_WAIT_QUEUE_HEAD(changed);
static struct task_struct *thread;
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
MODULE_PARM_DESC(hold, "keep a thread in klpt_opaque()");

static noinline void klpt_opaque(void)
{
	wait_event_idle(changed, !READ_ONCE(hold) || kthread_should_stop());
	/* A return address is left on the stack: no tail call. */
	barrier();
}
STACK_FRAME_NON_STANDARD(klpt_opaque);

static int klpt_thread(void *unused)
{
	while (!kthread_should_stop()) {
		klpt_opaque();
		wait_event_idle(changed, READ_ONCE(hold) || kthread_should_stop());
	}
	return 0;
}

static int __init klpt_unreliable_init(void)
{
	thread = kthread_run(klpt_thread, NULL, "klpt_unreliable");
	return PTR_ERR_OR_ZERO(thread);
}

static void __exit klpt_unreliable_exit(void)
{
	kthread_stop(thread);
}

module_init(klpt_unreliable_init);
module_exit(klpt_unreliable_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("klpscope test: a thread whose stack cannot be unwound");
