// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "sink/doctor.h"
#include "sink/json_gen.h"

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
static void write_list(yajl_gen g, const char *key, const char *list)
{
	json_key(g, key);
	yajl_gen_array_open(g);
	while (list && *list) {
		size_t len = strcspn(list, " ");

		yajl_gen_string(g, (const unsigned char *)list, len);
		list += len;
		list += *list == ' ';
	}
	yajl_gen_array_close(g);
}

static void write_owners(yajl_gen g, const struct foreign_owners *owners)
{
	size_t kept = owners->n < FOREIGN_OWNERS_MAX ? owners->n : FOREIGN_OWNERS_MAX;

	json_key(g, "owners");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < kept; i++) {
		yajl_gen_map_open(g);
		json_key_number(g, "pid", owners->list[i].pid);
		json_key_string(g, "comm", owners->list[i].comm);
		yajl_gen_map_close(g);
	}
	yajl_gen_array_close(g);
	json_key_number(g, "owners_not_shown", owners->n - kept);
}

static const char *or_null(const char *s)
{
	return s[0] ? s : NULL;
}

static void write_probe(yajl_gen g, const struct doctor_probe *probe)
{
	json_key_string(g, "function", or_null(probe->function));
	json_key_number(g, "functions", probe->functions);
	json_key_number(g, "offset", probe->offset);
	json_key_string(g, "module", or_null(probe->module));
	json_key(g, "program");
	if (probe->program) {
		yajl_gen_map_open(g);
		json_key_number(g, "id", probe->program);
		json_key_string(g, "name", or_null(probe->program_name));
		yajl_gen_map_close(g);
	} else {
		yajl_gen_null(g);
	}
	json_key_string(g, "event", or_null(probe->event));
	json_key_string(g, "livepatch", or_null(probe->patch));
	write_owners(g, &probe->owners);
}

static void write_finding(yajl_gen g, const struct doctor_finding *finding)
{
	yajl_gen_map_open(g);
	json_key_string(g, sections[finding->section].name, finding->name);
	json_key_string(g, "verdict", doctor_verdict_name(finding->verdict));
	if (finding->section == DOCTOR_FIELDS) {
		write_list(g, "fields", finding->text);
		write_list(g, "missing", finding->missing);
	} else {
		json_key_string(g, "text", finding->text);
	}
	if (finding->section == DOCTOR_HOOKS) {
		json_key_string(g, "method", finding->method);
		json_key_string(g, "tracepoint", finding->tracepoint);
	}
	if (finding->probe)
		write_probe(g, finding->probe);
	json_key_string(g, "consequence", finding->consequence);
	json_key_string(g, "remedy", finding->remedy);
	yajl_gen_map_close(g);
}

int doctor_json(FILE *out, const struct doctor *doctor)
{
	yajl_gen g = json_open(out, true);

	if (!g)
		return -ENOMEM;
	yajl_gen_map_open(g);
	json_key_string(g, "kernel", doctor->kernel);
	json_key_string(g, "verdict", doctor_verdict_name(doctor_verdict(doctor)));
	for (int section = 0; section < DOCTOR_SECTIONS; section++) {
		json_key(g, sections[section].list);
		yajl_gen_array_open(g);
		for (size_t i = 0; i < doctor->n; i++)
			if (doctor->list[i].section == (enum doctor_section)section)
				write_finding(g, &doctor->list[i]);
		yajl_gen_array_close(g);
	}
	yajl_gen_map_close(g);
	yajl_gen_free(g);
	return 0;
}
