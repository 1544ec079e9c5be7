/* SPDX-License-Identifier: GPL-2.0 */
/* What the unit tests share: facts and records made from short strings, events told as lines. */
#ifndef UNIT_BUILD_H
#define UNIT_BUILD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "event/event.h"
#include "facts/facts.h"
#include "wire.h"

union record {
	struct wire_hdr hdr;
	struct wire_head head; /* of those that a task causes */
	struct wire_walk_begin begin;
	struct wire_patch patch;
	struct wire_states states;
	struct wire_object object;
	struct wire_func func;
	struct wire_walk_end end;
	struct wire_result result;
	struct wire_transition transition;
	struct wire_message message;
	struct wire_lookup lookup;
	struct wire_freed freed;
	struct wire_clock clock;
	struct wire_lost lost;
	struct wire_lookup_count lookup_count;
	struct wire_hooks hooks;
	struct wire_code code;
	struct wire_task task;
	struct wire_frame frame;
	struct wire_cgroup cgroup;
	struct wire_unwound unwound;
	struct wire_deeper deeper;
	struct wire_probe probe;
	struct wire_progress progress;
	struct wire_write write;
	struct wire_object_result object_result;
	struct wire_load load;
	struct wire_settled settled;
};

struct records {
	union record *list;
	size_t n, room;
};

#define ALL_HOOKS ((1ULL << WIRE_HOOKS_COUNT) - 1)

/**
 * records_of() - the records of a walk, from WIRE_PATCH to WIRE_WALK_END
 * @records: to be cleared with records_clear()
 * @walk: its name
 * @text: patches separated by ';', each a name and words: "1:2" a state and its
 *	version, "vmlinux(f,g)" an object and its functions ("g~" one whose name is
 *	cut), "replace", "disabled", "forced". Their addresses are PATCH_ADDR(0), PATCH_ADDR(1) ...
 */
void records_of(struct records *records, uint32_t walk, const char *text);
void records_clear(struct records *records);

#define PATCH_ADDR(index) (0xffffffffc0000000ULL + 0x1000 * (index))

/** facts_of() - what the same records amount to; to be cleared with facts__clear() */
struct facts facts_of(const char *text);

/**
 * records_add_tasks() - put tasks before the end of a walk that records_of() made
 * @text: tasks separated by ';', each "COMM:TID" and words separated by ',':
 *	"K" a kernel thread, "I" an idle task, "CN" running on CPU N, "xBITS" the
 *	kernel's state (hex; without it 1, asleep, or 0 on a CPU), "cut" a stack
 *	that is deeper, "/..." the cgroup, "ADDR=TEXT" a frame, "ADDR=" one whose
 *	text is lost, "u..." how far the stack was followed: "unot", "umoved", "uwhole",
 *	"utable", "ubroken" or "udeep", as far as there are frames before this word (without it,
 *	nothing is told of that, as before 2026), "!KIND PROGRAM NAME FUNCTION PID COMM" a probe of the frame before
 *	("-" for an empty string)
 */
void records_add_tasks(struct records *records, const char *text);

/** blockers_of() - what these tasks amount to, not classified; for blockers__clear() */
struct blockers blockers_of(const char *text);

/** code_facts() - of a patch whose only function f is from 0x1000 to 0x100f until now */
struct facts code_facts(void);

/** classify() - each of them, by the first of the patches */
void classify(struct blockers *blockers, const struct facts *facts, int target);

/** write_conflicts() - " {ID OFFERED<INSTALLED PATCH}" for each; "-" is not offered */
void write_conflicts(FILE *out, const struct conflicts *conflicts);

/** event_line() - write an event as one line, all that a sink could show of it but times and task */
void event_line(FILE *out, const struct event *event);

/* Text that grows, to be compared with what a test expects. */
struct text {
	FILE *out;
	char *s;
	size_t size;
};

void text_open(struct text *text);

/** text_expect() - fail unless exactly this was written since the last call */
#define text_expect(text, expected) text_expect_at(text, expected, __FILE__, __LINE__)
void text_expect_at(struct text *text, const char *expected, const char *file, int line);
void text_close(struct text *text);

/**
 * squeeze() - a table without what libsmartcols decides
 *
 * How wide columns are is its affair: as many spaces as may be count as one, at
 * the end of a line as none.
 */
void squeeze(char *s);

/** random_u64() - the next of a sequence that @seed, not 0, begins (xorshift64*) */
uint64_t random_u64(uint64_t *seed);

/** expect_true() - like assert_true(), and says which row of a table it is about */
#define expect_true(condition, format, ...)                                                        \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail_msg("%s: " format, #condition, __VA_ARGS__);                          \
	} while (0)

#endif
