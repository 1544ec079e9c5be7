// SPDX-License-Identifier: GPL-2.0
#include "cmd/common/progress.h"

#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/timefmt.h"

/* How often it is told, and from when on. */
#define PROGRESS_NS (NSEC_PER_SEC / 2)

static bool may_reach_terminal(FILE *lines)
{
	struct stat st;

	if (fstat(fileno(lines), &st))
		return true;
	return !S_ISREG(st.st_mode) && (!S_ISCHR(st.st_mode) || isatty(fileno(lines)));
}

static void show(struct progress *progress)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC), done, all;

	if (!progress->wanted || now < progress->next_ns)
		return;
	progress->next_ns = now + PROGRESS_NS;
	recorded__progress(progress->recorded, &done, &all);
	if (all)
		fprintf(stderr, "\rklpscope: %" PRIu64 " %% read ", done * 100 / all);
	else
		fprintf(stderr, "\rklpscope: %" PRIu64 " MB read ", done >> 20);
	progress->shown = true;
}

static int consume(struct source *source, record_fn fn, void *ctx)
{
	struct progress *progress = (struct progress *)source;
	struct source *inner = recorded__source(progress->recorded);
	int err = inner->ops->consume(inner, fn, ctx);

	source->fd = inner->fd;
	if (err)
		progress_hide(progress);
	else
		show(progress);
	return err;
}

static int finish(struct source *source, record_fn fn, void *ctx)
{
	struct progress *progress = (struct progress *)source;
	struct source *inner = recorded__source(progress->recorded);

	progress_hide(progress);
	return inner->ops->finish(inner, fn, ctx);
}

static const struct source_ops ops = { .consume = consume, .finish = finish };

struct source *progress_source(struct progress *progress, struct recorded *recorded, FILE *lines)
{
	*progress = (struct progress){
		.source = { .ops = &ops, .fd = recorded__source(recorded)->fd },
		.recorded = recorded,
		.wanted = isatty(STDERR_FILENO) && !(lines && may_reach_terminal(lines)),
		.next_ns = clock_ns(CLOCK_MONOTONIC) + PROGRESS_NS,
	};
	return &progress->source;
}

void progress_hide(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
