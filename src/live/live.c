// SPDX-License-Identifier: GPL-2.0
#include "live/parts.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bpf_shared.h"

#include "facts/hooks.h"
#include "kernel/host.h"
#include "kernel/ksyms.h"
#include "live/detach.h"
#include "live/programs.h"
#include "live/sampler.h"
#include "util/attributes.h"
#include "util/caps.h"

static int print_nothing(enum libbpf_print_level level _unused_, const char *format _unused_,
			 va_list args _unused_)
{
	return 0;
}

static int print_all(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_DEBUG)
		return 0;
	return vfprintf(stderr, format, args);
}

void live_be_verbose(bool verbose)
{
	libbpf_set_print(verbose ? print_all : print_nothing);
}

static bool locked_down(void)
{
	char mode[32];

	host_lockdown(mode, sizeof(mode));
	return !strcmp(mode, "confidentiality");
}

int live_check_kernel(struct failure *why)
{
	struct utsname kernel;

	if (access("/sys/kernel", F_OK))
		return failure_plain(why, FAILURE_NO_SYSFS, 0);
	if (access("/sys/kernel/livepatch", F_OK)) {
		uname(&kernel);
		return failure_set(why, FAILURE_NO_LIVEPATCH, 0,
				   "%s (/sys/kernel/livepatch is not there)", kernel.release);
	}
	return 0;
}

/* The programs of a hook: NAME__fentry, NAME__fexit, NAME__kprobe, NAME__kretprobe, NAME__tracepoint. */
static struct bpf_program *program_of(const struct live *live, int i, enum attach_method method)
{
	char name[64];

	snprintf(name, sizeof(name), "%s__%s", hooks[i].name, attach_method_name(method));
	return bpf_object__find_program_by_name(live->skel->obj, name);
}

static void want_program(struct live *live, int i)
{
	enum attach_method method = live->plan.hook[i].method;

	if (method == ATTACH_ABSENT)
		return;
	bpf_program__set_autoload(program_of(live, i, method), true);
	if (method == ATTACH_KRETPROBE)
		bpf_program__set_autoload(program_of(live, i, ATTACH_KPROBE), true);
}

static bool in_btf(const struct live *live, int i)
{
	enum attach_method method = hooks[i].kind == HOOK_EXIT ? ATTACH_FEXIT : ATTACH_FENTRY;

	return kernel_btf_has(program_of(live, i, method));
}

static void make_plan(struct live *live)
{
	enum live_attach mode = live->options.attach;
	struct attach_facts *facts = &live->facts;

	ksyms_count(&facts->ksyms);
	for (int i = 0; i < WIRE_HOOKS_COUNT; i++)
		if ((mode == LIVE_ATTACH_AUTO || mode == LIVE_ATTACH_FENTRY) &&
		    (hooks[i].kind == HOOK_ENTRY || hooks[i].kind == HOOK_EXIT))
			facts->in_btf[i] = in_btf(live, i);
	attach_decide(&live->plan, mode, facts);
	for (int i = 0; i < WIRE_HOOKS_COUNT; i++)
		if (live->options.without & (1ULL << i))
			live->plan.hook[i].method = ATTACH_ABSENT;
}

/* libbpf's own errors begin here (bpf/libbpf_legacy.h, LIBBPF_ERRNO__...); strerror() knows none. */
#define LIBBPF_ERRORS 4000

/* Before BPF's memory was charged to cgroups (5.11), it counted against RLIMIT_MEMLOCK. */
static bool counts_memlock(void)
{
	/* Came with the same version; libbpf asks the same. */
	return !libbpf_probe_bpf_helper(BPF_PROG_TYPE_SOCKET_FILTER, BPF_FUNC_ktime_get_coarse_ns,
					NULL);
}

static int load_failed(const struct live *live, int err, struct failure *why)
{
	const char *btf = live->options.btf;

	if (locked_down())
		return failure_set(why, FAILURE_LOCKDOWN, 0, "mode confidentiality");
	if (!libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL))
		return failure_set(why, FAILURE_OLD_KERNEL, 0, "there is no BPF ring buffer");
	if (btf && (access(btf, R_OK) || err == -EINVAL || err == -ESRCH || err == -ENOENT ||
		    err <= -LIBBPF_ERRORS))
		return failure_set(why, FAILURE_BAD_BTF, err <= -LIBBPF_ERRORS ? 0 : err, "%s",
				   btf);
	if (!btf && access("/sys/kernel/btf/vmlinux", R_OK))
		return failure_set(why, FAILURE_NO_BTF, 0, "/sys/kernel/btf/vmlinux is not there");
	if (err == -EPERM && counts_memlock())
		return failure_plain(why, FAILURE_MEMLOCK, err);
	if (err == -EPERM)
		return failure_plain(why, FAILURE_FORBIDDEN, err);
	return failure_plain(why, FAILURE_BPF_LOAD, err);
}

static int open_programs(struct live *live)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = live->btf.path);
	int err = kernel_btf_open(&live->btf);

	if (err)
		return err;
	live->skel = programs__open(&opts);
	if (!live->skel)
		return -errno;
	err = kernel_btf_fill(&live->btf, live->skel->obj, live->options.btf);
	if (err)
		return err;
	bpf_map__set_max_entries(live->skel->maps.records, live->options.buffer);
	live->skel->rodata->settings.addr = live->facts.ksyms.addr;
	live->skel->rodata->settings.lookups = live->options.lookups;
	return 0;
}

static struct live *live__open(const struct live_options *options, struct failure *why)
{
	struct live *live;
	int err;

	live_be_verbose(options->verbose);
	if (live_check_kernel(why) || caps_check(why))
		return NULL;
	live = calloc(1, sizeof(*live));
	if (!live) {
		failure_set(why, FAILURE_SYSTEM, -ENOMEM, "calloc");
		return NULL;
	}
	live->options = *options;
	live->source.ops = &live_ops;
	live->btf.fd = -1;
	live->has_addresses = !ksyms_find(&live->facts.ksyms);
	err = open_programs(live);
	if (err) {
		load_failed(live, err, why);
		live__close(live);
		return NULL;
	}
	return live;
}

static int live_load(struct live *live)
{
	int err = klpscope_bpf__load(live->skel);

	kernel_btf_close(&live->btf);
	if (err)
		return err;
	/* Arrays cannot be mapped (before 5.5); where there is a ring buffer (5.8), they can. */
	if (!live->skel->bss)
		return -EOPNOTSUPP;
	live->shared = &live->skel->bss->shared;
	live->ring = ring_buffer__new(bpf_map__fd(live->skel->maps.records), live_ring_record, live,
				      NULL);
	if (!live->ring)
		return -errno;
	live->source.fd = ring_buffer__epoll_fd(live->ring);
	live->transition = &live->skel->bss->transition;
	return 0;
}

/* An iterator hangs on the kernel's own BTF; without it, tasks are not looked at. */
static void choose_sampler(struct live *live)
{
	if (!kernel_btf_has(live->skel->progs.tasks))
		return;
	bpf_program__set_autoload(live->skel->progs.tasks, true);
	bpf_program__set_autoload(live->skel->progs.stall_begin, true);
}

/* Once all is attached; what goes wrong here is no reason not to trace. */
static void open_sampler(struct live *live)
{
	if (bpf_program__autoload(live->skel->progs.tasks))
		live->sampler = sampler__new(
			live->skel->progs.tasks, bpf_program__fd(live->skel->progs.stall_begin),
			live->shared, live->options.culprits, live->options.btf);
	kernel_btf_forget();
}

/* Detaches, and gives back all that open_programs() and later steps have made. */
static void close_programs(struct live *live)
{
	sampler__free(live->sampler);
	live->sampler = NULL;
	ring_buffer__free(live->ring);
	live->ring = NULL;
	for (int i = 0; i < WIRE_HOOKS_COUNT; i++) {
		for (int j = 0; j < LINKS_PER_HOOK; j++) {
			bpf_link__destroy(live->links[i][j]);
			live->links[i][j] = NULL;
		}
	}
	klpscope_bpf__destroy(live->skel);
	live->skel = NULL;
	live->shared = NULL;
	kernel_btf_close(&live->btf);
}

/* What the kernel does not take is tried in the next best way. */
static void degrade(struct live *live, int i)
{
	attach_degrade(&live->plan, i, live->options.attach, &live->facts);
}

static bool loads_alone(struct live *live, int i)
{
	int err = open_programs(live);

	if (!err) {
		want_program(live, i);
		err = klpscope_bpf__load(live->skel);
	}
	close_programs(live);
	return !err;
}

/*
 * After a load has failed as a whole: which hooks are to blame? Returns whether
 * it may be tried again: not if that is none, or all, or one that nothing works without.
 */
static bool find_bad_hooks(struct live *live)
{
	uint64_t bad = 0, good = 0;

	for (int i = 0; i < WIRE_HOOKS_COUNT; i++) {
		if (live->plan.hook[i].method == ATTACH_ABSENT)
			continue;
		if (loads_alone(live, i))
			good |= 1ULL << i;
		else
			bad |= 1ULL << i;
	}
	if (!good || !bad)
		return false;
	for (int i = 0; i < WIRE_HOOKS_COUNT; i++) {
		if (!(bad & (1ULL << i)))
			continue;
		degrade(live, i);
		if (live->plan.hook[i].method == ATTACH_ABSENT && !hooks[i].without)
			return false;
	}
	return true;
}

static struct bpf_link *attach(struct live *live, int i, enum attach_method method)
{
	struct bpf_program *prog = program_of(live, i, method);
	LIBBPF_OPTS(bpf_kprobe_opts, at, .offset = live->facts.ksyms.store[i]);

	if (hooks[i].kind == HOOK_STORE)
		return bpf_program__attach_kprobe_opts(prog, NULL, &at);

	return attach_by_trampoline(method) ? bpf_program__attach_trace(prog)
					    : bpf_program__attach(prog);
}

static bool attach_hook(struct live *live, int i)
{
	enum attach_method method = live->plan.hook[i].method;
	struct bpf_link **links = live->links[i];

	if (method == ATTACH_ABSENT)
		return true;
	if (method != ATTACH_KRETPROBE) {
		links[0] = attach(live, i, method);
		return links[0];
	}
	/* The return first: an entry without its return would leave an argument behind. */
	links[1] = attach(live, i, ATTACH_KRETPROBE);
	if (links[1])
		links[0] = attach(live, i, ATTACH_KPROBE);
	return links[0];
}

/*
 * Returns whether each hook is attached as planned; if not, the plan has changed. From the
 * last to the first, which is klp_enable_patch: an attempt is followed from there on, and
 * one that comes meanwhile would look as if it never got to the hooks that are not there
 * yet, which is how a refusal looks.
 */
static bool attach_hooks(struct live *live)
{
	bool all = true;

	for (int i = WIRE_HOOKS_COUNT - 1; i >= WIRE_HOOK_ENABLE; i--) {
		if (attach_hook(live, i))
			continue;
		degrade(live, i);
		all = false;
	}
	return all;
}

/* Loads and attaches as planned, and again while the plan has to change; it only gets shorter. */
static int carry_out(struct live *live, struct failure *why)
{
	for (;;) {
		const struct hook_plan *result = &live->plan.hook[WIRE_HOOK_INITCALL];
		int err;

		live->skel->rodata->settings.no_result = result->method == ATTACH_ABSENT;
		bpf_program__set_autoload(live->skel->progs.settle, true);
		for (int i = 0; i < WIRE_HOOKS_COUNT; i++)
			want_program(live, i);
		if (!live->without_sampler) {
			choose_sampler(live);
			bpf_program__set_autoload(live->skel->progs.snapshot,
						  live->options.snapshots);
		}
		err = live_load(live);
		if (!err && (live->options.load_only || attach_hooks(live)))
			return 0;
		close_programs(live);
		if (err && (locked_down() || !find_bad_hooks(live))) {
			if (locked_down() || live->without_sampler)
				return load_failed(live, err, why);
			live->without_sampler = true;
		}
		err = open_programs(live);
		if (err)
			return load_failed(live, err, why);
	}
}

struct live *live__open_trace(const struct live_options *options, struct failure *why)
{
	struct live *live = live__open(options, why);

	if (!live)
		return NULL;
	live->names_callers =
		libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_snprintf, NULL) > 0;
	make_plan(live);
	if (carry_out(live, why))
		goto fail;
	if (options->load_only)
		return live;
	for (int i = 0; i < WIRE_HOOKS_COUNT; i++) {
		if (live->plan.hook[i].method != ATTACH_ABSENT || hooks[i].without)
			continue;
		failure_set(why,
			    options->attach == LIVE_ATTACH_TRACEPOINT ? FAILURE_TRACEPOINT
								      : FAILURE_HOOK,
			    0, "%s: %s", hooks[i].name, live->plan.hook[i].why);
		goto fail;
	}
	open_sampler(live);
	return live;
fail:
	live__close(live);
	return NULL;
}

struct live *live__open_snapshot(const struct live_options *options, struct failure *why)
{
	struct live *live = live__open(options, why);

	int err;

	if (!live)
		return NULL;
	if (!live->has_addresses) {
		failure_set(why, FAILURE_NO_ADDRESSES, 0, "klp_patches");
		goto fail;
	}
	bpf_program__set_autoload(live->skel->progs.snapshot, true);
	if (live->options.tasks)
		choose_sampler(live);
	err = live_load(live);
	if (err) {
		load_failed(live, err, why);
		goto fail;
	}
	open_sampler(live);
	return live;
fail:
	live__close(live);
	return NULL;
}

struct source *live__source(struct live *live)
{
	return &live->source;
}

uint64_t live__attached(const struct live *live)
{
	uint64_t attached = 0;

	for (int i = 0; i < WIRE_HOOKS_COUNT; i++)
		if (live->plan.hook[i].method != ATTACH_ABSENT)
			attached |= 1ULL << i;
	return attached;
}

const struct attach_plan *live__plan(const struct live *live)
{
	return &live->plan;
}

bool live__has_addresses(const struct live *live)
{
	return live->has_addresses;
}

bool live__names_callers(const struct live *live)
{
	return live->names_callers;
}

/* Those of trampolines are waited for; the others are not. */
static void detach_trampolines(struct live *live)
{
	int fds[WIRE_HOOKS_COUNT];
	size_t n = 0;

	for (int i = 0; i < WIRE_HOOKS_COUNT; i++)
		if (attach_by_trampoline(live->plan.hook[i].method) && live->links[i][0])
			fds[n++] = bpf_link__fd(live->links[i][0]);
	/*
	 * Turned on again while hooks are taken away, ftrace finds functions that are as when it was turned off, warns, and
	 * gives up for good (ftrace_shutdown() of 6.1). Who waits for klpscope to end does not turn it on meanwhile.
	 */
	if (n && host_ftrace_enabled())
		detach_in_background(fds, n);
}

void live__close(struct live *live)
{
	if (!live)
		return;
	detach_trampolines(live);
	close_programs(live);
	kernel_btf_forget();
	free(live->totals);
	free(live);
}
