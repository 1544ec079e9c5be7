// SPDX-License-Identifier: GPL-2.0
/*
 * worst SHAPE N: on stdout a recording of about N of one thing, made so that whatever looks for it among the others has
 * to look at many. Nothing in it is random.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "wire.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define MS   1000000ULL
#define REAL 1795339542000000000ULL
#define TID  4242
#define ADDR 0xffffffffc0000000ULL
#define PAGE 0x1000ULL
#define TEXT 0xffffffff81000000ULL

static struct frames_out to;
static uint64_t now = 1000 * MS;

#define PUT(record) frames_record(&to, &(record), sizeof(record))

static struct wire_head head_of(uint16_t type, size_t size, uint32_t walk)
{
	return (struct wire_head){
		.hdr = { .type = type, .size = size, .walk = walk },
		.boot_ns = now += MS,
		.pid = TID,
		.tid = TID,
		.comm = "insmod",
	};
}

static void name_of(char name[WIRE_NAME_LEN], uint64_t i)
{
	snprintf(name, WIRE_NAME_LEN, "livepatch_%" PRIu64, i);
}

/* -- walks ------------------------------------------------------------------ */

static struct wire_walk_end counts;

static void walk_begins(uint8_t kind, int8_t target, uint64_t in_transition, uint64_t attempt)
{
	struct wire_walk_begin begin = {
		.head = head_of(WIRE_WALK_BEGIN, sizeof(begin), TID),
		.kind = kind,
		.verdict = 1,
		.target = target,
		.attempt = attempt,
		.patch = in_transition,
		.start_ns = now,
	};

	counts = (struct wire_walk_end){ .hdr = { WIRE_WALK_END, sizeof(counts), TID } };
	PUT(begin);
}

static void patch(uint64_t i, bool replace)
{
	struct wire_patch rec = {
		.hdr = { WIRE_PATCH, sizeof(rec), TID },
		.addr = ADDR + i * PAGE,
		.index = counts.patches++,
		.replace = replace,
		.enabled = 1,
		.klp = WIRE_KLP_MARKED,
	};

	name_of(rec.name, i);
	PUT(rec);
}

/* Of the last patch: ids from @from on, downwards, so that none of them is where it would be looked for first. */
static void states(uint64_t from, uint32_t n, uint32_t version)
{
	while (n) {
		struct wire_states rec = { .hdr = { WIRE_STATES, 0, TID },
					   .patch = counts.patches - 1 };

		for (; n && rec.n < WIRE_STATES_CHUNK; n--)
			rec.state[rec.n++] =
				(struct wire_state){ .id_low = from + n - 1, .version = version };
		counts.states += rec.n;
		rec.hdr.size = offsetof(struct wire_states, state) + rec.n * sizeof(rec.state[0]);
		frames_record(&to, &rec, rec.hdr.size);
	}
}

static void object(const char *name)
{
	struct wire_object rec = {
		.hdr = { WIRE_OBJECT, sizeof(rec), TID },
		.patch = counts.patches - 1,
		.index = counts.objects++,
	};

	snprintf(rec.name, sizeof(rec.name), "%s", name);
	PUT(rec);
}

static void function(uint32_t in_object, uint64_t i)
{
	struct wire_func rec = {
		.hdr = { WIRE_FUNC, sizeof(rec), TID },
		.patch = counts.patches - 1,
		.object = in_object,
	};
	struct wire_code code = {
		.hdr = { WIRE_CODE, sizeof(code), TID },
		.patch = counts.patches - 1,
		.object = in_object,
		.old_addr = TEXT + i * 64,
		.old_size = 64,
		.new_addr = ADDR + i * 64,
		.new_size = 64,
	};

	snprintf(rec.name, sizeof(rec.name), "function_%" PRIu64, i);
	PUT(rec);
	PUT(code);
	counts.funcs++;
}

static void walk_ends(void)
{
	PUT(counts);
}

static void snapshot_ends(void)
{
	struct wire_snapshot rec = { { WIRE_SNAPSHOT, sizeof(rec), 0 }, now, 1, 0 };

	walk_ends();
	PUT(rec);
}

/* -- all else --------------------------------------------------------------- */

static void transition(uint8_t action, uint64_t i, uint64_t attempt, int8_t target)
{
	struct wire_transition rec = {
		.head = head_of(WIRE_TRANSITION, sizeof(rec), 0),
		.action = action,
		.target = target,
		.attempt = attempt,
	};

	name_of(rec.name, i);
	PUT(rec);
}

static void result(uint64_t i, uint64_t attempt, bool good)
{
	struct wire_result rec = {
		.head = head_of(WIRE_RESULT, sizeof(rec), 0),
		.attempt = attempt,
		.init_ret = good ? 0 : -22,
		.stages = WIRE_STAGE_COMPAT | WIRE_STAGE_COMPATIBLE | WIRE_STAGE_OBJECT |
			  (good ? WIRE_STAGE_INIT | WIRE_STAGE_START : 0),
		.object_ret = good ? 0 : -22,
		.klp = WIRE_KLP_MARKED,
	};

	name_of(rec.name, i);
	PUT(rec);
}

static void message(uint64_t attempt, const char *text)
{
	struct wire_message rec = { .head = head_of(WIRE_MESSAGE, sizeof(rec), 0),
				    .attempt = attempt };

	rec.len = snprintf(rec.text, sizeof(rec.text), "%s", text);
	rec.head.hdr.size = offsetof(struct wire_message, text) + rec.len;
	frames_record(&to, &rec, rec.head.hdr.size);
}

static void enabled(uint64_t i, uint64_t attempt)
{
	walk_begins(WIRE_WALK_ENABLE, 0, ADDR + i * PAGE, attempt);
	patch(i, false);
	states(1 + i, 1, 1);
	walk_ends();
}

/* Tasks that hold a transition up, each asleep in a place of its own. */
static void tasks(uint64_t from, uint32_t n)
{
	for (uint32_t t = 0; t < n; t++) {
		struct wire_task task = {
			.hdr = { WIRE_TASK,
				 offsetof(struct wire_task, frame) + WIRE_FRAMES * sizeof(__u64),
				 TID },
			.pid = 10000 + from + t,
			.tid = 10000 + from + t,
			.state = 1,
			.n_frames = WIRE_FRAMES,
		};

		snprintf(task.comm, sizeof(task.comm), "task%" PRIu64, from + t);
		for (uint32_t i = 0; i < WIRE_FRAMES; i++)
			task.frame[i] = TEXT + 0x10000000 + i * 64;
		frames_record(&to, &task, task.hdr.size);
		for (uint32_t i = 0; i < WIRE_FRAMES; i++) {
			struct wire_frame frame = { .hdr = { WIRE_FRAME, 0, TID },
						    .tid = task.tid,
						    .index = i };

			frame.hdr.size = offsetof(struct wire_frame, text) +
					 snprintf(frame.text, sizeof(frame.text),
						  "wait_%" PRIu64 "+0x1/0x40",
						  i == WIRE_FRAMES - 1 ? from + t : i);
			frames_record(&to, &frame, frame.hdr.size);
		}
	}
	counts.tasks += n;
}

static void progress(uint64_t i, uint64_t since_ns, uint64_t left)
{
	struct wire_progress rec = {
		.head = head_of(WIRE_PROGRESS, sizeof(rec), 0),
		.since_ns = since_ns,
		.tasks = left,
		.left = left,
		.reported = left < WIRE_MAX_TASKS ? left : WIRE_MAX_TASKS,
		.target = 1,
		.running = 1,
	};

	name_of(rec.name, i);
	PUT(rec);
}

static void lookup(uint64_t i, uint64_t id, uint64_t caller)
{
	struct wire_lookup rec = {
		.head = head_of(WIRE_LOOKUP, sizeof(rec), 0),
		.id = id,
		.version = 1,
		.kind = WIRE_LOOKUP_STATE,
		.found = 1,
		.caller = TEXT + caller * 16,
	};

	name_of(rec.name, i);
	name_of(rec.owner, i);
	PUT(rec);
}

/* -- shapes ----------------------------------------------------------------- */

/* One livepatch of N states beside another, and a cumulative one in transition that has none of them. */
static void many_states(uint64_t n)
{
	uint32_t each = n / 2;

	walk_begins(WIRE_WALK_SNAPSHOT, 1, ADDR + 2 * PAGE, 0);
	patch(0, false);
	states(1, each, 1);
	patch(1, false);
	states(1, each, 2);
	patch(2, true);
	states(n, 1, 3);
	snapshot_ends();
	walk_begins(WIRE_WALK_COMPLETE, 1, ADDR + 2 * PAGE, 0);
	patch(0, false);
	states(1, each, 1);
	patch(1, false);
	states(1, each, 2);
	patch(2, true);
	states(n, 1, 3);
	walk_ends();
}

/* N states of as many livepatches as there may be, all of one id in all, and a switch of files. */
static void shared_states(uint64_t n)
{
	for (int again = 0; again < 2; again++) {
		walk_begins(WIRE_WALK_SNAPSHOT, 1, ADDR + PAGE, 0);
		for (uint64_t i = 0; i < n / 64; i++) {
			patch(i, false);
			states(1, 64, i);
		}
		snapshot_ends();
	}
}

/* N livepatches come, one after the other, and none goes. */
static void livepatches(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		enabled(i, now + 1);
		transition(WIRE_ACTION_START, i, 0, 1);
		walk_begins(WIRE_WALK_COMPLETE, 1, ADDR + i * PAGE, 0);
		patch(i, false);
		states(1 + i, 1, 1);
		walk_ends();
	}
}

/* N livepatches are there, and the first of them is disabled, time and again. */
static void installed(uint64_t n)
{
	walk_begins(WIRE_WALK_SNAPSHOT, 0, 0, 0);
	for (uint64_t i = 0; i < n; i++)
		patch(i, false);
	snapshot_ends();
	for (uint64_t i = 0; i < n; i++) {
		transition(WIRE_ACTION_START, i, 0, 0);
		walk_begins(WIRE_WALK_COMPLETE, 0, ADDR + i * PAGE, 0);
		patch(i, false);
		walk_ends();
	}
}

/* N attempts that nobody decides, and a line of the kernel's for each. */
static void attempts(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		enabled(i % 512, now + 1);
		message(0, "livepatch: enabling patch 'of_nobody'");
	}
}

static void refusals(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		uint64_t attempt = now + 1;

		enabled(i, attempt);
		message(attempt, "livepatch: symbol 'absent' not found in symbol table");
		result(i, attempt, false);
	}
}

/* N transitions of one livepatch, turned round and forced. */
static void transitions(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		transition(WIRE_ACTION_START, 1, 0, 1);
		transition(WIRE_ACTION_REVERSE, 1, 0, 0);
		transition(WIRE_ACTION_FORCE, 1, 0, 0);
		walk_begins(WIRE_WALK_COMPLETE, 0, ADDR + PAGE, 0);
		patch(1, false);
		states(1, 1, i);
		walk_ends();
	}
}

/* N tasks with a stack each that hold one transition up. */
static void stalls(uint64_t n)
{
	uint64_t since;

	transition(WIRE_ACTION_START, 1, 0, 1);
	since = now;
	for (uint64_t at = 0; at < n; at += 16) {
		now += 1000 * MS;
		progress(1, since, n);
		walk_begins(WIRE_WALK_STALL, 1, ADDR + PAGE, 0);
		patch(1, false);
		tasks(at, n - at < 16 ? n - at : 16);
		walk_ends();
	}
}

/* N functions, none of which the tasks of a walk of N/64 are in. */
static void functions(uint64_t n)
{
	uint64_t since;

	transition(WIRE_ACTION_START, 1, 0, 1);
	since = now;
	progress(1, since, n / 64);
	walk_begins(WIRE_WALK_STALL, 1, ADDR + PAGE, 0);
	patch(1, false);
	for (uint64_t i = 0; i < n; i++) {
		if (i % (WIRE_MAX_FUNCS / 8) == 0)
			object("");
		function(counts.objects - 1, i);
	}
	tasks(0, n / 64 < WIRE_MAX_TASKS ? n / 64 : WIRE_MAX_TASKS);
	walk_ends();
}

/* N functions of objects, installed; the order of the names is not that of the list. */
static void patched(uint64_t n)
{
	walk_begins(WIRE_WALK_SNAPSHOT, 0, 0, 0);
	patch(0, false);
	for (uint64_t i = 0; i < n; i++) {
		char name[WIRE_NAME_LEN];

		snprintf(name, sizeof(name), "module_%" PRIu64, i / 32);
		if (i % 32 == 0)
			object(name);
		function(counts.objects - 1, n - i);
	}
	snapshot_ends();
}

static void lookups(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		lookup(i % 16, i, i);
}

static void messages(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		message(0, "livepatch: '''''''''''''''''''''''''''''''''''''''''''''''''''");
}

static const struct {
	const char *name;
	void (*make)(uint64_t n);
} shapes[] = {
	{ "states", many_states },	{ "shared-states", shared_states },
	{ "livepatches", livepatches }, { "installed", installed },
	{ "attempts", attempts },	{ "refusals", refusals },
	{ "transitions", transitions }, { "stalls", stalls },
	{ "functions", functions },	{ "patched", patched },
	{ "lookups", lookups },		{ "messages", messages },
};

int main(int argc, char **argv)
{
	struct wire_hooks hooks = { { .type = WIRE_HOOKS, .size = sizeof(hooks) },
				    (1ULL << WIRE_HOOKS_COUNT) - 1 };
	struct wire_clock clock = { { .type = WIRE_CLOCK, .size = sizeof(clock) },
				    now,
				    REAL + now };

	to.out = stdout;
	for (size_t i = 0; argc == 3 && i < ARRAY_SIZE(shapes); i++) {
		if (strcmp(argv[1], shapes[i].name))
			continue;
		frames_header(&to, now, REAL + now);
		PUT(clock);
		PUT(hooks);
		shapes[i].make(strtoull(argv[2], NULL, 10));
		frames_end(&to, now, REAL + now);
		return fclose(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	fputs("usage: worst SHAPE N > RECORDING; shapes:", stderr);
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
		fprintf(stderr, " %s", shapes[i].name);
	fputs("\n", stderr);
	return EXIT_FAILURE;
}
