// SPDX-License-Identifier: GPL-2.0
#include "source/live.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "bpf_shared.h"

#include "source/attach.h"
#include "source/detach.h"
#include "source/hooks.h"
#include "source/host.h"
#include "source/kernel_btf.h"
#include "source/ksyms.h"
#include "source/programs.h"
#include "source/sampler.h"
#include "util/caps.h"
#include "util/clock.h"
#include "util/timefmt.h"

/* The wall clock is told again when it moved against boot time by this much, ns. */
#define CLOCK_TOLERANCE 1000000

/* Records handed on at once; between, the pump looks whether it is time to stop. */
#define BATCH_MAX 4096

/* The kernel is asked no oftener for runs that it left out, ns. */
#define MISSED_INTERVAL NSEC_PER_SEC

/* While a transition runs, it is looked at so often, ns. */
#define SAMPLE_INTERVAL NSEC_PER_SEC

/* An exit hook by kprobe has two programs, so two links. */
#define LINKS_PER_HOOK 2

struct told_lookups {
	struct lookup_key key;
	uint64_t count;
};

struct live {
	struct source source;
	struct live_options options;
	struct klpscope_bpf *skel;
	struct kernel_btf_file btf; /* until the programs are loaded */
	struct bpf_shared *shared; /* in the programs' .bss */
	const struct bpf_transition *transition; /* as above */
	struct ring_buffer *ring;
	struct sampler *sampler; /* NULL: this kernel has no task iterator */
	bool without_sampler; /* the kernel did not take its programs */
	uint64_t sample_due_ns; /* CLOCK_MONOTONIC; 0: no transition runs */
	struct bpf_transition sampled_over; /* a transition that was seen to be over */
	struct bpf_link *links[WIRE_HOOKS_COUNT][LINKS_PER_HOOK];
	struct attach_facts facts;
	struct attach_plan plan; /* as far as tried: what failed is taken back from it */
	bool has_addresses;
	bool names_callers;
	bool hooks_told;
	uint64_t hooks; /* as last told */
	int64_t clock_offset; /* as last told */
	struct wire_lost lost; /* as last told */
	uint64_t missed_asked_ns; /* when the kernel was last asked for missed runs */
	struct told_lookups *told; /* what was told of them; NULL: nothing */
	size_t n_told, room_told;
	size_t budget; /* records that the consume that is running may still hand on */
	record_fn fn; /* of the consume that is running */
	void *ctx;
};

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
		return failure_set(why, FAILURE_NO_SYSFS, 0, "%s", "");
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
		    hooks[i].kind != HOOK_TRACEPOINT)
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
		return failure_set(why, FAILURE_MEMLOCK, err, "%s", "");
	if (err == -EPERM)
		return failure_set(why, FAILURE_FORBIDDEN, err, "%s", "");
	return failure_set(why, FAILURE_BPF_LOAD, err, "%s", "");
}

static int consume(struct source *source, record_fn fn, void *ctx);
static int finish(struct source *source, record_fn fn, void *ctx);
static uint64_t due(const struct source *source);

static const struct source_ops live_ops = {
	.consume = consume,
	.finish = finish,
	.due = due,
};

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

/* Hands on what the ring buffer has; see consume(). */
static int ring_record(void *ctx, void *data, size_t size)
{
	struct live *live = ctx;
	int err = live->fn(live->ctx, data, size);

	return err || --live->budget ? err : -ECANCELED;
}

static int live_load(struct live *live)
{
	int err = klpscope_bpf__load(live->skel);

	kernel_btf_close(&live->btf);
	if (err)
		return err;
	live->shared = &live->skel->bss->shared;
	live->ring =
		ring_buffer__new(bpf_map__fd(live->skel->maps.records), ring_record, live, NULL);
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

/*
 * While kernel.ftrace_enabled is 0, hooks on functions are as good as not attached. That
 * matters, and is asked, only where attempts are seen all the same, by a tracepoint.
 */
static uint64_t called_hooks(const struct live *live)
{
	uint64_t attached = live__attached(live), on_functions = attach_on_functions(&live->plan);

	if (!on_functions || (on_functions & (1ULL << WIRE_HOOK_ENABLE)) || host_ftrace_enabled())
		return attached;
	return attached & ~on_functions;
}

static int tell_hooks(struct live *live)
{
	struct wire_hooks rec = {
		.hdr = { .type = WIRE_HOOKS, .size = sizeof(rec) },
		.attached = called_hooks(live),
	};

	if (live->hooks_told && rec.attached == live->hooks)
		return 0;
	live->hooks_told = true;
	live->hooks = rec.attached;
	return live->fn(live->ctx, &rec, sizeof(rec));
}

static int tell_clock(struct live *live)
{
	struct wire_clock rec = {
		.hdr = { .type = WIRE_CLOCK, .size = sizeof(rec) },
		.boot_ns = clock_ns(CLOCK_BOOTTIME),
		.real_ns = clock_ns(CLOCK_REALTIME),
	};
	int64_t offset = rec.real_ns - rec.boot_ns;

	if (llabs(offset - live->clock_offset) < CLOCK_TOLERANCE)
		return 0;
	live->clock_offset = offset;
	return live->fn(live->ctx, &rec, sizeof(rec));
}

/*
 * The kernel does not run a trampoline's program on a CPU on which it is running
 * already (a preempted task's, 5.12 and later), and counts that.
 */
static uint64_t missed_runs(const struct live *live)
{
	struct bpf_program *prog;
	uint64_t missed = 0;

	bpf_object__for_each_program(prog, live->skel->obj) {
		struct bpf_prog_info info = { 0 };
		__u32 size = sizeof(info);

		if (bpf_program__fd(prog) >= 0 &&
		    !bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &size))
			missed += info.recursion_misses;
	}
	return missed;
}

int live__count_costs(void)
{
	int fd = bpf_enable_stats(BPF_STATS_RUN_TIME);

	return fd < 0 ? -errno : fd;
}

bool live__cost(const struct live *live, size_t i, struct live_cost *cost)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, live->skel->obj) {
		struct bpf_prog_info info = { 0 };
		__u32 size = sizeof(info);

		if (bpf_program__fd(prog) < 0 || i--)
			continue;
		*cost = (struct live_cost){ 0 };
		snprintf(cost->name, sizeof(cost->name), "%s", bpf_program__name(prog));
		if (!bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &size)) {
			cost->runs = info.run_cnt;
			cost->ns = info.run_time_ns;
		}
		return true;
	}
	return false;
}

static int tell_lost(struct live *live, bool at_end)
{
	struct wire_lost now = {
		.hdr = { .type = WIRE_LOST, .size = sizeof(now) },
		.boot_ns = clock_ns(CLOCK_BOOTTIME),
		.records = live->shared->lost_records,
		.attempts = live->shared->lost_attempts,
		.lookups = live->shared->lost_lookups,
	};
	struct wire_lost rec;

	now.missed = live->lost.missed;
	if (at_end || now.boot_ns - live->missed_asked_ns >= MISSED_INTERVAL) {
		live->missed_asked_ns = now.boot_ns;
		now.missed = missed_runs(live);
	}
	rec = now;

	rec.records -= live->lost.records;
	rec.attempts -= live->lost.attempts;
	rec.lookups -= live->lost.lookups;
	rec.missed -= live->lost.missed;
	live->lost = now;
	if (!rec.records && !rec.attempts && !rec.lookups && !rec.missed)
		return 0;
	return live->fn(live->ctx, &rec, sizeof(rec));
}

/* As many records as the buffer can hold; who goes on writing does not hold us up. */
static size_t all_there_is(const struct live *live)
{
	return live->options.buffer / sizeof(struct wire_hdr);
}

static int drain(struct live *live, size_t budget)
{
	int err;

	live->budget = budget;
	err = ring_buffer__consume(live->ring);
	return err == -ECANCELED || err > 0 ? 0 : err;
}

static int consume_some(struct live *live, record_fn fn, void *ctx, size_t budget)
{
	int err;

	live->fn = fn;
	live->ctx = ctx;
	err = tell_hooks(live);
	if (!err)
		err = tell_clock(live);
	return err ? err : drain(live, budget);
}

/* What came while a sample was taken; all of it, as the beginning of its walk is there. */
static int consume_ring(void *ctx)
{
	return drain(ctx, all_there_is(ctx));
}

static int sample(struct live *live, bool detail)
{
	const struct sampler_ring ring = { consume_ring, live };

	return sampler__run(live->sampler, detail, &ring, live->fn, live->ctx);
}

/* By the hooks; the transition that a sample has found to be over does not count. */
static bool transition_runs(const struct live *live)
{
	const struct bpf_transition *now = live->transition, *over = &live->sampled_over;

	if (!now->tries && !now->start_ns)
		return false;
	return now->start_ns != over->start_ns || now->tries != over->tries ||
	       now->since_ns != over->since_ns;
}

/* How long ago the running transition began or was turned round; seen late, it is longer. */
static bool stalls(const struct live *live)
{
	uint64_t since = live->transition->since_ns;

	return !since || clock_ns(CLOCK_BOOTTIME) - since >= live->options.stall_ns;
}

/* Takes a sample when it is time; nothing is done and no timer runs while no transition does. */
static int sample_if_due(struct live *live)
{
	uint64_t now;
	int running;

	if (!live->sampler || !transition_runs(live)) {
		live->sample_due_ns = 0;
		return 0;
	}
	now = clock_ns(CLOCK_MONOTONIC);
	if (!live->sample_due_ns)
		live->sample_due_ns =
			now + (live->options.stall_ns < SAMPLE_INTERVAL ? live->options.stall_ns
									: SAMPLE_INTERVAL);
	if (now < live->sample_due_ns)
		return 0;
	running = sample(live, stalls(live));
	live->sample_due_ns = now + SAMPLE_INTERVAL;
	if (running == 0) {
		live->sampled_over = *live->transition;
		live->sample_due_ns = 0;
	}
	return running < 0 ? running : 0;
}

static uint64_t due(const struct source *source)
{
	return ((const struct live *)source)->sample_due_ns;
}

int live__sample(struct live *live, bool detail, record_fn fn, void *ctx)
{
	int err;

	if (!live->sampler)
		return -EOPNOTSUPP;
	err = consume_some(live, fn, ctx, BATCH_MAX);
	if (err)
		return err;
	sampler__forget(live->sampler);
	return sample(live, detail);
}

static int consume(struct source *source, record_fn fn, void *ctx)
{
	struct live *live = (struct live *)source;
	int err = consume_some(live, fn, ctx, BATCH_MAX);

	if (!err)
		err = sample_if_due(live);
	return err ? err : tell_lost(live, false);
}

/* The place for what was told of these lookups; there are no more than the map has. */
static uint64_t *told_of(struct live *live, const struct lookup_key *key)
{
	struct told_lookups *told;

	for (size_t i = 0; i < live->n_told; i++)
		if (!memcmp(&live->told[i].key, key, sizeof(*key)))
			return &live->told[i].count;
	told = grow(live->told, live->n_told, &live->room_told, sizeof(*told));
	if (!told)
		return NULL;
	live->told = told;
	told[live->n_told] = (struct told_lookups){ .key = *key };
	return &told[live->n_told++].count;
}

/* Those since they were told the last time. */
static int tell_lookups(struct live *live)
{
	int fd = bpf_map__fd(live->skel->maps.lookups);
	struct lookup_key key, *previous = NULL;
	struct lookup_value value;
	int err = 0;

	while (!err && !bpf_map_get_next_key(fd, previous, &key)) {
		struct wire_lookup_count rec = {
			.hdr = { .type = WIRE_LOOKUP_COUNT, .size = sizeof(rec) },
			.boot_ns = clock_ns(CLOCK_BOOTTIME),
			.id = key.id,
			.caller = key.caller,
		};

		uint64_t *told = told_of(live, &key);

		previous = &key;
		if (!told)
			return -ENOMEM;
		if (bpf_map_lookup_elem(fd, &key, &value) || value.count == *told)
			continue;
		rec.count = value.count - *told;
		*told = value.count;
		memcpy(rec.name, value.name, sizeof(rec.name));
		memcpy(rec.symbol, value.symbol, sizeof(rec.symbol));
		err = live->fn(live->ctx, &rec, sizeof(rec));
	}
	return err;
}

int live__lookups(struct live *live, record_fn fn, void *ctx)
{
	live->fn = fn;
	live->ctx = ctx;
	return tell_lookups(live);
}

static int finish(struct source *source, record_fn fn, void *ctx)
{
	struct live *live = (struct live *)source;
	int err = consume_some(live, fn, ctx, all_there_is(live));

	if (!err)
		err = tell_lookups(live);
	return err ? err : tell_lost(live, true);
}

int live__snapshot(struct live *live)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);
	int fd = bpf_program__fd(live->skel->progs.snapshot);

	if (fd < 0)
		return -EOPNOTSUPP;
	if (live->sampler)
		sampler__forget(live->sampler);
	return bpf_prog_test_run_opts(fd, &run);
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
	free(live->told);
	free(live);
}
