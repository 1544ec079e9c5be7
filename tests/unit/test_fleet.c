// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "sink/fleet_forms.h"
#include "fleet/json_events.h"
#include "util/array.h"
#include "util/attributes.h"
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

#define FREED_WITH(value) EVENT("a", "\"event\":\"freed\",\"patch\":\"p\",\"x\":" value)

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
		FREED_WITH("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"),
		/* No JSON, though some parsers take it. */
		FREED_WITH("'x'"),
		FREED_WITH("NaN"),
		FREED_WITH("-Infinity"),
		FREED_WITH("[0,]"),
		FREED_WITH("/**/0"),
		FREED_WITH("01"),
		FREED_WITH("\"\t\""),
		FREED_WITH("\"\\x41\""),
		/* No UTF-8, and half of a surrogate in it. */
		FREED_WITH("\"\xff\""),
		FREED_WITH("\"\xed\xa0\x80\""),
		/* What comes after a NUL would be hidden. */
		FREED_WITH("\"p\\u0000q\""),
		FREED_WITH("{\"p\\u0000q\":1}"),
		/* Numbers of which json-c would make the nearest that it has. */
		FREED_WITH("18446744073709551616"),
		FREED_WITH("[-99999999999999999999]"),
		/* 2^64 ns later */
		"{\"event\":\"freed\",\"time\":\"2554-07-21T23:34:33Z\"}",
		EVENT("a", "\"event\":\"stall\",\"tasks\":[0],\"more\":18446744073709551615"),
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fleet *fleet = fleet_of(cases[i], JSON_LINES);

		expect_true(fleet->bad == 1, "%s", cases[i]);
		assert_int_equal(fleet->n_hosts, 0);
		fleet__free(fleet);
	}
}

/* Odd, and yet understood. */
static void odd_lines(void **state _unused_)
{
	static const char *const cases[] = {
		FREED_WITH("-0"),
		FREED_WITH("1e400"),
		FREED_WITH("18446744073709551615"),
		FREED_WITH("0.99999999999999999999999"),
		FREED_WITH("99999999999999999999e0"),
		FREED_WITH(
			"\"99999999999999999999'\\\\u0000[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\""),
		FREED_WITH("\"\\ud800\""),
		FREED_WITH("\"\\udc00\\ud83d\\ude00\""),
		FREED_WITH("\"\x7f\xe2\x80\xa8\""),
		FREED_WITH("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"),
		EVENT("a", "\"event\":\"enable\",\"event\":\"freed\""),
		EVENT("a", "\"event\":\"freed\",\"patch\":7,\"boot_ns\":-5,\"attempt\":1.5"),
		EVENT("a",
		      "\"event\":\"freed\",\"incomplete\":null,\"time\":\"2026-11-22T10:00:00Z\""),
		" {\"event\" : \"freed\",\"time\":\"2026-11-22T10:00:00Z\" } \r\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fleet *fleet = fleet_of(cases[i], JSON_LINES);

		expect_true(!fleet->bad && fleet->events == 1 && !fleet->attempts, "%s", cases[i]);
		fleet__free(fleet);
	}
}

static void journal_lines(void **state _unused_)
{
	static const struct {
		const char *line;
		bool good;
	} cases[] = {
		{ ENTRY("a", "11", "freed", FREED), true },
		{ ENTRY("a", "11", "freed", "7"), false },
		{ ENTRY("a", "11", "freed", "[]"), false },
		{ ENTRY("a", "11", "freed", "[123,379,125]"), false },
		{ ENTRY("a", "11", "freed", "[123,\"}\"]"), false },
		{ ENTRY("a", "11", "freed", "\"{\\\"event\\\":\""), false },
		{ "{\"KLPSCOPE_EVENT\":\"freed\"}", false },
		/* {"event":"freed","time":"2026-11-22T10:00:00Z"}, and behind it a NUL and more */
		{ ENTRY("a", "11", "freed",
			"[123,34,101,118,101,110,116,34,58,34,102,114,101,101,100,34,44,34,116,105,109,101,34,58,34,"
			"50,48,50,54,45,49,49,45,50,50,84,49,48,58,48,48,58,48,48,90,34,125,0,120]"),
		  false },
		{ "{\"KLPSCOPE_EVENT\":\"journal_lost\",\"KLPSCOPE_COUNT\":\"18446744073709551615\","
		  "\"__REALTIME_TIMESTAMP\":\"9223372036854775807\"}",
		  true },
		{ "{\"KLPSCOPE_EVENT\":\"journal_lost\",\"KLPSCOPE_COUNT\":\"18446744073709551616\"}",
		  false },
		{ "{\"KLPSCOPE_EVENT\":\"journal_lost\",\"KLPSCOPE_COUNT\":\"-1\"}", false },
		{ "{\"KLPSCOPE_EVENT\":\"journal_lost\",\"KLPSCOPE_COUNT\":6}", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fleet *fleet = fleet_of(cases[i].line, JSON_JOURNAL);

		expect_true(fleet->bad == !cases[i].good && fleet->n_hosts == cases[i].good, "%s",
			    cases[i].line);
		assert_int_equal(fleet->first_ns < 0, 0);
		fleet__free(fleet);
	}
}

/* A line of a value that is long: @unit again and again. */
static bool long_line(const char *before, const char *unit, size_t n, const char *after)
{
	_cleanup_free_ char *line = NULL;
	struct fleet *fleet;
	size_t size;
	FILE *out = open_memstream(&line, &size);
	bool good;

	fprintf(out, "{\"event\":\"freed\",\"time\":\"2026-11-22T10:00:00Z\",\"x\":%s", before);
	while (n--)
		fputs(unit, out);
	fprintf(out, "%s}\n" FREED_WITH("0"), after);
	fclose(out);
	fleet = fleet_of(line, JSON_LINES);
	good = !fleet->bad;
	/* The one that follows is read always. */
	assert_int_equal(fleet->bad + fleet->events, 2);
	fleet__free(fleet);
	return good;
}

/* However it is filled, a line takes no more memory than it may. */
static void long_lines(void **state _unused_)
{
	assert_true(long_line("[", "0,", 400000, "0]"));
	assert_false(long_line("[", "0,", 800000, "0]"));
	assert_false(long_line("[", "0,", 8000000, "0]"));
	assert_true(long_line("[", "{},", 50000, "0]"));
	assert_false(long_line("[", "{},", 60000, "0]"));
	assert_false(long_line("{", "\"\":[],", 200000, "\"\":0}"));
	assert_true(long_line("\"", "xxxxxxxx", (JSON_LINE_MAX >> 3) - 20, "\""));
	assert_false(long_line("\"", "xxxxxxxx", JSON_LINE_MAX >> 3, "\""));
	assert_false(long_line("\"", "xxxxxxxx", JSON_LINE_MAX >> 2, "\""));
}

/* Sums of what anyone may have written stay what they are at most. */
static void large_numbers(void **state _unused_)
{
	static const char lines[] =
		EVENT("a", "\"event\":\"lost\",\"records\":18446744073709551611,\"missed\":5")
			EVENT("a", "\"event\":\"lost\",\"records\":1");
	struct fleet *fleet = fleet_of(lines, JSON_LINES);

	assert_int_equal(fleet->bad, 0);
	assert_true(fleet->lost == UINT64_MAX && fleet->hosts[0]->lost == UINT64_MAX);
	fleet__free(fleet);
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

static void chosen(void **state _unused_)
{
	static const char lines[] = STATE("a", "7", "3", "\"p\"") STATE("b", "7", "4", "\"p\"")
		STATE("c", "7", "4", "\"p\"")
			EVENT("b",
			      "\"event\":\"refused\",\"patch\":\"p\",\"attempt\":1,\"error\":-22,"
			      "\"cause\":\"symbol\",\"explanation\":\"no symbol\"");
	static const struct {
		struct table_options options;
		bool json;
		const char *text;
	} cases[] = {
		{ { .columns = "host,REFUSED,LONGEST", .sort = "-refused", .noheadings = true },
		  .text = "b 1 -\na 0 -\nc 0 -\n" },
		{ { .table = "states", .columns = "STATE,VERSION,COUNT,HOSTS", .sort = "-COUNT" },
		  .text = "STATE VERSION COUNT HOSTS\n 7 4 2 b, c\n 7 3 1 a\n" },
		{ { .table = "states", .columns = "VERSION,HOSTS", .noheadings = true },
		  .text = " 3 a\n 4 b,c\n" },
		{ { .columns = "HOST,REFUSED,LONGEST,RUNNING", .sort = "-REFUSED" },
		  true,
		  "{\n \"hosts\": [\n"
		  " {\n \"host\": \"b\",\n \"refused\": 1,\n \"longest_ns\": null,\n \"running\": false\n },\n"
		  " {\n \"host\": \"a\",\n \"refused\": 0,\n \"longest_ns\": null,\n \"running\": false\n },\n"
		  " {\n \"host\": \"c\",\n \"refused\": 0,\n \"longest_ns\": null,\n \"running\": false\n }\n"
		  " ]\n}\n" },
		{ { .table = "states", .columns = "VERSION,HOSTS", .sort = "-VERSION" },
		  true,
		  "{\n \"states\": [\n"
		  " {\n \"version\": 4,\n \"hosts\": [\n \"b\",\n \"c\"\n ]\n },\n"
		  " {\n \"version\": 3,\n \"hosts\": [\n \"a\"\n ]\n }\n ]\n}\n" },
	};
	struct fleet *fleet = fleet_of(lines, JSON_LINES);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct fleet_options options = { .table = cases[i].options };
		struct text text;

		text_open(&text);
		if (cases[i].json)
			assert_int_equal(fleet_table_json(text.out, fleet, &options.table), 0);
		else
			assert_int_equal(fleet_text(text.out, fleet, &options), 0);
		fflush(text.out);
		squeeze(text.s);
		assert_string_equal(text.s, cases[i].text);
		text_close(&text);
	}
	fleet__free(fleet);
}

/* What is no attempt is not counted as one; and the worst that can happen is said first. */
static void besides(void **state _unused_)
{
	static const char lines[] = EVENT(
		"a",
		"\"event\":\"refused\",\"patch\":null,\"attempt\":null,\"action\":\"load\",\"by\":\"loader\","
		"\"module\":\"m\",\"error\":-17,\"cause\":\"loader\",\"explanation\":\"loaded\"")
		EVENT("a",
		      "\"event\":\"refused\",\"patch\":\"p\",\"attempt\":null,\"action\":\"disable\",\"by\":\"livepatch\","
		      "\"error\":-16,\"cause\":\"transition_busy\",\"explanation\":\"busy\"")
			EVENT("b",
			      "\"event\":\"init_failed\",\"patch\":\"p\",\"attempt\":1,\"error\":-5,\"explanation\":\"x\"")
				EVENT("b",
				      "\"event\":\"refused\",\"patch\":\"q\",\"attempt\":2,\"error\":-22,\"cause\":\"symbol\","
				      "\"explanation\":\"none\"");
	struct fleet *fleet = fleet_of(lines, JSON_LINES);
	struct text text;

	assert_int_equal(fleet->bad, 0);
	assert_int_equal(fleet->refused_otherwise, 2);
	assert_int_equal(fleet->hosts[0]->refused_otherwise, 2);
	assert_int_equal(fleet->hosts[0]->refused, 0);
	assert_int_equal(fleet->hosts[1]->refused, 1);
	assert_null(fleet->hosts[0]->broken);
	text_open(&text);
	assert_int_equal(fleet_text(text.out, fleet, &(struct fleet_options){ 0 }), 0);
	fflush(text.out);
	squeeze(text.s);
	assert_non_null(strstr(text.s, " 1 refused (symbol:1)\n"));
	assert_non_null(strstr(text.s, "besides, refused: 2 disables, other writes and modules\n"));
	assert_non_null(strstr(text.s, "INIT FAILED on b after its livepatch p was enabled"));
	assert_null(strstr(text.s, "INIT FAILED on a"));
	assert_non_null(strstr(text.s, " m EEXIST loader loaded"));
	text_close(&text);
	text_open(&text);
	assert_int_equal(fleet_json(text.out, fleet), 0);
	fflush(text.out);
	assert_non_null(strstr(text.s, "\"broken\": \"p\""));
	assert_non_null(strstr(text.s, "\"module\": \"m\""));
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
		cmocka_unit_test(odd_lines),
		cmocka_unit_test(journal_lines),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(large_numbers),
		cmocka_unit_test(chosen),
		cmocka_unit_test(besides),
		cmocka_unit_test(little_in_common),
		cmocka_unit_test(lost_beyond_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
