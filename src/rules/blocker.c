// SPDX-License-Identifier: GPL-2.0
#include "rules/blocker.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts/foreign_found.h"
#include "rules/code_map.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/escape.h"

/* include/linux/sched.h; __state's bits have not moved since 4.14. */
#define STATE_INTERRUPTIBLE   0x01
#define STATE_UNINTERRUPTIBLE 0x02
#define STATE_STOPPED	      0x04
#define STATE_TRACED	      0x08
#define STATE_PARKED	      0x40
#define STATE_DEAD	      0x80
#define STATE_NOLOAD	      0x400

static struct blocker *last(struct blockers *blockers, uint32_t tid)
{
	struct blocker *blocker = blockers->n ? &blockers->list[blockers->n - 1] : NULL;

	return blocker && blocker->tid == tid ? blocker : NULL;
}

static int add_task(struct blockers *blockers, const struct wire_task *rec)
{
	struct blocker *list, *blocker;

	if (blockers->n >= WIRE_MAX_TASKS + WIRE_MAX_IDLE)
		return 0;
	list = grow(blockers->list, blockers->n, &blockers->room, sizeof(*list));
	if (!list)
		return -ENOMEM;
	blockers->list = list;
	blocker = &list[blockers->n++];
	*blocker = (struct blocker){
		.frames = rec->n_frames ? calloc(rec->n_frames, sizeof(*blocker->frames)) : NULL,
		.pid = rec->pid,
		.tid = rec->tid,
		.cpu = rec->cpu,
		.flags = rec->flags,
		.state = rec->state,
		.n_frames = rec->n_frames,
		.cut = rec->flags & (WIRE_TASK_STACK_CUT | WIRE_TASK_NO_STACK),
	};
	memcpy(blocker->comm, rec->comm, sizeof(rec->comm));
	if (rec->n_frames && !blocker->frames) {
		blockers->n--;
		return -ENOMEM;
	}
	for (size_t i = 0; i < blocker->n_frames; i++)
		blocker->frames[i].addr = rec->frame[i];
	return 0;
}

static void add_unwound(struct blockers *blockers, const struct wire_unwound *rec)
{
	struct blocker *blocker = last(blockers, rec->tid);

	if (!blocker)
		return;
	blocker->unwound = rec->end;
	blocker->followed = rec->frames;
	blocker->scheduler = rec->scheduler;
}

static int add_deeper(struct blockers *blockers, const struct wire_deeper *rec)
{
	struct blocker *blocker = last(blockers, rec->tid);
	size_t n = blocker ? blocker->n_frames : 0;
	struct frame *frames;

	if (n != WIRE_FRAMES || !rec->n_frames)
		return 0;
	frames = realloc(blocker->frames, (n + rec->n_frames) * sizeof(*frames));
	if (!frames)
		return -ENOMEM;
	blocker->frames = frames;
	memset(frames + n, 0, rec->n_frames * sizeof(*frames));
	for (size_t i = 0; i < rec->n_frames; i++)
		frames[n + i].addr = rec->frame[i];
	blocker->n_frames += rec->n_frames;
	if (blocker->n_frames < WIRE_MAX_FRAMES) {
		blocker->flags &= ~WIRE_TASK_STACK_CUT;
		blocker->cut = false;
	}
	return 0;
}

static int copy(char **to, const char *from, size_t len)
{
	if (!len)
		return 0;
	free(*to);
	*to = strndup(from, len);
	return *to ? 0 : -ENOMEM;
}

/* "symbol+0x1f/0x50 [module]" into its parts, of which the last may be cut off; an address is no symbol. */
static int take_apart(struct frame *frame)
{
	const char *module = strstr(frame->text, " [");
	int err = 0;

	if (strncmp(frame->text, "0x", 2))
		err = copy(&frame->symbol, frame->text, strcspn(frame->text, "+ "));
	if (!err && module)
		err = copy(&frame->module, module + 2, strcspn(module + 2, "] "));
	return err;
}

static int add_frame(struct blockers *blockers, const struct wire_frame *rec)
{
	struct blocker *blocker = last(blockers, rec->tid);
	struct frame *frame;
	int err;

	if (!blocker || rec->index >= blocker->n_frames)
		return 0;
	frame = &blocker->frames[rec->index];
	if (frame->text)
		return 0;
	/* No flag says so: what fills the record may have been longer. */
	blocker->cut |= rec->hdr.size == sizeof(*rec);
	err = copy(&frame->text, rec->text, rec->hdr.size - offsetof(struct wire_frame, text));
	return err || !frame->text ? err : take_apart(frame);
}

static int add_cgroup(struct blockers *blockers, const struct wire_cgroup *rec)
{
	struct blocker *blocker = last(blockers, rec->tid);

	if (!blocker)
		return 0;
	blocker->cut |= rec->flags & WIRE_F_TRUNCATED;
	return copy(&blocker->cgroup, rec->path,
		    rec->hdr.size - offsetof(struct wire_cgroup, path));
}

static int add_probe(struct blockers *blockers, const struct wire_probe *rec)
{
	struct blocker *blocker = last(blockers, rec->tid);
	struct probe *probes;

	if (!blocker)
		return 0;
	/* As many of each frame are told; of several together they may be more. */
	if (blocker->n_probes >= WIRE_MAX_PROBES) {
		blocker->cut = true;
		return 0;
	}
	probes = grow(blocker->probes, blocker->n_probes, &blocker->room_probes, sizeof(*probes));
	if (!probes)
		return -ENOMEM;
	blocker->probes = probes;
	probes = &probes[blocker->n_probes++];
	*probes = (struct probe){
		.kind = rec->kind,
		.prog_id = rec->prog_id,
		.pid = rec->pid,
	};
	memcpy(probes->name, rec->name, sizeof(rec->name));
	memcpy(probes->function, rec->function, sizeof(rec->function));
	memcpy(probes->comm, rec->comm, sizeof(rec->comm));
	blocker->cut |= rec->flags & WIRE_F_TRUNCATED;
	return 0;
}

int blockers__add(struct blockers *blockers, const struct wire_hdr *rec)
{
	switch (rec->type) {
	case WIRE_TASK:
		return add_task(blockers, (const struct wire_task *)rec);
	case WIRE_UNWOUND:
		add_unwound(blockers, (const struct wire_unwound *)rec);
		return 0;
	case WIRE_DEEPER:
		return add_deeper(blockers, (const struct wire_deeper *)rec);
	case WIRE_FRAME:
		return add_frame(blockers, (const struct wire_frame *)rec);
	case WIRE_CGROUP:
		return add_cgroup(blockers, (const struct wire_cgroup *)rec);
	case WIRE_PROBE:
		return add_probe(blockers, (const struct wire_probe *)rec);
	default:
		return 0;
	}
}

void blockers__clear(struct blockers *blockers)
{
	for (size_t i = 0; i < blockers->n; i++) {
		struct blocker *blocker = &blockers->list[i];

		for (size_t f = 0; f < blocker->n_frames; f++) {
			free(blocker->frames[f].text);
			free(blocker->frames[f].symbol);
			free(blocker->frames[f].module);
		}
		free(blocker->frames);
		free(blocker->cgroup);
		free(blocker->probes);
	}
	free(blockers->list);
	memset(blockers, 0, sizeof(*blockers));
}

static bool begins(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

/*
 * Frames that the kernel's unwinder does not trust: BPF's code has no unwind
 * tables (up to 6.18), nor has what is in no symbol. A kretprobe's trampoline is left on a
 * stack only where the kernel cannot look behind it (before 5.15).
 */
static bool is_unreliable(const struct blocker *blocker, const struct frame *frame)
{
	if (!frame->text)
		return false;
	if (!frame->symbol)
		return true;
	if (begins(frame->symbol, "bpf_trampoline_") || begins(frame->symbol, "bpf_prog_") ||
	    begins(frame->symbol, "bpf_dispatcher_"))
		return !(blocker->flags & WIRE_TASK_BPF_UNWOUND);
	return foreign_return_trampoline(frame->symbol);
}

/* A frame that matters is shown. */
static void show_from(struct blocker *blocker, size_t frame)
{
	if (frame < blocker->shown_from)
		blocker->shown_from = frame;
}

static void find_func(struct blocker *blocker, const struct code_map *map)
{
	uint32_t first = CODE_MAP_NONE;
	size_t frame = 0;

	for (size_t i = 0; i < blocker->n_frames; i++) {
		uint32_t found = code_map_find(map, blocker->frames[i].addr);

		if (found >= first)
			continue;
		first = found;
		frame = i;
	}
	if (first == CODE_MAP_NONE || !map->ranges)
		return;
	blocker->func = map->ranges[first].func;
	blocker->object = map->ranges[first].object;
	show_from(blocker, frame);
}

/* How many frames down the stack ceased to lead on; 0: it did not. */
static size_t last_followed(const struct blocker *blocker)
{
	if (blocker->unwound != WIRE_UNWOUND_NO_TABLE && blocker->unwound != WIRE_UNWOUND_BROKEN)
		return 0;
	return blocker->followed <= blocker->n_frames ? blocker->followed : 0;
}

/* Copies of code of the kernel, which goes by the tables of the original (orc_ftrace_find()). */
static bool is_ftrace(const struct frame *frame)
{
	return !frame->text || (frame->symbol && begins(frame->symbol, "ftrace_trampoline"));
}

/* The frame that makes the stack unreliable; n_frames: none does. */
static size_t culprit_of(const struct blocker *blocker)
{
	size_t last = last_followed(blocker);

	if (last &&
	    (blocker->unwound == WIRE_UNWOUND_BROKEN || !is_ftrace(&blocker->frames[last - 1])))
		return last - 1;
	for (size_t i = 0; i < blocker->n_frames; i++)
		if (is_unreliable(blocker, &blocker->frames[i]))
			return i;
	return blocker->n_frames;
}

static void find_culprit(struct blocker *blocker)
{
	size_t culprit = culprit_of(blocker);

	if (culprit == blocker->n_frames)
		return;
	blocker->culprit = &blocker->frames[culprit];
	show_from(blocker, culprit);
}

/* What is missing before it can be said that nothing holds a task. */
static uint32_t find_unseen(const struct blocker *blocker, bool all_functions)
{
	uint32_t unseen = all_functions ? 0 : UNSEEN_FUNCTIONS;

	if (!blocker->n_frames || blocker->unwound == WIRE_UNWOUND_MOVED)
		return unseen | UNSEEN_STACK;
	if (blocker->flags & WIRE_TASK_STACK_CUT)
		unseen |= UNSEEN_OUTER_FRAMES;
	if (blocker->unwound == WIRE_UNWOUND_NOT)
		unseen |= UNSEEN_SCHEDULER;
	if (blocker->unwound != WIRE_UNWOUND_WHOLE)
		unseen |= UNSEEN_RELIABILITY;
	return unseen;
}

static void classify(struct blocker *blocker, const struct code_map *map, int target, bool whole)
{
	bool on_cpu = blocker->flags & WIRE_TASK_ON_CPU;

	blocker->func = NULL;
	blocker->object = NULL;
	blocker->culprit = NULL;
	blocker->unseen = 0;
	blocker->shown_from = blocker->scheduler < blocker->n_frames ? blocker->scheduler : 0;
	blocker->unpatching = target == 0;
	find_func(blocker, map);
	find_culprit(blocker);

	if (blocker->culprit || blocker->unwound == WIRE_UNWOUND_DEEP) {
		blocker->class = BLOCKER_UNRELIABLE_STACK;
		return;
	}
	if (blocker->func) {
		blocker->class = BLOCKER_PATCHED_FUNCTION;
		return;
	}
	if (!on_cpu)
		blocker->unseen = find_unseen(blocker, whole);
	if (!on_cpu && blocker->state)
		blocker->class = BLOCKER_UNKNOWN;
	else if (blocker->flags & (WIRE_TASK_KTHREAD | WIRE_TASK_IDLE))
		blocker->class = BLOCKER_BUSY_KTHREAD;
	else
		blocker->class = BLOCKER_RUNNING;
}

int blockers__classify(struct blockers *blockers, const struct patch *patch, int target, bool whole)
{
	_cleanup_(code_map_clear) struct code_map map = { 0 };
	int err = patch && target >= 0 ? code_map_make(&map, patch, target) : 0;

	for (size_t i = 0; !err && i < blockers->n; i++)
		classify(&blockers->list[i], &map, target, patch && target >= 0 && whole);
	return err;
}

const char *blocker_unseen_name(unsigned int bit)
{
	static const char *const names[UNSEEN_BITS] = {
		"stack", "scheduler_functions", "reliability", "outer_frames", "functions",
	};

	return bit < UNSEEN_BITS ? names[bit] : "other";
}

const char *blocker_class_name(enum blocker_class class)
{
	static const char *const names[BLOCKER_CLASSES] = {
		[BLOCKER_UNKNOWN] = "unknown",
		[BLOCKER_RUNNING] = "running",
		[BLOCKER_BUSY_KTHREAD] = "busy_kthread",
		[BLOCKER_UNRELIABLE_STACK] = "unreliable_stack",
		[BLOCKER_PATCHED_FUNCTION] = "patched_function",
	};

	return names[class];
}

const char *blocker__state(const struct blocker *blocker)
{
	uint32_t state = blocker->state;

	if (blocker->flags & WIRE_TASK_ON_CPU)
		return "running";
	if (!state)
		return "runnable";
	if (state & STATE_INTERRUPTIBLE)
		return "sleeping";
	if (state & STATE_UNINTERRUPTIBLE)
		return state & STATE_NOLOAD ? "idle" : "uninterruptible";
	if (state & STATE_STOPPED)
		return "stopped";
	if (state & STATE_TRACED)
		return "traced";
	if (state & STATE_PARKED)
		return "parked";
	return state & STATE_DEAD ? "dead" : "other";
}

const char *probe_kind_name(uint32_t kind)
{
	static const char *const names[WIRE_PROBE_KINDS] = {
		[WIRE_PROBE_OTHER] = "other", [WIRE_PROBE_FENTRY] = "fentry",
		[WIRE_PROBE_FEXIT] = "fexit", [WIRE_PROBE_FMOD_RET] = "fmod_ret",
		[WIRE_PROBE_LSM] = "lsm",     [WIRE_PROBE_KRETPROBE] = "kretprobe",
	};

	return kind < WIRE_PROBE_KINDS ? names[kind] : "other";
}

static void explain_probe(FILE *out, const struct probe *probe)
{
	fputs(probe_kind_name(probe->kind), out);
	if (probe->name[0]) {
		fputc(' ', out);
		escape_text(out, probe->name);
	}
	if (probe->prog_id)
		fprintf(out, " (program %u", probe->prog_id);
	else
		fputs(" (", out);
	if (probe->pid) {
		fprintf(out, "%sof ", probe->prog_id ? " " : "");
		escape_text(out, probe->comm);
		fprintf(out, ":%u)", probe->pid);
	} else {
		fprintf(out, "%sowner not known)", probe->prog_id ? ", " : "");
	}
	if (probe->function[0]) {
		fputs(" on ", out);
		escape_text(out, probe->function);
	}
}

/* Not a probe: code that was built without what the kernel needs to look behind it. */
static void explain_no_table(FILE *out, const struct frame *culprit)
{
	fputs("its stack cannot be trusted because of ", out);
	escape_text(out, culprit->symbol);
	if (culprit->module) {
		fputs(" of ", out);
		escape_text(out, culprit->module);
	}
	fputs(", which was built without unwind tables (ORC); it must return from there", out);
}

static void explain_unreliable(FILE *out, const struct blocker *blocker)
{
	if (!blocker->culprit) {
		fputs("its stack is deeper than livepatch looks; it must return from there", out);
		return;
	}
	if (!is_unreliable(blocker, blocker->culprit)) {
		explain_no_table(out, blocker->culprit);
		return;
	}
	fputs("its stack cannot be trusted because of ", out);
	for (size_t i = 0; i < blocker->n_probes; i++) {
		fputs(i ? ", " : "", out);
		explain_probe(out, &blocker->probes[i]);
	}
	if (!blocker->n_probes && blocker->culprit->symbol)
		escape_text(out, blocker->culprit->symbol);
	else if (!blocker->n_probes)
		fprintf(out, "code that has no name, at 0x%" PRIx64, blocker->culprit->addr);
	fputs(!blocker->n_probes       ? "; look for probes to detach"
	      : blocker->n_probes == 1 ? "; detach it"
				       : "; detach them",
	      out);
}

static void explain_unseen(FILE *out, uint32_t unseen)
{
	static const char *const words[UNSEEN_BITS] = {
		"its stack",
		"functions of the scheduler and of locks on its stack",
		"whether the kernel trusts its stack",
		"the outer part of its stack",
		"all functions that change",
	};
	const char *before = "";

	for (unsigned int bit = 0; bit < UNSEEN_BITS; bit++) {
		if (!(unseen & 1U << bit))
			continue;
		unseen &= ~(1U << bit);
		fprintf(out, "%s%s", before, words[bit]);
		before = unseen & (unseen - 1) ? ", " : " and ";
	}
}

void blocker__explain(FILE *out, const struct blocker *blocker)
{
	switch (blocker->class) {
	case BLOCKER_PATCHED_FUNCTION:
		fputs(blocker->state ? "asleep in " : "inside ", out);
		if (blocker->unpatching)
			fputs("the livepatch's ", out);
		escape_text(out, blocker->func->name);
		fputs(blocker->unpatching ? "; it must return from there"
					  : ", which is being patched; it must return from there",
		      out);
		break;
	case BLOCKER_UNRELIABLE_STACK:
		explain_unreliable(out, blocker);
		break;
	case BLOCKER_BUSY_KTHREAD:
		fputs(blocker->flags & WIRE_TASK_IDLE
			      ? "the idle task of a CPU; it switches when the CPU is idle"
			      : "a busy kernel thread; it switches when the kernel finds it asleep",
		      out);
		break;
	case BLOCKER_RUNNING:
		fputs("busy; it switches when it leaves the kernel or sleeps", out);
		break;
	case BLOCKER_UNKNOWN:
	case BLOCKER_CLASSES:
		if (!blocker->unseen) {
			fputs("nothing on its stack holds it; the kernel tries again every second",
			      out);
			return;
		}
		fputs("klpscope found nothing that holds it, but could not see ", out);
		explain_unseen(out, blocker->unseen);
		return;
	}
	if (blocker->unseen) {
		fputs("; klpscope could not see ", out);
		explain_unseen(out, blocker->unseen);
	}
}

char *blocker__explanation(const struct blocker *blocker)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	blocker__explain(out, blocker);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}
