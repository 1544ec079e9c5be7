// SPDX-License-Identifier: GPL-2.0
#include "sink/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "event/event.h"
#include "rules/states.h"
#include "util/array.h"
#include "util/attributes.h"
#include "util/cleanup.h"
#include "util/escape.h"
#include "util/timefmt.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

enum type { GAUGE, COUNTER, INFO, HISTOGRAM, SUMMARY };

struct writer;

struct family {
	const char *name; /* without "klpscope_", and without what its type adds */
	enum type type;
	const char *unit; /* NULL: it has none */
	const char *help;
	void (*samples)(struct writer *w, const struct metrics *m);
};

struct writer {
	FILE *out;
	enum metrics_form form;
	const struct family *family;
	bool begun; /* what comes before its first sample was written */
	bool no_memory;
	/* States in force, of which the first are written. */
	struct state_force states[METRICS_STATES_MAX];
	uint64_t n_states;
};

static const struct {
	const char *openmetrics, *classic, *suffix;
} types[] = {
	[GAUGE] = { "gauge", "gauge", "" },
	[COUNTER] = { "counter", "counter", "_total" },
	/* The classic format has none. */
	[INFO] = { "info", "gauge", "_info" },
	[HISTOGRAM] = { "histogram", "histogram", "" },
	[SUMMARY] = { "summary", "summary", "" },
};

/* A family of the classic format is named as its samples are. */
static void begin(struct writer *w)
{
	const struct family *f = w->family;
	bool classic = w->form == METRICS_CLASSIC;
	const char *suffix = classic ? types[f->type].suffix : "";

	if (w->begun)
		return;
	w->begun = true;
	if (classic)
		fprintf(w->out, "# HELP klpscope_%s%s %s\n", f->name, suffix, f->help);
	fprintf(w->out, "# TYPE klpscope_%s%s %s\n", f->name, suffix,
		classic ? types[f->type].classic : types[f->type].openmetrics);
	if (classic)
		return;
	if (f->unit)
		fprintf(w->out, "# UNIT klpscope_%s %s\n", f->name, f->unit);
	fprintf(w->out, "# HELP klpscope_%s %s\n", f->name, f->help);
}

static void label_value(struct writer *w, const char *value)
{
	_cleanup_free_ char *text = escape_text_dup(value);

	w->no_memory |= !text;
	for (const char *c = text; c && *c; c++) {
		if (*c == '"' || *c == '\\')
			fputc('\\', w->out);
		fputc(*c, w->out);
	}
}

/* Pairs of strings, for number() and seconds(). */
#define LABELS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* A line up to its value; NULL: no labels. */
static void start_sample(struct writer *w, const char *const *labels)
{
	const char *separator = "{";

	begin(w);
	fprintf(w->out, "klpscope_%s%s", w->family->name, types[w->family->type].suffix);
	for (; labels && *labels; labels += 2) {
		fprintf(w->out, "%s%s=\"", separator, labels[0]);
		label_value(w, labels[1]);
		fputc('"', w->out);
		separator = ",";
	}
	fputs(*separator == ',' ? "} " : " ", w->out);
}

static void number(struct writer *w, uint64_t value, const char *const *labels)
{
	start_sample(w, labels);
	fprintf(w->out, "%" PRIu64 "\n", value);
}

static void put_seconds(FILE *out, uint64_t ns)
{
	const uint64_t second = NSEC_PER_SEC;

	fprintf(out, "%" PRIu64 ".%09" PRIu64 "\n", ns / second, ns % second);
}

static void seconds(struct writer *w, uint64_t ns, const char *const *labels)
{
	start_sample(w, labels);
	put_seconds(w->out, ns);
}

static void build(struct writer *w, const struct metrics *m _unused_)
{
	number(w, 1, LABELS("version", VERSION));
}

static void kernel(struct writer *w, const struct metrics *m)
{
	if (m->release && *m->release)
		number(w, 1, LABELS("release", m->release));
}

static void livepatches(struct writer *w, const struct metrics *m)
{
	if (m->installed)
		number(w, m->installed->installed.n_patches, NULL);
}

/* Names are unique in the kernel, but may not be in a damaged recording; a series must be. */
static bool is_first(const struct facts *facts, size_t from, size_t i)
{
	for (size_t before = from; before < i; before++)
		if (!strcmp(facts->patches[before].name, facts->patches[i].name))
			return false;
	return true;
}

static const char *yes_no(bool yes)
{
	return yes ? "true" : "false";
}

typedef void (*patch_fn)(struct writer *w, const struct patch *patch, size_t order);

static void each_patch(struct writer *w, const struct metrics *m, patch_fn fn)
{
	const struct facts *facts = m->installed ? &m->installed->installed : NULL;
	size_t from = facts && facts->n_patches > METRICS_PATCHES_MAX
			      ? facts->n_patches - METRICS_PATCHES_MAX
			      : 0;

	for (size_t i = from; facts && i < facts->n_patches; i++)
		if (is_first(facts, from, i))
			fn(w, &facts->patches[i], i + 1);
}

static void patch_info(struct writer *w, const struct patch *patch, size_t order _unused_)
{
	number(w, 1, LABELS("livepatch", patch->name, "replace", yes_no(patch->replace)));
}

static void livepatch(struct writer *w, const struct metrics *m)
{
	each_patch(w, m, patch_info);
}

static void patch_order(struct writer *w, const struct patch *patch, size_t order)
{
	number(w, order, LABELS("livepatch", patch->name));
}

static void livepatch_order(struct writer *w, const struct metrics *m)
{
	each_patch(w, m, patch_order);
}

static void patch_enabled(struct writer *w, const struct patch *patch, size_t order _unused_)
{
	number(w, patch->enabled, LABELS("livepatch", patch->name));
}

static void livepatch_enabled(struct writer *w, const struct metrics *m)
{
	each_patch(w, m, patch_enabled);
}

static void patch_forced(struct writer *w, const struct patch *patch, size_t order _unused_)
{
	number(w, patch->forced, LABELS("livepatch", patch->name));
}

static void livepatch_forced(struct writer *w, const struct metrics *m)
{
	each_patch(w, m, patch_forced);
}

static void keep_state(void *ctx, const struct state_force *state)
{
	struct writer *w = ctx;

	if (w->n_states < METRICS_STATES_MAX)
		w->states[w->n_states] = *state;
	w->n_states++;
}

typedef void (*state_fn)(struct writer *w, const struct state_force *state);

static void each_state(struct writer *w, state_fn fn)
{
	for (uint64_t i = 0; i < w->n_states && i < METRICS_STATES_MAX; i++)
		fn(w, &w->states[i]);
}

static const char *id_text(char text[24], uint64_t id)
{
	snprintf(text, 24, "%" PRIu64, id);
	return text;
}

static void version_of(struct writer *w, const struct state_force *state)
{
	char id[24];

	if (state->holder && !state->no_version)
		number(w, state->version, LABELS("state", id_text(id, state->id)));
}

static void state_version(struct writer *w, const struct metrics *m _unused_)
{
	each_state(w, version_of);
}

static void holder_of(struct writer *w, const struct state_force *state)
{
	char id[24];

	if (state->holder)
		number(w, 1,
		       LABELS("state", id_text(id, state->id), "livepatch", state->holder->name));
}

static void state_holder_info(struct writer *w, const struct metrics *m _unused_)
{
	each_state(w, holder_of);
}

static uint64_t beyond(uint64_t n, uint64_t max)
{
	return n > max ? n - max : 0;
}

static void left_out(struct writer *w, const struct metrics *m)
{
	if (!m->installed)
		return;
	number(w, beyond(m->installed->installed.n_patches, METRICS_PATCHES_MAX),
	       LABELS("what", "livepatches"));
	number(w, beyond(w->n_states, METRICS_STATES_MAX), LABELS("what", "states"));
}

static bool events_incomplete(const struct report *r)
{
	return r->truncated || r->no_memory || r->interrupted || r->kinds[EVENT_LOST];
}

static void incomplete(struct writer *w, const struct metrics *m)
{
	if (m->installed)
		number(w, m->incomplete, LABELS("what", "installed"));
	if (m->report)
		number(w, events_incomplete(m->report), LABELS("what", "events"));
}

static void transition_running(struct writer *w, const struct metrics *m)
{
	if (m->transition.known)
		number(w, m->transition.patch != NULL, NULL);
}

static void transition(struct writer *w, const struct metrics *m)
{
	const char *target = target_name(m->transition.target);

	if (m->transition.patch)
		number(w, 1,
		       LABELS("livepatch", m->transition.patch, "target",
			      target ? target : "unknown"));
}

static void transition_start(struct writer *w, const struct metrics *m)
{
	if (m->transition.patch && m->transition.since_real_ns > 0)
		seconds(w, m->transition.since_real_ns, NULL);
}

static void transition_stalled(struct writer *w, const struct metrics *m)
{
	if (m->transition.patch && m->transition.stalled_real_ns > 0)
		seconds(w, m->transition.stalled_real_ns, NULL);
}

static void tasks_remaining(struct writer *w, const struct metrics *m)
{
	if (m->transition.known && !m->transition.patch)
		number(w, 0, NULL);
	else if (m->transition.patch && m->transition.has_tasks)
		number(w, m->transition.tasks_left, NULL);
}

static void attempts(struct writer *w, const struct metrics *m)
{
	if (m->report)
		number(w, m->report->attempts, NULL);
}

static void accepted(struct writer *w, const struct metrics *m)
{
	if (m->report)
		number(w, m->report->accepted, NULL);
}

/* All causes, so that the first refusal is an increase. */
static void refusals(struct writer *w, const struct metrics *m)
{
	for (int i = 0; m->report && i < CAUSES_OF_ATTEMPTS; i++)
		number(w, m->report->refused[i], LABELS("cause", cause_name(i)));
}

static void refused_otherwise(struct writer *w, const struct metrics *m)
{
	for (int i = REFUSED_ENABLE + 1; m->report && i < REFUSED_ACTIONS; i++)
		number(w, m->report->refused_otherwise[i],
		       LABELS("action", refused_action_name(i)));
}

static void actions(struct writer *w, const struct metrics *m)
{
	for (int i = 0; m->report && i < ACTIONS; i++)
		number(w, m->report->actions[i], LABELS("action", action_name(i)));
}

static void bucket(struct writer *w, const char *bound, uint64_t n)
{
	begin(w);
	fprintf(w->out, "klpscope_%s_bucket{le=\"%s\"} %" PRIu64 "\n", w->family->name, bound, n);
}

static void sum_and_count(struct writer *w, const struct histogram *histogram)
{
	begin(w);
	fprintf(w->out, "klpscope_%s_sum ", w->family->name);
	put_seconds(w->out, histogram->sum);
	fprintf(w->out, "klpscope_%s_count %" PRIu64 "\n", w->family->name, histogram->n);
}

static void durations(struct writer *w, const struct metrics *m)
{
	for (int i = 0; m->report && i < REPORT_BOUNDS; i++) {
		char bound[32];

		snprintf(bound, sizeof(bound), "%g", (double)report_bounds[i] / NSEC_PER_SEC);
		/* OpenMetrics has one way to write a number as a label. */
		if (w->form == METRICS_OPENMETRICS && !strchr(bound, '.'))
			strcat(bound, ".0");
		bucket(w, bound, m->report->durations_up_to[i]);
	}
	if (!m->report)
		return;
	bucket(w, "+Inf", m->report->durations.n);
	sum_and_count(w, &m->report->durations);
}

static void events(struct writer *w, const struct metrics *m)
{
	for (int i = 0; m->report && i < EVENT_KINDS; i++)
		number(w, m->report->kinds[i], LABELS("event", event_name(i)));
}

static void last_event(struct writer *w, const struct metrics *m)
{
	if (m->report && m->report->last_event_real_ns > 0)
		seconds(w, m->report->last_event_real_ns, NULL);
}

static void lost(struct writer *w, const struct metrics *m)
{
	if (!m->report)
		return;
	number(w, m->report->lost.records, LABELS("what", "records"));
	number(w, m->report->lost.attempts, LABELS("what", "attempts"));
	number(w, m->report->lost.lookups, LABELS("what", "lookups"));
	number(w, m->report->lost.missed, LABELS("what", "missed"));
}

static void task_scans(struct writer *w, const struct metrics *m)
{
	if (m->report)
		sum_and_count(w, &m->report->passes);
}

static void recorder_running(struct writer *w, const struct metrics *m)
{
	if (m->recorder)
		number(w, m->recorder->running, NULL);
}

static void recorder_start(struct writer *w, const struct metrics *m)
{
	if (m->recorder)
		seconds(w, m->recorder->begin_real_ns, NULL);
}

static void recorder_waiting(struct writer *w, const struct metrics *m)
{
	if (m->recorder)
		number(w, m->recorder->waiting, NULL);
}

static void recorder_records(struct writer *w, const struct metrics *m)
{
	if (m->recorder)
		number(w, m->recorder->records, NULL);
}

static void recorder_bytes(struct writer *w, const struct metrics *m)
{
	if (m->recorder)
		number(w, m->recorder->bytes, NULL);
}

static void recorder_cpu(struct writer *w, const struct metrics *m)
{
	if (m->recorder)
		seconds(w, m->recorder->cpu_ns, NULL);
}

static void recorder_memory(struct writer *w, const struct metrics *m)
{
	if (m->recorder && m->recorder->resident)
		number(w, m->recorder->resident, NULL);
}

static void recorder_failures(struct writer *w, const struct metrics *m)
{
	if (m->recorder)
		number(w, m->recorder->failures, NULL);
}

static void freed_in_use(struct writer *w, const struct metrics *m)
{
	bool broken = (m->installed && m->installed->broken[0]) ||
		      (m->report && m->report->kinds[EVENT_INIT_FAILED]);

	if (m->installed || m->report)
		number(w, broken, NULL);
}

static const struct family families[] = {
	{ "build", INFO, NULL, "The klpscope that wrote this.", build },
	{ "kernel", INFO, NULL, "The kernel that this is about.", kernel },
	{ "livepatches", GAUGE, NULL, "Livepatches that are installed.", livepatches },
	{ "livepatch", INFO, NULL, "An installed livepatch, and whether it is cumulative.",
	  livepatch },
	{ "livepatch_order", GAUGE, NULL, "Its place in the order of enabling, from 1.",
	  livepatch_order },
	{ "livepatch_enabled", GAUGE, NULL, "Whether it is enabled, or on its way there.",
	  livepatch_enabled },
	{ "livepatch_forced", GAUGE, NULL,
	  "Whether a transition of it was forced, so that its module can never be unloaded.",
	  livepatch_forced },
	{ "freed_in_use", GAUGE, NULL,
	  "Whether the kernel has freed the code of a livepatch that is in use: plan a reboot.",
	  freed_in_use },
	{ "state_version", GAUGE, NULL, "Version of a system state in force.", state_version },
	{ "state_holder", INFO, NULL, "The livepatch that holds a system state in force.",
	  state_holder_info },
	{ "left_out", GAUGE, NULL,
	  "Installed livepatches and states without series here, as there are more than the limit.",
	  left_out },
	{ "incomplete", GAUGE, NULL,
	  "Whether something that belongs here may be missing: of what is installed, of the events.",
	  incomplete },
	{ "transition_running", GAUGE, NULL, "Whether a transition runs.", transition_running },
	{ "transition", INFO, NULL, "The transition that runs.", transition },
	{ "transition_start_timestamp_seconds", GAUGE, "seconds",
	  "When the transition that runs was started.", transition_start },
	{ "transition_stalled_timestamp_seconds", GAUGE, "seconds",
	  "When tasks were first seen that hold up the transition that runs.", transition_stalled },
	{ "transition_tasks_remaining", GAUGE, NULL,
	  "Tasks that the transition that runs still waited for when they were last counted.",
	  tasks_remaining },
	{ "enable_attempts", COUNTER, NULL, "Attempts to enable a livepatch.", attempts },
	{ "enables_accepted", COUNTER, NULL, "Attempts that the kernel accepted.", accepted },
	{ "refusals", COUNTER, NULL, "Attempts that were refused.", refusals },
	{ "refused_otherwise", COUNTER, NULL,
	  "What the kernel refused that was no attempt: disables, other writes, and modules.",
	  refused_otherwise },
	{ "transition_actions", COUNTER, NULL, "What happened to transitions.", actions },
	{ "transition_duration_seconds", HISTOGRAM, "seconds",
	  "How long transitions took that completed.", durations },
	{ "events", COUNTER, NULL, "Events, by kind.", events },
	{ "last_event_timestamp_seconds", GAUGE, "seconds", "When the last event was.",
	  last_event },
	{ "lost", COUNTER, NULL, "What could not be recorded.", lost },
	{ "task_scan_cpu_seconds", SUMMARY, "seconds",
	  "CPU time of klpscope for looks at all tasks while a transition runs.", task_scans },
	{ "recorder_running", GAUGE, NULL,
	  "Whether the recorder that wrote this was running; 0 if it ended, not if it was killed.",
	  recorder_running },
	{ "recorder_start_timestamp_seconds", GAUGE, "seconds", "When the recorder began to watch.",
	  recorder_start },
	{ "recorder_waiting_for_space", GAUGE, NULL, "Whether the recorder's disk is full.",
	  recorder_waiting },
	{ "recorder_records", COUNTER, NULL, "Records that were written to recordings.",
	  recorder_records },
	{ "recorder_written_bytes", COUNTER, "bytes", "Bytes that were written to recordings.",
	  recorder_bytes },
	{ "recorder_cpu_seconds", COUNTER, "seconds", "CPU time of the recorder.", recorder_cpu },
	{ "recorder_resident_memory_bytes", GAUGE, "bytes", "Memory of the recorder.",
	  recorder_memory },
	{ "recorder_metrics_failures", COUNTER, NULL,
	  "Attempts to write these metrics that failed.", recorder_failures },
};

void metrics_of_snapshot(struct metrics *m, const struct snapshot *s)
{
	*m = (struct metrics){
		.installed = s,
		.incomplete = s->in_flux || !facts__complete(&s->installed),
		.transition = {
			.known = true,
			.patch = s->transition ? s->transition->name : NULL,
			.target = s->target,
			.since_real_ns = s->has_since ? s->since_real_ns : 0,
			.has_tasks = s->has_tasks,
			.tasks_left = s->tasks_left,
		},
	};
}

void metrics_of_report(struct metrics *m, const struct report *r, struct snapshot *view)
{
	const struct report_transition *running = report__running(r);
	const struct installed *now = &r->now;

	*view = (struct snapshot){ .installed = now->facts, .target = now->target };
	if (now->transition[0])
		view->transition = installed__named(now, now->transition);
	*m = (struct metrics){
		.installed = now->known ? view : NULL,
		.incomplete = now->incomplete,
		.transition = {
			.known = now->known || r->kinds[EVENT_TRANSITION],
			.patch = now->transition[0] ? now->transition : NULL,
			.target = now->target,
			.has_tasks = r->waiters.remaining,
			.tasks_left = r->waiters.remaining,
		},
		.report = r,
	};
	if (!running)
		return;
	m->transition.stalled_real_ns = running->stalled.real_ns;
	if (running->began)
		m->transition.since_real_ns =
			r->summary.n ? r->summary.list[0].begin_real_ns : running->t.begin_real_ns;
}

int metrics_write(FILE *out, const struct metrics *m, enum metrics_form form)
{
	struct writer w = { .out = out, .form = form };

	if (m->installed)
		w.no_memory = snapshot_states(m->installed, keep_state, &w) < 0;
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		w.family = &families[i];
		w.begun = false;
		w.family->samples(&w, m);
	}
	if (form == METRICS_OPENMETRICS)
		fputs("# EOF\n", out);
	return w.no_memory ? -ENOMEM : 0;
}
