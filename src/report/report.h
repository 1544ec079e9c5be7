/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What recordings tell in all: the model behind report, the post-mortem, the pictures and stat. It is fed event by
 * event; what it keeps has limits, each of which is counted when it is reached, so memory does not grow with the events.
 *
 * Room report: the model of a whole, bounded. It knows events. It must not see records, or print.
 */
#ifndef KLPSCOPE_REPORT_REPORT_H
#define KLPSCOPE_REPORT_REPORT_H

#include "event/event.h"
#include "event/moment.h"
#include "event/summary.h"
#include "facts/snapshot.h"
#include "report/installed.h"
#include "util/histogram.h"
#include "util/recent.h"

/* The first so many different ones are kept, the others are counted. */
#define REPORT_PATCHES_MAX 1024
#define REPORT_STATES_MAX  4096
#define REPORT_STALLS_MAX  1024
#define REPORT_LOOKUPS_MAX 2048
/* Of these, the latest are kept. */
#define REPORT_RECORDINGS_MAX  256
#define REPORT_TRANSITIONS_MAX 1024
#define REPORT_CHANGES_MAX     4096
#define REPORT_REFUSALS_MAX    1024
#define REPORT_PERIODS_MAX     2048
#define REPORT_MESSAGES_MAX    512 /* lines of the kernel log, and warnings */
#define REPORT_LOSSES_MAX      256
#define REPORT_STEPS_MAX       64
#define REPORT_CONFLICTS_MAX   32 /* of one refusal */

/* Transitions that completed are counted by how long they took, ns: up to each of these. */
#define REPORT_BOUNDS 12
extern const uint64_t report_bounds[REPORT_BOUNDS];

struct report_when {
	uint64_t boot_ns; /* CLOCK_BOOTTIME */
	int64_t real_ns; /* CLOCK_REALTIME; 0: not known */
	/*
	 * Its place in the order of time, ns: CLOCK_REALTIME as it would be if nobody had set it since the first recording
	 * of this boot. A boot begins no earlier than the one before it was last seen.
	 */
	int64_t line_ns;
};

struct report_who {
	bool known;
	uint32_t pid, tid, uid;
	char comm[WIRE_COMM_LEN + 1];
};

/* One file, or what was watched live. Strings are "" where they are not known. */
struct report_recording {
	char *name;
	char *host, *release, *build, *boot_id, *machine_id, *version;
	struct report_when begin,
		end; /* of the header and of the last event, or later where it is known */
	bool follows; /* the recording before goes on here, without a gap */
	bool has_gap; /* between the recording before and this one nobody watched: */
	struct report_when gap_from; /* from then on, */
	uint64_t gap_ns; /* for so long, by the clock of both, */
	bool gap_is_most; /* or less: the one before was not ended, so it is known until its last event only */
	bool other_boot; /* than the recording before */
	bool other_host;
	bool changed_unseen; /* in the gap, what is installed changed */
	bool torn; /* it ends in the middle of a frame */
	bool no_end; /* it was not ended: its recorder was killed, or still runs */
	uint64_t damaged; /* places where frames are missing */
};

/* What is known of the livepatches of one name. */
struct report_patch {
	char *name;
	uint64_t attempts, accepted, undecided;
	uint64_t refused[CAUSES];
	uint64_t transitions, completed, canceled, reversed, forced, unseen_end;
	uint64_t tries, signals, blockers;
	uint64_t lookups;
	struct histogram durations; /* of transitions that completed, ns */
	struct report_when first, last;
	/* Since when it is installed. */
	bool in;
	bool in_from_snapshot; /* it was there when watching began */
	struct report_when in_since;
};

/* A time during which a livepatch was in force or on its way out. */
struct report_period {
	char *patch;
	struct report_when from, to;
	bool from_before; /* it was there already */
	bool open; /* it was still there at @to, the end */
	char *replaced_by; /* NULL: it was disabled, or is still there */
};

/* The version of a state changes, or is seen for the first time. */
struct report_change {
	struct report_when when;
	uint64_t id;
	bool found; /* by a snapshot: not watched as it happened */
	bool has_from, has_to; /* versions */
	uint32_t from_version, to_version;
	char *from_patch, *to_patch; /* NULL: nobody */
	struct report_who who; /* that began the transition */
};

struct report_state {
	uint64_t id;
	uint64_t changes;
	bool has_version;
	uint32_t version; /* in force at the end */
	char *patch; /* NULL: nobody has it at the end */
	struct report_when last;
};

struct report_refusal {
	enum refused_action action;
	bool by_loader;
	bool init_ok; /* @error is 0 because the init returned that */
	char *module; /* REFUSED_LOAD: its name; NULL: not known */
	struct report_when when;
	struct report_who who;
	char *patch;
	uint64_t attempt;
	int error;
	enum refused_cause cause;
	char *message, *explanation;
	struct conflicts conflicts; /* with copies of the names */
	uint64_t more_conflicts;
	bool truncated;
};

struct report_transition {
	struct summary_transition t;
	struct report_when begin; /* its times, with their place */
	struct report_who who; /* that began it */
	bool began; /* its start was seen, */
	int first_target; /* which was towards this */
	struct report_when end; /* or when it was last seen */
	struct report_when stalled; /* tasks were first told that hold it up; real_ns 0: never */
	struct report_when reversed, forced; /* likewise, the last time */
	struct report_who reversed_by, forced_by;
};

/* Tasks of one name, in one place, that one livepatch waited for. */
struct report_stall {
	char *patch;
	char comm[WIRE_COMM_LEN + 1];
	bool kthread;
	enum blocker_class class;
	uint32_t tid; /* of the first such task */
	char *why;
	char **stack;
	size_t n_frames;
	bool cut; /* something of this is missing */
	uint64_t seen; /* times that such a task was told */
	uint64_t transitions; /* that waited for it */
	uint64_t
		at_least_ns; /* the longest that a transition was seen to wait: from its start to the last sight */
	uint64_t
		at_most_ns; /* the longest from a start to the end of the transition; 0: no end was seen */
	uint64_t total_at_least_ns; /* of all transitions */
	struct report_when first, last;
	/* In the transition that runs. */
	uint64_t current; /* its number, */
	uint64_t current_ns; /* at least so long, */
	uint64_t current_tasks; /* and so many tasks that were told in no other place */
	struct report_stall *next; /* of the same transition */
};

#define REPORT_WAITERS_MAX 512

/*
 * Which tasks a running transition was told to wait for. Each is told once for each place, and nobody says when one has
 * switched; but as the rest of a sample have all been told before, those of one place must be among them where fewer
 * were told elsewhere than are left.
 */
struct report_waiters {
	struct {
		uint32_t tid;
		struct report_stall *stall; /* NULL: told in several places */
	} list[REPORT_WAITERS_MAX];
	size_t n;
	bool unknown; /* there are tasks that were not told */
	uint64_t remaining; /* of the last sample, 0: none since */
	uint64_t elapsed_ns; /* at that sample */
	struct report_when when;
};

struct report_lookup {
	char *function;
	char *patch; /* NULL: not known */
	uint64_t id;
	char *caller; /* NULL: not known */
	uint64_t calls; /* told one by one, or counted in the kernel */
	uint64_t not_found;
	bool counted; /* by the kernel: nothing is known of what they found */
	bool has_version;
	uint32_t version; /* found last */
	char *from_patch;
};

/* A line of the kernel log, or a warning of klpscope. */
struct report_message {
	struct report_when when;
	bool warning;
	bool severe; /* the kernel is broken: a module's init failed after its livepatch was enabled */
	char *patch, *text;
};

struct report_loss {
	struct report_when when;
	uint64_t records, attempts, lookups, missed;
};

/* The wall clock was set. */
struct report_step {
	struct report_when when; /* it was noticed */
	int64_t by_ns; /* < 0: back */
};

/* What was asked for, of all that the recordings have. */
struct report_selection {
	struct moment since, until; /* both inclusive */
	bool begun; /* what comes now is not before @since */
	bool over; /* something came after @until */
	bool recording_left_out; /* the one that is being read */
	uint64_t events_left_out, recordings_left_out;
};

struct report_tree {
	void *root; /* of tsearch() */
	void **list;
	size_t n, room, max;
	uint64_t more; /* events of ones that were not kept */
};

struct report {
	struct recent recordings;
	uint64_t kinds[EVENT_KINDS];
	uint64_t actions[ACTIONS]; /* of transitions, as told */
	uint64_t events;
	int64_t last_event_real_ns; /* 0: there was none */
	struct report_when begin, end; /* of what was selected */
	struct report_selection selection;
	uint64_t attempts, accepted, undecided; /* of all livepatches, kept or not */
	uint64_t refused[CAUSES];
	uint64_t refused_otherwise[REFUSED_ACTIONS]; /* what is no attempt to enable */
	struct report_tree patches, states, stalls, lookups;
	struct recent transitions, periods, changes, refusals, messages, losses, steps;
	struct histogram durations; /* of all transitions that completed */
	uint64_t durations_up_to[REPORT_BOUNDS]; /* how many of them, each with those before it */
	struct histogram passes; /* CPU time of klpscope for each look at all tasks, ns */
	struct report_loss lost; /* in all */
	bool truncated; /* an event said that something of it is missing */
	bool no_memory; /* for all that should be here */
	bool interrupted; /* not all was read */
	struct installed before, now; /* before: not known without a snapshot */
	/* The transition that runs. */
	struct summary summary;
	struct report_transition current;
	uint64_t current_number;
	struct report_waiters waiters;
	struct report_who last_who; /* that began the transition which ended last, */
	uint64_t last_end_ns; /* at CLOCK_BOOTTIME */
	struct {
		bool known; /* for this boot */
		bool any; /* for one before */
		uint64_t offset; /* of line_ns against CLOCK_BOOTTIME */
		uint64_t first_offset; /* that of the first boot */
	} line;
	bool clock_known; /* in this boot */
	uint64_t clock_offset; /* of CLOCK_REALTIME against CLOCK_BOOTTIME, as last told */
	struct {
		uint64_t attempt; /* 0: free */
		struct report_patch *patch;
	} open[INSTALLED_CANDIDATES_MAX]; /* attempts that are not decided */
	size_t used_open; /* places from the first on that ever were */
	struct report_patch *
		last_patch; /* that was asked for, as most events are of the same as the one before */
	struct report_stall *stalled; /* those of the transition that runs */
};

/** report__new() - an empty model; NULL without memory */
struct report *report__new(void);

/**
 * report__recording() - another recording begins
 * @report: changed
 * @recording: copied
 *
 * Compared with the one before it: what is between two of them was not watched.
 * Without any, the events are one recording.
 *
 * Return: 0, or -ENOMEM.
 */
int report__recording(struct report *report, const struct report_recording *recording);

/** report__recording_ends() - when the last recording ended; NULL: with its last event, as far as is known */
void report__recording_ends(struct report *report, const struct report_when *end);

/**
 * report__select() - only what happened in that time counts
 * @report: changed; before anything else is told, or again with the same once the moments are resolved
 * @since: if it is set: what came before is the state of things with which it begins
 * @until: if it is set: what comes after is not taken into account
 */
void report__select(struct report *report, const struct moment *since, const struct moment *until);

/** report__clock() - what the wall clock shows; if it was set, that is told */
void report__clock(struct report *report, uint64_t boot_ns, int64_t real_ns);

/**
 * report__since_boot() - when an event that was told last happened, since the first boot that was recorded
 * @report: that knows its boot
 * @boot_ns: of the event, CLOCK_BOOTTIME
 *
 * Unlike CLOCK_BOOTTIME, it does not begin again when the machine is started again.
 *
 * Return: ns since the first boot.
 */
uint64_t report__since_boot(const struct report *report, uint64_t boot_ns);

/** report__recording_damaged() - something of the last one is missing: its end, or (neither) frames within */
void report__recording_damaged(struct report *report, bool torn, bool no_end);

/** report__snapshot() - what is installed as a recording begins */
void report__snapshot(struct report *report, const struct snapshot *snapshot,
		      const struct report_when *when);

/** report__event() - take one event into account */
void report__event(struct report *report, const struct event *event);

/** report__running() - the transition that runs, also after report__finish(); NULL: none is known */
const struct report_transition *report__running(const struct report *report);

/** report__finish() - all events are there */
void report__finish(struct report *report);

/** report__free() - release the model; NULL is allowed */
void report__free(struct report *report);

/* What the post-mortem and the pictures tell in the order of time. */
enum timeline_kind {
	TIMELINE_RECORDING,
	TIMELINE_STEP, /* of the wall clock */
	TIMELINE_BEGIN, /* of a transition */
	TIMELINE_STALL,
	TIMELINE_REVERSE,
	TIMELINE_FORCE,
	TIMELINE_END, /* of a transition */
	TIMELINE_CHANGE,
	TIMELINE_REFUSAL,
	TIMELINE_MESSAGE,
	TIMELINE_LOSS,
	TIMELINE_GONE, /* a livepatch was replaced */
	TIMELINE_KINDS,
};

struct timeline_entry {
	enum timeline_kind kind;
	struct report_when when;
	size_t order; /* as they were found, for those of the same time */
	const void *what; /* struct report_...: as the kind says */
};

/**
 * report__timeline() - what happened, in the order of time, whatever the wall clock showed
 * @report: whose parts they point to
 * @n: set to how many there are
 *
 * Return: the caller's to free; NULL without memory.
 */
struct timeline_entry *report__timeline(const struct report *report, size_t *n);

/** report_between() - from one moment to a later one, ns; 0 if it is not later */
uint64_t report_between(const struct report_when *from, const struct report_when *to);

/* What all livepatches together have, those left out that are not kept by name (which report__kept_all() says). */
struct report_totals {
	uint64_t tries, signals, completed, canceled, reversed, forced, lookups;
};

/** report__totals() - sums over all livepatches */
struct report_totals report__totals(const struct report *report);

/** report__refusals() - how many attempts were refused in all */
uint64_t report__refusals(const struct report *report);

/** report__lost() - how much was lost in all: records, attempts, lookups, and what was missed */
uint64_t report__lost(const struct report *report);

/** report__refused_otherwise() - how much else was: disables, other writes, modules */
uint64_t report__refused_otherwise(const struct report *report);

/** report__kept_all() - whether no limit was reached and nothing was lost */
bool report__kept_all(const struct report *report);

#endif
