/* SPDX-License-Identifier: GPL-2.0 */
/* Looks which tasks a transition waits for, by a BPF task iterator. */
#ifndef KLPSCOPE_LIVE_SAMPLER_H
#define KLPSCOPE_LIVE_SAMPLER_H

#include <bpf/libbpf.h>
#include <stdbool.h>

#include "bpf_shared.h"
#include "flow/source.h"

/* What is called between a sample's records: hands on what the ring buffer has by then. */
struct sampler_ring {
	int (*consume)(void *ctx);
	void *ctx;
};

struct sampler;

/**
 * sampler__new() - get ready to sample
 * @iter: the loaded task iterator; it is attached, which touches no task
 * @stall_fd: the program that begins a walk over the patch in transition
 * @shared: what the programs share with us
 * @with_culprits: be able to name what makes a stack unreliable; needs all privileges now
 * @btf: file to use instead of the kernel's own BTF, or NULL
 *
 * Return: the sampler, to be released with sampler__free(); NULL with errno.
 */
struct sampler *sampler__new(struct bpf_program *iter, int stall_fd, struct bpf_shared *shared,
			     bool with_culprits, const char *btf);

/**
 * sampler__run() - take one sample
 * @sampler: the sampler
 * @detail: tell the tasks that are left, too, each when it is new or has moved
 * @ring: the source's ring buffer
 * @fn: gets WIRE_PROGRESS and, when there is something to tell, a walk of kind WIRE_WALK_STALL
 * @ctx: handed to @fn
 *
 * Return: 1 while a transition runs, 0 if none does, or negative errno.
 */
int sampler__run(struct sampler *sampler, bool detail, const struct sampler_ring *ring,
		 record_fn fn, void *ctx);

/** sampler__forget() - tell all tasks anew next time */
void sampler__forget(struct sampler *sampler);

/** sampler__free() - release a sampler; NULL is allowed */
void sampler__free(struct sampler *sampler);

#endif
