// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "sink/status.h"
#include "util/array.h"
#include "util/attributes.h"

struct shown {
	const char *installed;
	int transition; /* which one is, 0: none; the first is 1 */
	int target;
	const char *table, *columns, *sort;
	bool noheadings, json;
	uint32_t flags;
	bool has_since, has_tasks;
	const char *text;
};

static void show(const struct shown *shown)
{
	struct snapshot s = { .installed = facts_of(shown->installed), .target = shown->target };
	struct table_options options = { .table = shown->table,
					 .columns = shown->columns,
					 .sort = shown->sort,
					 .noheadings = shown->noheadings };
	struct text text;

	s.installed.flags = shown->flags;
	if (shown->transition)
		s.transition = &s.installed.patches[shown->transition - 1];
	s.real_ns = 1795339542123456789;
	s.has_since = shown->has_since;
	s.since_real_ns = s.real_ns - 2000000000;
	s.has_tasks = shown->has_tasks;
	s.tasks = 100;
	s.tasks_left = 3;
	text_open(&text);
	if (shown->json)
		assert_int_equal(status_table_json(text.out, &s, &options), 0);
	else
		assert_int_equal(status_table(text.out, &s, NULL, &options), 0);
	fflush(text.out);
	squeeze(text.s);
	assert_string_equal(text.s, shown->text);
	text_close(&text);
	snapshot_clear(&s);
}

static void tables(void **state _unused_)
{
	static const struct shown cases[] = {
		{ "", .text = "no livepatch installed\n" },
		{ "", .noheadings = true, .text = "" },
		{ "a", .text = "ORDER PATCH STATUS REPLACE STATES FUNCTIONS\n"
			       " 1 a enabled no -\n" },
		/* Escaped once. */
		{ "a\x1b\\x5cb vmlinux(f\x1b)", .columns = "patch,functions",
		  .text = "PATCH FUNCTIONS\n"
			  "a\\x1b\\x5cx5cb vmlinux:f\\x1b\n" },
		{ "a 1:2 vmlinux(f);b replace disabled forced",
		  .text = "ORDER PATCH STATUS REPLACE STATES FUNCTIONS\n"
			  " 1 a enabled no 1:2 vmlinux:f\n"
			  " 2 b disabled,forced yes -\n"
			  "\n"
			  "STATE VERSION PATCH\n"
			  " 1 2 a\n" },
		{ "a 1:2", .noheadings = true,
		  .text = " 1 a enabled no 1:2 -\n"
			  "\n"
			  " 1 2 a\n" },
		/* Cells of several lines, and how many more there would be. */
		{ "a 1:2 3:4 vmlinux(f,g) mod(h)",
		  .text = "ORDER PATCH STATUS REPLACE STATES FUNCTIONS\n"
			  " 1 a enabled no 1:2 vmlinux:f\n"
			  " 3:4 vmlinux:g\n"
			  " mod:h\n"
			  "\n"
			  "STATE VERSION PATCH\n"
			  " 1 2 a\n"
			  " 3 4 a\n" },
		{ "a 1:1 2:1 3:1 4:1 5:1 6:1 7:1 8:1 9:1 10:1", .columns = "STATES",
		  .noheadings = true, .text = "1:1,2:1,3:1,4:1,5:1,6:1,7:1,8:1,9:1,10:1\n" },
		{ "a m(a,b,c) n(d,e,f,g,h,i)", .columns = "FUNCTIONS",
		  .text = "FUNCTIONS\nm:a\nm:b\nm:c\nn:d\nn:e\nn:f\nn:g\nn:h\n(1 more)\n" },
		{ "a a() b() c() d() e() f() g() h() i()", .columns = "OBJECTS",
		  .text = "OBJECTS\na\nb\nc\nd\ne\nf\ng\nh\n(1 more)\n" },
		{ "a 1:1 2:1 3:1 4:1 5:1 6:1 7:1 8:1", .columns = "STATES",
		  .text = "STATES\n1:1\n2:1\n3:1\n4:1\n5:1\n6:1\n7:1\n8:1\n" },
		{ "a m(a,b,c,d,e,f,g,h)", .columns = "FUNCTIONS", .noheadings = true,
		  .text = "m:a,m:b,m:c,m:d,m:e,m:f,m:g,m:h\n" },
		{ "a a() b() c() d() e() f() g() h()", .columns = "OBJECTS", .noheadings = true,
		  .text = "a,b,c,d,e,f,g,h\n" },
		/* Chosen columns: one table, nothing else. */
		{ "a 1:2;b vmlinux(f)", .columns = "states,PATCH", .noheadings = true,
		  .text = "1:2 a\n- b\n" },
		{ "a mod(f)", .columns = "+OBJECTS,FUNCS", .noheadings = true,
		  .text = " 1 a enabled no - mod:f mod 1\n" },
		{ "a", .columns = "STATES", .noheadings = true, .flags = WIRE_F_NO_STATES,
		  .text = "not in this kernel\n" },
		{ "a 1:0 2:0", .columns = "STATES", .noheadings = true, .flags = WIRE_F_NO_VERSION,
		  .text = "1,2\n" },
		{ "a 1:0;b 1:0", 2, 1, .noheadings = true, .flags = WIRE_F_NO_VERSION,
		  .text = " 1 a enabled no 1 -\n 2 b patching no 1 -\n\n 1 ? a ? (b)\n\nin transition: b to patched, since when is not in the kernel log any more\n" },
		{ "a 1:1;b 1:2", 2, 1, .has_since = true, .has_tasks = true,
		  .text = "ORDER PATCH STATUS REPLACE STATES FUNCTIONS\n"
			  " 1 a enabled no 1:1\n"
			  " 2 b patching no 1:2\n"
			  "\n"
			  "STATE VERSION PATCH NEXT\n"
			  " 1 1 a 2 (b)\n"
			  "\n"
			  "in transition: b to patched, since 09:25:40.123456 (2.000 s), 3 of 100 tasks left\n" },
		{ "a;b 1:2", 2, 0, .noheadings = true,
		  .text = " 1 a enabled no - -\n"
			  " 2 b unpatching no 1:2 -\n"
			  "\n"
			  " 1 2 b none\n"
			  "\n"
			  "in transition: b to unpatched, since when is not in the kernel log any more\n" },
		{ "a;b 1:2", 2, 1, .noheadings = true,
		  .text = " 1 a enabled no - -\n"
			  " 2 b patching no 1:2 -\n"
			  "\n"
			  " 1 none - 2 (b)\n"
			  "\n"
			  "in transition: b to patched, since when is not in the kernel log any more\n" },
		/* The other table. */
		{ "a;b 1:2 3:1", 2, 1, .table = "states", .noheadings = true,
		  .text = " 1 none -\n 3 none -\n" },
		{ "a 1:1;b 1:2 3:1", 2, 1, .table = "States", .columns = "state,next",
		  .sort = "-STATE", .text = "STATE NEXT\n 3 1 (b)\n 1 2 (b)\n" },
		{ "a 2:1;b 1:2", .columns = "PATCH,FUNCS", .sort = "-order",
		  .text = "PATCH FUNCS\nb 0\na 0\n" },
		{ "a", 1, -1, .columns = "STATUS", .noheadings = true, .text = "in transition\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		show(&cases[i]);
}

/* What is enabled and changes nothing, or not yet. */
static void patched(void **state _unused_)
{
	struct snapshot s = { .installed = facts_of("a vmlinux(f) mod(g);b mod(h)") };
	struct object *objects = s.installed.patches[0].objects;
	const struct table_options options = { 0 };
	struct text text;

	objects[0].patched_known = objects[0].patched = true;
	objects[1].patched_known = true;
	text_open(&text);
	assert_int_equal(status_table(text.out, &s, NULL, &options), 0);
	fflush(text.out);
	assert_non_null(strstr(text.s, "vmlinux:f\n"));
	assert_non_null(strstr(text.s, "mod:g (not patched)\n"));
	assert_non_null(strstr(text.s, "mod:h\n"));
	text_close(&text);
	facts__clear(&s.installed);
}

/* Who can skip a function of an enabled livepatch, of the last one that changes it. */
static void skippers(void **state _unused_)
{
	struct snapshot s = {
		.installed = facts_of("a vmlinux(f);b vmlinux(f);c disabled vmlinux(f)"),
	};
	struct foreign_program programs[] = {
		{ .id = 4,
		  .kind = FOREIGN_FENTRY,
		  .attached = FOREIGN_LINKED_YES,
		  .func = "f",
		  .module = "vmlinux",
		  .name = "see" },
		{ .id = 5,
		  .kind = FOREIGN_FMOD_RET,
		  .attached = FOREIGN_LINKED_YES,
		  .func = "f",
		  .module = "vmlinux",
		  .name = "skip",
		  .owners = { .list = { { 105, "probe" } }, .n = 1 } },
		{ .id = 6,
		  .kind = FOREIGN_LSM,
		  .attached = FOREIGN_LINKED_YES,
		  .func = "g",
		  .module = "vmlinux",
		  .name = "other" },
		{ .id = 7,
		  .kind = FOREIGN_LSM,
		  .attached = FOREIGN_LINKED_NO,
		  .func = "f",
		  .module = "vmlinux",
		  .name = "gone" },
	};
	struct foreign_kprobe kprobes[] = {
		{ .symbol = "f", .ftrace = true, .program = 9, .overrides = true },
		{ .symbol = "f", .ftrace = true, .program = 77 },
	};
	const struct foreign_found found = { .programs = programs,
					     .n_programs = ARRAY_SIZE(programs),
					     .kprobes = kprobes,
					     .n_kprobes = ARRAY_SIZE(kprobes) };
	const struct table_options options = { .noheadings = true };
	struct text text;

	text_open(&text);
	assert_int_equal(status_table(text.out, &s, &found, &options), 0);
	fflush(text.out);
	assert_non_null(strstr(
		text.s,
		"\nNOT SURE to be in force: b, as vmlinux:f can be skipped by a BPF program (fmod_ret, 5 skip), held by probe (pid 105)\n"));
	assert_non_null(strstr(
		text.s,
		"\nNOT SURE to be in force: b, as vmlinux:f can be skipped by a BPF program (kprobe, 9)\n"));
	assert_null(strstr(text.s, "see"));
	assert_null(strstr(text.s, "other"));
	assert_null(strstr(text.s, "gone"));
	assert_null(strstr(text.s, "77"));
	text_close(&text);
	facts__clear(&s.installed);
}

static void json(void **state _unused_)
{
	struct snapshot s = {
		.installed = facts_of(
			"a 1:1 18446744073709551615:4294967295 mod(f);b replace disabled 1:2"),
		.target = 1,
		.real_ns = 1795339542123456789,
	};
	struct text text;

	text_open(&text);
	assert_int_equal(status_json(text.out, &s, NULL), 0);
	fflush(text.out);
	squeeze(text.s);
	assert_string_equal(
		text.s,
		"{\n"
		" \"time\": \"2026-11-22T09:25:42.123456789Z\",\n"
		" \"in_flux\": false,\n"
		" \"broken\": null,\n"
		" \"incomplete\": false,\n"
		" \"livepatches\": [\n"
		" {\n"
		" \"patch\": \"a\",\n"
		" \"order\": 1,\n"
		" \"enabled\": true,\n"
		" \"replace\": false,\n"
		" \"forced\": false,\n"
		" \"transition\": false,\n"
		" \"states\": [\n"
		" {\n \"id\": 1,\n \"version\": 1\n },\n"
		" {\n \"id\": 18446744073709551615,\n \"version\": 4294967295\n }\n"
		" ],\n"
		" \"objects\": [\n"
		" {\n \"name\": \"mod\",\n \"funcs\": [\n \"f\"\n ]\n }\n"
		" ],\n"
		" \"skipped_by\": null\n"
		" },\n"
		" {\n"
		" \"patch\": \"b\",\n"
		" \"order\": 2,\n"
		" \"enabled\": false,\n"
		" \"replace\": true,\n"
		" \"forced\": false,\n"
		" \"transition\": false,\n"
		" \"states\": [\n"
		" {\n \"id\": 1,\n \"version\": 2\n }\n"
		" ],\n"
		" \"objects\": [\n\n ],\n"
		" \"skipped_by\": null\n"
		" }\n"
		" ],\n"
		" \"states\": [\n"
		" {\n \"state\": 1,\n \"version\": 2,\n \"patch\": \"b\"\n },\n"
		" {\n \"state\": 18446744073709551615,\n \"version\": 4294967295,\n \"patch\": \"a\"\n }\n"
		" ],\n"
		" \"transition\": null\n"
		"}\n");
	text_close(&text);

	s.transition = &s.installed.patches[1];
	s.in_flux = s.has_since = s.has_tasks = true;
	s.since_real_ns = -1;
	s.tasks = UINT64_MAX;
	s.tasks_left = 2;
	s.installed.flags = WIRE_F_TRUNCATED;
	text_open(&text);
	assert_int_equal(status_json(text.out, &s, NULL), 0);
	fflush(text.out);
	squeeze(text.s);
	assert_non_null(strstr(
		text.s, " \"in_flux\": true,\n \"broken\": null,\n \"incomplete\": true,\n"));
	assert_non_null(strstr(text.s, " \"transition\": true,\n"));
	assert_non_null(strstr(text.s, " \"states\": [\n"
				       " {\n \"state\": 1,\n \"version\": 1,\n \"patch\": \"a\",\n"
				       " \"next_version\": 2,\n \"next_patch\": \"b\"\n },\n"
				       " {\n \"state\": 18446744073709551615,\n"
				       " \"version\": 4294967295,\n \"patch\": \"a\",\n"
				       " \"next_version\": null,\n \"next_patch\": null\n }\n"
				       " ],\n"
				       " \"transition\": {\n"
				       " \"patch\": \"b\",\n"
				       " \"target\": \"patched\",\n"
				       " \"since\": \"1969-12-31T23:59:59.999999999Z\",\n"
				       " \"tasks\": 18446744073709551615,\n"
				       " \"remaining\": 2\n"
				       " }\n}\n"));
	text_close(&text);
	snapshot_clear(&s);
}

static void chosen_json(void **state _unused_)
{
	static const struct shown shown = {
		"a 1:2;b replace",
		.columns = "PATCH,ORDER,REPLACE,STATES",
		.json = true,
		.text = "{\n \"livepatches\": [\n {\n"
			" \"patch\": \"a\",\n \"order\": 1,\n \"replace\": false,\n"
			" \"states\": [\n \"1:2\"\n ]\n },\n {\n"
			" \"patch\": \"b\",\n \"order\": 2,\n \"replace\": true,\n"
			" \"states\": [\n\n ]\n }\n ]\n}\n",
	};

	show(&shown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables), cmocka_unit_test(skippers),	 cmocka_unit_test(patched),
		cmocka_unit_test(json),	  cmocka_unit_test(chosen_json),
	};

	setenv("TZ", "UTC0", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
