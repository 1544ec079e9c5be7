// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "sink/fleet_forms.h"
#include "fleet/json_events.h"
#include "util/cleanup.h"

static void on_event(void *ctx, const struct fleet_event *event)
{
	fleet__event(ctx, event);
}

/* A model of these lines, finished. */
static struct fleet *fleet_of(const char *lines, enum json_events_format format)
{
	struct fleet *fleet = fleet__new();
	struct json_events_rest rest = { 0 };
	FILE *in = fmemopen((char *)lines, strlen(lines), "r");

	assert_non_null(in);
	assert_int_equal(json_events_read(in, format, "file", on_event, fleet, &rest), 0);
	fclose(in);
	fleet->others = rest.others;
	fleet->cut = rest.cut;
	fleet->bad = rest.bad;
	fleet__finish(fleet);
	return fleet;
}

#define EVENT(host, rest)                                                                          \
	"{\"host\":\"" host "\",\"time\":\"2026-11-22T10:00:00.5Z\",\"boot_ns\":5," rest "}\n"
#define STATE(host, id, version, patch)                                                            \
	EVENT(host, "\"event\":\"state\",\"state\":" id                                            \
		    ",\"from_version\":null,\"to_version\":" version ",\"to_patch\":" patch)
#define TRANSITION(host, action, rest)                                                             \
	EVENT(host, "\"event\":\"transition\",\"patch\":\"p\",\"action\":\"" action                \
		    "\",\"target\":\"patched\",\"tries\":1" rest)

static void versions_of(struct text *text, const struct fleet *fleet)
{
	struct fleet_versions versions;

	assert_int_equal(fleet__versions(fleet, &versions), 0);
	for (size_t i = 0; i < versions.n; i++) {
		const struct fleet_version *v = &versions.list[i];

		fprintf(text->out, "%" PRIu64 ":", v->id);
		if (v->none)
			fputs("none", text->out);
		else if (v->has_version)
			fprintf(text->out, "%" PRIu32, v->version);
		fprintf(text->out, "%s", v->differs ? "!" : "");
		for (size_t h = 0; h < v->n_hosts; h++)
			fprintf(text->out, " %s", v->hosts[h]->name);
		fputc('\n', text->out);
	}
	fleet_versions__clear(&versions);
}

/* Who has which version; the same by another livepatch is no difference. */
static void versions(void **state _unused_)
{
	static const char lines[] = STATE("b", "1", "2", "\"x\"") STATE("a", "1", "1", "\"x\"")
		STATE("c", "1", "2", "\"y\"") STATE("a", "18446744073709551615", "7", "\"x\"")
			STATE("b", "3", "4", "\"x\"") STATE("b", "3", "null", "null")
				STATE("a", "5", "null", "\"x\"");
	struct fleet *fleet = fleet_of(lines, JSON_LINES);
	struct text text;

	text_open(&text);
	versions_of(&text, fleet);
	text_expect(&text, "1:1! a\n1:2! b\n1:2! c\n3:none b\n5: a\n18446744073709551615:7 a\n");
	assert_int_equal(fleet->n_hosts, 3);
	assert_true(fleet__kept_all(fleet));
	text_close(&text);
	fleet__free(fleet);
}

static void cases(void **state _unused_)
{
	static const char lines[] = EVENT("a", "\"event\":\"enable\",\"patch\":\"p\",\"attempt\":1")
		TRANSITION("a", "start", "") TRANSITION("a", "retry", "") EVENT(
			"a",
			"\"event\":\"stall\",\"patch\":\"p\",\"target\":\"patched\",\"elapsed_ns\":9,"
			"\"tasks\":[{\"comm\":\"t\",\"tid\":4,\"explanation\":\"why\"},{}],\"more\":3")
			TRANSITION("a", "force", "")
				TRANSITION("a", "complete", ",\"duration_ns\":77")
		/* Held up at the end of all; of another host, the end was not seen. */
		TRANSITION("b", "start", "") EVENT(
			"b", "\"event\":\"stall\",\"patch\":\"p\",\"tasks\":[],\"more\":0")
			EVENT("b",
			      "\"event\":\"progress\",\"patch\":\"p\",\"remaining\":1,\"elapsed_ns\":12")
				TRANSITION("c", "start", "") EVENT(
					"c",
					"\"event\":\"stall\",\"patch\":\"p\",\"tasks\":[],\"more\":0")
					TRANSITION("c", "start", "") EVENT(
						"a",
						"\"event\":\"lost\",\"records\":2,\"attempts\":0,\"lookups\":0,\"missed\":1");
	struct fleet *fleet = fleet_of(lines, JSON_LINES);
	const struct fleet_stall *stall;

	assert_int_equal(fleet->accepted, 4);
	assert_int_equal(fleet->forced, 1);
	assert_int_equal(fleet->lost, 3);
	assert_false(fleet__kept_all(fleet));
	assert_int_equal(recent__n(&fleet->stalls), 3);
	stall = recent__at(&fleet->stalls, 0);
	assert_string_equal(stall->host->name, "a");
	assert_string_equal(stall->comm, "t");
	assert_string_equal(stall->why, "why");
	assert_int_equal(stall->more, 4);
	assert_int_equal(stall->waited_ns, 77);
	assert_int_equal(stall->outcome, STALL_COMPLETE);
	assert_true(stall->forced);
	stall = recent__at(&fleet->stalls, 1);
	assert_string_equal(stall->host->name, "c");
	assert_int_equal(stall->outcome, STALL_UNKNOWN);
	stall = recent__at(&fleet->stalls, 2);
	assert_string_equal(stall->host->name, "b");
	assert_int_equal(stall->outcome, STALL_RUNNING);
	assert_int_equal(stall->waited_ns, 12);
	assert_true(stall->host->running);
	fleet__free(fleet);
}

#define ENTRY(host, machine, event, json)                                                                   \
	"{\"_HOSTNAME\":\"" host "\",\"_MACHINE_ID\":\"" machine "\",\"KLPSCOPE_EVENT\":\"" event           \
	"\",\"__REALTIME_TIMESTAMP\":\"1795339542000000\",\"KLPSCOPE_COUNT\":\"6\",\"KLPSCOPE_JSON\":" json \
	"}\n"
#define FREED "\"{\\\"event\\\":\\\"freed\\\",\\\"time\\\":\\\"2026-11-22T10:00:00Z\\\"}\""
#define INSTALLED                                                                                          \
	"\"{\\\"time\\\":\\\"2026-11-22T10:00:00Z\\\",\\\"states\\\":[{\\\"state\\\":1,\\\"version\\\":2," \
	"\\\"patch\\\":\\\"x\\\"}]}\""

static void journal(void **state _unused_)
{
	static const char lines[] = ENTRY("a", "11", "installed", INSTALLED)
		ENTRY("b", "22", "installed",
		      "\"{\\\"time\\\":\\\"2026-11-22T10:00:00Z\\\",\\\"states\\\":[]}\"")
			ENTRY("b", "33", "freed", FREED) ENTRY("a", "11", "freed", "null")
				ENTRY("a", "11", "journal_lost", "null")
		/* What journalctl does not take for text. */
		ENTRY("a", "11", "freed",
		      "[123,34,101,118,101,110,116,34,58,34,102,114,101,101,100,34,44,34,116,105,109,101,34,58,34,"
		      "50,48,50,54,45,49,49,45,50,50,84,49,48,58,48,48,58,48,48,90,34,125]") "{\"_HOSTNAME\":\"a\",\"MESSAGE\":\"of another\"}\n";
	struct fleet *fleet = fleet_of(lines, JSON_JOURNAL);
	_cleanup_free_ char *name = NULL;
	struct text text;

	assert_int_equal(fleet->cut, 1);
	assert_int_equal(fleet->others, 1);
	assert_int_equal(fleet->bad, 0);
	assert_int_equal(fleet->journal_lost, 6);
	assert_int_equal(fleet->n_hosts, 3);
	assert_int_equal(fleet->hosts[0]->events, 1);
	/* Two machines of one name. */
	assert_true(fleet->hosts[1]->ambiguous && fleet->hosts[2]->ambiguous);
	name = fleet_host_name(fleet->hosts[2]);
	assert_string_equal(name, "b/33");
	text_open(&text);
	versions_of(&text, fleet);
	/* Of the second it is known that it has none; of the third, nothing. */
	text_expect(&text, "1:2! a\n1:none! b\n");
	text_close(&text);
	fleet__free(fleet);
}

static void bad_lines(void **state _unused_)
{
	static const char *const cases[] = {
		"x",
		"[]",
		"{",
		"{\"event\":1}",
		"{\"event\":\"freed\"}",
		"{\"event\":\"freed\",\"time\":\"10:00\"}",
		EVENT("a", "\"event\":\"refused\""),
		EVENT("a", "\"event\":\"transition\",\"action\":\"fly\""),
		EVENT("a", "\"event\":\"stall\",\"tasks\":7"),
		EVENT("a", "\"event\":\"state\",\"state\":-1"),
		EVENT("a", "\"event\":\"state\",\"state\":1.5"),
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fleet *fleet = fleet_of(cases[i], JSON_LINES);

		expect_true(fleet->bad == 1, "%s", cases[i]);
		assert_int_equal(fleet->n_hosts, 0);
		fleet__free(fleet);
	}
}

/* More states than are shown, chosen by whoever made the lines. */
static void many_states(void **state _unused_)
{
	struct fleet *fleet = fleet__new();
	struct fleet_versions v;

	for (unsigned int i = 0; i < 5 * FLEET_STATES_MAX; i++) {
		char host[2] = { (char)('a' + i / FLEET_STATES_MAX) };
		struct fleet_event event = {
			.host = host,
			.machine_id = "",
			.event = { .kind = EVENT_STATE, .state = { .id = i + 1, .to_patch = "p" } },
		};

		fleet__event(fleet, &event);
	}
	fleet__finish(fleet);
	assert_int_equal(fleet__versions(fleet, &v), 0);
	assert_int_equal(v.n, FLEET_IDS_MAX);
	assert_int_equal(v.more, 5 * FLEET_STATES_MAX - FLEET_IDS_MAX);
	fleet_versions__clear(&v);
	fleet__free(fleet);
}

/* Hosts that have nothing in common: of each state, all others have none, which nobody reads. */
static void little_in_common(void **state _unused_)
{
	enum { HOSTS = 64, STATES = FLEET_IDS_MAX / HOSTS };
	struct fleet *fleet = fleet__new();
	struct fleet_versions v;
	uint64_t more = 0;

	for (unsigned int h = 0; h < HOSTS; h++) {
		struct fleet_state states[STATES];
		char host[8];
		struct fleet_event event = {
			.host = host,
			.machine_id = "",
			.type = FLEET_INSTALLED,
			.states = states,
			.n_states = STATES,
		};

		snprintf(host, sizeof(host), "%02u", h);
		for (unsigned int i = 0; i < STATES; i++)
			states[i] = (struct fleet_state){ .id = i * HOSTS + h, .patch = "p" };
		fleet__event(fleet, &event);
	}
	fleet__finish(fleet);
	assert_int_equal(fleet__versions(fleet, &v), 0);
	assert_int_equal(v.n, 2 * FLEET_IDS_MAX);
	for (size_t i = 0; i < v.n; i++) {
		const struct fleet_version *version = &v.list[i];

		assert_true(version->differs && version->none == i % 2);
		assert_int_equal(version->n_hosts + version->more_hosts, i % 2 ? HOSTS - 1 : 1);
		assert_true(version->none || !version->more_hosts);
		more += version->more_hosts;
	}
	/* What comes first is listed as a whole. */
	assert_int_equal(v.list[1].n_hosts, HOSTS - 1);
	assert_string_equal(v.list[1].hosts[0]->name, "01");
	assert_true(more && more == v.more_hosts);
	fleet_versions__clear(&v);
	fleet__free(fleet);
}

/* A sum of losses that does not fit is still a loss. */
static void lost_beyond_all(void **state _unused_)
{
	static const char lines[] = EVENT(
		"a",
		"\"event\":\"lost\",\"records\":18446744073709551611,\"attempts\":0,\"lookups\":0,\"missed\":5")
		EVENT("a",
		      "\"event\":\"lost\",\"records\":1,\"attempts\":0,\"lookups\":0,\"missed\":0");
	struct fleet *fleet = fleet_of(lines, JSON_LINES);

	assert_true(fleet->lost == UINT64_MAX && fleet->hosts[0]->lost == UINT64_MAX);
	assert_false(fleet__kept_all(fleet));
	fleet__free(fleet);
}

static void forms(void **state _unused_)
{
	static const char lines[] = EVENT(
		"a\\u001b",
		"\"event\":\"refused\",\"patch\":\"p\\n\",\"attempt\":1,\"error\":-22,\"cause\":\"symbol\","
		"\"explanation\":\"no symbol\"");
	struct fleet *fleet = fleet_of(lines, JSON_LINES);
	struct text text;

	text_open(&text);
	assert_int_equal(fleet_text(text.out, fleet, &(struct fleet_options){ 0 }), 0);
	fflush(text.out);
	squeeze(text.s);
	/* Terminals are safe. */
	assert_null(strchr(text.s, '\033'));
	assert_non_null(strstr(text.s, "a\\x1b p\\x0a EINVAL symbol no symbol"));
	text_close(&text);
	text_open(&text);
	assert_int_equal(fleet_json(text.out, fleet), 0);
	fflush(text.out);
	assert_non_null(strstr(text.s, "\"cause\": \"symbol\""));
	text_close(&text);
	fleet__free(fleet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions),
		cmocka_unit_test(cases),
		cmocka_unit_test(journal),
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(forms),
		cmocka_unit_test(many_states),
		cmocka_unit_test(little_in_common),
		cmocka_unit_test(lost_beyond_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
