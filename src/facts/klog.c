// SPDX-License-Identifier: GPL-2.0
#include "facts/klog.h"

#include <string.h>

#include "util/array.h"
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

/* Whether one of @parts is in the first line of @text. */
static bool has_part(const char *text, const char *const parts[], size_t n)
{
	size_t len = strcspn(text, "\n");

	for (size_t i = 0; i < n; i++) {
		const char *at = strstr(text, parts[i]);

		if (at && at < text + len)
			return true;
	}
	return false;
}

/* pr_err() and pr_warn() of kernel/livepatch/{core,patch,transition}.c, 5.10 to 7.3. */
static const char *const reasons[] = {
	"not found in symbol table",
	"unresolvable ambiguity for symbol",
	"symbol position ",
	"kallsyms size lookup failed",
	"is not marked as a livepatch",
	"is not compatible with the already installed",
	"failed to find location for function",
	"failed to register ftrace handler",
	"failed to set ftrace filter",
	"failed to initialize patch",
	"failed to apply patch",
	"pre-patch callback failed",
	"failed to patch object",
	"has an incorrectly formatted name",
	"invalid access to vmlinux symbol",
	"invalid module name",
};

/* What it logs of its steps: pr_notice(), and pr_debug() where dynamic debug is on. */
static const char *const steps[] = {
	"enabling patch ",
	": initializing ",
	": starting ",
	": reversing ",
	": canceling ",
	": completing ",
	"patching complete",
	"signaling remaining tasks",
	"forcing remaining tasks",
	"applying patch ",
	"reverting patch ",
	"failed to enable patch", /* that it failed, not why */
	"This architecture doesn't have support",
	"The livepatch transition may never complete",
	" when trying to switch ",
	" is running",
	" is sleeping on function ",
	" has an unreliable stack",
};

bool klog_is_reason(const char *line)
{
	return has_part(line, reasons, ARRAY_SIZE(reasons));
}

bool klog_is_unknown(const char *line)
{
	return !has_part(line, reasons, ARRAY_SIZE(reasons)) &&
	       !has_part(line, steps, ARRAY_SIZE(steps));
}
