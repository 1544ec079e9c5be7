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

int sample__parse(struct sample *sample, size_t len)
{
	const char *at = sample->stream, *end = sample->stream + len;

	sample->n_tasks = 0;
	while (at && (size_t)(end - at) >= sizeof(struct wire_hdr)) {
		struct sampled *task = &sample->tasks[sample->n_tasks];
		struct wire_hdr hdr;

		memcpy(&hdr, at, sizeof(hdr));
		if (hdr.size > end - at)
			break;
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
		task->frames = at + hdr.size;
		at = skip_lines(task->frames, end, task->rec.n_frames);
		sample->n_tasks++;
	}
	return -EBADMSG;
}

#define TASK_NORMAL_STATES 0x7f /* __state without modifiers; 0 is running or about to */

/* Where a task is, as one number: its stack; 0 while that is not to be had. */
static uint64_t place_of(const struct wire_task *task)
{
	uint64_t hash = 0xcbf29ce484222325; /* FNV-1a over words */

	if (task->flags & (WIRE_TASK_ON_CPU | WIRE_TASK_IDLE))
		return 0;
	for (uint32_t i = 0; i < task->n_frames; i++)
		hash = (hash ^ task->frame[i]) * 0x100000001b3;
	return hash;
}

/*
 * Notes the task and where it is; whether that has to be told. All places where it
 * runs are one; but one that has just been woken is where it was.
 */
static bool is_new(struct reported *reported, const struct wire_task *rec)
{
	uint64_t stack = place_of(rec), place = rec->state & TASK_NORMAL_STATES ? stack : 0;
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
		if (is_new(reported, &sample->tasks[i].rec))
			sample->tasks[n++] = sample->tasks[i];
	sample->n_tasks = n;
}
