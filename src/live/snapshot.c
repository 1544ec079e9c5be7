// SPDX-License-Identifier: GPL-2.0
#include "live/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "event/decode.h"
#include "kernel/kmsg.h"
#include "kernel/sysfs.h"
#include "util/attributes.h"
#include "util/clock.h"

#define SYSFS_DIR    "/sys/kernel/livepatch"
#define MODULES	     "/proc/modules"
#define TRIES	     10
#define TRY_AGAIN_NS (20 * 1000 * 1000)

/* A snapshot is no event; nothing else runs while it is taken. */
static void no_event(void *ctx _unused_, const struct event *event _unused_)
{
}

static int feed(void *ctx, const void *data, size_t size)
{
	return decoder__feed(ctx, data, size);
}

static bool agrees(const struct snapshot *s, const struct sysfs_patches *sysfs)
{
	if (s->installed.n_patches != sysfs->n)
		return false;
	for (size_t i = 0; i < sysfs->n; i++) {
		const struct patch *patch = &s->installed.patches[i];
		const struct sysfs_patch *other = sysfs_find(sysfs, patch->name);

		if (!other)
			return false;
		if (other->read && (other->enabled != patch->enabled ||
				    other->transition != (patch == s->transition)))
			return false;
	}
	return true;
}

/* The walk takes names of less than WIRE_SYMBOL_LEN characters, sysfs has the whole of them. */
static void complete_names(struct facts *facts)
{
	bool whole = true;

	if (!facts__names_cut(facts))
		return;
	for (size_t p = 0; p < facts->n_patches; p++) {
		struct patch *patch = &facts->patches[p];

		for (size_t o = 0; o < patch->n_objects; o++) {
			struct object *object = &patch->objects[o];

			for (size_t f = 0; f < object->n_funcs; f++) {
				struct func *func = &object->funcs[f];
				char *name;

				if (!func->cut)
					continue;
				name = sysfs_function(SYSFS_DIR, patch->name, object->name,
						      func->name, func->sympos);
				whole &= name != NULL;
				if (!name)
					continue;
				free(func->name);
				func->name = name;
				func->cut = false;
			}
		}
	}
	if (whole)
		facts->flags &= ~WIRE_F_TRUNCATED;
}

/* The walk that a decoder was fed, held against sysfs. */
static int judge(struct decoder *decoder, struct snapshot *s)
{
	const struct wire_walk_begin *begin = decoder__take_snapshot(decoder, &s->installed);
	struct sysfs_patches sysfs = { 0 };
	int err;

	s->in_flux = !begin;
	if (!begin)
		return 0;
	s->transition = begin->patch ? facts__find(&s->installed, begin->patch) : NULL;
	s->target = begin->target;
	err = sysfs_read(SYSFS_DIR, MODULES, &sysfs);
	/* What was cut or lost is no flux; asking again would not help. */
	s->in_flux = s->installed.whole && (!agrees(s, &sysfs) || (begin->patch && !s->transition));
	for (size_t i = 0; i < sysfs.n && !s->broken[0]; i++)
		if (sysfs.list[i].gone)
			memcpy(s->broken, sysfs.list[i].name, sizeof(s->broken));
	/* What the list leads to is freed memory; asking again would not help. */
	if (s->broken[0]) {
		s->installed.flags |= WIRE_F_UNREADABLE;
		s->in_flux = false;
	}
	sysfs_clear(&sysfs);
	if (!s->in_flux && !s->broken[0])
		complete_names(&s->installed);
	return err;
}

/* One walk of the kernel. */
static int take_once(struct live *live, struct snapshot *s)
{
	struct decoder *decoder = decoder__new(no_event, NULL);
	struct source *source = live__source(live);
	int err;

	snapshot_clear(s);
	if (!decoder)
		return -ENOMEM;
	err = live__snapshot(live);
	if (!err)
		err = source->ops->finish(source, feed, decoder);
	if (!err)
		err = judge(decoder, s);
	decoder__free(decoder);
	return err;
}

static int take_progress(void *ctx, const void *data, size_t size)
{
	const struct wire_hdr *hdr = data;

	if (hdr->type == WIRE_PROGRESS)
		memcpy(ctx, data, size);
	return 0;
}

/*
 * The kernel's list is walked without its lock, so the walk is held against sysfs and taken again while the two disagree;
 * when they go on to, @s->in_flux says so.
 */
static int snapshot_take(struct live *live, struct snapshot *s)
{
	const struct timespec again = { .tv_nsec = TRY_AGAIN_NS };
	struct wire_progress progress = { 0 };
	int err;

	memset(s, 0, sizeof(*s));
	for (int i = 0; i < TRIES; i++) {
		if (i)
			nanosleep(&again, NULL);
		err = take_once(live, s);
		if (err)
			return err;
		if (!s->in_flux)
			break;
	}
	s->real_ns = clock_ns(CLOCK_REALTIME);
	if (!s->transition)
		return 0;
	s->has_since = kmsg_transition_start(s->transition->name, &s->since_real_ns);
	if (live__sample(live, false, take_progress, &progress) == 1 &&
	    !(progress.head.flags & WIRE_F_TRUNCATED)) {
		s->has_tasks = true;
		s->tasks = progress.tasks;
		s->tasks_left = progress.left;
	}
	return 0;
}

static int open_and_take(struct live_options *options, bool tasks, struct snapshot *s,
			 struct failure *why)
{
	struct live *live;
	int err;

	options->tasks = tasks;
	live = live__open_snapshot(options, why);
	if (!live)
		return why->error ? why->error : -EIO;
	err = snapshot_take(live, s);
	live__close(live);
	if (err)
		failure_set(why, FAILURE_SYSTEM, err, "asking the kernel");
	return err;
}

int snapshot_of_kernel(const struct live_options *options, struct snapshot *s, struct failure *why)
{
	struct live_options how = *options;
	int err;

	memset(s, 0, sizeof(*s));
	how.buffer = LIVE_BUFFER_SNAPSHOT;
	err = open_and_take(&how, false, s, why);
	if (err || !s->transition)
		return err;
	snapshot_clear(s);
	return open_and_take(&how, true, s, why);
}

void snapshot_patched(struct snapshot *s)
{
	struct sysfs_patches sysfs;

	/* The objects are the module's own memory: where that is gone, the kernel would crash. */
	if (s->broken[0] || sysfs_read(SYSFS_DIR, MODULES, &sysfs))
		return;
	for (size_t p = 0; p < s->installed.n_patches; p++) {
		struct patch *patch = &s->installed.patches[p];
		const struct sysfs_patch *found = sysfs_find(&sysfs, patch->name);

		if (!found || !found->read)
			continue;
		for (size_t o = 0; o < patch->n_objects; o++) {
			struct object *object = &patch->objects[o];

			object->patched_known = sysfs_patched(SYSFS_DIR, patch->name, object->name,
							      &object->patched);
		}
	}
	sysfs_clear(&sysfs);
}

/* Hands records on, and looks at them itself. */
struct tee {
	record_fn fn;
	void *ctx;
	struct decoder *decoder;
};

static int feed_both(void *ctx, const void *data, size_t size)
{
	struct tee *tee = ctx;
	int err = tee->fn(tee->ctx, data, size);

	return err ? err : decoder__feed(tee->decoder, data, size);
}

/* One walk, among what else happens; @in_flux is set. */
static int record_once(struct live *live, record_fn fn, void *ctx, bool *in_flux)
{
	struct source *source = live__source(live);
	struct tee tee = { fn, ctx, decoder__new(no_event, NULL) };
	struct snapshot s = { 0 };
	int err;

	if (!tee.decoder)
		return -ENOMEM;
	err = live__snapshot(live);
	if (!err)
		err = source->ops->consume(source, feed_both, &tee);
	if (!err)
		err = judge(tee.decoder, &s);
	*in_flux = s.in_flux;
	snapshot_clear(&s);
	decoder__free(tee.decoder);
	return err;
}

int snapshot_record(struct live *live, record_fn fn, void *ctx)
{
	const struct timespec again = { .tv_nsec = TRY_AGAIN_NS };
	struct wire_snapshot rec = { .hdr = { .type = WIRE_SNAPSHOT, .size = sizeof(rec) } };
	bool in_flux = true;
	int err;

	while (in_flux && rec.tries < TRIES) {
		if (rec.tries++)
			nanosleep(&again, NULL);
		err = record_once(live, fn, ctx, &in_flux);
		if (err)
			return err;
	}
	rec.boot_ns = clock_ns(CLOCK_BOOTTIME);
	rec.in_flux = in_flux;
	return fn(ctx, &rec, sizeof(rec));
}
