// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <string.h>

#include "util/array.h"
#include "util/attributes.h"
#include "util/cleanup.h"

/* In memory of just its size: reading on would be noticed. */
static void take(struct blockers *blockers, const void *rec)
{
	size_t size = ((const struct wire_hdr *)rec)->size;
	_cleanup_free_ void *exact = malloc(size);

	assert_non_null(exact);
	memcpy(exact, rec, size);
	assert_int_equal(blockers__add(blockers, exact), 0);
}

static void fields(void **state _unused_)
{
	struct wire_task task = { .hdr = { WIRE_TASK, sizeof(task), 0 },
				  .pid = 10,
				  .tid = 11,
				  .cpu = 3,
				  .flags = WIRE_TASK_KTHREAD,
				  .state = 0x402,
				  .n_frames = WIRE_FRAMES };
	struct wire_frame frame = { .hdr = { WIRE_FRAME, sizeof(frame), 0 }, .tid = 11 };
	struct wire_cgroup cgroup = { .hdr = { WIRE_CGROUP, sizeof(cgroup), 0 }, .tid = 11 };
	struct wire_probe probe = { .hdr = { WIRE_PROBE, sizeof(probe), 0 },
				    .tid = 11,
				    .prog_id = 5,
				    .pid = 6,
				    .kind = WIRE_PROBE_FEXIT };
	struct blockers blockers = { 0 };
	struct blocker *blocker;

	/* Strings that fill their fields, without a NUL. */
	memset(task.comm, 'c', sizeof(task.comm));
	memset(frame.text, 'f', sizeof(frame.text));
	memset(cgroup.path, '/', sizeof(cgroup.path));
	memset(probe.name, 'n', sizeof(probe.name));
	memset(probe.function, 'f', sizeof(probe.function));
	memset(probe.comm, 'p', sizeof(probe.comm));
	for (int i = 0; i < WIRE_FRAMES; i++)
		task.frame[i] = 1000 + i;
	frame.index = WIRE_FRAMES - 1;
	take(&blockers, &task);
	assert_false(blockers.list[0].cut);
	take(&blockers, &cgroup);
	take(&blockers, &probe);
	assert_false(blockers.list[0].cut);
	take(&blockers, &frame);
	assert_int_equal(blockers.n, 1);
	blocker = &blockers.list[0];
	assert_true(blocker->pid == 10 && blocker->tid == 11 && blocker->cpu == 3);
	assert_true(blocker->flags == WIRE_TASK_KTHREAD && blocker->state == 0x402);
	assert_int_equal(strspn(blocker->comm, "c"), WIRE_COMM_LEN);
	assert_int_equal(strlen(blocker->comm), WIRE_COMM_LEN);
	assert_int_equal(strlen(blocker->cgroup), WIRE_PATH_LEN);
	assert_int_equal(blocker->n_frames, WIRE_FRAMES);
	assert_true(blocker->frames[0].addr == 1000);
	assert_true(blocker->frames[WIRE_FRAMES - 1].addr == 1000 + WIRE_FRAMES - 1);
	assert_null(blocker->frames[0].text);
	assert_int_equal(strlen(blocker->frames[WIRE_FRAMES - 1].text), WIRE_TEXT_LEN);
	/* As long as the field: most likely it was longer. */
	assert_true(blocker->cut);
	assert_int_equal(blocker->n_probes, 1);
	assert_true(blocker->probes->kind == WIRE_PROBE_FEXIT);
	assert_true(blocker->probes->prog_id == 5 && blocker->probes->pid == 6);
	assert_int_equal(strlen(blocker->probes->name), WIRE_SYMBOL_LEN);
	assert_int_equal(strlen(blocker->probes->function), WIRE_SYMBOL_LEN);
	assert_int_equal(strlen(blocker->probes->comm), WIRE_COMM_LEN);
	blockers__clear(&blockers);
	assert_true(!blockers.n && !blockers.room && !blockers.list);
	blockers__clear(&blockers);
}

/* The record of a frame that is one byte short of the field is not cut. */
static void parts_of_frames(void **state _unused_)
{
	static const struct {
		const char *text, *symbol, *module; /* NULL: none */
	} cases[] = {
		{ "f+0x1f/0x50", "f" },
		{ "f+0x1f/0x50 [mod]", "f", "mod" },
		{ "f.part.0+0x1/0x2 [mod 0123]", "f.part.0", "mod" },
		{ "bpf_trampoline_6442522513+0x4c/0x1000", "bpf_trampoline_6442522513" },
		{ "0xffffffffc0001234", NULL },
		{ "0xffffffffc0001234 [mod]", NULL, "mod" },
		{ "0+0x1/0x2", "0" },
		/* The rest is cut off. */
		{ "long", "long" },
		{ "f+0x1/0x2 [mo", "f", "mo" },
		{ "f+0x1/0x2 [", "f" },
		{ "f [mod", "f", "mod" },
		{ "+0x1", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct wire_frame rec = { .tid = 7 };
		struct blockers blockers = blockers_of("t:7,1000=");
		const struct frame *frame = &blockers.list[0].frames[0];

		rec.hdr = (struct wire_hdr){
			WIRE_FRAME, offsetof(struct wire_frame, text) + strlen(cases[i].text), 0
		};
		memcpy(rec.text, cases[i].text, strlen(cases[i].text));
		take(&blockers, &rec);
		assert_string_equal(frame->text, cases[i].text);
		expect_true(!frame->symbol == !cases[i].symbol, "%s", cases[i].text);
		if (frame->symbol)
			assert_string_equal(frame->symbol, cases[i].symbol);
		expect_true(!frame->module == !cases[i].module, "%s", cases[i].text);
		if (frame->module)
			assert_string_equal(frame->module, cases[i].module);
		assert_false(blockers.list[0].cut);
		blockers__clear(&blockers);
	}
}

/* What does not belong to the task before it is left out. */
static void strays(void **state _unused_)
{
	struct blockers blockers = { 0 };
	struct wire_frame frame = { .hdr = { WIRE_FRAME, 18, 0 }, .tid = 7, .text = "fg" };
	struct wire_cgroup cgroup = { .hdr = { WIRE_CGROUP, 18, 0 }, .tid = 7, .path = "/a" };
	struct wire_probe probe = { .hdr = { WIRE_PROBE, sizeof(probe), 0 }, .tid = 7 };

	take(&blockers, &frame);
	take(&blockers, &cgroup);
	take(&blockers, &probe);
	assert_int_equal(blockers.n, 0);

	blockers = blockers_of("t:7,1000=;u:8,1000=,1001=");
	take(&blockers, &frame);
	take(&blockers, &cgroup);
	take(&blockers, &probe);
	for (size_t i = 0; i < 2; i++) {
		assert_null(blockers.list[i].frames[0].text);
		assert_null(blockers.list[i].cgroup);
		assert_int_equal(blockers.list[i].n_probes, 0);
	}
	frame.tid = cgroup.tid = 8;
	frame.index = 2;
	take(&blockers, &frame);
	frame.index = UINT32_MAX;
	take(&blockers, &frame);
	frame.index = 1;
	take(&blockers, &frame);
	frame.text[0] = 'x';
	take(&blockers, &frame);
	assert_null(blockers.list[1].frames[0].text);
	assert_string_equal(blockers.list[1].frames[1].text, "fg");
	/* An empty one is none, a second one the better one. */
	cgroup.hdr.size = 16;
	take(&blockers, &cgroup);
	assert_null(blockers.list[1].cgroup);
	cgroup.hdr.size = 18;
	take(&blockers, &cgroup);
	cgroup.path[1] = 'b';
	take(&blockers, &cgroup);
	assert_string_equal(blockers.list[1].cgroup, "/b");
	/* Of other walks and types. */
	for (uint16_t type = 0; type < 80; type++) {
		union record rec = { .hdr = { type, sizeof(rec), 0 } };

		if (type != WIRE_TASK)
			take(&blockers, &rec);
	}
	assert_int_equal(blockers.n, 2);
	blockers__clear(&blockers);
}

static void cut(void **state _unused_)
{
	static const struct {
		uint32_t task, cgroup, probe;
		bool cut;
	} cases[] = {
		{ 0, 0, 0, false },
		{ WIRE_TASK_KTHREAD | WIRE_TASK_ON_CPU | WIRE_TASK_IDLE, 0, 0, false },
		{ WIRE_TASK_STACK_CUT, 0, 0, true },
		{ WIRE_TASK_NO_STACK, 0, 0, true },
		{ 0, WIRE_F_TRUNCATED, 0, true },
		{ 0, WIRE_F_NO_STATES, 0, false },
		{ 0, 0, WIRE_F_TRUNCATED, true },
		{ 0, 0, WIRE_F_NO_STATES, false },
		{ WIRE_TASK_STACK_CUT, WIRE_F_TRUNCATED, WIRE_F_TRUNCATED, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct blockers blockers = { 0 };

		take(&blockers, &(struct wire_task){ .hdr = { WIRE_TASK, 56, 0 },
						     .tid = 1,
						     .flags = cases[i].task });
		take(&blockers, &(struct wire_cgroup){ .hdr = { WIRE_CGROUP, 17, 0 },
						       .tid = 1,
						       .flags = cases[i].cgroup,
						       .path = "/" });
		take(&blockers,
		     &(struct wire_probe){ .hdr = { WIRE_PROBE, sizeof(struct wire_probe), 0 },
					   .tid = 1,
					   .flags = cases[i].probe });
		expect_true(blockers.list[0].cut == cases[i].cut, "row %zu", i);
		blockers__clear(&blockers);
	}
}

static void limits(void **state _unused_)
{
	struct blockers blockers = { 0 };
	struct wire_task task = { .hdr = { WIRE_TASK, 56, 0 } };
	struct wire_probe probe = { .hdr = { WIRE_PROBE, sizeof(probe), 0 } };

	for (task.tid = 1; task.tid <= WIRE_MAX_TASKS + WIRE_MAX_IDLE + 2; task.tid++)
		take(&blockers, &task);
	assert_int_equal(blockers.n, WIRE_MAX_TASKS + WIRE_MAX_IDLE);
	probe.tid = WIRE_MAX_TASKS + WIRE_MAX_IDLE;
	for (int i = 0; i < WIRE_MAX_PROBES; i++)
		take(&blockers, &probe);
	assert_false(blockers.list[blockers.n - 1].cut);
	take(&blockers, &probe);
	assert_int_equal(blockers.list[blockers.n - 1].n_probes, WIRE_MAX_PROBES);
	/* Of several frames together they may be more: that shows. */
	assert_true(blockers.list[blockers.n - 1].cut);
	blockers__clear(&blockers);
}

/* f is 0x1000 to 0x100f and becomes 0x5000 to 0x5007, g is behind it; h's object is not loaded. */
static struct facts code_of_patch(void)
{
	struct facts facts = facts_of("p vmlinux(f,g) mod(h,i)");
	struct func *core = facts.patches->objects[0].funcs;
	struct func *mod = facts.patches->objects[1].funcs;

	core[0].before = (struct code){ 0x1000, 0x10 };
	core[0].after = (struct code){ 0x5000, 0x8 };
	core[1].before = (struct code){ 0x1010, 0x10 };
	core[1].after = (struct code){ 0x5008, 0x8 };
	mod[0].before = (struct code){ 0, 0x100 };
	mod[0].after = (struct code){ 0, 0x100 };
	mod[1].before = (struct code){ 0x2000, 0 };
	mod[1].after = (struct code){ UINT64_MAX - 7, 0x8 };
	return facts;
}

static void classes(void **state _unused_)
{
	static const struct {
		const char *task;
		int target;
		enum blocker_class class;
		const char *func, *object, *culprit; /* NULL: none */
	} cases[] = {
		/* As klp_check_stack_func(): from its address on, up to but not at its end. */
		{ "t:1,1000=f", 1, BLOCKER_PATCHED_FUNCTION, "f", "vmlinux" },
		{ "t:1,100f=f", 1, BLOCKER_PATCHED_FUNCTION, "f", "vmlinux" },
		{ "t:1,1010=g", 1, BLOCKER_PATCHED_FUNCTION, "g", "vmlinux" },
		{ "t:1,fff=e", 1, BLOCKER_UNKNOWN },
		{ "t:1,1020=x", 1, BLOCKER_UNKNOWN },
		/* Any frame counts, also one whose text is lost. */
		{ "t:1,3000=a,4000=b,1008=", 1, BLOCKER_PATCHED_FUNCTION, "f", "vmlinux" },
		/* As the kernel does, function by function. */
		{ "t:1,1010=g,1000=f", 1, BLOCKER_PATCHED_FUNCTION, "f", "vmlinux" },
		/* On the way back it is the livepatch's code. */
		{ "t:1,1000=f", 0, BLOCKER_UNKNOWN },
		{ "t:1,5007=f", 0, BLOCKER_PATCHED_FUNCTION, "f", "vmlinux" },
		{ "t:1,5008=g", 0, BLOCKER_PATCHED_FUNCTION, "g", "vmlinux" },
		{ "t:1,5008=g", 1, BLOCKER_UNKNOWN },
		{ "t:1,1000=f", -1, BLOCKER_UNKNOWN },
		{ "t:1,5000=f", -1, BLOCKER_UNKNOWN },
		/* No code, or none that is known. */
		{ "t:1,10=x", 1, BLOCKER_UNKNOWN },
		{ "t:1,0=x", 1, BLOCKER_UNKNOWN },
		{ "t:1,2000=i", 1, BLOCKER_UNKNOWN },
		/* Its end is that of the address space. */
		{ "t:1,fffffffffffffffb=i", 0, BLOCKER_PATCHED_FUNCTION, "i", "mod" },
		/* A stack that cannot be trusted comes first, and the innermost of what makes it so. */
		{ "t:1,1000=f,7000=0x7000", 1, BLOCKER_UNRELIABLE_STACK, "f", "vmlinux", "0x7000" },
		{ "t:1,7000=bpf_prog_1_x+0x1/0x2 [bpf],7001=bpf_trampoline_1+0x1/0x2", 1,
		  BLOCKER_UNRELIABLE_STACK, NULL, NULL, "bpf_prog_1_x+0x1/0x2 [bpf]" },
		{ "t:1,C2,7000=0x7000", 1, BLOCKER_UNRELIABLE_STACK, NULL, NULL, "0x7000" },
		/* Asleep, for any reason, and nothing is found. */
		{ "t:1", 1, BLOCKER_UNKNOWN },
		{ "t:1,K", 1, BLOCKER_UNKNOWN },
		{ "t:1,x2", 1, BLOCKER_UNKNOWN },
		/* On a CPU, or about to be. */
		{ "t:1,C0", 1, BLOCKER_RUNNING },
		{ "t:1,C0,x1", 1, BLOCKER_RUNNING },
		{ "t:1,x0", 1, BLOCKER_RUNNING },
		{ "t:1,K,C3", 1, BLOCKER_BUSY_KTHREAD },
		{ "t:1,K,x0", 1, BLOCKER_BUSY_KTHREAD },
		{ "t:1,K,C3,x402", 1, BLOCKER_BUSY_KTHREAD },
		{ "t:0,I,C3", 1, BLOCKER_BUSY_KTHREAD },
		{ "t:0,I,x0", 1, BLOCKER_BUSY_KTHREAD },
		/* About to run, but where it stopped it cannot switch. */
		{ "t:1,x0,1000=f", 1, BLOCKER_PATCHED_FUNCTION, "f", "vmlinux" },
	};
	struct facts facts = code_of_patch();

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct blockers blockers = blockers_of(cases[i].task);
		struct blocker *blocker = &blockers.list[0];

		/* As something before has left it. */
		blocker->culprit = blocker->frames;
		blocker->func = facts.patches->objects[0].funcs;
		blocker->object = facts.patches->objects;
		for (int again = 0; again < 2; again++) {
			assert_int_equal(
				blockers__classify(&blockers, facts.patches, cases[i].target, true),
				0);
			expect_true(blocker->class == cases[i].class, "row %zu: %s", i,
				    blocker_class_name(blocker->class));
			expect_true(!blocker->func == !cases[i].func, "row %zu", i);
			expect_true(!blocker->object == !cases[i].func, "row %zu", i);
			if (blocker->func) {
				assert_string_equal(blocker->func->name, cases[i].func);
				assert_string_equal(blocker->object->name, cases[i].object);
			}
			expect_true(!blocker->culprit == !cases[i].culprit, "row %zu", i);
			if (blocker->culprit)
				assert_string_equal(blocker->culprit->text, cases[i].culprit);
		}
		/* What the patch changes is not known: nothing of before is left. */
		assert_int_equal(blockers__classify(&blockers, NULL, cases[i].target, true), 0);
		expect_true(!blocker->func && !blocker->object, "row %zu", i);
		expect_true(blocker->class != BLOCKER_PATCHED_FUNCTION, "row %zu", i);
		blockers__clear(&blockers);
	}
	facts__clear(&facts);
}

static void unreliable_frames(void **state _unused_)
{
	static const struct {
		const char *text;
		bool is;
	} cases[] = {
		{ "bpf_trampoline_6442522513+0x4c/0x1000", true },
		{ "bpf_prog_6deef7357e7b4530_x+0x1/0x2 [bpf]", true },
		{ "bpf_dispatcher_xdp+0x1/0x2", true },
		{ "kretprobe_trampoline+0x0/0x50", true },
		{ "__kretprobe_trampoline+0x0/0x50", true },
		{ "arch_rethook_trampoline+0x0/0x50", true },
		{ "0xffffffffc0001234", true },
		{ "bpf_map_update_elem+0x1/0x2", false },
		{ "my_bpf_prog_run+0x1/0x2", false },
		{ "schedule+0x1/0x2", false },
		/* Lost: nothing can be said of it. */
		{ "", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char task[128];
		struct blockers blockers;

		snprintf(task, sizeof(task), "t:1,1000=%s", cases[i].text);
		blockers = blockers_of(task);
		assert_int_equal(blockers__classify(&blockers, NULL, 1, true), 0);
		expect_true(!!blockers.list[0].culprit == cases[i].is, "%s", cases[i].text);
		blockers__clear(&blockers);
	}
}

/* That nothing holds a task is found only if all was seen that the kernel looks at. */
static void unseen(void **state _unused_)
{
	enum {
		STACK = UNSEEN_STACK,
		SCHED = UNSEEN_SCHEDULER,
		TRUST = UNSEEN_RELIABILITY,
		OUTER = UNSEEN_OUTER_FRAMES,
		FUNCS = UNSEEN_FUNCTIONS,
	};
	static const struct {
		const char *task;
		enum blocker_class class;
		uint32_t unseen;
		int target;
		bool part; /* not all functions are known */
		const char *culprit;
	} cases[] = {
		{ "t:1,3000=a,uwhole", BLOCKER_UNKNOWN, 0, 1 },
		{ "t:1,3000=a,uwhole", BLOCKER_UNKNOWN, 0, 0 },
		{ "t:1,3000=a,uwhole", BLOCKER_UNKNOWN, FUNCS, -1 },
		{ "t:1,3000=a,uwhole", BLOCKER_UNKNOWN, FUNCS, 1, true },
		/* The kernel's own unwinder alone, and recordings of before. */
		{ "t:1,3000=a", BLOCKER_UNKNOWN, SCHED | TRUST, 1 },
		{ "t:1,3000=a,unot", BLOCKER_UNKNOWN, SCHED | TRUST, 1 },
		{ "t:1,3000=a,unot,cut", BLOCKER_UNKNOWN, SCHED | TRUST | OUTER, 1 },
		{ "t:1,3000=a,umoved", BLOCKER_UNKNOWN, STACK, 1 },
		{ "t:1", BLOCKER_UNKNOWN, STACK, 1 },
		{ "t:1", BLOCKER_UNKNOWN, STACK | FUNCS, 1, true },
		/* What is found is enough, also where more could not be seen. */
		{ "t:1,1000=f", BLOCKER_PATCHED_FUNCTION, 0, 1, true },
		{ "t:1,1000=f,umoved", BLOCKER_PATCHED_FUNCTION, 0, 1 },
		{ "t:1,7000=0x7000", BLOCKER_UNRELIABLE_STACK, 0, 1, true, "0x7000" },
		/* Whoever runs is not looked at by the kernel either. */
		{ "t:1,C1", BLOCKER_RUNNING, 0, 1 },
		{ "t:1,C1", BLOCKER_RUNNING, 0, -1 },
		{ "t:1,x0", BLOCKER_RUNNING, STACK, 1 },
		{ "t:1,x0,3000=a,uwhole", BLOCKER_RUNNING, 0, 1 },
		{ "t:1,K,x0,3000=a,umoved", BLOCKER_BUSY_KTHREAD, STACK, 1 },
		/* The frame up to which it was followed; what is behind it is guessed. */
		{ "t:1,3000=a,3001=b,utable,1000=f", BLOCKER_UNRELIABLE_STACK, 0, 1, false, "b" },
		{ "t:1,3000=a,3001=b,ubroken", BLOCKER_UNRELIABLE_STACK, 0, 1, false, "b" },
		{ "t:1,3000=a,udeep", BLOCKER_UNRELIABLE_STACK, 0, 1 },
		/* A copy of code that has tables, or code whose name is lost. */
		{ "t:1,3000=ftrace_trampoline+0x1/0x2,utable", BLOCKER_UNKNOWN, TRUST, 1 },
		{ "t:1,3000=,utable", BLOCKER_UNKNOWN, TRUST, 1 },
		/* No frame at all was followed. */
		{ "t:1,utable,3000=a", BLOCKER_UNKNOWN, TRUST, 1 },
	};
	struct facts facts = code_of_patch();

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct blockers blockers = blockers_of(cases[i].task);
		struct blocker *blocker = &blockers.list[0];

		blocker->unseen = UINT32_MAX;
		assert_int_equal(blockers__classify(&blockers, facts.patches, cases[i].target,
						    !cases[i].part),
				 0);
		expect_true(blocker->class == cases[i].class, "row %zu: %s", i,
			    blocker_class_name(blocker->class));
		expect_true(blocker->unseen == cases[i].unseen, "row %zu: %#x", i, blocker->unseen);
		expect_true(!blocker->culprit == !cases[i].culprit, "row %zu", i);
		if (blocker->culprit)
			assert_string_equal(blocker->culprit->text, cases[i].culprit);
		blockers__clear(&blockers);
	}
	facts__clear(&facts);
}

/* The scheduler's frames are left out for people, but not those that matter. */
static void shown(void **state _unused_)
{
	static const struct {
		uint32_t frame[5], scheduler;
		enum wire_unwound_end end;
		size_t from;
	} cases[] = {
		{ { 1, 2, 3, 4, 5 }, 0, WIRE_UNWOUND_WHOLE, 0 },
		{ { 1, 2, 3, 4, 5 }, 2, WIRE_UNWOUND_WHOLE, 2 },
		/* Nothing else is there; or it is a lie. */
		{ { 1, 2, 3, 4, 5 }, 5, WIRE_UNWOUND_WHOLE, 0 },
		{ { 1, 2, 3, 4, 5 }, UINT32_MAX, WIRE_UNWOUND_WHOLE, 0 },
		{ { 1, 2, 3, 0x1000, 5 }, 2, WIRE_UNWOUND_WHOLE, 2 },
		{ { 1, 0x1000, 3, 4, 5 }, 3, WIRE_UNWOUND_WHOLE, 1 },
		/* Where the stack ceases to lead on: after four frames. */
		{ { 1, 2, 3, 4, 5 }, 4, WIRE_UNWOUND_BROKEN, 3 },
	};
	struct facts facts = code_of_patch();

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct wire_task task = {
			.hdr = { WIRE_TASK, 56 + 5 * 8, 0 }, .tid = 1, .state = 1, .n_frames = 5
		};
		struct wire_unwound unwound = { .hdr = { WIRE_UNWOUND, sizeof(unwound), 0 },
						.tid = 1,
						.end = cases[i].end,
						.frames = 4,
						.scheduler = cases[i].scheduler };
		struct blockers blockers = { 0 };

		for (int f = 0; f < 5; f++)
			task.frame[f] = cases[i].frame[f];
		take(&blockers, &task);
		take(&blockers, &unwound);
		for (uint32_t f = 0; f < 5; f++)
			take(&blockers, &(struct wire_frame){ .hdr = { WIRE_FRAME, 17, 0 },
							      .tid = 1,
							      .index = f,
							      .text = "f" });
		assert_int_equal(blockers__classify(&blockers, facts.patches, 1, true), 0);
		expect_true(blockers.list[0].shown_from == cases[i].from, "row %zu: %zu", i,
			    blockers.list[0].shown_from);
		blockers__clear(&blockers);
	}
	facts__clear(&facts);
}

/* More frames than one record holds. */
static void deeper(void **state _unused_)
{
	struct wire_task task = { .hdr = { WIRE_TASK, sizeof(task), 0 },
				  .tid = 1,
				  .flags = WIRE_TASK_STACK_CUT,
				  .state = 1,
				  .n_frames = WIRE_FRAMES };
	struct wire_unwound unwound = { .hdr = { WIRE_UNWOUND, sizeof(unwound), 0 },
					.tid = 1,
					.end = WIRE_UNWOUND_WHOLE };
	struct wire_deeper more = { .tid = 1 };
	struct wire_frame text = { .hdr = { WIRE_FRAME, 18, 0 }, .tid = 1, .text = "fg" };
	struct facts facts = code_of_patch();

	for (uint32_t n = 0; n <= WIRE_MAX_FRAMES - WIRE_FRAMES; n++) {
		struct blockers blockers = { 0 };
		struct blocker *blocker;

		unwound.frames = WIRE_FRAMES + n;
		more.hdr = (struct wire_hdr){ WIRE_DEEPER,
					      offsetof(struct wire_deeper, frame) + 8 * n, 0 };
		more.n_frames = n;
		text.index = WIRE_FRAMES + n - 1;
		if (n)
			more.frame[n - 1] = 0x1001;
		take(&blockers, &task);
		take(&blockers, &unwound);
		take(&blockers, &more);
		take(&blockers, &text);
		blocker = &blockers.list[0];
		assert_int_equal(blockers__classify(&blockers, facts.patches, 1, true), 0);
		assert_int_equal(blocker->n_frames, WIRE_FRAMES + n);
		assert_string_equal(blocker->frames[blocker->n_frames - 1].text, "fg");
		/* With as many as can be told, there may be more. */
		expect_true(blocker->cut == (!n || n == WIRE_MAX_FRAMES - WIRE_FRAMES), "%u", n);
		expect_true((blocker->class == BLOCKER_PATCHED_FUNCTION) == (n > 0), "%u", n);
		if (n) {
			more.frame[n - 1] = 0;
			/* Again: it has them already. */
			take(&blockers, &more);
			assert_int_equal(blocker->n_frames, WIRE_FRAMES + n);
		}
		blockers__clear(&blockers);
	}
	facts__clear(&facts);
}

static void states(void **state _unused_)
{
	static const struct {
		uint32_t flags, state;
		const char *name;
	} cases[] = {
		{ 0, 0, "runnable" },
		{ WIRE_TASK_ON_CPU, 0, "running" },
		{ WIRE_TASK_ON_CPU, 1, "running" },
		{ 0, 0x1, "sleeping" },
		{ 0, 0x2, "uninterruptible" },
		{ 0, 0x402, "idle" },
		{ 0, 0x102, "uninterruptible" }, /* TASK_KILLABLE */
		{ 0, 0x4, "stopped" },
		{ 0, 0x104, "stopped" },
		{ 0, 0x8, "traced" },
		{ 0, 0x40, "parked" },
		{ 0, 0x80, "dead" },
		{ 0, 0x10, "other" },
		{ 0, 0x401, "sleeping" },
		{ WIRE_TASK_KTHREAD, 0x40, "parked" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct blocker blocker = { .flags = cases[i].flags, .state = cases[i].state };

		assert_string_equal(blocker__state(&blocker), cases[i].name);
	}
}

static void names(void **state _unused_)
{
	static const char *const class_names[BLOCKER_CLASSES] = {
		"unknown", "running", "busy_kthread", "unreliable_stack", "patched_function",
	};
	static const char *const probes[] = { "other", "fentry",    "fexit", "fmod_ret",
					      "lsm",   "kretprobe", "other" };

	static const char *const unseen_names[] = { "stack",	   "scheduler_functions",
						    "reliability", "outer_frames",
						    "functions",   "other" };

	assert_int_equal(ARRAY_SIZE(unseen_names), UNSEEN_BITS + 1);
	for (unsigned int i = 0; i <= UNSEEN_BITS; i++)
		assert_string_equal(blocker_unseen_name(i), unseen_names[i]);
	for (int i = 0; i < BLOCKER_CLASSES; i++)
		assert_string_equal(blocker_class_name(i), class_names[i]);
	assert_int_equal(ARRAY_SIZE(probes), WIRE_PROBE_KINDS + 1);
	for (uint32_t i = 0; i <= WIRE_PROBE_KINDS; i++)
		assert_string_equal(probe_kind_name(i), probes[i]);
	assert_string_equal(probe_kind_name(UINT32_MAX), "other");
}

static void explanations(void **state _unused_)
{
	static const struct {
		const char *task, *words;
	} cases[] = {
		{ "t:1,3000=a,uwhole",
		  "nothing on its stack holds it; the kernel tries again every second" },
		{ "t:1", "klpscope found nothing that holds it, but could not see its stack" },
		{ "t:1,3000=a",
		  "klpscope found nothing that holds it, but could not see functions of the scheduler and of locks on its stack and whether the kernel trusts its stack" },
		{ "t:1,cut,3000=a",
		  "klpscope found nothing that holds it, but could not see functions of the scheduler and of locks on its stack, whether the kernel trusts its stack and the outer part of its stack" },
		{ "t:1,x0,3000=a,umoved",
		  "busy; it switches when it leaves the kernel or sleeps; klpscope could not see its stack" },
		{ "t:1,3000=a+0x1/0x2 [m],utable",
		  "its stack cannot be trusted because of a of m, which was built without unwind tables (ORC); it must return from there" },
		{ "t:1,3000=a,udeep",
		  "its stack is deeper than livepatch looks; it must return from there" },
		{ "t:1,C1", "busy; it switches when it leaves the kernel or sleeps" },
		{ "t:1,K,C1", "a busy kernel thread; it switches when the kernel finds it asleep" },
		{ "t:0,K,I,C1", "the idle task of a CPU; it switches when the CPU is idle" },
		{ "t:1,1000=f", "asleep in f, which is being patched; it must return from there" },
		{ "t:1,7abc=0x7abc",
		  "its stack cannot be trusted because of code that has no name, at 0x7abc; look for probes to detach" },
		{ "t:1,7000=bpf_prog_1_\x1b+0x1/0x2",
		  "its stack cannot be trusted because of bpf_prog_1_\\x1b; look for probes to detach" },
		{ "t:1,7000=bpf_trampoline_1+0x1/0x2,!2 42 prog func 77 holder",
		  "its stack cannot be trusted because of fexit prog (program 42 of holder:77) on func; detach it" },
		{ "t:1,7000=bpf_trampoline_1+0x1/0x2,!3 42 - - 0 -",
		  "its stack cannot be trusted because of fmod_ret (program 42, owner not known); detach it" },
		{ "t:1,7000=kretprobe_trampoline+0x1/0x2,!5 0 a\x1b b\x1b 7 c\x1b,!5 0 - - 0 x",
		  "its stack cannot be trusted because of kretprobe a\\x1b (of c\\x1b:7) on b\\x1b, kretprobe (owner not known); detach them" },
	};
	struct facts facts = code_of_patch();

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct blockers blockers = blockers_of(cases[i].task);
		_cleanup_free_ char *words = NULL;
		struct text text;

		assert_int_equal(blockers__classify(&blockers, facts.patches, 1, true), 0);
		text_open(&text);
		blocker__explain(text.out, &blockers.list[0]);
		text_expect(&text, cases[i].words);
		text_close(&text);
		words = blocker__explanation(&blockers.list[0]);
		assert_string_equal(words, cases[i].words);
		blockers__clear(&blockers);
	}
	facts__clear(&facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(parts_of_frames),
		cmocka_unit_test(strays),
		cmocka_unit_test(cut),
		cmocka_unit_test(limits),
		cmocka_unit_test(classes),
		cmocka_unit_test(unreliable_frames),
		cmocka_unit_test(unseen),
		cmocka_unit_test(shown),
		cmocka_unit_test(deeper),
		cmocka_unit_test(states),
		cmocka_unit_test(names),
		cmocka_unit_test(explanations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
