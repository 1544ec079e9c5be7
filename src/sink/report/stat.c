// SPDX-License-Identifier: GPL-2.0
#include "sink/report/stat.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sink/json_keys.h"
#include "sink/report/messages.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/escape.h"
#include "util/timefmt.h"

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

static void counts(FILE *out, const struct report *r, const struct report_totals *t)
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
	if (report__refused_otherwise(r)) {
		count(out, report__refused_otherwise(r), "refused otherwise");
		comment(out, "refused otherwise");
		report_write_refused_otherwise(out, r);
		fputc('\n', out);
	}
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
	count(out, report__lost(r), "lost\n\n");
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
	struct report_totals totals = report__totals(r);

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
	struct report_totals totals = report__totals(r);
	struct json_writer *w = json_writer__open(out, false);

	if (!w)
		return -ENOMEM;
	json_begin_object(w);
	json_key_string(w, "command", t->what);
	json_key_number(w, "elapsed_ns", t->elapsed_ns);
	json_key_number(w, "attempts", r->attempts);
	json_key_number(w, "accepted", r->accepted);
	json_key_number(w, "undecided", r->undecided);
	json_key(w, "refused");
	json_begin_object(w);
	for (int i = 0; i < CAUSES; i++)
		if (r->refused[i])
			json_key_number(w, cause_name(i), r->refused[i]);
	json_end_object(w);
	json_key(w, "refused_otherwise");
	json_begin_object(w);
	for (int i = 0; i < REFUSED_ACTIONS; i++)
		if (r->refused_otherwise[i])
			json_key_number(w, refused_action_name(i), r->refused_otherwise[i]);
	json_end_object(w);
	json_key_number(w, "transitions", r->transitions.total);
	json_key_number(w, "completed", totals.completed);
	json_key_number(w, "reversed", totals.reversed);
	json_key_number(w, "forced", totals.forced);
	json_key_number(w, "canceled", totals.canceled);
	json_key_number(w, "tries", totals.tries);
	json_key_number(w, "stalls", r->stalls.n);
	json_key_number(w, "state_changes", r->kinds[EVENT_STATE]);
	json_key_number(w, "lookups", totals.lookups);
	json_key_number(w, "lost", report__lost(r));
	json_key_quantiles(w, &r->durations);
	json_key_number(w, "cpu_ns", t->cpu_ns);
	json_key(w, "programs");
	json_begin_array(w);
	for (size_t i = 0; t->has_costs && i < t->n_costs; i++) {
		json_begin_object(w);
		json_key_string(w, "name", t->costs[i].name);
		json_key_number(w, "runs", t->costs[i].runs);
		json_key_number(w, "ns", t->costs[i].ns);
		json_end_object(w);
	}
	json_end_array(w);
	json_key_bool(w, "programs_counted", t->has_costs);
	json_key_bool(w, "incomplete", !report__kept_all(r));
	json_end_object(w);
	json_writer__line(w);
	json_writer__close(w);
	return 0;
}

static const struct {
	const char *name;
	int width;
	size_t sum; /* its place in struct stat_sums */
} interval_columns[] = {
	{ "ATTEMPTS", 9, offsetof(struct stat_sums, attempts) },
	{ "ACCEPTED", 9, offsetof(struct stat_sums, accepted) },
	{ "REFUSED", 9, offsetof(struct stat_sums, refused) },
	{ "TRANSITIONS", 11, offsetof(struct stat_sums, transitions) },
	{ "TRIES", 7, offsetof(struct stat_sums, tries) },
	{ "STALLS", 7, offsetof(struct stat_sums, stalls) },
	{ "LOOKUPS", 9, offsetof(struct stat_sums, lookups) },
	{ "LOST", 7, offsetof(struct stat_sums, lost) },
};

static uint64_t sum_of(const struct stat_sums *sums, size_t column)
{
	return *(const uint64_t *)((const char *)sums + interval_columns[column].sum);
}

void stat_interval_heading(FILE *out)
{
	fprintf(out, "#%11s", "TIME");
	for (size_t i = 0; i < ARRAY_SIZE(interval_columns); i++)
		fprintf(out, " %*s", interval_columns[i].width, interval_columns[i].name);
	fputc('\n', out);
}

void stat_interval(FILE *out, const struct report *r, struct stat_sums *last, uint64_t elapsed_ns)
{
	struct report_totals totals = report__totals(r);
	struct stat_sums now = {
		.attempts = r->attempts,
		.accepted = r->accepted,
		.refused = report__refusals(r),
		.transitions = r->transitions.total,
		.tries = totals.tries,
		.stalls = r->kinds[EVENT_STALL],
		.lookups = totals.lookups,
		.lost = report__lost(r),
	};

	fprintf(out, "%12.3f", elapsed_ns / 1e9);
	for (size_t i = 0; i < ARRAY_SIZE(interval_columns); i++)
		fprintf(out, " %*" PRIu64, interval_columns[i].width,
			sum_of(&now, i) - sum_of(last, i));
	fputc('\n', out);
	*last = now;
}
