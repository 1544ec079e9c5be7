// SPDX-License-Identifier: GPL-2.0
#include "live/parts.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bpf_shared.h"

#include "kernel/host.h"
#include "live/programs.h"
#include "live/sampler.h"
#include "util/array.h"
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

struct lookup_total {
	struct lookup_key key;
	uint64_t count;
};

/* An attempt whose end was not seen is looked for so soon after, and again as soon, ns. */
#define SETTLE_NS NSEC_PER_SEC

/* At the end, whoever has just begun is given as long to come to the livepatch core, ns. */
#define SETTLE_LAST_NS 20000000

/* When what this record says was begun, CLOCK_BOOTTIME, if that may leave no sign of its end; else 0. */
static uint64_t unsettled_since(const struct wire_hdr *hdr)
{
	const struct wire_walk_begin *begin = (const void *)hdr;
	const struct wire_head *head = (const void *)hdr;

	return hdr->type == WIRE_WRITE || hdr->type == WIRE_OBJECT_RESULT ||
			       (hdr->type == WIRE_WALK_BEGIN && begin->kind == WIRE_WALK_ENABLE)
		       ? head->boot_ns
		       : 0;
}

/* Hands on what the ring buffer has; see consume(). */
int live_ring_record(void *ctx, void *data, size_t size)
{
	struct live *live = ctx;
	uint64_t since = unsettled_since(data);
	int err;

	if (since) {
		live->unsettled_ns = since;
		if (!live->settle_due_ns)
			live->settle_due_ns = clock_ns(CLOCK_MONOTONIC) + SETTLE_NS;
	}
	err = live->fn(live->ctx, data, size);
	if (err)
		return err;
	/* Enough for now: this stops ring_buffer__consume(), see drain(). */
	return --live->budget ? 0 : -ECANCELED;
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

	if (live->hooks_reported && rec.attached == live->hooks)
		return 0;
	live->hooks_reported = true;
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

/* Writes the end of an attempt that has left no other sign of it. */
static int tell_settled(struct live *live, uint32_t tid, const struct bpf_attempt *attempt)
{
	struct wire_result rec = {
		.head = { .hdr = { .type = WIRE_RESULT, .size = sizeof(rec) },
			  .boot_ns = clock_ns(CLOCK_BOOTTIME),
			  .pid = attempt->pid,
			  .tid = tid,
			  .uid = attempt->uid },
		.attempt = attempt->key,
		.stages = attempt->stages,
		.object_ret = attempt->object_ret,
		.patch_ret = attempt->patch_ret,
		.klp = attempt->klp,
		.ended = WIRE_ENDED_SETTLED,
	};

	memcpy(rec.head.comm, attempt->comm, sizeof(rec.head.comm));
	memcpy(rec.name, attempt->name, sizeof(rec.name));
	memcpy(rec.busy_name, attempt->busy_name, sizeof(rec.busy_name));
	return live->fn(live->ctx, &rec, sizeof(rec));
}

/* When an attempt began, CLOCK_BOOTTIME: as its key says, see attempt_begin(). */
static uint64_t begun_ns(const struct bpf_attempt *attempt)
{
	return attempt->key >> 8;
}

/* Tells one, unless the thread has gone on to another meanwhile. */
static int end_settled(struct live *live, uint32_t tid, uint64_t key)
{
	int fd = bpf_map__fd(live->skel->maps.attempts);
	struct bpf_attempt attempt;

	if (bpf_map_lookup_elem(fd, &tid, &attempt) || attempt.key != key ||
	    (attempt.stages & WIRE_STAGE_START) || bpf_map_delete_elem(fd, &tid))
		return 0;
	return tell_settled(live, tid, &attempt);
}

/* Attempts that are over and were not seen to end; @open: there are others that may be. */
static int tell_all_settled(struct live *live, bool *open)
{
	int fd = bpf_map__fd(live->skel->maps.attempts), err = 0;
	uint64_t now = clock_ns(CLOCK_BOOTTIME);
	struct {
		uint32_t tid;
		uint64_t key;
	} over[BPF_MAX_ATTEMPTS];
	uint32_t tid, *previous = NULL;
	struct bpf_attempt attempt;
	size_t n = 0;

	*open = false;
	while (n < BPF_MAX_ATTEMPTS && !bpf_map_get_next_key(fd, previous, &tid)) {
		previous = &tid;
		if (bpf_map_lookup_elem(fd, &tid, &attempt) || (attempt.stages & WIRE_STAGE_START))
			continue;
		if (begun_ns(&attempt) + SETTLE_NS > now) {
			*open = true;
			continue;
		}
		over[n].tid = tid;
		over[n++].key = attempt.key;
	}
	for (size_t i = 0; !err && i < n; i++)
		err = end_settled(live, over[i].tid, over[i].key);
	return err;
}

/* What was begun before that, CLOCK_BOOTTIME, is decided. */
static int tell_that_settled(struct live *live, uint64_t before_ns)
{
	struct wire_settled rec = {
		.hdr = { .type = WIRE_SETTLED, .size = sizeof(rec) },
		.boot_ns = before_ns,
		.lost = live->shared->lost_records,
	};

	if (live->unsettled_ns < before_ns)
		live->unsettled_ns = 0;
	return live->fn(live->ctx, &rec, sizeof(rec));
}

/*
 * Whether anybody is in the livepatch core. If not, all that was left in the ring buffer by who was there is handed on, and
 * what got lost, so that what is not there has not happened.
 */
static int ask_who_is_there(struct live *live, enum bpf_held *held)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);
	int err;

	*held = BPF_HELD_UNKNOWN;
	if (!bpf_prog_test_run_opts(bpf_program__fd(live->skel->progs.settle), &run))
		*held = live->shared->mutex_held;
	if (*held != BPF_HELD_NO)
		return 0;
	err = drain(live, all_there_is(live));
	return err ? err : tell_lost(live, true);
}

/*
 * Most attempts are seen to end. For what is left, once nobody is in the livepatch core,
 * whoever was there before has left it; who has only just begun may not have come to it yet.
 */
static int settle_if_due(struct live *live)
{
	uint64_t now = live->settle_due_ns ? clock_ns(CLOCK_MONOTONIC) : 0;
	uint64_t before_ns = clock_ns(CLOCK_BOOTTIME) - SETTLE_NS / 2;
	enum bpf_held held;
	bool open = true;
	int err;

	if (!live->settle_due_ns || now < live->settle_due_ns)
		return 0;
	err = ask_who_is_there(live, &held);
	live->settle_due_ns = 0;
	if (!err && held == BPF_HELD_NO) {
		err = tell_all_settled(live, &open);
		if (!err && live->unsettled_ns)
			err = tell_that_settled(live, before_ns);
	}
	if (held != BPF_HELD_UNKNOWN && (open || live->unsettled_ns))
		live->settle_due_ns = now + SETTLE_NS;
	return err;
}

/* Nothing comes any more: what was begun is decided, if nobody is there who decides it. */
static int settle_last(struct live *live)
{
	static const struct timespec moment = { .tv_nsec = SETTLE_LAST_NS };
	enum bpf_held held;
	int err;

	if (!live->unsettled_ns)
		return 0;
	if (clock_ns(CLOCK_BOOTTIME) - live->unsettled_ns < SETTLE_LAST_NS)
		nanosleep(&moment, NULL);
	err = ask_who_is_there(live, &held);
	if (err || held != BPF_HELD_NO)
		return err;
	return tell_that_settled(live, live->unsettled_ns + 1);
}

static uint64_t due(const struct source *source)
{
	const struct live *live = (const struct live *)source;

	if (!live->settle_due_ns || !live->sample_due_ns)
		return live->settle_due_ns ? live->settle_due_ns : live->sample_due_ns;
	return live->settle_due_ns < live->sample_due_ns ? live->settle_due_ns
							 : live->sample_due_ns;
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
		err = settle_if_due(live);
	if (!err)
		err = sample_if_due(live);
	return err ? err : tell_lost(live, false);
}

/*
 * The place for what was told of these lookups; there are no more than the map has. The map tells them in the same order
 * each time, so it is most often behind the one before, @at.
 */
static uint64_t *total_of(struct live *live, const struct lookup_key *key, size_t *at)
{
	struct lookup_total *total;

	for (size_t i = 0; i < live->n_totals; i++, ++*at) {
		total = &live->totals[*at % live->n_totals];
		if (memcmp(&total->key, key, sizeof(*key)))
			continue;
		*at = total - live->totals + 1;
		return &total->count;
	}
	total = grow(live->totals, live->n_totals, &live->room_totals, sizeof(*total));
	if (!total)
		return NULL;
	live->totals = total;
	total[live->n_totals] = (struct lookup_total){ .key = *key };
	return &total[live->n_totals++].count;
}

/* Those since they were told the last time. */
static int tell_lookups(struct live *live)
{
	int fd = bpf_map__fd(live->skel->maps.lookups);
	struct lookup_key key, *previous = NULL;
	struct lookup_value value;
	size_t at = 0;
	int err = 0;

	while (!err && !bpf_map_get_next_key(fd, previous, &key)) {
		struct wire_lookup_count rec = {
			.hdr = { .type = WIRE_LOOKUP_COUNT, .size = sizeof(rec) },
			.boot_ns = clock_ns(CLOCK_BOOTTIME),
			.id = key.id,
			.caller = key.caller,
		};

		uint64_t *total = total_of(live, &key, &at);

		previous = &key;
		if (!total)
			return -ENOMEM;
		if (bpf_map_lookup_elem(fd, &key, &value) || value.count == *total)
			continue;
		rec.count = value.count - *total;
		*total = value.count;
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
		err = settle_last(live);
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

const struct source_ops live_ops = {
	.consume = consume,
	.finish = finish,
	.due = due,
};
