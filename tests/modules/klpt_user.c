// SPDX-License-Identifier: GPL-2.0
/*
 * Somebody else who uses ftrace on a function, in the way that kind= says. What
 * the kernel's own fail_function and bpf_override_return do to a function does not
 * need their configuration here: a kprobe that sends its callers elsewhere, with
 * and without the post_handler by which ftrace knows of it (IPMODIFY).
 */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/linkage.h>
#include <linux/module.h>
#include <linux/version.h>
#ifdef CONFIG_FPROBE
#include <linux/fprobe.h>
#endif

static char *func = "cmdline_proc_show";
module_param(func, charp, 0444);
static char *kind = "ftrace";
module_param(kind, charp, 0444);
static unsigned long calls;
module_param(calls, ulong, 0444);

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#define ftrace_regs pt_regs
#endif

/* What runs instead. */
static int klpt_instead(void)
{
	return 0;
}

static void notrace klpt_hook(unsigned long ip, unsigned long parent, struct ftrace_ops *ops, struct ftrace_regs *regs)
{
	calls++;
}

static struct ftrace_ops klpt_ops = { .func = klpt_hook };

static int klpt_set_ops(unsigned long flags)
{
	klpt_ops.flags = flags;
	return ftrace_set_filter(&klpt_ops, func, strlen(func), 1);
}

static int klpt_pre(struct kprobe *p, struct pt_regs *regs)
{
	calls++;
	return 0;
}

static int klpt_pre_override(struct kprobe *p, struct pt_regs *regs)
{
	calls++;
	instruction_pointer_set(regs, (unsigned long)klpt_instead);
	return 1;
}

static void klpt_post(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe klpt_kprobe = { .pre_handler = klpt_pre };

static int klpt_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	calls++;
	return 0;
}

static struct kretprobe klpt_kretprobe = { .handler = klpt_return };

#ifdef ASM_RET
#define KLPT_RET ASM_RET
#else
#define KLPT_RET "	ret\n"
#endif

/* Calls of the function go to it without ftrace's own code in between. */
void klpt_direct(void);
asm("	.pushsection	.text, \"ax\", @progbits\n"
    "	.type		klpt_direct, @function\n"
    "	.globl		klpt_direct\n"
    "klpt_direct:\n"
    "	endbr64\n"
	KLPT_RET
    "	.size		klpt_direct, .-klpt_direct\n"
    "	.popsection\n");

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
/* Its function is the kernel's own. */
static struct ftrace_ops klpt_direct_ops;

static int klpt_direct_add(void)
{
	int err = ftrace_set_filter(&klpt_direct_ops, func, strlen(func), 1);

	return err ? err : register_ftrace_direct(&klpt_direct_ops, (unsigned long)klpt_direct);
}

static void klpt_direct_remove(void)
{
	unregister_ftrace_direct(&klpt_direct_ops, (unsigned long)klpt_direct, true);
}
#else
static unsigned long klpt_at;

static int klpt_direct_add(void)
{
	int err;

	/* Where the function is, a kprobe tells. */
	klpt_kprobe.symbol_name = func;
	err = register_kprobe(&klpt_kprobe);
	if (err)
		return err;
	klpt_at = (unsigned long)klpt_kprobe.addr;
	unregister_kprobe(&klpt_kprobe);
	return register_ftrace_direct(klpt_at, (unsigned long)klpt_direct);
}

static void klpt_direct_remove(void)
{
	unregister_ftrace_direct(klpt_at, (unsigned long)klpt_direct);
}
#endif

#ifdef CONFIG_FPROBE
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
#define klpt_fprobe_regs ftrace_regs
#else
#define klpt_fprobe_regs pt_regs
#endif
static int klpt_entry(struct fprobe *fp, unsigned long ip, unsigned long ret_ip, struct klpt_fprobe_regs *regs, void *data)
{
	calls++;
	return 0;
}

static void klpt_exit(struct fprobe *fp, unsigned long ip, unsigned long ret_ip, struct klpt_fprobe_regs *regs, void *data)
{
}

static struct fprobe klpt_fprobe = { .entry_handler = klpt_entry };
#endif

static int __init klpt_user_init(void)
{
	int err;

	if (!strcmp(kind, "ftrace") || !strcmp(kind, "ipmodify")) {
		err = klpt_set_ops(strcmp(kind, "ftrace") ? FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY : 0);
		return err ? err : register_ftrace_function(&klpt_ops);
	}
	if (!strncmp(kind, "kprobe", 6)) {
		klpt_kprobe.symbol_name = func;
		if (strstr(kind, "override"))
			klpt_kprobe.pre_handler = klpt_pre_override;
		if (strstr(kind, "post"))
			klpt_kprobe.post_handler = klpt_post;
		return register_kprobe(&klpt_kprobe);
	}
	if (!strcmp(kind, "kretprobe")) {
		klpt_kretprobe.kp.symbol_name = func;
		return register_kretprobe(&klpt_kretprobe);
	}
	if (!strcmp(kind, "direct"))
		return klpt_direct_add();
#ifdef CONFIG_FPROBE
	if (!strncmp(kind, "fprobe", 6)) {
		if (strstr(kind, "exit"))
			klpt_fprobe.exit_handler = klpt_exit;
		return register_fprobe(&klpt_fprobe, func, NULL);
	}
#endif
	return -EOPNOTSUPP;
}

static void __exit klpt_user_exit(void)
{
	if (!strcmp(kind, "ftrace") || !strcmp(kind, "ipmodify"))
		unregister_ftrace_function(&klpt_ops);
	else if (!strncmp(kind, "kprobe", 6))
		unregister_kprobe(&klpt_kprobe);
	else if (!strcmp(kind, "kretprobe"))
		unregister_kretprobe(&klpt_kretprobe);
	else if (!strcmp(kind, "direct"))
		klpt_direct_remove();
#ifdef CONFIG_FPROBE
	else
		unregister_fprobe(&klpt_fprobe);
#endif
}

module_init(klpt_user_init);
module_exit(klpt_user_exit);
MODULE_DESCRIPTION("uses ftrace on a function in one of several ways");
MODULE_LICENSE("GPL");
