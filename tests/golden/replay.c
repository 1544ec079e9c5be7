// SPDX-License-Identifier: GPL-2.0
/* replay text|json: from records in hex on stdin, as capture writes them, to what trace prints. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/decode.h"
#include "hex.h"
#include "sink/sink.h"
#include "util/cleanup.h"

static void on_event(void *ctx, const struct event *event)
{
	sink__event(ctx, event);
}

int main(int argc, char **argv)
{
	static const struct sink_options options = { .time = TIME_BOOT };
	_Alignas(8) unsigned char record[1024];
	const struct sink_ops *ops =
		argc == 2 && !strcmp(argv[1], "json") ? &sink_json : &sink_text;
	_cleanup_free_ char *line = NULL;
	struct decoder *decoder;
	size_t room = 0, n = 0;
	struct sink sink;
	int bad = 0;

	if (sink__open(&sink, ops, stdout, &options))
		return EXIT_FAILURE;
	decoder = decoder__new(on_event, &sink);
	if (!decoder)
		return EXIT_FAILURE;
	while (getline(&line, &room, stdin) > 0) {
		n++;
		if (decoder__feed(decoder, record, from_hex(line, record, sizeof(record)))) {
			fprintf(stderr, "replay: record %zu is none\n", n);
			bad = 1;
		}
	}
	decoder__finish(decoder);
	decoder__free(decoder);
	sink__close(&sink);
	return bad || fclose(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
