// SPDX-License-Identifier: GPL-2.0
#include "sink/report/messages.h"

#include <inttypes.h>
#include <string.h>

#include "rules/refusal.h"
#include "util/error_name.h"
#include "util/timefmt.h"

void report_write_who(FILE *out, const struct report_who *who)
{
	if (who->known)
		fprintf(out, "%s:%u uid %u", who->comm, who->tid, who->uid);
	else
		fputs("unknown", out);
}

/* "version 2 (patch)", "nobody". */
static void write_version(FILE *out, bool has_version, uint32_t version, const char *patch)
{
	if (!patch)
		fputs("nobody", out);
	else if (has_version)
		fprintf(out, "version %u (%s)", version, patch);
	else
		fputs(patch, out);
}

/* "complete,reversed". */
static void write_outcome(FILE *out, const struct summary_transition *t)
{
	fprintf(out, "%s%s%s", outcome_name(t->outcome), t->reversed ? ",reversed" : "",
		t->forced ? ",forced" : "");
}

void report_write_lost(FILE *out, const struct report_loss *loss)
{
	const struct {
		uint64_t n;
		const char *one, *many;
	} parts[] = {
		{ loss->records, "record", "records" },
		{ loss->attempts, "attempt", "attempts" },
		{ loss->lookups, "lookup", "lookups" },
		{ loss->missed, "call of a hook", "calls of hooks" },
	};
	const char *sep = "";

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!parts[i].n)
			continue;
		fprintf(out, "%s%" PRIu64 " %s", sep, parts[i].n,
			parts[i].n == 1 ? parts[i].one : parts[i].many);
		sep = ", ";
	}
	if (!*sep)
		fputs("nothing", out);
}

void report_write_refused_otherwise(FILE *out, const struct report *r)
{
	static const char *const words[REFUSED_ACTIONS][2] = {
		[REFUSED_DISABLE] = { "disable", "disables" },
		[REFUSED_WRITE] = { "other write", "other writes" },
		[REFUSED_LOAD] = { "module", "modules" },
	};
	const char *sep = "";

	for (int i = 0; i < REFUSED_ACTIONS; i++) {
		uint64_t n = r->refused_otherwise[i];

		if (!n || !words[i][0])
			continue;
		fprintf(out, "%s%" PRIu64 " %s", sep, n, words[i][n != 1]);
		sep = ", ";
	}
}

void report_write_recording(FILE *out, const struct report_recording *recording)
{
	char span[TIMEFMT_LEN];

	fprintf(out, "recording %s begins", recording->name ? recording->name : "?");
	if (recording->other_host)
		fputs(", of another machine than the one before", out);
	else if (recording->other_boot)
		fputs(", after the machine was started again", out);
	if (recording->has_gap) {
		timefmt_span(span, recording->gap_ns);
		fprintf(out, "; nobody watched for %s%s before it",
			recording->gap_is_most ? "up to " : "", span);
	}
	if (recording->changed_unseen)
		fputs(", and what is installed changed in that time", out);
}

void report_write_step(FILE *out, const struct report_step *step)
{
	char span[TIMEFMT_LEN];

	timefmt_span(span, step->by_ns < 0 ? 0 - (uint64_t)step->by_ns : (uint64_t)step->by_ns);
	fprintf(out, "the wall clock was set %s by %s", step->by_ns < 0 ? "back" : "forward", span);
}

static void moment_text(FILE *out, const char *word, const struct moment *moment)
{
	char time[TIMEFMT_LEN];

	if (!moment->set)
		return;
	timefmt_iso(time, moment->ns);
	if (moment->boot)
		fprintf(out, " %s %lld.%06lld s after boot", word, moment->ns / NSEC_PER_SEC,
			moment->ns % NSEC_PER_SEC / NSEC_PER_USEC);
	else if (moment->beyond)
		fprintf(out, " %s a time %s %s", word, moment->ns < 0 ? "before" : "after", time);
	else
		fprintf(out, " %s %s", word, time);
}

void report_write_selection(FILE *out, const struct report_selection *s)
{
	if (!s->since.set && !s->until.set)
		return;
	fputs("only", out);
	moment_text(out, "from", &s->since);
	moment_text(out, s->since.set ? "to" : "until", &s->until);
	fprintf(out, "; %" PRIu64 " %s of other times left out", s->events_left_out,
		s->events_left_out == 1 ? "event" : "events");
	if (s->recordings_left_out)
		fprintf(out, ", and %" PRIu64 " %s", s->recordings_left_out,
			s->recordings_left_out == 1 ? "recording" : "recordings");
}

void report_write_order(FILE *out, const struct report *r)
{
	if (!r->steps.total)
		return;
	fputs("the wall clock was set ", out);
	if (r->steps.total == 1)
		fputs("once", out);
	else
		fprintf(out, "%" PRIu64 " times", r->steps.total);
	fputs(" meanwhile: the order is that in which things happened, whatever it showed", out);
}

static const char *target_text(int target)
{
	const char *name = target_name(target);

	return name ? name : "unknown";
}

static void begin_words(FILE *out, const struct report_transition *t)
{
	if (!t->began) {
		fprintf(out, "transition of %s is seen for the first time",
			t->t.patch ? t->t.patch : "?");
		return;
	}
	fprintf(out, "transition of %s to %s begins", t->t.patch ? t->t.patch : "?",
		target_text(t->first_target));
	if (t->who.known) {
		fputs(", by ", out);
		report_write_who(out, &t->who);
	}
}

static void stall_text(FILE *out, const struct report_transition *t)
{
	uint64_t tasks = t->t.n_blockers + t->t.more_blockers;

	fprintf(out, "transition of %s stalls", t->t.patch ? t->t.patch : "?");
	if (t->t.n_blockers)
		fprintf(out, ": %s:%u: %s", t->t.blockers[0].comm, t->t.blockers[0].tid,
			t->t.blockers[0].why);
	if (tasks > 1)
		fprintf(out, " (and %" PRIu64 " more until its end)", tasks - 1);
}

static void end_text(FILE *out, const struct report_transition *t)
{
	char span[TIMEFMT_LEN];

	fprintf(out, "transition of %s to %s: ", t->t.patch ? t->t.patch : "?",
		target_text(t->t.target));
	switch (t->t.outcome) {
	case OUTCOME_RUNNING:
		fputs("still running when watching ended", out);
		break;
	case OUTCOME_UNKNOWN:
		fputs("last seen; its end was not", out);
		break;
	default:
		write_outcome(out, &t->t);
		break;
	}
	if (t->t.duration_ns) {
		timefmt_span(span, t->t.duration_ns);
		fprintf(out, " after %s", span);
	}
	if (t->t.tries)
		fprintf(out, ", %u %s", t->t.tries, t->t.tries == 1 ? "try" : "tries");
	if (t->t.signals)
		fprintf(out, ", the kernel sent its signals %u %s", t->t.signals,
			t->t.signals == 1 ? "time" : "times");
}

static void change_text(FILE *out, const struct report_change *change)
{
	fprintf(out, "state %" PRIu64 ": ", change->id);
	if (change->found && !change->from_patch) {
		fputs("found at ", out);
	} else {
		write_version(out, change->has_from, change->from_version, change->from_patch);
		fputs(" -> ", out);
	}
	write_version(out, change->has_to, change->to_version, change->to_patch);
	if (change->found && change->from_patch)
		fputs(", while nobody watched", out);
}

static void refusal_text(FILE *out, const struct report_refusal *refusal)
{
	if (refusal->action == REFUSED_LOAD)
		fprintf(out, "module %s refused", refusal->module ? refusal->module : "?");
	else
		fprintf(out, "%s %srefused", refusal->patch ? refusal->patch : "?",
			refusal->action == REFUSED_DISABLE ? "disable "
			: refusal->action == REFUSED_WRITE ? "write "
							   : "");
	if (refusal->error)
		fprintf(out, " (%s)", error_name(refusal->error));
	fprintf(out, ": %s", refusal->explanation ? refusal->explanation : "?");
	if (refusal->who.known) {
		fputs("; by ", out);
		report_write_who(out, &refusal->who);
	}
}

void report_write_entry(FILE *out, const struct timeline_entry *timeline_entry)
{
	const struct report_transition *t = timeline_entry->what;
	const struct report_message *message = timeline_entry->what;
	const struct report_period *period = timeline_entry->what;

	switch (timeline_entry->kind) {
	case TIMELINE_RECORDING:
		report_write_recording(out, timeline_entry->what);
		break;
	case TIMELINE_STEP:
		report_write_step(out, timeline_entry->what);
		break;
	case TIMELINE_BEGIN:
		begin_words(out, t);
		break;
	case TIMELINE_STALL:
		stall_text(out, t);
		break;
	case TIMELINE_REVERSE:
		fprintf(out, "transition of %s is reversed", t->t.patch ? t->t.patch : "?");
		if (t->reversed_by.known) {
			fputs(" by ", out);
			report_write_who(out, &t->reversed_by);
		}
		break;
	case TIMELINE_FORCE:
		fprintf(out, "transition of %s is forced", t->t.patch ? t->t.patch : "?");
		if (t->forced_by.known) {
			fputs(" by ", out);
			report_write_who(out, &t->forced_by);
		}
		break;
	case TIMELINE_END:
		end_text(out, t);
		break;
	case TIMELINE_CHANGE:
		change_text(out, timeline_entry->what);
		break;
	case TIMELINE_REFUSAL:
		refusal_text(out, timeline_entry->what);
		break;
	case TIMELINE_MESSAGE:
		if (message->severe)
			fprintf(out,
				"INIT FAILED: %s: after its livepatch was enabled, its init failed: %s",
				message->patch ? message->patch : "?",
				message->text ? message->text : "?");
		else
			fprintf(out, "%s: %s", message->warning ? "WARNING" : "kernel log",
				message->text ? message->text : "?");
		break;
	case TIMELINE_LOSS:
		fputs("LOST: ", out);
		report_write_lost(out, timeline_entry->what);
		break;
	case TIMELINE_GONE:
		fprintf(out, "%s replaced by %s", period->patch, period->replaced_by);
		break;
	case TIMELINE_KINDS:
		break;
	}
}

static void limit(FILE *out, uint64_t n, const char *what)
{
	if (n)
		fprintf(out, "%" PRIu64 " %s\n", n, what);
}

void report_write_limits(FILE *out, const struct report *r)
{
	if (r->kinds[EVENT_LOST]) {
		fputs("lost: ", out);
		report_write_lost(out, &r->lost);
		fputs("; what depends on them is missing or incomplete\n", out);
	}
	if (r->truncated)
		fputs("of some events a part was cut or lost\n", out);
	if (r->interrupted)
		fputs("reading was interrupted\n", out);
	if (r->no_memory)
		fputs("there was not enough memory for all of it\n", out);
	for (size_t i = 0; i < recent__n(&r->recordings); i++) {
		const struct report_recording *recording = recent__at(&r->recordings, i);

		if (recording->torn)
			fprintf(out,
				"%s is torn: it ends in the middle of a frame; calls of klp_get_state() since its last event are not counted\n",
				recording->name);
		if (recording->no_end)
			fprintf(out,
				"%s was not ended: its recorder was killed, or still runs; calls of klp_get_state() since its last event are not counted\n",
				recording->name);
		if (recording->damaged)
			fprintf(out, "%s is damaged: frames are missing in %" PRIu64 " %s\n",
				recording->name, recording->damaged,
				recording->damaged == 1 ? "place" : "places");
	}
	limit(out, r->patches.more, "events of further livepatches were not counted by livepatch");
	limit(out, r->states.more, "changes of further states were not counted by state");
	limit(out, r->stalls.more, "sights of further stalled tasks were not kept");
	limit(out, r->lookups.more, "lookups by further callers were not counted");
	limit(out, recent__earlier(&r->recordings), "earlier recordings are counted only");
	limit(out, recent__earlier(&r->transitions), "earlier transitions are in the sums only");
	limit(out, recent__earlier(&r->changes), "earlier changes of states are not listed");
	limit(out, recent__earlier(&r->refusals), "earlier refusals are in the sums only");
	limit(out, recent__earlier(&r->periods), "earlier times of livepatches are not drawn");
	limit(out, recent__earlier(&r->messages), "earlier lines of the kernel log are not listed");
	limit(out, recent__earlier(&r->losses), "earlier losses are in the sums only");
	limit(out, recent__earlier(&r->steps), "earlier steps of the wall clock are not listed");
}
