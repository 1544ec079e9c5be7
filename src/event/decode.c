// SPDX-License-Identifier: GPL-2.0
#include "event/decode.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "event/attempt.h"
#include "event/walks.h"
#include "facts/klog.h"
#include "facts/wire_check.h"
#include "rules/refusal.h"
#include "rules/states.h"
#include "util/cleanup.h"

/* Which lines of the kernel log events have said already, of the latest transition. */
struct reported {
	char patch[WIRE_NAME_LEN + 1]; /* "": not known */
	uint64_t hooks; /* whose events were there */
};

/* A text that is written anew each time into the memory of the one before. */
struct scratch {
	FILE *out;
	char *text;
	size_t size;
};

struct decoder {
	event_fn fn;
	void *ctx;
	uint64_t hooks;
	struct reported reported;
	int64_t real_offset; /* CLOCK_REALTIME - CLOCK_BOOTTIME, ns */
	struct walks walks;
	struct attempts attempts;
	bool has_snapshot;
	struct wire_walk_begin snapshot_begin;
	bool snapshot_in_flux;
	struct facts snapshot;
	struct wire_transition running; /* the last of the running transition, type 0: none */
	struct wire_progress progress; /* the last one of it, type 0: none */
	struct scratch message, explanation; /* of the refusal that is told */
};

/* NULL without memory. */
static FILE *scratch_begin(struct scratch *scratch)
{
	if (scratch->out)
		rewind(scratch->out);
	else
		scratch->out = open_memstream(&scratch->text, &scratch->size);
	return scratch->out;
}

/* What was written since scratch_begin(), until that is called again; NULL without memory. */
static const char *scratch_end(struct scratch *scratch)
{
	putc('\0', scratch->out);
	return fflush(scratch->out) || ferror(scratch->out) ? NULL : scratch->text;
}

static void scratch_clear(struct scratch *scratch)
{
	if (scratch->out)
		fclose(scratch->out);
	free(scratch->text);
}

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
	scratch_clear(&d->message);
	scratch_clear(&d->explanation);
	free(d);
}

/* CLOCK_REALTIME at a moment of CLOCK_BOOTTIME, by the last WIRE_CLOCK. */
static int64_t real_ns_of(const struct decoder *d, uint64_t boot_ns)
{
	return (int64_t)(boot_ns + (uint64_t)d->real_offset);
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

/* A name in a record of fixed size: NUL-terminated unless it fills its field. */
struct name {
	char s[WIRE_SYMBOL_LEN + 1];
};

static const char *name_of(struct name *name, const char *field, size_t size)
{
	size_t len = strnlen(field, size);

	memcpy(name->s, field, len);
	name->s[len] = '\0';
	return len ? name->s : NULL;
}

#define NAME(field) name_of(&(struct name){ 0 }, field, sizeof(field))

/* A caller by its symbol, else by its address, which @buf then holds; NULL if neither is known. */
static const char *caller_of(const char symbol[WIRE_SYMBOL_LEN], uint64_t address, struct name *buf)
{
	const char *name = name_of(buf, symbol, WIRE_SYMBOL_LEN);

	if (name || !address)
		return name;
	snprintf(buf->s, sizeof(buf->s), "0x%" PRIx64, address);
	return buf->s;
}

static struct event event_at(const struct decoder *d, enum event_kind kind, uint64_t boot_ns)
{
	return (struct event){
		.kind = kind,
		.boot_ns = boot_ns,
		.real_ns = real_ns_of(d, boot_ns),
	};
}

static struct event event_of(const struct decoder *d, enum event_kind kind,
			     const struct wire_head *head)
{
	struct event event = event_at(d, kind, head->boot_ns);

	event.has_task = true;
	event.pid = head->pid;
	event.tid = head->tid;
	event.uid = head->uid;
	memcpy(event.comm, head->comm, sizeof(head->comm));
	event.truncated = head->flags & WIRE_F_TRUNCATED;
	return event;
}

static void emit(struct decoder *d, const struct event *event)
{
	d->fn(d->ctx, event);
}

#define MESSAGE_LEN (WIRE_TEXT_LEN + 1)

static void message_text(char text[MESSAGE_LEN], const struct wire_message *rec)
{
	size_t len = rec->len;

	/* Before 5.19 the line's end is in it. */
	if (len && rec->text[len - 1] == '\n')
		len--;
	memcpy(text, rec->text, len);
	text[len] = '\0';
}

static uint64_t attempt_number(struct decoder *d, uint64_t key)
{
	struct attempt *attempt = attempts__find(&d->attempts, key);

	return attempt ? attempt->number : 0;
}

static void tell(struct decoder *d, const char *patch, enum wire_hook hook)
{
	struct reported *reported = &d->reported;

	if (strcmp(reported->patch, patch ? patch : "")) {
		snprintf(reported->patch, sizeof(reported->patch), "%.*s", WIRE_NAME_LEN,
			 patch ? patch : "");
		reported->hooks = 0;
	}
	reported->hooks |= 1ULL << hook;
}

/* Whether a line of the livepatch core can be about a patch: most of them name one, like 'this'. */
static bool is_about(const char *text, const char *patch)
{
	char quoted[WIRE_NAME_LEN + sizeof("''")];

	if (!*patch || !strchr(text, '\''))
		return true;
	snprintf(quoted, sizeof(quoted), "'%.*s'", WIRE_NAME_LEN, patch);
	return strstr(text, quoted);
}

static bool is_attempted(struct decoder *d, const char *text)
{
	for (size_t i = 0; i < d->attempts.used; i++) {
		const struct patch *patch = attempt__patch(&d->attempts.list[i]);

		if (patch && is_about(text, patch->name))
			return true;
	}
	return false;
}

/*
 * A line is left out only if an event was there to say it. That a hook is attached does not mean that it is called:
 * with kernel.ftrace_enabled=0 none is, and all that is left are the kernel's own words. In 5.10, another task than
 * the one that makes the attempt may be the one that gets a line to the console.
 */
static bool is_reported(struct decoder *d, const char *text, bool in_attempt)
{
	uint64_t hooks = 0;

	if (!klog_is_event(text, d->hooks))
		return false;
	if (in_attempt)
		return true;
	if (is_about(text, d->reported.patch))
		hooks = d->reported.hooks;
	if (is_attempted(d, text))
		hooks |= 1ULL << WIRE_HOOK_ENABLE;
	if (klog_is_event(text, hooks))
		return true;
	d->reported.hooks = 0; /* what it begins, no event will say either */
	return false;
}

static void enabled(struct decoder *d, struct walk *w)
{
	struct event event = event_of(d, EVENT_ENABLE, &w->begin.head);
	struct attempt *attempt = attempts__get(&d->attempts, w->begin.attempt);
	const struct patch *patch;

	facts__clear(&attempt->candidate);
	attempt->candidate = walk__take(w);
	patch = attempt__patch(attempt);
	event.attempt = attempt->number;
	event.patch = patch && patch->name[0] ? patch->name : NULL;
	event.truncated = !attempt->candidate.whole ||
			  (attempt->candidate.flags & (WIRE_F_TRUNCATED | WIRE_F_UNREADABLE));
	event.enable.candidate = patch;
	event.enable.flags = attempt->candidate.flags;
	emit(d, &event);
}

/* All that the rule of states looks at; it does not ask for functions. */
static bool has_states(const struct facts *facts)
{
	return facts__complete(facts) || facts__names_cut(facts);
}

static bool attempt_is_certain(const struct attempt *attempt)
{
	return attempt->checked && has_states(&attempt->installed) &&
	       has_states(&attempt->candidate) && attempt__patch(attempt);
}

/* Our rule and the kernel's verdict differ: said loudly, whoever is wrong. */
static int disagree(struct decoder *d, const struct walk *w, const struct attempt *attempt)
{
	struct event event = event_of(d, EVENT_WARNING, &w->begin.head);
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return -ENOMEM;
	fprintf(out,
		"the kernel %s states that klpscope's rule %s: a bug in klpscope, or news about this kernel; please report it",
		w->begin.verdict ? "accepts" : "refuses", w->begin.verdict ? "refuses" : "accepts");
	if (attempt->conflicts.n) {
		fputs(": ", out);
		conflicts_explain(out, &attempt->conflicts);
	}
	if (fclose(out))
		return -ENOMEM;
	event.patch = attempt__patch(attempt)->name;
	event.attempt = attempt->number;
	event.warning.text = text;
	event.warning.conflicts = &attempt->conflicts;
	emit(d, &event);
	return 0;
}

static int compat_returned(struct decoder *d, struct walk *w)
{
	struct attempt *attempt = attempts__get(&d->attempts, w->begin.attempt);
	const struct patch *patch = attempt__patch(attempt);
	int err;

	facts__clear(&attempt->installed);
	conflicts__clear(&attempt->conflicts);
	attempt->installed = walk__take(w);
	attempt->checked = true;
	if (!patch)
		return 0;
	err = compat_check(patch, &attempt->installed, &attempt->conflicts);
	if (!err && attempt_is_certain(attempt) && w->begin.verdict != (attempt->conflicts.n == 0))
		err = disagree(d, w, attempt);
	return err;
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
	emit(c->d, &c->event);
}

static void completed(struct decoder *d, struct walk *w)
{
	const struct wire_walk_begin *begin = &w->begin;
	const struct patch *patch = facts__find(&w->facts, begin->patch);
	struct attempt *attempt = attempts__find(&d->attempts, begin->attempt);
	struct event event = event_of(d, EVENT_TRANSITION, &begin->head);
	struct change_ctx change = {
		.d = d,
		.versions = !(w->facts.flags & WIRE_F_NO_VERSION),
	};

	memset(&d->running, 0, sizeof(d->running));
	memset(&d->progress, 0, sizeof(d->progress));
	if (begin->canceled)
		return; /* told by WIRE_ACTION_CANCEL; nothing was in force */
	event.patch = patch ? patch->name : NULL;
	if (!event.patch && attempt && attempt__patch(attempt))
		event.patch = attempt__patch(attempt)->name;
	tell(d, event.patch, WIRE_HOOK_COMPLETE);
	event.attempt = attempt ? attempt->number : 0;
	event.truncated = !facts__complete(&w->facts);
	event.transition.action = ACTION_COMPLETE;
	event.transition.target = begin->target;
	event.transition.tries = begin->tries;
	event.transition.duration_ns = begin->start_ns ? begin->head.boot_ns - begin->start_ns : 0;
	emit(d, &event);

	memset(&event.transition, 0, sizeof(event.transition));
	if (patch && begin->target == 1 && patch->replace) {
		for (size_t i = 0; i < w->facts.n_patches; i++) {
			/* Those above it are there only if its disabling was reversed, and stay. */
			if (&w->facts.patches[i] == patch)
				break;
			event.kind = EVENT_REPLACED;
			event.patch = w->facts.patches[i].name;
			event.replaced.by = patch->name;
			emit(d, &event);
		}
	}
	if (patch && begin->target >= 0) {
		change.event = event;
		change.event.kind = EVENT_STATE;
		change.event.patch = patch->name;
		state_changes(&w->facts, patch, begin->target, emit_change, &change);
	}
	if (attempt) {
		attempt->completed = true;
		if (attempt->returned)
			attempt__clear(attempt);
	}
}

static int64_t elapsed(uint64_t since_ns, uint64_t now_ns)
{
	return since_ns && now_ns > since_ns ? now_ns - since_ns : 0;
}

/* The transition to which a sample belongs goes on, or is another than before. */
static void progress(struct decoder *d, const struct wire_progress *rec)
{
	struct event event = event_of(d, EVENT_PROGRESS, &rec->head);
	const struct wire_progress *last = &d->progress;

	/* It is klpscope that looks; no task of this belongs to what happens. */
	event.has_task = false;
	event.patch = NAME(rec->name);
	event.attempt = attempt_number(d, rec->attempt);
	event.progress.target = rec->target;
	event.progress.tries = rec->tries;
	event.progress.tasks = rec->tasks;
	event.progress.remaining = rec->left;
	event.progress.elapsed_ns = elapsed(rec->since_ns, rec->head.boot_ns);
	event.progress.cost_ns = rec->cost_ns;
	event.progress.changed =
		!last->head.hdr.type || last->left != rec->left || last->since_ns != rec->since_ns;
	d->progress = *rec;
	emit(d, &event);
}

/* Whether a walk has all functions of the transition in which the tasks were looked at, just before. */
static bool has_all_functions(const struct walk *w, const struct patch *patch,
			      const struct wire_progress *looked)
{
	return patch && facts__complete(&w->facts) && patch__has_code(patch) &&
	       looked->target == w->begin.target &&
	       !strncmp(looked->name, patch->name, sizeof(looked->name));
}

static void stalled(struct decoder *d, struct walk *w)
{
	struct event event = event_of(d, EVENT_STALL, &w->begin.head);
	const struct patch *patch = facts__find(&w->facts, w->begin.patch);
	const struct wire_progress *last = &d->progress;
	bool whole = has_all_functions(w, patch, last);

	/* It was over before it could be looked at, or before what was seen could be told. */
	if (!w->begin.patch || !last->head.hdr.type)
		return;
	event.has_task = false;
	event.patch = patch ? patch->name : NULL;
	event.attempt = attempt_number(d, w->begin.attempt);
	event.truncated = !facts__complete(&w->facts) || w->blockers.n != w->tasks;
	event.stall.target = w->begin.target;
	event.stall.blockers = &w->blockers;
	event.stall.elapsed_ns = elapsed(last->since_ns, w->begin.head.boot_ns);
	event.stall.more = last->left > last->reported ? last->left - last->reported : 0;
	event.truncated |= last->head.flags & WIRE_F_TRUNCATED;
	for (size_t i = 0; i < w->blockers.n; i++) {
		blocker__classify(&w->blockers.list[i], patch, w->begin.target, whole);
		event.truncated |= w->blockers.list[i].cut;
	}
	emit(d, &event);
}

/* The walk's end was lost: of a candidate, what did arrive is told. */
static void walk_abandoned(struct decoder *d, struct walk *w)
{
	if (w->open && w->begin.kind == WIRE_WALK_ENABLE)
		enabled(d, w);
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
		enabled(d, w);
		break;
	case WIRE_WALK_COMPAT:
		err = compat_returned(d, w);
		break;
	case WIRE_WALK_COMPLETE:
		completed(d, w);
		break;
	case WIRE_WALK_SNAPSHOT:
		facts__clear(&d->snapshot);
		d->snapshot = walk__take(w);
		d->snapshot_begin = w->begin;
		d->snapshot_in_flux = false;
		d->has_snapshot = true;
		break;
	case WIRE_WALK_STALL:
		stalled(d, w);
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

/* The kernel's own signals are seen by its words only: what sends them is inlined. */
static void emit_signal(struct decoder *d, const struct event *message)
{
	const struct wire_transition *running = &d->running;
	struct event event = *message;

	memset(&event.transition, 0, sizeof(event.transition));
	event.kind = EVENT_TRANSITION;
	event.patch = NAME(running->name);
	event.attempt = attempt_number(d, running->attempt);
	event.transition.action = ACTION_SIGNAL;
	event.transition.target = running->target;
	event.transition.tries = running->tries;
	emit(d, &event);
}

static void emit_message(struct decoder *d, const struct wire_message *rec)
{
	struct attempt *attempt = attempts__find(&d->attempts, rec->attempt);
	const struct patch *patch = attempt ? attempt__patch(attempt) : NULL;
	struct event event = event_of(d, EVENT_MESSAGE, &rec->head);
	char text[MESSAGE_LEN];

	message_text(text, rec);
	event.message.text = klog_text(text);
	if (klog_is_signal(event.message.text) && d->running.head.hdr.type) {
		emit_signal(d, &event);
		return;
	}
	event.patch = patch ? patch->name : NULL;
	event.attempt = attempt ? attempt->number : 0;
	if (!is_reported(d, event.message.text, rec->attempt))
		emit(d, &event);
}

static void emit_lookup(struct decoder *d, const struct wire_lookup *rec)
{
	struct event event = event_of(d, EVENT_LOOKUP, &rec->head);
	struct name address;

	event.patch = NAME(rec->name);
	event.attempt = attempt_number(d, rec->attempt);
	event.lookup.function =
		rec->kind == WIRE_LOOKUP_STATE ? "klp_get_state" : "klp_get_prev_state";
	event.lookup.id = rec->id;
	event.lookup.found = rec->found;
	if (rec->found && !(rec->head.flags & WIRE_F_NO_VERSION))
		event.lookup.version = &rec->version;
	event.lookup.from_patch = rec->found ? NAME(rec->owner) : NULL;
	event.lookup.caller = caller_of(rec->symbol, rec->caller, &address);
	emit(d, &event);
}

/*
 * What a task logs and looks up while its attempt is undecided waits: if the
 * attempt is refused, its lines belong to that event, and the rest keeps its order.
 */
static int attempt_waits(struct decoder *d, uint64_t key, const struct wire_hdr *rec, bool *waits)
{
	struct attempt *attempt = attempts__find(&d->attempts, key);

	*waits = attempt && !attempt->started;
	return *waits ? attempt__keep(attempt, rec) : 0;
}

/* The attempt is decided: tells what waited. */
static void attempt_decided(struct decoder *d, struct attempt *attempt, bool with_messages)
{
	size_t kept = 0;

	for (size_t i = 0; i < attempt->n_pending; i++) {
		union pending *rec = &attempt->pending[i];

		if (rec->hdr.type == WIRE_LOOKUP)
			emit_lookup(d, &rec->lookup);
		else if (with_messages)
			emit_message(d, &rec->message);
		else
			attempt->pending[kept++] = *rec;
	}
	attempt->n_pending = kept;
}

static void attempt_started(struct decoder *d, struct attempt *attempt)
{
	if (!attempt || attempt->started)
		return;
	attempt->started = true;
	attempt_decided(d, attempt, true);
}

/* It will be refused; its lines wait for that. */
static void attempt_canceled(struct decoder *d, struct attempt *attempt)
{
	if (attempt)
		attempt_decided(d, attempt, false);
}

static const char *join_messages(struct scratch *scratch, const struct attempt *attempt, bool *cut)
{
	char text[MESSAGE_LEN];
	FILE *out = scratch_begin(scratch);

	if (!out)
		return NULL;
	for (size_t i = 0; i < attempt->n_pending; i++) {
		message_text(text, &attempt->pending[i].message);
		fprintf(out, "%s%s", i ? "\n" : "", klog_text(text));
		*cut |= attempt->pending[i].message.head.flags & WIRE_F_TRUNCATED;
	}
	if (attempt->pending_dropped)
		fprintf(out, "\n[%zu more not kept]", attempt->pending_dropped);
	return scratch_end(scratch);
}

static int refused(struct decoder *d, const struct wire_result *rec, struct attempt *attempt)
{
	struct event event = event_of(d, EVENT_REFUSED, &rec->head);
	bool certain = attempt_is_certain(attempt);
	const char *message;
	FILE *out;

	attempt_decided(d, attempt, false);
	message = join_messages(&d->message, attempt, &event.truncated);
	if (!message)
		return -ENOMEM;
	event.patch = NAME(rec->name);
	event.attempt = attempt->number;
	event.truncated |= attempt->pending_dropped || (attempt->checked && !certain);
	event.refused.error = rec->init_ret < 0 ? rec->init_ret : 0;
	event.refused.cause = refusal_cause(rec, d->hooks, &attempt->conflicts, certain);
	event.refused.message = message;
	event.refused.conflicts = &attempt->conflicts;
	out = scratch_begin(&d->explanation);
	if (!out)
		return -ENOMEM;
	refusal_explain(out, event.refused.cause, rec, &attempt->conflicts, certain, message);
	event.refused.explanation = scratch_end(&d->explanation);
	if (!event.refused.explanation)
		return -ENOMEM;
	emit(d, &event);
	return 0;
}

static int result(struct decoder *d, const struct wire_result *rec)
{
	struct attempt *attempt = attempts__get(&d->attempts, rec->attempt);
	bool started = rec->stages & WIRE_STAGE_START;
	int err;

	if (!(d->hooks & (1ULL << WIRE_HOOK_START)))
		started = rec->init_ret == 0;
	if (started) {
		attempt_started(d, attempt);
		attempt->returned = true;
		if (attempt->completed)
			attempt__clear(attempt);
		return 0;
	}
	err = refused(d, rec, attempt);
	attempt__clear(attempt);
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
		tell(d, patch, WIRE_HOOK_INIT_TRANSITION);
		break;
	case WIRE_ACTION_START:
		if (rec->target == 1)
			d->reported.hooks = 0;
		tell(d, patch, WIRE_HOOK_START);
		break;
	case WIRE_ACTION_REVERSE:
		tell(d, patch, WIRE_HOOK_REVERSE);
		tell(d, patch, WIRE_HOOK_START); /* the kernel starts it anew */
		break;
	case WIRE_ACTION_FORCE:
		tell(d, patch, WIRE_HOOK_FORCE);
		break;
	case WIRE_ACTION_CANCEL:
		tell(d, patch, WIRE_HOOK_CANCEL);
		tell(d, patch, WIRE_HOOK_COMPLETE);
		break;
	}
}

static void transition(struct decoder *d, const struct wire_transition *rec)
{
	struct attempt *attempt = attempts__find(&d->attempts, rec->attempt);
	struct event event = event_of(d, EVENT_TRANSITION, &rec->head);

	event.patch = NAME(rec->name);
	end_transition(d, rec, event.patch);
	if (rec->action == WIRE_ACTION_DISABLE) {
		event.kind = EVENT_DISABLE;
		emit(d, &event);
		return;
	}
	d->running = *rec;
	if (rec->action == WIRE_ACTION_START)
		attempt_started(d, attempt);
	if (rec->action == WIRE_ACTION_CANCEL)
		attempt_canceled(d, attempt);
	event.attempt = attempt ? attempt->number : 0;
	event.truncated |= rec->action == WIRE_ACTION_START && attempt && attempt->pending_dropped;
	event.transition.action = actions[rec->action];
	event.transition.target = rec->target;
	event.transition.tries = rec->tries;
	emit(d, &event);
}

static int message(struct decoder *d, const struct wire_message *rec)
{
	bool waits;
	int err = attempt_waits(d, rec->attempt, &rec->head.hdr, &waits);

	if (!waits)
		emit_message(d, rec);
	return err;
}

static int lookup(struct decoder *d, const struct wire_lookup *rec)
{
	bool waits;
	int err = attempt_waits(d, rec->attempt, &rec->head.hdr, &waits);

	if (!waits)
		emit_lookup(d, rec);
	return err;
}

static void lookup_count(struct decoder *d, const struct wire_lookup_count *rec)
{
	struct event event = event_at(d, EVENT_LOOKUP_COUNT, rec->boot_ns);
	struct name address;

	event.patch = NAME(rec->name);
	event.lookup_count.id = rec->id;
	event.lookup_count.count = rec->count;
	event.lookup_count.caller = caller_of(rec->symbol, rec->caller, &address);
	emit(d, &event);
}

static void freed(struct decoder *d, const struct wire_freed *rec)
{
	struct event event = event_of(d, EVENT_FREED, &rec->head);

	event.patch = NAME(rec->name);
	emit(d, &event);
}

static void lost(struct decoder *d, const struct wire_lost *rec)
{
	struct event event = event_at(d, EVENT_LOST, rec->boot_ns);

	event.lost.records = rec->records;
	event.lost.attempts = rec->attempts;
	event.lost.lookups = rec->lookups;
	event.lost.missed = rec->missed;
	emit(d, &event);
}

void decoder__finish(struct decoder *d)
{
	for (size_t i = 0; i < WALKS_MAX; i++)
		walk_abandoned(d, &d->walks.list[i]);
	for (size_t i = 0; i < d->attempts.used; i++)
		attempt_decided(d, &d->attempts.list[i], true);
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
		return result(d, data);
	case WIRE_TRANSITION:
		candidate_over(d, ((const struct wire_transition *)data)->attempt);
		transition(d, data);
		return 0;
	case WIRE_MESSAGE:
		return message(d, data);
	case WIRE_LOOKUP:
		return lookup(d, data);
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
	case WIRE_SNAPSHOT:
		d->snapshot_in_flux = ((const struct wire_snapshot *)data)->in_flux;
		return 0;
	default:
		return walk_part(d, hdr);
	}
}
