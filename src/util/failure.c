// SPDX-License-Identifier: GPL-2.0
#include "util/failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *what;
	const char *remedy;
} advice[FAILURE_KINDS] = {
	[FAILURE_NO_LIVEPATCH] = { "this kernel has no livepatching",
				   "boot a kernel built with CONFIG_LIVEPATCH=y" },
	[FAILURE_NO_SYSFS] = { "/sys is not mounted", "mount -t sysfs sysfs /sys" },
	[FAILURE_CAPABILITIES] = { "missing capabilities",
				   "run it as root (sudo), or grant them with setcap" },
	[FAILURE_NO_BTF] = { "this kernel carries no BTF type information",
			     "give the BTF of this very kernel with --btf FILE" },
	[FAILURE_BAD_BTF] = { "cannot use the BTF file",
			      "give the BTF of the running kernel, for example from its debug package" },
	[FAILURE_LOCKDOWN] = { "kernel lockdown forbids reading kernel memory",
			       "boot with lockdown=integrity or less" },
	[FAILURE_MEMLOCK] = { "not enough memory may be locked for BPF",
			      "raise it: ulimit -l unlimited, LimitMEMLOCK=infinity in the unit, or CAP_SYS_RESOURCE" },
	[FAILURE_USER_NAMESPACE] = { "root of a user namespace may not trace the kernel",
				     "run it in the host's own" },
	[FAILURE_OLD_KERNEL] = { "this kernel's BPF cannot do it",
				 "klpscope needs Linux 5.10 or later" },
	[FAILURE_FORBIDDEN] = { "the kernel forbids BPF here",
				"look for seccomp, a container, or a security module" },
	[FAILURE_BPF_LOAD] = { "the kernel did not accept the BPF programs",
			       "run again with -v for the kernel's words and report them" },
	[FAILURE_HOOK] = { "cannot attach to the livepatch core",
			   "run again with -v for the kernel's words" },
	[FAILURE_TRACEPOINT] = { "cannot attach to the livepatch core by tracepoints alone",
				 "without --attach=tracepoint, functions are attached to as well" },
	[FAILURE_NO_ADDRESSES] = { "kernel addresses are hidden",
				   "sysctl kernel.kptr_restrict=1, and run with CAP_SYSLOG" },
	[FAILURE_NO_ITERATOR] = { "this kernel cannot list tasks to BPF",
				  "it takes Linux 5.8 or later with BTF" },
	[FAILURE_OUTPUT] = { "cannot write the output", "free space or choose another -o FILE" },
	[FAILURE_TEXTFILE] = { "cannot write the file of metrics",
			       "free space, or give a file in a folder that is there and may be written to" },
	[FAILURE_COMMAND] = { "cannot run the command", "check its name and path" },
	[FAILURE_NO_MODULE] = { "it is no kernel module",
				"give the .ko file of a livepatch, as it is or packed by xz, zstd or gzip" },
	[FAILURE_NO_LIVEPATCH_MODULE] = { "it is a kernel module, but no livepatch",
					  "give the .ko file of a livepatch" },
	[FAILURE_PACKED] = { "it cannot be unpacked", "copy or build the file again" },
	[FAILURE_TOO_LARGE] = { "it is larger than klpscope looks at",
				"check that it is the right file" },
	[FAILURE_FILE] = { "cannot read the file", "check its name and its permissions" },
	[FAILURE_NO_FACTS] = { "what it installs is not known",
			       "check against a host where it is installed: --against live" },
	[FAILURE_NO_RECORDING] = { "not a recording",
				   "give a file that klpscope record has written" },
	[FAILURE_NEWER_RECORDING] = { "the recording is of a newer klpscope",
				      "read it with that version or a later one" },
	[FAILURE_BYTE_ORDER] = { "the recording is of a host with the other byte order",
				 "read it on such a host" },
	[FAILURE_OTHER_HOST] = { "recordings of more than one host",
				 "give those of one host at a time" },
	[FAILURE_SYSTEM] = { "a system call failed", "run again with -v" },
};

int failure_set(struct failure *why, enum failure_kind kind, int error, const char *detail, ...)
{
	va_list args;

	if (why->kind == FAILURE_NONE) {
		why->kind = kind;
		why->error = error;
		va_start(args, detail);
		vsnprintf(why->detail, sizeof(why->detail), detail, args);
		va_end(args);
	}
	return error ? error : -EIO;
}

int failure_plain(struct failure *why, enum failure_kind kind, int error)
{
	return failure_set(why, kind, error, "%s", "");
}

const char *failure_what(const struct failure *why)
{
	return advice[why->kind].what;
}

const char *failure_remedy(const struct failure *why)
{
	return advice[why->kind].remedy;
}

void failure_print(const struct failure *why, const char *doing)
{
	/* Whoever reads has had enough, as with head. */
	if (why->kind == FAILURE_OUTPUT && why->error == -EPIPE)
		return;
	fprintf(stderr, "klpscope: cannot %s: %s", doing, advice[why->kind].what);
	if (why->detail[0])
		fprintf(stderr, ": %s", why->detail);
	if (why->error)
		fprintf(stderr, ": %s", strerror(-why->error));
	fprintf(stderr, "; %s\n", advice[why->kind].remedy);
}
