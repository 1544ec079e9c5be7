// SPDX-License-Identifier: GPL-2.0
/* One JSON object a line; the keys are published in docs/events.md. */
#include <errno.h>

#include "rules/refusal.h"
#include "sink/json_keys.h"
#include "sink/sink.h"
#include "util/saturate.h"

static int json_sink_open(struct sink *sink)
{
	sink->state = json_writer__open(sink->out, false);
	return sink->state ? 0 : -ENOMEM;
}

static void json_sink_close(struct sink *sink)
{
	json_writer__close(sink->state);
}

static void write_common(struct json_writer *w, const struct event *event)
{
	json_key_string(w, "event", event_name(event->kind));
	json_key_time(w, "time", true, event->real_ns);
	json_key_number(w, "boot_ns", event->boot_ns);
	json_key_number_or_null(w, "pid", event->has_task, event->pid);
	json_key_number_or_null(w, "tid", event->has_task, event->tid);
	json_key_string(w, "comm", event->has_task ? event->comm : NULL);
	json_key_number_or_null(w, "uid", event->has_task, event->uid);
	json_key_string(w, "patch", event->patch);
	if (event->truncated)
		json_key_bool(w, "incomplete", true);
}

static void write_enable(struct json_writer *w, const struct event *event)
{
	const struct patch *patch = event->enable.candidate;

	/* A record was lost: what is not known to be all of it, or none, is not known. */
	if (!patch || event->enable.lost) {
		if (patch)
			json_key_bool(w, "replace", patch->replace);
		else
			json_key_string(w, "replace", NULL);
		json_key_string(w, "states", NULL);
		json_key_string(w, "objects", NULL);
		return;
	}
	json_key_bool(w, "replace", patch->replace);
	json_key_states(w, patch, event->enable.flags);
	json_key_objects(w, patch);
}

static void write_refused(struct json_writer *w, const struct event *event)
{
	json_key_string(w, "action", refused_action_name(event->refused.action));
	json_key_string(w, "by", event->refused.by_loader ? "loader" : "livepatch");
	if (event->refused.action == REFUSED_LOAD)
		json_key_string(w, "module", event->refused.module);
	json_key_error(w, event->refused.error);
	json_key_string(w, "cause", cause_name(event->refused.cause));
	json_key_string(w, "message", event->refused.message);
	json_key_string(w, "explanation", event->refused.explanation);
	json_key_conflicts(w, event->refused.conflicts);
}

static void write_transition(struct json_writer *w, const struct event *event)
{
	uint64_t duration = event->transition.duration_ns;

	json_key_string(w, "action", action_name(event->transition.action));
	json_key_string(w, "target", target_name(event->transition.target));
	json_key_number(w, "tries", event->transition.tries);
	if (event->transition.joined)
		json_key_bool(w, "tries_partial", true);
	if (event->transition.action == ACTION_COMPLETE)
		json_key_number_or_null(w, "duration_ns", duration, duration);
}

static void write_progress(struct json_writer *w, const struct event *event)
{
	uint64_t elapsed = event->progress.elapsed_ns;

	json_key_string(w, "target", target_name(event->progress.target));
	json_key_number(w, "tries", event->progress.tries);
	if (event->progress.joined)
		json_key_bool(w, "tries_partial", true);
	json_key_number(w, "tasks", event->progress.tasks);
	json_key_number(w, "remaining", event->progress.remaining);
	json_key_number_or_null(w, "elapsed_ns", elapsed, elapsed);
	json_key_number(w, "cost_ns", event->progress.cost_ns);
}

static void write_stall(struct json_writer *w, const struct event *event)
{
	uint64_t elapsed = event->stall.elapsed_ns;

	json_key_string(w, "target", target_name(event->stall.target));
	json_key_number_or_null(w, "elapsed_ns", elapsed, elapsed);
	json_key_blockers(w, "tasks", event->stall.blockers);
	json_key_number(w, "more", event->stall.more);
}

static void write_state(struct json_writer *w, const struct event *event)
{
	json_key_number(w, "state", event->state.id);
	json_key_version(w, "from_version", event->state.from_version);
	json_key_version(w, "to_version", event->state.to_version);
	json_key_string(w, "from_patch", event->state.from_patch);
	json_key_string(w, "to_patch", event->state.to_patch);
}

static void write_lookup(struct json_writer *w, const struct event *event)
{
	json_key_string(w, "function", event->lookup.function);
	json_key_number(w, "state", event->lookup.id);
	json_key_version(w, "version", event->lookup.version);
	json_key_string(w, "from_patch", event->lookup.from_patch);
	json_key_string(w, "caller", event->lookup.caller);
}

static void write_kind(struct json_writer *w, const struct event *event)
{
	switch (event->kind) {
	case EVENT_ENABLE:
		write_enable(w, event);
		break;
	case EVENT_REFUSED:
		write_refused(w, event);
		break;
	case EVENT_TRANSITION:
		write_transition(w, event);
		break;
	case EVENT_PROGRESS:
		write_progress(w, event);
		break;
	case EVENT_STALL:
		write_stall(w, event);
		break;
	case EVENT_STATE:
		write_state(w, event);
		break;
	case EVENT_LOOKUP:
		write_lookup(w, event);
		break;
	case EVENT_LOOKUP_COUNT:
		json_key_string(w, "function", "klp_get_state");
		json_key_number(w, "state", event->lookup_count.id);
		json_key_number(w, "count", event->lookup_count.count);
		json_key_string(w, "caller", event->lookup_count.caller);
		break;
	case EVENT_REPLACED:
		json_key_string(w, "by", event->replaced.by);
		break;
	case EVENT_MESSAGE:
		json_key_string(w, "message", event->message.text);
		break;
	case EVENT_LOST:
		json_key_number(w, "count",
				sum_u64(sum_u64(event->lost.records, event->lost.attempts),
					sum_u64(event->lost.lookups, event->lost.missed)));
		json_key_number(w, "records", event->lost.records);
		json_key_number(w, "attempts", event->lost.attempts);
		json_key_number(w, "lookups", event->lost.lookups);
		json_key_number(w, "missed", event->lost.missed);
		break;
	case EVENT_INIT_FAILED:
		json_key_error(w, event->init_failed.error);
		json_key_string(w, "explanation", event->init_failed.explanation);
		break;
	case EVENT_WARNING:
		json_key_string(w, "message", event->warning.text);
		json_key_conflicts(w, event->warning.conflicts);
		break;
	case EVENT_DISABLE:
	case EVENT_FREED:
	case EVENT_KINDS:
		break;
	}
}

/* Events of an attempt name it; those that can have one but do not say null. */
static void write_attempt(struct json_writer *w, const struct event *event)
{
	switch (event->kind) {
	case EVENT_LOOKUP_COUNT:
	case EVENT_DISABLE:
	case EVENT_FREED:
	case EVENT_LOST:
		break;
	default:
		json_key_number_or_null(w, "attempt", event->attempt, event->attempt);
		break;
	}
}

static bool json_event(struct sink *sink, const struct event *event)
{
	struct json_writer *w = sink->state;

	json_begin_object(w);
	write_common(w, event);
	write_attempt(w, event);
	write_kind(w, event);
	json_end_object(w);
	json_writer__line(w);
	return true;
}

static void write_summary_transition(struct json_writer *w, const struct summary_transition *t)
{
	json_begin_object(w);
	json_key_string(w, "patch", t->patch);
	json_key_number_or_null(w, "attempt", t->attempt, t->attempt);
	json_key_time(w, "begin", true, t->begin_real_ns);
	json_key_string(w, "target", target_name(t->target));
	json_key_string(w, "outcome", outcome_name(t->outcome));
	json_key_bool(w, "reversed", t->reversed);
	json_key_bool(w, "forced", t->forced);
	json_key_number(w, "tries", t->tries);
	json_key_number(w, "signals", t->signals);
	json_key_number_or_null(w, "duration_ns", t->duration_ns, t->duration_ns);
	json_key_number(w, "samples", t->samples);
	json_key_number(w, "most_remaining", t->most_remaining);
	json_key_number(w, "cost_ns", t->cost_ns);
	json_key(w, "blockers");
	json_begin_array(w);
	for (size_t i = 0; i < t->n_blockers; i++)
		json_summary_blocker(w, &t->blockers[i]);
	json_end_array(w);
	json_key_number(w, "more_blockers", t->more_blockers);
	json_end_object(w);
}

static void json_summary(struct sink *sink, const struct summary *summary)
{
	struct json_writer *w = sink->state;

	json_begin_object(w);
	json_key_string(w, "event", "summary");
	json_key(w, "transitions");
	json_begin_array(w);
	for (size_t i = 0; i < summary->n; i++)
		write_summary_transition(w, &summary->list[i]);
	json_end_array(w);
	json_key_number(w, "more", summary->more);
	if (summary->incomplete)
		json_key_bool(w, "incomplete", true);
	json_end_object(w);
	json_writer__line(w);
}

const struct sink_ops sink_json = {
	.name = "json",
	.open = json_sink_open,
	.event = json_event,
	.summary = json_summary,
	.close = json_sink_close,
};
