// SPDX-License-Identifier: GPL-2.0
/* What `klpscope blockers` prints. */
#include "build.h"

#include <string.h>
#include <time.h>

#include "sink/blockers.h"
#include "util/array.h"
#include "util/attributes.h"

#define NOW	1795339542123456789
#define HEADING "TID COMM TYPE STATE CPU CGROUP WHY\n"
#define ASLEEP	"asleep in f, which is being patched; it must return from there"
#define BUSY	"a busy kernel thread; it switches when the kernel finds it asleep"
#define IDLE	"the idle task of a CPU; it switches when the CPU is idle"
#define UNSEEN	"klpscope found nothing that holds it, but could not see "
#define UNKNOWN "nothing on its stack holds it; the kernel tries again every second"
#define NO_LOG	", since when is not in the kernel log any more\n"

static const struct {
	struct blockers_look look;
	const char *tasks; /* NULL: none are known */
	bool noheadings, stacks;
	const char *text, *json; /* NULL: as before */
} cases[] = {
	{ { .running = false, .patch = "p", .more = 5 },
	  "a:1",
	  .text = "no transition is running\n",
	  .json = "\"transition\":null,\"blockers\":[],\"more\":0}\n" },
	{ { .running = false }, NULL, .noheadings = true, .stacks = true, .text = "" },
	{ { .running = true,
	    .patch = "p",
	    .target = 1,
	    .tasks = 9,
	    .remaining = 2,
	    .has_since = true,
	    .since_real_ns = NOW - 62000000000 },
	  "cat:11,/a\x1b,1000=f+0x8/0x10;k\x1b:22,K,C3;swapper/1:0,I,K,C1",
	  .text = "p to patched: 2 of 9 tasks left, since 09:24:40.123456 (1 min 2 s)\n" HEADING
		  " 11 cat user sleeping 0 /a\\x1b " ASLEEP "\n"
		  " 22 k\\x1b kernel running 3 - " BUSY "\n"
		  " 0 swapper/1 idle running 1 - " IDLE "\n",
	  .json = "\"transition\":{\"patch\":\"p\",\"target\":\"patched\",\"since\":\"2026-11-22T09:24:40.123456789Z\",\"tasks\":9,\"remaining\":2},"
		  "\"blockers\":["
		  "{\"pid\":10,\"tid\":11,\"comm\":\"cat\",\"kthread\":false,\"state\":\"sleeping\",\"cpu\":0,\"cgroup\":\"/a\\u001B\",\"class\":\"patched_function\",\"function\":\"f\",\"object\":\"vmlinux\",\"culprit\":null,\"probes\":[],\"explanation\":\"" ASLEEP
		  "\",\"unseen\":[],\"stack\":[\"f+0x8/0x10\"]},"
		  "{\"pid\":20,\"tid\":22,\"comm\":\"k\\u001B\",\"kthread\":true,\"state\":\"running\",\"cpu\":3,\"cgroup\":null,\"class\":\"busy_kthread\",\"function\":null,\"object\":null,\"culprit\":null,\"probes\":[],\"explanation\":\"" BUSY
		  "\",\"unseen\":[],\"stack\":[]},"
		  "{\"pid\":0,\"tid\":0,\"comm\":\"swapper/1\",\"kthread\":true,\"state\":\"running\",\"cpu\":1,\"cgroup\":null,\"class\":\"busy_kthread\",\"function\":null,\"object\":null,\"culprit\":null,\"probes\":[],\"explanation\":\"" IDLE
		  "\",\"unseen\":[],\"stack\":[]}],\"more\":0}\n" },
	/* Little is known. A start that is later than now is one of this moment. */
	{ { .running = true,
	    .target = -1,
	    .more = 3,
	    .incomplete = true,
	    .has_since = true,
	    .since_real_ns = NOW + 1 },
	  NULL,
	  .text = "? to unknown: 0 of 0 tasks left, since 09:25:42.123456 (0 us)\n"
		  "(3 more)\n",
	  .json = "\"transition\":{\"patch\":null,\"target\":null,\"since\":\"2026-11-22T09:25:42.123456790Z\",\"tasks\":0,\"remaining\":0},"
		  "\"blockers\":[],\"more\":3,\"incomplete\":true}\n" },
	{ { .running = true, .patch = "p\x1b", .target = 0, .tasks = 2, .remaining = 1 },
	  "",
	  .text = "p\\x1b to unpatched: 1 of 2 tasks left" NO_LOG,
	  .json = "\"transition\":{\"patch\":\"p\\u001B\",\"target\":\"unpatched\",\"since\":null,\"tasks\":2,\"remaining\":1},"
		  "\"blockers\":[],\"more\":0}\n" },
	/* For scripts: the table alone. */
	{ { .running = true, .patch = "p", .target = 1 },
	  "a:1,1=f,uwhole",
	  .noheadings = true,
	  .text = " 1 a user sleeping 0 - " UNKNOWN "\n" },
	/* Each line is a task. */
	{ { .running = true, .patch = "p", .target = 1, .more = 7 },
	  "a:1,1=f,uwhole",
	  .noheadings = true,
	  .text = " 1 a user sleeping 0 - " UNKNOWN "\n" },
	{ { .running = true, .patch = "p", .target = 1, .more = 1 },
	  "a\x1b:1,1=g\x1b+0x1/0x2 [m],2=,uwhole;b:2,C1;c:3;d:4,1=g+0x1/0x2,cut,uwhole;e:5,cut",
	  .stacks = true,
	  .text = "p to patched: 0 of 0 tasks left" NO_LOG HEADING
		  " 1 a\\x1b user sleeping 0 - " UNKNOWN "\n"
		  " 2 b user running 1 - busy; it switches when it leaves the kernel or sleeps\n"
		  " 3 c user sleeping 0 - " UNSEEN "its stack\n"
		  " 4 d user sleeping 0 - " UNSEEN "the outer part of its stack\n"
		  " 5 e user sleeping 0 - " UNSEEN "its stack\n"
		  "\na\\x1b:1\n g\\x1b+0x1/0x2 [m]\n ?\n"
		  "\nb:2\n (it is running)\n"
		  "\nc:3\n (could not be read)\n"
		  "\nd:4\n g+0x1/0x2\n ... (deeper than what was read)\n"
		  "\ne:5\n ... (deeper than what was read)\n"
		  "(1 more)\n" },
};

static void looks(void **state _unused_)
{
	struct facts code = code_facts();

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct blockers blockers = blockers_of(cases[i].tasks ? cases[i].tasks : "");
		struct blockers_look look = cases[i].look;
		char json[4096];
		struct text text;

		classify(&blockers, &code, 1);
		look.real_ns = NOW;
		look.blockers = cases[i].tasks ? &blockers : NULL;
		text_open(&text);
		assert_int_equal(
			blockers_table(text.out, &look,
				       &(struct table_options){ .noheadings = cases[i].noheadings },
				       cases[i].stacks),
			0);
		fflush(text.out);
		squeeze(text.s);
		assert_string_equal(text.s, cases[i].text);
		text_close(&text);
		if (cases[i].json) {
			text_open(&text);
			assert_int_equal(blockers_json(text.out, &look), 0);
			snprintf(json, sizeof(json),
				 "{\"time\":\"2026-11-22T09:25:42.123456789Z\",%s", cases[i].json);
			text_expect(&text, json);
			text_close(&text);
		}
		blockers__clear(&blockers);
	}
	facts__clear(&code);
}

/* Chosen columns, sorted; in JSON numbers are numbers, and what is not known is null. */
static void chosen(void **state _unused_)
{
	const struct table_options options = { .columns = "tid,comm,CGROUP,CPU", .sort = "-TID" };
	struct blockers blockers = blockers_of("a:9;b:10,C1");
	struct blockers_look look = { .running = true, .patch = "p", .target = 1, .more = 2 };
	struct facts code = code_facts();
	struct text text;

	classify(&blockers, &code, 1);
	look.blockers = &blockers;
	text_open(&text);
	assert_int_equal(blockers_table(text.out, &look, &options, false), 0);
	fflush(text.out);
	squeeze(text.s);
	assert_string_equal(text.s, "p to patched: 0 of 0 tasks left" NO_LOG
				    "TID COMM CGROUP CPU\n 10 b - 1\n 9 a - 0\n(2 more)\n");
	text_close(&text);
	text_open(&text);
	assert_int_equal(blockers_table_json(text.out, &look, &options), 0);
	fflush(text.out);
	squeeze(text.s);
	assert_string_equal(
		text.s,
		"{\n \"blockers\": [\n"
		" {\n \"tid\": 10,\n \"comm\": \"b\",\n \"cgroup\": null,\n \"cpu\": 1\n },\n"
		" {\n \"tid\": 9,\n \"comm\": \"a\",\n \"cgroup\": null,\n \"cpu\": 0\n }\n ]\n}\n");
	text_close(&text);
	blockers__clear(&blockers);
	facts__clear(&code);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(looks), cmocka_unit_test(chosen) };

	setenv("TZ", "UTC0", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
