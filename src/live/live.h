/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The running kernel as a source: loads the BPF programs and reads their records.
 *
 * Room live: the BPF programs on a running kernel. It must not print, or know who reads.
 */
#ifndef KLPSCOPE_LIVE_LIVE_H
#define KLPSCOPE_LIVE_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/source.h"
#include "util/failure.h"

#define LIVE_BUFFER_DEFAULT (256 * 1024)

/* A transition that takes longer is looked into, ns. */
#define LIVE_STALL_DEFAULT 1000000000ULL

/* A snapshot is walked in one go, before anything can be read from the buffer. */
#define LIVE_BUFFER_SNAPSHOT (4 * 1024 * 1024)

enum live_attach {
	LIVE_ATTACH_AUTO, /* tracepoint where the kernel has it, else fentry, else kprobe */
	LIVE_ATTACH_TRACEPOINT, /* and no hook that has none */
	LIVE_ATTACH_FENTRY,
	LIVE_ATTACH_KPROBE,
};

struct live_options {
	enum live_attach attach;
	const char *btf; /* file to use instead of the kernel's own BTF, or NULL */
	uint64_t without; /* hooks to leave out (bits of enum wire_hook) */
	size_t buffer; /* size of the ring buffer, bytes, a power of two of pages */
	bool lookups; /* a record for every klp_get_state */
	bool culprits; /* be able to name what makes the stack of such a task unreliable */
	uint64_t stall_ns; /* tasks that are left for longer are told with their stacks */
	bool verbose; /* libbpf's own words on stderr */
	bool load_only; /* attach nothing */
	bool tasks; /* without tracing: live__sample() is wanted */
	bool snapshots; /* live__snapshot() is wanted while tracing, too */
};

struct live;
struct attach_plan;

/** live_check_kernel() - whether this kernel has livepatching; 0, or @why says what it lacks */
int live_check_kernel(struct failure *why);

/** live_be_verbose() - whether libbpf's own words go to stderr; opening sets it, too */
void live_be_verbose(bool verbose);

/**
 * live__open_trace() - load and attach all hooks
 * @options: how; copied
 * @why: filled on failure
 *
 * Return: the source, to be closed with live__close(), or NULL.
 */
struct live *live__open_trace(const struct live_options *options, struct failure *why);

/** live__open_snapshot() - load what live__snapshot() needs; nothing is attached */
struct live *live__open_snapshot(const struct live_options *options, struct failure *why);

/** live__source() - the generic side */
struct source *live__source(struct live *live);

/** live__attached() - which hooks are attached (bits of enum wire_hook) */
uint64_t live__attached(const struct live *live);

/** live__plan() - how; what failed at the attempt is no longer in it (source/attach.h) */
const struct attach_plan *live__plan(const struct live *live);

/** live__has_addresses() - whether the kernel told where klp_patches is */
bool live__has_addresses(const struct live *live);

/** live__names_callers() - whether the kernel tells the name of an address (bpf_snprintf, 5.13) */
bool live__names_callers(const struct live *live);

/**
 * live__snapshot() - have the kernel walk its livepatches; the records come through consume
 *
 * Tasks that hold up a transition are then told again, so that what follows stands alone.
 *
 * Return: 0, or negative errno; -EOPNOTSUPP if it was not asked for, or the kernel did not take its program.
 */
int live__snapshot(struct live *live);

/**
 * live__sample() - look once which tasks a transition waits for, by a task iterator
 * @live: opened by live__open_snapshot()
 * @detail: tell the tasks, too, not only how many they are
 * @fn: gets WIRE_PROGRESS and a walk of kind WIRE_WALK_STALL
 * @ctx: handed to @fn
 *
 * Return: 1 if a transition runs, 0 if none does, or negative errno; -EOPNOTSUPP
 * where the kernel has no task iterator (5.8).
 */
int live__sample(struct live *live, bool detail, record_fn fn, void *ctx);

/**
 * live__lookups() - tell now how often states were looked up
 * @live: opened by live__open()
 * @fn: gets WIRE_LOOKUP_COUNT: how often since the last call
 * @ctx: handed to @fn
 *
 * The source's end tells the rest.
 *
 * Return: 0 or negative errno.
 */
int live__lookups(struct live *live, record_fn fn, void *ctx);

/* What one of our programs has cost since live__count_costs(). */
struct live_cost {
	char name[32];
	uint64_t runs, ns;
};

/**
 * live__count_costs() - have the kernel count runs and time of BPF programs (5.8)
 *
 * Of all of them on this host, which costs each run about 20 ns, as long as the
 * returned file is open. Needs CAP_SYS_ADMIN.
 *
 * Return: the file, or negative errno.
 */
int live__count_costs(void);

/** live__cost() - the cost of the @i-th of our programs that are loaded; false: there are no more */
bool live__cost(const struct live *live, size_t i, struct live_cost *cost);

/** live__close() - detach and release; NULL is allowed */
void live__close(struct live *live);

#endif
