// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "cmd/common/cmd.h"
#include "cmd/common/inputs.h"
#include "cmd/common/show.h"
#include "cmd/common/span.h"
#include "util/attributes.h"

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

/* Everything is open; an exit status. */
static int show_recorded(struct show *show, struct inputs *inputs, struct failure *why)
{
	struct pump pump = { 0 };
	int err;

	inputs_pump(inputs, &pump, show->out);
	if (show_begin(show, &pump, false, why))
		return EXIT_FAILED;
	err = pump__close(&pump, pump__run(&pump));
	if (!err)
		return show_end(show, why) ? EXIT_FAILED : inputs_status(inputs, pump.stopped);
	if (!pump.failed)
		*why = *recorded__failure(inputs->recorded);
	pump_failure(&pump, err, "reading events", why);
	return EXIT_FAILED;
}

static int run(int argc, char **argv)
{
	struct script script = { .show.ops = &sink_text };
	struct failure why = { 0 };
	int status = EXIT_FAILED;

	argp_parse(&argp, argc, argv, 0, NULL, &script);
	script.inputs.watch.begin = on_begin;
	script.inputs.watch.ctx = &script.show.filter;
	pump_signals();
	if (!inputs_open(&script.inputs, &why) && !show_open(&script.show, &why))
		status = show_recorded(&script.show, &script.inputs, &why);
	if (why.kind)
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
