// SPDX-License-Identifier: GPL-2.0
/*
 * old-kernel COMMAND...: runs it where bpf() takes no more than Linux 5.4 did, of what klpscope asks for: no arrays that can
 * be mapped, no ring buffer, no trampolines, no iterators, no links, and the helpers of that time. include/uapi/linux/bpf.h
 * of v5.4 has the limits.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* The last ones of v5.4. */
#define COMMAND_MAX   BPF_BTF_GET_NEXT_ID
#define MAP_TYPE_MAX  BPF_MAP_TYPE_DEVMAP_HASH
#define MAP_FLAGS     0x3ff /* up to BPF_F_CLONE */
#define PROG_TYPE_MAX BPF_PROG_TYPE_CGROUP_SOCKOPT
#define HELPER_MAX    BPF_FUNC_tcp_gen_syncookie
#define PROG_ATTR_END offsetof(union bpf_attr, attach_btf_id)
/* Of the kernel only, include/linux/errno.h. */
#define ENOTSUPP 524

#define INSNS_MAX 65536

static bool peek(pid_t pid, uint64_t addr, void *to, size_t size)
{
	struct iovec here = { to, size }, there = { (void *)(uintptr_t)addr, size };

	return process_vm_readv(pid, &here, 1, &there, 1, 0) == (ssize_t)size;
}

/* As the verifier said it; libbpf looks for that. */
static void say_unknown(pid_t pid, const union bpf_attr *attr, int helper)
{
	char text[64];
	struct iovec here = { text, 0 }, there = { (void *)(uintptr_t)attr->log_buf, 0 };

	here.iov_len = snprintf(text, sizeof(text), "invalid func unknown#%d\n", helper) + 1;
	there.iov_len = here.iov_len;
	if (attr->log_level && attr->log_size >= here.iov_len)
		process_vm_writev(pid, &here, 1, &there, 1, 0);
}

/* A call of a helper or a kernel function that was not there yet, or a reference to what could not be referred to. */
static bool is_newer(const struct bpf_insn *insn)
{
	if (insn->code == (BPF_JMP | BPF_CALL))
		return insn->src_reg == 0 ? insn->imm > HELPER_MAX : insn->src_reg > 1;
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW) && insn->src_reg > BPF_PSEUDO_MAP_VALUE;
}

static int load(pid_t pid, const union bpf_attr *attr, size_t size)
{
	static struct bpf_insn insns[INSNS_MAX];

	if (attr->prog_type > PROG_TYPE_MAX)
		return -EINVAL;
	for (size_t i = PROG_ATTR_END; i < size; i++)
		if (((const unsigned char *)attr)[i])
			return -E2BIG;
	if (attr->insn_cnt > INSNS_MAX ||
	    !peek(pid, attr->insns, insns, attr->insn_cnt * sizeof(*insns)))
		return -EFAULT;
	for (uint32_t i = 0; i < attr->insn_cnt; i++) {
		if (!is_newer(&insns[i]))
			continue;
		say_unknown(pid, attr, insns[i].imm);
		return -EINVAL;
	}
	return 0;
}

/* The error that a call gets, 0: the kernel may answer. */
static int answer(pid_t pid, const struct user_regs_struct *regs)
{
	union bpf_attr attr = { 0 };
	size_t size = regs->rdx < sizeof(attr) ? regs->rdx : sizeof(attr);

	if (regs->rdi > COMMAND_MAX)
		return -EINVAL;
	if (!peek(pid, regs->rsi, &attr, size))
		return 0;
	switch (regs->rdi) {
	case BPF_MAP_CREATE:
		return attr.map_type > MAP_TYPE_MAX || attr.map_flags & ~MAP_FLAGS ? -EINVAL : 0;
	case BPF_PROG_LOAD:
		return load(pid, &attr, size);
	case BPF_PROG_TEST_RUN:
		return -ENOTSUPP;
	default:
		return 0;
	}
}

static void on_bpf(pid_t pid)
{
	struct user_regs_struct regs;
	int err;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs))
		return;
	err = answer(pid, &regs);
	if (!err)
		return;
	regs.orig_rax = -1;
	regs.rax = err;
	ptrace(PTRACE_SETREGS, pid, NULL, &regs);
}

static void become(char **command)
{
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };

	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	if (!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		execvp(command[0], command);
	perror(command[0]);
	_exit(127);
}

int main(int argc, char **argv)
{
	const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			     PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
	int status, result = 127;
	pid_t child, pid;

	if (argc < 2) {
		fputs("usage: old-kernel COMMAND...\n", stderr);
		return 2;
	}
	child = fork();
	if (!child)
		become(argv + 1);
	waitpid(child, &status, 0);
	ptrace(PTRACE_SETOPTIONS, child, NULL, options);
	ptrace(PTRACE_CONT, child, NULL, NULL);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		int signal = 0;

		if (WIFSTOPPED(status)) {
			if (status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8))
				on_bpf(pid);
			else if (status >> 16 == 0 && WSTOPSIG(status) != SIGTRAP &&
				 WSTOPSIG(status) != SIGSTOP)
				signal = WSTOPSIG(status);
			ptrace(PTRACE_CONT, pid, NULL, signal);
		} else if (pid == child) {
			result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		}
	}
	return result;
}
