// SPDX-License-Identifier: GPL-2.0
/* Tasks that hold up a transition, as JSON: in stall events and of the blockers command. */
#include "event/summary.h"
#include "rules/blocker.h"
#include "sink/json_keys.h"
#include "util/cleanup.h"

static void write_probe(struct json_writer *w, const struct probe *probe)
{
	json_begin_object(w);
	json_key_string(w, "kind", probe_kind_name(probe->kind));
	json_key_number_or_null(w, "program_id", probe->prog_id, probe->prog_id);
	json_key_string(w, "name", probe->name[0] ? probe->name : NULL);
	json_key_string(w, "function", probe->function[0] ? probe->function : NULL);
	json_key_number_or_null(w, "pid", probe->pid, probe->pid);
	json_key_string(w, "comm", probe->pid ? probe->comm : NULL);
	json_end_object(w);
}

static void write_blocker(struct json_writer *w, const struct blocker *blocker)
{
	_cleanup_free_ char *explanation = blocker__explanation(blocker);

	json_begin_object(w);
	json_key_number(w, "pid", blocker->pid);
	json_key_number(w, "tid", blocker->tid);
	json_key_string(w, "comm", blocker->comm);
	json_key_bool(w, "kthread", blocker->flags & WIRE_TASK_KTHREAD);
	json_key_string(w, "state", blocker__state(blocker));
	json_key_number(w, "cpu", blocker->cpu);
	json_key_string(w, "cgroup", blocker->cgroup);
	json_key_string(w, "class", blocker_class_name(blocker->class));
	json_key_string(w, "function", blocker->func ? blocker->func->name : NULL);
	json_key_string(w, "object", blocker->object ? blocker->object->name : NULL);
	json_key_string(w, "culprit", blocker->culprit ? blocker->culprit->symbol : NULL);
	json_key(w, "probes");
	json_begin_array(w);
	for (size_t i = 0; i < blocker->n_probes; i++)
		write_probe(w, &blocker->probes[i]);
	json_end_array(w);
	json_key_string(w, "explanation", explanation);
	json_key(w, "unseen");
	json_begin_array(w);
	for (unsigned int bit = 0; bit < UNSEEN_BITS; bit++)
		if (blocker->unseen & 1U << bit)
			json_string(w, blocker_unseen_name(bit));
	json_end_array(w);
	json_key(w, "stack");
	json_begin_array(w);
	for (size_t i = blocker->shown_from; i < blocker->n_frames; i++)
		json_string(w, blocker->frames[i].text ? blocker->frames[i].text : "?");
	json_end_array(w);
	if (blocker->cut)
		json_key_bool(w, "incomplete", true);
	json_end_object(w);
}

void json_key_blockers(struct json_writer *w, const char *key, const struct blockers *blockers)
{
	json_key(w, key);
	json_begin_array(w);
	for (size_t i = 0; i < blockers->n; i++)
		write_blocker(w, &blockers->list[i]);
	json_end_array(w);
}

void json_summary_blocker(struct json_writer *w, const struct summary_blocker *blocker)
{
	json_begin_object(w);
	json_key_number(w, "pid", blocker->pid);
	json_key_number(w, "tid", blocker->tid);
	json_key_string(w, "comm", blocker->comm);
	json_key_bool(w, "kthread", blocker->kthread);
	json_key_string(w, "class", blocker_class_name(blocker->class));
	json_key_string(w, "explanation", blocker->why);
	json_end_object(w);
}
