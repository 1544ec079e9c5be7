/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The events: what users see, whatever source they come from (docs/events.md).
 *
 * Room event: from records to what users see. It must not know whether a stream is live, or print.
 */
#ifndef KLPSCOPE_EVENT_EVENT_H
#define KLPSCOPE_EVENT_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "facts/facts.h"
#include "rules/blocker.h"
#include "rules/compat.h"
#include "rules/refusal.h"
#include "wire.h"

enum event_kind {
	EVENT_ENABLE,
	EVENT_REFUSED,
	EVENT_TRANSITION,
	EVENT_PROGRESS,
	EVENT_STALL,
	EVENT_STATE,
	EVENT_LOOKUP,
	EVENT_LOOKUP_COUNT,
	EVENT_DISABLE,
	EVENT_REPLACED,
	EVENT_FREED,
	EVENT_MESSAGE,
	EVENT_LOST,
	EVENT_WARNING,
	EVENT_INIT_FAILED,
	EVENT_KINDS,
};

enum transition_action {
	ACTION_START,
	ACTION_RETRY,
	ACTION_REVERSE,
	ACTION_FORCE,
	ACTION_COMPLETE,
	ACTION_CANCEL,
	ACTION_SIGNAL, /* the kernel sends its own signals to the tasks left, or wakes them */
	ACTIONS,
};

struct event {
	enum event_kind kind;
	uint64_t boot_ns; /* CLOCK_BOOTTIME */
	int64_t real_ns; /* CLOCK_REALTIME at that moment */
	bool has_task;
	uint32_t pid, tid, uid;
	char comm[WIRE_COMM_LEN + 1];
	const char *patch; /* NULL: belongs to none */
	uint64_t attempt; /* 0: belongs to none */
	bool truncated; /* part of what belongs here was cut or lost */
	union {
		struct {
			const struct patch *candidate;
			uint32_t flags; /* enum wire_flags */
			bool lost; /* part of what is known of it */
		} enable;
		struct {
			int error; /* negative errno; 0: not known, or (@init_ok) the init returned 0 */
			enum refused_cause cause;
			const char *message; /* lines of the kernel log, "" for none */
			const char *explanation;
			const struct conflicts *conflicts;
			enum refused_action action;
			bool by_loader; /* the module loader's refusal, else livepatch's */
			const char *module; /* REFUSED_LOAD: its name; NULL: not known */
			bool init_ok;
		} refused;
		struct {
			enum transition_action action;
			int target; /* 1 patched, 0 unpatched, -1 not known */
			uint32_t tries;
			uint64_t duration_ns; /* ACTION_COMPLETE; 0: the start was not seen */
			bool joined; /* @tries count from when klpscope joined in */
		} transition;
		struct {
			int target; /* as above */
			uint32_t tries;
			uint64_t tasks;
			uint64_t remaining; /* of these */
			uint64_t elapsed_ns; /* since the start or the reversal; 0: not seen */
			uint64_t cost_ns; /* CPU time that klpscope took for this */
			bool changed; /* @remaining is another than in the event before */
			bool joined; /* as above */
		} progress;
		struct {
			int target;
			uint64_t elapsed_ns;
			const struct blockers *blockers; /* new ones, and those that have moved */
			uint64_t more; /* tasks that are left and were not looked at */
		} stall;
		struct {
			uint64_t id;
			const uint32_t *from_version; /* NULL: nobody has it, or no versions */
			const uint32_t *to_version;
			const char *from_patch;
			const char *to_patch;
		} state;
		struct {
			const char *function;
			uint64_t id;
			const uint32_t *version; /* NULL: not found, or no versions */
			const char *from_patch;
			const char *caller; /* NULL: not known */
			bool found;
		} lookup;
		struct {
			uint64_t id;
			uint64_t count;
			const char *caller;
		} lookup_count;
		struct {
			const char *by;
		} replaced;
		struct {
			const char *text;
		} message;
		struct {
			uint64_t records, attempts, lookups, missed;
		} lost;
		struct {
			const char *text;
			const struct conflicts *conflicts;
		} warning;
		/* The module's init failed after its livepatch was accepted: the kernel frees code in use. */
		struct {
			int error; /* negative errno */
			const char *explanation; /* what follows, and what to do */
		} init_failed;
	};
};

/** event_name() - the published name of a kind */
const char *event_name(enum event_kind kind);

/** event_kind_of() - the kind with this published name (@len bytes), -ENOENT if there is none */
int event_kind_of(const char *name, size_t len);

/** action_name() - the published name of an action */
const char *action_name(enum transition_action action);

/** target_name() - "patched", "unpatched", or NULL when it is not known */
const char *target_name(int target);

#endif
