// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "rules/refusal.h"
#include "sink/check_sink.h"
#include "sink/json_gen.h"

static const char *or_null(const char *s)
{
	return s && s[0] ? s : NULL;
}

static void write_error(yajl_gen g, const struct check_finding *finding)
{
	bool refused = finding && finding->verdict == CHECK_REFUSED;

	json_key_error(g, refused ? finding->error : 0);
	/* What the module loader refuses is no "refused" event, and has no cause there. */
	json_key_string(g, "cause",
			refused && finding->cause != CAUSE_UNKNOWN ? cause_name(finding->cause)
								   : NULL);
}

static void write_finding(yajl_gen g, const struct check *check,
			  const struct check_finding *finding)
{
	yajl_gen_map_open(g);
	json_key_string(g, "rule", check_rule_name(finding->rule));
	json_key_string(g, "function", check_rule_function(finding->rule));
	json_key_string(g, "verdict", check_verdict_name(finding->verdict));
	write_error(g, finding);
	json_key_string(g, "text", finding->text);
	json_key_string(g, "assumes", finding->assumes);
	json_key_string(g, "remedy", finding->remedy);
	if (finding->rule == RULE_STATES)
		json_key_conflicts(g, &check->conflicts);
	yajl_gen_map_close(g);
}

static const char *setup_name(const struct module_facts *m)
{
	static const char *const names[] = {
		[MODULE_STATIC] = "static",
		[MODULE_RUN_TIME] = "run_time",
		[MODULE_NO_LAYOUT] = "unknown",
		[MODULE_UNREADABLE] = "unknown",
	};

	return m->format == MODULE_FORMAT_OK ? names[m->setup] : "unknown";
}

static void write_module(yajl_gen g, const struct module_facts *m)
{
	bool is_static = m->format == MODULE_FORMAT_OK && m->setup == MODULE_STATIC;

	json_key_string(g, "file", m->file);
	json_key_string(g, "vermagic", m->vermagic);
	json_key_bool(g, "signed", m->is_signed);
	json_key_string(g, "tool", module_tool_name(m->tool));
	json_key_string(g, "setup", setup_name(m));
	json_key(g, "replace");
	if (is_static && m->replace == MODULE_KNOWN)
		yajl_gen_bool(g, m->patch.replace);
	else
		yajl_gen_null(g);
	if (is_static && m->states == MODULE_KNOWN) {
		json_key_states(g, &m->patch, m->flags);
	} else {
		json_key(g, "states");
		yajl_gen_null(g);
	}
	if (is_static && m->objects == MODULE_KNOWN) {
		json_key_objects(g, &m->patch);
	} else {
		json_key(g, "objects");
		yajl_gen_null(g);
	}
}

static void write_takeover(yajl_gen g, const struct check_takeover *state)
{
	yajl_gen_map_open(g);
	json_key_number(g, "state", state->id);
	json_key_version(g, "from_version",
			 state->no_version || state->is_new ? NULL : &state->from_version);
	json_key_string(g, "from_patch", state->from);
	json_key_version(g, "to_version",
			 state->no_version || state->gone ? NULL : &state->to_version);
	json_key_bool(g, "taken_over", !state->gone);
	yajl_gen_map_close(g);
}

static void write_function(yajl_gen g, const struct check_function *function)
{
	yajl_gen_map_open(g);
	json_key_string(g, "object", function->object);
	json_key_string(g, "function", function->name);
	json_key_number(g, "sympos", function->sympos);
	json_key(g, "object_loaded");
	if (function->loaded_known)
		yajl_gen_bool(g, function->loaded);
	else
		yajl_gen_null(g);
	json_key_string(g, "patched_by", or_null(function->below));
	json_key_bool(g, "reverts", function->reverts);
	yajl_gen_map_close(g);
}

static void write_effects(yajl_gen g, const struct check *check)
{
	json_key(g, "effects");
	if (!check->effects_known) {
		yajl_gen_null(g);
		return;
	}
	yajl_gen_map_open(g);
	json_key_number(g, "order", check->order);
	json_key(g, "replaces");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < check->n_replaces; i++)
		json_string(g, check->replaces[i]);
	yajl_gen_array_close(g);
	json_key(g, "states");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < check->n_states; i++)
		write_takeover(g, &check->states[i]);
	yajl_gen_array_close(g);
	json_key(g, "functions");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < check->n_functions; i++)
		write_function(g, &check->functions[i]);
	yajl_gen_array_close(g);
	yajl_gen_map_close(g);
}

static void write_probes(yajl_gen g, const struct check *check, const struct baseline *baseline)
{
	json_key(g, "probes");
	if (baseline->foreign_known != BASELINE_KNOWN) {
		yajl_gen_null(g);
		return;
	}
	yajl_gen_array_open(g);
	for (size_t i = 0; i < check->n_probes; i++) {
		yajl_gen_map_open(g);
		json_key_string(g, "object", check->probes[i].object);
		json_key_string(g, "function", check->probes[i].function);
		json_key_string(g, "text", check->probes[i].text);
		yajl_gen_map_close(g);
	}
	yajl_gen_array_close(g);
}

static int begin(struct check_sink *sink, const struct baseline *baseline)
{
	yajl_gen g = json_open(sink->out, true);

	if (!g)
		return -ENOMEM;
	sink->state = g;
	yajl_gen_map_open(g);
	json_key_string(g, "against", baseline->name);
	json_key_string(g, "kernel", or_null(baseline->release));
	json_key_string(g, "kernel_vermagic", or_null(baseline->vermagic));
	json_key(g, "steps");
	yajl_gen_array_open(g);
	return 0;
}

static void step(struct check_sink *sink, const struct check *check,
		 const struct baseline *baseline)
{
	yajl_gen g = sink->state;

	yajl_gen_map_open(g);
	json_key_number(g, "step", sink->steps + 1);
	json_key_string(g, "action", check->action == CHECK_ENABLE ? "enable" : "disable");
	json_key_string(g, "patch", check->name);
	json_key_string(g, "verdict", check_verdict_name(check->verdict));
	write_error(g, check->decisive);
	if (check->module)
		write_module(g, check->module);
	json_key(g, "findings");
	yajl_gen_array_open(g);
	for (size_t i = 0; i < check->n_findings; i++)
		write_finding(g, check, &check->findings[i]);
	yajl_gen_array_close(g);
	if (check->module) {
		write_effects(g, check);
		write_probes(g, check, baseline);
	}
	yajl_gen_map_close(g);
}

static void end(struct check_sink *sink, enum check_verdict verdict)
{
	yajl_gen g = sink->state;

	yajl_gen_array_close(g);
	json_key_string(g, "verdict", check_verdict_name(verdict));
	yajl_gen_map_close(g);
	yajl_gen_free(g);
}

const struct check_sink_ops check_json = { .begin = begin, .step = step, .end = end };
