// SPDX-License-Identifier: GPL-2.0
/* A report as a header and tables. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sink/report/columns.h"
#include "sink/report/forms.h"
#include "sink/report/messages.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/escape.h"
#include "util/saturate.h"
#include "util/timefmt.h"

static const struct report_table *chosen_table(const struct table_options *options)
{
	const struct table_type *type = table_find(report_table_types, options);

	for (size_t i = 0; i < report_tables_count; i++)
		if (&report_tables[i].type == type)
			return &report_tables[i];
	return NULL;
}

static int write_table(FILE *out, const struct report_table *spec, const struct report *report,
		       const struct table_options *options, bool json)
{
	_cleanup_table_ struct table *table = table_new(&spec->type, options);

	for (size_t i = 0; i < report_table_count(spec, report); i++)
		table_row(table, report_table_row(spec, report, i));
	return json ? table_json(table, out) : table_print(table, out);
}

static void write_line(FILE *out, const char *key, const char *value)
{
	fprintf(out, "# %s : ", key);
	escape_text(out, value);
	fputc('\n', out);
}

static void write_host(FILE *out, const struct report_recording *recording)
{
	const struct {
		const char *key, *value;
	} lines[] = {
		{ "hostname", recording->host },
		{ "os release", recording->release },
		{ "kernel build", recording->build },
		{ "boot id", recording->boot_id },
		{ "klpscope version", recording->version },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (lines[i].value && *lines[i].value)
			write_line(out, lines[i].key, lines[i].value);
}

static void write_recordings(FILE *out, const struct report *r)
{
	size_t n = recent__n(&r->recordings);
	uint64_t gaps = 0, gap_ns = 0;
	bool is_most = false;
	char span[TIMEFMT_LEN];

	if (!n)
		return;
	write_host(out, recent__at(&r->recordings, n - 1));
	for (size_t i = 0; i < n; i++) {
		const struct report_recording *recording = recent__at(&r->recordings, i);

		gaps += recording->has_gap;
		add_u64(&gap_ns, recording->gap_ns);
		is_most |= recording->gap_is_most;
	}
	fprintf(out, "# recordings : %" PRIu64, r->recordings.total);
	timefmt_span(span, gap_ns);
	if (gaps)
		fprintf(out, ", %" PRIu64 " %s between them in which nobody watched: %s%s", gaps,
			gaps == 1 ? "gap" : "gaps", is_most ? "up to " : "", span);
	fputc('\n', out);
	for (size_t i = 0; i < n; i++) {
		const struct report_recording *recording = recent__at(&r->recordings, i);
		char *string = report_string(report_write_recording, recording);
		char time[TIMEFMT_LEN];

		if (recording->has_gap && string) {
			timefmt_iso(time, recording->begin.real_ns);
			fprintf(out, "# gap : %s ", time);
			escape_text(out, string);
			fputc('\n', out);
		}
		free(string);
	}
}

static void write_limits(FILE *out, const struct report *r)
{
	_cleanup_free_ char *limits = report_string(report_write_limits, r);

	for (char *line = limits, *end; line && *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		fputs("# NOT ALL : ", out);
		escape_text(out, line);
		fputc('\n', out);
	}
}

static void write_header(FILE *out, const struct report *r)
{
	char begin[TIMEFMT_LEN], end[TIMEFMT_LEN], span[TIMEFMT_LEN];
	_cleanup_free_ char *lost = report_string(report_write_lost, &r->lost);
	_cleanup_free_ char *selection = report_string(report_write_selection, &r->selection);
	_cleanup_free_ char *order = report_string(report_write_order, r);

	timefmt_iso(begin, r->begin.real_ns);
	timefmt_iso(end, r->end.real_ns);
	timefmt_span(span, report_between(&r->begin, &r->end));
	fputs("# ========\n", out);
	if (r->begin.real_ns)
		fprintf(out, "# captured from : %s to %s (%s)\n", begin, end, span);
	if (selection && *selection)
		write_line(out, "selected", selection);
	if (order && *order)
		write_line(out, "clock", order);
	write_recordings(out, r);
	fprintf(out, "# events : %" PRIu64 "\n", r->events);
	fprintf(out, "# lost : %s\n", lost ? lost : "?");
	write_limits(out, r);
	fputs("# ========\n", out);
	fprintf(out,
		"%" PRIu64 " %s to enable a livepatch: %" PRIu64 " accepted, %" PRIu64 " refused",
		r->attempts, r->attempts == 1 ? "attempt" : "attempts", r->accepted,
		report__refusals(r));
	if (r->undecided)
		fprintf(out, ", of %" PRIu64 " neither was seen", r->undecided);
	fputc('\n', out);
	if (report__refused_otherwise(r)) {
		fputs("besides, refused: ", out);
		report_write_refused_otherwise(out, r);
		fputc('\n', out);
	}
	if (r->kinds[EVENT_INIT_FAILED])
		fprintf(out,
			"%" PRIu64
			" INIT FAILED after a livepatch was enabled: the kernel has freed code that is in use; plan a reboot\n",
			r->kinds[EVENT_INIT_FAILED]);
}

int report_text(FILE *out, const struct report *report, const struct table_options *options)
{
	int err = 0;

	/* Chosen columns are for scripts: one table, nothing else. */
	if (table_chosen(options))
		return write_table(out, chosen_table(options), report, options, false);
	write_header(out, report);
	for (size_t i = 0; !err && i < report_tables_count; i++) {
		const struct report_table *table = &report_tables[i];

		if (!report_table_count(table, report)) {
			fprintf(out, "\n%s\n", table->none);
			continue;
		}
		fprintf(out, "\n%s:\n", table->type.title);
		err = write_table(out, table, report, options, false);
	}
	return err;
}

int report_table_json(FILE *out, const struct report *report, const struct table_options *options)
{
	return write_table(out, chosen_table(options), report, options, true);
}
