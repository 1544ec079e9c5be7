// SPDX-License-Identifier: GPL-2.0
#include "facts/wire_check.h"

/* Sizes that a record of each type may have; names and arrays at the end vary. */
static const struct {
	size_t min, max;
} sizes[] = {
	[WIRE_WALK_BEGIN] = { sizeof(struct wire_walk_begin), sizeof(struct wire_walk_begin) },
	[WIRE_PATCH] = { offsetof(struct wire_patch, name), sizeof(struct wire_patch) },
	[WIRE_STATES] = { offsetof(struct wire_states, state), sizeof(struct wire_states) },
	[WIRE_OBJECT] = { sizeof(struct wire_object), sizeof(struct wire_object) },
	[WIRE_FUNC] = { offsetof(struct wire_func, name), sizeof(struct wire_func) },
	[WIRE_WALK_END] = { sizeof(struct wire_walk_end), sizeof(struct wire_walk_end) },
	[WIRE_CODE] = { sizeof(struct wire_code), sizeof(struct wire_code) },
	[WIRE_TASK] = { offsetof(struct wire_task, frame), sizeof(struct wire_task) },
	[WIRE_UNWOUND] = { sizeof(struct wire_unwound), sizeof(struct wire_unwound) },
	[WIRE_DEEPER] = { offsetof(struct wire_deeper, frame), sizeof(struct wire_deeper) },
	[WIRE_FRAME] = { offsetof(struct wire_frame, text), sizeof(struct wire_frame) },
	[WIRE_CGROUP] = { offsetof(struct wire_cgroup, path), sizeof(struct wire_cgroup) },
	[WIRE_PROBE] = { sizeof(struct wire_probe), sizeof(struct wire_probe) },
	[WIRE_PROGRESS] = { sizeof(struct wire_progress), sizeof(struct wire_progress) },
	[WIRE_RESULT] = { sizeof(struct wire_result), sizeof(struct wire_result) },
	[WIRE_TRANSITION] = { sizeof(struct wire_transition), sizeof(struct wire_transition) },
	[WIRE_MESSAGE] = { offsetof(struct wire_message, text), sizeof(struct wire_message) },
	[WIRE_LOOKUP] = { sizeof(struct wire_lookup), sizeof(struct wire_lookup) },
	[WIRE_FREED] = { sizeof(struct wire_freed), sizeof(struct wire_freed) },
	[WIRE_CLOCK] = { sizeof(struct wire_clock), sizeof(struct wire_clock) },
	[WIRE_LOST] = { sizeof(struct wire_lost), sizeof(struct wire_lost) },
	[WIRE_LOOKUP_COUNT] = { sizeof(struct wire_lookup_count),
				sizeof(struct wire_lookup_count) },
	[WIRE_HOOKS] = { sizeof(struct wire_hooks), sizeof(struct wire_hooks) },
	[WIRE_BREAK] = { sizeof(struct wire_break), sizeof(struct wire_break) },
	[WIRE_WRITE] = { sizeof(struct wire_write), sizeof(struct wire_write) },
	[WIRE_OBJECT_RESULT] = { sizeof(struct wire_object_result),
				 sizeof(struct wire_object_result) },
	[WIRE_LOAD] = { sizeof(struct wire_load), sizeof(struct wire_load) },
	[WIRE_SETTLED] = { sizeof(struct wire_settled), sizeof(struct wire_settled) },
	[WIRE_SNAPSHOT] = { sizeof(struct wire_snapshot), sizeof(struct wire_snapshot) },
};

static bool check_fields(const struct wire_hdr *hdr)
{
	switch (hdr->type) {
	case WIRE_WALK_BEGIN: {
		const struct wire_walk_begin *rec = (const void *)hdr;

		return rec->kind >= WIRE_WALK_ENABLE && rec->kind <= WIRE_WALK_STALL;
	}
	case WIRE_STATES: {
		const struct wire_states *rec = (const void *)hdr;

		return rec->n <= WIRE_STATES_CHUNK &&
		       hdr->size ==
			       offsetof(struct wire_states, state) + rec->n * sizeof(rec->state[0]);
	}
	case WIRE_TASK: {
		const struct wire_task *rec = (const void *)hdr;

		return rec->n_frames <= WIRE_FRAMES &&
		       hdr->size == offsetof(struct wire_task, frame) +
					    rec->n_frames * sizeof(rec->frame[0]);
	}
	case WIRE_UNWOUND: {
		const struct wire_unwound *rec = (const void *)hdr;

		return rec->end < WIRE_UNWOUND_ENDS;
	}
	case WIRE_DEEPER: {
		const struct wire_deeper *rec = (const void *)hdr;

		return rec->n_frames <= WIRE_MAX_FRAMES - WIRE_FRAMES &&
		       hdr->size == offsetof(struct wire_deeper, frame) +
					    rec->n_frames * sizeof(rec->frame[0]);
	}
	case WIRE_TRANSITION: {
		const struct wire_transition *rec = (const void *)hdr;

		return rec->action >= WIRE_ACTION_START && rec->action <= WIRE_ACTION_DISABLE;
	}
	case WIRE_MESSAGE: {
		const struct wire_message *rec = (const void *)hdr;

		return hdr->size == offsetof(struct wire_message, text) + (size_t)rec->len;
	}
	case WIRE_WRITE: {
		const struct wire_write *rec = (const void *)hdr;

		return rec->file == WIRE_FILE_ENABLED || rec->file == WIRE_FILE_FORCE;
	}
	case WIRE_LOOKUP: {
		const struct wire_lookup *rec = (const void *)hdr;

		return rec->kind == WIRE_LOOKUP_PREV_STATE || rec->kind == WIRE_LOOKUP_STATE;
	}
	default:
		return true;
	}
}

bool wire_check(const void *data, size_t size)
{
	const struct wire_hdr *hdr = data;

	if (size < sizeof(*hdr) || hdr->size != size)
		return false;
	if (hdr->type >= sizeof(sizes) / sizeof(sizes[0]) || !sizes[hdr->type].max)
		return false;
	if (size < sizes[hdr->type].min || size > sizes[hdr->type].max)
		return false;
	return check_fields(hdr);
}
