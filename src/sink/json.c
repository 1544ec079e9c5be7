// SPDX-License-Identifier: GPL-2.0
/* One JSON object a line; the keys are published in docs/events.md. */
#include <errno.h>

#include "rules/refusal.h"
#include "sink/json_gen.h"
#include "sink/sink.h"
#include "util/saturate.h"

static int json_sink_open(struct sink *sink)
{
	sink->state = json_open(sink->out, false);
	return sink->state ? 0 : -ENOMEM;
}

static void json_sink_close(struct sink *sink)
{
	yajl_gen_free(sink->state);
}

static void write_common(yajl_gen g, const struct event *event)
{
	json_key_string(g, "event", event_name(event->kind));
	json_key_time(g, "time", true, event->real_ns);
	json_key_number(g, "boot_ns", event->boot_ns);
	json_key_number_or_null(g, "pid", event->has_task, event->pid);
	json_key_number_or_null(g, "tid", event->has_task, event->tid);
	json_key_string(g, "comm", event->has_task ? event->comm : NULL);
	json_key_number_or_null(g, "uid", event->has_task, event->uid);
	json_key_string(g, "patch", event->patch);
	if (event->truncated)
		json_key_bool(g, "incomplete", true);
}

static void write_enable(yajl_gen g, const struct event *event)
{
	static const struct patch none = { 0 };
	const struct patch *patch = event->enable.candidate ? event->enable.candidate : &none;

	json_key_bool(g, "replace", patch->replace);
	json_key_states(g, patch, event->enable.flags);
	json_key_objects(g, patch);
}

static void write_refused(yajl_gen g, const struct event *event)
{
	json_key_error(g, event->refused.error);
	json_key_string(g, "cause", cause_name(event->refused.cause));
	json_key_string(g, "message", event->refused.message);
	json_key_string(g, "explanation", event->refused.explanation);
	json_key_conflicts(g, event->refused.conflicts);
}

static void write_transition(yajl_gen g, const struct event *event)
{
	uint64_t duration = event->transition.duration_ns;

	json_key_string(g, "action", action_name(event->transition.action));
	json_key_string(g, "target", target_name(event->transition.target));
	json_key_number(g, "tries", event->transition.tries);
	if (event->transition.action == ACTION_COMPLETE)
		json_key_number_or_null(g, "duration_ns", duration, duration);
}

static void write_progress(yajl_gen g, const struct event *event)
{
	uint64_t elapsed = event->progress.elapsed_ns;

	json_key_string(g, "target", target_name(event->progress.target));
	json_key_number(g, "tries", event->progress.tries);
	json_key_number(g, "tasks", event->progress.tasks);
	json_key_number(g, "remaining", event->progress.remaining);
	json_key_number_or_null(g, "elapsed_ns", elapsed, elapsed);
	json_key_number(g, "cost_ns", event->progress.cost_ns);
}

static void write_stall(yajl_gen g, const struct event *event)
{
	uint64_t elapsed = event->stall.elapsed_ns;

	json_key_string(g, "target", target_name(event->stall.target));
	json_key_number_or_null(g, "elapsed_ns", elapsed, elapsed);
	json_key_blockers(g, "tasks", event->stall.blockers);
	json_key_number(g, "more", event->stall.more);
}

static void write_state(yajl_gen g, const struct event *event)
{
	json_key_number(g, "state", event->state.id);
	json_key_version(g, "from_version", event->state.from_version);
	json_key_version(g, "to_version", event->state.to_version);
	json_key_string(g, "from_patch", event->state.from_patch);
	json_key_string(g, "to_patch", event->state.to_patch);
}

static void write_lookup(yajl_gen g, const struct event *event)
{
	json_key_string(g, "function", event->lookup.function);
	json_key_number(g, "state", event->lookup.id);
	json_key_version(g, "version", event->lookup.version);
	json_key_string(g, "from_patch", event->lookup.from_patch);
	json_key_string(g, "caller", event->lookup.caller);
}

static void write_kind(yajl_gen g, const struct event *event)
{
	switch (event->kind) {
	case EVENT_ENABLE:
		write_enable(g, event);
		break;
	case EVENT_REFUSED:
		write_refused(g, event);
		break;
	case EVENT_TRANSITION:
		write_transition(g, event);
		break;
	case EVENT_PROGRESS:
		write_progress(g, event);
		break;
	case EVENT_STALL:
		write_stall(g, event);
		break;
	case EVENT_STATE:
		write_state(g, event);
		break;
	case EVENT_LOOKUP:
		write_lookup(g, event);
		break;
	case EVENT_LOOKUP_COUNT:
		json_key_string(g, "function", "klp_get_state");
		json_key_number(g, "state", event->lookup_count.id);
		json_key_number(g, "count", event->lookup_count.count);
		json_key_string(g, "caller", event->lookup_count.caller);
		break;
	case EVENT_REPLACED:
		json_key_string(g, "by", event->replaced.by);
		break;
	case EVENT_MESSAGE:
		json_key_string(g, "message", event->message.text);
		break;
	case EVENT_LOST:
		json_key_number(g, "count",
				sum_u64(sum_u64(event->lost.records, event->lost.attempts),
					sum_u64(event->lost.lookups, event->lost.missed)));
		json_key_number(g, "records", event->lost.records);
		json_key_number(g, "attempts", event->lost.attempts);
		json_key_number(g, "lookups", event->lost.lookups);
		json_key_number(g, "missed", event->lost.missed);
		break;
	case EVENT_WARNING:
		json_key_string(g, "message", event->warning.text);
		json_key_conflicts(g, event->warning.conflicts);
		break;
	case EVENT_DISABLE:
	case EVENT_FREED:
	case EVENT_KINDS:
		break;
	}
}

/* Events of an attempt name it; those that can have one but do not say null. */
static void write_attempt(yajl_gen g, const struct event *event)
{
	switch (event->kind) {
	case EVENT_LOOKUP_COUNT:
	case EVENT_DISABLE:
	case EVENT_FREED:
	case EVENT_LOST:
		break;
	default:
		json_key_number_or_null(g, "attempt", event->attempt, event->attempt);
		break;
	}
}

static bool json_event(struct sink *sink, const struct event *event)
{
	yajl_gen g = sink->state;

	yajl_gen_map_open(g);
	write_common(g, event);
	write_attempt(g, event);
	write_kind(g, event);
	yajl_gen_map_close(g);
	json_line(g);
	return true;
}

static void write_summary_transition(yajl_gen g, const struct summary_transition *t)
{
	yajl_gen_map_open(g);
	json_key_string(g, "patch", t->patch);
	json_key_number_or_null(g, "attempt", t->attempt, t->attempt);
	json_key_time(g, "begin", true, t->begin_real_ns);
	json_key_string(g, "target", target_name(t->target));
	json_key_string(g, "outcome", outcome_name(t->outcome));
	json_key_bool(g, "reversed", t->reversed);
	json_key_bool(g, "forced", t->forced);
	json_key_number(g, "tries", t->tries);
	json_key_number(g, "signals", t->signals);
	json_key_number_or_null(g, "duration_ns", t->duration_ns, t->duration_ns);
	json_key_number(g, "samples", t->samples);
	json_key_number(g, "most_remaining", t->most_remaining);
	json_key_number(g, "cost_ns", t->cost_ns);
	json_key(g, "blockers");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < t->n_blockers; i++)
		json_summary_blocker(g, &t->blockers[i]);
	yajl_gen_array_close(g);
	json_key_number(g, "more_blockers", t->more_blockers);
	yajl_gen_map_close(g);
}

static void json_summary(struct sink *sink, const struct summary *summary)
{
	yajl_gen g = sink->state;

	yajl_gen_map_open(g);
	json_key_string(g, "event", "summary");
	json_key(g, "transitions");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < summary->n; i++)
		write_summary_transition(g, &summary->list[i]);
	yajl_gen_array_close(g);
	json_key_number(g, "more", summary->more);
	if (summary->incomplete)
		json_key_bool(g, "incomplete", true);
	yajl_gen_map_close(g);
	json_line(g);
}

const struct sink_ops sink_json = {
	.name = "json",
	.open = json_sink_open,
	.event = json_event,
	.summary = json_summary,
	.close = json_sink_close,
};
