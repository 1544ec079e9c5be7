// SPDX-License-Identifier: GPL-2.0
#include "source/ksyms.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "ksyms.skel.h"
#include "util/cleanup.h"

static const struct {
	const char *name;
	size_t offset;
} wanted[] = {
	{ "klp_patches", offsetof(struct bpf_addresses, patches) },
	{ "klp_transition_patch", offsetof(struct bpf_addresses, transition_patch) },
	{ "klp_target_state", offsetof(struct bpf_addresses, target_state) },
	{ "klp_get_state", offsetof(struct bpf_addresses, get_state) },
	{ "klp_get_prev_state", offsetof(struct bpf_addresses, get_prev_state) },
};

static void skel_freep(struct ksyms_bpf **skel)
{
	ksyms_bpf__destroy(*skel);
}

static int ask_kernel(struct bpf_addresses *addr)
{
	_cleanup_(skel_freep) struct ksyms_bpf *skel = ksyms_bpf__open_and_load();
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = addr, .ctx_size_in = sizeof(*addr));
	int err;

	if (!skel)
		return -errno;
	/* The kernel writes a syscall program's context back to where it read it. */
	err = bpf_prog_test_run_opts(bpf_program__fd(skel->progs.ksyms), &run);
	return err ? err : (int)run.retval;
}

/* One line: "ffffffff81a0 T name" or "... name\t[module]"; returns whether all are found. */
static bool take_line(char *line, struct bpf_addresses *addr, size_t *found)
{
	char *name, *end;
	uint64_t value = strtoull(line, &end, 16);

	if (end[0] != ' ' || !end[1] || end[2] != ' ')
		return false;
	name = end + 3;
	if (strncmp(name, "klp_", 4))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		uint64_t *slot = (uint64_t *)((char *)addr + wanted[i].offset);

		if (*slot || strcmp(name, wanted[i].name))
			continue;
		*slot = value;
		++*found;
	}
	return *found == ARRAY_SIZE(wanted);
}

int ksyms_parse(int fd, struct bpf_addresses *addr)
{
	size_t room = 64 * 1024, len = 0, found = 0;
	_cleanup_free_ char *buf = malloc(room + 1);
	ssize_t n;

	if (!buf)
		return -ENOMEM;
	while ((n = read(fd, buf + len, room - len)) > 0) {
		char *line = buf, *newline;

		len += n;
		buf[len] = '\0';
		while ((newline = memchr(line, '\n', buf + len - line))) {
			*newline = '\0';
			if (take_line(line, addr, &found))
				return 0;
			line = newline + 1;
		}
		len = buf + len - line;
		if (len == room)
			return -EINVAL;
		memmove(buf, line, len);
	}
	return n < 0 ? -errno : 0;
}

int ksyms_find(struct bpf_addresses *addr)
{
	_cleanup_close_ int fd = -1;
	int err;

	memset(addr, 0, sizeof(*addr));
	if (ask_kernel(addr) || !addr->patches) {
		memset(addr, 0, sizeof(*addr));
		fd = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return -errno;
		err = ksyms_parse(fd, addr);
		if (err)
			return err;
	}
	if (addr->patches && addr->transition_patch)
		return 0;
	/* With kptr_restrict all addresses read as 0. */
	return -EPERM;
}
