// SPDX-License-Identifier: GPL-2.0
/* Any bytes as a recording, through to text and JSON, to traces, and to a report in all its forms. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <zlib.h>

#include "event/decode.h"
#include "recording/frames.h"
#include "report/compare.h"
#include "report/feed.h"
#include "report/report.h"
#include "sink/metrics.h"
#include "sink/sink.h"
#include "sink/report/forms.h"
#include "recording/recorded.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Most frames get the checksum that they should have, or nothing behind it would be reached. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	const size_t from = offsetof(struct recording_frame, type);

	size = LLVMFuzzerMutate(data, size, max);
	if (seed % 8 == 0)
		return size;
	for (size_t at = 0; at + sizeof(struct recording_frame) <= size;) {
		struct recording_frame head;
		size_t frame;

		memcpy(&head, data + at, sizeof(head));
		frame = frame_size_of(head.length);
		if (head.sync != RECORDING_SYNC || at + frame > size) {
			at++;
			continue;
		}
		head.crc = crc32(0, data + at + from, frame - from);
		memcpy(data + at, &head, sizeof(head));
		at += frame;
	}
	return size;
}

struct sinks {
	struct sink text, since, json, chrome, perfetto;
	struct report *report;
	struct decoder *decoder;
	struct summary summary;
};

static void on_event(void *ctx, const struct event *event)
{
	struct sinks *sinks = ctx;

	sink__event(&sinks->text, event);
	sink__event(&sinks->since, event);
	sink__event(&sinks->json, event);
	sink__event(&sinks->chrome, event);
	sink__event(&sinks->perfetto, event);
	summary__event(&sinks->summary, event);
	report__event(sinks->report, event);
}

static void on_difference(void *ctx, const struct compared *compared)
{
	*(uint32_t *)ctx |= compared->differences;
}

static int on_record(void *ctx, const void *data, size_t size)
{
	struct sinks *sinks = ctx;
	int err = decoder__feed(sinks->decoder, data, size);
	struct snapshot snapshot;
	uint64_t boot_ns;
	uint32_t differences = 0;

	if (err)
		return err;
	report_feed_record(sinks->report, data, size);
	if (!decoder__snapshot(sinks->decoder, data, &snapshot, &boot_ns))
		return 0;
	compare_snapshots(&(struct snapshot){ .installed = sinks->report->now.facts }, &snapshot,
			  on_difference, &differences);
	report_feed_snapshot(sinks->report, &snapshot, boot_ns);
	snapshot_clear(&snapshot);
	return 0;
}

static void on_begin(void *ctx, const char *path, const struct recording_header *header,
		     bool follows)
{
	struct report_recording recording = { .name = (char *)path, .follows = follows };

	if (header) {
		recording.host = (char *)header->host;
		recording.begin =
			(struct report_when){ header->boot_ns, (int64_t)header->real_ns, 0 };
	}
	report__recording(((struct sinks *)ctx)->report, &recording);
}

static void write_forms(FILE *out, struct report *report)
{
	struct snapshot view;
	struct metrics metrics;

	report__finish(report);
	metrics_of_report(&metrics, report, &view);
	metrics_write(out, &metrics, METRICS_OPENMETRICS);
	report_text(out, report, &(struct table_options){ .sort = NULL });
	report_json(out, report);
	report_markdown(out, report);
	report_html(out, report);
	report_folded(out, report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sink_options options = { .time = TIME_ISO },
					 since = { .time = TIME_DELTA };
	static FILE *out;
	static int file = -1;
	static char path[32];
	const char *paths[] = { path };
	struct sinks sinks = { .report = report__new() };
	const struct recording_watch watch = { .ctx = &sinks, .begin = on_begin };
	struct failure why = { 0 };
	struct recorded *recorded;
	int err = 0;

	if (file < 0) {
		out = fopen("/dev/null", "w");
		file = memfd_create("recording", 0);
		snprintf(path, sizeof(path), "/dev/fd/%d", file);
	}
	if (!out || ftruncate(file, 0) || pwrite(file, data, size, 0) != (ssize_t)size)
		return -1;
	if (sink__open(&sinks.text, &sink_text, out, &options) ||
	    sink__open(&sinks.since, &sink_text, out, &since) ||
	    sink__open(&sinks.json, &sink_json, out, &options) ||
	    sink__open(&sinks.chrome, &sink_chrome, out, &options) ||
	    sink__open(&sinks.perfetto, &sink_perfetto, out, &options))
		return -1;
	/* Half of the inputs as a part, of about the middle of the captures that the corpus is made of. */
	if (size % 2) {
		const struct moment since = { .set = true, .boot = true, .ns = 15000000000 };
		const struct moment until = { .set = true, .boot = true, .ns = 30000000000 };

		report__select(sinks.report, &since, &until);
	}
	sinks.decoder = decoder__new(on_event, &sinks);
	recorded = recorded__open(paths, 1, &watch, &why);
	while (recorded && !err)
		err = recorded__source(recorded)->ops->consume(recorded__source(recorded),
							       on_record, &sinks);
	decoder__finish(sinks.decoder);
	sink__summary(&sinks.text, &sinks.summary);
	sink__summary(&sinks.json, &sinks.summary);
	recorded__close(recorded);
	decoder__free(sinks.decoder);
	summary__clear(&sinks.summary);
	write_forms(out, sinks.report);
	report__free(sinks.report);
	sink__close(&sinks.chrome);
	sink__close(&sinks.perfetto);
	sink__close(&sinks.text);
	sink__close(&sinks.since);
	sink__close(&sinks.json);
	return 0;
}
