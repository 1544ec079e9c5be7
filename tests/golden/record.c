// SPDX-License-Identifier: GPL-2.0
/* record FILE: from records in hex on stdin, as capture writes them, to a recording as klpscope record makes it. */
#include <stdio.h>
#include <stdlib.h>

#include "hex.h"
#include "recording/recorder.h"
#include "util/cleanup.h"

int main(int argc, char **argv)
{
	_Alignas(8) unsigned char bytes[1024];
	const struct recorder_options options = {
		.path = argv[1],
		.header = { .run = 1, .host = "golden", .klpscope = VERSION },
	};
	_cleanup_free_ char *line = NULL;
	struct recorder *recorder;
	struct failure why = { 0 };
	struct consumer *consumer;
	size_t room = 0;
	int err = 0;

	if (argc != 2)
		return EXIT_FAILURE;
	recorder = recorder__open(&options, &why);
	if (!recorder) {
		failure_print(&why, "record");
		return EXIT_FAILURE;
	}
	consumer = recorder__consumer(recorder);
	while (!err && getline(&line, &room, stdin) > 0)
		err = consumer->ops->record(consumer, bytes, from_hex(line, bytes, sizeof(bytes)));
	if (!err)
		err = recorder__end(recorder);
	recorder__close(recorder);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
