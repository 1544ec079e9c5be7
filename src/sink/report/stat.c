// SPDX-License-Identifier: GPL-2.0
#include "sink/report/stat.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "sink/json_gen.h"
#include "sink/report/messages.h"
#include "util/cleanup.h"
#include "util/escape.h"
#include "util/saturate.h"
#include "util/timefmt.h"

/* What all livepatches together have, those that are not kept by name left out (which is said). */
struct totals {
	uint64_t tries, reversed, forced, canceled, completed, lookups;
};

static struct totals totals_of(const struct report *r)
{
	struct totals t = { 0 };

	for (size_t i = 0; i < r->patches.n; i++) {
		const struct report_patch *patch = r->patches.list[i];

		t.tries += patch->tries;
		t.reversed += patch->reversed;
		t.forced += patch->forced;
		t.canceled += patch->canceled;
		t.completed += patch->completed;
		add_u64(&t.lookups, patch->lookups);
	}
	return t;
}

static uint64_t lost_of(const struct report *r)
{
	return sum_u64(sum_u64(r->lost.records, r->lost.attempts),
		       sum_u64(r->lost.lookups, r->lost.missed));
}

#define TEXT_WIDTH 24 /* before a comment */

static void count(FILE *out, uint64_t n, const char *what)
{
	fprintf(out, "%18" PRIu64 "      %s", n, what);
}

static void time_of(FILE *out, uint64_t ns, const char *what)
{
	char span[TIMEFMT_LEN];

	timefmt_span(span, ns);
	fprintf(out, "%18s      %s", span, what);
}

/* What is said about a line, behind @what. */
static void comment(FILE *out, const char *what)
{
	fprintf(out, "%*s # ", (int)(TEXT_WIDTH - strlen(what)), "");
}

static void counts(FILE *out, const struct report *r, const struct totals *t)
{
	const char *sep = "";

	count(out, r->attempts, "attempts");
	if (r->undecided) {
		comment(out, "attempts");
		fprintf(out, "of %" PRIu64 " it was not seen how they ended", r->undecided);
	}
	fputc('\n', out);
	count(out, r->accepted, "accepted\n");
	count(out, report__refusals(r), "refused");
	if (report__refusals(r))
		comment(out, "refused");
	for (int i = 0; i < CAUSES; i++) {
		if (!r->refused[i])
			continue;
		fprintf(out, "%s%" PRIu64 " %s", sep, r->refused[i], cause_name(i));
		sep = ", ";
	}
	fputc('\n', out);
	count(out, r->transitions.total, "transitions");
	comment(out, "transitions");
	fprintf(out,
		"%" PRIu64 " completed, %" PRIu64 " reversed, %" PRIu64 " forced, %" PRIu64
		" canceled\n",
		t->completed, t->reversed, t->forced, t->canceled);
	count(out, t->tries, "tries");
	if (r->transitions.total) {
		comment(out, "tries");
		fprintf(out, "%.1f per transition", (double)t->tries / r->transitions.total);
	}
	fputc('\n', out);
	count(out, r->stalls.n, "stalls\n");
	count(out, r->kinds[EVENT_STATE], "changes of states\n");
	count(out, t->lookups, "lookups of states\n");
	count(out, lost_of(r), "lost\n\n");
}

static void durations(FILE *out, const struct report *r)
{
	if (!r->durations.n)
		return;
	time_of(out, r->durations.min, "shortest transition\n");
	time_of(out, histogram__quantile(&r->durations, 50), "median\n");
	time_of(out, histogram__quantile(&r->durations, 99), "99 % are not longer\n");
	time_of(out, r->durations.max, "longest transition\n\n");
}

static void cost_comment(FILE *out, uint64_t runs, uint64_t ns)
{
	fprintf(out, "%" PRIu64 " %s", runs, runs == 1 ? "run" : "runs");
	if (runs)
		fprintf(out, ", %" PRIu64 " ns each", ns / runs);
	fputc('\n', out);
}

static void costs(FILE *out, const struct report *r, const struct stat_totals *t)
{
	static const char programs[] = "in klpscope's programs",
			  looks[] = "for a look at all tasks";
	uint64_t runs = 0, ns = 0;

	for (size_t i = 0; i < t->n_costs; i++) {
		runs += t->costs[i].runs;
		ns += t->costs[i].ns;
	}
	if (t->has_costs) {
		time_of(out, ns, programs);
		comment(out, programs);
		cost_comment(out, runs, ns);
	} else {
		fprintf(out, "%18s      %s\n", "<not counted>", programs);
	}
	for (size_t i = 0; t->has_costs && i < t->n_costs; i++) {
		if (!t->costs[i].runs)
			continue;
		fprintf(out, "%26s%-*s # ", "", TEXT_WIDTH - 2, t->costs[i].name);
		cost_comment(out, t->costs[i].runs, t->costs[i].ns);
	}
	if (r->passes.n) {
		char longest[TIMEFMT_LEN];

		timefmt_span(longest, r->passes.max);
		time_of(out, histogram__quantile(&r->passes, 50), looks);
		comment(out, looks);
		fprintf(out, "the median of %" PRIu64 ", the longest %s\n", r->passes.n, longest);
	}
	time_of(out, t->cpu_ns, "klpscope's own CPU time, without its start\n");
}

int stat_text(FILE *out, const struct report *r, const struct stat_totals *t)
{
	_cleanup_free_ char *limits = report_string(report_write_limits, r);
	struct totals totals = totals_of(r);

	if (!limits)
		return -ENOMEM;
	fputs("\n Livepatching stats for ", out);
	if (t->what) {
		fputc('\'', out);
		escape_text(out, t->what);
		fputs("':\n\n", out);
	} else {
		fputs("the whole system:\n\n", out);
	}
	counts(out, r, &totals);
	durations(out, r);
	costs(out, r, t);
	fputc('\n', out);
	fprintf(out, "%18.9f seconds elapsed\n\n", t->elapsed_ns / 1e9);
	if (*limits)
		fprintf(out, " NOT ALL:\n%s\n", limits);
	return 0;
}

int stat_json(FILE *out, const struct report *r, const struct stat_totals *t)
{
	struct totals totals = totals_of(r);
	yajl_gen g = json_open(out, false);

	if (!g)
		return -ENOMEM;
	yajl_gen_map_open(g);
	json_key_string(g, "command", t->what);
	json_key_number(g, "elapsed_ns", t->elapsed_ns);
	json_key_number(g, "attempts", r->attempts);
	json_key_number(g, "accepted", r->accepted);
	json_key_number(g, "undecided", r->undecided);
	json_key(g, "refused");
	yajl_gen_map_open(g);
	for (int i = 0; i < CAUSES; i++)
		if (r->refused[i])
			json_key_number(g, cause_name(i), r->refused[i]);
	yajl_gen_map_close(g);
	json_key_number(g, "transitions", r->transitions.total);
	json_key_number(g, "completed", totals.completed);
	json_key_number(g, "reversed", totals.reversed);
	json_key_number(g, "forced", totals.forced);
	json_key_number(g, "canceled", totals.canceled);
	json_key_number(g, "tries", totals.tries);
	json_key_number(g, "stalls", r->stalls.n);
	json_key_number(g, "state_changes", r->kinds[EVENT_STATE]);
	json_key_number(g, "lookups", totals.lookups);
	json_key_number(g, "lost", lost_of(r));
	json_key_quantiles(g, &r->durations);
	json_key_number(g, "cpu_ns", t->cpu_ns);
	json_key(g, "programs");
	yajl_gen_array_open(g);
	for (size_t i = 0; t->has_costs && i < t->n_costs; i++) {
		yajl_gen_map_open(g);
		json_key_string(g, "name", t->costs[i].name);
		json_key_number(g, "runs", t->costs[i].runs);
		json_key_number(g, "ns", t->costs[i].ns);
		yajl_gen_map_close(g);
	}
	yajl_gen_array_close(g);
	json_key_bool(g, "programs_counted", t->has_costs);
	json_key_bool(g, "incomplete", !report__kept_all(r));
	yajl_gen_map_close(g);
	json_line(g);
	yajl_gen_free(g);
	return 0;
}

void stat_interval(FILE *out, const struct report *r, struct stat_sums *last, uint64_t elapsed_ns)
{
	struct totals totals = totals_of(r);
	struct stat_sums now = {
		.attempts = r->attempts,
		.accepted = r->accepted,
		.refused = report__refusals(r),
		.transitions = r->transitions.total,
		.tries = totals.tries,
		.stalls = r->kinds[EVENT_STALL],
		.lookups = totals.lookups,
		.lost = lost_of(r),
	};

	fprintf(out,
		"%12.3f %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %11" PRIu64 " %7" PRIu64 " %7" PRIu64
		" %9" PRIu64 " %7" PRIu64 "\n",
		elapsed_ns / 1e9, now.attempts - last->attempts, now.accepted - last->accepted,
		now.refused - last->refused, now.transitions - last->transitions,
		now.tries - last->tries, now.stalls - last->stalls, now.lookups - last->lookups,
		now.lost - last->lost);
	*last = now;
}
