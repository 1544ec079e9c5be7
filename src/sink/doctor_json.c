// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "sink/doctor.h"
#include "sink/json_keys.h"

static const struct {
	const char *list; /* key of the section */
	const char *name; /* key of a finding's name */
} sections[DOCTOR_SECTIONS] = {
	[DOCTOR_KERNEL] = { "checks", "check" },
	[DOCTOR_HOOKS] = { "hooks", "hook" },
	[DOCTOR_FIELDS] = { "structures", "structure" },
	[DOCTOR_PROBES] = { "probes", "kind" },
};

/* "a b c" as an array; NULL is empty. */
static void write_list(struct json_writer *w, const char *key, const char *list)
{
	json_key(w, key);
	json_begin_array(w);
	while (list && *list) {
		size_t len = strcspn(list, " ");

		json_text(w, list, len);
		list += len;
		list += *list == ' ';
	}
	json_end_array(w);
}

static void write_owners(struct json_writer *w, const struct foreign_owners *owners)
{
	size_t kept = owners->n < FOREIGN_OWNERS_MAX ? owners->n : FOREIGN_OWNERS_MAX;

	json_key(w, "owners");
	json_begin_array(w);
	for (size_t i = 0; i < kept; i++) {
		json_begin_object(w);
		json_key_number(w, "pid", owners->list[i].pid);
		json_key_string(w, "comm", owners->list[i].comm);
		json_end_object(w);
	}
	json_end_array(w);
	json_key_number(w, "owners_not_shown", owners->n - kept);
}

static const char *or_null(const char *s)
{
	return s[0] ? s : NULL;
}

static void write_probe(struct json_writer *w, const struct doctor_probe *probe)
{
	json_key_string(w, "function", or_null(probe->function));
	json_key_number(w, "functions", probe->functions);
	json_key_number(w, "offset", probe->offset);
	json_key_string(w, "module", or_null(probe->module));
	json_key(w, "program");
	if (probe->program) {
		json_begin_object(w);
		json_key_number(w, "id", probe->program);
		json_key_string(w, "name", or_null(probe->program_name));
		json_end_object(w);
	} else {
		json_null(w);
	}
	json_key_string(w, "event", or_null(probe->event));
	json_key_string(w, "livepatch", or_null(probe->patch));
	write_owners(w, &probe->owners);
}

static void write_finding(struct json_writer *w, const struct doctor_finding *finding)
{
	json_begin_object(w);
	json_key_string(w, sections[finding->section].name, finding->name);
	json_key_string(w, "verdict", doctor_verdict_name(finding->verdict));
	if (finding->section == DOCTOR_FIELDS) {
		write_list(w, "fields", finding->text);
		write_list(w, "missing", finding->missing);
	} else {
		json_key_string(w, "text", finding->text);
	}
	if (finding->section == DOCTOR_HOOKS) {
		json_key_string(w, "method", finding->method);
		json_key_string(w, "tracepoint", finding->tracepoint);
	}
	if (finding->probe)
		write_probe(w, finding->probe);
	json_key_string(w, "consequence", finding->consequence);
	json_key_string(w, "remedy", finding->remedy);
	json_end_object(w);
}

int doctor_json(FILE *out, const struct doctor *doctor)
{
	struct json_writer *w = json_writer__open(out, true);

	if (!w)
		return -ENOMEM;
	json_begin_object(w);
	json_key_string(w, "kernel", doctor->kernel);
	json_key_string(w, "verdict", doctor_verdict_name(doctor_verdict(doctor)));
	for (int section = 0; section < DOCTOR_SECTIONS; section++) {
		json_key(w, sections[section].list);
		json_begin_array(w);
		for (size_t i = 0; i < doctor->n; i++)
			if (doctor->list[i].section == (enum doctor_section)section)
				write_finding(w, &doctor->list[i]);
		json_end_array(w);
	}
	json_end_object(w);
	json_writer__close(w);
	return 0;
}
