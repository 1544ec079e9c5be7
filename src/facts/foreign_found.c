// SPDX-License-Identifier: GPL-2.0
#include "facts/foreign_found.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

/* BPF_TRAMP_MODIFY_RETURN is fmod_ret, and an LSM program whose hook returns something. */
static const struct {
	const char *name;
	bool periods, skips;
} kinds[FOREIGN_KINDS] = {
	[FOREIGN_FENTRY] = { "fentry", false, false },
	[FOREIGN_FEXIT] = { "fexit", true, false },
	[FOREIGN_FMOD_RET] = { "fmod_ret", true, true },
	[FOREIGN_FSESSION] = { "fsession", true, false },
	[FOREIGN_LSM] = { "lsm", false, true },
	[FOREIGN_LSM_CGROUP] = { "lsm_cgroup", false, true },
	[FOREIGN_OTHER] = { "other", true, true },
};

const char *foreign_kind_name(enum foreign_kind kind)
{
	return kinds[kind].name;
}

bool foreign_stays(enum foreign_kind kind)
{
	return kinds[kind].periods;
}

bool foreign_skips(enum foreign_kind kind)
{
	return kinds[kind].skips;
}

bool foreign_trampoline(const char *symbol, uint64_t *key)
{
	static const char prefix[] = "bpf_trampoline_";
	const char *digits = symbol + sizeof(prefix) - 1;
	size_t n;

	if (strncmp(symbol, prefix, sizeof(prefix) - 1))
		return false;
	n = strspn(digits, "0123456789");
	/* The number of the image may follow (to 5.x), and in a stack an offset and a module. */
	if (!n || !strchr("_+ \t", digits[n]))
		return false;
	errno = 0;
	*key = strtoull(digits, NULL, 10);
	return !errno;
}

bool foreign_return_trampoline(const char *symbol)
{
	/* To 5.15, from 5.16, and with CONFIG_RETHOOK (5.18). */
	static const char *const names[] = {
		"kretprobe_trampoline",
		"__kretprobe_trampoline",
		"arch_rethook_trampoline",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t len = strlen(names[i]);

		if (!strncmp(symbol, names[i], len) && strchr("+ \t", symbol[len]))
			return true;
	}
	return false;
}

const struct foreign_program *foreign_on_trampoline(const struct foreign_found *found, uint64_t key,
						    const struct foreign_program *after)
{
	for (size_t i = after ? after - found->programs + 1 : 0; i < found->n_programs; i++)
		if (found->programs[i].key == key &&
		    found->programs[i].attached != FOREIGN_LINKED_NO)
			return &found->programs[i];
	return NULL;
}

const struct foreign_kprobe *foreign_kretprobe(const struct foreign_found *found,
					       const struct foreign_kprobe *after)
{
	for (size_t i = after ? after - found->kprobes + 1 : 0; i < found->n_kprobes; i++)
		if (found->kprobes[i].on_return && !found->kprobes[i].disabled &&
		    !found->kprobes[i].gone)
			return &found->kprobes[i];
	return NULL;
}

void foreign_owners_add(struct foreign_owners *owners, uint32_t pid, const char *comm)
{
	size_t kept = owners->n < FOREIGN_OWNERS_MAX ? owners->n : FOREIGN_OWNERS_MAX;
	struct foreign_owner *owner;

	for (size_t i = 0; i < kept; i++)
		if (owners->list[i].pid == pid)
			return;
	/* Of those beyond, one that comes again at once is one; they come process by process. */
	if (owners->n >= FOREIGN_OWNERS_MAX && owners->last == pid)
		return;
	owners->last = pid;
	if (owners->n++ >= FOREIGN_OWNERS_MAX)
		return;
	owner = &owners->list[kept];
	owner->pid = pid;
	snprintf(owner->comm, sizeof(owner->comm), "%s", comm);
}

void foreign_clear(struct foreign_found *found)
{
	free(found->programs);
	free(found->kprobes);
	free(found->multis);
	*found = (struct foreign_found){ 0 };
}
