// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sink/check_sink.h"

#include "util/attributes.h"
#include "util/error_name.h"
#include "util/escape.h"

/* Lines of one kind that are shown before the rest is counted; --json has all. */
#define LINES_MAX 8

#define RULE_WIDTH 11

static const struct {
	const char *finding; /* before a rule */
	const char *step; /* of a step as a whole */
	const char *color;
} names[CHECK_VERDICTS] = {
	[CHECK_ACCEPTED] = { "accepted", "would be accepted", "32" },
	[CHECK_NOT_CHECKED] = { "not checked", "would be accepted", "0" },
	[CHECK_UNKNOWN] = { "unknown", "cannot tell", "33" },
	[CHECK_REFUSED] = { "REFUSED", "would be REFUSED", "31" },
};

static void paint(struct check_sink *sink, enum check_verdict verdict, const char *text, int width)
{
	if (sink->color)
		fprintf(sink->out, "\033[%sm%-*s\033[0m", names[verdict].color, width, text);
	else
		fprintf(sink->out, "%-*s", width, text);
}

static void write_heading(struct check_sink *sink, const struct check *check)
{
	const struct check_finding *why = check->decisive;
	FILE *out = sink->out;

	if (sink->n_steps > 1)
		fprintf(out, "%zu. ", sink->steps + 1);
	if (check->action == CHECK_DISABLE)
		fputs("disable ", out);
	escape_text(out, check->module ? check->module->file : check->name);
	fputs(": ", out);
	paint(sink, check->verdict, names[check->verdict].step, 0);
	if (why) {
		if (why->verdict == CHECK_REFUSED)
			fprintf(out, ", %s", error_name(why->error));
		fputs(": ", out);
		escape_text(out, why->text);
		fprintf(out, "  [%s]", check_rule_function(why->rule));
	}
	if (check->n_never && check->verdict != CHECK_REFUSED)
		fprintf(out, ", but %zu of its functions would NEVER be patched", check->n_never);
	fputc('\n', out);
	if (why && why->remedy && !sink->verbose) {
		fputs("  do: ", out);
		escape_text(out, why->remedy);
		fputc('\n', out);
	}
}

static void write_finding(struct check_sink *sink, const struct check_finding *finding)
{
	FILE *out = sink->out;

	fputs("  ", out);
	paint(sink, finding->verdict, names[finding->verdict].finding, 11);
	fprintf(out, "  %-*s  ", RULE_WIDTH, check_rule_name(finding->rule));
	escape_text(out, finding->text);
	fprintf(out, "  [%s]\n", check_rule_function(finding->rule));
	if (finding->remedy) {
		fprintf(out, "  %*s  do: ", 11 + 2 + RULE_WIDTH, "");
		escape_text(out, finding->remedy);
		fputc('\n', out);
	}
}

/* What an acceptance rests on, once for the whole step. */
static void write_assumptions(struct check_sink *sink, const struct check *check)
{
	FILE *out = sink->out;
	bool first = true;

	if (check->verdict == CHECK_REFUSED)
		return;
	for (size_t i = 0; i < check->n_findings; i++) {
		if (!check->findings[i].assumes)
			continue;
		fputs(first ? "  assuming that " : ", and that ", out);
		escape_text(out, check->findings[i].assumes);
		first = false;
	}
	if (!first)
		fputc('\n', out);
}

/* The first word of a list of lines; the others stand below it. */
static void write_label(FILE *out, const char *label, size_t i)
{
	fprintf(out, "  %-11s  ", i ? "" : label);
}

static void write_more(FILE *out, size_t n)
{
	if (n > LINES_MAX)
		fprintf(out, "  %-11s  (%zu more)\n", "", n - LINES_MAX);
}

static void write_states(FILE *out, const struct check *check)
{
	for (size_t i = 0; i < check->n_states && i < LINES_MAX; i++) {
		const struct check_takeover *state = &check->states[i];

		write_label(out, "states", i);
		fprintf(out, "%" PRIu64 ": ", state->id);
		if (state->is_new)
			fputs("new", out);
		else if (state->no_version)
			fputs("from ", out);
		else
			fprintf(out, "version %u of ", state->from_version);
		if (!state->is_new)
			escape_text(out, state->from);
		if (state->gone)
			fputs(" -> gone", out);
		else if (!state->no_version)
			fprintf(out, " -> version %u", state->to_version);
		else if (!state->is_new)
			fputs(", taken over", out);
		fputc('\n', out);
	}
	write_more(out, check->n_states);
}

static void write_functions(FILE *out, const struct check *check)
{
	for (size_t i = 0; i < check->n_functions && i < LINES_MAX; i++) {
		const struct check_function *function = &check->functions[i];

		write_label(out, "functions", i);
		escape_text(out, function->object);
		fputc(':', out);
		escape_text(out, function->name);
		if (function->sympos > 1)
			fprintf(out, ",%u", function->sympos);
		if (function->never)
			fprintf(out, ", NEVER: %s", function->never);
		else if (!function->loaded && function->loaded_known)
			fputs(", when it is loaded", out);
		else if (!function->loaded_known)
			fputs(", now or when it is loaded", out);
		if (function->reverts)
			fputs(": the original again, instead of ", out);
		else if (function->below)
			fputs(check->n_replaces ? ": instead of " : ": on top of ", out);
		if (function->below)
			escape_text(out, function->below);
		fputc('\n', out);
	}
	write_more(out, check->n_functions);
}

static void write_effects(struct check_sink *sink, const struct check *check,
			  const struct baseline *baseline)
{
	FILE *out = sink->out;

	if (check->effects_known && check->verdict != CHECK_REFUSED) {
		for (size_t i = 0; i < check->n_replaces && i < LINES_MAX; i++) {
			write_label(out, "replaces", i);
			escape_text(out, check->replaces[i]);
			fputc('\n', out);
		}
		write_more(out, check->n_replaces);
		write_states(out, check);
		write_functions(out, check);
	}
	for (size_t i = 0; i < check->n_probes && i < LINES_MAX; i++) {
		write_label(out, "probes", i);
		escape_text(out, check->probes[i].object);
		fputc(':', out);
		escape_text(out, check->probes[i].function);
		fputs(": ", out);
		escape_text(out, check->probes[i].text);
		fputc('\n', out);
	}
	write_more(out, check->n_probes);
	if (check->module && baseline->foreign_known == BASELINE_UNKNOWN && !baseline->no_livepatch)
		fputs("  probes       of others could not be looked at\n", out);
}

static int begin(struct check_sink *sink _unused_, const struct baseline *baseline _unused_)
{
	return 0;
}

static void step(struct check_sink *sink, const struct check *check,
		 const struct baseline *baseline)
{
	size_t fulfilled = 0, passed = 0;

	write_heading(sink, check);
	for (size_t i = 0; i < check->n_findings; i++) {
		const struct check_finding *finding = &check->findings[i];

		bool bad = finding->verdict == CHECK_REFUSED || finding->verdict == CHECK_UNKNOWN;

		/* What decides stands in the heading. */
		if (sink->verbose || (bad && finding != check->decisive))
			write_finding(sink, finding);
		else if (!bad)
			*(finding->verdict == CHECK_ACCEPTED ? &fulfilled : &passed) += 1;
	}
	write_assumptions(sink, check);
	write_effects(sink, check, baseline);
	if (fulfilled || passed) {
		fprintf(sink->out, "  %zu rules fulfilled", fulfilled);
		if (passed)
			fprintf(sink->out, ", %zu not checked", passed);
		fputs(" (-v shows them)\n", sink->out);
	}
}

static void end(struct check_sink *sink, enum check_verdict verdict)
{
	if (sink->n_steps > 1) {
		fputs("all steps: ", sink->out);
		paint(sink, verdict, names[verdict].step, 0);
		fputc('\n', sink->out);
	}
}

const struct check_sink_ops check_text = { .begin = begin, .step = step, .end = end };
