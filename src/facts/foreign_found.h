/* SPDX-License-Identifier: GPL-2.0 */
/* What others have attached to this kernel, as far as it can concern livepatching. */
#ifndef KLPSCOPE_FACTS_FOREIGN_FOUND_H
#define KLPSCOPE_FACTS_FOREIGN_FOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf_foreign.h"

/* How a BPF program sits on a function, by a trampoline. */
enum foreign_kind {
	FOREIGN_FENTRY, /* before it: no frame while the function runs */
	FOREIGN_FEXIT, /* around it: a frame for as long as the function runs */
	FOREIGN_FMOD_RET, /* the same */
	FOREIGN_FSESSION, /* the same */
	FOREIGN_LSM, /* around a stub that returns at once */
	FOREIGN_LSM_CGROUP, /* the same */
	FOREIGN_OTHER, /* newer than this program */
	FOREIGN_KINDS,
};

struct foreign_owner {
	uint32_t pid; /* of the process */
	char comm[FOREIGN_COMM_LEN];
};

/* Those beyond are only counted. */
#define FOREIGN_OWNERS_MAX 4

/* Processes that hold it by a file descriptor; n is 0 where it is pinned, or the kernel does not tell. */
struct foreign_owners {
	struct foreign_owner list[FOREIGN_OWNERS_MAX];
	size_t n; /* may be more than are on the list */
	uint32_t last; /* added, so that one beyond the list counts once */
};

struct foreign_program {
	uint32_t id;
	enum foreign_kind kind;
	enum foreign_linked attached;
	bool sleepable;
	bool on_program; /* func is a BPF program's, not the kernel's */
	bool own; /* this process holds it */
	uint64_t key; /* of the trampoline; 0: not known */
	char name[FOREIGN_NAME_LEN];
	char func[FOREIGN_FUNC_LEN]; /* "" if not readable */
	char module[FOREIGN_MODULE_LEN]; /* "vmlinux" for the kernel itself; "": not known */
	struct foreign_owners owners;
};

struct foreign_kprobe {
	uint64_t address; /* 0: hidden */
	bool on_return;
	bool ftrace; /* by ftrace, so at the function's entry */
	bool optimized;
	bool disabled;
	bool gone; /* its module is */
	bool overrides; /* its BPF program may end the function before it begins */
	bool own;
	uint64_t offset; /* from symbol */
	char symbol[FOREIGN_FUNC_LEN];
	char module[FOREIGN_MODULE_LEN]; /* "": the kernel itself */
	char event[FOREIGN_NAME_LEN]; /* the trace event "GROUP/NAME" that it is; "": none */
	uint32_t program; /* BPF, 0: none, or not known */
	struct foreign_owners owners;
};

/* A BPF link to many functions at once (kprobe.multi). */
struct foreign_multi {
	uint32_t program;
	uint32_t count; /* of functions */
	bool on_return;
	bool own;
	struct foreign_owners owners;
};

/* What could not be looked at. */
enum foreign_gap {
	FOREIGN_NO_PROGRAMS = 1 << 0, /* nothing is known of BPF programs */
	FOREIGN_NO_LINKS = 1 << 1, /* 5.18 and earlier: only links that a process holds are seen */
	FOREIGN_NO_OWNERS = 1 << 2, /* who holds what is not known */
	FOREIGN_NOT_ALL_OWNERS = 1 << 3, /* processes outside our PID namespace are not seen */
	FOREIGN_NO_KPROBES = 1 << 4, /* debugfs cannot be read */
	FOREIGN_NO_EVENTS =
		1 << 5, /* tracefs cannot be read: kprobes without their events' names */
	FOREIGN_TRUNCATED = 1 << 6, /* a table was full */
	FOREIGN_UNREADABLE = 1 << 7, /* the kernel broke off an answer */
};

#define FOREIGN_PROGRAMS_MAX 4096
#define FOREIGN_KPROBES_MAX  65536
#define FOREIGN_MULTIS_MAX   1024

struct foreign_found {
	struct foreign_program *programs;
	size_t n_programs, room_programs;
	struct foreign_kprobe *kprobes;
	size_t n_kprobes, room_kprobes;
	struct foreign_multi *multis;
	size_t n_multis, room_multis;
	uint32_t gaps; /* bits of enum foreign_gap */
	char tracer[32]; /* ftrace's current one; "": not known */
};

/** foreign_kind_name() - "fentry", "fexit", ... */
const char *foreign_kind_name(enum foreign_kind kind);

/**
 * foreign_stays() - whether the trampoline's frame stays while the function runs
 *
 * What is newer than this program may, so it counts.
 */
bool foreign_stays(enum foreign_kind kind);

/** foreign_skips() - whether such a program, by what it returns, decides whether the function runs at all */
bool foreign_skips(enum foreign_kind kind);

/**
 * foreign_trampoline() - whether a kernel symbol is a BPF trampoline
 * @symbol: as in a stack, such as "bpf_trampoline_6442522513"
 * @key: set to its key: the function's BTF id and the BTF it is in
 *
 * Return: true if it is, false if not or if its name has no key.
 */
bool foreign_trampoline(const char *symbol, uint64_t *key);

/** foreign_return_trampoline() - whether a kernel symbol is what a kretprobe returns to */
bool foreign_return_trampoline(const char *symbol);

/**
 * foreign_on_trampoline() - the programs that a BPF trampoline calls, one after another
 * @found: what is attached
 * @key: of the trampoline
 * @after: the one before, or NULL for the first
 *
 * Return: the next, ours included; NULL if there is none.
 */
const struct foreign_program *foreign_on_trampoline(const struct foreign_found *found, uint64_t key,
						    const struct foreign_program *after);

/** foreign_kretprobe() - the kretprobe after @after (NULL: the first) that is not disabled; NULL: none */
const struct foreign_kprobe *foreign_kretprobe(const struct foreign_found *found,
					       const struct foreign_kprobe *after);

/** foreign_owners_add() - one more process; the same one is there once */
void foreign_owners_add(struct foreign_owners *owners, uint32_t pid, const char *comm);

/** foreign_clear() - release what was found */
void foreign_clear(struct foreign_found *found);

#endif
