// SPDX-License-Identifier: GPL-2.0
/* The part of a post-mortem that is about livepatching, as Markdown. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "rules/refusal.h"
#include "sink/report/forms.h"
#include "sink/report/messages.h"
#include "util/cleanup.h"
#include "util/error_name.h"
#include "util/escape.h"
#include "util/saturate.h"
#include "util/timefmt.h"

#define TIMELINE_MAX 500 /* lines; in the middle of more, some are left out */

static void md(FILE *out, const char *s)
{
	escape_markdown(out, s ? s : "?");
}

static void put(FILE *out, char *s)
{
	md(out, s);
	free(s);
}

static void time_of(FILE *out, const struct report_when *when)
{
	char time[TIMEFMT_LEN];

	timefmt_iso(time, when->real_ns);
	fputs(when->real_ns ? time : "?", out);
}

static void span(FILE *out, uint64_t ns)
{
	char text[TIMEFMT_LEN];

	timefmt_span(text, ns);
	fputs(text, out);
}

static void counted(FILE *out, uint64_t n, const char *one, const char *many)
{
	fprintf(out, "%" PRIu64 " %s", n, n == 1 ? one : many);
}

static uint64_t gaps(const struct report *r, uint64_t *ns, bool *is_most)
{
	uint64_t n = 0;

	*ns = 0;
	*is_most = false;
	for (size_t i = 0; i < recent__n(&r->recordings); i++) {
		const struct report_recording *recording = recent__at(&r->recordings, i);

		n += recording->has_gap;
		add_u64(ns, recording->gap_ns);
		*is_most |= recording->gap_is_most;
	}
	return n;
}

static const struct report_stall *worst_stall(const struct report *r)
{
	const struct report_stall *worst = NULL;

	for (size_t i = 0; i < r->stalls.n; i++) {
		const struct report_stall *stall = r->stalls.list[i];

		if (!worst || stall->at_least_ns > worst->at_least_ns)
			worst = stall;
	}
	return worst;
}

static void summary_transitions(FILE *out, const struct report *r)
{
	struct report_totals totals = report__totals(r);

	fputs(" There ", out);
	fputs(r->transitions.total == 1 ? "was " : "were ", out);
	counted(out, r->transitions.total, "transition", "transitions");
	fprintf(out, ", %" PRIu64 " of them completed", totals.completed);
	if (r->durations.n) {
		fputs(" (the longest took ", out);
		span(out, r->durations.max);
		fputs(")", out);
	}
	if (totals.reversed)
		fprintf(out, ", %" PRIu64 " reversed", totals.reversed);
	if (totals.forced)
		fprintf(out, ", %" PRIu64 " **forced**", totals.forced);
	if (totals.signals) {
		fputs("; the kernel sent its own signals ", out);
		counted(out, totals.signals, "time", "times");
	}
	fputs(".", out);
}

static void summary_stalls(FILE *out, const struct report *r)
{
	const struct report_stall *worst = worst_stall(r);

	if (!worst) {
		fputs(" No task was seen to hold a transition up.", out);
		return;
	}
	fputs(" The task that was waited for longest is ", out);
	md(out, worst->comm);
	fprintf(out, ":%u%s, for at least ", worst->tid,
		worst->kthread ? " (a kernel thread)" : "");
	span(out, worst->at_least_ns);
	fputs(" by ", out);
	md(out, worst->patch);
	fputs(": ", out);
	md(out, worst->why);
	fputs(".", out);
}

static void summary(FILE *out, const struct report *r)
{
	uint64_t refusals = report__refusals(r), gap_ns, n_gaps;
	bool is_most;

	n_gaps = gaps(r, &gap_ns, &is_most);
	fputs("## Summary\n\n", out);
	if (r->kinds[EVENT_INIT_FAILED])
		fputs("**The kernel is broken: the init of a module failed after its livepatch was enabled, and the kernel has freed code that is in use. Plan a reboot; until then do not load modules, and do not disable or read livepatches.** ",
		      out);
	if (!r->events)
		fputs("Nothing happened to livepatches in that time.", out);
	fputs("There ", out);
	fputs(r->attempts == 1 ? "was " : "were ", out);
	counted(out, r->attempts, "attempt", "attempts");
	fprintf(out, " to enable a livepatch: %" PRIu64 " accepted, %" PRIu64 " **refused**",
		r->accepted, refusals);
	if (r->undecided)
		fprintf(out, ", of %" PRIu64 " neither was seen", r->undecided);
	fputs(".", out);
	if (report__refused_otherwise(r)) {
		fputs(" Besides, the kernel **refused** ", out);
		report_write_refused_otherwise(out, r);
		fputs(".", out);
	}
	if (r->transitions.total)
		summary_transitions(out, r);
	if (r->transitions.total)
		summary_stalls(out, r);
	if (n_gaps) {
		fputs(" **Nobody watched** in ", out);
		counted(out, n_gaps, "gap", "gaps");
		fputs(" between recordings, ", out);
		fputs(is_most ? "up to " : "", out);
		span(out, gap_ns);
		fputs(" in all.", out);
	}
	if (!report__kept_all(r))
		fputs(" This is not all that happened: see *What is missing here*.", out);
	fputs("\n\n", out);
}

static void head(FILE *out, const struct report *r)
{
	size_t n = recent__n(&r->recordings);
	const struct report_recording *last = n ? recent__at(&r->recordings, n - 1) : NULL;
	_cleanup_free_ char *selection = report_string(report_write_selection, &r->selection);

	fputs("# Livepatching", out);
	if (last && last->host && *last->host) {
		fputs(" on ", out);
		md(out, last->host);
	}
	fputs("\n\nFrom ", out);
	time_of(out, &r->begin);
	fputs(" to ", out);
	time_of(out, &r->end);
	if (last && last->release && *last->release) {
		fputs(", kernel ", out);
		md(out, last->release);
	}
	fprintf(out,
		". Made by klpscope from %" PRIu64 " %s in %" PRIu64
		" %s; times are local, with their offset from UTC.\n\n",
		r->events, r->events == 1 ? "event" : "events", r->recordings.total,
		r->recordings.total == 1 ? "recording" : "recordings");
	if (selection && *selection) {
		fputs("This is not the whole: ", out);
		md(out, selection);
		fputs(".\n\n", out);
	}
}

static void installed(FILE *out, const char *title, const struct installed *in)
{
	fprintf(out, "### %s\n\n", title);
	if (!in->known && !in->facts.n_patches) {
		fputs("Not known.\n\n", out);
		return;
	}
	if (!in->known)
		fputs("As far as events tell; what was installed before them is not known.\n\n",
		      out);
	else if (in->incomplete)
		fputs("Something may be missing from this.\n\n", out);
	if (!in->facts.n_patches) {
		fputs("No livepatch.\n\n", out);
		return;
	}
	fputs("| order | livepatch | status | cumulative | states |\n|---:|---|---|---|---|\n",
	      out);
	for (size_t i = 0; i < in->facts.n_patches; i++) {
		const struct patch *patch = &in->facts.patches[i];
		bool moving = in->transition[0] && !strcmp(in->transition, patch->name);

		fprintf(out, "| %zu | ", i + 1);
		md(out, patch->name);
		fprintf(out, " | %s%s%s | %s | ", patch->enabled ? "enabled" : "disabled",
			moving ? ", in transition" : "", patch->forced ? ", forced" : "",
			patch->replace ? "yes" : "no");
		for (size_t s = 0; s < patch->n_states; s++) {
			fprintf(out, "%s%" PRIu64, s ? ", " : "", patch->states[s].id);
			if (!(in->facts.flags & WIRE_F_NO_VERSION))
				fprintf(out, ":%u", patch->states[s].version);
		}
		fputs(patch->n_states ? " |\n" : "- |\n", out);
	}
	fputs("\n", out);
}

static int timeline(FILE *out, const struct report *r)
{
	size_t n;
	_cleanup_free_ struct timeline_entry *list = report__timeline(r, &n);
	_cleanup_free_ char *order = report_string(report_write_order, r);

	if (!list)
		return -ENOMEM;
	fputs("## Timeline\n\n", out);
	if (order && *order) {
		fputs("Mind that ", out);
		md(out, order);
		fputs(".\n\n", out);
	}
	if (!n)
		fputs("Nothing.\n\n", out);
	else
		fputs("| time | what |\n|---|---|\n", out);
	for (size_t i = 0; i < n; i++) {
		if (n > TIMELINE_MAX && i == TIMELINE_MAX / 2) {
			fprintf(out, "| | *%zu lines are left out here* |\n", n - TIMELINE_MAX);
			i = n - TIMELINE_MAX / 2;
		}
		fputs("| ", out);
		time_of(out, &list[i].when);
		fputs(" | ", out);
		put(out, report_string(report_write_entry, &list[i]));
		fputs(" |\n", out);
	}
	fputs("\n", out);
	return 0;
}

static void refusal(FILE *out, const struct report_refusal *r)
{
	fputs("### ", out);
	md(out, r->action == REFUSED_LOAD ? r->module : r->patch);
	if (r->action != REFUSED_ENABLE)
		fprintf(out, " (%s)", refused_action_name(r->action));
	fprintf(out, ", %s\n\n- when: ",
		r->error     ? error_name(r->error)
		: r->init_ok ? "init returned 0"
			     : "error not known");
	time_of(out, &r->when);
	fputs("\n- by: ", out);
	put(out, report_string(report_write_who, &r->who));
	fputs("\n- why: ", out);
	md(out, r->explanation);
	fputs("\n- cause: ", out);
	md(out, cause_name(r->cause));
	if (r->message && *r->message) {
		fputs("\n- the kernel said: ", out);
		md(out, r->message);
	}
	if (r->truncated)
		fputs("\n- part of what belongs here was cut or lost", out);
	fputs("\n\n", out);
	if (!r->conflicts.n)
		return;
	fputs("| state | offered | installed | by |\n|---:|---:|---:|---|\n", out);
	for (size_t i = 0; i < r->conflicts.n; i++) {
		const struct conflict *c = &r->conflicts.list[i];

		fprintf(out, "| %" PRIu64 " | ", c->id);
		if (c->kind == CONFLICT_OLDER)
			fprintf(out, "version %u | ", c->offered_version);
		else
			fputs("not offered | ", out);
		if (c->no_version)
			fputs("yes | ", out);
		else
			fprintf(out, "version %u | ", c->installed_version);
		md(out, c->installed_by);
		fputs(" |\n", out);
	}
	if (r->more_conflicts)
		fprintf(out, "| | | | %" PRIu64 " more |\n", r->more_conflicts);
	fputs("\n", out);
}

static void refusals(FILE *out, const struct report *r)
{
	fputs("## Refusals\n\n", out);
	if (!recent__n(&r->refusals))
		fputs("None.\n\n", out);
	for (size_t i = 0; i < recent__n(&r->refusals); i++)
		refusal(out, recent__at(&r->refusals, i));
}

static void stall(FILE *out, const struct report_stall *s)
{
	fputs("### ", out);
	md(out, s->comm);
	fprintf(out, ":%u%s\n\n- waited for by: ", s->tid, s->kthread ? ", a kernel thread" : "");
	md(out, *s->patch ? s->patch : NULL);
	fputs("\n- why: ", out);
	md(out, s->why);
	fputs("\n- how long: at least ", out);
	span(out, s->at_least_ns);
	if (s->at_most_ns) {
		fputs(", at most ", out);
		span(out, s->at_most_ns);
	} else {
		fputs("; at most is not known, as its start or its end was not seen", out);
	}
	fputs("\n- how often: ", out);
	counted(out, s->seen, "time", "times");
	fputs(" in ", out);
	counted(out, s->transitions, "transition", "transitions");
	fputs("\n\n", out);
	if (!s->n_frames) {
		fputs("Its stack was not read.\n\n", out);
		return;
	}
	/* An indented block of code needs no other escapes than a terminal. */
	for (size_t i = 0; i < s->n_frames; i++) {
		fputs("    ", out);
		escape_text(out, s->stack[i]);
		fputc('\n', out);
	}
	fputs(s->cut ? "\n(Part of this was cut.)\n\n" : "\n", out);
}

static void stalls(FILE *out, const struct report *r)
{
	fputs("## Stalls\n\n", out);
	if (!r->stalls.n)
		fputs("None was seen.\n\n", out);
	for (size_t i = 0; i < r->stalls.n; i++)
		stall(out, r->stalls.list[i]);
}

static void missing(FILE *out, const struct report *r)
{
	_cleanup_free_ char *limits = report_string(report_write_limits, r);
	bool any = limits && *limits;

	fputs("## What is missing here\n\n", out);
	for (char *line = limits, *end; line && *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		fputs("- ", out);
		md(out, line);
		fputc('\n', out);
	}
	for (size_t i = 0; i < recent__n(&r->recordings); i++) {
		const struct report_recording *recording = recent__at(&r->recordings, i);

		if (!recording->has_gap)
			continue;
		any = true;
		fputs("- ", out);
		time_of(out, &recording->begin);
		fputs(": ", out);
		put(out, report_string(report_write_recording, recording));
		fputc('\n', out);
	}
	for (size_t i = 0; i < recent__n(&r->losses); i++) {
		const struct report_loss *loss = recent__at(&r->losses, i);

		fputs("- ", out);
		time_of(out, &loss->when);
		fputs(": lost ", out);
		put(out, report_string(report_write_lost, loss));
		fputc('\n', out);
	}
	if (!any)
		fputs("Nothing was lost, cut or damaged, and there is no gap.\n", out);
}

int report_markdown(FILE *out, const struct report *r)
{
	int err;

	head(out, r);
	summary(out, r);
	err = timeline(out, r);
	if (err)
		return err;
	fputs("## What was installed\n\n", out);
	installed(out, "Before", &r->before);
	installed(out, "After", &r->now);
	refusals(out, r);
	stalls(out, r);
	missing(out, r);
	return 0;
}
