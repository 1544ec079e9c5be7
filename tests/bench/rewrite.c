// SPDX-License-Identifier: GPL-2.0
/*
 * rewrite RECORDING [OUT]: reads all records of a recording, and writes them to another as klpscope record would. What
 * OUT costs is what writing costs.
 */
#include <stdio.h>
#include <stdlib.h>

#include "recording/recorder.h"
#include "recording/recorded.h"

static int on_record(void *ctx, const void *data, size_t size)
{
	struct record_sink *sink = ctx;

	return sink ? sink->ops->record(sink, data, size) : 0;
}

int main(int argc, char *argv[])
{
	struct failure why = { 0 };
	struct recorder *to = NULL;
	struct recorded *from;
	struct record_sink *sink;
	struct source *source;
	int err = 0;

	if (argc < 2 || argc > 3)
		return 2;
	from = recorded__open((const char *const *)argv + 1, 1, NULL, &why);
	if (from && argc == 3)
		to = recorder__open(&(struct recorder_options){ .path = argv[2] }, &why);
	if (!from || (argc == 3 && !to)) {
		failure_print(&why, "rewrite");
		return EXIT_FAILURE;
	}
	source = recorded__source(from);
	sink = to ? recorder__sink(to) : NULL;
	while (!err) {
		err = source->ops->consume(source, on_record, sink);
		if (err >= 0 && sink && sink->ops->flush(sink))
			err = -1;
		if (!err && sink && sink->ops->turn(sink))
			err = -1;
	}
	if (err > 0 && to)
		err = recorder__end(to);
	recorder__close(to);
	recorded__close(from);
	return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
