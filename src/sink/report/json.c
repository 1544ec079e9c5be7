// SPDX-License-Identifier: GPL-2.0
/* All of a report as one JSON document; its keys are published in docs/report.md. */
#include <errno.h>

#include "rules/refusal.h"
#include "sink/json_gen.h"
#include "sink/report/forms.h"
#include "sink/report/messages.h"
#include "util/cleanup.h"

static void key_time(yajl_gen g, const char *key, const struct report_when *when)
{
	json_key_time(g, key, when->real_ns, when->real_ns);
}

/* A moment on both clocks; the one since boot is under @key with _boot_ns. */
static void key_when(yajl_gen g, const struct report_when *when)
{
	key_time(g, "time", when);
	json_key_number(g, "boot_ns", when->boot_ns);
}

static void key_text(yajl_gen g, const char *key, const char *s)
{
	json_key_string(g, key, s && *s ? s : NULL);
}

static void key_who(yajl_gen g, const char *key, const struct report_who *who)
{
	json_key(g, key);
	if (!who->known) {
		yajl_gen_null(g);
		return;
	}
	yajl_gen_map_open(g);
	json_key_number(g, "pid", who->pid);
	json_key_number(g, "tid", who->tid);
	json_key_string(g, "comm", who->comm);
	json_key_number(g, "uid", who->uid);
	yajl_gen_map_close(g);
}

static void key_durations(yajl_gen g, const struct histogram *histogram)
{
	json_key(g, "durations");
	yajl_gen_map_open(g);
	json_key_number(g, "count", histogram->n);
	json_key_quantiles(g, histogram);
	json_key_bool(g, "exact", !histogram->buckets);
	yajl_gen_map_close(g);
}

static void key_refused_otherwise(yajl_gen g, const struct report *r)
{
	json_key(g, "refused_otherwise");
	yajl_gen_map_open(g);
	for (int i = 0; i < REFUSED_ACTIONS; i++)
		if (r->refused_otherwise[i])
			json_key_number(g, refused_action_name(i), r->refused_otherwise[i]);
	yajl_gen_map_close(g);
}

static void key_causes(yajl_gen g, const uint64_t refused[CAUSES])
{
	json_key(g, "refused");
	yajl_gen_map_open(g);
	for (int i = 0; i < CAUSES; i++)
		if (refused[i])
			json_key_number(g, cause_name(i), refused[i]);
	yajl_gen_map_close(g);
}

static void write_recording(yajl_gen g, const void *item)
{
	const struct report_recording *r = item;

	yajl_gen_map_open(g);
	key_text(g, "name", r->name);
	key_text(g, "host", r->host);
	key_text(g, "machine_id", r->machine_id);
	key_text(g, "boot_id", r->boot_id);
	key_text(g, "release", r->release);
	key_text(g, "build", r->build);
	key_text(g, "klpscope", r->version);
	key_time(g, "begin", &r->begin);
	key_time(g, "end", &r->end);
	json_key_number_or_null(g, "gap_ns", r->has_gap, r->gap_ns);
	json_key_bool(g, "gap_is_most", r->gap_is_most);
	json_key_bool(g, "other_boot", r->other_boot);
	json_key_bool(g, "other_host", r->other_host);
	json_key_bool(g, "changed_unseen", r->changed_unseen);
	json_key_bool(g, "ended", !r->no_end && !r->torn);
	json_key_bool(g, "torn", r->torn);
	json_key_number(g, "damaged", r->damaged);
	yajl_gen_map_close(g);
}

static void write_patch(yajl_gen g, const void *item)
{
	const struct report_patch *p = item;

	yajl_gen_map_open(g);
	json_key_string(g, "patch", p->name);
	json_key_number(g, "attempts", p->attempts);
	json_key_number(g, "accepted", p->accepted);
	json_key_number(g, "undecided", p->undecided);
	key_causes(g, p->refused);
	json_key_number(g, "transitions", p->transitions);
	json_key_number(g, "completed", p->completed);
	json_key_number(g, "canceled", p->canceled);
	json_key_number(g, "reversed", p->reversed);
	json_key_number(g, "forced", p->forced);
	json_key_number(g, "end_not_seen", p->unseen_end);
	json_key_number(g, "tries", p->tries);
	json_key_number(g, "signals", p->signals);
	json_key_number(g, "blockers", p->blockers);
	json_key_number(g, "lookups", p->lookups);
	key_durations(g, &p->durations);
	key_time(g, "first", &p->first);
	key_time(g, "last", &p->last);
	yajl_gen_map_close(g);
}

static void write_transition(yajl_gen g, const void *item)
{
	const struct report_transition *t = item;
	bool ended = t->t.outcome == OUTCOME_COMPLETE || t->t.outcome == OUTCOME_CANCEL;

	yajl_gen_map_open(g);
	json_key_string(g, "patch", t->t.patch);
	json_key_number_or_null(g, "attempt", t->t.attempt, t->t.attempt);
	key_time(g, "begin", &t->begin);
	json_key_number(g, "boot_ns", t->t.begin_ns);
	key_time(g, "end", ended ? &t->end : &(struct report_when){ 0 });
	json_key_bool(g, "start_seen", t->began);
	json_key_string(g, "target", target_name(t->t.target));
	json_key_string(g, "outcome", outcome_name(t->t.outcome));
	json_key_bool(g, "reversed", t->t.reversed);
	json_key_bool(g, "forced", t->t.forced);
	json_key_number(g, "tries", t->t.tries);
	json_key_number(g, "signals", t->t.signals);
	json_key_number_or_null(g, "duration_ns", t->t.duration_ns, t->t.duration_ns);
	json_key_number(g, "samples", t->t.samples);
	json_key_number(g, "most_remaining", t->t.most_remaining);
	json_key_number(g, "cost_ns", t->t.cost_ns);
	key_who(g, "by", &t->who);
	key_who(g, "reversed_by", &t->reversed_by);
	key_who(g, "forced_by", &t->forced_by);
	json_key(g, "blockers");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < t->t.n_blockers; i++)
		json_summary_blocker(g, &t->t.blockers[i]);
	yajl_gen_array_close(g);
	json_key_number(g, "more_blockers", t->t.more_blockers);
	yajl_gen_map_close(g);
}

static void write_change(yajl_gen g, const void *item)
{
	const struct report_change *c = item;

	yajl_gen_map_open(g);
	key_when(g, &c->when);
	json_key_number(g, "state", c->id);
	json_key_bool(g, "found", c->found);
	json_key_version(g, "from_version", c->has_from ? &c->from_version : NULL);
	json_key_version(g, "to_version", c->has_to ? &c->to_version : NULL);
	json_key_string(g, "from_patch", c->from_patch);
	json_key_string(g, "to_patch", c->to_patch);
	key_who(g, "by", &c->who);
	yajl_gen_map_close(g);
}

static void write_state(yajl_gen g, const void *item)
{
	const struct report_state *s = item;

	yajl_gen_map_open(g);
	json_key_number(g, "state", s->id);
	json_key_version(g, "version", s->has_version ? &s->version : NULL);
	json_key_string(g, "patch", s->patch);
	json_key_number(g, "changes", s->changes);
	key_time(g, "last", &s->last);
	yajl_gen_map_close(g);
}

static void write_refusal(yajl_gen g, const void *item)
{
	const struct report_refusal *r = item;

	yajl_gen_map_open(g);
	key_when(g, &r->when);
	key_who(g, "by", &r->who);
	json_key_string(g, "patch", r->patch);
	json_key_number(g, "attempt", r->attempt);
	json_key_string(g, "action", refused_action_name(r->action));
	json_key_bool(g, "by_loader", r->by_loader);
	json_key_string(g, "module", r->module);
	json_key_error(g, r->error);
	json_key_string(g, "cause", cause_name(r->cause));
	json_key_string(g, "message", r->message);
	json_key_string(g, "explanation", r->explanation);
	json_key_conflicts(g, &r->conflicts);
	json_key_number(g, "more_conflicts", r->more_conflicts);
	if (r->truncated)
		json_key_bool(g, "incomplete", true);
	yajl_gen_map_close(g);
}

static void write_stall(yajl_gen g, const void *item)
{
	const struct report_stall *s = item;

	yajl_gen_map_open(g);
	key_text(g, "patch", s->patch);
	json_key_string(g, "comm", s->comm);
	json_key_number(g, "tid", s->tid);
	json_key_bool(g, "kthread", s->kthread);
	json_key_string(g, "class", blocker_class_name(s->class));
	json_key_string(g, "explanation", s->why);
	json_key_number(g, "seen", s->seen);
	json_key_number(g, "transitions", s->transitions);
	json_key_number(g, "at_least_ns", s->at_least_ns);
	json_key_number_or_null(g, "at_most_ns", s->at_most_ns, s->at_most_ns);
	json_key_number(g, "total_at_least_ns", s->total_at_least_ns);
	key_time(g, "first", &s->first);
	key_time(g, "last", &s->last);
	json_key(g, "stack");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < s->n_frames; i++)
		json_string(g, s->stack[i]);
	yajl_gen_array_close(g);
	if (s->cut)
		json_key_bool(g, "incomplete", true);
	yajl_gen_map_close(g);
}

static void write_lookup(yajl_gen g, const void *item)
{
	const struct report_lookup *l = item;

	yajl_gen_map_open(g);
	json_key_string(g, "function", l->function);
	json_key_string(g, "patch", l->patch);
	json_key_number(g, "state", l->id);
	json_key_string(g, "caller", l->caller);
	json_key_number(g, "calls", l->calls);
	json_key_number_or_null(g, "not_found", !l->counted, l->not_found);
	json_key_version(g, "version", l->has_version ? &l->version : NULL);
	json_key_string(g, "from_patch", l->from_patch);
	yajl_gen_map_close(g);
}

static void write_message(yajl_gen g, const void *item)
{
	const struct report_message *w = item;

	yajl_gen_map_open(g);
	key_when(g, &w->when);
	json_key_bool(g, "warning", w->warning);
	json_key_bool(g, "severe", w->severe);
	json_key_string(g, "patch", w->patch);
	json_key_string(g, "message", w->text);
	yajl_gen_map_close(g);
}

static void key_losses(yajl_gen g, const struct report_loss *l)
{
	json_key_number(g, "records", l->records);
	json_key_number(g, "attempts", l->attempts);
	json_key_number(g, "lookups", l->lookups);
	json_key_number(g, "missed", l->missed);
}

static void write_loss(yajl_gen g, const void *item)
{
	const struct report_loss *l = item;

	yajl_gen_map_open(g);
	key_when(g, &l->when);
	key_losses(g, l);
	yajl_gen_map_close(g);
}

typedef void (*write_fn)(yajl_gen g, const void *item);

/* What was seen before those that are listed, and not kept. */
static void key_recent(yajl_gen g, const char *key, const struct recent *recent, write_fn write)
{
	json_key(g, key);
	yajl_gen_map_open(g);
	json_key_number(g, "earlier", recent__earlier(recent));
	json_key(g, "list");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < recent__n(recent); i++)
		write(g, recent__at(recent, i));
	yajl_gen_array_close(g);
	yajl_gen_map_close(g);
}

/* What came after the limit was reached, and was not kept. */
static void key_tree(yajl_gen g, const char *key, const struct report_tree *tree, write_fn write)
{
	json_key(g, key);
	yajl_gen_map_open(g);
	json_key_number(g, "more", tree->more);
	json_key(g, "list");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < tree->n; i++)
		write(g, tree->list[i]);
	yajl_gen_array_close(g);
	yajl_gen_map_close(g);
}

static void key_installed(yajl_gen g, const char *key, const struct installed *in)
{
	json_key(g, key);
	yajl_gen_map_open(g);
	json_key_bool(g, "known", in->known);
	json_key_bool(g, "incomplete", in->incomplete);
	json_key_string(g, "transition", in->transition[0] ? in->transition : NULL);
	json_key(g, "livepatches");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < in->facts.n_patches; i++) {
		const struct patch *patch = &in->facts.patches[i];

		yajl_gen_map_open(g);
		json_key_string(g, "patch", patch->name);
		json_key_number(g, "order", i + 1);
		json_key_bool(g, "enabled", patch->enabled);
		json_key_bool(g, "replace", patch->replace);
		json_key_bool(g, "forced", patch->forced);
		json_key_states(g, patch, in->facts.flags);
		json_key_objects(g, patch);
		yajl_gen_map_close(g);
	}
	yajl_gen_array_close(g);
	yajl_gen_map_close(g);
}

static void key_moment(yajl_gen g, const char *key, const char *boot_key,
		       const struct moment *moment)
{
	json_key_time(g, key, moment->set && !moment->boot, moment->ns);
	json_key_number_or_null(g, boot_key, moment->set && moment->boot, (uint64_t)moment->ns);
}

static void key_selection(yajl_gen g, const struct report_selection *s)
{
	json_key(g, "selection");
	if (!s->since.set && !s->until.set) {
		yajl_gen_null(g);
		return;
	}
	yajl_gen_map_open(g);
	key_moment(g, "since", "since_boot_ns", &s->since);
	key_moment(g, "until", "until_boot_ns", &s->until);
	json_key_number(g, "events_left_out", s->events_left_out);
	json_key_number(g, "recordings_left_out", s->recordings_left_out);
	yajl_gen_map_close(g);
}

static void write_step(yajl_gen g, const void *item)
{
	const struct report_step *step = item;

	yajl_gen_map_open(g);
	key_when(g, &step->when);
	json_key(g, "by_ns");
	json_signed(g, step->by_ns);
	yajl_gen_map_close(g);
}

static void key_events(yajl_gen g, const struct report *r)
{
	json_key(g, "events");
	yajl_gen_map_open(g);
	for (int i = 0; i < EVENT_KINDS; i++)
		json_key_number(g, event_name(i), r->kinds[i]);
	yajl_gen_map_close(g);
}

int report_json(FILE *out, const struct report *r)
{
	yajl_gen g = json_open(out, false);

	if (!g)
		return -ENOMEM;
	yajl_gen_map_open(g);
	key_time(g, "begin", &r->begin);
	key_time(g, "end", &r->end);
	json_key_bool(g, "incomplete", !report__kept_all(r));
	json_key_bool(g, "interrupted", r->interrupted);
	key_selection(g, &r->selection);
	key_events(g, r);
	json_key(g, "lost");
	yajl_gen_map_open(g);
	key_losses(g, &r->lost);
	yajl_gen_map_close(g);
	json_key_number(g, "attempts", r->attempts);
	json_key_number(g, "accepted", r->accepted);
	json_key_number(g, "undecided", r->undecided);
	key_causes(g, r->refused);
	key_refused_otherwise(g, r);
	key_durations(g, &r->durations);
	key_recent(g, "recordings", &r->recordings, write_recording);
	key_tree(g, "livepatches", &r->patches, write_patch);
	key_recent(g, "transitions", &r->transitions, write_transition);
	key_tree(g, "states", &r->states, write_state);
	key_recent(g, "changes", &r->changes, write_change);
	key_recent(g, "refusals", &r->refusals, write_refusal);
	key_tree(g, "stalls", &r->stalls, write_stall);
	key_tree(g, "lookups", &r->lookups, write_lookup);
	key_recent(g, "messages", &r->messages, write_message);
	key_recent(g, "losses", &r->losses, write_loss);
	key_recent(g, "clock_steps", &r->steps, write_step);
	key_installed(g, "before", &r->before);
	key_installed(g, "after", &r->now);
	yajl_gen_map_close(g);
	json_line(g);
	yajl_gen_free(g);
	return 0;
}
