// SPDX-License-Identifier: GPL-2.0
#include "cmd/common/inputs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/common/cmd.h"
#include "util/array.h"

/* Of these, the rest is counted. */
#define DAMAGES_SAID 20

static void add(struct inputs *inputs, const char *path, const struct argp_state *state)
{
	const char **paths = grow(inputs->paths, inputs->n, &inputs->room, sizeof(*paths));

	if (paths) {
		inputs->paths = paths;
		paths[inputs->n++] = path;
		return;
	}
	usage_error(state, "no memory for so many files");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct inputs *inputs = state->input;

	switch (key) {
	case 'i':
	case ARGP_KEY_ARG:
		add(inputs, arg, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "input", 'i', "FILE", 0,
	  "what klpscope record has written (default " RECORDING_DEFAULT
	  "); - is standard input; several of one host, in any order",
	  0 },
	{ 0 },
};

const struct argp argp_inputs = { .options = options, .parser = parse };

static void say_damage(const struct recording_damage *d)
{
	fprintf(stderr, "klpscope: %s: ", d->path);
	switch (d->kind) {
	case RECORDING_DAMAGED:
		fprintf(stderr,
			"frame %" PRIu32 " at byte %" PRIu64 " is damaged: %" PRIu64
			" bytes passed over, %" PRIu32 " frames missing\n",
			d->frame, d->offset, d->bytes, d->missing);
		break;
	case RECORDING_TORN:
		fprintf(stderr,
			"torn at its end: no whole frame in the last %" PRIu64
			" bytes, from byte %" PRIu64 " on\n",
			d->bytes, d->offset);
		break;
	case RECORDING_NO_END:
		fprintf(stderr,
			"it was not ended after frame %" PRIu32
			": its recorder still runs, or was killed; calls of klp_get_state() since its last event are not counted\n",
			d->frame - 1);
		break;
	case RECORDING_STRANGE:
		fprintf(stderr,
			"frame %" PRIu32 " at byte %" PRIu64
			" is left out: this klpscope does not know what it holds (type %u)\n",
			d->frame, d->offset, d->type);
		break;
	case RECORDING_NO_HEADER:
		fputs("its header is damaged: host and clocks are not known\n", stderr);
		break;
	}
}

static void on_begin(void *ctx, const char *path, const struct recording_header *header,
		     bool follows)
{
	const struct recording_watch *watch = &((struct inputs *)ctx)->watch;

	if (watch->begin)
		watch->begin(watch->ctx, path, header, follows);
}

static void on_end(void *ctx, const char *path, const struct recording_end *end)
{
	const struct recording_watch *watch = &((struct inputs *)ctx)->watch;

	if (watch->end)
		watch->end(watch->ctx, path, end);
}

static void on_damage(void *ctx, const struct recording_damage *damage)
{
	struct inputs *inputs = ctx;

	if (inputs->damages++ < DAMAGES_SAID) {
		meter__hide(&inputs->meter);
		say_damage(damage);
	}
	if (inputs->watch.damage)
		inputs->watch.damage(inputs->watch.ctx, damage);
}

int inputs_open(struct inputs *inputs, struct failure *why)
{
	static const char *const usual[] = { RECORDING_DEFAULT };
	const struct recording_watch watch = {
		.ctx = inputs,
		.begin = on_begin,
		.end = on_end,
		.damage = on_damage,
	};

	inputs->recorded = recorded__open(inputs->n ? inputs->paths : usual,
					  inputs->n ? inputs->n : 1, &watch, why);
	return inputs->recorded ? 0 : -EIO;
}

void inputs_pump(struct inputs *inputs, struct pump *pump, FILE *lines)
{
	pump->source = recorded__source(inputs->recorded);
	pump__add(pump, meter__consumer(&inputs->meter, inputs->recorded, lines));
}

int inputs_status(const struct inputs *inputs, bool interrupted)
{
	if (inputs->damages > DAMAGES_SAID)
		fprintf(stderr, "klpscope: %u more such places\n", inputs->damages - DAMAGES_SAID);
	if (interrupted)
		fputs("klpscope: interrupted: not all was read\n", stderr);
	return recorded__is_whole(inputs->recorded) && !interrupted ? EXIT_DONE : EXIT_FOUND;
}

void inputs_close(struct inputs *inputs)
{
	recorded__close(inputs->recorded);
	free(inputs->paths);
}
