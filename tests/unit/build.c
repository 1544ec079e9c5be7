// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <inttypes.h>
#include <string.h>

#include "util/array.h"
#include "util/cleanup.h"

static union record *add(struct records *r, enum wire_type type, size_t size, uint32_t walk)
{
	union record *rec;

	r->list = grow(r->list, r->n, &r->room, sizeof(*r->list));
	assert_non_null(r->list);
	rec = &r->list[r->n++];
	memset(rec, 0, sizeof(*rec));
	rec->hdr = (struct wire_hdr){ .type = type, .size = size, .walk = walk };
	return rec;
}

static void add_state(struct records *r, struct wire_walk_end *end, uint64_t id, uint32_t version)
{
	union record *rec = &r->list[r->n - 1];

	if (rec->hdr.type != WIRE_STATES || rec->states.n == WIRE_STATES_CHUNK) {
		rec = add(r, WIRE_STATES, offsetof(struct wire_states, state), end->hdr.walk);
		rec->states.patch = end->patches - 1;
	}
	rec->states.state[rec->states.n++] = (struct wire_state){ id, id >> 32, version };
	rec->hdr.size += sizeof(struct wire_state);
	end->states++;
}

/* "vmlinux(f,g~)", the end of g's name is cut; @object counts within the patch. */
static void add_object(struct records *r, struct wire_walk_end *end, uint32_t object, char *word)
{
	char *funcs = strchr(word, '('), *save, *name;
	union record *rec = add(r, WIRE_OBJECT, sizeof(struct wire_object), end->hdr.walk);

	rec->object.patch = end->patches - 1;
	rec->object.index = object;
	*funcs++ = '\0';
	if (strcmp(word, "vmlinux"))
		strncpy(rec->object.name, word, sizeof(rec->object.name));
	end->objects++;
	for (name = strtok_r(funcs, ",)", &save); name; name = strtok_r(NULL, ",)", &save)) {
		rec = add(r, WIRE_FUNC, offsetof(struct wire_func, name) + strlen(name) + 1,
			  end->hdr.walk);
		rec->func.patch = end->patches - 1;
		rec->func.object = object;
		strncpy(rec->func.name, name, sizeof(rec->func.name));
		if (strchr(name, '~'))
			rec->func.flags = WIRE_F_TRUNCATED;
		end->funcs++;
	}
}

static void add_patch(struct records *r, struct wire_walk_end *end, char *text)
{
	char *save, *word = strtok_r(text, " ", &save);
	size_t at = r->n, len = strlen(word);
	uint32_t objects = 0, version;
	uint64_t id;
	union record *rec =
		add(r, WIRE_PATCH, offsetof(struct wire_patch, name) + len, end->hdr.walk);

	assert_true(len <= sizeof(rec->patch.name));
	memcpy(rec->patch.name, word, len);
	rec->patch.addr = PATCH_ADDR(end->patches);
	rec->patch.index = end->patches++;
	rec->patch.enabled = 1;
	rec->patch.klp = 1;
	while ((word = strtok_r(NULL, " ", &save))) {
		if (strchr(word, '('))
			add_object(r, end, objects++, word);
		else if (sscanf(word, "%" SCNu64 ":%" SCNu32, &id, &version) == 2)
			add_state(r, end, id, version);
		else if (!strcmp(word, "replace"))
			r->list[at].patch.replace = 1;
		else if (!strcmp(word, "disabled"))
			r->list[at].patch.enabled = 0;
		else if (!strcmp(word, "forced"))
			r->list[at].patch.forced = 1;
		else
			fail_msg("records_of: what is '%s'?", word);
	}
}

void records_of(struct records *r, uint32_t walk, const char *text)
{
	_cleanup_free_ char *copy = strdup(text);
	struct wire_walk_end end = { .hdr = { WIRE_WALK_END, sizeof(end), walk } };
	char *save, *patch;

	*r = (struct records){ 0 };
	for (patch = strtok_r(copy, ";", &save); patch; patch = strtok_r(NULL, ";", &save))
		add_patch(r, &end, patch);
	add(r, WIRE_WALK_END, sizeof(end), walk)->end = end;
}

static void add_probe(struct records *r, uint32_t walk, const union record *task, const char *word)
{
	union record *rec = add(r, WIRE_PROBE, sizeof(struct wire_probe), walk);
	char name[128], function[128], comm[16];

	rec->probe.tid = task->task.tid;
	rec->probe.index = task->task.n_frames - 1;
	assert_int_equal(sscanf(word, "!%u %u %127s %127s %u %15s", &rec->probe.kind,
				&rec->probe.prog_id, name, function, &rec->probe.pid, comm),
			 6);
	if (strcmp(name, "-"))
		strncpy(rec->probe.name, name, sizeof(rec->probe.name));
	if (strcmp(function, "-"))
		strncpy(rec->probe.function, function, sizeof(rec->probe.function));
	if (strcmp(comm, "-"))
		strncpy(rec->probe.comm, comm, sizeof(rec->probe.comm));
}

static void add_unwound(struct records *r, uint32_t walk, const union record *task,
			const char *word)
{
	static const char *const ends[] = { "not", "moved", "whole", "table", "broken", "deep" };
	union record *rec = add(r, WIRE_UNWOUND, sizeof(struct wire_unwound), walk);

	rec->unwound.tid = task->task.tid;
	rec->unwound.frames = task->task.n_frames;
	rec->unwound.end = WIRE_UNWOUND_ENDS;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (!strcmp(word, ends[i]))
			rec->unwound.end = i;
	if (rec->unwound.end == WIRE_UNWOUND_ENDS)
		fail_msg("records_add_tasks: what is 'u%s'?", word);
}

static void add_text(struct records *r, uint32_t walk, const union record *task, const char *word)
{
	union record *rec;

	if (*word == '/') {
		rec = add(r, WIRE_CGROUP, offsetof(struct wire_cgroup, path) + strlen(word), walk);
		rec->cgroup.tid = task->task.tid;
		memcpy(rec->cgroup.path, word, strlen(word));
		return;
	}
	word = strchr(word, '=') + 1;
	if (!*word)
		return;
	rec = add(r, WIRE_FRAME, offsetof(struct wire_frame, text) + strlen(word), walk);
	rec->frame.tid = task->task.tid;
	rec->frame.index = task->task.n_frames - 1;
	memcpy(rec->frame.text, word, strlen(word));
}

static void add_task(struct records *r, uint32_t walk, char *text)
{
	size_t at = r->n;
	char *save, *word = strtok_r(text, ",", &save);
	union record task = *add(r, WIRE_TASK, 0, walk);
	uint32_t state = UINT32_MAX;

	assert_int_equal(sscanf(word, "%15[^:]:%u", task.task.comm, &task.task.tid), 2);
	task.task.pid = task.task.tid - task.task.tid % 10;
	while ((word = strtok_r(NULL, ",", &save))) {
		if (!strcmp(word, "K"))
			task.task.flags |= WIRE_TASK_KTHREAD;
		else if (!strcmp(word, "I"))
			task.task.flags |= WIRE_TASK_IDLE;
		else if (!strcmp(word, "cut"))
			task.task.flags |= WIRE_TASK_STACK_CUT;
		else if (sscanf(word, "C%u", &task.task.cpu) == 1)
			task.task.flags |= WIRE_TASK_ON_CPU;
		else if (sscanf(word, "x%x", &state) == 1)
			continue;
		else if (*word == 'u')
			add_unwound(r, walk, &task, word + 1);
		else if (*word == '!')
			add_probe(r, walk, &task, word);
		else if (*word == '/')
			add_text(r, walk, &task, word);
		else if (strchr(word, '=')) {
			task.task.frame[task.task.n_frames++] = strtoull(word, NULL, 16);
			add_text(r, walk, &task, word);
		} else {
			fail_msg("records_add_tasks: what is '%s'?", word);
		}
	}
	if (state == UINT32_MAX)
		state = task.task.flags & WIRE_TASK_ON_CPU ? 0 : 1;
	task.task.state = state;
	task.hdr.size = offsetof(struct wire_task, frame) + 8 * task.task.n_frames;
	r->list[at] = task;
}

void records_add_tasks(struct records *r, const char *text)
{
	_cleanup_free_ char *copy = strdup(text);
	struct wire_walk_end end = r->list[--r->n].end;
	char *save, *task;

	for (task = strtok_r(copy, ";", &save); task; task = strtok_r(NULL, ";", &save)) {
		add_task(r, end.hdr.walk, task);
		end.tasks++;
	}
	add(r, WIRE_WALK_END, sizeof(end), end.hdr.walk)->end = end;
}

void classify(struct blockers *blockers, const struct facts *facts, int target)
{
	assert_int_equal(blockers__classify(blockers, facts->patches, target, true), 0);
}

struct facts code_facts(void)
{
	struct facts facts = facts_of("p vmlinux(f)");

	facts.patches->objects[0].funcs[0].before = (struct code){ 0x1000, 0x10 };
	return facts;
}

struct blockers blockers_of(const char *text)
{
	struct blockers blockers = { 0 };
	struct records r;

	records_of(&r, 0, "");
	records_add_tasks(&r, text);
	for (size_t i = 0; i < r.n; i++)
		assert_int_equal(blockers__add(&blockers, &r.list[i].hdr), 0);
	records_clear(&r);
	return blockers;
}

void records_clear(struct records *r)
{
	free(r->list);
	*r = (struct records){ 0 };
}

struct facts facts_of(const char *text)
{
	struct facts facts = { 0 };
	struct records r;

	records_of(&r, 0, text);
	for (size_t i = 0; i < r.n; i++)
		assert_int_equal(facts__add(&facts, &r.list[i].hdr), 0);
	records_clear(&r);
	assert_true(facts.whole);
	return facts;
}

static void write_version(FILE *out, const uint32_t *version, const char *patch)
{
	if (version)
		fprintf(out, " %u", *version);
	else
		fputs(" none", out);
	if (patch)
		fprintf(out, " %s", patch);
}

static void write_patch(FILE *out, const struct patch *patch)
{
	if (!patch) {
		fputs(" no candidate", out);
		return;
	}
	if (patch->replace)
		fputs(" replace", out);
	for (size_t i = 0; i < patch->n_states; i++)
		fprintf(out, " %" PRIu64 ":%u", patch->states[i].id, patch->states[i].version);
	for (size_t o = 0; o < patch->n_objects; o++) {
		fprintf(out, " %s(", patch->objects[o].name);
		for (size_t f = 0; f < patch->objects[o].n_funcs; f++)
			fprintf(out, "%s%s", f ? "," : "", patch->objects[o].funcs[f].name);
		fputc(')', out);
	}
}

void write_conflicts(FILE *out, const struct conflicts *conflicts)
{
	for (size_t i = 0; i < conflicts->n; i++) {
		const struct conflict *c = &conflicts->list[i];

		fprintf(out, " {%" PRIu64 " ", c->id);
		if (c->kind == CONFLICT_OLDER)
			fprintf(out, "%u", c->offered_version);
		else
			fputc('-', out);
		fprintf(out, "<%u %s}", c->installed_version, c->installed_by);
	}
}

static void write_message(FILE *out, const struct event *event)
{
	switch (event->kind) {
	case EVENT_ENABLE:
		write_patch(out, event->enable.candidate);
		if (event->enable.flags)
			fprintf(out, " flags %u", event->enable.flags);
		break;
	case EVENT_REFUSED:
		fprintf(out, " %d %s", event->refused.error, cause_name(event->refused.cause));
		write_conflicts(out, event->refused.conflicts);
		fprintf(out, " [%s]", event->refused.message);
		if (event->refused.action != REFUSED_ENABLE || event->refused.by_loader)
			fprintf(out, " %s %s%s", refused_action_name(event->refused.action),
				event->refused.module ? event->refused.module : "-",
				event->refused.by_loader ? " by loader" : "");
		break;
	case EVENT_TRANSITION:
		fprintf(out, " %s %d", action_name(event->transition.action),
			event->transition.target);
		if (event->transition.tries)
			fprintf(out, " tries %u%s", event->transition.tries,
				event->transition.joined ? " seen" : "");
		if (event->transition.duration_ns)
			fprintf(out, " ns %" PRIu64, event->transition.duration_ns);
		break;
	case EVENT_PROGRESS:
		fprintf(out,
			" to %d, %" PRIu64 " of %" PRIu64 " left, %u tries%s, %" PRIu64 " ns%s",
			event->progress.target, event->progress.remaining, event->progress.tasks,
			event->progress.tries, event->progress.joined ? " seen" : "",
			event->progress.elapsed_ns, event->progress.changed ? ", changed" : "");
		break;
	case EVENT_STALL:
		fprintf(out, " to %d, %" PRIu64 " ns:", event->stall.target,
			event->stall.elapsed_ns);
		for (size_t i = 0; i < event->stall.blockers->n; i++) {
			const struct blocker *blocker = &event->stall.blockers->list[i];

			fprintf(out, " %s:%u %s %s", blocker->comm, blocker->tid,
				blocker__state(blocker), blocker_class_name(blocker->class));
		}
		fprintf(out, " and %" PRIu64, event->stall.more);
		break;
	case EVENT_STATE:
		fprintf(out, " %" PRIu64 ":", event->state.id);
		write_version(out, event->state.from_version, event->state.from_patch);
		fputs(" ->", out);
		write_version(out, event->state.to_version, event->state.to_patch);
		break;
	case EVENT_LOOKUP:
		fprintf(out, " %s %" PRIu64 ":", event->lookup.function, event->lookup.id);
		write_version(out, event->lookup.version, event->lookup.from_patch);
		fprintf(out, " by %s", event->lookup.caller ? event->lookup.caller : "?");
		break;
	case EVENT_LOOKUP_COUNT:
		fprintf(out, " %" PRIu64 " x %" PRIu64 " by %s", event->lookup_count.id,
			event->lookup_count.count,
			event->lookup_count.caller ? event->lookup_count.caller : "?");
		break;
	case EVENT_REPLACED:
		fprintf(out, " by %s", event->replaced.by);
		break;
	case EVENT_MESSAGE:
		fprintf(out, " [%s]", event->message.text);
		break;
	case EVENT_LOST:
		fprintf(out, " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, event->lost.records,
			event->lost.attempts, event->lost.lookups, event->lost.missed);
		break;
	case EVENT_INIT_FAILED:
		fprintf(out, " %d", event->init_failed.error);
		break;
	case EVENT_WARNING:
		fprintf(out, " [%s]", event->warning.text);
		write_conflicts(out, event->warning.conflicts);
		break;
	case EVENT_DISABLE:
	case EVENT_FREED:
	case EVENT_KINDS:
		break;
	}
}

void event_line(FILE *out, const struct event *event)
{
	fprintf(out, "%s #%" PRIu64 " %s", event_name(event->kind), event->attempt,
		event->patch ? event->patch : "-");
	write_message(out, event);
	fputs(event->truncated ? " incomplete\n" : "\n", out);
}

void text_open(struct text *text)
{
	text->out = open_memstream(&text->s, &text->size);
	assert_non_null(text->out);
}

void text_expect_at(struct text *text, const char *expected, const char *file, int line)
{
	fflush(text->out);
	_assert_string_equal(text->s, expected, file, line);
	text_close(text);
	text_open(text);
}

void text_close(struct text *text)
{
	fclose(text->out);
	free(text->s);
}

void squeeze(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (*s == ' ' && (s[1] == ' ' || s[1] == '\n'))
			continue;
		*to++ = *s;
	}
	*to = '\0';
}

uint64_t random_u64(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1dULL;
}
