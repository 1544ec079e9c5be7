// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <unistd.h>

#include "cmd/common/cmd.h"
#include "sink/doctor.h"
#include "source/checkup.h"

enum {
	OPT_JSON = 0x100,
};

struct options {
	struct live_options live;
	bool json;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->live;
		return 0;
	case OPT_JSON:
		options->json = true;
		return 0;
	case ARGP_KEY_ARG:
		usage_error(state, "'%s' is more than it takes", arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option argp_options[] = {
	{ "json", OPT_JSON, NULL, 0, "all of it as JSON", 1 },
	{ NULL, 0, NULL, 0, "How it would attach:", 10 },
	{ 0 },
};

static const struct argp_child children[] = { { &argp_live, 0, NULL, 10 }, { 0 } };

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.doc = "Say what klpscope can see on this kernel, and what on this host can hold livepatches up.\v"
	       "Attaches nothing. Exit status: 0 all fine, 1 it cannot work, 3 it works with gaps, "
	       "or something can hold livepatches up.",
	.children = children,
};

static int write_doctor(const struct doctor *doctor, const struct options *options)
{
	int err = 0;

	if (options->json)
		err = doctor_json(stdout, doctor);
	else
		doctor_text(stdout, doctor, isatty(STDOUT_FILENO));
	return err ? err : close_output(stdout);
}

static int run(int argc, char **argv)
{
	struct options options = { .live = { .buffer = LIVE_BUFFER_DEFAULT } };
	struct doctor doctor = { 0 };
	struct failure why = { 0 };
	enum doctor_verdict verdict;
	int err;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	err = checkup(&doctor, &options.live);
	if (err)
		failure_set(&why, FAILURE_SYSTEM, err, "looking over the kernel");
	if (!err) {
		err = write_doctor(&doctor, &options);
		if (err)
			failure_set(&why, FAILURE_OUTPUT, err, "stdout");
	}
	verdict = doctor_verdict(&doctor);
	doctor_clear(&doctor);
	if (err && err != -EPIPE)
		failure_print(&why, "look over the kernel");
	if (err || verdict == DOCTOR_BAD)
		return EXIT_FAILED;
	return verdict == DOCTOR_GAP ? EXIT_FOUND : EXIT_DONE;
}

const struct cmd cmd_doctor = {
	.name = "doctor",
	.help = "say what works on this kernel, and what endangers livepatching",
	.run = run,
	.argp = &argp,
};
