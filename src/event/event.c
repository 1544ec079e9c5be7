// SPDX-License-Identifier: GPL-2.0
#include "event/event.h"

#include <errno.h>
#include <string.h>

static const char *const event_names[EVENT_KINDS] = {
	[EVENT_ENABLE] = "enable",
	[EVENT_REFUSED] = "refused",
	[EVENT_TRANSITION] = "transition",
	[EVENT_PROGRESS] = "progress",
	[EVENT_STALL] = "stall",
	[EVENT_STATE] = "state",
	[EVENT_LOOKUP] = "lookup",
	[EVENT_LOOKUP_COUNT] = "lookup_count",
	[EVENT_DISABLE] = "disable",
	[EVENT_REPLACED] = "replaced",
	[EVENT_FREED] = "freed",
	[EVENT_MESSAGE] = "message",
	[EVENT_LOST] = "lost",
	[EVENT_WARNING] = "warning",
	[EVENT_INIT_FAILED] = "init_failed",
};

static const char *const action_names[ACTIONS] = {
	[ACTION_START] = "start",   [ACTION_RETRY] = "retry",	    [ACTION_REVERSE] = "reverse",
	[ACTION_FORCE] = "force",   [ACTION_COMPLETE] = "complete", [ACTION_CANCEL] = "cancel",
	[ACTION_SIGNAL] = "signal",
};

const char *event_name(enum event_kind kind)
{
	return event_names[kind];
}

int event_kind_of(const char *name, size_t len)
{
	for (int kind = 0; kind < EVENT_KINDS; kind++)
		if (strlen(event_names[kind]) == len && !memcmp(event_names[kind], name, len))
			return kind;
	return -ENOENT;
}

const char *action_name(enum transition_action action)
{
	return action_names[action];
}

const char *target_name(int target)
{
	return target < 0 ? NULL : target ? "patched" : "unpatched";
}
