// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "sink/fleet_forms.h"
#include "sink/json_keys.h"
#include "util/cleanup.h"

static void key_time(struct json_writer *w, const char *key, int64_t real_ns)
{
	json_key_time(w, key, real_ns, real_ns);
}

static void key_host(struct json_writer *w, const struct fleet_host *host)
{
	_cleanup_free_ char *name = fleet_host_name(host);

	json_key_string(w, "host", name);
}

static void write_host(struct json_writer *w, const struct fleet_host *host)
{
	json_begin_object(w);
	key_host(w, host);
	json_key_string(w, "machine_id", *host->machine_id ? host->machine_id : NULL);
	json_key_number(w, "events", host->events);
	json_key_number(w, "attempts", host->attempts);
	json_key_number(w, "accepted", host->accepted);
	json_key_number(w, "refused", host->refused);
	json_key_number(w, "refused_otherwise", host->refused_otherwise);
	json_key_string(w, "broken", host->broken);
	json_key_number(w, "transitions", host->transitions);
	json_key_number(w, "completed", host->completed);
	json_key_number(w, "reversed", host->reversed);
	json_key_number(w, "forced", host->forced);
	json_key_number(w, "stalls", host->stalls);
	json_key_number_or_null(w, "longest_ns", host->longest_ns, host->longest_ns);
	json_key_bool(w, "running", host->running);
	json_key_number(w, "lost", host->lost);
	json_key_number(w, "journal_lost", host->journal_lost);
	key_time(w, "first", host->first_ns);
	key_time(w, "last", host->last_ns);
	json_key_bool(w, "installed_known", host->states_known);
	json_key_number(w, "more_states", host->more_states);
	json_end_object(w);
}

static void write_version(struct json_writer *w, const struct fleet_version *version)
{
	json_begin_object(w);
	json_key_number(w, "state", version->id);
	json_key_version(w, "version",
			 !version->none && version->has_version ? &version->version : NULL);
	json_key_string(w, "patch", version->patch);
	json_key_bool(w, "differs", version->differs);
	json_key(w, "hosts");
	json_begin_array(w);
	for (size_t i = 0; i < version->n_hosts; i++) {
		_cleanup_free_ char *name = fleet_host_name(version->hosts[i]);

		json_string(w, name);
	}
	json_end_array(w);
	json_key_number(w, "more_hosts", version->more_hosts);
	json_end_object(w);
}

static int write_states(struct json_writer *w, const struct fleet *f)
{
	struct fleet_versions versions;
	int err = fleet__versions(f, &versions);

	json_key(w, "states");
	json_begin_array(w);
	for (size_t i = 0; !err && i < versions.n; i++)
		write_version(w, &versions.list[i]);
	json_end_array(w);
	json_key_number(w, "more_states", err ? 0 : versions.more);
	if (!err)
		fleet_versions__clear(&versions);
	return err;
}

static void write_refusal(struct json_writer *w, const struct fleet_refusal *refusal)
{
	json_begin_object(w);
	key_time(w, "time", refusal->real_ns);
	key_host(w, refusal->host);
	json_key_string(w, "patch", refusal->patch);
	json_key_string(w, "action", refused_action_name(refusal->action));
	json_key_string(w, "module", refusal->module);
	json_key_error(w, refusal->error);
	json_key_string(w, "cause", cause_name(refusal->cause));
	json_key_string(w, "explanation", refusal->explanation);
	json_end_object(w);
}

static void write_stall(struct json_writer *w, const struct fleet_stall *stall)
{
	bool has_task = stall->comm[0];

	json_begin_object(w);
	key_time(w, "time", stall->real_ns);
	key_host(w, stall->host);
	json_key_string(w, "patch", stall->patch);
	json_key_string(w, "target", target_name(stall->target));
	json_key_string(w, "outcome", fleet_outcome_name(stall));
	json_key_bool(w, "reversed", stall->reversed);
	json_key_bool(w, "forced", stall->forced);
	json_key_number_or_null(w, "waited_ns", stall->waited_ns, stall->waited_ns);
	json_key_string(w, "comm", has_task ? stall->comm : NULL);
	json_key_number_or_null(w, "tid", has_task, stall->tid);
	json_key_string(w, "explanation", stall->why);
	json_key_number(w, "more", stall->more);
	json_end_object(w);
}

static void write_rest(struct json_writer *w, const struct fleet *f)
{
	json_key(w, "lines");
	json_begin_object(w);
	json_key_number(w, "others", f->others);
	json_key_number(w, "cut", f->cut);
	json_key_number(w, "bad", f->bad);
	json_end_object(w);
	json_key(w, "more");
	json_begin_object(w);
	json_key_number(w, "events_of_hosts", f->more_hosts);
	json_key_number(w, "refusals", recent__earlier(&f->refusals));
	json_key_number(w, "stalls", recent__earlier(&f->stalls));
	json_end_object(w);
	json_key_bool(w, "incomplete", !fleet__kept_all(f));
}

int fleet_json(FILE *out, const struct fleet *f)
{
	struct json_writer *w = json_writer__open(out, true);
	int err;

	if (!w)
		return -ENOMEM;
	json_begin_object(w);
	key_time(w, "first", f->first_ns);
	key_time(w, "last", f->last_ns);
	json_key_number(w, "events", f->events);
	json_key(w, "hosts");
	json_begin_array(w);
	for (size_t i = 0; i < f->n_hosts; i++)
		write_host(w, f->hosts[i]);
	json_end_array(w);
	err = write_states(w, f);
	json_key(w, "refusals");
	json_begin_array(w);
	for (size_t i = 0; i < recent__n(&f->refusals); i++)
		write_refusal(w, recent__at(&f->refusals, i));
	json_end_array(w);
	json_key(w, "stalls");
	json_begin_array(w);
	for (size_t i = 0; i < recent__n(&f->stalls); i++)
		write_stall(w, recent__at(&f->stalls, i));
	json_end_array(w);
	write_rest(w, f);
	json_end_object(w);
	json_writer__close(w);
	return err;
}
