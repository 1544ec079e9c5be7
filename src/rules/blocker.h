/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks that a transition waits for, and why. */
#ifndef KLPSCOPE_RULES_BLOCKER_H
#define KLPSCOPE_RULES_BLOCKER_H

#include <stdio.h>

#include "facts/facts.h"
#include "wire.h"

/* Why a task has not switched; where several apply, the one that the kernel looks at first. */
enum blocker_class {
	BLOCKER_UNKNOWN,
	BLOCKER_RUNNING, /* a user's task, on a CPU or about to be: it switches as it leaves the kernel */
	BLOCKER_BUSY_KTHREAD, /* a kernel thread that is never asleep when it is looked at */
	BLOCKER_UNRELIABLE_STACK, /* something on its stack forbids to tell what it is in */
	BLOCKER_PATCHED_FUNCTION, /* asleep in a function that changes */
	BLOCKER_CLASSES,
};

/* A BPF program or probe that a frame of a stack comes from. */
struct probe {
	uint32_t kind; /* enum wire_probe_kind */
	uint32_t prog_id; /* 0: none, or not known */
	uint32_t pid; /* of the process that holds it, 0: not known */
	char name[WIRE_SYMBOL_LEN + 1];
	char function[WIRE_SYMBOL_LEN + 1]; /* that it is attached to, "" not known */
	char comm[WIRE_COMM_LEN + 1];
};

struct frame {
	uint64_t addr;
	char *text; /* "symbol+0x1f/0x50 [module]", or the address of what is in no symbol; NULL: lost */
	char *symbol; /* NULL: in none */
	char *module; /* NULL: the kernel itself */
};

/* What klpscope could not see of what the kernel looks at; bits, with a name each. */
enum blocker_unseen {
	UNSEEN_STACK = 1 << 0, /* it could not be read, or the task ran meanwhile */
	UNSEEN_SCHEDULER = 1 << 1, /* functions of the scheduler and of locks on it */
	UNSEEN_RELIABILITY = 1 << 2, /* whether the kernel trusts it */
	UNSEEN_OUTER_FRAMES = 1 << 3, /* its outer part */
	UNSEEN_FUNCTIONS = 1 << 4, /* all functions that change, and in which direction */
	UNSEEN_BITS = 5,
};

struct blocker {
	uint32_t pid, tid, cpu;
	uint32_t flags; /* enum wire_task_flags */
	uint32_t state; /* the kernel's bits */
	char comm[WIRE_COMM_LEN + 1];
	char *cgroup; /* NULL: not known */
	struct frame *frames; /* innermost first */
	size_t n_frames;
	uint32_t unwound; /* enum wire_unwound_end */
	size_t followed; /* of the frames, by the rules of the kernel's reliable unwinder */
	size_t scheduler; /* of these, the innermost that are the scheduler's or a lock's */
	struct probe *probes; /* that make the stack unreliable, as far as known */
	size_t n_probes, room_probes;
	bool cut; /* something of this was cut or could not be read */
	/* What blockers__classify() finds. */
	enum blocker_class class;
	bool unpatching; /* @func is the livepatch's own */
	const struct func *func; /* that it must leave, NULL: none */
	const struct object *object; /* that @func belongs to */
	const struct frame *culprit; /* that makes the stack unreliable, NULL: none */
	size_t shown_from; /* the frame at which what people look at begins: without the scheduler's, unless they matter */
	uint32_t unseen; /* enum blocker_unseen; 0 where the reason was found */
};

struct blockers {
	struct blocker *list;
	size_t n, room;
};

/**
 * blockers__add() - take one record of a walk of kind WIRE_WALK_STALL
 * @blockers: so far
 * @rec: WIRE_TASK, _UNWOUND, _DEEPER, _FRAME, _CGROUP or _PROBE, already validated; others are left alone
 *
 * Return: 0, or -ENOMEM.
 */
int blockers__add(struct blockers *blockers, const struct wire_hdr *rec);

/** blockers__clear() - release what @blockers holds and make it empty */
void blockers__clear(struct blockers *blockers);

/**
 * blockers__classify() - why tasks have not switched
 * @blockers: their results are filled; they point into @patch and @blockers
 * @patch: in transition, with the code of its functions; NULL: not known
 * @target: of the transition: 1 patched, 0 unpatched, -1 not known
 * @whole: all functions of @patch are there, as the kernel has them on its lists
 *
 * By the rules of klp_try_switch_task(), klp_check_stack() and klp_check_stack_func(), 5.10 to 7.3.
 * That nothing holds a task is found only if all was seen that these look at.
 *
 * Return: 0, or -ENOMEM.
 */
int blockers__classify(struct blockers *blockers, const struct patch *patch, int target,
		       bool whole);

/** blocker_unseen_name() - the published name of a bit of enum blocker_unseen, by its number */
const char *blocker_unseen_name(unsigned int bit);

/** blocker_class_name() - the published name of a class */
const char *blocker_class_name(enum blocker_class class);

/** blocker__state() - the published name of what a task is doing */
const char *blocker__state(const struct blocker *blocker);

/** probe_kind_name() - the published name of a kind of probe (enum wire_probe_kind) */
const char *probe_kind_name(uint32_t kind);

/** blocker__explain() - write why it blocks, and what helps, as a part of a sentence */
void blocker__explain(FILE *out, const struct blocker *blocker);

/** blocker__explanation() - the same as a string, the caller's to free; NULL without memory */
char *blocker__explanation(const struct blocker *blocker);

#endif
