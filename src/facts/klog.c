// SPDX-License-Identifier: GPL-2.0
#include "facts/klog.h"

#include <string.h>

#include "util/cleanup.h"
#include "wire.h"

/* Lines of kernel/livepatch/{core,transition}.c, 5.10 to 7.3, and the hook whose event says it. */
static const struct {
	const char *part;
	enum wire_hook hook;
} lines_seen[] = {
	{ "livepatch: enabling patch '", WIRE_HOOK_ENABLE },
	{ ": initializing ", WIRE_HOOK_INIT_TRANSITION },
	{ ": starting ", WIRE_HOOK_START },
	{ ": reversing ", WIRE_HOOK_REVERSE },
	{ ": canceling ", WIRE_HOOK_CANCEL },
	{ ": completing ", WIRE_HOOK_COMPLETE },
	{ ": patching complete", WIRE_HOOK_COMPLETE },
	{ ": unpatching complete", WIRE_HOOK_COMPLETE },
	{ "livepatch: forcing remaining tasks", WIRE_HOOK_FORCE },
};

const char *klog_text(const char *line)
{
	size_t stamp = *line == '[' ? 1 + strspn(line + 1, " .0123456789") : 0;

	return stamp > 1 && !strncmp(line + stamp, "] ", 2) ? line + stamp + 2 : line;
}

bool klog_is_event(const char *text, uint64_t hooks)
{
	if (strncmp(text, "livepatch: ", strlen("livepatch: ")))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(lines_seen); i++)
		if ((hooks & (1ULL << lines_seen[i].hook)) && strstr(text, lines_seen[i].part))
			return true;
	return false;
}

bool klog_is_signal(const char *text)
{
	return !strcmp(text, "livepatch: signaling remaining tasks");
}
