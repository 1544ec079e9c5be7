// SPDX-License-Identifier: GPL-2.0
#include "kernel/ksyms.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "facts/hooks.h"
#include "ksyms.skel.h"
#include "util/array.h"
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
	{ "runqueues", offsetof(struct bpf_addresses, runqueues) },
	{ "__per_cpu_offset", offsetof(struct bpf_addresses, per_cpu_offset) },
	{ "nr_cpu_ids", offsetof(struct bpf_addresses, nr_cpu_ids) },
	{ "klp_mutex", offsetof(struct bpf_addresses, mutex) },
	{ "bpf_has_frame_pointer", offsetof(struct bpf_addresses, unwinds_bpf) },
	{ "_stext", offsetof(struct bpf_addresses, text) },
	{ "_etext", offsetof(struct bpf_addresses, text_end) },
	{ "__start_orc_unwind_ip", offsetof(struct bpf_addresses, orc_ip) },
	{ "__stop_orc_unwind_ip", offsetof(struct bpf_addresses, orc_ip_end) },
	{ "__start_orc_unwind", offsetof(struct bpf_addresses, orc) },
	{ "orc_lookup", offsetof(struct bpf_addresses, orc_lookup) },
	{ "orc_lookup_end", offsetof(struct bpf_addresses, orc_lookup_end) },
	{ "null_orc_entry", offsetof(struct bpf_addresses, orc_sp) },
	{ "orc_fp_entry", offsetof(struct bpf_addresses, orc_fp) },
	{ "mod_tree", offsetof(struct bpf_addresses, modules) },
	{ "__sched_text_start", offsetof(struct bpf_addresses, sched) },
	{ "__sched_text_end", offsetof(struct bpf_addresses, sched_end) },
	{ "__lock_text_start", offsetof(struct bpf_addresses, locks) },
	{ "__lock_text_end", offsetof(struct bpf_addresses, locks_end) },
	{ "return_to_handler", offsetof(struct bpf_addresses, return_graph) },
	{ "arch_rethook_trampoline", offsetof(struct bpf_addresses, return_rethook) },
	{ "__kretprobe_trampoline", offsetof(struct bpf_addresses, return_kretprobe) },
	{ "ret_from_fork", offsetof(struct bpf_addresses, fork) },
	{ "ret_from_fork_asm", offsetof(struct bpf_addresses, fork_asm) },
};

static void skel_freep(struct ksyms_bpf **skel)
{
	ksyms_bpf__destroy(*skel);
}

static int ask_kernel(struct bpf_symbols *symbols)
{
	_cleanup_(skel_freep) struct ksyms_bpf *skel = ksyms_bpf__open_and_load();
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = symbols, .ctx_size_in = sizeof(*symbols));
	int err;

	if (!skel)
		return -errno;
	/* The kernel writes a syscall program's context back to where it read it. */
	err = bpf_prog_test_run_opts(bpf_program__fd(skel->progs.ksyms), &run);
	return err ? err : (int)run.retval;
}

/* More than the text of the livepatch core, which is 16 KB in Debian's kernels. */
#define CORE_SPAN (64 * 1024)

static bool near(uint64_t addr, uint64_t anchor)
{
	uint64_t distance = addr > anchor ? addr - anchor : anchor - addr;

	return addr && anchor && distance < CORE_SPAN;
}

void ksyms_by_place(struct ksyms *ksyms, const struct bpf_symbols *symbols)
{
	uint64_t core = symbols->function[WIRE_HOOK_ENABLE];

	ksyms->addr = symbols->addr;
	ksyms->tracepoints = symbols->tracepoints;
	ksyms->counted = true;
	for (int i = 0; i < WIRE_HOOKS_COUNT; i++) {
		uint64_t addr = symbols->function[i];

		if (hooks[i].kind == HOOK_TRACEPOINT)
			continue;
		if (hooks[i].kind == HOOK_STORE) {
			ksyms->store[i] = near(addr, core) ? addr : 0;
			continue;
		}
		/* Without the loader's, less is seen; the file is not read only to learn that it is not there. */
		if (hooks[i].place == HOOK_IN_LOADER) {
			if (addr && !near(addr, symbols->try_module_get))
				ksyms->counted = false;
		} else if (!near(addr, core) && !near(addr, symbols->enable_cold)) {
			ksyms->counted = false;
		}
		ksyms->counts[i] = (struct ksym_count){
			.exact = addr || hooks[i].place != HOOK_IN_LOADER,
			.copies = symbols->copies >> i & 1,
			.parts = symbols->parts >> i & 1,
		};
	}
}

/* One line: "ffffffff81a0 T name" or "... name\t[module]". */
static bool split_line(char *line, struct ksym *symbol)
{
	char *end, *tab;

	symbol->addr = strtoull(line, &end, 16);
	if (end[0] != ' ' || !end[1] || end[2] != ' ')
		return false;
	symbol->name = end + 3;
	tab = strchr(end + 3, '\t');
	symbol->module = NULL;
	if (!tab)
		return true;
	*tab = '\0';
	symbol->module = tab + (tab[1] == '[' ? 2 : 1);
	tab[1 + strcspn(tab + 1, "]")] = '\0';
	return true;
}

int ksyms_each(int fd, ksym_fn fn, void *ctx)
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
			struct ksym symbol;

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

/* What gcc and clang append to the name of a function that they have changed. */
static void count_variant(struct ksym_count *count, const char *suffix)
{
	static const char *const marks[] = { ".isra.", ".constprop.", ".llvm." };

	/* A function's unlikely part, with it or apart, has no calls of its own. */
	if (strstr(suffix, ".cold"))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		if (strstr(suffix, marks[i])) {
			count->copies++;
			return;
		}
	}
	count->parts += !!strstr(suffix, ".part.");
}

static void take_address(struct bpf_addresses *addr, const struct ksym *symbol)
{
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		uint64_t *slot = (uint64_t *)((char *)addr + wanted[i].offset);

		if (!*slot && !strcmp(symbol->name, wanted[i].name))
			*slot = symbol->addr;
	}
}

/* The kernel's entry of a tracepoint for BPF (include/trace/bpf_probe.h, 5.2), so that BTF need not be asked. */
static void take_tracepoint(struct ksyms *ksyms, const char *symbol)
{
	static const char entry[] = "__bpf_trace_tp_map_";

	if (strncmp(symbol, entry, sizeof(entry) - 1))
		return;
	for (int i = 0; i < WIRE_HOOKS_COUNT; i++)
		if (hooks[i].kind != HOOK_TRACEPOINT && hooks[i].tracepoint &&
		    !strcmp(symbol + sizeof(entry) - 1, hooks[i].tracepoint))
			ksyms->tracepoints |= 1ULL << i;
}

/* What is read of the file: symbols, and those functions of which only the one in the livepatch core is meant. */
struct parse {
	struct ksyms *ksyms;
	uint64_t core; /* klp_enable_patch */
	uint64_t store[WIRE_HOOKS_COUNT][16];
};

/* Of several with the name; the livepatch core's address may come later. */
static void take_store(struct parse *parse, int i, uint64_t addr)
{
	for (size_t n = 0; n < ARRAY_SIZE(parse->store[i]); n++) {
		if (parse->store[i][n])
			continue;
		parse->store[i][n] = addr;
		return;
	}
}

static bool take_symbol(void *ctx, const struct ksym *symbol)
{
	struct parse *parse = ctx;
	struct ksyms *ksyms = parse->ksyms;

	/* Modules come last. */
	if (symbol->module)
		return true;
	take_address(&ksyms->addr, symbol);
	take_tracepoint(ksyms, symbol->name);
	if (!strcmp(symbol->name, hooks[WIRE_HOOK_ENABLE].name))
		parse->core = symbol->addr;
	for (int i = 0; i < WIRE_HOOKS_COUNT; i++) {
		size_t len;

		if (hooks[i].kind == HOOK_TRACEPOINT || hooks[i].name[0] != symbol->name[0])
			continue;
		len = strlen(hooks[i].name);
		if (strncmp(symbol->name, hooks[i].name, len))
			continue;
		if (symbol->name[len] == '.')
			count_variant(&ksyms->counts[i], symbol->name + len);
		if (symbol->name[len])
			continue;
		if (hooks[i].kind == HOOK_STORE)
			take_store(parse, i, symbol->addr);
		else
			ksyms->counts[i].exact++;
	}
	return false;
}

int ksyms_parse(int fd, struct ksyms *ksyms)
{
	struct parse parse = { .ksyms = ksyms };
	int err;

	memset(ksyms, 0, sizeof(*ksyms));
	err = ksyms_each(fd, take_symbol, &parse);
	ksyms->counted = !err;
	for (int i = 0; i < WIRE_HOOKS_COUNT; i++)
		for (size_t n = 0; n < ARRAY_SIZE(parse.store[i]); n++)
			if (near(parse.store[i][n], parse.core))
				ksyms->store[i] = parse.store[i][n];
	return err;
}

int ksyms_find(struct ksyms *ksyms)
{
	struct bpf_symbols symbols = { 0 };
	int err = 0;

	memset(ksyms, 0, sizeof(*ksyms));
	if (!ask_kernel(&symbols) && symbols.addr.patches)
		ksyms_by_place(ksyms, &symbols);
	else
		err = ksyms_count(ksyms);
	if (err)
		return err;
	if (ksyms->addr.patches && ksyms->addr.transition_patch)
		return 0;
	/* With kptr_restrict all addresses read as 0. */
	return -EPERM;
}

int ksyms_count(struct ksyms *ksyms)
{
	const struct bpf_addresses asked = ksyms->addr;
	_cleanup_close_ int fd = -1;
	int err;

	if (ksyms->counted)
		return 0;
	fd = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = ksyms_parse(fd, ksyms);
	if (asked.patches)
		ksyms->addr = asked;
	return err;
}
