// SPDX-License-Identifier: GPL-2.0
#include "source/ksyms.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "ksyms.skel.h"
#include "source/hooks.h"
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

/* One line: "ffffffff81a0 T name" or "... name\t[module]". */
struct symbol {
	uint64_t addr;
	const char *name;
	bool of_module;
};

/* Returns whether it wants no more. */
typedef bool (*symbol_fn)(void *ctx, const struct symbol *symbol);

static bool split_line(char *line, struct symbol *symbol)
{
	char *end, *tab;

	symbol->addr = strtoull(line, &end, 16);
	if (end[0] != ' ' || !end[1] || end[2] != ' ')
		return false;
	symbol->name = end + 3;
	tab = strchr(end + 3, '\t');
	symbol->of_module = tab;
	if (tab)
		*tab = '\0';
	return true;
}

static int read_symbols(int fd, symbol_fn fn, void *ctx)
{
	size_t room = 64 * 1024, len = 0;
	_cleanup_free_ char *buf = malloc(room + 1);
	ssize_t n;

	if (!buf)
		return -ENOMEM;
	while ((n = read(fd, buf + len, room - len)) > 0) {
		char *line = buf, *newline;

		len += n;
		buf[len] = '\0';
		while ((newline = memchr(line, '\n', buf + len - line))) {
			struct symbol symbol;

			*newline = '\0';
			if (split_line(line, &symbol) && fn(ctx, &symbol))
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

struct addresses_wanted {
	struct bpf_addresses *addr;
	size_t found;
};

static bool take_address(void *ctx, const struct symbol *symbol)
{
	struct addresses_wanted *w = ctx;

	if (symbol->of_module || strncmp(symbol->name, "klp_", 4))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		uint64_t *slot = (uint64_t *)((char *)w->addr + wanted[i].offset);

		if (*slot || strcmp(symbol->name, wanted[i].name))
			continue;
		*slot = symbol->addr;
		w->found++;
	}
	return w->found == ARRAY_SIZE(wanted);
}

int ksyms_parse(int fd, struct bpf_addresses *addr)
{
	struct addresses_wanted wanted = { .addr = addr };

	return read_symbols(fd, take_address, &wanted);
}

/* What gcc and clang append to the name of a function that they have changed. */
static void count_variant(struct ksym_count *count, const char *suffix)
{
	static const char *const marks[] = { ".isra.", ".constprop.", ".llvm." };

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		if (strstr(suffix, marks[i])) {
			count->copies++;
			return;
		}
	}
	count->parts += !!strstr(suffix, ".part.");
}

static bool take_count(void *ctx, const struct symbol *symbol)
{
	struct ksym_count *counts = ctx;

	/* Modules come last. */
	if (symbol->of_module)
		return true;
	if (strncmp(symbol->name, "klp_", 4))
		return false;
	for (int i = 0; i < WIRE_HOOKS_COUNT; i++) {
		size_t len = strlen(hooks[i].name);

		if (strncmp(symbol->name, hooks[i].name, len))
			continue;
		if (!symbol->name[len])
			counts[i].exact++;
		else if (symbol->name[len] == '.')
			count_variant(&counts[i], symbol->name + len);
	}
	return false;
}

int ksyms_parse_counts(int fd, struct ksym_count counts[])
{
	memset(counts, 0, WIRE_HOOKS_COUNT * sizeof(counts[0]));
	return read_symbols(fd, take_count, counts);
}

int ksyms_count(struct ksym_count counts[])
{
	_cleanup_close_ int fd = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : ksyms_parse_counts(fd, counts);
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
