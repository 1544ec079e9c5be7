// SPDX-License-Identifier: GPL-2.0
#include "build.h"
#include "fake_clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sink/metrics.h"
#include "sink/metrics_file.h"
#include "event/decode.h"
#include "pump.h"
#include "util/attributes.h"
#include "util/clock.h"

#define SEC  1000000000ULL
#define REAL 1795339542000000000LL

/* What is written of these, the caller's to free. */
static char *written(const struct metrics *metrics, enum metrics_form form)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(metrics_write(out, metrics, form), 0);
	fclose(out);
	return text;
}

/* That the line is there, and just once; or not at all. */
static void has(const char *text, const char *line, bool wanted)
{
	const char *at = text;
	size_t n = 0, len = strlen(line);

	for (; (at = strstr(at, line)); at += len)
		n += (at == text || at[-1] == '\n') && at[len] == '\n';
	if (n != wanted)
		fail_msg("%zu times: %s\nin:\n%s", n, line, text);
}

static size_t lines_with(const char *text, const char *beginning)
{
	size_t n = 0, len = strlen(beginning);

	for (const char *at = text; at; at = strchr(at, '\n'), at += !!at)
		n += !strncmp(at, beginning, len);
	return n;
}

static void installed(void **state _unused_)
{
	struct snapshot s = {
		.installed = facts_of(
			"a 1:1 18446744073709551615:3 disabled; b 1:2 10:7 replace forced"),
		.target = 1,
		.has_since = true,
		.since_real_ns = REAL + 5,
		.has_tasks = true,
		.tasks_left = 4,
	};
	struct metrics metrics;
	char *text;

	metrics_of_snapshot(&metrics, &s);
	metrics.release = "6.1.0\"\\";
	text = written(&metrics, METRICS_OPENMETRICS);
	has(text, "# TYPE klpscope_kernel info", true);
	has(text, "klpscope_kernel_info{release=\"6.1.0\\\"\\\\x5c\"} 1", true);
	has(text, "klpscope_livepatches 2", true);
	has(text, "klpscope_livepatch_info{livepatch=\"a\",replace=\"false\"} 1", true);
	has(text, "klpscope_livepatch_order{livepatch=\"b\"} 2", true);
	has(text, "klpscope_livepatch_enabled{livepatch=\"a\"} 0", true);
	has(text, "klpscope_livepatch_forced{livepatch=\"b\"} 1", true);
	has(text, "klpscope_state_version{state=\"1\"} 2", true);
	has(text, "klpscope_state_holder_info{state=\"1\",livepatch=\"b\"} 1", true);
	has(text, "klpscope_state_version{state=\"18446744073709551615\"} 3", true);
	has(text, "klpscope_left_out{what=\"states\"} 0", true);
	has(text, "klpscope_incomplete{what=\"installed\"} 0", true);
	has(text, "klpscope_transition_running 0", true);
	has(text, "klpscope_transition_tasks_remaining 0", true);
	has(text, "klpscope_freed_in_use 0", true);
	/* Nobody has watched: nothing is counted, rather than counted as 0. */
	assert_int_equal(lines_with(text, "# TYPE klpscope_refusals"), 0);
	assert_int_equal(lines_with(text, "klpscope_recorder"), 0);
	assert_string_equal(text + strlen(text) - strlen("\n# EOF\n"), "\n# EOF\n");
	free(text);

	/* One on its way in holds nothing yet. */
	s.transition = &s.installed.patches[1];
	s.in_flux = true;
	memcpy(s.broken, "gone", sizeof("gone"));
	metrics_of_snapshot(&metrics, &s);
	text = written(&metrics, METRICS_CLASSIC);
	has(text, "klpscope_freed_in_use 1", true);
	has(text, "klpscope_state_version{state=\"1\"} 1", true);
	assert_int_equal(lines_with(text, "klpscope_state_version{state=\"10\"}"), 0);
	has(text, "klpscope_transition_running 1", true);
	has(text, "klpscope_transition_info{livepatch=\"b\",target=\"patched\"} 1", true);
	has(text, "klpscope_transition_start_timestamp_seconds 1795339542.000000005", true);
	has(text, "klpscope_transition_tasks_remaining 4", true);
	has(text, "klpscope_incomplete{what=\"installed\"} 1", true);
	/* It has neither units nor infos, and no end. */
	has(text, "# TYPE klpscope_transition_info gauge", true);
	assert_int_equal(lines_with(text, "# UNIT"), 0);
	assert_int_equal(lines_with(text, "# EOF"), 0);
	assert_int_equal(lines_with(text, "klpscope_kernel_info"), 0);
	free(text);
	snapshot_clear(&s);
}

/* A kernel whose states have no versions; a recording with the same livepatch twice. */
static void odd_baseline(void **state _unused_)
{
	struct snapshot s = { .installed = facts_of("a 1:0; a 1:0") };
	struct metrics metrics;
	char *text;

	s.installed.flags |= WIRE_F_NO_VERSION;
	metrics_of_snapshot(&metrics, &s);
	text = written(&metrics, METRICS_CLASSIC);
	assert_int_equal(lines_with(text, "klpscope_state_version"), 0);
	has(text, "klpscope_state_holder_info{state=\"1\",livepatch=\"a\"} 1", true);
	assert_int_equal(lines_with(text, "klpscope_livepatch_order{"), 1);
	free(text);
	snapshot_clear(&s);
}

static void bounds(void **state _unused_)
{
	struct snapshot s = { 0 };
	struct metrics metrics;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (int i = 1; i <= METRICS_PATCHES_MAX + 3; i++)
		fprintf(out, "p%d %d:1 %d:1 %d:1 %d:1 %d:1;", i, i * 5, i * 5 + 1, i * 5 + 2,
			i * 5 + 3, i * 5 + 4);
	fclose(out);
	s.installed = facts_of(text);
	free(text);
	metrics_of_snapshot(&metrics, &s);
	text = written(&metrics, METRICS_CLASSIC);
	has(text, "klpscope_livepatches 67", true);
	assert_int_equal(lines_with(text, "klpscope_livepatch_info{"), METRICS_PATCHES_MAX);
	/* Which are the latest, with their real places. */
	assert_int_equal(lines_with(text, "klpscope_livepatch_info{livepatch=\"p3\""), 0);
	has(text, "klpscope_livepatch_order{livepatch=\"p67\"} 67", true);
	assert_int_equal(lines_with(text, "klpscope_state_version{"), METRICS_STATES_MAX);
	has(text, "klpscope_left_out{what=\"livepatches\"} 3", true);
	has(text, "klpscope_left_out{what=\"states\"} 79", true);
	free(text);
	snapshot_clear(&s);
}

static struct event event_at(enum event_kind kind, unsigned int second)
{
	return (struct event){
		.kind = kind,
		.boot_ns = second * SEC,
		.real_ns = REAL + second * SEC,
		.patch = "p",
		.attempt = 1,
	};
}

static void act(struct report *r, unsigned int second, enum transition_action action, int target,
		uint64_t duration_ns)
{
	struct event event = event_at(EVENT_TRANSITION, second);

	event.transition.action = action;
	event.transition.target = target;
	event.transition.duration_ns = duration_ns;
	report__event(r, &event);
}

static void look(struct report *r, unsigned int second, uint64_t remaining)
{
	struct event event = event_at(EVENT_PROGRESS, second);

	event.progress.remaining = remaining;
	event.progress.tasks = 9;
	event.progress.cost_ns = 250000000;
	report__event(r, &event);
}

static void happened(void **state _unused_)
{
	struct blockers blockers = { 0 };
	struct conflicts conflicts = { 0 };
	struct report *r = report__new();
	struct metrics_recorder recorder = { .running = true, .waiting = true, .bytes = 1024 };
	struct snapshot view;
	struct metrics metrics;
	struct event event;
	char *text;

	/* Nothing has happened: all counters are there, so that the first of each is an increase. */
	metrics_of_report(&metrics, r, &view);
	text = written(&metrics, METRICS_OPENMETRICS);
	has(text, "klpscope_refusals_total{cause=\"callback\"} 0", true);
	has(text, "klpscope_transition_duration_seconds_bucket{le=\"+Inf\"} 0", true);
	assert_int_equal(lines_with(text, "klpscope_refusals_total{"), CAUSES_OF_ATTEMPTS);
	assert_int_equal(lines_with(text, "klpscope_refused_otherwise_total{"), 3);
	assert_int_equal(lines_with(text, "klpscope_events_total{"), EVENT_KINDS);
	/* But what is installed is not known, nor whether a transition runs. */
	assert_int_equal(lines_with(text, "klpscope_livepatch"), 0);
	assert_int_equal(lines_with(text, "klpscope_transition_running"), 0);
	assert_int_equal(lines_with(text, "klpscope_last_event"), 0);
	free(text);

	event = event_at(EVENT_ENABLE, 1);
	report__event(r, &event);
	act(r, 2, ACTION_START, 1, 0);
	look(r, 3, 5);
	event = event_at(EVENT_STALL, 3);
	event.stall.blockers = &blockers;
	report__event(r, &event);
	look(r, 4, 2);
	metrics_of_report(&metrics, r, &view);
	metrics.recorder = &recorder;
	text = written(&metrics, METRICS_OPENMETRICS);
	has(text, "klpscope_enables_accepted_total 1", true);
	has(text, "klpscope_transition_running 1", true);
	has(text, "klpscope_transition_info{livepatch=\"p\",target=\"patched\"} 1", true);
	has(text, "klpscope_transition_start_timestamp_seconds 1795339544.000000000", true);
	has(text, "klpscope_transition_stalled_timestamp_seconds 1795339545.000000000", true);
	has(text, "# UNIT klpscope_transition_stalled_timestamp_seconds seconds", true);
	has(text, "klpscope_transition_tasks_remaining 2", true);
	has(text, "klpscope_task_scan_cpu_seconds_sum 0.500000000", true);
	has(text, "klpscope_task_scan_cpu_seconds_count 2", true);
	has(text, "klpscope_recorder_waiting_for_space 1", true);
	has(text, "# TYPE klpscope_recorder_written_bytes counter", true);
	has(text, "klpscope_recorder_written_bytes_total 1024", true);
	has(text, "klpscope_last_event_timestamp_seconds 1795339546.000000000", true);
	free(text);

	act(r, 5, ACTION_REVERSE, 0, 0);
	act(r, 6, ACTION_FORCE, 0, 0);
	act(r, 7, ACTION_COMPLETE, 0, SEC);
	act(r, 8, ACTION_START, 1, 0);
	act(r, 9, ACTION_COMPLETE, 1, SEC + 1);
	event = event_at(EVENT_REFUSED, 10);
	event.attempt = 2;
	event.refused.cause = CAUSE_STATE_MISSING;
	event.refused.message = event.refused.explanation = "";
	event.refused.conflicts = &conflicts;
	report__event(r, &event);
	event = event_at(EVENT_LOST, 11);
	event.lost.attempts = 7;
	report__event(r, &event);
	metrics_of_report(&metrics, r, &view);
	text = written(&metrics, METRICS_CLASSIC);
	has(text, "klpscope_enable_attempts_total 2", true);
	has(text, "# TYPE klpscope_refusals_total counter", true);
	has(text, "klpscope_refusals_total{cause=\"state_missing\"} 1", true);
	has(text, "klpscope_transition_actions_total{action=\"start\"} 2", true);
	has(text, "klpscope_transition_actions_total{action=\"reverse\"} 1", true);
	has(text, "klpscope_transition_actions_total{action=\"force\"} 1", true);
	has(text, "klpscope_transition_actions_total{action=\"complete\"} 2", true);
	has(text, "klpscope_transition_duration_seconds_bucket{le=\"0.5\"} 0", true);
	has(text, "klpscope_transition_duration_seconds_bucket{le=\"1\"} 1", true);
	has(text, "klpscope_transition_duration_seconds_bucket{le=\"2\"} 2", true);
	has(text, "klpscope_transition_duration_seconds_sum 2.000000001", true);
	has(text, "klpscope_transition_running 0", true);
	assert_int_equal(lines_with(text, "klpscope_transition_stalled"), 0);
	has(text, "klpscope_lost_total{what=\"attempts\"} 7", true);
	has(text, "klpscope_incomplete{what=\"events\"} 1", true);
	free(text);
	report__free(r);
}

/* A recording that ends in a transition. */
static void ends_running(void **state _unused_)
{
	struct report *r = report__new();
	struct snapshot view;
	struct metrics metrics;
	char *text;

	act(r, 2, ACTION_START, 1, 0);
	report__finish(r);
	metrics_of_report(&metrics, r, &view);
	text = written(&metrics, METRICS_CLASSIC);
	has(text, "klpscope_transition_running 1", true);
	has(text, "klpscope_transition_start_timestamp_seconds 1795339544.000000000", true);
	assert_int_equal(lines_with(text, "klpscope_transition_tasks_remaining"), 0);
	free(text);
	report__free(r);
}

/* The file, as a pump fills it: when it is written, and what becomes of that. */
struct kept {
	unsigned int records, said, again;
	uint64_t takes_ns; /* to write it */
	char folder[32], path[64];
	struct metrics_file *file;
	struct consumer *consumer;
	struct pump pump;
};

static void ask(void *ctx, struct metrics_recorder *recorder)
{
	const struct kept *kept = ctx;

	recorder->records = kept->records;
	fake_now_ns += kept->takes_ns;
}

static void news(void *ctx, int error)
{
	struct kept *kept = ctx;

	kept->said += error < 0;
	kept->again += !error;
}

static void keep(struct kept *kept)
{
	*kept = (struct kept){ 0 };
	strcpy(kept->folder, "/tmp/klpscope-XXXXXX");
	assert_non_null(mkdtemp(kept->folder));
	snprintf(kept->path, sizeof(kept->path), "%s/k.prom", kept->folder);
	kept->file = metrics_file__new(&(struct metrics_file_options){
		.path = kept->path,
		.release = "6.1",
		.ctx = kept,
		.ask = ask,
		.news = news,
	});
	assert_non_null(kept->file);
	kept->consumer = metrics_file__consumer(kept->file);
	pump__add(&kept->pump, kept->consumer);
}

static void unkeep(struct kept *kept)
{
	decoder__free(kept->pump.decoder);
	metrics_file__free(kept->file);
	unlink(kept->path);
	assert_int_equal(rmdir(kept->folder), 0);
}

static char *contents(const struct kept *kept)
{
	static char text[16384];
	FILE *in = fopen(kept->path, "r");
	size_t n = in ? fread(text, 1, sizeof(text) - 1, in) : 0;

	text[n] = '\0';
	if (in)
		fclose(in);
	return text;
}

static void put(struct kept *kept, const void *record, size_t size)
{
	assert_int_equal(pump__record(&kept->pump, record, size), 0);
	kept->records++;
}

static void put_freed(struct kept *kept)
{
	struct wire_freed rec = { .head.hdr = { WIRE_FREED, sizeof(rec), 0 }, .name = "p" };

	put(kept, &rec, sizeof(rec));
}

static void put_action(struct kept *kept, enum wire_action action)
{
	struct wire_transition rec = {
		.head.hdr = { WIRE_TRANSITION, sizeof(rec), 0 },
		.action = action,
		.target = 1,
		.name = "p",
	};

	put(kept, &rec, sizeof(rec));
}

static void put_progress(struct kept *kept, uint64_t left)
{
	struct wire_progress rec = {
		.head.hdr = { WIRE_PROGRESS, sizeof(rec), 0 },
		.tasks = 9,
		.left = left,
		.running = 1,
		.target = 1,
		.name = "p",
	};

	put(kept, &rec, sizeof(rec));
}

/* How long until it is to be written, ns; UINT64_MAX: never. */
static uint64_t until_due(const struct kept *kept)
{
	uint64_t at = kept->consumer->ops->due(kept->consumer), now = clock_ns(CLOCK_MONOTONIC);

	if (!at)
		return UINT64_MAX;
	return at > now ? at - now : 0;
}

static void flush(struct kept *kept)
{
	assert_int_equal(pump__flush(&kept->pump), 0);
}

/* Waits as the pump would. */
static void wait_due(struct kept *kept)
{
	uint64_t ns = until_due(kept);

	assert_true(ns <= METRICS_SOON_NS);
	fake_now_ns += ns;
	assert_int_equal(kept->consumer->ops->wake(kept->consumer), 0);
}

/* However long it takes to write them, most of the time is for other work. */
static void slow_to_write(void **state _unused_)
{
	struct kept kept;

	keep(&kept);
	kept.takes_ns = 3 * METRICS_SOON_NS;
	flush(&kept);
	put_freed(&kept);
	flush(&kept);
	assert_int_equal(until_due(&kept), METRICS_REST * kept.takes_ns);
	fake_now_ns += METRICS_REST * kept.takes_ns;
	kept.takes_ns = 1;
	flush(&kept);
	has(contents(&kept), "klpscope_events_total{event=\"freed\"} 1", true);
	put_freed(&kept);
	flush(&kept);
	assert_int_equal(until_due(&kept), METRICS_SOON_NS);
	unkeep(&kept);
}

static void when_written(void **state _unused_)
{
	struct kept kept;
	struct stat st;
	mode_t before = umask(0077);

	keep(&kept);
	flush(&kept);
	has(contents(&kept), "klpscope_recorder_running 1", true);
	has(contents(&kept), "klpscope_kernel_info{release=\"6.1\"} 1", true);
	assert_int_equal(stat(kept.path, &st), 0);
	/* For node_exporter, which is another user. */
	assert_int_equal(st.st_mode & 0777, 0644);
	umask(before);
	/* Nothing happens: never. */
	assert_true(until_due(&kept) == UINT64_MAX);
	flush(&kept);
	assert_true(until_due(&kept) == UINT64_MAX);

	/* Changes: a second after the last time, however many. */
	for (int i = 0; i < 3; i++) {
		put_freed(&kept);
		flush(&kept);
	}
	has(contents(&kept), "klpscope_events_total{event=\"freed\"} 0", true);
	wait_due(&kept);
	has(contents(&kept), "klpscope_events_total{event=\"freed\"} 3", true);
	assert_true(until_due(&kept) == UINT64_MAX);

	/* A transition: its beginning soon, its course a minute later, its end soon. */
	put_action(&kept, WIRE_ACTION_START);
	flush(&kept);
	wait_due(&kept);
	has(contents(&kept), "klpscope_transition_running 1", true);
	put_progress(&kept, 4);
	put_action(&kept, WIRE_ACTION_RETRY);
	flush(&kept);
	assert_int_equal(until_due(&kept), METRICS_LATER_NS);
	put_action(&kept, WIRE_ACTION_CANCEL);
	flush(&kept);
	wait_due(&kept);
	has(contents(&kept), "klpscope_transition_running 0", true);
	assert_true(until_due(&kept) == UINT64_MAX);

	assert_int_equal(pump__close(&kept.pump, 0), 0);
	has(contents(&kept), "klpscope_recorder_running 0", true);
	has(contents(&kept), "klpscope_recorder_records_total 7", true);
	unkeep(&kept);
}

static void not_written(void **state _unused_)
{
	struct kept kept;

	keep(&kept);
	flush(&kept);
	unlink(kept.path);
	assert_int_equal(rmdir(kept.folder), 0);
	put_freed(&kept);
	flush(&kept);
	wait_due(&kept);
	assert_int_equal(kept.said, 1);
	/* The recording goes on, and it is tried again in a minute. */
	put_freed(&kept);
	flush(&kept);
	assert_int_equal(until_due(&kept), METRICS_LATER_NS);
	assert_int_equal(kept.records, 2);
	assert_int_equal(kept.consumer->ops->close(kept.consumer, 0), 0);
	assert_int_equal(kept.said, 1);
	assert_int_equal(kept.again, 0);
	/* Once it can be, what failed is in it. */
	assert_int_equal(mkdir(kept.folder, 0700), 0);
	assert_int_equal(kept.consumer->ops->close(kept.consumer, 0), 0);
	assert_int_equal(kept.again, 1);
	has(contents(&kept), "klpscope_recorder_metrics_failures_total 2", true);
	unkeep(&kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(installed),	cmocka_unit_test(odd_baseline),
		cmocka_unit_test(bounds),	cmocka_unit_test(happened),
		cmocka_unit_test(ends_running), cmocka_unit_test(slow_to_write),
		cmocka_unit_test(when_written), cmocka_unit_test(not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
