// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <inttypes.h>
#include <string.h>

#include "report/compare.h"
#include "report/installed.h"
#include "sink/compare_forms.h"
#include "util/array.h"
#include "util/attributes.h"

static void write_line(void *ctx, const struct compared *c)
{
	FILE *out = ctx;
	const char *sep = "";

	if (c->id)
		fprintf(out, "state %" PRIu64 " %u(%s) %u(%s) ", c->id, c->version_a,
			c->a ? c->a->name : "-", c->version_b, c->b ? c->b->name : "-");
	else
		fprintf(out, "%s %zu %zu ", c->a ? c->a->name : c->b->name, c->order_a, c->order_b);
	for (int i = 0; i < DIFFERENCES; i++) {
		if (!(c->differences & (1U << i)))
			continue;
		fprintf(out, "%s%s", sep, difference_name(1U << i));
		sep = ",";
	}
	fputc('\n', out);
}

static void differences(void **state _unused_)
{
	static const struct {
		const char *a, *b, *expected;
	} rows[] = {
		{ "", "", "" },
		{ "p 1:1 vmlinux(f)", "p 1:1 vmlinux(f)", "" },
		{ "p 1:1", "",
		  "p 1 0 only_a\n"
		  "state 1 1(p) 0(-) only_a\n" },
		{ "", "p", "p 0 1 only_b\n" },
		{ "p;q", "q;p", "p 1 2 order\nq 2 1 order\n" },
		/* What only one side has does not change the order of the others. */
		{ "x;p;q", "p;q", "x 1 0 only_a\n" },
		{ "p 1:1", "p 1:2",
		  "p 1 1 states\n"
		  "state 1 1(p) 2(p) version\n" },
		{ "p 1:1 replace", "p 1:1", "p 1 1 replace\n" },
		{ "p disabled", "p forced", "p 1 1 status\n" },
		{ "p vmlinux(f)", "p vmlinux(g)", "p 1 1 functions\n" },
		{ "p vmlinux(f)", "p vmlinux(f) m(f)", "p 1 1 functions\n" },
		{ "p 1:3;q 2:1", "q 2:1;p 1:3", "p 1 2 order\nq 2 1 order\n" },
		{ "p 1:3;q 1:3", "q 1:3;p 1:3",
		  "p 1 2 order\nq 2 1 order\nstate 1 3(q) 3(p) holder\n" },
		{ "p 1:1,5:1", "p 3:1,5:1",
		  "p 1 1 states\n"
		  "state 1 1(p) 0(-) only_a\n"
		  "state 3 0(-) 1(p) only_b\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct snapshot a = { .installed = facts_of(rows[i].a) };
		struct snapshot b = { .installed = facts_of(rows[i].b) };
		struct text text;
		int lines = 0;

		text_open(&text);
		for (const char *s = rows[i].expected; *s; s++)
			lines += *s == '\n';
		expect_true(compare_snapshots(&a, &b, write_line, text.out) == lines, "row %zu", i);
		text_expect(&text, rows[i].expected);
		text_close(&text);
		snapshot_clear(&a);
		snapshot_clear(&b);
	}
}

/* States of kernels without versions are not told apart by them. */
static void no_versions(void **state _unused_)
{
	struct snapshot a = { .installed = facts_of("p 1:0") };
	struct snapshot b = { .installed = facts_of("p 1:7") };
	struct text text;

	a.installed.flags |= WIRE_F_NO_VERSION;
	text_open(&text);
	assert_int_equal(compare_snapshots(&a, &b, write_line, text.out), 0);
	text_close(&text);
	snapshot_clear(&a);
	snapshot_clear(&b);
}

/* Nor are they shown as if they had some. */
static void no_versions_shown(void **state _unused_)
{
	struct compare_side a = { .name = "a", .snapshot.installed = facts_of("p 1:0") };
	struct compare_side b = { .name = "b", .snapshot.installed = facts_of("q 1:7") };
	struct text text;

	a.snapshot.installed.flags |= WIRE_F_NO_VERSION;
	text_open(&text);
	assert_int_equal(compare_text(text.out, &a, &b, &(struct table_options){ 0 }), 3);
	text_expect(
		&text,
		"A: a, as of an unknown time (what was installed before its events is not known)\n"
		"B: b, as of an unknown time (what was installed before its events is not known)\n"
		"\n"
		"PATCH A             B              DIFFERENCE\n"
		"p     #1 enabled 1  not installed  only_a\n"
		"q     not installed #1 enabled 1:7 only_b\n"
		"\n"
		"STATE A B             DIFFERENCE\n"
		"    1 p version 7 (q) holder\n");
	text_close(&text);
	snapshot_clear(&a.snapshot);
	snapshot_clear(&b.snapshot);
}

/* One table for programs; or both without headings. */
static void chosen(void **state _unused_)
{
	static const struct {
		struct table_options options;
		bool json;
		const char *text;
	} cases[] = {
		{ { .noheadings = true },
		  .text = "p #1 enabled 1:1,2:1 #1 enabled 1:1,2:5 states\n"
			  "q #2 disabled not installed only_a\n"
			  "\n"
			  " 2 version 1 (p) version 5 (p) version\n" },
		{ { .columns = "difference,PATCH", .sort = "-PATCH", .noheadings = true },
		  .text = "only_a q\nstates p\n" },
		{ { .table = "states" },
		  .text = "STATE A B DIFFERENCE\n 2 version 1 (p) version 5 (p) version\n" },
		{ { .table = "states" },
		  true,
		  "{\n \"states\": [\n {\n \"state\": 2,\n \"a\": \"version 1 (p)\",\n"
		  " \"b\": \"version 5 (p)\",\n \"differences\": [\n \"version\"\n ]\n }\n ]\n}\n" },
		{ { .columns = "PATCH,B" },
		  true,
		  "{\n \"livepatches\": [\n {\n \"patch\": \"p\",\n \"b\": \"#1 enabled 1:1,2:5\"\n },\n"
		  " {\n \"patch\": \"q\",\n \"b\": null\n }\n ]\n}\n" },
	};
	struct compare_side a = { .name = "a",
				  .snapshot.installed = facts_of("p 1:1 2:1;q disabled") };
	struct compare_side b = { .name = "b", .snapshot.installed = facts_of("p 1:1 2:5") };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct text text;

		text_open(&text);
		assert_int_equal((cases[i].json ? compare_table_json : compare_text)(
					 text.out, &a, &b, &cases[i].options),
				 3);
		fflush(text.out);
		squeeze(text.s);
		assert_string_equal(text.s, cases[i].text);
		text_close(&text);
	}
	snapshot_clear(&a.snapshot);
	snapshot_clear(&b.snapshot);
}

static void in_transition(void **state _unused_)
{
	struct snapshot a = { .installed = facts_of("p 1:1") };
	struct snapshot b = { .installed = facts_of("p 1:1") };
	struct text text;

	a.transition = &a.installed.patches[0];
	a.target = 1;
	text_open(&text);
	/* On its way in, it holds nothing yet. */
	assert_int_equal(compare_snapshots(&a, &b, write_line, text.out), 2);
	text_expect(&text, "p 1 1 status\nstate 1 0(-) 1(p) only_b\n");
	text_close(&text);
	snapshot_clear(&a);
	snapshot_clear(&b);
}

/* What comes and goes while events tell. */
static void installed_by_events(void **state _unused_)
{
	struct facts facts = facts_of("p 1:1;q 2:1 replace");
	struct installed in = { 0 };
	struct event event = { .kind = EVENT_ENABLE, .patch = "r", .attempt = 5 };
	struct facts candidate = facts_of("r 3:1 vmlinux(f)");

	assert_int_equal(installed__set(&in, &facts, NULL, -1), 0);
	facts__clear(&facts);
	assert_true(in.known && !in.incomplete);
	event.enable.candidate = &candidate.patches[0];
	installed__event(&in, &event);
	facts__clear(&candidate);
	assert_int_equal(in.facts.n_patches, 2);

	event = (struct event){ .kind = EVENT_TRANSITION, .patch = "r", .attempt = 5 };
	event.transition.action = ACTION_START;
	event.transition.target = 1;
	installed__event(&in, &event);
	assert_int_equal(in.facts.n_patches, 3);
	assert_string_equal(in.transition, "r");
	assert_int_equal(in.facts.patches[2].n_states, 1);
	assert_string_equal(in.facts.patches[2].objects[0].funcs[0].name, "f");

	event.transition.action = ACTION_FORCE;
	installed__event(&in, &event);
	event.transition.action = ACTION_REVERSE;
	event.transition.target = 0;
	installed__event(&in, &event);
	assert_true(in.facts.patches[2].forced);
	assert_false(in.facts.patches[2].enabled);
	event.transition.action = ACTION_COMPLETE;
	installed__event(&in, &event);
	assert_int_equal(in.facts.n_patches, 2);
	assert_string_equal(in.transition, "");

	event = (struct event){ .kind = EVENT_REPLACED, .patch = "p" };
	installed__event(&in, &event);
	assert_int_equal(in.facts.n_patches, 1);
	assert_string_equal(in.facts.patches[0].name, "q");
	assert_false(in.incomplete);

	/* Of this one, only the end was seen. */
	event = (struct event){ .kind = EVENT_TRANSITION, .patch = "s" };
	event.transition.action = ACTION_COMPLETE;
	event.transition.target = 1;
	installed__event(&in, &event);
	assert_int_equal(in.facts.n_patches, 2);
	assert_true(in.incomplete);
	installed__clear(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences),	     cmocka_unit_test(no_versions),
		cmocka_unit_test(no_versions_shown), cmocka_unit_test(chosen),
		cmocka_unit_test(in_transition),     cmocka_unit_test(installed_by_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
