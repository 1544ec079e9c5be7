// SPDX-License-Identifier: GPL-2.0
#include "sink/report/svg.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sink/report/messages.h"
#include "util/array.h"
#include "util/escape.h"
#include "util/timefmt.h"

/* In units of the picture, of which there are WIDTH from left to right. */
#define WIDTH	    1000
#define LEFT	    8
#define RIGHT	    (WIDTH - 8)
#define AXIS_HEIGHT 26
#define LANE_HEIGHT 44
#define LABEL_AT    14 /* of the text's foot in a lane */
#define BAR_AT	    20
#define BAR_HEIGHT  16
#define BAR_MIN	    2.5
#define LETTER	    6.2 /* how wide one is, about */
#define TICKS	    7

#define LANES_MAX 100 /* of livepatches, and of states; the tables have all */

struct picture {
	FILE *out;
	const struct report *r;
	int64_t begin, end; /* line_ns of struct report_when */
	double y; /* of the lane */
};

static double x_of(const struct picture *p, int64_t line_ns)
{
	double x;

	if (line_ns < p->begin)
		line_ns = p->begin;
	if (line_ns > p->end)
		line_ns = p->end;
	x = (double)(line_ns - p->begin) / (double)(p->end - p->begin);
	return LEFT + x * (RIGHT - LEFT);
}

static void text(FILE *out, char *string)
{
	escape_html(out, string ? string : "?");
	free(string);
}

static void time_text(FILE *out, int64_t real_ns)
{
	char time[TIMEFMT_LEN];

	timefmt_iso(time, real_ns);
	fputs(time, out);
}

static void rect(const struct picture *p, const char *class, double from, double to, double at,
		 double height)
{
	if (to - from < BAR_MIN)
		to = from + BAR_MIN;
	fprintf(p->out,
		"<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\"/>",
		class, from, p->y + at, to - from, height);
}

static void open_group(const struct picture *p, const char *class)
{
	fprintf(p->out, "<g class=\"%s\"><title>", class);
}

static void lane(struct picture *p, const char *label, const char *class)
{
	fprintf(p->out,
		"<line class=\"rule\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
		"<text class=\"label %s\" x=\"%d\" y=\"%.1f\">",
		LEFT, RIGHT, p->y + BAR_AT + BAR_HEIGHT, p->y + BAR_AT + BAR_HEIGHT, class, LEFT,
		p->y + LABEL_AT);
	escape_html(p->out, label);
	fputs("</text>\n", p->out);
}

/* The shortest step of a clock that is not shorter than this. */
static int64_t step_of(int64_t ns)
{
	static const int seconds[] = { 1,      2,      5,	10,	 15,	  30,
				       60,     120,    300,	600,	 900,	  1800,
				       3600,   7200,   10800,	21600,	 43200,	  86400,
				       172800, 604800, 1209600, 2592000, 7776000, 31536000 };
	int64_t step;

	for (step = 1; step < NSEC_PER_SEC; step *= 10)
		if (step >= ns)
			return step;
	for (size_t i = 0; i < ARRAY_SIZE(seconds); i++)
		if (seconds[i] * NSEC_PER_SEC >= ns)
			return seconds[i] * NSEC_PER_SEC;
	return ns;
}

static void axis(struct picture *p, double height)
{
	int64_t step = step_of((p->end - p->begin) / TICKS), offset, at;
	time_t seconds = p->begin / NSEC_PER_SEC;
	struct tm tm;

	/* Steps are those of the local clock. */
	localtime_r(&seconds, &tm);
	offset = tm.tm_gmtoff * NSEC_PER_SEC;
	at = (p->begin + offset + step - 1) / step * step - offset;
	for (; at <= p->end; at += step) {
		char label[TIMEFMT_LEN];
		double x = x_of(p, at);

		seconds = at / NSEC_PER_SEC;
		localtime_r(&seconds, &tm);
		if (step < NSEC_PER_SEC)
			timefmt_wall(label, at);
		else if (step < 60 * NSEC_PER_SEC)
			strftime(label, sizeof(label), "%H:%M:%S", &tm);
		else if (step < 86400 * NSEC_PER_SEC)
			strftime(label, sizeof(label), "%m-%d %H:%M", &tm);
		else
			strftime(label, sizeof(label), "%Y-%m-%d", &tm);
		fprintf(p->out,
			"<line class=\"tick\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%.1f\"/>"
			"<text class=\"time\" x=\"%.1f\" y=\"14\">%s</text>\n",
			x, x, AXIS_HEIGHT - 6, height, x > RIGHT - 60 ? x - 60 : x + 3, label);
	}
}

static void recordings(struct picture *p)
{
	lane(p, "watched", "");
	for (size_t i = 0; i < recent__n(&p->r->recordings); i++) {
		const struct report_recording *recording = recent__at(&p->r->recordings, i);
		int64_t end = recording->end.real_ns ? recording->end.line_ns : p->end;

		if (recording->has_gap) {
			open_group(p, "gap");
			text(p->out, report_string(report_write_recording, recording));
			fputs("</title>", p->out);
			rect(p, "gap-bar", x_of(p, recording->gap_from.line_ns),
			     x_of(p, recording->begin.line_ns), BAR_AT, BAR_HEIGHT);
			fputs("</g>\n", p->out);
		}
		open_group(p, "recording");
		escape_html(p->out, recording->name ? recording->name : "?");
		fputs("</title>", p->out);
		rect(p, "watched", x_of(p, recording->begin.line_ns), x_of(p, end), BAR_AT + 5,
		     BAR_HEIGHT - 10);
		fputs("</g>\n", p->out);
	}
	for (size_t i = 0; i < recent__n(&p->r->losses); i++) {
		const struct report_loss *loss = recent__at(&p->r->losses, i);

		open_group(p, "loss");
		fputs("lost: ", p->out);
		text(p->out, report_string(report_write_lost, loss));
		fprintf(p->out,
			"</title><text class=\"mark bad\" x=\"%.1f\" y=\"%.1f\">!</text></g>\n",
			x_of(p, loss->when.line_ns), p->y + BAR_AT + BAR_HEIGHT - 2);
	}
	for (size_t i = 0; i < recent__n(&p->r->steps); i++) {
		const struct report_step *step = recent__at(&p->r->steps, i);

		open_group(p, "step");
		time_text(p->out, step->when.real_ns);
		fputc('\n', p->out);
		text(p->out, report_string(report_write_step, step));
		fprintf(p->out, "</title><text class=\"mark\" x=\"%.1f\" y=\"%.1f\">C</text></g>\n",
			x_of(p, step->when.line_ns), p->y + BAR_AT - 2);
	}
	p->y += LANE_HEIGHT;
}

static void period(const struct picture *p, const struct report_period *s)
{
	open_group(p, "stay");
	escape_html(p->out, s->patch);
	fputs(" installed, ", p->out);
	fputs(s->from_before ? "since before " : "from ", p->out);
	time_text(p->out, s->from.real_ns);
	if (s->open) {
		fputs(", still there at the end", p->out);
	} else {
		fputs(" to ", p->out);
		time_text(p->out, s->to.real_ns);
	}
	if (s->replaced_by) {
		fputs(", replaced by ", p->out);
		escape_html(p->out, s->replaced_by);
	}
	fputs("</title>", p->out);
	rect(p, "in", x_of(p, s->from.line_ns), x_of(p, s->to.line_ns), BAR_AT + 4, BAR_HEIGHT - 8);
	fputs("</g>\n", p->out);
}

static void mark(const struct picture *p, const struct report_when *when, const char *letter)
{
	if (when->real_ns)
		fprintf(p->out, "<text class=\"mark\" x=\"%.1f\" y=\"%.1f\">%s</text>",
			x_of(p, when->line_ns), p->y + BAR_AT - 2, letter);
}

static void transition(const struct picture *p, const struct report_transition *t)
{
	struct timeline_entry begin = { .kind = TIMELINE_BEGIN, .what = t };
	struct timeline_entry end = { .kind = TIMELINE_END, .what = t };
	struct timeline_entry stalls = { .kind = TIMELINE_STALL, .what = t };
	double from = x_of(p, t->begin.line_ns), to = x_of(p, t->end.line_ns);

	open_group(p, t->t.outcome == OUTCOME_COMPLETE ? "transition" : "transition unfinished");
	text(p->out, report_string(report_write_entry, &begin));
	fputc('\n', p->out);
	if (t->stalled.real_ns) {
		text(p->out, report_string(report_write_entry, &stalls));
		fputc('\n', p->out);
	}
	text(p->out, report_string(report_write_entry, &end));
	fputs("</title>", p->out);
	rect(p, t->t.target == 0 ? "leaving" : "entering", from, to, BAR_AT, BAR_HEIGHT);
	if (t->stalled.real_ns)
		rect(p, "stalled", x_of(p, t->stalled.line_ns), to, BAR_AT, BAR_HEIGHT);
	mark(p, &t->reversed, "R");
	mark(p, &t->forced, "F");
	fputs("</g>\n", p->out);
}

static void refusal(const struct picture *p, const struct report_refusal *r, size_t number)
{
	struct timeline_entry timeline_entry = { .kind = TIMELINE_REFUSAL, .what = r };
	double x = x_of(p, r->when.line_ns), y = p->y + BAR_AT + BAR_HEIGHT / 2.0;

	fprintf(p->out, "<a href=\"#refusal-%zu\"><g class=\"refusal\"><title>", number);
	time_text(p->out, r->when.real_ns);
	fputc('\n', p->out);
	text(p->out, report_string(report_write_entry, &timeline_entry));
	fprintf(p->out,
		"</title><path class=\"refused\" d=\"M%.1f %.1fl8 8l-8 8l-8 -8z\"/>"
		"<path class=\"cross\" d=\"M%.1f %.1fl6 6m0 -6l-6 6\"/></g></a>\n",
		x, y - 8, x - 3, y - 3);
}

static void livepatch(struct picture *p, const struct report_patch *patch)
{
	const struct report *r = p->r;

	lane(p, patch->name, "patch");
	for (size_t i = 0; i < recent__n(&r->periods); i++) {
		const struct report_period *s = recent__at(&r->periods, i);

		if (s->patch && !strcmp(s->patch, patch->name))
			period(p, s);
	}
	for (size_t i = 0; i < recent__n(&r->transitions); i++) {
		const struct report_transition *t = recent__at(&r->transitions, i);

		if (t->t.patch && !strcmp(t->t.patch, patch->name))
			transition(p, t);
	}
	for (size_t i = 0; i < recent__n(&r->refusals); i++) {
		const struct report_refusal *refused = recent__at(&r->refusals, i);

		if (refused->patch && !strcmp(refused->patch, patch->name))
			refusal(p, refused, i);
	}
	p->y += LANE_HEIGHT;
}

static void version(const struct picture *p, const struct report_change *c, int64_t until)
{
	struct timeline_entry timeline_entry = { .kind = TIMELINE_CHANGE, .what = c };
	double from = x_of(p, c->when.line_ns), to = x_of(p, until);
	char label[32];

	open_group(p, "version");
	time_text(p->out, c->when.real_ns);
	fputc('\n', p->out);
	text(p->out, report_string(report_write_entry, &timeline_entry));
	fputs("</title>", p->out);
	rect(p, c->has_to && c->to_version % 2 ? "odd" : "even", from, to, BAR_AT, BAR_HEIGHT);
	if (c->has_to)
		snprintf(label, sizeof(label), "%u", c->to_version);
	else
		snprintf(label, sizeof(label), "?");
	if (to - from > strlen(label) * LETTER + 4)
		fprintf(p->out, "<text class=\"inside\" x=\"%.1f\" y=\"%.1f\">%s</text>", from + 4,
			p->y + BAR_AT + BAR_HEIGHT - 4, label);
	fputs("</g>\n", p->out);
}

static void state(struct picture *p, const struct report_state *s)
{
	const struct report_change *before = NULL;
	char label[48];

	snprintf(label, sizeof(label), "state %" PRIu64, s->id);
	lane(p, label, "");
	for (size_t i = 0; i < recent__n(&p->r->changes); i++) {
		const struct report_change *change = recent__at(&p->r->changes, i);

		if (change->id != s->id)
			continue;
		if (before && before->to_patch)
			version(p, before, change->when.line_ns);
		before = change;
	}
	if (before && before->to_patch)
		version(p, before, p->end);
	p->y += LANE_HEIGHT;
}

/* A damaged recording may tell any time; one beyond 1970 to 2116 would only overflow. */
static int64_t sane(int64_t ns)
{
	if (ns < 0)
		return 0;
	return ns < INT64_MAX / 2 ? ns : INT64_MAX / 2;
}

void report_svg(FILE *out, const struct report *r)
{
	struct picture p = {
		.out = out,
		.r = r,
		.begin = sane(r->begin.line_ns),
		.end = sane(r->end.line_ns),
	};
	size_t patches = r->patches.n < LANES_MAX ? r->patches.n : LANES_MAX;
	size_t states = r->states.n < LANES_MAX ? r->states.n : LANES_MAX;
	double height = AXIS_HEIGHT + (1 + patches + states) * LANE_HEIGHT + 4;

	/* Room for what happened at one moment only. */
	if (p.end - p.begin < NSEC_PER_SEC / 1000)
		p.end = p.begin + NSEC_PER_SEC;
	p.y = AXIS_HEIGHT;
	fprintf(out,
		"<div class=\"scroll\"><svg id=\"timeline\" viewBox=\"0 0 %d %.0f\" role=\"img\" aria-label=\"timeline\">\n"
		"<defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
		"<rect class=\"hatch-ground\" width=\"6\" height=\"6\"/><line class=\"hatch-line\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\"/></pattern></defs>\n",
		WIDTH, height);
	axis(&p, height);
	recordings(&p);
	for (size_t i = 0; i < patches; i++)
		livepatch(&p, r->patches.list[i]);
	for (size_t i = 0; i < states; i++)
		state(&p, r->states.list[i]);
	fputs("</svg></div>\n", out);
	if (patches < r->patches.n || states < r->states.n)
		fprintf(out,
			"<p class=\"warn\">%zu livepatches and %zu states more have no lane here.</p>\n",
			r->patches.n - patches, r->states.n - states);
}
