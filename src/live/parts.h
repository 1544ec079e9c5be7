/* SPDX-License-Identifier: GPL-2.0 */
/* The programs in the running kernel: what live.c, which loads and attaches them, and live_read.c share. */
#ifndef KLPSCOPE_LIVE_PARTS_H
#define KLPSCOPE_LIVE_PARTS_H

#include "kernel/kernel_btf.h"
#include "live/attach.h"
#include "live/live.h"
#include "wire.h"

/* An exit hook by kprobe has two programs, so two links. */
#define LINKS_PER_HOOK 2

struct lookup_total;

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
	/* CLOCK_BOOTTIME: when the last was begun of what may leave no sign of its end; 0: all is decided */
	uint64_t unsettled_ns;
	/* CLOCK_MONOTONIC: when to look whether that is decided, and attempts over; 0: none is open */
	uint64_t settle_due_ns;
	uint64_t sample_due_ns; /* CLOCK_MONOTONIC; 0: no transition runs */
	struct bpf_transition sampled_over; /* a transition that was seen to be over */
	struct bpf_link *links[WIRE_HOOKS_COUNT][LINKS_PER_HOOK];
	struct attach_facts facts;
	struct attach_plan plan; /* as far as tried: what failed is taken back from it */
	bool has_addresses;
	bool names_callers;
	bool hooks_reported;
	uint64_t hooks; /* as last told */
	int64_t clock_offset; /* as last told */
	struct wire_lost lost; /* as last told */
	uint64_t missed_asked_ns; /* when the kernel was last asked for missed runs */
	struct lookup_total *totals; /* what was told of them; NULL: nothing */
	size_t n_totals, room_totals;
	size_t budget; /* records that the consume that is running may still hand on */
	record_fn fn; /* of the consume that is running */
	void *ctx;
};

/* What the source that is opened does. */
extern const struct source_ops live_ops;

/** live_ring_record() - hand on a record of the ring buffer (ring_buffer_sample_fn; @ctx: struct live) */
int live_ring_record(void *ctx, void *data, size_t size);

#endif
