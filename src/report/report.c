// SPDX-License-Identifier: GPL-2.0
#include "report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/parts.h"
#include "rules/states.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/id_index.h"
#include "util/saturate.h"

static void clear_recording(void *item)
{
	struct report_recording *recording = item;

	free(recording->name);
	free(recording->host);
	free(recording->release);
	free(recording->build);
	free(recording->boot_id);
	free(recording->machine_id);
	free(recording->version);
}

static void clear_change(void *item)
{
	struct report_change *change = item;

	free(change->from_patch);
	free(change->to_patch);
}

static void clear_refusal(void *item)
{
	struct report_refusal *refusal = item;

	for (size_t i = 0; i < refusal->conflicts.n; i++)
		free((char *)refusal->conflicts.list[i].installed_by);
	conflicts__clear(&refusal->conflicts);
	free(refusal->module);
	free(refusal->patch);
	free(refusal->message);
	free(refusal->explanation);
}

static void clear_message(void *item)
{
	struct report_message *message = item;

	free(message->patch);
	free(message->text);
}

#define RECENT(type, most, release)                                                                \
	(struct recent)                                                                            \
	{                                                                                          \
		.size = sizeof(struct type), .max = (most), .clear = (release)                     \
	}

struct report *report__new(void)
{
	struct report *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->patches.max = REPORT_PATCHES_MAX;
	r->states.max = REPORT_STATES_MAX;
	r->stalls.max = REPORT_STALLS_MAX;
	r->lookups.max = REPORT_LOOKUPS_MAX;
	r->recordings = RECENT(report_recording, REPORT_RECORDINGS_MAX, clear_recording);
	r->transitions =
		RECENT(report_transition, REPORT_TRANSITIONS_MAX, report_transition__clear);
	r->periods = RECENT(report_period, REPORT_PERIODS_MAX, report_period__clear);
	r->changes = RECENT(report_change, REPORT_CHANGES_MAX, clear_change);
	r->refusals = RECENT(report_refusal, REPORT_REFUSALS_MAX, clear_refusal);
	r->messages = RECENT(report_message, REPORT_MESSAGES_MAX, clear_message);
	r->losses = RECENT(report_loss, REPORT_LOSSES_MAX, NULL);
	r->steps = RECENT(report_step, REPORT_STEPS_MAX, NULL);
	r->selection.begun = true;
	r->current_number = 1;
	return r;
}

void report__free(struct report *r)
{
	if (!r)
		return;
	report__forget(r);
	recent__clear(&r->recordings);
	report_tree__clear(&r->patches, report_patch__clear);
	report_tree__clear(&r->states, report_state__clear);
	report_tree__clear(&r->stalls, report_stall__clear);
	report_tree__clear(&r->lookups, report_lookup__clear);
	installed__clear(&r->before);
	installed__clear(&r->now);
	summary__clear(&r->summary);
	free(r);
}

static void add_change(struct report *r, struct report_change change)
{
	struct report_change *kept = recent__push(&r->changes);
	struct report_state *state = report_state_get(r, change.id);

	if (state) {
		state->changes++;
		state->has_version = change.has_to;
		state->version = change.to_version;
		state->last = change.when;
		report_strset(r, &state->patch, change.to_patch);
	}
	if (!kept) {
		r->no_memory = true;
		return;
	}
	*kept = change;
	kept->from_patch = report_strdup(r, change.from_patch);
	kept->to_patch = report_strdup(r, change.to_patch);
}

static void state_changes_event(struct report *r, const struct event *event)
{
	struct report_change change = {
		.when = report_when(r, event),
		.id = event->state.id,
		.has_from = event->state.from_version,
		.has_to = event->state.to_version,
		.from_patch = (char *)event->state.from_patch,
		.to_patch = (char *)event->state.to_patch,
	};

	if (event->state.from_version)
		change.from_version = *event->state.from_version;
	if (event->state.to_version)
		change.to_version = *event->state.to_version;
	/* The event comes right after the transition's end, which the same record told. */
	if (r->last_end_ns == event->boot_ns)
		change.who = r->last_who;
	add_change(r, change);
}

static void open_attempt(struct report *r, const struct event *event, struct report_patch *patch)
{
	size_t place = 0;

	r->attempts++;
	r->undecided++;
	if (patch) {
		patch->attempts++;
		patch->undecided++;
	}
	/* A free place has number 0, so the oldest is also the first free one. */
	for (size_t i = 1; i < r->used_open; i++)
		if (r->open[i].attempt < r->open[place].attempt)
			place = i;
	if (r->used_open < ARRAY_SIZE(r->open) && (r->open[place].attempt || !r->used_open))
		place = r->used_open++;
	r->open[place].attempt = event->attempt;
	r->open[place].patch = patch;
}

static void enabling(struct report *r, const struct event *event)
{
	struct report_when when = report_when(r, event);

	open_attempt(r, event, report_patch_get(r, event->patch, &when));
}

static void keep_conflicts(struct report *r, struct report_refusal *refusal,
			   const struct conflicts *conflicts)
{
	size_t n = conflicts->n < REPORT_CONFLICTS_MAX ? conflicts->n : REPORT_CONFLICTS_MAX;

	refusal->more_conflicts = conflicts->n - n;
	if (!n)
		return;
	refusal->conflicts.list = calloc(n, sizeof(*refusal->conflicts.list));
	if (!refusal->conflicts.list) {
		r->no_memory = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct conflict *to = &refusal->conflicts.list[i];

		*to = conflicts->list[i];
		to->installed_by = report_strdup(r, to->installed_by);
	}
	refusal->conflicts.n = refusal->conflicts.room = n;
}

static void attempt_refused(struct report *r, const struct event *event,
			    const struct report_when *when)
{
	struct report_patch *patch = report_patch_get(r, event->patch, when), *opened;
	bool was_open;

	/* The attempt's beginning may have been lost, or, in a damaged recording, name another livepatch. */
	opened = report_attempt_decided(r, event->attempt, &was_open);
	r->attempts += !was_open;
	r->undecided -= was_open;
	r->refused[event->refused.cause]++;
	if (opened)
		opened->undecided--;
	if (patch) {
		patch->attempts += opened != patch;
		patch->refused[event->refused.cause]++;
	}
}

static void refused(struct report *r, const struct event *event)
{
	struct report_when when = report_when(r, event);
	struct report_refusal *kept;

	if (event->refused.action == REFUSED_ENABLE && !event->refused.by_loader)
		attempt_refused(r, event, &when);
	else
		r->refused_otherwise[event->refused.action]++;
	kept = recent__push(&r->refusals);
	if (!kept) {
		r->no_memory = true;
		return;
	}
	*kept = (struct report_refusal){
		.action = event->refused.action,
		.by_loader = event->refused.by_loader,
		.init_ok = event->refused.init_ok,
		.module = report_strdup(r, event->refused.module),
		.when = when,
		.who = report_who(event),
		.patch = report_strdup(r, event->patch),
		.attempt = event->attempt,
		.error = event->refused.error,
		.cause = event->refused.cause,
		.message = report_strdup(r, event->refused.message),
		.explanation = report_strdup(r, event->refused.explanation),
		.truncated = event->truncated,
	};
	keep_conflicts(r, kept, event->refused.conflicts);
}

static void replaced(struct report *r, const struct event *event)
{
	struct report_when when = report_when(r, event);
	struct report_patch *patch = report_patch_get(r, event->patch, &when);

	if (!patch)
		return;
	/* It was there, since when is not known. */
	if (!patch->in)
		report_begin_period(r, patch, r->begin.real_ns ? &r->begin : &when, true);
	report_end_period(r, patch, &when, event->replaced.by);
}

static void message(struct report *r, const struct event *event, const char *text)
{
	struct report_message *kept = recent__push(&r->messages);

	if (!kept) {
		r->no_memory = true;
		return;
	}
	*kept = (struct report_message){
		.when = report_when(r, event),
		.warning = event->kind == EVENT_WARNING,
		.severe = event->kind == EVENT_INIT_FAILED,
		.patch = report_strdup(r, event->patch),
		.text = report_strdup(r, text),
	};
}

static void lost(struct report *r, const struct event *event)
{
	struct report_loss *kept = recent__push(&r->losses);

	add_u64(&r->lost.records, event->lost.records);
	add_u64(&r->lost.attempts, event->lost.attempts);
	add_u64(&r->lost.lookups, event->lost.lookups);
	add_u64(&r->lost.missed, event->lost.missed);
	if (!kept) {
		r->no_memory = true;
		return;
	}
	*kept = (struct report_loss){
		.when = report_when(r, event),
		.records = event->lost.records,
		.attempts = event->lost.attempts,
		.lookups = event->lost.lookups,
		.missed = event->lost.missed,
	};
}

/* Whether an event is taken into account, be it as the past. */
static bool selects(struct report *r, const struct report_when *when)
{
	struct report_selection *s = &r->selection;
	enum report_where where = report_where(r, when);

	if (where == REPORT_BEFORE && !s->begun)
		return true;
	if (where != REPORT_WITHIN) {
		/* It went on at least until then. */
		if (where == REPORT_AFTER && when->line_ns > r->end.line_ns)
			r->end = *when;
		s->over |= where == REPORT_AFTER;
		s->events_left_out++;
		return false;
	}
	if (!s->begun)
		report_begin_selection(r, when, false);
	/* The wall clock was set back: what is installed has changed unseen. */
	r->now.incomplete |= s->over && recent__n(&r->steps);
	return true;
}

void report__event(struct report *r, const struct event *event)
{
	struct report_when when = report_when(r, event);

	if (!selects(r, &when))
		return;
	r->events++;
	r->last_event_real_ns = event->real_ns;
	r->kinds[event->kind]++;
	r->truncated |= event->truncated;
	installed__event(&r->now, event);
	switch (event->kind) {
	case EVENT_ENABLE:
		enabling(r, event);
		break;
	case EVENT_REFUSED:
		refused(r, event);
		break;
	case EVENT_TRANSITION:
	case EVENT_PROGRESS:
	case EVENT_STALL:
		report_transition_event(r, event);
		break;
	case EVENT_STATE:
		state_changes_event(r, event);
		break;
	case EVENT_LOOKUP:
	case EVENT_LOOKUP_COUNT:
		report_lookup(r, event);
		break;
	case EVENT_REPLACED:
		replaced(r, event);
		break;
	case EVENT_MESSAGE:
		message(r, event, event->message.text);
		break;
	case EVENT_WARNING:
		message(r, event, event->warning.text);
		break;
	case EVENT_INIT_FAILED:
		message(r, event, event->init_failed.explanation);
		break;
	case EVENT_LOST:
		lost(r, event);
		break;
	case EVENT_DISABLE:
	case EVENT_FREED:
		report_patch_get(r, event->patch, &when);
		break;
	case EVENT_KINDS:
		break;
	}
	if (!r->begin.real_ns)
		r->begin = when;
	if (when.line_ns > r->end.line_ns)
		r->end = when;
}

static struct report_recording *last_recording(struct report *r)
{
	size_t n = recent__n(&r->recordings);

	return n ? recent__at(&r->recordings, n - 1) : NULL;
}

/* All that was installed is gone: the machine was started again, or is another one. */
static void all_gone(struct report *r, const struct report_when *when)
{
	for (size_t i = 0; i < r->patches.n; i++)
		report_end_period(r, r->patches.list[i], when, NULL);
	installed__clear(&r->now);
}

static bool differ(const char *a, const char *b)
{
	return a && b && *a && *b && strcmp(a, b);
}

/* Fills in what @recording is to the one before it. */
static void compare_with(const struct report_recording *before, struct report_recording *recording)
{
	recording->other_boot = differ(before->boot_id, recording->boot_id);
	recording->other_host = differ(before->machine_id, recording->machine_id);
	recording->changed_unseen = false;
	recording->has_gap = !recording->follows;
	recording->gap_from = before->end;
	recording->gap_is_most = recording->has_gap && (before->no_end || before->torn);
}

/* Whether it is known that the clocks of both go on from one to the other. */
static bool same_boot(const struct report_recording *a, const struct report_recording *b)
{
	return b->follows ||
	       (a->boot_id && b->boot_id && *a->boot_id && !strcmp(a->boot_id, b->boot_id));
}

int report__recording(struct report *r, const struct report_recording *recording)
{
	struct report_recording *before = last_recording(r), *kept;
	struct report_recording copy = *recording;
	enum report_where where = report_where(r, &copy.begin);

	r->selection.recording_left_out = where == REPORT_AFTER && before;
	if (r->selection.recording_left_out) {
		r->selection.recordings_left_out++;
		r->selection.over = true;
		return 0;
	}
	copy.has_gap = false;
	if (before) {
		compare_with(before, &copy);
		if (copy.other_boot || copy.other_host) {
			report_cut(r, false);
			all_gone(r, &r->end);
		}
		if (!same_boot(before, &copy))
			report_new_boot(r);
	}
	if (copy.begin.real_ns)
		report_place(r, &copy.begin);
	copy.gap_ns = copy.has_gap ? report_between(&copy.gap_from, &copy.begin) : 0;
	copy.name = report_strdup(r, recording->name);
	copy.host = report_strdup(r, recording->host);
	copy.release = report_strdup(r, recording->release);
	copy.build = report_strdup(r, recording->build);
	copy.boot_id = report_strdup(r, recording->boot_id);
	copy.machine_id = report_strdup(r, recording->machine_id);
	copy.version = report_strdup(r, recording->version);
	kept = recent__push(&r->recordings);
	if (!kept) {
		clear_recording(&copy);
		return -ENOMEM;
	}
	*kept = copy;
	if (!r->begin.real_ns)
		r->begin = copy.begin;
	if (copy.begin.real_ns)
		r->end = copy.begin;
	if (where == REPORT_WITHIN && !r->selection.begun)
		report_begin_selection(r, &copy.begin, true);
	return r->no_memory ? -ENOMEM : 0;
}

void report__recording_ends(struct report *r, const struct report_when *end)
{
	struct report_recording *recording = last_recording(r);

	if (r->selection.recording_left_out)
		return;
	if (end) {
		r->end = *end;
		report_place(r, &r->end);
	}
	if (recording)
		recording->end = r->end;
}

void report__recording_damaged(struct report *r, bool torn, bool no_end)
{
	struct report_recording *recording = last_recording(r);

	if (!recording || r->selection.recording_left_out)
		return;
	recording->torn |= torn;
	recording->no_end |= no_end;
	recording->damaged += !torn && !no_end;
}

struct seen_states {
	struct report *report;
	struct report_when when;
};

/* A state in force as a snapshot has it: a change only if it is another than was known. */
static void see_state(void *ctx, const struct state_force *force)
{
	struct seen_states *seen = ctx;
	struct report *r = seen->report;
	struct report_state *state = report_state_get(r, force->id);
	struct report_change change = {
		.when = seen->when,
		.id = force->id,
		.found = true,
		.has_to = force->holder && !force->no_version,
		.to_version = force->version,
		.to_patch = force->holder ? (char *)force->holder->name : NULL,
	};

	if (!state || !force->holder)
		return;
	if (state->patch) {
		if (!strcmp(state->patch, change.to_patch) && state->has_version == change.has_to &&
		    state->version == change.to_version)
			return;
		change.has_from = state->has_version;
		change.from_version = state->version;
		change.from_patch = state->patch;
	}
	change.from_patch = change.from_patch ? strdup(change.from_patch) : NULL;
	add_change(r, change);
	free(change.from_patch);
}

/* The ids of all states that are there. */
static int index_states(struct id_index *index, const struct facts *installed)
{
	size_t all = 0;
	int err;

	for (size_t p = 0; p < installed->n_patches; p++)
		all += installed->patches[p].n_states;
	err = id_index_make(index, all);
	for (size_t p = 0; !err && p < installed->n_patches; p++)
		for (size_t i = 0; i < installed->patches[p].n_states; i++)
			id_index_add(index, installed->patches[p].states[i].id, p);
	return err;
}

/* States that the snapshot does not have any more. */
static void unsee_states(struct report *r, const struct snapshot *snapshot,
			 const struct report_when *when)
{
	_cleanup_(id_index_clear) struct id_index there = { 0 };

	if (index_states(&there, &snapshot->installed)) {
		r->no_memory = true;
		return;
	}
	for (size_t i = 0; i < r->states.n; i++) {
		struct report_state *state = r->states.list[i];
		struct report_change change = {
			.when = *when,
			.id = state->id,
			.found = true,
			.has_from = state->has_version,
			.from_version = state->version,
		};
		_cleanup_free_ char *from = NULL;

		if (!state->patch || id_index_find(&there, state->id) != ID_INDEX_NONE)
			continue;
		from = report_strdup(r, state->patch);
		change.from_patch = from;
		add_change(r, change);
	}
}

static void see_patches(struct report *r, const struct snapshot *snapshot,
			const struct report_when *when)
{
	size_t n = snapshot->installed.n_patches;
	_cleanup_free_ const struct patch **there = facts__by_name(&snapshot->installed);

	for (size_t i = 0; there && i < r->patches.n; i++) {
		struct report_patch *patch = r->patches.list[i];

		if (patch->in && !patches_named(there, n, patch->name))
			report_end_period(r, patch, when, NULL);
	}
	r->no_memory |= !there;
	for (size_t i = 0; i < n; i++) {
		struct report_patch *patch =
			report_patch_get(r, snapshot->installed.patches[i].name, when);

		if (patch)
			report_begin_period(r, patch, when, true);
	}
}

void report__snapshot(struct report *r, const struct snapshot *snapshot,
		      const struct report_when *at)
{
	struct report_when placed = *at, *when = &placed;
	struct seen_states seen = { .report = r };
	struct report_recording *recording = last_recording(r);
	const struct patch *transition = snapshot->transition;

	report_place(r, when);
	seen.when = *when;
	if (report_where(r, when) == REPORT_AFTER)
		return;
	if (report_where(r, when) == REPORT_WITHIN && !r->selection.begun)
		report_begin_selection(r, when, false);
	if (recording && r->now.known)
		recording->changed_unseen = installed__differs(&r->now.facts, &snapshot->installed);
	/* What was running has ended since, even if another runs now. */
	if (!transition || (r->summary.n && differ(r->summary.list[0].patch, transition->name)))
		report_cut(r, false);
	if (!r->before.known && !r->events)
		r->no_memory |= installed__set(&r->before, &snapshot->installed, transition,
					       snapshot->target) < 0;
	r->no_memory |=
		installed__set(&r->now, &snapshot->installed, transition, snapshot->target) < 0;
	r->now.incomplete |= snapshot->in_flux;
	r->before.incomplete |= snapshot->in_flux;
	see_patches(r, snapshot, when);
	unsee_states(r, snapshot, when);
	r->no_memory |= snapshot_states(snapshot, see_state, &seen) < 0;
}

void report__finish(struct report *r)
{
	report_end_selection(r);
	report_cut(r, true);
	for (size_t i = 0; i < r->patches.n; i++) {
		struct report_patch *patch = r->patches.list[i];

		if (!patch->in)
			continue;
		report_end_period(r, patch, &r->end, NULL);
		if (recent__n(&r->periods))
			((struct report_period *)recent__at(&r->periods,
							    recent__n(&r->periods) - 1))
				->open = true;
		patch->in = true;
	}
}

struct report_totals report__totals(const struct report *r)
{
	struct report_totals t = { 0 };

	for (size_t i = 0; i < r->patches.n; i++) {
		const struct report_patch *patch = r->patches.list[i];

		t.tries += patch->tries;
		t.signals += patch->signals;
		t.completed += patch->completed;
		t.canceled += patch->canceled;
		t.reversed += patch->reversed;
		t.forced += patch->forced;
		add_u64(&t.lookups, patch->lookups);
	}
	return t;
}

uint64_t report__refusals(const struct report *r)
{
	uint64_t n = 0;

	for (int i = 0; i < CAUSES; i++)
		n += r->refused[i];
	return n;
}

uint64_t report__lost(const struct report *r)
{
	return sum_u64(sum_u64(r->lost.records, r->lost.attempts),
		       sum_u64(r->lost.lookups, r->lost.missed));
}

uint64_t report__refused_otherwise(const struct report *r)
{
	uint64_t n = 0;

	for (int i = 0; i < REFUSED_ACTIONS; i++)
		n += r->refused_otherwise[i];
	return n;
}

bool report__kept_all(const struct report *r)
{
	for (size_t i = 0; i < recent__n(&r->recordings); i++) {
		const struct report_recording *recording = recent__at(&r->recordings, i);

		if (recording->torn || recording->no_end || recording->damaged)
			return false;
	}
	return !r->no_memory && !r->interrupted && !r->truncated && !r->kinds[EVENT_LOST] &&
	       !r->patches.more && !r->states.more && !r->stalls.more && !r->lookups.more &&
	       !recent__earlier(&r->recordings) && !recent__earlier(&r->transitions) &&
	       !recent__earlier(&r->periods) && !recent__earlier(&r->changes) &&
	       !recent__earlier(&r->refusals) && !recent__earlier(&r->messages) &&
	       !recent__earlier(&r->losses) && !recent__earlier(&r->steps);
}
