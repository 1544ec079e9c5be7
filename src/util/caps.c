// SPDX-License-Identifier: GPL-2.0
#include "util/caps.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "util/array.h"
#include "util/cleanup.h"

static void cap_freep(cap_t *caps)
{
	if (*caps)
		cap_free(*caps);
}

static bool has(cap_t caps, cap_value_t cap)
{
	cap_flag_value_t value = CAP_CLEAR;

	return !cap_get_flag(caps, cap, CAP_EFFECTIVE, &value) && value == CAP_SET;
}

/* Capabilities of another user namespace than the first do not count for tracing. */
static bool in_first_user_namespace(void)
{
	_cleanup_fclose_ FILE *map = fopen("/proc/self/uid_map", "re");
	unsigned long long inside, outside, count;

	return !map || fscanf(map, "%llu %llu %llu", &inside, &outside, &count) != 3 ||
	       (!inside && !outside && count == 4294967295);
}

int caps_check(struct failure *why)
{
	static const struct {
		cap_value_t cap;
		const char *name;
		bool implied; /* by CAP_SYS_ADMIN */
	} needed[] = {
		{ CAP_BPF, "CAP_BPF", true },
		{ CAP_PERFMON, "CAP_PERFMON", true },
		{ CAP_SYSLOG, "CAP_SYSLOG", false },
	};
	_cleanup_(cap_freep) cap_t caps = cap_get_proc();
	char missing[64] = "";

	if (!caps)
		return failure_set(why, FAILURE_SYSTEM, -errno, "capget");
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		if (has(caps, needed[i].cap) || (needed[i].implied && has(caps, CAP_SYS_ADMIN)))
			continue;
		if (missing[0])
			strcat(missing, ", ");
		strcat(missing, needed[i].name);
	}
	if (!missing[0] && in_first_user_namespace())
		return 0;
	if (!missing[0]) {
		failure_plain(why, FAILURE_USER_NAMESPACE, 0);
		return -EPERM;
	}
	failure_set(why, FAILURE_CAPABILITIES, 0, "%s", missing);
	return -EPERM;
}

int caps_drop(void)
{
	static const cap_value_t keep[] = { CAP_BPF };
	_cleanup_(cap_freep) cap_t now = cap_get_proc(), caps = cap_init();

	if (!now || !caps)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(keep); i++) {
		if (!has(now, keep[i]))
			continue;
		if (cap_set_flag(caps, CAP_PERMITTED, 1, &keep[i], CAP_SET) ||
		    cap_set_flag(caps, CAP_EFFECTIVE, 1, &keep[i], CAP_SET))
			return -errno;
	}
	if (cap_set_proc(caps) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return 0;
}
