// SPDX-License-Identifier: GPL-2.0
/* All of a report as one JSON document; its keys are published in docs/report.md. */
#include <errno.h>
#include <stdio.h>

#include "rules/refusal.h"
#include "sink/json_keys.h"
#include "sink/report/forms.h"
#include "sink/report/messages.h"

static void key_time(struct json_writer *w, const char *key, const struct report_when *when)
{
	json_key_time(w, key, when->real_ns, when->real_ns);
}

/* A moment on both clocks; the one since boot is under @key with _boot_ns. */
static void key_when(struct json_writer *w, const struct report_when *when)
{
	key_time(w, "time", when);
	json_key_number(w, "boot_ns", when->boot_ns);
}

static void key_text(struct json_writer *w, const char *key, const char *s)
{
	json_key_string(w, key, s && *s ? s : NULL);
}

static void key_who(struct json_writer *w, const char *key, const struct report_who *who)
{
	json_key(w, key);
	if (!who->known) {
		json_null(w);
		return;
	}
	json_begin_object(w);
	json_key_number(w, "pid", who->pid);
	json_key_number(w, "tid", who->tid);
	json_key_string(w, "comm", who->comm);
	json_key_number(w, "uid", who->uid);
	json_end_object(w);
}

static void key_durations(struct json_writer *w, const struct histogram *histogram)
{
	json_key(w, "durations");
	json_begin_object(w);
	json_key_number(w, "count", histogram->n);
	json_key_quantiles(w, histogram);
	json_key_bool(w, "exact", !histogram->buckets);
	json_end_object(w);
}

static void key_refused_otherwise(struct json_writer *w, const struct report *r)
{
	json_key(w, "refused_otherwise");
	json_begin_object(w);
	for (int i = 0; i < REFUSED_ACTIONS; i++)
		if (r->refused_otherwise[i])
			json_key_number(w, refused_action_name(i), r->refused_otherwise[i]);
	json_end_object(w);
}

static void key_causes(struct json_writer *w, const uint64_t refused[CAUSES])
{
	json_key(w, "refused");
	json_begin_object(w);
	for (int i = 0; i < CAUSES; i++)
		if (refused[i])
			json_key_number(w, cause_name(i), refused[i]);
	json_end_object(w);
}

static void write_recording(struct json_writer *w, const void *item)
{
	const struct report_recording *r = item;

	json_begin_object(w);
	key_text(w, "name", r->name);
	key_text(w, "host", r->host);
	key_text(w, "machine_id", r->machine_id);
	key_text(w, "boot_id", r->boot_id);
	key_text(w, "release", r->release);
	key_text(w, "build", r->build);
	key_text(w, "klpscope", r->version);
	key_time(w, "begin", &r->begin);
	key_time(w, "end", &r->end);
	json_key_number_or_null(w, "gap_ns", r->has_gap, r->gap_ns);
	json_key_bool(w, "gap_is_most", r->gap_is_most);
	json_key_bool(w, "other_boot", r->other_boot);
	json_key_bool(w, "other_host", r->other_host);
	json_key_bool(w, "changed_unseen", r->changed_unseen);
	json_key_bool(w, "ended", !r->no_end && !r->torn);
	json_key_bool(w, "torn", r->torn);
	json_key_number(w, "damaged", r->damaged);
	json_end_object(w);
}

static void write_patch(struct json_writer *w, const void *item)
{
	const struct report_patch *p = item;

	json_begin_object(w);
	json_key_string(w, "patch", p->name);
	json_key_number(w, "attempts", p->attempts);
	json_key_number(w, "accepted", p->accepted);
	json_key_number(w, "undecided", p->undecided);
	key_causes(w, p->refused);
	json_key_number(w, "transitions", p->transitions);
	json_key_number(w, "completed", p->completed);
	json_key_number(w, "canceled", p->canceled);
	json_key_number(w, "reversed", p->reversed);
	json_key_number(w, "forced", p->forced);
	json_key_number(w, "end_not_seen", p->unseen_end);
	json_key_number(w, "tries", p->tries);
	json_key_number(w, "signals", p->signals);
	json_key_number(w, "blockers", p->blockers);
	json_key_number(w, "lookups", p->lookups);
	key_durations(w, &p->durations);
	key_time(w, "first", &p->first);
	key_time(w, "last", &p->last);
	json_end_object(w);
}

static void write_transition(struct json_writer *w, const void *item)
{
	const struct report_transition *t = item;
	bool ended = t->t.outcome == OUTCOME_COMPLETE || t->t.outcome == OUTCOME_CANCEL;

	json_begin_object(w);
	json_key_string(w, "patch", t->t.patch);
	json_key_number_or_null(w, "attempt", t->t.attempt, t->t.attempt);
	key_time(w, "begin", &t->begin);
	json_key_number(w, "boot_ns", t->t.begin_ns);
	key_time(w, "end", ended ? &t->end : &(struct report_when){ 0 });
	json_key_bool(w, "start_seen", t->began);
	json_key_string(w, "target", target_name(t->t.target));
	json_key_string(w, "outcome", outcome_name(t->t.outcome));
	json_key_bool(w, "reversed", t->t.reversed);
	json_key_bool(w, "forced", t->t.forced);
	json_key_number(w, "tries", t->t.tries);
	json_key_number(w, "signals", t->t.signals);
	json_key_number_or_null(w, "duration_ns", t->t.duration_ns, t->t.duration_ns);
	json_key_number(w, "samples", t->t.samples);
	json_key_number(w, "most_remaining", t->t.most_remaining);
	json_key_number(w, "cost_ns", t->t.cost_ns);
	key_who(w, "by", &t->who);
	key_who(w, "reversed_by", &t->reversed_by);
	key_who(w, "forced_by", &t->forced_by);
	json_key(w, "blockers");
	json_begin_array(w);
	for (size_t i = 0; i < t->t.n_blockers; i++)
		json_summary_blocker(w, &t->t.blockers[i]);
	json_end_array(w);
	json_key_number(w, "more_blockers", t->t.more_blockers);
	json_end_object(w);
}

static void write_change(struct json_writer *w, const void *item)
{
	const struct report_change *c = item;

	json_begin_object(w);
	key_when(w, &c->when);
	json_key_number(w, "state", c->id);
	json_key_bool(w, "found", c->found);
	json_key_version(w, "from_version", c->has_from ? &c->from_version : NULL);
	json_key_version(w, "to_version", c->has_to ? &c->to_version : NULL);
	json_key_string(w, "from_patch", c->from_patch);
	json_key_string(w, "to_patch", c->to_patch);
	key_who(w, "by", &c->who);
	json_end_object(w);
}

static void write_state(struct json_writer *w, const void *item)
{
	const struct report_state *s = item;

	json_begin_object(w);
	json_key_number(w, "state", s->id);
	json_key_version(w, "version", s->has_version ? &s->version : NULL);
	json_key_string(w, "patch", s->patch);
	json_key_number(w, "changes", s->changes);
	key_time(w, "last", &s->last);
	json_end_object(w);
}

static void write_refusal(struct json_writer *w, const void *item)
{
	const struct report_refusal *r = item;

	json_begin_object(w);
	key_when(w, &r->when);
	key_who(w, "by", &r->who);
	json_key_string(w, "patch", r->patch);
	json_key_number(w, "attempt", r->attempt);
	json_key_string(w, "action", refused_action_name(r->action));
	json_key_bool(w, "by_loader", r->by_loader);
	json_key_string(w, "module", r->module);
	json_key_error(w, r->error);
	json_key_string(w, "cause", cause_name(r->cause));
	json_key_string(w, "message", r->message);
	json_key_string(w, "explanation", r->explanation);
	json_key_conflicts(w, &r->conflicts);
	json_key_number(w, "more_conflicts", r->more_conflicts);
	if (r->truncated)
		json_key_bool(w, "incomplete", true);
	json_end_object(w);
}

static void write_stall(struct json_writer *w, const void *item)
{
	const struct report_stall *s = item;

	json_begin_object(w);
	key_text(w, "patch", s->patch);
	json_key_string(w, "comm", s->comm);
	json_key_number(w, "tid", s->tid);
	json_key_bool(w, "kthread", s->kthread);
	json_key_string(w, "class", blocker_class_name(s->class));
	json_key_string(w, "explanation", s->why);
	json_key_number(w, "seen", s->seen);
	json_key_number(w, "transitions", s->transitions);
	json_key_number(w, "at_least_ns", s->at_least_ns);
	json_key_number_or_null(w, "at_most_ns", s->at_most_ns, s->at_most_ns);
	json_key_number(w, "total_at_least_ns", s->total_at_least_ns);
	key_time(w, "first", &s->first);
	key_time(w, "last", &s->last);
	json_key(w, "stack");
	json_begin_array(w);
	for (size_t i = 0; i < s->n_frames; i++)
		json_string(w, s->stack[i]);
	json_end_array(w);
	if (s->cut)
		json_key_bool(w, "incomplete", true);
	json_end_object(w);
}

static void write_lookup(struct json_writer *w, const void *item)
{
	const struct report_lookup *l = item;

	json_begin_object(w);
	json_key_string(w, "function", l->function);
	json_key_string(w, "patch", l->patch);
	json_key_number(w, "state", l->id);
	json_key_string(w, "caller", l->caller);
	json_key_number(w, "calls", l->calls);
	json_key_number_or_null(w, "not_found", !l->counted, l->not_found);
	json_key_version(w, "version", l->has_version ? &l->version : NULL);
	json_key_string(w, "from_patch", l->from_patch);
	json_end_object(w);
}

static void write_message(struct json_writer *w, const void *item)
{
	const struct report_message *message = item;

	json_begin_object(w);
	key_when(w, &message->when);
	json_key_bool(w, "warning", message->warning);
	json_key_bool(w, "severe", message->severe);
	json_key_string(w, "patch", message->patch);
	json_key_string(w, "message", message->text);
	json_end_object(w);
}

static void key_losses(struct json_writer *w, const struct report_loss *l)
{
	json_key_number(w, "records", l->records);
	json_key_number(w, "attempts", l->attempts);
	json_key_number(w, "lookups", l->lookups);
	json_key_number(w, "missed", l->missed);
}

static void write_loss(struct json_writer *w, const void *item)
{
	const struct report_loss *l = item;

	json_begin_object(w);
	key_when(w, &l->when);
	key_losses(w, l);
	json_end_object(w);
}

typedef void (*write_fn)(struct json_writer *w, const void *item);

/* What was seen before those that are listed, and not kept. */
static void key_recent(struct json_writer *w, const char *key, const struct recent *recent,
		       write_fn write)
{
	json_key(w, key);
	json_begin_object(w);
	json_key_number(w, "earlier", recent__earlier(recent));
	json_key(w, "list");
	json_begin_array(w);
	for (size_t i = 0; i < recent__n(recent); i++)
		write(w, recent__at(recent, i));
	json_end_array(w);
	json_end_object(w);
}

/* What came after the limit was reached, and was not kept. */
static void key_tree(struct json_writer *w, const char *key, const struct report_tree *tree,
		     write_fn write)
{
	json_key(w, key);
	json_begin_object(w);
	json_key_number(w, "more", tree->more);
	json_key(w, "list");
	json_begin_array(w);
	for (size_t i = 0; i < tree->n; i++)
		write(w, tree->list[i]);
	json_end_array(w);
	json_end_object(w);
}

static void key_installed(struct json_writer *w, const char *key, const struct installed *in)
{
	json_key(w, key);
	json_begin_object(w);
	json_key_bool(w, "known", in->known);
	json_key_bool(w, "incomplete", in->incomplete);
	json_key_string(w, "transition", in->transition[0] ? in->transition : NULL);
	json_key(w, "livepatches");
	json_begin_array(w);
	for (size_t i = 0; i < in->facts.n_patches; i++) {
		const struct patch *patch = &in->facts.patches[i];

		json_begin_object(w);
		json_key_string(w, "patch", patch->name);
		json_key_number(w, "order", i + 1);
		json_key_bool(w, "enabled", patch->enabled);
		json_key_bool(w, "replace", patch->replace);
		json_key_bool(w, "forced", patch->forced);
		json_key_states(w, patch, in->facts.flags);
		json_key_objects(w, patch);
		json_end_object(w);
	}
	json_end_array(w);
	json_end_object(w);
}

static void key_moment(struct json_writer *w, const char *key, const char *boot_key,
		       const struct moment *moment)
{
	json_key_time(w, key, moment->set && !moment->boot, moment->ns);
	json_key_number_or_null(w, boot_key, moment->set && moment->boot, (uint64_t)moment->ns);
}

static void key_selection(struct json_writer *w, const struct report_selection *s)
{
	json_key(w, "selection");
	if (!s->since.set && !s->until.set) {
		json_null(w);
		return;
	}
	json_begin_object(w);
	key_moment(w, "since", "since_boot_ns", &s->since);
	key_moment(w, "until", "until_boot_ns", &s->until);
	json_key_number(w, "events_left_out", s->events_left_out);
	json_key_number(w, "recordings_left_out", s->recordings_left_out);
	json_end_object(w);
}

static void write_step(struct json_writer *w, const void *item)
{
	const struct report_step *step = item;

	json_begin_object(w);
	key_when(w, &step->when);
	json_key(w, "by_ns");
	json_signed(w, step->by_ns);
	json_end_object(w);
}

static void key_events(struct json_writer *w, const struct report *r)
{
	json_key(w, "events");
	json_begin_object(w);
	for (int i = 0; i < EVENT_KINDS; i++)
		json_key_number(w, event_name(i), r->kinds[i]);
	json_end_object(w);
}

int report_json(FILE *out, const struct report *r)
{
	struct json_writer *w = json_writer__open(out, false);

	if (!w)
		return -ENOMEM;
	json_begin_object(w);
	key_time(w, "begin", &r->begin);
	key_time(w, "end", &r->end);
	json_key_bool(w, "incomplete", !report__kept_all(r));
	json_key_bool(w, "interrupted", r->interrupted);
	key_selection(w, &r->selection);
	key_events(w, r);
	json_key(w, "lost");
	json_begin_object(w);
	key_losses(w, &r->lost);
	json_end_object(w);
	json_key_number(w, "attempts", r->attempts);
	json_key_number(w, "accepted", r->accepted);
	json_key_number(w, "undecided", r->undecided);
	key_causes(w, r->refused);
	key_refused_otherwise(w, r);
	key_durations(w, &r->durations);
	key_recent(w, "recordings", &r->recordings, write_recording);
	key_tree(w, "livepatches", &r->patches, write_patch);
	key_recent(w, "transitions", &r->transitions, write_transition);
	key_tree(w, "states", &r->states, write_state);
	key_recent(w, "changes", &r->changes, write_change);
	key_recent(w, "refusals", &r->refusals, write_refusal);
	key_tree(w, "stalls", &r->stalls, write_stall);
	key_tree(w, "lookups", &r->lookups, write_lookup);
	key_recent(w, "messages", &r->messages, write_message);
	key_recent(w, "losses", &r->losses, write_loss);
	key_recent(w, "clock_steps", &r->steps, write_step);
	key_installed(w, "before", &r->before);
	key_installed(w, "after", &r->now);
	json_end_object(w);
	json_writer__line(w);
	json_writer__close(w);
	return 0;
}
