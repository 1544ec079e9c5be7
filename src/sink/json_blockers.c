// SPDX-License-Identifier: GPL-2.0
/* Tasks that hold up a transition, as JSON: in stall events and of the blockers command. */
#include "event/summary.h"
#include "rules/blocker.h"
#include "sink/json_gen.h"
#include "util/cleanup.h"

static void write_probe(yajl_gen g, const struct probe *probe)
{
	yajl_gen_map_open(g);
	json_key_string(g, "kind", probe_kind_name(probe->kind));
	json_key_number_or_null(g, "program_id", probe->prog_id, probe->prog_id);
	json_key_string(g, "name", probe->name[0] ? probe->name : NULL);
	json_key_string(g, "function", probe->function[0] ? probe->function : NULL);
	json_key_number_or_null(g, "pid", probe->pid, probe->pid);
	json_key_string(g, "comm", probe->pid ? probe->comm : NULL);
	yajl_gen_map_close(g);
}

static void write_blocker(yajl_gen g, const struct blocker *blocker)
{
	_cleanup_free_ char *explanation = blocker__explanation(blocker);

	yajl_gen_map_open(g);
	json_key_number(g, "pid", blocker->pid);
	json_key_number(g, "tid", blocker->tid);
	json_key_string(g, "comm", blocker->comm);
	json_key_bool(g, "kthread", blocker->flags & WIRE_TASK_KTHREAD);
	json_key_string(g, "state", blocker__state(blocker));
	json_key_number(g, "cpu", blocker->cpu);
	json_key_string(g, "cgroup", blocker->cgroup);
	json_key_string(g, "class", blocker_class_name(blocker->class));
	json_key_string(g, "function", blocker->func ? blocker->func->name : NULL);
	json_key_string(g, "object", blocker->object ? blocker->object->name : NULL);
	json_key_string(g, "culprit", blocker->culprit ? blocker->culprit->symbol : NULL);
	json_key(g, "probes");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < blocker->n_probes; i++)
		write_probe(g, &blocker->probes[i]);
	yajl_gen_array_close(g);
	json_key_string(g, "explanation", explanation);
	json_key(g, "stack");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < blocker->n_frames; i++)
		json_string(g, blocker->frames[i].text ? blocker->frames[i].text : "?");
	yajl_gen_array_close(g);
	if (blocker->cut)
		json_key_bool(g, "incomplete", true);
	yajl_gen_map_close(g);
}

void json_key_blockers(yajl_gen g, const char *key, const struct blockers *blockers)
{
	json_key(g, key);
	yajl_gen_array_open(g);
	for (size_t i = 0; i < blockers->n; i++)
		write_blocker(g, &blockers->list[i]);
	yajl_gen_array_close(g);
}

void json_summary_blocker(yajl_gen g, const struct summary_blocker *blocker)
{
	yajl_gen_map_open(g);
	json_key_number(g, "pid", blocker->pid);
	json_key_number(g, "tid", blocker->tid);
	json_key_string(g, "comm", blocker->comm);
	json_key_bool(g, "kthread", blocker->kthread);
	json_key_string(g, "class", blocker_class_name(blocker->class));
	json_key_string(g, "explanation", blocker->why);
	yajl_gen_map_close(g);
}
