// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "cmd/common/cmd.h"
#include "cmd/common/inputs.h"
#include "cmd/common/show.h"
#include "cmd/common/span.h"

struct script {
	struct show show;
	struct inputs inputs;
};

static error_t parse(int key, char *arg _unused_, struct argp_state *state)
{
	struct script *script = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &script->show;
		state->child_inputs[1] = &script->inputs;
		state->child_inputs[2] = &script->show.filter;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &argp_show, 0, NULL, 1 }, { &argp_inputs, 0, NULL, 0 }, { &argp_span, 0, NULL, 1 }, { 0 }
};

static const struct argp argp = {
	.parser = parse,
	.args_doc = "[FILE...]",
	.doc = "Show what klpscope record has written, as klpscope trace would have shown it.\v"
	       "Exits with 3 if some of it is torn or damaged, or if interrupted; what was read is shown.",
	.children = children,
};

static void on_begin(void *ctx, const char *path _unused_, const struct recording_header *header,
		     bool follows _unused_)
{
	span_resolve(ctx, header);
}

static int show_recorded(struct show *show, struct inputs *inputs, FILE *out)
{
	struct child child = CHILD_NONE;
	struct failure why = { 0 };
	struct summary summary = { 0 };
	struct sink sink = { 0 };
	struct pump pump = {
		.source = inputs_source(inputs, out),
		.summary = show->summary ? &summary : NULL,
		.child = &child,
	};
	int err = show_begin(show, out, &sink, &pump);

	if (!err)
		err = pump_run(&pump);
	if (!err && show->summary)
		sink__summary(&sink, &summary);
	summary__clear(&summary);
	err = show_end(show, &pump, err, "script");
	if (!err)
		return inputs_status(inputs, pump.stopped);
	if (!pump.sink_failed) {
		why = *recorded__failure(inputs->recorded);
		failure_set(&why, FAILURE_SYSTEM, err, "reading events");
		failure_print(&why, "script");
	}
	return EXIT_FAILED;
}

static int run(int argc, char **argv)
{
	struct script script = { .show.sink = &sink_text };
	struct failure why = { 0 };
	int status = EXIT_FAILED;
	FILE *out = NULL;

	argp_parse(&argp, argc, argv, 0, NULL, &script);
	script.inputs.watch.begin = on_begin;
	script.inputs.watch.ctx = &script.show.filter;
	pump_signals();
	if (!inputs_open(&script.inputs, &why))
		out = show_open(&script.show, &why);
	if (out)
		status = show_recorded(&script.show, &script.inputs, out);
	else
		failure_print(&why, "script");
	inputs_close(&script.inputs);
	return status;
}

const struct cmd cmd_script = {
	.name = "script",
	.help = "show what was recorded, as trace would have",
	.run = run,
	.argp = &argp,
};
