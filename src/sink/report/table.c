// SPDX-License-Identifier: GPL-2.0
/* A report as a header and tables. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "sink/report/columns.h"
#include "sink/report/forms.h"
#include "sink/report/messages.h"
#include "sink/table.h"
#include "util/cleanup.h"
#include "util/escape.h"
#include "util/saturate.h"
#include "util/timefmt.h"

#define COLUMNS_MAX 32

static const struct report_table *table_find(const struct report_options *options)
{
	if (!options->table)
		return &report_tables[0];
	for (size_t i = 0; i < report_tables_count; i++)
		if (!strcasecmp(report_tables[i].name, options->table))
			return &report_tables[i];
	return NULL;
}

static const struct report_column *column_find(const struct report_table *table, const char *name,
					       size_t len)
{
	for (size_t i = 0; i < table->n_columns; i++)
		if (strlen(table->columns[i].name) == len &&
		    !strncasecmp(table->columns[i].name, name, len))
			return &table->columns[i];
	return NULL;
}

/* Fills the chosen columns; -EINVAL with the bad name, else their number. */
static int column_list(const struct report_table *table, const char *list,
		       const struct report_column *chosen[COLUMNS_MAX], const char **bad,
		       size_t *bad_len)
{
	bool add = list && *list == '+';
	int n = 0;

	for (size_t i = 0; (!list || add) && i < table->n_columns; i++)
		if (table->columns[i].by_default)
			chosen[n++] = &table->columns[i];
	if (!list)
		return n;
	list += add;
	for (;;) {
		size_t len = strcspn(list, ",");
		const struct report_column *column = column_find(table, list, len);

		if (!column || n == COLUMNS_MAX) {
			*bad = list;
			*bad_len = len;
			return -EINVAL;
		}
		chosen[n++] = column;
		if (!list[len])
			return n;
		list += len + 1;
	}
}

static const char *sort_name(const char *sort)
{
	return sort + (*sort == '-');
}

int report_check_options(const struct report_options *options, const char **what, const char **bad,
			 size_t *len)
{
	const struct report_table *table = table_find(options);
	const struct report_column *chosen[COLUMNS_MAX];

	if (!table) {
		*what = "--table: there is no table";
		*bad = options->table;
		*len = strlen(options->table);
		return -EINVAL;
	}
	*what = "-o: there is no column";
	if (column_list(table, options->columns, chosen, bad, len) < 0)
		return -EINVAL;
	*what = "--sort: there is no column";
	if (options->sort) {
		*bad = sort_name(options->sort);
		*len = strlen(*bad);
		if (!column_find(table, *bad, *len))
			return -EINVAL;
	}
	return 0;
}

void report_columns_help(FILE *out)
{
	for (size_t t = 0; t < report_tables_count; t++) {
		const struct report_table *table = &report_tables[t];

		fprintf(out, "%sColumns of --table %s:\n", t ? "\n" : "", table->name);
		for (size_t i = 0; i < table->n_columns; i++)
			fprintf(out, "  %-11s %s\n", table->columns[i].name,
				table->columns[i].help);
	}
}

struct sort {
	const struct report_column *column;
	bool down;
	int err;
};

static int compare_rows(const void *a, const void *b, void *ctx)
{
	const void *x = *(void *const *)a, *y = *(void *const *)b;
	struct sort *sort = ctx;
	int order;

	if (sort->column->number) {
		uint64_t m = sort->column->number(x), n = sort->column->number(y);

		order = m < n ? -1 : m > n;
	} else {
		_cleanup_free_ char *s = report_column_text(sort->column, x),
				    *t = report_column_text(sort->column, y);

		if (!s || !t) {
			sort->err = -ENOMEM;
			return 0;
		}
		order = strcmp(s, t);
	}
	return sort->down ? -order : order;
}

/* The rows in the order that is asked for; the caller's to free. */
static const void **sorted_rows(const struct report_table *table, const struct report *report,
				const char *key, size_t *n)
{
	struct sort sort = { 0 };
	const void **rows;

	*n = report_table_count(table, report);
	rows = calloc(*n + 1, sizeof(*rows));
	for (size_t i = 0; rows && i < *n; i++)
		rows[i] = report_table_row(table, report, i);
	if (!rows || !key)
		return rows;
	sort.down = *key == '-';
	sort.column = column_find(table, sort_name(key), strlen(sort_name(key)));
	if (sort.column)
		qsort_r(rows, *n, sizeof(*rows), compare_rows, &sort);
	if (!sort.err)
		return rows;
	free(rows);
	return NULL;
}

static int add_row(struct libscols_table *table, const struct report_column *const *chosen, int n,
		   const void *row)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);

	if (!line)
		return -ENOMEM;
	for (int i = 0; i < n; i++) {
		char *text = report_column_text(chosen[i], row);

		if (!text)
			return -ENOMEM;
		if (scols_line_refer_data(line, i, text)) {
			free(text);
			return -ENOMEM;
		}
	}
	return 0;
}

static int write_table(FILE *out, const struct report_table *spec, const struct report *report,
		       const struct report_options *options, bool json)
{
	_cleanup_table_ struct libscols_table *table = table_new(out, options->noheadings);
	const struct report_column *chosen[COLUMNS_MAX];
	_cleanup_free_ const void **rows = NULL;
	const char *bad;
	size_t len, n_rows;
	int n = column_list(spec, options->columns, chosen, &bad, &len);

	if (n < 0)
		return n;
	rows = sorted_rows(spec, report, options->sort, &n_rows);
	if (!table || !rows)
		return -ENOMEM;
	if (json) {
		scols_table_enable_json(table, 1);
		scols_table_set_name(table, spec->name);
	}
	for (int i = 0; i < n; i++)
		if (table_column(table, chosen[i]->name, chosen[i]->flags))
			return -ENOMEM;
	for (size_t i = 0; i < n_rows; i++)
		if (add_row(table, chosen, n, rows[i]))
			return -ENOMEM;
	return scols_print_table(table) ? -ENOMEM : 0;
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
}

int report_text(FILE *out, const struct report *report, const struct report_options *options)
{
	int err = 0;

	/* Chosen columns are for scripts: one table, nothing else. */
	if (options->table || options->columns || options->sort)
		return write_table(out, table_find(options), report, options, false);
	write_header(out, report);
	for (size_t i = 0; !err && i < report_tables_count; i++) {
		const struct report_table *table = &report_tables[i];

		if (!report_table_count(table, report)) {
			fprintf(out, "\n%s\n", table->none);
			continue;
		}
		fprintf(out, "\n%s:\n", table->title);
		err = write_table(out, table, report, options, false);
	}
	return err;
}

int report_table_json(FILE *out, const struct report *report, const struct report_options *options)
{
	return write_table(out, table_find(options), report, options, true);
}
