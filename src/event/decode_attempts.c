// SPDX-License-Identifier: GPL-2.0
#include "event/decoder.h"

#include <errno.h>
#include <string.h>

#include "facts/klog.h"
#include "rules/compat.h"
#include "rules/refusal.h"
#include "util/cleanup.h"

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

void decode_scratch_clear(struct scratch *scratch)
{
	if (scratch->out)
		fclose(scratch->out);
	free(scratch->text);
}

void decode_enabled(struct decoder *d, struct walk *w)
{
	struct event event = decode_event_of(d, EVENT_ENABLE, &w->begin.head);
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
	event.enable.lost = !attempt->candidate.whole;
	event.enable.flags = attempt->candidate.flags;
	decode_emit(d, &event);
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
	struct event event = decode_event_of(d, EVENT_WARNING, &w->begin.head);
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
	decode_emit(d, &event);
	return 0;
}

int decode_compat_returned(struct decoder *d, struct walk *w)
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

static void emit_lookup(struct decoder *d, const struct wire_lookup *rec)
{
	struct event event = decode_event_of(d, EVENT_LOOKUP, &rec->head);
	struct name address;

	event.patch = NAME(rec->name);
	event.attempt = decode_attempt_number(d, rec->attempt);
	event.lookup.function =
		rec->kind == WIRE_LOOKUP_STATE ? "klp_get_state" : "klp_get_prev_state";
	event.lookup.id = rec->id;
	event.lookup.found = rec->found;
	if (rec->found && !(rec->head.flags & WIRE_F_NO_VERSION))
		event.lookup.version = &rec->version;
	event.lookup.from_patch = rec->found ? NAME(rec->owner) : NULL;
	event.lookup.caller = decode_caller_of(rec->symbol, rec->caller, &address);
	decode_emit(d, &event);
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
void decode_attempt_decided(struct decoder *d, struct attempt *attempt, bool with_messages)
{
	size_t kept = 0;

	for (size_t i = 0; i < attempt->n_pending; i++) {
		union pending *rec = &attempt->pending[i];

		if (rec->hdr.type == WIRE_LOOKUP)
			emit_lookup(d, &rec->lookup);
		else if (with_messages)
			decode_emit_message(d, &rec->message);
		else
			attempt->pending[kept++] = *rec;
	}
	attempt->n_pending = kept;
}

void decode_attempt_started(struct decoder *d, struct attempt *attempt)
{
	if (!attempt || attempt->started)
		return;
	attempt->started = true;
	decode_attempt_decided(d, attempt, true);
}

/* It will be refused; its lines wait for that. */
void decode_attempt_canceled(struct decoder *d, struct attempt *attempt)
{
	if (attempt)
		decode_attempt_decided(d, attempt, false);
}

int decode_message(struct decoder *d, const struct wire_message *rec)
{
	bool waits;
	int err = attempt_waits(d, rec->attempt, &rec->head.hdr, &waits);

	if (!waits)
		decode_emit_message(d, rec);
	return err;
}

int decode_lookup(struct decoder *d, const struct wire_lookup *rec)
{
	bool waits;
	int err = attempt_waits(d, rec->attempt, &rec->head.hdr, &waits);

	if (!waits)
		emit_lookup(d, rec);
	return err;
}

static const char *join_messages(struct scratch *scratch, const struct attempt *attempt, bool *cut)
{
	char text[MESSAGE_LEN];
	FILE *out = scratch_begin(scratch);

	if (!out)
		return NULL;
	for (size_t i = 0; i < attempt->n_pending; i++) {
		decode_message_text(text, &attempt->pending[i].message);
		fprintf(out, "%s%s", i ? "\n" : "", klog_text(text));
		*cut |= attempt->pending[i].message.head.flags & WIRE_F_TRUNCATED;
	}
	if (attempt->pending_dropped)
		fprintf(out, "\n[%zu more not kept]", attempt->pending_dropped);
	return scratch_end(scratch);
}

/*
 * Before 6.0, a livepatch and a trampoline cannot be on the same function: then it may be klpscope's own hook that is in
 * the livepatch's way, if that changes the livepatch core.
 */
static void explain_own_hook(FILE *out, const struct decoder *d, const struct attempt *attempt,
			     const struct wire_result *rec, const char *message)
{
	const struct patch *patch = attempt__patch(attempt);
	const char *function = patch && rec->patch_ret == -EBUSY ? own_hook(patch, d->hooks) : NULL;

	if (!function)
		return;
	fprintf(out,
		"; klpscope itself is attached to %s, which this livepatch changes%s: end klpscope and enable the livepatch again, or start klpscope with --without=%s",
		function, strstr(message, function) ? "" : ", and may be the cause", function);
}

/* Its init has failed, and yet its livepatch is in force: no fact that BPF has is as bad. */
static void init_failed(struct decoder *d, const struct wire_result *rec,
			const struct attempt *attempt)
{
	struct event event = decode_event_of(d, EVENT_INIT_FAILED, &rec->head);

	event.patch = NAME(rec->name);
	event.attempt = attempt->number;
	event.init_failed.error = rec->init_ret;
	event.init_failed.explanation = FREED_IN_USE;
	decode_emit(d, &event);
}

static int refused(struct decoder *d, const struct wire_result *rec, struct attempt *attempt)
{
	struct event event = decode_event_of(d, EVENT_REFUSED, &rec->head);
	bool certain = attempt_is_certain(attempt);
	const char *message;
	FILE *out;

	decode_attempt_decided(d, attempt, false);
	message = join_messages(&d->message, attempt, &event.truncated);
	if (!message)
		return -ENOMEM;
	event.patch = NAME(rec->name);
	event.attempt = attempt->number;
	event.truncated |= attempt->pending_dropped || (attempt->checked && !certain);
	event.refused.error = refusal_error(rec);
	event.refused.init_ok = rec->ended == WIRE_ENDED_INIT && !event.refused.error;
	event.refused.cause = refusal_cause(rec, d->hooks, &attempt->conflicts, certain);
	event.refused.message = message;
	event.refused.conflicts = &attempt->conflicts;
	out = scratch_begin(&d->explanation);
	if (!out)
		return -ENOMEM;
	refusal_explain(out, event.refused.cause, rec, &attempt->conflicts, certain, message);
	if (event.refused.cause == CAUSE_FTRACE)
		explain_own_hook(out, d, attempt, rec, message);
	event.refused.explanation = scratch_end(&d->explanation);
	if (!event.refused.explanation)
		return -ENOMEM;
	decode_emit(d, &event);
	return 0;
}

int decode_result(struct decoder *d, const struct wire_result *rec)
{
	struct attempt *attempt = attempts__get(&d->attempts, rec->attempt);
	bool started = rec->stages & WIRE_STAGE_START;
	int err;

	if (!(d->hooks & (1ULL << WIRE_HOOK_START)))
		started = rec->ended == WIRE_ENDED_INIT && rec->init_ret == 0;
	if (started) {
		decode_attempt_started(d, attempt);
		attempt->returned = true;
		if (rec->init_ret < 0)
			init_failed(d, rec, attempt);
		if (attempt->completed)
			attempt__clear(attempt);
		return 0;
	}
	err = refused(d, rec, attempt);
	attempt__clear(attempt);
	return err;
}
