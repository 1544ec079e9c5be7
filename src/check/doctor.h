/* SPDX-License-Identifier: GPL-2.0 */
/* What "klpscope doctor" finds: each finding a verdict, what, what follows, what to do. */
#ifndef KLPSCOPE_CHECK_DOCTOR_H
#define KLPSCOPE_CHECK_DOCTOR_H

#include "facts/foreign_found.h"
#include "facts/snapshot.h"
#include "facts/unwinder.h"
#include "util/attributes.h"

enum doctor_verdict {
	DOCTOR_OK,
	DOCTOR_GAP, /* klpscope sees less, or a transition may wait */
	DOCTOR_BAD, /* klpscope cannot work */
};

enum doctor_section {
	DOCTOR_KERNEL, /* what the kernel offers */
	DOCTOR_HOOKS, /* how klpscope attaches */
	DOCTOR_FIELDS, /* of the kernel's structures */
	DOCTOR_PROBES, /* what others have attached */
	DOCTOR_SECTIONS,
};

/* A probe of somebody else's, for programs. */
struct doctor_probe {
	const char *kind; /* static: "fexit", "kretprobe", ... */
	uint32_t functions; /* that it is on */
	char function[FOREIGN_FUNC_LEN]; /* "": many, or not known */
	char module[FOREIGN_MODULE_LEN]; /* "": the kernel itself, or not known */
	uint64_t offset;
	uint32_t program; /* 0: none, or not known */
	char program_name[FOREIGN_NAME_LEN];
	char event[FOREIGN_NAME_LEN]; /* "": none */
	char patch[WIRE_NAME_LEN +
		   1]; /* the installed livepatch that changes the function; "": none */
	struct foreign_owners owners;
};

struct doctor_finding {
	enum doctor_section section;
	enum doctor_verdict verdict;
	const char *name; /* static: a check, a hook, a structure; of a probe its kind */
	char *text;
	char *consequence; /* NULL: none */
	char *remedy; /* NULL: none */
	const char *method; /* DOCTOR_HOOKS, static */
	const char *tracepoint; /* DOCTOR_HOOKS, static; NULL: it is on none */
	char *missing; /* DOCTOR_FIELDS: "a b"; NULL: none. Those that are there are the text. */
	struct doctor_probe *probe; /* DOCTOR_PROBES */
};

struct doctor {
	char kernel[80]; /* its release */
	struct doctor_finding *list;
	size_t n, room;
	bool no_memory; /* a finding is missing */
};

/**
 * doctor_add() - one more finding
 * @doctor: where to
 * @section, @verdict, @name: of it
 * @text: printf-style
 *
 * Return: the finding, for what else there is to say, until the next is added;
 * never NULL: without memory, one that nobody sees, and @doctor->no_memory.
 */
struct doctor_finding *doctor_add(struct doctor *doctor, enum doctor_section section,
				  enum doctor_verdict verdict, const char *name, const char *text,
				  ...) _printf_(5, 6);

/** doctor_advise() - set a finding's consequence and remedy, copied; NULL: none */
void doctor_advise(struct doctor *doctor, struct doctor_finding *finding, const char *consequence,
		   const char *remedy);

/**
 * doctor_probes() - judge what others have attached
 * @doctor: findings are added
 * @found: what is attached
 * @installed: livepatches, NULL if not known
 * @unwinder: of this kernel
 * @leaf: whether a function is known to have returned before livepatch looks at stacks
 */
void doctor_probes(struct doctor *doctor, const struct foreign_found *found,
		   const struct facts *installed, const struct doctor_unwinder *unwinder,
		   bool (*leaf)(const char *function));

/* Somebody who uses ftrace on a function so that it takes no livepatch. */
struct doctor_user {
	const char *function, *module; /* "vmlinux" for the kernel itself */
	const char *by; /* whom ftrace calls, "" if that is not shown */
	bool direct; /* by a direct call */
};

/**
 * doctor_user() - judge one who stands in the way of a livepatch on a function
 * @doctor: a finding is added, but for installed livepatches themselves
 * @user: who
 * @installed: livepatches, NULL if not known
 */
void doctor_user(struct doctor *doctor, const struct doctor_user *user,
		 const struct facts *installed);

/** doctor_verdict() - the worst */
enum doctor_verdict doctor_verdict(const struct doctor *doctor);

/** doctor_verdict_name() - "ok", "gap", "bad" */
const char *doctor_verdict_name(enum doctor_verdict verdict);

/** doctor_clear() - release what was found */
void doctor_clear(struct doctor *doctor);

#endif
