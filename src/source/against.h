/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What modules are checked against, as a source: each kind fills a baseline in
 * its own way.
 *
 * Room source: fills what is judged. It knows kernels, modules and recordings. It must not judge,
 * or print.
 */
#ifndef KLPSCOPE_SOURCE_AGAINST_H
#define KLPSCOPE_SOURCE_AGAINST_H

#include "check/baseline.h"
#include "kernel/exports.h"
#include "live/live.h"
#include "module/klp_layout.h"

struct against_options {
	struct live_options live;
	const char *kallsyms; /* file instead of the host's own, or NULL */
	const char *const *modules; /* of "modules": taken as enabled, in this order */
	size_t n_modules;
	struct snapshot *recorded; /* of "recording": what it leaves installed; is moved from */
	bool recorded_whole; /* and that this is all */
	const struct klp_layout *layout; /* to read these with; NULL: their own */
};

struct against {
	const struct against_ops *ops;
	struct baseline baseline;
	void *state; /* the source's own */
};

struct against_ops {
	const char *name;
	/*
	 * Fills @against->baseline but for the symbols' names, which are there already, and are
	 * counted. What cannot be had is BASELINE_UNKNOWN there. Negative errno with @why
	 * where nothing can be said at all.
	 */
	int (*fill)(struct against *against, const struct against_options *options,
		    struct failure *why);
	void (*release)(struct against *against); /* optional */
};

extern const struct against_ops against_live; /* the running kernel */
extern const struct against_ops
	against_none; /* a host without livepatches, of which no more is known */
extern const struct against_ops against_modules; /* the same with these modules enabled */
extern const struct against_ops
	against_recording; /* the same with what a recording's end leaves installed */

/* Places in the kernel that the same pass over its symbols finds; 0: not there, or hidden. */
struct against_places {
	uint64_t vermagic;
	struct exports_tables exports;
};

/**
 * against_count_symbols() - count @baseline's symbols in a file as /proc/kallsyms
 * @path: /proc/kallsyms, or a file like it
 * @places: filled, with the addresses of exports and of the modules' structures; NULL: addresses
 *	of that file are of no use
 *
 * Return: 0 or negative errno, which @baseline then says.
 */
int against_count_symbols(struct baseline *baseline, const char *path,
			  struct against_places *places);

/** against_release() - release what the baseline and its source hold */
void against_release(struct against *against);

#endif
