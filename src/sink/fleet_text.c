// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>

#include "rules/refusal.h"
#include "sink/fleet_forms.h"
#include "util/cleanup.h"
#include "util/error_name.h"
#include "util/escape.h"
#include "util/saturate.h"
#include "util/timefmt.h"

/* What a cell shows of a list before it counts the rest. */
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

/* Hosts. */

static void host_states(struct cell *cell, const void *row)
{
	const struct fleet_host *host = row;

	cell_list(cell, "none");
	for (size_t i = 0; i < host->n_states; i++) {
		const struct fleet_state *state = &host->states[i];

		if (!state->patch)
			continue;
		cell_item(cell, "%" PRIu64, state->id);
		if (state->has_version)
			cell_append(cell, ":%" PRIu32, state->version);
	}
	if (!cell->n && !host->states_known)
		cell_none(cell);
}

COLUMN_OF(host_name, fleet_host, cell_take(cell, fleet_host_name(r)))
COLUMN_OF(host_events, fleet_host, cell_number(cell, r->events))
COLUMN_OF(host_attempts, fleet_host, cell_number(cell, r->attempts))
COLUMN_OF(host_accepted, fleet_host, cell_number(cell, r->accepted))
COLUMN_OF(host_refused, fleet_host, cell_number(cell, r->refused))
COLUMN_OF(host_transitions, fleet_host, cell_number(cell, r->transitions))
COLUMN_OF(host_longest, fleet_host, cell_span_or_none(cell, r->longest_ns))
COLUMN_OF(host_stalls, fleet_host, cell_number(cell, r->stalls))
COLUMN_OF(host_forced, fleet_host, cell_number(cell, r->forced))
COLUMN_OF(host_running, fleet_host, cell_bool(cell, r->running))
COLUMN_OF(host_lost, fleet_host, cell_number(cell, sum_u64(r->lost, r->journal_lost)))
COLUMN_OF(host_last, fleet_host, cell_time(cell, r->last_ns, r->last_ns))

static const struct column host_columns[] = {
	{ "HOST", NULL, "its name", 0, host_name },
	{ "EVENTS", NULL, "that it has told", COLUMN_RIGHT, host_events },
	{ "ATTEMPTS", NULL, "attempts to enable a livepatch", COLUMN_RIGHT, host_attempts },
	{ "ACCEPTED", NULL, "of these, accepted", COLUMN_RIGHT, host_accepted },
	{ "REFUSED", NULL, "of these, refused", COLUMN_RIGHT, host_refused },
	{ "TRANSITIONS", NULL, "transitions in both directions", COLUMN_RIGHT, host_transitions },
	{ "LONGEST", "longest_ns", "the longest one that completed", COLUMN_RIGHT, host_longest },
	{ "STALLED", "stalls", "of these, held up", COLUMN_RIGHT, host_stalls },
	{ "FORCED", NULL, "of these, forced", COLUMN_RIGHT, host_forced },
	{ "RUNNING", NULL, "whether one runs at the end", 0, host_running },
	{ "LOST", "all_lost", "events that were lost there, or on the way", COLUMN_RIGHT,
	  host_lost },
	{ "STATES", NULL, "states in force, as ID:VERSION",
	  COLUMN_INLINE | COLUMN_ENTRIES(STATES_IN_CELL), host_states },
	{ "LAST", NULL, "when it was heard of last", 0, host_last },
};

/* States: which hosts have which version. */

static void version_number(struct cell *cell, const void *row)
{
	const struct fleet_version *version = row;

	if (version->none)
		cell_none_but(cell, "none");
	else if (version->has_version)
		cell_number(cell, version->version);
	else
		cell_none(cell);
}

/* How many there are is a column of its own, so the rest is not counted. */
static void show_some_hosts(struct cell *cell, uint64_t more)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; out && i < cell->n && i < HOSTS_IN_CELL; i++) {
		fputs(i ? ", " : "", out);
		escape_text(out, cell->texts[i].s);
	}
	if (out && cell->n + more > HOSTS_IN_CELL)
		fputs(", ...", out);
	if (!out || fclose(out))
		cell->no_memory = true;
	else
		cell_show(cell, "%s", text);
}

static void version_hosts(struct cell *cell, const void *row)
{
	const struct fleet_version *version = row;

	cell_list(cell, "");
	for (size_t i = 0; i < version->n_hosts; i++) {
		_cleanup_free_ char *name = fleet_host_name(version->hosts[i]);

		cell_item(cell, "%s", name ? name : "?");
	}
	if (version->more_hosts)
		cell_item(cell, "(%" PRIu64 " more)", version->more_hosts);
	show_some_hosts(cell, version->more_hosts);
}

COLUMN_OF(version_state, fleet_version, cell_number(cell, r->id))
COLUMN_OF(version_patch, fleet_version, cell_name(cell, r->patch))
COLUMN_OF(version_differs, fleet_version, cell_bool(cell, r->differs))
COLUMN_OF(version_count, fleet_version, cell_number(cell, r->n_hosts + r->more_hosts))

static const struct column version_columns[] = {
	{ "STATE", NULL, "its id", COLUMN_RIGHT, version_state },
	{ "VERSION", NULL, "the one in force", COLUMN_RIGHT, version_number },
	{ "PATCH", NULL, "the livepatch that has it", 0, version_patch },
	{ "DIFFERS", NULL, "whether other hosts have another one", 0, version_differs },
	{ "COUNT", NULL, "of hosts that have this one", COLUMN_RIGHT, version_count },
	{ "HOSTS", NULL, "which", COLUMN_INLINE, version_hosts },
};

/* Refusals. */

COLUMN_OF(refusal_time, fleet_refusal, cell_time(cell, r->real_ns, r->real_ns))
COLUMN_OF(refusal_host, fleet_refusal, cell_take(cell, fleet_host_name(r->host)))
COLUMN_OF(refusal_patch, fleet_refusal, cell_name(cell, r->patch ? r->patch : r->module))
COLUMN_OF(refusal_errno, fleet_refusal, cell_name(cell, r->error ? error_name(r->error) : NULL))
COLUMN_OF(refusal_why, fleet_refusal, cell_name(cell, cause_name(r->cause)))
COLUMN_OF(refusal_explanation, fleet_refusal, cell_name(cell, r->explanation))

static const struct column refusal_columns[] = {
	{ "TIME", NULL, "when it was refused", 0, refusal_time },
	{ "HOST", NULL, "where", 0, refusal_host },
	{ "PATCH", NULL, "name of the livepatch, or of the module that is refused", 0,
	  refusal_patch },
	{ "ERRNO", NULL, "with what error", 0, refusal_errno },
	{ "CAUSE", NULL, "why, as in events", 0, refusal_why },
	{ "EXPLANATION", NULL, "why, in words", 0, refusal_explanation },
};

/* Stalls. */

static void stall_target(struct cell *cell, const void *row)
{
	const char *target = target_name(((const struct fleet_stall *)row)->target);

	if (target)
		cell_words(cell, "%s", target);
	else
		cell_none_but(cell, "unknown");
}

static void stall_task(struct cell *cell, const void *row)
{
	const struct fleet_stall *stall = row;

	if (!stall->comm[0]) {
		cell_none(cell);
		return;
	}
	cell_text(cell, "%s:%" PRIu32, stall->comm, stall->tid);
	if (stall->more)
		cell_append(cell, " and %" PRIu64 " more", stall->more);
}

COLUMN_OF(stall_time, fleet_stall, cell_time(cell, r->real_ns, r->real_ns))
COLUMN_OF(stall_host, fleet_stall, cell_take(cell, fleet_host_name(r->host)))
COLUMN_OF(stall_patch, fleet_stall, cell_name(cell, r->patch))
COLUMN_OF(stall_for, fleet_stall, cell_span_or_none(cell, r->waited_ns))
COLUMN_OF(stall_outcome, fleet_stall,
	  cell_words(cell, "%s%s%s", fleet_outcome_name(r), r->reversed ? ",reversed" : "",
		     r->forced ? ",forced" : ""))
COLUMN_OF(stall_why, fleet_stall, cell_name(cell, r->why))

static const struct column stall_columns[] = {
	{ "TIME", NULL, "when it was first told", 0, stall_time },
	{ "HOST", NULL, "where", 0, stall_host },
	{ "PATCH", NULL, "name of the livepatch", 0, stall_patch },
	{ "TO", "target", "the last target", 0, stall_target },
	{ "FOR", "waited_ns", "how long it was seen to wait", 0, stall_for },
	{ "OUTCOME", NULL, "how it ended", 0, stall_outcome },
	{ "TASK", NULL, "the task that was told first, and how many others", 0, stall_task },
	{ "WHY", "explanation", "why it had not switched", 0, stall_why },
};

static const struct table_type hosts = { "hosts", "hosts", TABLE_COLUMNS(host_columns) };
static const struct table_type states = { "states", "states, by who has which version",
					  TABLE_COLUMNS(version_columns) };
static const struct table_type refusals = { "refusals", "refusals",
					    TABLE_COLUMNS(refusal_columns) };
static const struct table_type stalls = { "stalls", "transitions that were held up",
					  TABLE_COLUMNS(stall_columns) };

const struct table_type *const fleet_table_types[] = { &hosts, &states, &refusals, &stalls, NULL };

static void add_recent(struct table *table, const struct recent *recent)
{
	for (size_t i = 0; i < recent__n(recent); i++)
		table_row(table, recent__at(recent, i));
}

static int add_states(struct table *table, const struct fleet *f, uint64_t *more)
{
	struct fleet_versions versions;
	int err = fleet__versions(f, &versions);

	if (err)
		return err;
	for (size_t i = 0; i < versions.n; i++)
		table_row(table, &versions.list[i]);
	*more = versions.more;
	fleet_versions__clear(&versions);
	return 0;
}

/* Fills a table; @more: what is not in it. */
static int add_rows(struct table *table, const struct table_type *type, const struct fleet *f,
		    uint64_t *more)
{
	*more = 0;
	if (type == &states)
		return add_states(table, f, more);
	if (type == &hosts) {
		for (size_t i = 0; i < f->n_hosts; i++)
			table_row(table, f->hosts[i]);
		return 0;
	}
	add_recent(table, type == &refusals ? &f->refusals : &f->stalls);
	*more = recent__earlier(type == &refusals ? &f->refusals : &f->stalls);
	return 0;
}

/* A part of several has a title above it. */
static void title(FILE *out, const struct table_type *type, uint64_t earlier)
{
	fprintf(out, "\n%s", type->title);
	if (earlier)
		fprintf(out, " (%" PRIu64 " earlier ones are not shown)", earlier);
	fputs(":\n", out);
}

static int part(FILE *out, const struct table_type *type, const struct fleet *f,
		const struct table_options *options)
{
	_cleanup_table_ struct table *table = table_new(type, options);
	bool headings = !options->noheadings;
	uint64_t more;
	int err = add_rows(table, type, f, &more);

	if (err)
		return err;
	if (headings && table_rows(table))
		title(out, type, type == &states ? 0 : more);
	err = table_print(table, out);
	if (headings && type == &states && more)
		fprintf(out, "(%" PRIu64 " more states are not shown)\n", more);
	return err;
}

/* One table, and nothing else. */
static int chosen_table(FILE *out, const struct fleet *f, const struct table_options *options,
			bool json)
{
	const struct table_type *type = table_find(fleet_table_types, options);
	_cleanup_table_ struct table *table = table_new(type, options);
	uint64_t more;
	int err = add_rows(table, type, f, &more);

	if (err)
		return err;
	return json ? table_json(table, out) : table_print(table, out);
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

/* Hosts whose kernel is broken are named up to here, then counted. */
#define BROKEN_IN_TEXT 16

static void broken(FILE *out, const struct fleet_host *host)
{
	_cleanup_free_ char *name = fleet_host_name(host);

	fputs("INIT FAILED on ", out);
	escape_text(out, name ? name : "?");
	fputs(" after its livepatch ", out);
	escape_text(out, host->broken);
	fputs(" was enabled: the kernel has freed code that is in use; plan a reboot\n", out);
}

static void header(FILE *out, const struct fleet *f)
{
	char from[TIMEFMT_LEN] = "-", to[TIMEFMT_LEN] = "-";
	uint64_t all_refused = 0;
	size_t n_broken = 0;
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
	if (f->refused_otherwise)
		fprintf(out, "besides, refused: %" PRIu64 " disables, other writes and modules\n",
			f->refused_otherwise);
	for (size_t i = 0; i < f->n_hosts; i++)
		if (f->hosts[i]->broken && n_broken++ < BROKEN_IN_TEXT)
			broken(out, f->hosts[i]);
	if (n_broken > BROKEN_IN_TEXT)
		fprintf(out, "and on %zu more hosts\n", n_broken - BROKEN_IN_TEXT);
}

int fleet_text(FILE *out, const struct fleet *f, const struct fleet_options *options)
{
	const struct table_options *shown = &options->table;
	int err;

	if (table_chosen(shown))
		return chosen_table(out, f, shown, false);
	if (!shown->noheadings)
		header(out, f);
	err = part(out, &hosts, f, shown);
	for (int i = 1; !err && !options->by_host && fleet_table_types[i]; i++)
		err = part(out, fleet_table_types[i], f, shown);
	if (!shown->noheadings)
		limits(out, f);
	return err;
}

int fleet_table_json(FILE *out, const struct fleet *f, const struct table_options *options)
{
	return chosen_table(out, f, options, true);
}
