// SPDX-License-Identifier: GPL-2.0
#include "live/sample.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "facts/wire_check.h"

/* Past the lines of a task's frames; NULL if they are not all there. */
static const char *skip_lines(const char *at, const char *end, uint32_t n)
{
	while (at && n--) {
		at = memchr(at, '\n', end - at);
		at = at ? at + 1 : NULL;
	}
	return at;
}

/* Whether a whole record begins here, and its header. */
static bool header_at(const char *at, const char *end, struct wire_hdr *hdr)
{
	if ((size_t)(end - at) < sizeof(*hdr))
		return false;
	memcpy(hdr, at, sizeof(*hdr));
	return hdr->size <= end - at;
}

/*
 * The records of a task's stack, as far as they are there; what follows them, NULL if one is bad. The lines that may come
 * instead begin with a letter or "0x", which is no type of a record.
 */
static const char *stack_records(const char *at, const char *end, struct sampled *task)
{
	struct wire_deeper deeper;
	struct wire_hdr hdr;

	task->unwound.hdr.type = WIRE_INVALID;
	task->deeper = NULL;
	task->n_frames = task->rec.n_frames;
	if (!header_at(at, end, &hdr) || hdr.type != WIRE_UNWOUND)
		return at;
	if (hdr.size != sizeof(task->unwound))
		return NULL;
	memcpy(&task->unwound, at, hdr.size);
	if (!wire_check(&task->unwound, hdr.size))
		return NULL;
	at += hdr.size;
	if (!header_at(at, end, &hdr) || hdr.type != WIRE_DEEPER)
		return at;
	if (hdr.size > sizeof(deeper))
		return NULL;
	memcpy(&deeper, at, hdr.size);
	if (!wire_check(&deeper, hdr.size))
		return NULL;
	task->deeper = at;
	task->n_frames += deeper.n_frames;
	return at + hdr.size;
}

int sample__parse(struct sample *sample, size_t len)
{
	const char *at = sample->stream, *end = sample->stream + len;
	struct wire_hdr hdr;

	sample->n_tasks = 0;
	while (at && header_at(at, end, &hdr)) {
		struct sampled *task = &sample->tasks[sample->n_tasks];

		if (hdr.type == WIRE_PROGRESS && hdr.size == sizeof(sample->progress)) {
			memcpy(&sample->progress, at, sizeof(sample->progress));
			return 0;
		}
		if (hdr.type != WIRE_TASK || hdr.size > sizeof(task->rec) ||
		    sample->n_tasks == SAMPLE_TASKS_MAX)
			break;
		memcpy(&task->rec, at, hdr.size);
		if (!wire_check(&task->rec, hdr.size))
			break;
		task->frames = stack_records(at + hdr.size, end, task);
		at = task->frames ? skip_lines(task->frames, end, task->n_frames) : NULL;
		sample->n_tasks++;
	}
	return -EBADMSG;
}

#define TASK_NORMAL_STATES 0x7f /* __state without modifiers; 0 is running or about to */

static uint64_t hashed(uint64_t hash, uint64_t word)
{
	return (hash ^ word) * 0x100000001b3; /* FNV-1a over words */
}

/*
 * Where a task is, as one number: its stack, and whether that was followed; 0 while that is not to be had. Where
 * in the scheduler it waits is not another place.
 */
static uint64_t place_of(const struct sampled *sampled)
{
	const struct wire_task *task = &sampled->rec;
	const struct wire_unwound *unwound = &sampled->unwound;
	uint64_t hash = 0xcbf29ce484222325;
	uint32_t i = 0;

	if (task->flags & (WIRE_TASK_ON_CPU | WIRE_TASK_IDLE))
		return 0;
	if (unwound->hdr.type) {
		hash = hashed(hash, unwound->end >= WIRE_UNWOUND_WHOLE);
		i = unwound->scheduler;
	}
	for (; i < task->n_frames; i++)
		hash = hashed(hash, task->frame[i]);
	return hash;
}

/*
 * Notes the task and where it is; whether that has to be told. All places where it
 * runs are one; but one that has just been woken is where it was.
 */
static bool is_new(struct reported *reported, const struct sampled *sampled)
{
	const struct wire_task *rec = &sampled->rec;
	uint64_t stack = place_of(sampled), place = rec->state & TASK_NORMAL_STATES ? stack : 0;
	struct reported_task *task = NULL;

	for (size_t i = 0; i < reported->n && !task; i++)
		if (reported->tasks[i].tid == rec->tid &&
		    reported->tasks[i].start_ns == rec->start_ns)
			task = &reported->tasks[i];
	if (!task) {
		/* Those told before have switched, or there would be room. */
		if (reported->n == SAMPLE_TASKS_MAX)
			reported->n = 0;
		task = &reported->tasks[reported->n++];
		*task = (struct reported_task){ .tid = rec->tid, .start_ns = rec->start_ns };
	}
	for (uint32_t i = 0; i < task->places; i++)
		if (task->place[i] == place || task->place[i] == stack)
			return false;
	if (task->places == SAMPLE_PLACES_MAX)
		return false;
	task->place[task->places++] = place;
	return true;
}

void reported__keep_new(struct reported *reported, struct sample *sample)
{
	const struct wire_progress *progress = &sample->progress;
	size_t n = 0;

	if (reported->since_ns != progress->since_ns || reported->target != progress->target)
		reported->n = 0;
	reported->since_ns = progress->since_ns;
	reported->target = progress->target;
	for (size_t i = 0; i < sample->n_tasks; i++)
		if (is_new(reported, &sample->tasks[i]))
			sample->tasks[n++] = sample->tasks[i];
	sample->n_tasks = n;
}
