// SPDX-License-Identifier: GPL-2.0
/* One line an event: time, task, event, patch, words. */
#include <inttypes.h>
#include <string.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/refusal.h"
#include "sink/live_line.h"
#include "sink/sink.h"
#include "sink/summary_table.h"
#include "util/error_name.h"
#include "util/escape.h"
#include "util/timefmt.h"

/* What one line shows of a list before it counts the rest; JSON has all. */
#define STATES_IN_LINE 8
#define FUNCS_IN_LINE  6
#define FRAMES_IN_LINE 8

#define RED    "31"
#define GREEN  "32"
#define YELLOW "33"
#define CYAN   "36"
#define DIM    "2"

static void paint(const struct sink *sink, const char *color)
{
	if (sink->options.color)
		fprintf(sink->out, "\033[%sm", color ? color : "0");
}

static void write_time(struct sink *sink, const struct event *event)
{
	char buf[TIMEFMT_LEN];

	switch (sink->options.time) {
	case TIME_WALL:
		timefmt_wall(buf, event->real_ns);
		break;
	case TIME_ISO:
		timefmt_iso(buf, event->real_ns);
		break;
	case TIME_BOOT:
		timefmt_seconds(buf, event->boot_ns);
		break;
	case TIME_DELTA:
		/* Records of two CPUs may come a few ns out of order. */
		timefmt_seconds(buf, !sink->last_boot_ns || event->boot_ns < sink->last_boot_ns
					     ? 0
					     : event->boot_ns - sink->last_boot_ns);
		break;
	}
	paint(sink, DIM);
	fprintf(sink->out, "%15s ", buf);
	paint(sink, NULL);
}

static void write_padded(FILE *out, const char *name, int width)
{
	size_t written = escape_text(out, name);

	fprintf(out, "%*s ", written < (size_t)width ? width - (int)written : 0, "");
}

static void write_task(struct sink *sink, const char *comm, uint32_t tid)
{
	char task[WIRE_COMM_LEN + 16];

	snprintf(task, sizeof(task), "%s:%u", comm ? comm : "", tid);
	write_padded(sink->out, comm ? task : "-", 20);
}

static const char *kind_color(const struct event *event)
{
	switch (event->kind) {
	case EVENT_REFUSED:
	case EVENT_WARNING:
	case EVENT_LOST:
	case EVENT_INIT_FAILED:
		return RED;
	case EVENT_STATE:
		return CYAN;
	case EVENT_STALL:
		return YELLOW;
	case EVENT_TRANSITION:
		if (event->transition.action == ACTION_COMPLETE)
			return GREEN;
		return event->transition.action == ACTION_START ? NULL : YELLOW;
	default:
		return NULL;
	}
}

static void write_kind(struct sink *sink, const struct event *event)
{
	const char *color = kind_color(event), *name = event_name(event->kind);
	char loud[16];
	size_t i;

	/* What must not be overlooked is loud without colour, too. */
	if (color && !strcmp(color, RED)) {
		for (i = 0; i < sizeof(loud) - 1 && name[i]; i++)
			loud[i] = name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i];
		loud[i] = '\0';
		name = loud;
	}
	if (color)
		paint(sink, color);
	/* The refused patch follows its word closely, as in a sentence. */
	if (event->kind == EVENT_REFUSED)
		fprintf(sink->out, "%s ", name);
	else
		fprintf(sink->out, "%-12s ", name);
	if (color)
		paint(sink, NULL);
}

/* A version, and who has it. A patch without a version is one of a kernel that knows no versions. */
static void write_version(FILE *out, const uint32_t *version, const char *patch)
{
	if (!version) {
		escape_text(out, patch ? patch : "none");
		return;
	}
	fprintf(out, "%u", *version);
	if (patch) {
		fputs(" (", out);
		escape_text(out, patch);
		fputc(')', out);
	}
}

static void write_states(FILE *out, const struct patch *patch, bool versions)
{
	fputs(" states ", out);
	if (!patch->n_states)
		fputs("none", out);
	for (size_t i = 0; i < patch->n_states && i < STATES_IN_LINE; i++) {
		fprintf(out, "%s%" PRIu64, i ? "," : "", patch->states[i].id);
		if (versions)
			fprintf(out, ":%u", patch->states[i].version);
	}
	if (patch->n_states > STATES_IN_LINE)
		fprintf(out, ",... (%zu in all)", patch->n_states);
}

static void write_objects(FILE *out, const struct patch *patch)
{
	size_t shown = 0, funcs = 0;

	for (size_t o = 0; o < patch->n_objects; o++) {
		const struct object *object = &patch->objects[o];

		funcs += object->n_funcs;
		if (shown >= FUNCS_IN_LINE)
			continue;
		fputc(' ', out);
		escape_text(out, object_label(object));
		fputc('(', out);
		for (size_t f = 0; f < object->n_funcs && shown < FUNCS_IN_LINE; f++, shown++) {
			if (f)
				fputc(',', out);
			escape_text(out, object->funcs[f].name);
		}
		fputc(')', out);
	}
	if (funcs > shown)
		fprintf(out, " ... (%zu functions in all)", funcs);
}

static void write_enable(FILE *out, const struct event *event)
{
	const struct patch *patch = event->enable.candidate;

	fprintf(out, "#%" PRIu64, event->attempt);
	if (!patch)
		return;
	fputs(patch->replace ? " replace" : "", out);
	if (event->enable.flags & WIRE_F_NO_STATES)
		fputs(" (this kernel has no states)", out);
	else
		write_states(out, patch, !(event->enable.flags & WIRE_F_NO_VERSION));
	write_objects(out, patch);
}

static void write_refused(FILE *out, const struct event *event)
{
	if (event->refused.action == REFUSED_LOAD) {
		fputs(" module ", out);
		escape_text(out, event->refused.module ? event->refused.module : "?");
	} else if (event->refused.action != REFUSED_ENABLE) {
		fprintf(out, " %s", refused_action_name(event->refused.action));
	}
	if (event->refused.error)
		fprintf(out, " %s: ", error_name(event->refused.error));
	else
		fputs(event->refused.init_ok ? " (the module's init returned 0): "
					     : " (error not known): ",
		      out);
	escape_text(out, event->refused.explanation);
}

static void write_transition(FILE *out, const struct event *event)
{
	const char *target = target_name(event->transition.target);
	uint32_t tries = event->transition.tries;
	char span[TIMEFMT_LEN];

	fprintf(out, "%s to %s", action_name(event->transition.action),
		target ? target : "unknown");
	if (tries)
		fprintf(out, ", %u %s%s", tries, tries == 1 ? "try" : "tries",
			event->transition.joined ? " seen" : "");
	if (event->transition.action != ACTION_COMPLETE)
		return;
	if (event->transition.duration_ns) {
		timefmt_span(span, event->transition.duration_ns);
		fprintf(out, ", %s", span);
	} else {
		fputs(", start not seen", out);
	}
}

static void write_progress(FILE *out, const struct event *event)
{
	char span[TIMEFMT_LEN];

	fprintf(out, "%" PRIu64 " of %" PRIu64 " tasks left", event->progress.remaining,
		event->progress.tasks);
	if (event->progress.elapsed_ns) {
		timefmt_span(span, event->progress.elapsed_ns);
		fprintf(out, ", %s", span);
	}
}

static void write_blocker(FILE *out, const struct blocker *blocker)
{
	const struct frame *frames = blocker->frames + blocker->shown_from;
	size_t n = blocker->n_frames - blocker->shown_from;

	if (blocker->flags & WIRE_TASK_KTHREAD)
		fputs("kernel thread, ", out);
	fputs(blocker__state(blocker), out);
	if (blocker->flags & WIRE_TASK_ON_CPU)
		fprintf(out, " on CPU %u", blocker->cpu);
	fputs(": ", out);
	blocker__explain(out, blocker);
	if (blocker->cgroup && strcmp(blocker->cgroup, "/")) {
		fputs("; cgroup ", out);
		escape_text(out, blocker->cgroup);
	}
	for (size_t i = 0; i < n && i < FRAMES_IN_LINE; i++) {
		fputs(i ? " < " : "; stack ", out);
		escape_text(out, frames[i].text ? frames[i].text : "?");
	}
	if (n > FRAMES_IN_LINE)
		fprintf(out, " ... (%zu frames in all)", n);
}

static void write_state(FILE *out, const struct event *event)
{
	fprintf(out, "state %" PRIu64 ": ", event->state.id);
	if (event->state.from_version || event->state.to_version)
		fputs("version ", out);
	write_version(out, event->state.from_version, event->state.from_patch);
	fputs(" -> ", out);
	write_version(out, event->state.to_version, event->state.to_patch);
}

static void write_caller(FILE *out, const char *caller)
{
	fputs(", called by ", out);
	escape_text(out, caller ? caller : "unknown");
}

static void write_lookup(FILE *out, const struct event *event)
{
	fprintf(out, "%s state %" PRIu64 ": ", event->lookup.function, event->lookup.id);
	if (event->lookup.version)
		fputs("version ", out);
	if (event->lookup.found && !event->lookup.version && !event->lookup.from_patch)
		fputs("found", out);
	else
		write_version(out, event->lookup.version, event->lookup.from_patch);
	write_caller(out, event->lookup.caller);
}

static void write_lost(FILE *out, const struct event *event)
{
	const char *sep = "";

	if (event->lost.records) {
		fprintf(out, "%" PRIu64 " records: the ring buffer was full (try a larger -m)",
			event->lost.records);
		sep = "; ";
	}
	if (event->lost.attempts) {
		fprintf(out, "%s%" PRIu64 " attempts: too many at once", sep, event->lost.attempts);
		sep = "; ";
	}
	if (event->lost.lookups) {
		fprintf(out, "%s%" PRIu64 " lookups not counted: too many callers", sep,
			event->lost.lookups);
		sep = "; ";
	}
	if (event->lost.missed)
		fprintf(out, "%s%" PRIu64 " calls: a hook was met while it was running", sep,
			event->lost.missed);
}

static void write_message(FILE *out, const struct event *event)
{
	switch (event->kind) {
	case EVENT_ENABLE:
		write_enable(out, event);
		break;
	case EVENT_REFUSED:
		write_refused(out, event);
		break;
	case EVENT_TRANSITION:
		write_transition(out, event);
		break;
	case EVENT_PROGRESS:
		write_progress(out, event);
		break;
	case EVENT_STATE:
		write_state(out, event);
		break;
	case EVENT_LOOKUP:
		write_lookup(out, event);
		break;
	case EVENT_LOOKUP_COUNT:
		fprintf(out, "klp_get_state state %" PRIu64 ": %" PRIu64 " %s",
			event->lookup_count.id, event->lookup_count.count,
			event->lookup_count.count == 1 ? "call" : "calls");
		write_caller(out, event->lookup_count.caller);
		break;
	case EVENT_REPLACED:
		fputs("by ", out);
		escape_text(out, event->replaced.by);
		break;
	case EVENT_MESSAGE:
		escape_text(out, event->message.text);
		break;
	case EVENT_LOST:
		write_lost(out, event);
		break;
	case EVENT_WARNING:
		escape_text(out, event->warning.text);
		break;
	case EVENT_INIT_FAILED:
		fprintf(out, "%s after its livepatch was enabled: ",
			error_name(event->init_failed.error));
		escape_text(out, event->init_failed.explanation);
		break;
	case EVENT_STALL: /* a line for each task */
	case EVENT_DISABLE:
	case EVENT_FREED:
	case EVENT_KINDS:
		break;
	}
}

static void write_patch(FILE *out, const struct event *event)
{
	const char *patch = event->patch ? event->patch : "-";

	if (event->kind == EVENT_DISABLE || event->kind == EVENT_FREED)
		escape_text(out, patch); /* no words follow */
	else
		write_padded(out, patch, event->kind == EVENT_REFUSED ? 0 : 16);
}

static void end_line(struct sink *sink, bool incomplete)
{
	if (incomplete)
		fputs(" [incomplete]", sink->out);
	fputc('\n', sink->out);
}

static void write_event(struct sink *sink, const struct event *event)
{
	write_time(sink, event);
	write_task(sink, event->has_task ? event->comm : NULL, event->tid);
	write_kind(sink, event);
	write_patch(sink->out, event);
	write_message(sink->out, event);
	end_line(sink, event->truncated);
}

/* Of a stall, a line for each task; what is not known of one task is said in its own. */
static void write_stall(struct sink *sink, const struct event *event)
{
	const struct blockers *blockers = event->stall.blockers;

	for (size_t i = 0; i < blockers->n; i++) {
		write_time(sink, event);
		write_task(sink, blockers->list[i].comm, blockers->list[i].tid);
		write_kind(sink, event);
		write_patch(sink->out, event);
		write_blocker(sink->out, &blockers->list[i]);
		end_line(sink, event->truncated || blockers->list[i].cut);
	}
	if (!event->stall.more)
		return;
	write_time(sink, event);
	write_task(sink, NULL, 0);
	write_kind(sink, event);
	write_patch(sink->out, event);
	fprintf(sink->out, "%" PRIu64 " more tasks are left that were not looked at",
		event->stall.more);
	end_line(sink, false);
}

void text_message(FILE *out, const struct event *event)
{
	const struct blockers *blockers = event->kind == EVENT_STALL ? event->stall.blockers : NULL;

	fprintf(out, "%s ", event_name(event->kind));
	escape_text(out, event->patch ? event->patch : "-");
	/* These words begin with a blank, or there are none. */
	if (event->kind != EVENT_REFUSED && event->kind != EVENT_DISABLE &&
	    event->kind != EVENT_FREED && event->kind != EVENT_STALL)
		fputc(' ', out);
	write_message(out, event);
	for (size_t i = 0; blockers && i < blockers->n; i++) {
		fputc(i ? '\n' : ' ', out);
		escape_text(out, blockers->list[i].comm);
		fprintf(out, ":%u ", blockers->list[i].tid);
		write_blocker(out, &blockers->list[i]);
	}
	if (event->truncated)
		fputs(" [incomplete]", out);
}

static int text_open(struct sink *sink)
{
	sink->state = calloc(1, sizeof(struct live_line));
	return sink->state ? 0 : -ENOMEM;
}

static void text_close(struct sink *sink)
{
	live_line__hide(sink->state, sink->out);
	free(sink->state);
}

/* What the line below the events shows is not written above it once a second as well. */
static bool is_in_live_line(const struct event *event)
{
	return event->kind == EVENT_PROGRESS ||
	       (event->kind == EVENT_TRANSITION && event->transition.action == ACTION_RETRY);
}

static bool text_event(struct sink *sink, const struct event *event)
{
	struct live_line *line = sink->state;
	bool written = true;

	if (sink->options.live_line) {
		live_line__note(line, event);
		live_line__hide(line, sink->out);
	}
	if ((event->kind == EVENT_PROGRESS && !event->progress.changed) ||
	    (sink->options.live_line && is_in_live_line(event)))
		written = false;
	else if (event->kind == EVENT_STALL)
		write_stall(sink, event);
	else
		write_event(sink, event);
	if (sink->options.live_line)
		live_line__show(line, sink->out);
	return written;
}

static void text_summary(struct sink *sink, const struct summary *summary)
{
	live_line__hide(sink->state, sink->out);
	summary_table(sink->out, summary);
}

const struct sink_ops sink_text = {
	.name = "text",
	.open = text_open,
	.event = text_event,
	.summary = text_summary,
	.close = text_close,
};
