// SPDX-License-Identifier: GPL-2.0
#include "live/culprits.h"

#include <stdio.h>
#include <string.h>

static struct wire_probe probe_of(const struct wire_task *task, uint32_t index,
				  const struct foreign_owners *owners)
{
	struct wire_probe rec = {
		.hdr = { WIRE_PROBE, sizeof(rec), task->hdr.walk },
		.tid = task->tid,
		.index = index,
	};

	if (owners->n) {
		rec.pid = owners->list[0].pid;
		memcpy(rec.comm, owners->list[0].comm, sizeof(rec.comm));
	}
	return rec;
}

/* As much of a string as the field holds; it need not end with a NUL. */
static void set(char *field, size_t size, const char *text)
{
	memcpy(field, text, strnlen(text, size));
}

static uint32_t wire_kind(enum foreign_kind kind)
{
	switch (kind) {
	case FOREIGN_FENTRY:
		return WIRE_PROBE_FENTRY;
	case FOREIGN_FEXIT:
		return WIRE_PROBE_FEXIT;
	case FOREIGN_FMOD_RET:
		return WIRE_PROBE_FMOD_RET;
	case FOREIGN_LSM:
	case FOREIGN_LSM_CGROUP:
		return WIRE_PROBE_LSM;
	default:
		return WIRE_PROBE_OTHER;
	}
}

/* Each record waits for the next one, so that the last one says whether there are more. */
struct telling {
	record_fn fn;
	void *ctx;
	struct wire_probe last;
	uint32_t n;
	int err;
};

/* Whether more are wanted. */
static bool tell(struct telling *telling, const struct wire_probe *rec)
{
	if (telling->n == WIRE_MAX_PROBES) {
		telling->last.flags = WIRE_F_TRUNCATED;
		return false;
	}
	if (telling->n++)
		telling->err = telling->fn(telling->ctx, &telling->last, sizeof(telling->last));
	telling->last = *rec;
	return !telling->err;
}

static int tell_last(const struct telling *telling)
{
	if (telling->err || !telling->n)
		return telling->err;
	return telling->fn(telling->ctx, &telling->last, sizeof(telling->last));
}

/* Those that stay on the stack; an entry's program alone leaves no frame. */
static int tell_programs(const struct foreign_found *found, uint64_t key,
			 const struct wire_task *task, uint32_t index, record_fn fn, void *ctx)
{
	struct telling telling = { .fn = fn, .ctx = ctx };
	const struct foreign_program *program = NULL;

	while ((program = foreign_on_trampoline(found, key, program))) {
		struct wire_probe rec = probe_of(task, index, &program->owners);

		if (!foreign_stays(program->kind))
			continue;
		rec.prog_id = program->id;
		rec.kind = wire_kind(program->kind);
		set(rec.name, sizeof(rec.name), program->name);
		set(rec.function, sizeof(rec.function), program->func);
		if (!tell(&telling, &rec))
			break;
	}
	return tell_last(&telling);
}

/* Once for all frames that one is to be asked for. */
static void list_kretprobes(struct culprits *culprits)
{
	const struct foreign_kprobe *kprobe = NULL;

	culprits->listed = culprits->found;
	culprits->n_kretprobes = 0;
	while (culprits->n_kretprobes <= WIRE_MAX_PROBES &&
	       (kprobe = foreign_kretprobe(culprits->found, kprobe)))
		culprits->kretprobes[culprits->n_kretprobes++] = kprobe;
}

/* Which of them it is, the frame does not tell. */
static int tell_kretprobes(struct culprits *culprits, const struct wire_task *task, uint32_t index,
			   record_fn fn, void *ctx)
{
	struct telling telling = { .fn = fn, .ctx = ctx };

	if (!culprits->listed)
		list_kretprobes(culprits);
	for (size_t i = 0; i < culprits->n_kretprobes; i++) {
		const struct foreign_kprobe *kprobe = culprits->kretprobes[i];
		struct wire_probe rec = probe_of(task, index, &kprobe->owners);

		rec.prog_id = kprobe->program;
		rec.kind = WIRE_PROBE_KRETPROBE;
		set(rec.name, sizeof(rec.name), kprobe->event);
		set(rec.function, sizeof(rec.function), kprobe->symbol);
		if (!tell(&telling, &rec))
			break;
	}
	return tell_last(&telling);
}

int culprits__tell(struct culprits *culprits, const struct wire_task *task, uint32_t index,
		   const char *symbol, record_fn fn, void *ctx)
{
	bool by_return;
	char name[64];
	uint64_t key;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(symbol, "+\n"), symbol);
	by_return = foreign_return_trampoline(name);
	if (!by_return && !foreign_trampoline(name, &key))
		return 0;
	if (!culprits->found && culprits->foreign) {
		culprits->found = foreign__read(culprits->foreign);
		culprits->listed = NULL;
	}
	if (!culprits->found)
		return 0;
	if (by_return)
		return tell_kretprobes(culprits, task, index, fn, ctx);
	return tell_programs(culprits->found, key, task, index, fn, ctx);
}
