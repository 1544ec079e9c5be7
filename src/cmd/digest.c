// SPDX-License-Identifier: GPL-2.0
#include "cmd/digest.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/span.h"
#include "pump.h"
#include "util/clock.h"
#include "util/timefmt.h"

/* How often a terminal is told how far it is, and from when on. */
#define PROGRESS_NS (NSEC_PER_SEC / 2)

static error_t parse(int key, char *arg _unused_, struct argp_state *state)
{
	struct digest *digest = state->input;

	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = &digest->inputs;
	state->child_inputs[1] = &digest->filter;
	return 0;
}

static const struct argp_child children[] = { { &argp_inputs, 0, NULL, 0 },
					      { &argp_span, 0, NULL, 0 },
					      { 0 } };

const struct argp argp_digest = { .parser = parse, .children = children };

/* The recordings, with a line on the terminal that tells how far they are read. */
struct reading {
	struct source source; /* first */
	struct recorded *recorded;
	bool ended, on_terminal, shown;
	uint64_t next_ns;
};

static void show_progress(struct reading *reading)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC), done, all;

	if (!reading->on_terminal || now < reading->next_ns)
		return;
	reading->next_ns = now + PROGRESS_NS;
	recorded__progress(reading->recorded, &done, &all);
	if (all)
		fprintf(stderr, "\rklpscope: %" PRIu64 " %% read ", done * 100 / all);
	else
		fprintf(stderr, "\rklpscope: %" PRIu64 " MB read ", done >> 20);
	reading->shown = true;
}

static int consume(struct source *source, record_fn fn, void *ctx)
{
	struct reading *reading = (struct reading *)source;
	struct source *inner = recorded__source(reading->recorded);
	int err = inner->ops->consume(inner, fn, ctx);

	source->fd = inner->fd;
	reading->ended = err == 1;
	show_progress(reading);
	return err;
}

static int finish(struct source *source, record_fn fn, void *ctx)
{
	struct source *inner = recorded__source(((struct reading *)source)->recorded);

	return inner->ops->finish(inner, fn, ctx);
}

static const struct source_ops ops = { .consume = consume, .finish = finish };

/* An id as people write it: 8-4-4-4-12 digits for a boot, one row of them for a machine. */
static void id_text(char text[40], const __u8 id[16], bool dashes)
{
	char *at = text;

	for (int i = 0; i < 16; i++)
		at += sprintf(at, "%s%02x", dashes && i >= 4 && i <= 10 && !(i % 2) ? "-" : "",
			      id[i]);
}

static bool is_zero(const __u8 id[16])
{
	static const __u8 zero[16];

	return !memcmp(id, zero, sizeof(zero));
}

static void on_begin(void *ctx, const char *path, const struct recording_header *header,
		     bool follows)
{
	struct digest *digest = ctx;
	char boot_id[40] = "", machine_id[40] = "";
	struct report_recording recording = { .name = (char *)path, .follows = follows };

	span_resolve(&digest->filter, header);
	if (header) {
		if (!is_zero(header->boot_id))
			id_text(boot_id, header->boot_id, true);
		if (!is_zero(header->machine_id))
			id_text(machine_id, header->machine_id, false);
		recording.host = (char *)header->host;
		recording.release = (char *)header->release;
		recording.build = (char *)header->build;
		recording.version = (char *)header->klpscope;
		recording.boot_id = boot_id;
		recording.machine_id = machine_id;
		recording.begin = (struct report_when){ header->boot_ns, (int64_t)header->real_ns };
	}
	report__recording(digest->report, &recording);
}

static void on_end(void *ctx, const char *path _unused_, const struct recording_end *end)
{
	struct digest *digest = ctx;
	struct report_when when = { 0 };

	if (end)
		when = (struct report_when){ end->boot_ns, (int64_t)end->real_ns };
	report__recording_ends(digest->report, end ? &when : NULL);
}

static void on_damage(void *ctx, const struct recording_damage *damage)
{
	struct digest *digest = ctx;

	report__recording_damaged(digest->report, damage->kind == RECORDING_TORN,
				  damage->kind == RECORDING_NO_END);
}

static int say(const struct failure *why, const char *doing)
{
	failure_print(why, doing);
	return EXIT_FAILED;
}

static int read_all(struct digest *digest)
{
	struct reading reading = {
		.source = { .ops = &ops },
		.recorded = digest->inputs.recorded,
		.on_terminal = isatty(STDERR_FILENO),
		.next_ns = clock_ns(CLOCK_MONOTONIC) + PROGRESS_NS,
	};
	struct child child = CHILD_NONE;
	struct pump pump = {
		.source = &reading.source,
		.sink = digest->sink,
		.filter = &digest->filter,
		.report = digest->report,
		.child = &child,
	};
	struct failure why = { 0 };
	int err;

	reading.source.fd = recorded__source(reading.recorded)->fd;
	err = pump_run(&pump);
	if (reading.shown)
		fputs("\r\033[K", stderr);
	if (!err && !reading.ended) {
		fputs("klpscope: interrupted: this is what was read until then\n", stderr);
		digest->report->interrupted = true;
	}
	report__finish(digest->report);
	if (!err)
		return inputs_status(&digest->inputs);
	if (pump.sink_failed) {
		failure_set(&why, FAILURE_OUTPUT, err, "stdout");
		return err == -EPIPE ? EXIT_FAILED : say(&why, digest->doing);
	}
	why = *recorded__failure(reading.recorded);
	failure_set(&why, FAILURE_SYSTEM, err, "reading events");
	return say(&why, digest->doing);
}

int digest_run(struct digest *digest)
{
	struct failure why = { 0 };

	digest->report = report__new();
	if (!digest->report) {
		failure_set(&why, FAILURE_SYSTEM, -ENOMEM, "memory");
		return say(&why, digest->doing);
	}
	digest->inputs.watch.ctx = digest;
	digest->inputs.watch.begin = on_begin;
	digest->inputs.watch.end = on_end;
	digest->inputs.watch.damage = on_damage;
	if (inputs_open(&digest->inputs, &why))
		return say(&why, digest->doing);
	return read_all(digest);
}

int digest_take(struct digest *digest, const char *path)
{
	struct inputs *inputs = &digest->inputs;

	inputs->paths = grow(NULL, 0, &inputs->room, sizeof(*inputs->paths));
	if (!inputs->paths)
		return EXIT_FAILED;
	inputs->paths[inputs->n++] = path;
	return digest_run(digest);
}

void digest_clear(struct digest *digest)
{
	inputs_close(&digest->inputs);
	report__free(digest->report);
}
