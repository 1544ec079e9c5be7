// SPDX-License-Identifier: GPL-2.0
#include "cmd/common/meter.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/attributes.h"
#include "util/clock.h"
#include "util/timefmt.h"

/* How often it is shown, and from when on. */
#define METER_NS (NSEC_PER_SEC / 2)

static bool may_reach_terminal(FILE *lines)
{
	struct stat st;

	if (fstat(fileno(lines), &st))
		return true;
	return !S_ISREG(st.st_mode) && (!S_ISCHR(st.st_mode) || isatty(fileno(lines)));
}

static int show(struct consumer *consumer)
{
	struct meter *meter = (struct meter *)consumer;
	uint64_t now, done, all;

	if (!meter->wanted)
		return 0;
	now = clock_ns(CLOCK_MONOTONIC);
	if (now < meter->next_ns)
		return 0;
	meter->next_ns = now + METER_NS;
	recorded__progress(meter->recorded, &done, &all);
	if (all)
		fprintf(stderr, "\rklpscope: %" PRIu64 " %% read ", done * 100 / all);
	else
		fprintf(stderr, "\rklpscope: %" PRIu64 " MB read ", done >> 20);
	meter->shown = true;
	return 0;
}

static int hide(struct consumer *consumer, int err _unused_)
{
	meter__hide((struct meter *)consumer);
	return 0;
}

static const struct consumer_ops ops = { .flush = show, .close = hide };

struct consumer *meter__consumer(struct meter *meter, struct recorded *recorded, FILE *lines)
{
	*meter = (struct meter){
		.consumer.ops = &ops,
		.recorded = recorded,
		.wanted = isatty(STDERR_FILENO) && !(lines && may_reach_terminal(lines)),
		.next_ns = clock_ns(CLOCK_MONOTONIC) + METER_NS,
	};
	return &meter->consumer;
}

void meter__hide(struct meter *meter)
{
	if (meter->shown)
		fputs("\r\033[K", stderr);
	meter->shown = false;
}
