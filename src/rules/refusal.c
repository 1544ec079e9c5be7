// SPDX-License-Identifier: GPL-2.0
#include "rules/refusal.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "facts/hooks.h"
#include "facts/klog.h"
#include "util/error_name.h"

static const char *const cause_names[CAUSES] = {
	[CAUSE_UNKNOWN] = "unknown",
	[CAUSE_STATE_OLDER_VERSION] = "state_older_version",
	[CAUSE_STATE_MISSING] = "state_missing",
	[CAUSE_TRANSITION_BUSY] = "transition_busy",
	[CAUSE_SYMBOL] = "symbol",
	[CAUSE_CALLBACK] = "callback",
	[CAUSE_FTRACE] = "ftrace",
	[CAUSE_NOT_LIVEPATCH] = "not_livepatch",
	[CAUSE_SYSFS] = "sysfs",
	[CAUSE_MEMORY] = "memory",
	[CAUSE_INVALID] = "invalid",
	[CAUSE_ALREADY] = "already",
	[CAUSE_NOT_IN_TRANSITION] = "not_in_transition",
	[CAUSE_LOADER] = "loader",
};

const char *cause_name(enum refused_cause cause)
{
	return cause_names[cause];
}

const char *refused_action_name(enum refused_action action)
{
	static const char *const names[REFUSED_ACTIONS] = {
		[REFUSED_ENABLE] = "enable",
		[REFUSED_DISABLE] = "disable",
		[REFUSED_WRITE] = "write",
		[REFUSED_LOAD] = "load",
	};

	return names[action];
}

const char *own_hook(const struct patch *patch, uint64_t attached)
{
	for (size_t o = 0; o < patch->n_objects; o++) {
		const struct object *object = &patch->objects[o];

		for (size_t f = 0; !strcmp(object->name, "vmlinux") && f < object->n_funcs; f++) {
			int hook = hook_find(object->funcs[f].name, strlen(object->funcs[f].name));

			if (hook >= 0 && (attached & (1ULL << hook)))
				return hooks[hook].name;
		}
	}
	return NULL;
}

/* By how far it came, as klp_enable_patch() goes on from there. */
static int error_of_stages(const struct wire_result *result)
{
	uint32_t stages = result->stages;

	if ((stages & WIRE_STAGE_COMPAT) && !(stages & WIRE_STAGE_COMPATIBLE))
		return -EINVAL;
	if (!(stages & WIRE_STAGE_COMPAT))
		return result->klp == WIRE_KLP_UNMARKED || result->klp == WIRE_KLP_NO_MODULE
			       ? -EINVAL
			       : 0;
	if ((stages & WIRE_STAGE_OBJECT) && result->object_ret < 0)
		return result->object_ret;
	if ((stages & WIRE_STAGE_PATCH_OBJECT) && result->patch_ret < 0)
		return result->patch_ret;
	return (stages & WIRE_STAGE_BUSY) && !(stages & WIRE_STAGE_INIT) ? -EBUSY : 0;
}

int refusal_error(const struct wire_result *result)
{
	if (result->ended != WIRE_ENDED_INIT)
		return error_of_stages(result);
	return result->init_ret < 0 ? result->init_ret : 0;
}

static bool hooked(uint64_t attached, enum wire_hook hook)
{
	return attached & (1ULL << hook);
}

static enum refused_cause state_cause(const struct conflicts *conflicts, bool complete)
{
	if (!complete || !conflicts->n)
		return CAUSE_UNKNOWN;
	return conflicts->list[0].kind == CONFLICT_OLDER ? CAUSE_STATE_OLDER_VERSION
							 : CAUSE_STATE_MISSING;
}

/* Before klp_is_patch_compatible() was reached: the checks without klp_mutex. */
static enum refused_cause early_cause(const struct wire_result *result)
{
	if (result->klp == WIRE_KLP_UNMARKED)
		return CAUSE_NOT_LIVEPATCH;
	if ((result->klp == WIRE_KLP_MARKED || result->klp == WIRE_KLP_NO_MODULE) &&
	    refusal_error(result) == -EINVAL)
		return CAUSE_INVALID;
	return CAUSE_UNKNOWN;
}

/* klp_init_patch() and what klp_init_transition() was not reached for. */
static enum refused_cause init_cause(const struct wire_result *result)
{
	/* The module's init may have made another error of the kernel's EBUSY. */
	if (result->stages & WIRE_STAGE_BUSY)
		return refusal_error(result) == -EBUSY ? CAUSE_TRANSITION_BUSY : CAUSE_UNKNOWN;
	switch (refusal_error(result)) {
	case -ENOMEM:
		return CAUSE_MEMORY;
	case -EINVAL:
		return CAUSE_INVALID;
	case -EEXIST: /* kobject_add() of the patch, an object or a function */
	case -ENOENT:
		return CAUSE_SYSFS;
	default:
		return CAUSE_UNKNOWN;
	}
}

enum refused_cause refusal_cause(const struct wire_result *result, uint64_t hooks,
				 const struct conflicts *conflicts, bool complete)
{
	uint32_t stages = result->stages;

	if ((stages & WIRE_STAGE_COMPAT) && !(stages & WIRE_STAGE_COMPATIBLE))
		return state_cause(conflicts, complete);
	if ((stages & WIRE_STAGE_OBJECT) && result->object_ret < 0)
		return result->object_ret == -ENOMEM ? CAUSE_MEMORY : CAUSE_SYMBOL;
	if ((stages & WIRE_STAGE_PATCH_OBJECT) && result->patch_ret < 0)
		return result->patch_ret == -ENOMEM ? CAUSE_MEMORY : CAUSE_FTRACE;
	if (stages & WIRE_STAGE_CANCEL) {
		/* Only a callback is left, if klp_patch_object() would have been seen. */
		return hooked(hooks, WIRE_HOOK_PATCH_OBJECT) ? CAUSE_CALLBACK : CAUSE_UNKNOWN;
	}
	if (stages & WIRE_STAGE_INIT)
		return CAUSE_UNKNOWN;
	if (stages & WIRE_STAGE_COMPAT) {
		if (!hooked(hooks, WIRE_HOOK_OBJECT_LOADED) ||
		    !hooked(hooks, WIRE_HOOK_INIT_TRANSITION))
			return refusal_error(result) == -EBUSY ? init_cause(result) : CAUSE_UNKNOWN;
		return init_cause(result);
	}
	if (!hooked(hooks, WIRE_HOOK_COMPATIBLE))
		return result->klp == WIRE_KLP_UNMARKED ? CAUSE_NOT_LIVEPATCH : CAUSE_UNKNOWN;
	return early_cause(result);
}

static void conflict_explain(FILE *out, const struct conflict *c)
{
	if (c->kind == CONFLICT_OLDER)
		fprintf(out, "state %" PRIu64 ": offers version %u, %s has version %u", c->id,
			c->offered_version, c->installed_by, c->installed_version);
	else if (c->no_version)
		fprintf(out, "state %" PRIu64 ": not offered, %s has it", c->id, c->installed_by);
	else
		fprintf(out, "state %" PRIu64 ": not offered, %s has version %u", c->id,
			c->installed_by, c->installed_version);
}

void conflicts_explain(FILE *out, const struct conflicts *conflicts)
{
	bool older = false, missing = false;

	for (size_t i = 0; i < conflicts->n; i++) {
		if (conflicts->list[i].kind == CONFLICT_OLDER)
			older = true;
		else
			missing = true;
		if (i >= CONFLICTS_IN_TEXT)
			continue;
		if (i)
			fputs("; ", out);
		conflict_explain(out, &conflicts->list[i]);
	}
	if (conflicts->n > CONFLICTS_IN_TEXT)
		fprintf(out, "; and %zu more conflicts", conflicts->n - CONFLICTS_IN_TEXT);
	if (older && missing)
		fputs(" (a livepatch may not lower a state's version, and a cumulative one must name every installed state)",
		      out);
	else if (older)
		fputs(" (a livepatch may not lower a state's version)", out);
	else if (missing)
		fputs(" (a cumulative livepatch must name every installed state)", out);
}

/* The first of the lines for which @fits, without its prefix; whether there was one. */
static bool explain_by_line(FILE *out, const char *message, bool (*fits)(const char *line))
{
	static const char prefix[] = "livepatch: ";

	while (*message) {
		size_t len = strcspn(message, "\n");

		if (!strncmp(message, prefix, sizeof(prefix) - 1) && fits(message)) {
			fprintf(out, ": %.*s", (int)(len - (sizeof(prefix) - 1)),
				message + sizeof(prefix) - 1);
			return true;
		}
		message += len + (message[len] == '\n');
	}
	return false;
}

/* The livepatch core's own words on a failure: the line that is known to be a reason, else one that is not known at all. */
static void message_explain(FILE *out, const char *message)
{
	if (!explain_by_line(out, message, klog_is_reason))
		explain_by_line(out, message, klog_is_unknown);
}

void refusal_explain(FILE *out, enum refused_cause cause, const struct wire_result *result,
		     const struct conflicts *conflicts, bool complete, const char *message)
{
	switch (cause) {
	case CAUSE_STATE_OLDER_VERSION:
	case CAUSE_STATE_MISSING:
		conflicts_explain(out, conflicts);
		return;
	case CAUSE_TRANSITION_BUSY:
		fprintf(out,
			"%.*s is still in transition, and there is one transition at a time; try again when it is complete",
			WIRE_NAME_LEN,
			result->busy_name[0] ? result->busy_name : "another livepatch");
		return;
	case CAUSE_SYMBOL:
		fputs("a symbol or relocation of the livepatch could not be resolved", out);
		break;
	case CAUSE_CALLBACK:
		fputs("a pre_patch callback of the livepatch ", out);
		if (refusal_error(result))
			fprintf(out, "returned %s", error_name(refusal_error(result)));
		else
			fputs("returned an error", out);
		break;
	case CAUSE_FTRACE:
		fputs("a function could not be hooked", out);
		break;
	case CAUSE_NOT_LIVEPATCH:
		fputs("the module is not marked as a livepatch (MODULE_INFO(livepatch, \"Y\") is missing)",
		      out);
		return;
	case CAUSE_SYSFS:
		fprintf(out,
			"the kernel could not create the livepatch's entries under /sys/kernel/livepatch (%s)",
			error_name(refusal_error(result)));
		return;
	case CAUSE_MEMORY:
		fputs("the kernel had no memory for setting the livepatch up", out);
		return;
	case CAUSE_INVALID:
		fputs("the livepatch is malformed: it lacks objects, or a function lacks its name or its replacement",
		      out);
		return;
	default:
		if ((result->stages & WIRE_STAGE_COMPAT) &&
		    !(result->stages & WIRE_STAGE_COMPATIBLE) && !complete)
			fputs("not all facts arrived, so the cause is not certain", out);
		else
			fputs("the cause could not be seen", out);
		break;
	}
	message_explain(out, message);
}
