// SPDX-License-Identifier: GPL-2.0
#include "cmd/common/cmd.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "facts/hooks.h"
#include "util/timefmt.h"

#define BUFFER_KB_MAX (1024 * 1024)

enum {
	OPT_BTF = 0x200,
	OPT_ATTACH,
	OPT_WITHOUT,
};

void usage_error(const struct argp_state *state, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", state->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "; see '%s --help'\n", state->name);
	exit(EXIT_USAGE);
}

char *help_with_columns(int key, const char *text, void (*columns)(FILE *out))
{
	char *help = NULL;
	size_t size;
	FILE *out;

	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	out = open_memstream(&help, &size);
	if (!out)
		return NULL;
	fputs(text ? text : "", out);
	columns(out);
	fclose(out);
	return help;
}

void pump_failure(const struct pump *pump, int err, const char *reading, struct failure *why)
{
	if (pump->failed && pump->failed->output)
		failure_set(why, FAILURE_OUTPUT, err, "%s", pump->failed->output);
	else
		failure_set(why, FAILURE_SYSTEM, err, "%s", reading);
}

int close_output(FILE *out)
{
	if (ferror(out))
		return -EIO;
	return fclose(out) ? -errno : 0;
}

int parse_u64(const char *s, uint64_t *value)
{
	char *end;

	if (!isdigit((unsigned char)*s))
		return -EINVAL;
	errno = 0;
	*value = strtoull(s, &end, strncmp(s, "0x", 2) ? 10 : 16);
	if (*end)
		return -EINVAL;
	return -errno;
}

int parse_seconds(const char *s, uint64_t *ns)
{
	double seconds;
	char *end;

	if (!isdigit((unsigned char)*s) && *s != '.')
		return -EINVAL;
	seconds = strtod(s, &end);
	if (*end || !isfinite(seconds))
		return -EINVAL;
	if (seconds < 1e-9 || seconds > 1e9)
		return -ERANGE;
	*ns = seconds * NSEC_PER_SEC;
	return 0;
}

static void parse_without(const char *arg, struct live_options *options, struct argp_state *state)
{
	for (;;) {
		size_t len = strcspn(arg, ",");
		int hook = hook_find(arg, len);

		if (hook < 0)
			usage_error(state, "--without: there is no hook '%.*s'", (int)len, arg);
		if (!hooks[hook].without)
			usage_error(state, "--without: nothing works without %s", hooks[hook].name);
		options->without |= 1ULL << hook;
		if (!arg[len])
			return;
		arg += len + 1;
	}
}

static error_t parse_kernel(int key, char *arg, struct argp_state *state)
{
	struct live_options *options = state->input;
	uint64_t kb;

	switch (key) {
	case OPT_BTF:
		options->btf = arg;
		return 0;
	case 'm':
		if (parse_u64(arg, &kb) || kb < 4 || kb > BUFFER_KB_MAX || (kb & (kb - 1)))
			usage_error(state, "-m: '%s' is no power of two from 4 to %d (kilobytes)",
				    arg, BUFFER_KB_MAX);
		options->buffer = kb * 1024;
		return 0;
	case 'v':
		options->verbose = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option kernel_argp_options[] = {
	{ "buffer-size", 'm', "KB", 0, "size of the ring buffer (trace: 256, the others: 4096)",
	  10 },
	{ "btf", OPT_BTF, "FILE", 0, "BTF of the running kernel, where it carries none itself",
	  10 },
	{ "verbose", 'v', NULL, 0, "show what libbpf and the kernel's verifier say", 10 },
	{ 0 },
};

const struct argp argp_kernel = { .options = kernel_argp_options, .parser = parse_kernel };

static error_t parse_live(int key, char *arg, struct argp_state *state)
{
	struct live_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = options;
		return 0;
	case OPT_ATTACH:
		if (!strcmp(arg, "auto"))
			options->attach = LIVE_ATTACH_AUTO;
		else if (!strcmp(arg, "tracepoint"))
			options->attach = LIVE_ATTACH_TRACEPOINT;
		else if (!strcmp(arg, "fentry"))
			options->attach = LIVE_ATTACH_FENTRY;
		else if (!strcmp(arg, "kprobe"))
			options->attach = LIVE_ATTACH_KPROBE;
		else
			usage_error(state,
				    "--attach: '%s' is none of auto, tracepoint, fentry, kprobe",
				    arg);
		return 0;
	case OPT_WITHOUT:
		parse_without(arg, options, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option live_argp_options[] = {
	{ "attach", OPT_ATTACH, "auto|tracepoint|fentry|kprobe", 0,
	  "how to attach to the livepatch core (default auto)", 10 },
	{ "without", OPT_WITHOUT, "HOOK[,...]", 0,
	  "leave hooks out, for example klp_get_state where it is called very often", 10 },
	{ 0 },
};

static const struct argp_child live_children[] = { { .argp = &argp_kernel }, { 0 } };

const struct argp argp_live = {
	.options = live_argp_options,
	.parser = parse_live,
	.children = live_children,
};
