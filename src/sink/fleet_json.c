// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "sink/fleet_forms.h"
#include "sink/json_gen.h"
#include "util/cleanup.h"

static void key_time(yajl_gen g, const char *key, int64_t real_ns)
{
	json_key_time(g, key, real_ns, real_ns);
}

static void key_host(yajl_gen g, const struct fleet_host *host)
{
	_cleanup_free_ char *name = fleet_host_name(host);

	json_key_string(g, "host", name);
}

static void write_host(yajl_gen g, const struct fleet_host *host)
{
	yajl_gen_map_open(g);
	key_host(g, host);
	json_key_string(g, "machine_id", *host->machine_id ? host->machine_id : NULL);
	json_key_number(g, "events", host->events);
	json_key_number(g, "attempts", host->attempts);
	json_key_number(g, "accepted", host->accepted);
	json_key_number(g, "refused", host->refused);
	json_key_number(g, "transitions", host->transitions);
	json_key_number(g, "completed", host->completed);
	json_key_number(g, "reversed", host->reversed);
	json_key_number(g, "forced", host->forced);
	json_key_number(g, "stalls", host->stalls);
	json_key_number_or_null(g, "longest_ns", host->longest_ns, host->longest_ns);
	json_key_bool(g, "running", host->running);
	json_key_number(g, "lost", host->lost);
	json_key_number(g, "journal_lost", host->journal_lost);
	key_time(g, "first", host->first_ns);
	key_time(g, "last", host->last_ns);
	json_key_bool(g, "installed_known", host->states_known);
	json_key_number(g, "more_states", host->more_states);
	yajl_gen_map_close(g);
}

static void write_version(yajl_gen g, const struct fleet_version *version)
{
	yajl_gen_map_open(g);
	json_key_number(g, "state", version->id);
	json_key_version(g, "version",
			 !version->none && version->has_version ? &version->version : NULL);
	json_key_string(g, "patch", version->patch);
	json_key_bool(g, "differs", version->differs);
	json_key(g, "hosts");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < version->n_hosts; i++) {
		_cleanup_free_ char *name = fleet_host_name(version->hosts[i]);

		json_string(g, name);
	}
	yajl_gen_array_close(g);
	json_key_number(g, "more_hosts", version->more_hosts);
	yajl_gen_map_close(g);
}

static int write_states(yajl_gen g, const struct fleet *f)
{
	struct fleet_versions versions;
	int err = fleet__versions(f, &versions);

	json_key(g, "states");
	yajl_gen_array_open(g);
	for (size_t i = 0; !err && i < versions.n; i++)
		write_version(g, &versions.list[i]);
	yajl_gen_array_close(g);
	json_key_number(g, "more_states", err ? 0 : versions.more);
	if (!err)
		fleet_versions__clear(&versions);
	return err;
}

static void write_refusal(yajl_gen g, const struct fleet_refusal *refusal)
{
	yajl_gen_map_open(g);
	key_time(g, "time", refusal->real_ns);
	key_host(g, refusal->host);
	json_key_string(g, "patch", refusal->patch);
	json_key_error(g, refusal->error);
	json_key_string(g, "cause", cause_name(refusal->cause));
	json_key_string(g, "explanation", refusal->explanation);
	yajl_gen_map_close(g);
}

static void write_stall(yajl_gen g, const struct fleet_stall *stall)
{
	bool has_task = stall->comm[0];

	yajl_gen_map_open(g);
	key_time(g, "time", stall->real_ns);
	key_host(g, stall->host);
	json_key_string(g, "patch", stall->patch);
	json_key_string(g, "target", target_name(stall->target));
	json_key_string(g, "outcome", fleet_outcome_name(stall));
	json_key_bool(g, "reversed", stall->reversed);
	json_key_bool(g, "forced", stall->forced);
	json_key_number_or_null(g, "waited_ns", stall->waited_ns, stall->waited_ns);
	json_key_string(g, "comm", has_task ? stall->comm : NULL);
	json_key_number_or_null(g, "tid", has_task, stall->tid);
	json_key_string(g, "explanation", stall->why);
	json_key_number(g, "more", stall->more);
	yajl_gen_map_close(g);
}

static void write_rest(yajl_gen g, const struct fleet *f)
{
	json_key(g, "lines");
	yajl_gen_map_open(g);
	json_key_number(g, "others", f->others);
	json_key_number(g, "cut", f->cut);
	json_key_number(g, "bad", f->bad);
	yajl_gen_map_close(g);
	json_key(g, "more");
	yajl_gen_map_open(g);
	json_key_number(g, "events_of_hosts", f->more_hosts);
	json_key_number(g, "refusals", recent__earlier(&f->refusals));
	json_key_number(g, "stalls", recent__earlier(&f->stalls));
	yajl_gen_map_close(g);
	json_key_bool(g, "incomplete", !fleet__kept_all(f));
}

int fleet_json(FILE *out, const struct fleet *f)
{
	yajl_gen g = json_open(out, true);
	int err;

	if (!g)
		return -ENOMEM;
	yajl_gen_map_open(g);
	key_time(g, "first", f->first_ns);
	key_time(g, "last", f->last_ns);
	json_key_number(g, "events", f->events);
	json_key(g, "hosts");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < f->n_hosts; i++)
		write_host(g, f->hosts[i]);
	yajl_gen_array_close(g);
	err = write_states(g, f);
	json_key(g, "refusals");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < recent__n(&f->refusals); i++)
		write_refusal(g, recent__at(&f->refusals, i));
	yajl_gen_array_close(g);
	json_key(g, "stalls");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < recent__n(&f->stalls); i++)
		write_stall(g, recent__at(&f->stalls, i));
	yajl_gen_array_close(g);
	write_rest(g, f);
	yajl_gen_map_close(g);
	yajl_gen_free(g);
	return err;
}
