// SPDX-License-Identifier: GPL-2.0
/*
 * generate SEED EVENTS [PATCHES [STEP [BOOT]]]: a recording of at least so many events on stdout, the same for the same seed,
 * and on stderr what is in it, as JSON; of the machine's first boot or, ten days later, of another. The names of livepatches and tasks want to be something else. After half of it,
 * the wall clock is set by STEP seconds, < 0: back.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "wire.h"

#define MS    1000000ULL
#define REAL  1795339542000000000ULL
#define NAMES 6

static const char *const names[NAMES] = {
	"fix_%u", "<b>fix%u</b>", "fix|%u|`x`", "f\x1b[31m%u", "fix\xff_%u", "\"'&amp;%u",
};
static const char *const comms[NAMES] = { "insmod",    "<i>kworker", "a|b`c",
					  "\x1b[2Jsh", "\xff\xfe",   "&lt;'\"" };

static struct frames_out to;
static uint64_t now = 1000 * MS, real = REAL, random_state, addr;
static struct {
	uint64_t events, attempts, accepted, refused, transitions, stalls, lookups, messages, lost;
} truth;

static uint64_t below(uint64_t n)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * 2685821657736338717ULL >> 16) % n;
}

static struct wire_head head_of(uint16_t type, size_t size, uint32_t walk)
{
	uint32_t tid = 100 + below(1000);
	struct wire_head head = {
		.hdr = { .type = type, .size = size, .walk = walk },
		.boot_ns = now += below(MS),
		.pid = tid,
		.tid = walk ? walk : tid,
	};

	snprintf(head.comm, sizeof(head.comm), "%s", comms[below(NAMES)]);
	return head;
}

#define PUT(record) frames_record(&to, &(record), sizeof(record))

static void clock_record(void)
{
	struct wire_clock clock = { { .type = WIRE_CLOCK, .size = sizeof(clock) },
				    now,
				    real + now };

	PUT(clock);
}

/* A walk of one livepatch with a state and a function. */
static void walk(uint8_t kind, const char *name, uint64_t attempt, uint32_t version, int8_t target,
		 uint64_t start_ns)
{
	uint32_t tid = 100 + below(1000);
	struct wire_walk_begin begin = {
		.head = head_of(WIRE_WALK_BEGIN, sizeof(begin), tid),
		.kind = kind,
		.verdict = 1,
		.target = target,
		.tries = 2,
		.attempt = attempt,
		.patch = addr,
		.start_ns = start_ns,
	};
	struct wire_patch patch = {
		.hdr = { WIRE_PATCH, sizeof(patch), tid },
		.addr = addr,
		.enabled = 1,
		.klp = WIRE_KLP_MARKED,
	};
	struct wire_states states = {
		.hdr = { WIRE_STATES,
			 offsetof(struct wire_states, state) + sizeof(struct wire_state), tid },
		.n = 1,
		.state[0] = { .id_low = 1 + version % 7, .version = version },
	};
	struct wire_object object = { .hdr = { WIRE_OBJECT, sizeof(object), tid } };
	struct wire_func func = { .hdr = { WIRE_FUNC, sizeof(func), tid },
				  .name = "cmdline_proc_show" };
	struct wire_walk_end end = {
		.hdr = { WIRE_WALK_END, sizeof(end), tid },
		.patches = 1,
		.states = 1,
		.objects = 1,
		.funcs = 1,
	};

	snprintf(patch.name, sizeof(patch.name), "%s", name);
	PUT(begin);
	PUT(patch);
	frames_record(&to, &states, states.hdr.size);
	PUT(object);
	PUT(func);
	PUT(end);
}

static void transition(uint8_t action, const char *name, uint64_t attempt, int8_t target,
		       uint32_t tries)
{
	struct wire_transition rec = {
		.head = head_of(WIRE_TRANSITION, sizeof(rec), 0),
		.action = action,
		.target = target,
		.tries = tries,
		.attempt = attempt,
	};

	snprintf(rec.name, sizeof(rec.name), "%s", name);
	PUT(rec);
	truth.events++;
}

static void result(const char *name, uint64_t attempt, bool good)
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

	snprintf(rec.name, sizeof(rec.name), "%s", name);
	PUT(rec);
}

static void message(uint64_t attempt)
{
	struct wire_message rec = { .head = head_of(WIRE_MESSAGE, sizeof(rec), 0),
				    .attempt = attempt };

	rec.len =
		snprintf(rec.text, sizeof(rec.text), "livepatch: <script>%s", names[below(NAMES)]);
	rec.head.hdr.size = offsetof(struct wire_message, text) + rec.len;
	frames_record(&to, &rec, rec.head.hdr.size);
}

static void lookup(const char *name)
{
	struct wire_lookup rec = {
		.head = head_of(WIRE_LOOKUP, sizeof(rec), 0),
		.id = 1 + below(9),
		.version = below(5),
		.kind = WIRE_LOOKUP_PREV_STATE,
		.found = below(2),
		.symbol = "callback",
	};

	snprintf(rec.name, sizeof(rec.name), "%s", name);
	snprintf(rec.owner, sizeof(rec.owner), "%s", name);
	PUT(rec);
	truth.events++;
	truth.lookups++;
}

static void progress(const char *name, uint64_t attempt, uint64_t start_ns, uint64_t left)
{
	struct wire_progress rec = {
		.head = head_of(WIRE_PROGRESS, sizeof(rec), 0),
		.attempt = attempt,
		.since_ns = start_ns,
		.tasks = 500,
		.left = left,
		.cost_ns = below(MS),
		.reported = left,
		.tries = 2,
		.target = 1,
		.running = 1,
	};

	snprintf(rec.name, sizeof(rec.name), "%s", name);
	PUT(rec);
	truth.events++;
}

/* One task that is asleep, with a stack of some depth. */
static void stall(const char *name, uint64_t attempt, uint64_t start_ns)
{
	uint32_t walk_tid = 100 + below(1000), tid = 2000 + below(50), depth = 1 + below(8);
	struct wire_walk_begin begin = {
		.head = head_of(WIRE_WALK_BEGIN, sizeof(begin), walk_tid),
		.kind = WIRE_WALK_STALL,
		.target = 1,
		.tries = 2,
		.attempt = attempt,
		.patch = addr,
		.start_ns = start_ns,
	};
	struct wire_patch patch = { .hdr = { WIRE_PATCH, sizeof(patch), walk_tid }, .addr = addr };
	struct wire_task task = {
		.hdr = { WIRE_TASK, offsetof(struct wire_task, frame) + depth * sizeof(__u64),
			 walk_tid },
		.pid = tid,
		.tid = tid,
		.state = 1,
		.n_frames = depth,
	};
	struct wire_walk_end end = {
		.hdr = { WIRE_WALK_END, sizeof(end), walk_tid },
		.patches = 1,
		.tasks = 1,
	};

	snprintf(patch.name, sizeof(patch.name), "%s", name);
	snprintf(task.comm, sizeof(task.comm), "%s", comms[below(NAMES)]);
	for (uint32_t i = 0; i < depth; i++)
		task.frame[i] = 0xffffffff81000000ULL + i * 0x1000;
	PUT(begin);
	PUT(patch);
	frames_record(&to, &task, task.hdr.size);
	for (uint32_t i = 0; i < depth; i++) {
		struct wire_frame frame = {
			.hdr = { WIRE_FRAME, 0, walk_tid },
			.tid = tid,
			.index = i,
		};
		size_t len = snprintf(frame.text, sizeof(frame.text), "f<%" PRIu64 ">;+0x%x/0x100",
				      below(4), i);

		frame.hdr.size = offsetof(struct wire_frame, text) + len;
		frames_record(&to, &frame, frame.hdr.size);
	}
	PUT(end);
	truth.events++;
	truth.stalls++;
}

static void accepted(const char *name, uint64_t attempt, uint32_t version)
{
	uint64_t start_ns;

	transition(WIRE_ACTION_START, name, attempt, 1, 0);
	start_ns = now;
	result(name, attempt, true);
	truth.accepted++;
	truth.transitions++;
	if (!below(4)) {
		now += 1000 * MS;
		progress(name, attempt, start_ns, 1);
		stall(name, attempt, start_ns);
	}
	now += below(3000) * MS;
	transition(WIRE_ACTION_RETRY, name, attempt, 1, 2);
	walk(WIRE_WALK_COMPLETE, name, attempt, version, 1, start_ns);
	truth.events += 2; /* complete, and the state */
	if (below(3))
		return;
	transition(WIRE_ACTION_DISABLE, name, 0, 0, 0);
	transition(WIRE_ACTION_START, name, 0, 0, 0);
	start_ns = now;
	now += below(100) * MS;
	walk(WIRE_WALK_COMPLETE, name, 0, version, 0, start_ns);
	truth.events += 2;
	truth.transitions++;
}

static void episode(unsigned int patches)
{
	uint64_t attempt = now, n = below(patches);
	uint32_t version = below(100);
	char name[WIRE_NAME_LEN];

	addr = 0xffffffffc0000000ULL + n * 0x1000;
	snprintf(name, sizeof(name), names[n % NAMES], (unsigned int)n);
	now += below(60000) * MS;
	walk(WIRE_WALK_ENABLE, name, attempt, version, 0, 0);
	truth.events++;
	truth.attempts++;
	message(attempt);
	if (below(3)) {
		/* The line that waited for the decision comes now, if no event says the same. */
		truth.messages++;
		truth.events++;
		accepted(name, attempt, version);
	} else {
		result(name, attempt, false);
		truth.refused++;
		truth.events++;
	}
	for (uint64_t i = below(4); i; i--)
		lookup(name);
	if (!below(1000)) {
		struct wire_lost lost = {
			{ .type = WIRE_LOST, .size = sizeof(lost) }, now, 1, 0, 0, 0
		};

		PUT(lost);
		truth.lost++;
		truth.events++;
	}
	if (!below(100))
		clock_record();
}

int main(int argc, char **argv)
{
	struct wire_hooks hooks = { { .type = WIRE_HOOKS, .size = sizeof(hooks) },
				    (1ULL << WIRE_HOOKS_COUNT) - 1 };
	unsigned int patches = argc > 3 ? strtoul(argv[3], NULL, 10) : 50;
	int64_t step = argc > 4 ? strtoll(argv[4], NULL, 10) : 0;
	uint64_t events;

	if (argc < 3 || !patches) {
		fputs("usage: generate SEED EVENTS [PATCHES [STEP [BOOT]]] > RECORDING\n", stderr);
		return EXIT_FAILURE;
	}
	random_state = strtoull(argv[1], NULL, 10) * 2 + 1;
	events = strtoull(argv[2], NULL, 10);
	to.out = stdout;
	to.boot = argc > 5 ? strtoul(argv[5], NULL, 10) : 0;
	real += to.boot * 864000000ULL * MS;
	frames_header(&to, now, real + now);
	clock_record();
	PUT(hooks);
	while (truth.events < events) {
		episode(patches);
		if (step && truth.events >= events / 2) {
			real += (uint64_t)step * 1000 * MS;
			step = 0;
			clock_record();
		}
	}
	frames_end(&to, now, real + now);
	fprintf(stderr,
		"{\"events\":%" PRIu64 ",\"attempts\":%" PRIu64 ",\"accepted\":%" PRIu64
		",\"refused\":%" PRIu64 ",\"transitions\":%" PRIu64 ",\"stalls\":%" PRIu64
		",\"lookups\":%" PRIu64 ",\"lost\":%" PRIu64 "}\n",
		truth.events, truth.attempts, truth.accepted, truth.refused, truth.transitions,
		truth.stalls, truth.lookups, truth.lost);
	return fclose(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
