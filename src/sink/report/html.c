// SPDX-License-Identifier: GPL-2.0
/* One page with everything in it: no scripts, nothing from elsewhere. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/refusal.h"
#include "sink/report/columns.h"
#include "sink/report/forms.h"
#include "sink/report/messages.h"
#include "sink/report/svg.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/escape.h"
#include "util/timefmt.h"

static const char style[] =
	":root{--bg:#fff;--fg:#1b1f24;--muted:#59636e;--line:#d1d9e0;--card:#f6f8fa;--in:#9ec5ee;--go:#2563a8;"
	"--leave:#6e5494;--stall:#d4a72c;--bad:#cf222e;--odd:#b7dfc3;--even:#86c29a;--on:#0b3d1e}"
	"@media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--muted:#9aa4ae;--line:#30363d;--card:#161b22;"
	"--in:#1f4b7a;--go:#58a6ff;--leave:#b392f0;--stall:#e3b341;--bad:#ff7b72;--odd:#1f5132;--even:#2f7a4b;--on:#e6fff0}}"
	"@media print{:root{--bg:#fff;--fg:#000;--muted:#444;--line:#bbb;--card:#fff;--in:#9ec5ee;--go:#2563a8;--leave:#6e5494;"
	"--stall:#d4a72c;--bad:#cf222e;--odd:#b7dfc3;--even:#86c29a;--on:#0b3d1e}body{max-width:none}"
	"td,th{white-space:pre-line!important;overflow-wrap:anywhere;font-size:8pt}td.w{min-width:0!important}svg{min-width:0!important}"
	"tr,svg{break-inside:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}"
	"*{box-sizing:border-box}body{margin:0 auto;max-width:1200px;padding:16px;background:var(--bg);color:var(--fg);"
	"font:15px/1.45 system-ui,sans-serif}h1{font-size:1.5em;margin:.2em 0}h2{font-size:1.15em;margin:1.6em 0 .4em}"
	"p{margin:.4em 0}.muted{color:var(--muted)}.warn{color:var(--bad)}.scroll{overflow-x:auto}"
	".figures{display:flex;flex-wrap:wrap;gap:8px;margin:12px 0}.figures div{background:var(--card);border:1px solid var(--line);"
	"border-radius:6px;padding:6px 12px}.figures b{display:block;font-size:1.3em}.figures .bad b{color:var(--bad)}"
	"table{border-collapse:collapse;font-size:.9em;width:100%}th,td{text-align:left;vertical-align:top;padding:4px 10px 4px 0;"
	"border-bottom:1px solid var(--line)}th.n{text-align:right}th{color:var(--muted);font-weight:600;white-space:nowrap}td{white-space:nowrap}td.n{text-align:right}"
	"td.w{min-width:16em;white-space:pre-line;overflow-wrap:break-word}.legend span{white-space:nowrap}"
	"tr:target{outline:2px solid var(--bad)}pre{margin:0;font-size:.92em;white-space:pre-wrap}"
	"svg{display:block;width:100%;min-width:900px;height:auto;font:12px system-ui,sans-serif}svg a{cursor:pointer}"
	".rule,.tick{stroke:var(--line);stroke-width:1}.tick{stroke-dasharray:2 3}.time{fill:var(--muted);font-size:11px}"
	".label{fill:var(--fg)}.label.patch{font-weight:600}.in{fill:var(--in)}.entering{fill:var(--go)}.leaving{fill:var(--leave)}"
	".unfinished .entering,.unfinished .leaving{fill-opacity:.35;stroke:var(--bad);stroke-width:1.5}"
	".stalled{fill:url(#hatch)}.hatch-ground{fill:var(--stall)}.hatch-line{stroke:#000;stroke-opacity:.55;stroke-width:2}"
	".gap-bar{fill:none;stroke:var(--bad);stroke-dasharray:3 2}.watched{fill:var(--muted)}.refused{fill:var(--bad)}"
	".cross{stroke:var(--bg);stroke-width:2;fill:none}.mark{fill:var(--bad);font-weight:700;text-anchor:middle}.odd{fill:var(--odd)}"
	".even{fill:var(--even)}.inside{fill:var(--on);font-weight:600}.key{display:inline-block;width:1.6em;height:.8em;"
	"border-radius:2px;margin-right:.3em;vertical-align:middle}.legend>span{margin-right:.9em}";

static void html(FILE *out, const char *s)
{
	escape_html(out, s ? s : "?");
}

static void put(FILE *out, char *s)
{
	html(out, s);
	free(s);
}

static void time_of(FILE *out, const struct report_when *when)
{
	char time[TIMEFMT_LEN];

	timefmt_iso(time, when->real_ns);
	fputs(when->real_ns ? time : "?", out);
}

/* @what ends with an s where there may be one of it. */
static void figure(FILE *out, uint64_t n, const char *what, bool bad)
{
	size_t len = strlen(what);

	if (n == 1 && what[len - 1] == 's')
		len--;
	fprintf(out, "<div%s><b>%" PRIu64 "</b>%.*s</div>", bad && n ? " class=\"bad\"" : "", n,
		(int)len, what);
}

static void figures(FILE *out, const struct report *r)
{
	uint64_t gaps = 0;

	for (size_t i = 0; i < recent__n(&r->recordings); i++)
		gaps += ((const struct report_recording *)recent__at(&r->recordings, i))->has_gap;
	fputs("<div class=\"figures\">", out);
	figure(out, r->attempts, "attempts", false);
	figure(out, r->accepted, "accepted", false);
	figure(out, report__refusals(r), "refused", true);
	figure(out, r->transitions.total, "transitions", false);
	figure(out, r->stalls.n, "stalls", true);
	figure(out, report__totals(r).forced, "forced", true);
	figure(out, gaps, "gaps", true);
	figure(out, report__lost(r), "lost", true);
	fputs("</div>\n", out);
}

static void head(FILE *out, const struct report *r)
{
	size_t n = recent__n(&r->recordings);
	const struct report_recording *last = n ? recent__at(&r->recordings, n - 1) : NULL;
	const char *host = last && last->host ? last->host : "";
	_cleanup_free_ char *selection = report_string(report_write_selection, &r->selection);

	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>Livepatching",
	      out);
	fputs(*host ? " on " : "", out);
	html(out, host);
	fprintf(out, "</title>\n<style>%s</style></head>\n<body>\n<h1>Livepatching", style);
	fputs(*host ? " on " : "", out);
	html(out, host);
	fputs("</h1>\n<p class=\"muted\">", out);
	time_of(out, &r->begin);
	fputs(" to ", out);
	time_of(out, &r->end);
	if (last && last->release && *last->release) {
		fputs(", kernel ", out);
		html(out, last->release);
	}
	fprintf(out, ", %" PRIu64 " events in %" PRIu64 " %s</p>\n", r->events, r->recordings.total,
		r->recordings.total == 1 ? "recording" : "recordings");
	if (!selection || !*selection)
		return;
	fputs("<p class=\"muted\">This is not the whole: ", out);
	html(out, selection);
	fputs("</p>\n", out);
}

static void order(FILE *out, const struct report *r)
{
	_cleanup_free_ char *said = report_string(report_write_order, r);

	if (!said || !*said)
		return;
	fputs("<p class=\"warn\">Mind that ", out);
	html(out, said);
	fputs(". The picture shows the time that it would have shown else; the steps are marked.</p>\n",
	      out);
}

static void missing(FILE *out, const struct report *r)
{
	_cleanup_free_ char *limits = report_string(report_write_limits, r);

	for (char *line = limits, *end; line && *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		fputs("<p class=\"warn\">Not all: ", out);
		html(out, line);
		fputs("</p>\n", out);
	}
	for (size_t i = 0; i < recent__n(&r->recordings); i++) {
		const struct report_recording *recording = recent__at(&r->recordings, i);

		if (!recording->has_gap)
			continue;
		fputs("<p class=\"warn\">Gap: ", out);
		put(out, report_string(report_write_recording, recording));
		fputs("</p>\n", out);
	}
}

static void legend(FILE *out)
{
	static const struct {
		const char *background, *what;
	} keys[] = {
		{ "var(--in)", "installed" },
		{ "var(--go)", "transition to patched" },
		{ "var(--leave)", "to unpatched" },
		{ "repeating-linear-gradient(45deg,var(--stall) 0 4px,#000a 4px 6px)", "stalled" },
		{ "var(--bad)", "refused" },
	};

	fputs("<p class=\"muted legend\">", out);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		fprintf(out, "<span><span class=\"key\" style=\"background:%s\"></span>%s</span> ",
			keys[i].background, keys[i].what);
	fputs("R: reversed. F: forced. C: the wall clock was set. !: something was lost. Dashed: nobody watched. "
	      "Numbers in the lanes of states are versions. Hover for more; all of it is in the tables.</p>\n",
	      out);
}

static const char *class_of(const struct column *column)
{
	if (column->flags & COLUMN_RIGHT)
		return " class=\"n\"";
	if (column->flags & COLUMN_LONG)
		return " class=\"w\"";
	return "";
}

/* What is in it is escaped once more, for HTML. */
static int table_data(FILE *out, const struct column *column, const void *row)
{
	_cleanup_cell_ struct cell cell = { 0 };
	_cleanup_free_ char *text = NULL;

	column->fill(&cell, row);
	text = column_text(column, &cell, false);
	if (!text)
		return -ENOMEM;
	fprintf(out, "<td%s>", class_of(column));
	html(out, text);
	fputs("</td>", out);
	return 0;
}

/* A table of the report, with the columns that are shown by default. */
static int table(FILE *out, const struct report *r, const struct report_table *spec,
		 const char *row_id)
{
	const struct column *shown[COLUMNS_MAX];
	const char *title = spec->type.title, *bad;
	size_t n = report_table_count(spec, r), len;
	int n_shown = column_choose(&spec->type.columns, NULL, shown, &bad, &len);

	fprintf(out, "<h2 id=\"%s\">%c%s</h2>\n", spec->type.name, title[0] - 'a' + 'A', title + 1);
	if (!n) {
		fprintf(out, "<p>%c%s.</p>\n", spec->none[0] - 'a' + 'A', spec->none + 1);
		return 0;
	}
	fputs("<div class=\"scroll\"><table><thead><tr>", out);
	for (int c = 0; c < n_shown; c++)
		fprintf(out, "<th%s title=\"%s\">%s</th>", class_of(shown[c]), shown[c]->help,
			shown[c]->name);
	fputs("</tr></thead><tbody>\n", out);
	for (size_t i = 0; i < n; i++) {
		if (row_id)
			fprintf(out, "<tr id=\"%s-%zu\">", row_id, i);
		else
			fputs("<tr>", out);
		for (int c = 0; c < n_shown; c++)
			if (table_data(out, shown[c], report_table_row(spec, r, i)))
				return -ENOMEM;
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
	return 0;
}

static void installed(FILE *out, const char *title, const struct installed *in)
{
	fprintf(out, "<h2>Installed %s</h2>\n", title);
	if (!in->known)
		fputs("<p class=\"muted\">Not known but from events.</p>\n", out);
	if (!in->facts.n_patches) {
		fputs(in->known ? "<p>No livepatch.</p>\n" : "", out);
		return;
	}
	fputs("<div class=\"scroll\"><table><thead><tr><th>ORDER</th><th>PATCH</th><th>STATUS</th><th>REPLACE</th><th>STATES</th></tr></thead><tbody>\n",
	      out);
	for (size_t i = 0; i < in->facts.n_patches; i++) {
		const struct patch *patch = &in->facts.patches[i];
		bool moving = in->transition[0] && !strcmp(in->transition, patch->name);

		fprintf(out, "<tr><td class=\"n\">%zu</td><td>", i + 1);
		html(out, patch->name);
		fprintf(out, "</td><td>%s%s%s</td><td>%s</td><td>",
			patch->enabled ? "enabled" : "disabled", moving ? ", in transition" : "",
			patch->forced ? ", forced" : "", patch->replace ? "yes" : "no");
		for (size_t s = 0; s < patch->n_states; s++) {
			fprintf(out, "%s%" PRIu64, s ? ", " : "", patch->states[s].id);
			if (!(in->facts.flags & WIRE_F_NO_VERSION))
				fprintf(out, ":%u", patch->states[s].version);
		}
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

int report_html(FILE *out, const struct report *r)
{
	int err = 0;

	head(out, r);
	figures(out, r);
	missing(out, r);
	fputs("<h2>Timeline</h2>\n", out);
	order(out, r);
	report_svg(out, r);
	legend(out);
	for (size_t i = 0; !err && i < report_tables_count; i++)
		err = table(out, r, &report_tables[i],
			    strcmp(report_tables[i].type.name, "refusals") ? NULL : "refusal");
	installed(out, "before", &r->before);
	installed(out, "after", &r->now);
	fputs("<p class=\"muted\">Made by klpscope. Times are local, with their offset from UTC.</p>\n</body></html>\n",
	      out);
	return err;
}
