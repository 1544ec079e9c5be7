// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "rules/refusal.h"
#include "sink/check_sink.h"
#include "sink/json_keys.h"

static const char *or_null(const char *s)
{
	return s && s[0] ? s : NULL;
}

static void write_error(struct json_writer *w, const struct check_finding *finding)
{
	bool refused = finding && finding->verdict == CHECK_REFUSED;

	json_key_error(w, refused ? finding->error : 0);
	/* What the module loader refuses is no "refused" event, and has no cause there. */
	json_key_string(w, "cause",
			refused && finding->cause != CAUSE_UNKNOWN ? cause_name(finding->cause)
								   : NULL);
}

static void write_finding(struct json_writer *w, const struct check *check,
			  const struct check_finding *finding)
{
	json_begin_object(w);
	json_key_string(w, "rule", check_rule_name(finding->rule));
	json_key_string(w, "function", check_rule_function(finding->rule));
	json_key_string(w, "verdict", check_verdict_name(finding->verdict));
	write_error(w, finding);
	json_key_string(w, "text", finding->text);
	json_key_string(w, "assumes", finding->assumes);
	json_key_string(w, "remedy", finding->remedy);
	if (finding->rule == RULE_STATES)
		json_key_conflicts(w, &check->conflicts);
	json_end_object(w);
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

static void write_module(struct json_writer *w, const struct module_facts *m)
{
	bool is_static = m->format == MODULE_FORMAT_OK && m->setup == MODULE_STATIC;

	json_key_string(w, "file", m->file);
	json_key_string(w, "vermagic", m->vermagic);
	json_key_bool(w, "signed", m->is_signed);
	json_key_string(w, "tool", module_tool_name(m->tool));
	json_key_string(w, "setup", setup_name(m));
	json_key(w, "replace");
	if (is_static && m->replace == MODULE_KNOWN)
		json_bool(w, m->patch.replace);
	else
		json_null(w);
	if (is_static && m->states == MODULE_KNOWN) {
		json_key_states(w, &m->patch, m->flags);
	} else {
		json_key(w, "states");
		json_null(w);
	}
	if (is_static && m->objects == MODULE_KNOWN) {
		json_key_objects(w, &m->patch);
	} else {
		json_key(w, "objects");
		json_null(w);
	}
}

static void write_takeover(struct json_writer *w, const struct check_takeover *state)
{
	json_begin_object(w);
	json_key_number(w, "state", state->id);
	json_key_version(w, "from_version",
			 state->no_version || state->is_new ? NULL : &state->from_version);
	json_key_string(w, "from_patch", state->from);
	json_key_version(w, "to_version",
			 state->no_version || state->gone ? NULL : &state->to_version);
	json_key_bool(w, "taken_over", !state->gone);
	json_end_object(w);
}

static void write_function(struct json_writer *w, const struct check_function *function)
{
	json_begin_object(w);
	json_key_string(w, "object", function->object);
	json_key_string(w, "function", function->name);
	json_key_number(w, "sympos", function->sympos);
	json_key(w, "object_loaded");
	if (function->loaded_known)
		json_bool(w, function->loaded);
	else
		json_null(w);
	json_key_string(w, "never", function->never);
	json_key_string(w, "patched_by", or_null(function->below));
	json_key_bool(w, "reverts", function->reverts);
	json_end_object(w);
}

static void write_effects(struct json_writer *w, const struct check *check)
{
	json_key(w, "effects");
	if (!check->effects_known) {
		json_null(w);
		return;
	}
	json_begin_object(w);
	json_key_number(w, "order", check->order);
	json_key(w, "replaces");
	json_begin_array(w);
	for (size_t i = 0; i < check->n_replaces; i++)
		json_string(w, check->replaces[i]);
	json_end_array(w);
	json_key(w, "states");
	json_begin_array(w);
	for (size_t i = 0; i < check->n_states; i++)
		write_takeover(w, &check->states[i]);
	json_end_array(w);
	json_key(w, "functions");
	json_begin_array(w);
	for (size_t i = 0; i < check->n_functions; i++)
		write_function(w, &check->functions[i]);
	json_end_array(w);
	json_end_object(w);
}

static void write_probes(struct json_writer *w, const struct check *check,
			 const struct baseline *baseline)
{
	json_key(w, "probes");
	if (baseline->foreign_known != BASELINE_KNOWN) {
		json_null(w);
		return;
	}
	json_begin_array(w);
	for (size_t i = 0; i < check->n_probes; i++) {
		json_begin_object(w);
		json_key_string(w, "object", check->probes[i].object);
		json_key_string(w, "function", check->probes[i].function);
		json_key_string(w, "text", check->probes[i].text);
		json_end_object(w);
	}
	json_end_array(w);
}

static int begin(struct check_sink *sink, const struct baseline *baseline)
{
	struct json_writer *w = json_writer__open(sink->out, true);

	if (!w)
		return -ENOMEM;
	sink->state = w;
	json_begin_object(w);
	json_key_string(w, "against", baseline->name);
	json_key_string(w, "kernel", or_null(baseline->release));
	json_key_string(w, "kernel_vermagic", or_null(baseline->vermagic));
	json_key(w, "steps");
	json_begin_array(w);
	return 0;
}

static void step(struct check_sink *sink, const struct check *check,
		 const struct baseline *baseline)
{
	struct json_writer *w = sink->state;

	json_begin_object(w);
	json_key_number(w, "step", sink->steps + 1);
	json_key_string(w, "action", check->action == CHECK_ENABLE ? "enable" : "disable");
	json_key_string(w, "patch", check->name);
	json_key_string(w, "verdict", check_verdict_name(check->verdict));
	write_error(w, check->decisive);
	if (check->module)
		write_module(w, check->module);
	json_key(w, "findings");
	json_begin_array(w);
	for (size_t i = 0; i < check->n_findings; i++)
		write_finding(w, check, &check->findings[i]);
	json_end_array(w);
	if (check->module) {
		write_effects(w, check);
		write_probes(w, check, baseline);
	}
	json_end_object(w);
}

static void end(struct check_sink *sink, enum check_verdict verdict)
{
	struct json_writer *w = sink->state;

	json_end_array(w);
	json_key_string(w, "verdict", check_verdict_name(verdict));
	json_end_object(w);
	json_writer__close(w);
}

const struct check_sink_ops check_json = { .begin = begin, .step = step, .end = end };
