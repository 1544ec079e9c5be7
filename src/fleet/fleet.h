/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What events of many hosts tell in all: the model behind report of a journal, or of many traces.
 *
 * Room fleet: many hosts in one. It knows events as JSON. It must not see records, or a kernel.
 */
#ifndef KLPSCOPE_FLEET_FLEET_H
#define KLPSCOPE_FLEET_FLEET_H

#include "event/event.h"
#include "util/recent.h"

/* The first so many different ones are kept, the others are counted. */
#define FLEET_HOSTS_MAX	 16384
#define FLEET_STATES_MAX 256 /* of one host */
#define FLEET_IDS_MAX	 1024 /* states of all, in fleet__versions(): those with the lowest ids */
/* So many times as many hosts as there are hosts and states of hosts are looked at for what they do not have. */
#define FLEET_NONE_SHARE 16
/* Of these, the latest are kept. */
#define FLEET_REFUSALS_MAX 4096
#define FLEET_STALLS_MAX   4096

/* A state of a host, as in force. */
struct fleet_state {
	uint64_t id;
	bool has_version;
	uint32_t version;
	char *patch; /* NULL: nobody has it */
};

/* An event, and which host it is of; or what is no event. All it points to lives until the function returns. */
struct fleet_event {
	const char *host;
	const char *machine_id; /* "": not known; tells apart hosts of one name */
	enum {
		FLEET_EVENT,
		FLEET_INSTALLED, /* what is installed: @states, nothing else */
		FLEET_JOURNAL_LOST, /* @lost events are not in the journal */
	} type;
	struct event event; /* of the others, only the times */
	const struct fleet_state *states;
	size_t n_states;
	uint64_t lost;
	/* Of a stall, the first task. */
	const char *comm; /* NULL: none */
	uint32_t tid;
	const char *why;
	uint64_t tasks;
};

struct fleet_refusal {
	const struct fleet_host *host;
	int64_t real_ns;
	char *patch; /* NULL: not known */
	enum refused_action action;
	char *module; /* REFUSED_LOAD: its name; NULL: not known */
	int error;
	enum refused_cause cause;
	char *explanation;
};

/* A transition that was held up. */
struct fleet_stall {
	const struct fleet_host *host;
	int64_t real_ns; /* when that was first told */
	char *patch;
	int target;
	uint64_t
		waited_ns; /* at least: as last told, or the whole transition's duration once it is over */
	enum { STALL_RUNNING, STALL_COMPLETE, STALL_CANCEL, STALL_UNKNOWN } outcome;
	bool forced, reversed;
	char comm[WIRE_COMM_LEN + 1]; /* of the task told first, "": none was */
	uint32_t tid;
	char *why;
	uint64_t more; /* tasks told beside it */
};

struct fleet_host {
	char *name, *machine_id;
	bool ambiguous; /* another has the same name */
	uint64_t events, attempts, accepted, refused, transitions, completed, reversed, forced,
		stalls;
	uint64_t refused_otherwise; /* what is no attempt to enable */
	char *broken; /* livepatch whose module's init failed after it was enabled; NULL: none */
	uint64_t longest_ns; /* transition that completed */
	uint64_t lost; /* as klpscope said there, */
	uint64_t journal_lost; /* and events that did not reach the journal */
	int64_t first_ns, last_ns;
	bool running; /* a transition, at the end */
	bool states_known; /* what is installed was told; else only changes of states were seen */
	struct fleet_state *states; /* by id */
	size_t n_states, room_states;
	uint64_t more_states;
	struct fleet_stall stall; /* of the transition that runs; host NULL: none */
};

struct fleet {
	struct fleet_host **hosts; /* by name, after fleet__finish() */
	size_t n_hosts, room_hosts;
	void *root; /* of tsearch() */
	uint64_t more_hosts; /* events of hosts that were not kept */
	uint64_t events, attempts, accepted, transitions, forced, lost, journal_lost;
	uint64_t refused[CAUSES], refused_otherwise;
	int64_t first_ns, last_ns;
	struct recent refusals, stalls;
	/* What was read and is not here. */
	uint64_t others; /* lines that are not klpscope's */
	uint64_t cut; /* entries of which journalctl left the event out */
	uint64_t bad; /* lines that are not understood */
	bool incomplete; /* an event said so */
	bool no_memory;
};

/** fleet__new() - an empty model; NULL without memory */
struct fleet *fleet__new(void);

/** fleet__event() - take one into account */
void fleet__event(struct fleet *fleet, const struct fleet_event *event);

/** fleet__finish() - all events are there */
void fleet__finish(struct fleet *fleet);

/* A version of a state, and which hosts have it. */
struct fleet_version {
	uint64_t id;
	bool none; /* these have no livepatch with this state; else */
	bool has_version;
	uint32_t version;
	const char *patch;
	const struct fleet_host **hosts;
	size_t n_hosts;
	uint64_t more_hosts; /* of none: so many more are not listed */
	bool differs; /* there are others of this state */
};

struct fleet_versions {
	struct fleet_version *list; /* by id, then version */
	size_t n;
	const struct fleet_host **hosts; /* that the list points into */
	uint64_t more; /* states that are left out */
	uint64_t more_hosts; /* of all versions */
};

/** fleet__versions() - which hosts have which version of each state; 0 or -ENOMEM */
int fleet__versions(const struct fleet *fleet, struct fleet_versions *versions);

/** fleet_versions__clear() - release them */
void fleet_versions__clear(struct fleet_versions *versions);

/** fleet__kept_all() - whether nothing was lost, cut, or beyond a limit */
bool fleet__kept_all(const struct fleet *fleet);

/** fleet__free() - release the model; NULL is allowed */
void fleet__free(struct fleet *fleet);

#endif
