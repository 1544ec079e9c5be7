// SPDX-License-Identifier: GPL-2.0
#include "cmd/common/digest.h"

#include <errno.h>
#include <string.h>

#include "cmd/common/cmd.h"
#include "cmd/common/span.h"
#include "pump.h"
#include "report/feed.h"
#include "util/array.h"
#include "util/attributes.h"

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
	report__select(digest->report, &digest->filter.since, &digest->filter.until);
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
		recording.begin =
			(struct report_when){ header->boot_ns, (int64_t)header->real_ns, 0 };
	}
	report__recording(digest->report, &recording);
}

static void on_end(void *ctx, const char *path _unused_, const struct recording_end *end)
{
	struct digest *digest = ctx;
	struct report_when when = { 0 };

	if (end)
		when = (struct report_when){ end->boot_ns, (int64_t)end->real_ns, 0 };
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
	struct inputs *inputs = &digest->inputs;
	struct report_consumer report = report_consumer(digest->report);
	struct pump pump = { 0 };
	struct failure why = { 0 };
	int err;

	inputs_pump(inputs, &pump, digest->lines);
	pump__add(&pump, &report.consumer);
	if (digest->also)
		pump__add(&pump, digest->also);
	err = pump__close(&pump, pump__run(&pump));
	digest->report->interrupted = pump.stopped;
	report__finish(digest->report);
	if (!err)
		return inputs_status(inputs, pump.stopped);
	if (!pump.failed)
		why = *recorded__failure(inputs->recorded);
	pump_failure(&pump, err, "reading events", &why);
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

/* digest_run() of one file, not of what options named. */
static int digest_take(struct digest *digest, const char *path)
{
	struct inputs *inputs = &digest->inputs;

	inputs->paths = grow(NULL, 0, &inputs->room, sizeof(*inputs->paths));
	if (!inputs->paths)
		return EXIT_FAILED;
	inputs->paths[inputs->n++] = path;
	return digest_run(digest);
}

/* It moves from the report's model into the snapshot. */
int digest_end(struct digest *digest, const char *path, struct digest_end *end)
{
	const struct report_recording *last;
	int status = digest_take(digest, path);
	struct report *report = digest->report;

	*end = (struct digest_end){ 0 };
	if (status == EXIT_FAILED)
		return status;
	end->known = report->now.known;
	/* That a recorder was killed is no gap: it is as of what it wrote last. */
	end->incomplete = report->now.incomplete || report->interrupted;
	end->interrupted = report->interrupted;
	end->snapshot.installed = report->now.facts;
	memset(&report->now.facts, 0, sizeof(report->now.facts));
	if (report->now.transition[0]) {
		end->snapshot.transition =
			facts__named(&end->snapshot.installed, report->now.transition);
		end->snapshot.target = report->now.target;
	}
	end->snapshot.real_ns = report->end.real_ns;
	if (recent__n(&report->recordings)) {
		last = recent__at(&report->recordings, recent__n(&report->recordings) - 1);
		end->host = last->host;
		end->release = last->release;
	}
	return status;
}

void digest_clear(struct digest *digest)
{
	inputs_close(&digest->inputs);
	report__free(digest->report);
}
