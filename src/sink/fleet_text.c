// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "rules/refusal.h"
#include "sink/fleet_forms.h"
#include "sink/table.h"
#include "util/cleanup.h"
#include "util/escape.h"
#include "util/saturate.h"
#include "util/timefmt.h"

/* What a cell shows of a list before it counts the rest; JSON has all. */
#define HOSTS_IN_CELL  8
#define STATES_IN_CELL 8

char *fleet_host_name(const struct fleet_host *host)
{
	char *name;

	if (asprintf(&name, "%s%s%.8s", host->name, host->ambiguous ? "/" : "",
		     host->ambiguous ? host->machine_id : "") < 0)
		return NULL;
	return name;
}

const char *fleet_outcome_name(const struct fleet_stall *stall)
{
	static const char *const names[] = {
		[STALL_RUNNING] = "running",
		[STALL_COMPLETE] = "complete",
		[STALL_CANCEL] = "cancel",
		[STALL_UNKNOWN] = "unknown",
	};

	return names[stall->outcome];
}

static int cell_text(struct libscols_line *line, size_t column, const char *text)
{
	_cleanup_free_ char *escaped = text ? escape_text_dup(text) : strdup("-");

	return escaped ? table_cell(line, column, "%s", *escaped ? escaped : "-") : -ENOMEM;
}

static int cell_host(struct libscols_line *line, size_t column, const struct fleet_host *host)
{
	_cleanup_free_ char *name = fleet_host_name(host);

	return name ? cell_text(line, column, name) : -ENOMEM;
}

static int cell_time(struct libscols_line *line, size_t column, int64_t real_ns)
{
	char time[TIMEFMT_LEN] = "-";

	if (real_ns)
		timefmt_iso(time, real_ns);
	return table_cell(line, column, "%s", time);
}

static int cell_span(struct libscols_line *line, size_t column, uint64_t ns)
{
	char span[TIMEFMT_LEN] = "-";

	if (ns)
		timefmt_span(span, ns);
	return table_cell(line, column, "%s", span);
}

static int cell_number(struct libscols_line *line, size_t column, uint64_t number)
{
	return table_cell(line, column, "%" PRIu64, number);
}

struct column {
	const char *name;
	int flags;
};

static struct libscols_table *new_table(FILE *out, const struct fleet_options *options,
					const struct column *columns, size_t n)
{
	struct libscols_table *table = table_new(out, options->noheadings);

	for (size_t i = 0; table && i < n; i++) {
		if (!table_column(table, columns[i].name, columns[i].flags))
			continue;
		scols_unref_table(table);
		return NULL;
	}
	return table;
}

/* A part of several has a title above it. */
static void title(FILE *out, const struct fleet_options *options, const char *text,
		  uint64_t earlier)
{
	if (options->noheadings)
		return;
	fprintf(out, "\n%s", text);
	if (earlier)
		fprintf(out, " (%" PRIu64 " earlier ones are not shown)", earlier);
	fputs(":\n", out);
}

static int print(struct libscols_table *table)
{
	return scols_print_table(table) ? -ENOMEM : 0;
}

static char *states_text(const struct fleet_host *host)
{
	char *text = NULL;
	size_t size, shown = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < host->n_states; i++) {
		const struct fleet_state *state = &host->states[i];

		if (!state->patch || shown++ >= STATES_IN_CELL)
			continue;
		fprintf(out, "%s%" PRIu64, shown > 1 ? "," : "", state->id);
		if (state->has_version)
			fprintf(out, ":%" PRIu32, state->version);
	}
	if (shown > STATES_IN_CELL)
		fprintf(out, ",... (%zu in all)", shown);
	if (!shown)
		fputs(host->states_known ? "none" : "-", out);
	fclose(out);
	return text;
}

static const struct column host_columns[] = {
	{ "HOST", 0 },
	{ "EVENTS", SCOLS_FL_RIGHT },
	{ "ATTEMPTS", SCOLS_FL_RIGHT },
	{ "ACCEPTED", SCOLS_FL_RIGHT },
	{ "REFUSED", SCOLS_FL_RIGHT },
	{ "TRANSITIONS", SCOLS_FL_RIGHT },
	{ "LONGEST", SCOLS_FL_RIGHT },
	{ "STALLED", SCOLS_FL_RIGHT },
	{ "FORCED", SCOLS_FL_RIGHT },
	{ "RUNNING", 0 },
	{ "LOST", SCOLS_FL_RIGHT },
	{ "STATES", 0 },
	{ "LAST", 0 },
};

static int add_host(struct libscols_table *table, const struct fleet_host *host)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	_cleanup_free_ char *states = states_text(host);

	if (!line || !states || cell_host(line, 0, host) || cell_number(line, 1, host->events) ||
	    cell_number(line, 2, host->attempts) || cell_number(line, 3, host->accepted) ||
	    cell_number(line, 4, host->refused) || cell_number(line, 5, host->transitions) ||
	    cell_span(line, 6, host->longest_ns) || cell_number(line, 7, host->stalls) ||
	    cell_number(line, 8, host->forced) ||
	    table_cell(line, 9, "%s", host->running ? "yes" : "no") ||
	    cell_number(line, 10, sum_u64(host->lost, host->journal_lost)) ||
	    table_cell(line, 11, "%s", states) || cell_time(line, 12, host->last_ns))
		return -ENOMEM;
	return 0;
}

static int hosts(FILE *out, const struct fleet *f, const struct fleet_options *options)
{
	_cleanup_table_ struct libscols_table *table =
		new_table(out, options, host_columns, ARRAY_SIZE(host_columns));

	if (!table)
		return -ENOMEM;
	for (size_t i = 0; i < f->n_hosts; i++)
		if (add_host(table, f->hosts[i]))
			return -ENOMEM;
	return f->n_hosts ? print(table) : 0;
}

static char *hosts_text(const struct fleet_version *version)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < version->n_hosts && i < HOSTS_IN_CELL; i++) {
		_cleanup_free_ char *name = fleet_host_name(version->hosts[i]);

		fputs(i ? ", " : "", out);
		escape_text(out, name ? name : "?");
	}
	if (version->n_hosts + version->more_hosts > HOSTS_IN_CELL)
		fputs(", ...", out);
	fclose(out);
	return text;
}

static const struct column version_columns[] = {
	{ "STATE", SCOLS_FL_RIGHT },
	{ "VERSION", SCOLS_FL_RIGHT },
	{ "PATCH", 0 },
	{ "DIFFERS", 0 },
	{ "COUNT", SCOLS_FL_RIGHT },
	{ "HOSTS", 0 },
};

static int add_version(struct libscols_table *table, const struct fleet_version *version)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	_cleanup_free_ char *names = hosts_text(version);
	char number[16] = "-";

	if (version->none)
		strcpy(number, "none");
	else if (version->has_version)
		snprintf(number, sizeof(number), "%" PRIu32, version->version);
	if (!line || !names || cell_number(line, 0, version->id) ||
	    table_cell(line, 1, "%s", number) || cell_text(line, 2, version->patch) ||
	    table_cell(line, 3, "%s", version->differs ? "yes" : "no") ||
	    cell_number(line, 4, version->n_hosts + version->more_hosts) ||
	    table_cell(line, 5, "%s", names))
		return -ENOMEM;
	return 0;
}

static int states(FILE *out, const struct fleet *f, const struct fleet_options *options)
{
	_cleanup_table_ struct libscols_table *table =
		new_table(out, options, version_columns, ARRAY_SIZE(version_columns));
	struct fleet_versions versions;
	int err;

	if (!table)
		return -ENOMEM;
	err = fleet__versions(f, &versions);
	if (err)
		return err;
	for (size_t i = 0; !err && i < versions.n; i++)
		err = add_version(table, &versions.list[i]);
	if (!err && versions.n) {
		title(out, options, "states, by who has which version", 0);
		err = print(table);
		if (versions.more)
			fprintf(out, "(%" PRIu64 " more states are not shown)\n", versions.more);
	}
	fleet_versions__clear(&versions);
	return err;
}

static const struct column refusal_columns[] = {
	{ "TIME", 0 },	{ "HOST", 0 },	{ "PATCH", 0 },
	{ "ERRNO", 0 }, { "CAUSE", 0 }, { "EXPLANATION", 0 },
};

static int add_refusal(struct libscols_table *table, const struct fleet_refusal *refusal)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);

	if (!line || cell_time(line, 0, refusal->real_ns) || cell_host(line, 1, refusal->host) ||
	    cell_text(line, 2, refusal->patch) ||
	    table_cell(line, 3, "%s", refusal->error ? error_name(refusal->error) : "-") ||
	    table_cell(line, 4, "%s", cause_name(refusal->cause)) ||
	    cell_text(line, 5, refusal->explanation))
		return -ENOMEM;
	return 0;
}

static int refusals(FILE *out, const struct fleet *f, const struct fleet_options *options)
{
	_cleanup_table_ struct libscols_table *table =
		new_table(out, options, refusal_columns, ARRAY_SIZE(refusal_columns));

	if (!table)
		return -ENOMEM;
	if (!recent__n(&f->refusals))
		return 0;
	for (size_t i = 0; i < recent__n(&f->refusals); i++)
		if (add_refusal(table, recent__at(&f->refusals, i)))
			return -ENOMEM;
	title(out, options, "refusals", recent__earlier(&f->refusals));
	return print(table);
}

static const struct column stall_columns[] = {
	{ "TIME", 0 }, { "HOST", 0 },	 { "PATCH", 0 }, { "TO", 0 },
	{ "FOR", 0 },  { "OUTCOME", 0 }, { "TASK", 0 },	 { "WHY", 0 },
};

static int cell_task(struct libscols_line *line, size_t column, const struct fleet_stall *stall)
{
	_cleanup_free_ char *comm = escape_text_dup(stall->comm);

	if (!comm)
		return -ENOMEM;
	if (!stall->comm[0])
		return table_cell(line, column, "-");
	if (!stall->more)
		return table_cell(line, column, "%s:%" PRIu32, comm, stall->tid);
	return table_cell(line, column, "%s:%" PRIu32 " and %" PRIu64 " more", comm, stall->tid,
			  stall->more);
}

static int add_stall(struct libscols_table *table, const struct fleet_stall *stall)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	const char *target = target_name(stall->target);

	if (!line || cell_time(line, 0, stall->real_ns) || cell_host(line, 1, stall->host) ||
	    cell_text(line, 2, stall->patch) ||
	    table_cell(line, 3, "%s", target ? target : "unknown") ||
	    cell_span(line, 4, stall->waited_ns) ||
	    table_cell(line, 5, "%s%s%s", fleet_outcome_name(stall),
		       stall->reversed ? ",reversed" : "", stall->forced ? ",forced" : "") ||
	    cell_task(line, 6, stall) || cell_text(line, 7, stall->why))
		return -ENOMEM;
	return 0;
}

static int stalls(FILE *out, const struct fleet *f, const struct fleet_options *options)
{
	_cleanup_table_ struct libscols_table *table =
		new_table(out, options, stall_columns, ARRAY_SIZE(stall_columns));

	if (!table)
		return -ENOMEM;
	if (!recent__n(&f->stalls))
		return 0;
	for (size_t i = 0; i < recent__n(&f->stalls); i++)
		if (add_stall(table, recent__at(&f->stalls, i)))
			return -ENOMEM;
	title(out, options, "transitions that were held up", recent__earlier(&f->stalls));
	return print(table);
}

static void limit(FILE *out, uint64_t n, const char *text)
{
	if (n)
		fprintf(out, "- %" PRIu64 " %s\n", n, text);
}

static void limits(FILE *out, const struct fleet *f)
{
	uint64_t more_states = 0;

	if (fleet__kept_all(f))
		return;
	for (size_t i = 0; i < f->n_hosts; i++)
		more_states += f->hosts[i]->more_states;
	fputs("\nNOT ALL:\n", out);
	limit(out, f->lost, "records or calls were lost where they were to be recorded");
	limit(out, f->journal_lost, "events did not reach the journal of their host");
	limit(out, f->cut,
	      "entries were cut by journalctl, which leaves out long fields without --all");
	limit(out, f->bad, "lines were not understood");
	limit(out, f->more_hosts, "events of more hosts than are kept");
	limit(out, more_states, "changes of more states of a host than are kept");
	limit(out, recent__earlier(&f->refusals), "earlier refusals are not shown");
	limit(out, recent__earlier(&f->stalls), "earlier stalls are not shown");
	if (f->incomplete)
		fputs("- some events say that a part of them is missing\n", out);
	if (f->no_memory)
		fputs("- there was no memory for all\n", out);
}

static void header(FILE *out, const struct fleet *f)
{
	char from[TIMEFMT_LEN] = "-", to[TIMEFMT_LEN] = "-";
	uint64_t all_refused = 0;
	const char *separator = " (";

	if (f->first_ns) {
		timefmt_iso(from, f->first_ns);
		timefmt_iso(to, f->last_ns);
	}
	for (int i = 0; i < CAUSES; i++)
		all_refused += f->refused[i];
	fprintf(out, "%zu %s, %" PRIu64 " events from %s to %s\n", f->n_hosts,
		f->n_hosts == 1 ? "host" : "hosts", f->events, from, to);
	fprintf(out,
		"%" PRIu64 " attempts to enable a livepatch: %" PRIu64 " accepted, %" PRIu64
		" refused",
		f->attempts, f->accepted, all_refused);
	for (int i = 0; i < CAUSES; i++) {
		if (!f->refused[i])
			continue;
		fprintf(out, "%s%s:%" PRIu64, separator, cause_name(i), f->refused[i]);
		separator = " ";
	}
	fprintf(out, "%s\n%" PRIu64 " transitions, %" PRIu64 " held up, %" PRIu64 " forced\n",
		all_refused ? ")" : "", f->transitions, f->stalls.total, f->forced);
}

int fleet_text(FILE *out, const struct fleet *f, const struct fleet_options *options)
{
	int err;

	if (!options->noheadings) {
		header(out, f);
		if (f->n_hosts)
			title(out, options, "hosts", 0);
	}
	err = hosts(out, f, options);
	if (!err && !options->by_host) {
		err = states(out, f, options);
		err = err ? err : refusals(out, f, options);
		err = err ? err : stalls(out, f, options);
	}
	if (!options->noheadings)
		limits(out, f);
	return err;
}
