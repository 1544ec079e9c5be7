// SPDX-License-Identifier: GPL-2.0
#include "live/sampler.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "live/culprits.h"
#include "live/sample.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/pidns.h"

struct sampler {
	struct bpf_link *link;
	int stall_fd;
	struct bpf_shared *shared;
	bool sees_all;
	struct sample sample; /* its memory: NULL between transitions */
	struct reported reported;
	uint64_t cost_ns; /* since the last WIRE_PROGRESS */
	struct culprits culprits;
};

static uint64_t cpu_ns(void)
{
	return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

struct sampler *sampler__new(struct bpf_program *iter, int stall_fd, struct bpf_shared *shared,
			     bool with_culprits, const char *btf)
{
	struct sampler *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->stall_fd = stall_fd;
	s->shared = shared;
	s->sees_all = pidns_is_initial();
	if (with_culprits)
		s->culprits.foreign = foreign__open(btf, false);
	s->link = bpf_program__attach_iter(iter, NULL);
	if (!s->link) {
		int err = errno;

		sampler__free(s);
		errno = err;
		return NULL;
	}
	return s;
}

void sampler__forget(struct sampler *s)
{
	s->reported.n = 0;
}

/* No transition runs: nothing is remembered, and no memory held. */
static void rest(struct sampler *s)
{
	sampler__forget(s);
	free(s->sample.stream);
	free(s->sample.tasks);
	s->sample = (struct sample){ 0 };
}

void sampler__free(struct sampler *s)
{
	if (!s)
		return;
	bpf_link__destroy(s->link);
	rest(s);
	foreign__close(s->culprits.foreign);
	free(s);
}

/* Runs the iterator over all tasks; returns the bytes that it wrote. */
static ssize_t read_tasks(struct sampler *s, bool detail)
{
	_cleanup_close_ int fd = bpf_iter_create(bpf_link__fd(s->link));
	struct sample *sample = &s->sample;
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return fd;
	if (!sample->stream)
		sample->stream = malloc(SAMPLE_STREAM_MAX);
	if (!sample->tasks)
		sample->tasks = calloc(SAMPLE_TASKS_MAX, sizeof(*sample->tasks));
	if (!sample->stream || !sample->tasks)
		return -ENOMEM;
	s->shared->tasks = s->shared->tasks_left = s->shared->tasks_involved = 0;
	s->shared->tasks_reported = 0;
	s->shared->detail = detail;
	do {
		n = read(fd, sample->stream + len, SAMPLE_STREAM_MAX - len);
		len += n > 0 ? n : 0;
	} while (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)));
	return n < 0 ? -errno : (ssize_t)len;
}

static void hdr_init(struct wire_hdr *hdr, uint16_t type, size_t size, uint32_t walk)
{
	*hdr = (struct wire_hdr){ .type = type, .size = size, .walk = walk };
}

static int tell_frames(struct sampler *s, const struct sampled *task, record_fn fn, void *ctx)
{
	const char *line = task->frames;
	int err = 0;

	for (uint32_t i = 0; !err && i < task->n_frames; i++) {
		struct wire_frame rec = { .tid = task->rec.tid, .index = i };
		size_t len = strcspn(line, "\n"), kept = len;

		if (kept > sizeof(rec.text))
			kept = sizeof(rec.text);
		memcpy(rec.text, line, kept);
		hdr_init(&rec.hdr, WIRE_FRAME, offsetof(struct wire_frame, text) + kept,
			 task->rec.hdr.walk);
		err = fn(ctx, &rec, rec.hdr.size);
		if (!err)
			err = culprits__tell(&s->culprits, &task->rec, i, line, fn, ctx);
		line += len + 1;
	}
	return err;
}

/* Of the lines of /proc/PID/cgroup: version 2's, else systemd's, else the first. */
static bool read_cgroup(const struct wire_task *task, char *path, size_t size)
{
	_cleanup_fclose_ FILE *file = NULL;
	_cleanup_free_ char *line = NULL;
	char name[64];
	size_t room = 0;
	bool found = false;

	snprintf(name, sizeof(name), "/proc/%u/task/%u/cgroup", task->pid, task->tid);
	file = fopen(name, "re");
	while (file && getline(&line, &room, file) > 0) {
		const char *hierarchy = strchr(line, ':'), *at;
		bool best;

		if (!hierarchy)
			continue;
		at = strchr(hierarchy + 1, ':');
		if (!at)
			continue;
		best = !strncmp(line, "0::", 3) || !strncmp(hierarchy, ":name=systemd:", 14);
		if (found && !best)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(path, size, "%s", at + 1);
		found = true;
		if (!strncmp(line, "0::", 3) && at[2])
			break;
	}
	return found;
}

static int tell_cgroup(const struct wire_task *task, record_fn fn, void *ctx)
{
	struct wire_cgroup rec = { .tid = task->tid };
	char path[WIRE_PATH_LEN + 2];
	size_t len;

	if ((task->flags & WIRE_TASK_IDLE) || !read_cgroup(task, path, sizeof(path)))
		return 0;
	len = strlen(path);
	if (len > WIRE_PATH_LEN) {
		len = WIRE_PATH_LEN;
		rec.flags = WIRE_F_TRUNCATED;
	}
	memcpy(rec.path, path, len);
	hdr_init(&rec.hdr, WIRE_CGROUP, offsetof(struct wire_cgroup, path) + len, task->hdr.walk);
	return fn(ctx, &rec, rec.hdr.size);
}

static int tell_unwound(struct sampled *task, record_fn fn, void *ctx)
{
	struct wire_deeper deeper;
	int err = 0;

	if (task->unwound.hdr.type) {
		task->unwound.hdr.walk = task->rec.hdr.walk;
		err = fn(ctx, &task->unwound, task->unwound.hdr.size);
	}
	if (err || !task->deeper)
		return err;
	memcpy(&deeper.hdr, task->deeper, sizeof(deeper.hdr));
	memcpy(&deeper, task->deeper, deeper.hdr.size);
	deeper.hdr.walk = task->rec.hdr.walk;
	return fn(ctx, &deeper, deeper.hdr.size);
}

static int tell_task(struct sampler *s, struct sampled *task, record_fn fn, void *ctx)
{
	int err;

	task->rec.hdr.walk = s->shared->stall.hdr.walk;
	err = fn(ctx, &task->rec, task->rec.hdr.size);
	if (!err)
		err = tell_unwound(task, fn, ctx);
	if (!err)
		err = tell_cgroup(&task->rec, fn, ctx);
	return err ? err : tell_frames(s, task, fn, ctx);
}

/* The walk over the patch comes through the ring buffer; the tasks from here, and its end. */
static int tell_stall(struct sampler *s, const struct sampler_ring *ring, record_fn fn, void *ctx)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);
	struct wire_walk_end end;
	int err = bpf_prog_test_run_opts(s->stall_fd, &run);

	s->culprits.found = NULL;
	if (!err)
		err = ring->consume(ring->ctx);
	for (size_t i = 0; !err && i < s->sample.n_tasks; i++)
		err = tell_task(s, &s->sample.tasks[i], fn, ctx);
	if (err)
		return err;
	end = s->shared->stall;
	end.tasks = s->sample.n_tasks;
	hdr_init(&end.hdr, WIRE_WALK_END, sizeof(end), s->shared->stall.hdr.walk);
	return fn(ctx, &end, sizeof(end));
}

int sampler__run(struct sampler *s, bool detail, const struct sampler_ring *ring, record_fn fn,
		 void *ctx)
{
	struct wire_progress *progress = &s->sample.progress;
	uint64_t begun = cpu_ns(), reported;
	ssize_t len = read_tasks(s, detail);
	int err;

	if (len < 0)
		return len;
	err = sample__parse(&s->sample, len);
	if (err)
		return err;
	if (!progress->running) {
		rest(s);
		s->cost_ns += cpu_ns() - begun;
		return 0;
	}
	reported = cpu_ns();
	progress->cost_ns = s->cost_ns + reported - begun;
	if (!s->sees_all)
		progress->head.flags |= WIRE_F_TRUNCATED;
	err = fn(ctx, progress, sizeof(*progress));
	if (!err && detail) {
		reported__keep_new(&s->reported, &s->sample);
		if (s->sample.n_tasks)
			err = tell_stall(s, ring, fn, ctx);
	}
	s->cost_ns = cpu_ns() - reported;
	return err ? err : 1;
}
