// SPDX-License-Identifier: GPL-2.0
#include "event/decoder.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts/wire_check.h"
#include "rules/states.h"
#include "util/saturate.h"

struct decoder *decoder__new(event_fn fn, void *ctx)
{
	struct decoder *d = calloc(1, sizeof(*d));

	if (d) {
		d->fn = fn;
		d->ctx = ctx;
	}
	return d;
}

void decoder__free(struct decoder *d)
{
	if (!d)
		return;
	walks__clear(&d->walks);
	attempts__clear(&d->attempts);
	facts__clear(&d->snapshot);
	decode_scratch_clear(&d->message);
	decode_scratch_clear(&d->explanation);
	free(d);
}

/* CLOCK_REALTIME at a moment of CLOCK_BOOTTIME, by the last WIRE_CLOCK. */
static int64_t real_ns_of(const struct decoder *d, uint64_t boot_ns)
{
	return other_clock(boot_ns, d->real_offset);
}

const struct wire_walk_begin *decoder__take_snapshot(struct decoder *d, struct facts *facts)
{
	if (!d->has_snapshot)
		return NULL;
	*facts = d->snapshot;
	memset(&d->snapshot, 0, sizeof(d->snapshot));
	d->has_snapshot = false;
	return &d->snapshot_begin;
}

bool decoder__snapshot(struct decoder *d, const struct wire_hdr *record, struct snapshot *snapshot,
		       uint64_t *boot_ns)
{
	const struct wire_walk_begin *begin;

	*snapshot = (struct snapshot){ 0 };
	if (record->type != WIRE_SNAPSHOT)
		return false;
	begin = decoder__take_snapshot(d, &snapshot->installed);
	if (!begin)
		return false;
	*boot_ns = ((const struct wire_snapshot *)record)->boot_ns;
	if (begin->patch)
		snapshot->transition = facts__find(&snapshot->installed, begin->patch);
	snapshot->target = begin->target;
	snapshot->in_flux = d->snapshot_in_flux;
	snapshot->real_ns = real_ns_of(d, *boot_ns);
	return true;
}

const char *decode_name_of(struct name *name, const char *field, size_t size)
{
	size_t len = strnlen(field, size);

	memcpy(name->s, field, len);
	name->s[len] = '\0';
	return len ? name->s : NULL;
}

/* A caller by its symbol, else by its address, which @buf then holds; NULL if neither is known. */
const char *decode_caller_of(const char symbol[WIRE_SYMBOL_LEN], uint64_t address, struct name *buf)
{
	const char *name = decode_name_of(buf, symbol, WIRE_SYMBOL_LEN);

	if (name || !address)
		return name;
	snprintf(buf->s, sizeof(buf->s), "0x%" PRIx64, address);
	return buf->s;
}

struct event decode_event_at(const struct decoder *d, enum event_kind kind, uint64_t boot_ns)
{
	return (struct event){
		.kind = kind,
		.boot_ns = boot_ns,
		.real_ns = real_ns_of(d, boot_ns),
	};
}

struct event decode_event_of(const struct decoder *d, enum event_kind kind,
			     const struct wire_head *head)
{
	struct event event = decode_event_at(d, kind, head->boot_ns);

	event.has_task = true;
	event.pid = head->pid;
	event.tid = head->tid;
	event.uid = head->uid;
	memcpy(event.comm, head->comm, sizeof(head->comm));
	event.truncated = head->flags & WIRE_F_TRUNCATED;
	return event;
}

void decode_emit(struct decoder *d, const struct event *event)
{
	d->fn(d->ctx, event);
}

uint64_t decode_attempt_number(struct decoder *d, uint64_t key)
{
	struct attempt *attempt = attempts__find(&d->attempts, key);

	return attempt ? attempt->number : 0;
}

/* 0: since when is not known, or it is not before. */
static uint64_t elapsed(uint64_t since_ns, uint64_t now_ns)
{
	return since_ns && now_ns > since_ns ? now_ns - since_ns : 0;
}

struct change_ctx {
	struct decoder *d;
	struct event event;
	bool versions; /* this kernel's states have versions */
};

static void emit_change(void *ctx, const struct state_change *change)
{
	struct change_ctx *c = ctx;

	c->event.state.id = change->id;
	c->event.state.from_version = change->from && c->versions ? &change->from_version : NULL;
	c->event.state.to_version = change->to && c->versions ? &change->to_version : NULL;
	c->event.state.from_patch = change->from ? change->from->name : NULL;
	c->event.state.to_patch = change->to ? change->to->name : NULL;
	decode_emit(c->d, &c->event);
}

/* Those below it on the list; above it are such as came while its disabling was reversed, and stay. */
static void emit_replaced(struct decoder *d, const struct event *like,
			  const struct facts *installed, const struct patch *patch)
{
	struct event event = *like;

	event.kind = EVENT_REPLACED;
	event.replaced.by = patch->name;
	for (size_t i = 0; i < installed->n_patches && &installed->patches[i] != patch; i++) {
		event.patch = installed->patches[i].name;
		decode_emit(d, &event);
	}
}

/* What comes into force, or ceases to be, as the transition of @patch completes. */
static int emit_effects(struct decoder *d, const struct event *like, const struct facts *installed,
			const struct patch *patch, int target)
{
	struct change_ctx change = {
		.d = d,
		.event = *like,
		.versions = !(installed->flags & WIRE_F_NO_VERSION),
	};

	if (target == 1 && patch->replace)
		emit_replaced(d, like, installed, patch);
	change.event.kind = EVENT_STATE;
	change.event.patch = patch->name;
	return state_changes(installed, patch, target, emit_change, &change);
}

static int completed(struct decoder *d, struct walk *w)
{
	const struct wire_walk_begin *begin = &w->begin;
	const struct patch *patch = facts__find(&w->facts, begin->patch);
	struct attempt *attempt = attempts__find(&d->attempts, begin->attempt);
	struct event event = decode_event_of(d, EVENT_TRANSITION, &begin->head);
	/* A start before this one's is that of another, whose end was lost. */
	bool start_seen = d->start_ns && d->start_ns >= begin->start_ns;
	bool turned = start_seen && d->first_target != begin->target;
	int err = 0;

	memset(&d->running, 0, sizeof(d->running));
	memset(&d->progress, 0, sizeof(d->progress));
	d->start_ns = 0;
	if (begin->canceled)
		return 0; /* told by WIRE_ACTION_CANCEL; nothing was in force */
	event.patch = patch ? patch->name : NULL;
	if (!event.patch && attempt && attempt__patch(attempt))
		event.patch = attempt__patch(attempt)->name;
	decode_tell(d, event.patch, WIRE_HOOK_COMPLETE);
	event.attempt = attempt ? attempt->number : 0;
	event.truncated = !facts__complete(&w->facts);
	event.transition.action = ACTION_COMPLETE;
	event.transition.target = begin->target;
	event.transition.tries = begin->tries;
	event.transition.joined = begin->tries && !begin->start_ns;
	event.transition.duration_ns = elapsed(begin->start_ns, begin->head.boot_ns);
	decode_emit(d, &event);

	memset(&event.transition, 0, sizeof(event.transition));
	/* It may have been turned round before anybody looked. */
	event.truncated |= !start_seen;
	/* What is back where it began has changed nothing: it was not in force yet, or has not ceased to be. */
	if (patch && begin->target >= 0 && !turned)
		err = emit_effects(d, &event, &w->facts, patch, begin->target);
	if (attempt) {
		attempt->completed = true;
		if (attempt->returned)
			attempt__clear(attempt);
	}
	return err;
}

/* The transition to which a sample belongs goes on, or is another than before. */
static void progress(struct decoder *d, const struct wire_progress *rec)
{
	struct event event = decode_event_of(d, EVENT_PROGRESS, &rec->head);
	const struct wire_progress *last = &d->progress;

	/* It is klpscope that looks; no task of this belongs to what happens. */
	event.has_task = false;
	event.patch = NAME(rec->name);
	event.attempt = decode_attempt_number(d, rec->attempt);
	event.progress.target = rec->target;
	event.progress.tries = rec->tries;
	event.progress.joined = rec->joined;
	event.progress.tasks = rec->tasks;
	event.progress.remaining = rec->left;
	event.progress.elapsed_ns = elapsed(rec->since_ns, rec->head.boot_ns);
	event.progress.cost_ns = rec->cost_ns;
	event.progress.changed =
		!last->head.hdr.type || last->left != rec->left || last->since_ns != rec->since_ns;
	d->progress = *rec;
	decode_emit(d, &event);
}

/* Whether a walk has all functions of the transition in which the tasks were looked at, just before. */
static bool has_all_functions(const struct walk *w, const struct patch *patch,
			      const struct wire_progress *looked)
{
	return patch && facts__complete(&w->facts) && patch__has_code(patch) &&
	       looked->target == w->begin.target &&
	       !strncmp(looked->name, patch->name, sizeof(looked->name));
}

static int stalled(struct decoder *d, struct walk *w)
{
	struct event event = decode_event_of(d, EVENT_STALL, &w->begin.head);
	const struct patch *patch = facts__find(&w->facts, w->begin.patch);
	const struct wire_progress *last = &d->progress;
	bool whole = has_all_functions(w, patch, last);
	int err;

	/* It was over before it could be looked at, or before what was seen could be told. */
	if (!w->begin.patch || !last->head.hdr.type)
		return 0;
	event.has_task = false;
	event.patch = patch ? patch->name : NULL;
	event.attempt = decode_attempt_number(d, w->begin.attempt);
	event.truncated = !facts__complete(&w->facts) || w->blockers.n != w->tasks;
	event.stall.target = w->begin.target;
	event.stall.blockers = &w->blockers;
	event.stall.elapsed_ns = elapsed(last->since_ns, w->begin.head.boot_ns);
	event.stall.more = last->left > last->reported ? last->left - last->reported : 0;
	event.truncated |= last->head.flags & WIRE_F_TRUNCATED;
	for (size_t i = 0; i < w->blockers.n; i++)
		event.truncated |= w->blockers.list[i].cut;
	err = blockers__classify(&w->blockers, patch, w->begin.target, whole);
	if (!err)
		decode_emit(d, &event);
	return err;
}

/* The walk's end was lost: of a candidate, what did arrive is told. */
static void walk_abandoned(struct decoder *d, struct walk *w)
{
	if (w->open && w->begin.kind == WIRE_WALK_ENABLE)
		decode_enabled(d, w);
	walk__close(w);
}

/* Something comes after the candidate of this attempt, so its walk is over. */
static void candidate_over(struct decoder *d, uint64_t attempt)
{
	struct walk *w = walks__candidate(&d->walks, attempt);

	if (w)
		walk_abandoned(d, w);
}

static void walk_begins(struct decoder *d, const struct wire_walk_begin *rec)
{
	struct walk *w = walks__place(&d->walks, rec->head.hdr.walk);

	walk_abandoned(d, w);
	walk__begin(w, rec);
}

static int walk_ended(struct decoder *d, struct walk *w)
{
	int err = 0;

	switch (w->begin.kind) {
	case WIRE_WALK_ENABLE:
		decode_enabled(d, w);
		break;
	case WIRE_WALK_COMPAT:
		err = decode_compat_returned(d, w);
		break;
	case WIRE_WALK_COMPLETE:
		err = completed(d, w);
		break;
	case WIRE_WALK_SNAPSHOT:
		facts__clear(&d->snapshot);
		d->snapshot = walk__take(w);
		d->snapshot_begin = w->begin;
		d->snapshot_in_flux = false;
		d->has_snapshot = true;
		break;
	case WIRE_WALK_STALL:
		err = stalled(d, w);
		break;
	}
	walk__close(w);
	return err;
}

static int walk_part(struct decoder *d, const struct wire_hdr *rec)
{
	struct walk *w = walks__find(&d->walks, rec->walk);
	int err;

	if (!w)
		return 0; /* its beginning was lost, which is counted */
	err = facts__add(&w->facts, rec);
	if (!err)
		err = blockers__add(&w->blockers, rec);
	if (!err && rec->type == WIRE_WALK_END) {
		w->tasks = ((const struct wire_walk_end *)rec)->tasks;
		err = walk_ended(d, w);
	}
	return err;
}

static const enum transition_action actions[] = {
	[WIRE_ACTION_START] = ACTION_START,	[WIRE_ACTION_RETRY] = ACTION_RETRY,
	[WIRE_ACTION_REVERSE] = ACTION_REVERSE, [WIRE_ACTION_FORCE] = ACTION_FORCE,
	[WIRE_ACTION_CANCEL] = ACTION_CANCEL,
};

static void end_transition(struct decoder *d, const struct wire_transition *rec, const char *patch)
{
	switch (rec->action) {
	case WIRE_ACTION_DISABLE:
		d->reported.hooks = 0;
		decode_tell(d, patch, WIRE_HOOK_INIT_TRANSITION);
		break;
	case WIRE_ACTION_START:
		if (rec->target == 1)
			d->reported.hooks = 0;
		decode_tell(d, patch, WIRE_HOOK_START);
		break;
	case WIRE_ACTION_REVERSE:
		decode_tell(d, patch, WIRE_HOOK_REVERSE);
		decode_tell(d, patch, WIRE_HOOK_START); /* the kernel starts it anew */
		break;
	case WIRE_ACTION_FORCE:
		decode_tell(d, patch, WIRE_HOOK_FORCE);
		break;
	case WIRE_ACTION_CANCEL:
		decode_tell(d, patch, WIRE_HOOK_CANCEL);
		decode_tell(d, patch, WIRE_HOOK_COMPLETE);
		break;
	}
}

static void transition(struct decoder *d, const struct wire_transition *rec)
{
	struct attempt *attempt = attempts__find(&d->attempts, rec->attempt);
	struct event event = decode_event_of(d, EVENT_TRANSITION, &rec->head);

	event.patch = NAME(rec->name);
	decode_write_accepted(d, rec);
	end_transition(d, rec, event.patch);
	if (rec->action == WIRE_ACTION_DISABLE) {
		event.kind = EVENT_DISABLE;
		decode_emit(d, &event);
		return;
	}
	d->running = *rec;
	if (rec->action == WIRE_ACTION_START) {
		decode_attempt_started(d, attempt);
		d->start_ns = rec->head.boot_ns;
		d->first_target = rec->target;
	}
	if (rec->action == WIRE_ACTION_CANCEL) {
		decode_attempt_canceled(d, attempt);
		d->start_ns = 0;
	}
	event.attempt = attempt ? attempt->number : 0;
	event.truncated |= rec->action == WIRE_ACTION_START && attempt && attempt->pending_dropped;
	event.transition.action = actions[rec->action];
	event.transition.target = rec->target;
	event.transition.tries = rec->tries;
	event.transition.joined = rec->joined;
	decode_emit(d, &event);
}

static void lookup_count(struct decoder *d, const struct wire_lookup_count *rec)
{
	struct event event = decode_event_at(d, EVENT_LOOKUP_COUNT, rec->boot_ns);
	struct name address;

	event.patch = NAME(rec->name);
	event.lookup_count.id = rec->id;
	event.lookup_count.count = rec->count;
	event.lookup_count.caller = decode_caller_of(rec->symbol, rec->caller, &address);
	decode_emit(d, &event);
}

static void freed(struct decoder *d, const struct wire_freed *rec)
{
	struct event event = decode_event_of(d, EVENT_FREED, &rec->head);

	event.patch = NAME(rec->name);
	decode_emit(d, &event);
}

static void lost(struct decoder *d, const struct wire_lost *rec)
{
	struct event event = decode_event_at(d, EVENT_LOST, rec->boot_ns);

	event.lost.records = rec->records;
	event.lost.attempts = rec->attempts;
	event.lost.lookups = rec->lookups;
	event.lost.missed = rec->missed;
	decode_emit(d, &event);
	if (rec->records || rec->missed)
		decode_requests_lost(d);
}

void decoder__finish(struct decoder *d)
{
	for (size_t i = 0; i < WALKS_MAX; i++)
		walk_abandoned(d, &d->walks.list[i]);
	for (size_t i = 0; i < d->attempts.used; i++)
		decode_attempt_decided(d, &d->attempts.list[i], true);
	decode_requests_finish(d);
}

/* Nothing of what is known holds for what comes now, but how many attempts there were. */
static void forget(struct decoder *d)
{
	struct decoder kept = { .fn = d->fn, .ctx = d->ctx };

	decoder__finish(d);
	kept.message = d->message;
	kept.explanation = d->explanation;
	kept.attempts.last_number = d->attempts.last_number;
	walks__clear(&d->walks);
	attempts__clear(&d->attempts);
	facts__clear(&d->snapshot);
	*d = kept;
}

int decoder__feed(struct decoder *d, const void *data, size_t size)
{
	const struct wire_hdr *hdr = data;

	if (!wire_check(data, size))
		return -EBADMSG;
	switch (hdr->type) {
	case WIRE_WALK_BEGIN:
		walk_begins(d, data);
		return 0;
	case WIRE_RESULT:
		candidate_over(d, ((const struct wire_result *)data)->attempt);
		return decode_result(d, data);
	case WIRE_TRANSITION:
		candidate_over(d, ((const struct wire_transition *)data)->attempt);
		transition(d, data);
		return 0;
	case WIRE_MESSAGE:
		return decode_message(d, data);
	case WIRE_LOOKUP:
		return decode_lookup(d, data);
	case WIRE_LOOKUP_COUNT:
		lookup_count(d, data);
		return 0;
	case WIRE_PROGRESS:
		progress(d, data);
		return 0;
	case WIRE_FREED:
		freed(d, data);
		return 0;
	case WIRE_LOST:
		lost(d, data);
		return 0;
	case WIRE_CLOCK: {
		const struct wire_clock *clock = data;

		d->real_offset = (int64_t)(clock->real_ns - clock->boot_ns);
		return 0;
	}
	case WIRE_HOOKS:
		d->hooks = ((const struct wire_hooks *)data)->attached;
		return 0;
	case WIRE_BREAK:
		forget(d);
		return 0;
	case WIRE_WRITE:
		decode_written(d, data);
		return 0;
	case WIRE_OBJECT_RESULT:
		decode_object_failed(d, data);
		return 0;
	case WIRE_LOAD:
		decode_load_failed(d, data);
		return 0;
	case WIRE_SETTLED:
		decode_settled(d, data);
		return 0;
	case WIRE_SNAPSHOT:
		d->snapshot_in_flux = ((const struct wire_snapshot *)data)->in_flux;
		return 0;
	default:
		return walk_part(d, hdr);
	}
}
