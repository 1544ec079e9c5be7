// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <string.h>
#include <time.h>

#include "sink/sink.h"
#include "util/array.h"
#include "util/attributes.h"

/* What every event of a table below begins with. */
#define BASE                                                                                       \
	.boot_ns = 5000000001, .real_ns = 1795339542123456789, .has_task = true, .pid = 10,        \
	.tid = 11, .uid = 12, .comm = "insmod"

#define JSON(event, patch, rest)                                                                   \
	"{\"event\":\"" event "\",\"time\":\"2026-11-22T09:25:42.123456789Z\","                    \
	"\"boot_ns\":5000000001,\"pid\":10,\"tid\":11,\"comm\":\"insmod\",\"uid\":12,"             \
	"\"patch\":" patch rest "}\n"
#define NO_TASK(event, patch, rest)                                                                \
	"{\"event\":\"" event "\",\"time\":\"1970-01-01T00:00:00.000000000Z\","                    \
	"\"boot_ns\":0,\"pid\":null,\"tid\":null,\"comm\":null,\"uid\":null,"                      \
	"\"patch\":" patch rest "}\n"
#define TEXT(words) "09:25:42.123456 insmod:11            " words "\n"
#define DASH(words) "00:00:00.000000 -                    " words "\n"

static const uint32_t one = 1, two = 2, max = UINT32_MAX;
static const struct conflict conflict_list[] = {
	{ CONFLICT_OLDER, UINT64_MAX, 1, 2, "old" },
	{ CONFLICT_MISSING, 3, 0, 4, "older" },
};
static const struct conflicts conflicts = { (struct conflict *)conflict_list, 2, 2 };
static const struct conflicts no_conflicts;
static const struct blockers no_blockers;

/* The rows; the candidates of enable events are filled in by their text. */
static const struct {
	struct event event;
	const char *candidate, *text, *json;
	const char *tasks; /* of stall events; f of code_facts() is being patched */
} rows[] = {
	{ { BASE, .kind = EVENT_ENABLE, .patch = "p", .attempt = 1 },
	  "p replace 1:2 18446744073709551615:4294967295 vmlinux(f,g) mod()",
	  TEXT("enable       p                #1 replace states 1:2,18446744073709551615:4294967295 vmlinux(f,g) mod()"),
	  JSON("enable", "\"p\"",
	       ",\"attempt\":1,\"replace\":true,\"states\":[{\"id\":1,\"version\":2},"
	       "{\"id\":18446744073709551615,\"version\":4294967295}],\"objects\":["
	       "{\"name\":\"vmlinux\",\"funcs\":[\"f\",\"g\"]},{\"name\":\"mod\",\"funcs\":[]}]") },
	{ { BASE, .kind = EVENT_ENABLE, .patch = "p", .attempt = 2 },
	  "p 1:1 2:1 3:1 4:1 5:1 6:1 7:1 8:1 9:1 m(a,b,c) n(d,e,f,g) o(h) q(i)",
	  TEXT("enable       p                #2 states 1:1,2:1,3:1,4:1,5:1,6:1,7:1,8:1,... (9 in all) m(a,b,c) n(d,e,f) ... (9 functions in all)"),
	  NULL },
	{ { BASE, .kind = EVENT_ENABLE, .patch = "p", .attempt = 2 },
	  "p 1:1 2:1 3:1 4:1 5:1 6:1 7:1 8:1 m(a,b,c) n(d,e,f)",
	  TEXT("enable       p                #2 states 1:1,2:1,3:1,4:1,5:1,6:1,7:1,8:1 m(a,b,c) n(d,e,f)"),
	  NULL },
	{ { BASE, .kind = EVENT_ENABLE, .attempt = 3, .truncated = true },
	  NULL,
	  TEXT("enable       -                #3 [incomplete]"),
	  JSON("enable", "null",
	       ",\"incomplete\":true,\"attempt\":3,\"replace\":null,\"states\":null,\"objects\":null") },
	{ { BASE, .kind = EVENT_ENABLE, .patch = "p", .attempt = 4,
	    .enable.flags = WIRE_F_NO_STATES },
	  "p",
	  TEXT("enable       p                #4 (this kernel has no states)"),
	  NULL },
	{ { BASE, .kind = EVENT_ENABLE, .patch = "p", .attempt = 4,
	    .enable.flags = WIRE_F_NO_VERSION },
	  "p 10:0 20:0",
	  TEXT("enable       p                #4 states 10,20"),
	  JSON("enable", "\"p\"",
	       ",\"attempt\":4,\"replace\":false,\"states\":[{\"id\":10,\"version\":null},{\"id\":20,\"version\":null}],\"objects\":[]") },
	{ { BASE, .kind = EVENT_ENABLE, .patch = "p", .attempt = 4 },
	  "p",
	  TEXT("enable       p                #4 states none"),
	  NULL },
	{ { BASE, .kind = EVENT_REFUSED, .patch = "p", .attempt = 4,
	    .refused = { -EINVAL, CAUSE_STATE_OLDER_VERSION, "a\nb", "because", &conflicts } },
	  NULL,
	  TEXT("REFUSED p  EINVAL: because"),
	  JSON("refused", "\"p\"",
	       ",\"attempt\":4,\"action\":\"enable\",\"by\":\"livepatch\",\"errno\":\"EINVAL\",\"error\":-22,\"cause\":\"state_older_version\","
	       "\"message\":\"a\\nb\",\"explanation\":\"because\",\"conflicts\":["
	       "{\"state\":18446744073709551615,\"offered_version\":1,\"installed_version\":2,\"installed_by\":\"old\"},"
	       "{\"state\":3,\"offered_version\":null,\"installed_version\":4,\"installed_by\":\"older\"}]") },
	{ { BASE, .kind = EVENT_REFUSED, .patch = "p", .attempt = 5, .truncated = true,
	    .refused = { 0, CAUSE_UNKNOWN, "", "x\x1b", &no_conflicts, .init_ok = true } },
	  NULL,
	  TEXT("REFUSED p  (the module's init returned 0): x\\x1b [incomplete]"),
	  JSON("refused", "\"p\"",
	       ",\"incomplete\":true,\"attempt\":5,\"action\":\"enable\",\"by\":\"livepatch\",\"errno\":null,\"error\":null,\"cause\":\"unknown\","
	       "\"message\":\"\",\"explanation\":\"x\\u001B\",\"conflicts\":[]") },
	/* A candidate of which part is lost: that is not known, and not "none". */
	{ { BASE, .kind = EVENT_ENABLE, .patch = "p", .attempt = 3, .truncated = true,
	    .enable.lost = true },
	  "p replace 1:1",
	  NULL,
	  JSON("enable", "\"p\"",
	       ",\"incomplete\":true,\"attempt\":3,\"replace\":true,\"states\":null,\"objects\":null") },
	{ { BASE, .kind = EVENT_REFUSED, .patch = "p", .attempt = 6,
	    .refused = { 0, CAUSE_UNKNOWN, "", "x", &no_conflicts } },
	  NULL,
	  TEXT("REFUSED p  (error not known): x"),
	  JSON("refused", "\"p\"",
	       ",\"attempt\":6,\"action\":\"enable\",\"by\":\"livepatch\",\"errno\":null,\"error\":null,"
	       "\"cause\":\"unknown\",\"message\":\"\",\"explanation\":\"x\",\"conflicts\":[]") },
	{ { BASE, .kind = EVENT_REFUSED, .patch = "p",
	    .refused = { -EBUSY, CAUSE_TRANSITION_BUSY, "", "x", &no_conflicts, REFUSED_DISABLE } },
	  NULL,
	  TEXT("REFUSED p  disable EBUSY: x"),
	  JSON("refused", "\"p\"",
	       ",\"attempt\":null,\"action\":\"disable\",\"by\":\"livepatch\",\"errno\":\"EBUSY\",\"error\":-16,"
	       "\"cause\":\"transition_busy\",\"message\":\"\",\"explanation\":\"x\",\"conflicts\":[]") },
	{ { BASE, .kind = EVENT_REFUSED,
	    .refused = { -EEXIST, CAUSE_LOADER, "", "x", &no_conflicts, REFUSED_LOAD, true,
			 "m\x1b" } },
	  NULL,
	  TEXT("REFUSED -  module m\\x1b EEXIST: x"),
	  JSON("refused", "null",
	       ",\"attempt\":null,\"action\":\"load\",\"by\":\"loader\",\"module\":\"m\\u001B\",\"errno\":\"EEXIST\","
	       "\"error\":-17,\"cause\":\"loader\",\"message\":\"\",\"explanation\":\"x\",\"conflicts\":[]") },
	{ { BASE, .kind = EVENT_REFUSED,
	    .refused = { 0, CAUSE_LOADER, "", "x", &no_conflicts, REFUSED_LOAD, true } },
	  NULL,
	  TEXT("REFUSED -  module ? (error not known): x"),
	  JSON("refused", "null",
	       ",\"attempt\":null,\"action\":\"load\",\"by\":\"loader\",\"module\":null,\"errno\":null,"
	       "\"error\":null,\"cause\":\"loader\",\"message\":\"\",\"explanation\":\"x\",\"conflicts\":[]") },
	{ { BASE, .kind = EVENT_INIT_FAILED, .patch = "p", .attempt = 1,
	    .init_failed = { -EIO, "plan\x1b" } },
	  NULL,
	  TEXT("INIT_FAILED  p                EIO after its livepatch was enabled: plan\\x1b"),
	  JSON("init_failed", "\"p\"",
	       ",\"attempt\":1,\"errno\":\"EIO\",\"error\":-5,\"explanation\":\"plan\\u001B\"") },
	{ { BASE, .kind = EVENT_TRANSITION, .patch = "p",
	    .transition = { ACTION_RETRY, 1, 3, .joined = true } },
	  NULL,
	  TEXT("transition   p                retry to patched, 3 tries seen"),
	  JSON("transition", "\"p\"",
	       ",\"attempt\":null,\"action\":\"retry\",\"target\":\"patched\",\"tries\":3,\"tries_partial\":true") },
	{ { .kind = EVENT_PROGRESS,
	    .patch = "p",
	    .progress = { .tries = 2, .tasks = 9, .remaining = 8, .joined = true } },
	  NULL,
	  "",
	  NO_TASK("progress", "\"p\"",
		  ",\"attempt\":null,\"target\":\"unpatched\",\"tries\":2,\"tries_partial\":true,\"tasks\":9,"
		  "\"remaining\":8,\"elapsed_ns\":null,\"cost_ns\":0") },
	{ { BASE, .kind = EVENT_TRANSITION, .patch = "p", .attempt = 1,
	    .transition = { ACTION_START, 1 } },
	  NULL,
	  TEXT("transition   p                start to patched"),
	  JSON("transition", "\"p\"",
	       ",\"attempt\":1,\"action\":\"start\",\"target\":\"patched\",\"tries\":0") },
	{ { BASE, .kind = EVENT_TRANSITION, .patch = "p",
	    .transition = { ACTION_COMPLETE, 0, 1, 1020000000 } },
	  NULL,
	  TEXT("transition   p                complete to unpatched, 1 try, 1.020 s"),
	  JSON("transition", "\"p\"",
	       ",\"attempt\":null,\"action\":\"complete\",\"target\":\"unpatched\",\"tries\":1,\"duration_ns\":1020000000") },
	{ { BASE, .kind = EVENT_TRANSITION, .patch = "p",
	    .transition = { ACTION_COMPLETE, -1, 2 } },
	  NULL,
	  TEXT("transition   p                complete to unknown, 2 tries, start not seen"),
	  JSON("transition", "\"p\"",
	       ",\"attempt\":null,\"action\":\"complete\",\"target\":null,\"tries\":2,\"duration_ns\":null") },
	{ { BASE, .kind = EVENT_TRANSITION, .patch = "p", .transition = { ACTION_SIGNAL, 1, 16 } },
	  NULL,
	  TEXT("transition   p                signal to patched, 16 tries"),
	  JSON("transition", "\"p\"",
	       ",\"attempt\":null,\"action\":\"signal\",\"target\":\"patched\",\"tries\":16") },
	{ { .kind = EVENT_PROGRESS,
	    .patch = "p",
	    .attempt = 1,
	    .progress = { 1, 3, UINT64_MAX, UINT64_MAX - 1, 1049000000, 5, true } },
	  NULL,
	  DASH("progress     p                18446744073709551614 of 18446744073709551615 tasks left, 1.049 s"),
	  NO_TASK("progress", "\"p\"",
		  ",\"attempt\":1,\"target\":\"patched\",\"tries\":3,\"tasks\":18446744073709551615,"
		  "\"remaining\":18446744073709551614,\"elapsed_ns\":1049000000,\"cost_ns\":5") },
	{ { .kind = EVENT_PROGRESS,
	    .truncated = true,
	    .progress = { .target = -1, .tasks = 9, .remaining = 0, .changed = true } },
	  NULL,
	  DASH("progress     -                0 of 9 tasks left [incomplete]"),
	  NO_TASK("progress", "null",
		  ",\"incomplete\":true,\"attempt\":null,\"target\":null,\"tries\":0,\"tasks\":9,"
		  "\"remaining\":0,\"elapsed_ns\":null,\"cost_ns\":0") },
	/* As before: programs get it, people do not. */
	{ { .kind = EVENT_PROGRESS, .patch = "p", .progress = { .tasks = 9, .remaining = 8 } },
	  NULL,
	  "",
	  NO_TASK("progress", "\"p\"",
		  ",\"attempt\":null,\"target\":\"unpatched\",\"tries\":0,\"tasks\":9,"
		  "\"remaining\":8,\"elapsed_ns\":null,\"cost_ns\":0") },
	{ { .kind = EVENT_STALL,
	    .patch = "p",
	    .attempt = 1,
	    .stall = { .target = 1, .elapsed_ns = 7, .more = 2 } },
	  NULL,
	  "00:00:00.000000 cat:11               stall        p                sleeping: asleep in f, which is being patched; it must return from there; cgroup /a\\x1b; stack f+0x8/0x10 < ? < g\\x1b+0x1/0x2 [mod]\n"
	  "00:00:00.000000 k:22                 stall        p                kernel thread, running on CPU 3: a busy kernel thread; it switches when the kernel finds it asleep [incomplete]\n"
	  "00:00:00.000000 -                    stall        p                2 more tasks are left that were not looked at\n",
	  NO_TASK("stall", "\"p\"",
		  ",\"attempt\":1,\"target\":\"patched\",\"elapsed_ns\":7,\"tasks\":["
		  "{\"pid\":10,\"tid\":11,\"comm\":\"cat\",\"kthread\":false,\"state\":\"sleeping\",\"cpu\":0,"
		  "\"cgroup\":\"/a\\u001B\",\"class\":\"patched_function\",\"function\":\"f\",\"object\":\"vmlinux\","
		  "\"culprit\":null,\"probes\":[],"
		  "\"explanation\":\"asleep in f, which is being patched; it must return from there\","
		  "\"unseen\":[],\"stack\":[\"f+0x8/0x10\",\"?\",\"g\\u001B+0x1/0x2 [mod]\"]},"
		  "{\"pid\":20,\"tid\":22,\"comm\":\"k\",\"kthread\":true,\"state\":\"running\",\"cpu\":3,"
		  "\"cgroup\":\"/\",\"class\":\"busy_kthread\",\"function\":null,\"object\":null,"
		  "\"culprit\":null,\"probes\":[],"
		  "\"explanation\":\"a busy kernel thread; it switches when the kernel finds it asleep\","
		  "\"unseen\":[],\"stack\":[],\"incomplete\":true}],\"more\":2"),
	  "cat:11,/a\x1b,1008=f+0x8/0x10,1=,2=g\x1b+0x1/0x2 [mod];k:22,K,C3,/,cut" },
	/* Of the whole event something is not known: so it is of each line. */
	{ { .kind = EVENT_STALL, .patch = "p", .truncated = true, .stall = { .target = -1 } },
	  NULL,
	  "00:00:00.000000 a:1                  stall        p                sleeping: its stack cannot be trusted because of fexit prog (program 42 of holder:77) on func, kretprobe (owner not known); detach them; stack bpf_trampoline_1+0x1/0x2 [incomplete]\n",
	  NO_TASK("stall", "\"p\"",
		  ",\"incomplete\":true,\"attempt\":null,\"target\":null,\"elapsed_ns\":null,\"tasks\":["
		  "{\"pid\":0,\"tid\":1,\"comm\":\"a\",\"kthread\":false,\"state\":\"sleeping\",\"cpu\":0,"
		  "\"cgroup\":null,\"class\":\"unreliable_stack\",\"function\":null,\"object\":null,"
		  "\"culprit\":\"bpf_trampoline_1\",\"probes\":["
		  "{\"kind\":\"fexit\",\"program_id\":42,\"name\":\"prog\",\"function\":\"func\",\"pid\":77,\"comm\":\"holder\"},"
		  "{\"kind\":\"kretprobe\",\"program_id\":null,\"name\":null,\"function\":null,\"pid\":null,\"comm\":null}],"
		  "\"explanation\":\"its stack cannot be trusted because of fexit prog (program 42 of holder:77) on func, kretprobe (owner not known); detach them\","
		  "\"unseen\":[],\"stack\":[\"bpf_trampoline_1+0x1/0x2\"]}],\"more\":0"),
	  "a:1,7000=bpf_trampoline_1+0x1/0x2,!2 42 prog func 77 holder,!5 0 - - 0 x" },
	{ { .kind = EVENT_STALL, .patch = "p", .stall = { .target = 0 } },
	  NULL,
	  "",
	  NO_TASK("stall", "\"p\"",
		  ",\"attempt\":null,\"target\":\"unpatched\",\"elapsed_ns\":null,\"tasks\":[],\"more\":0"),
	  "" },
	/* Deeper than what fits into a line. */
	{ { .kind = EVENT_STALL, .patch = "p", .stall = { .target = 1 } },
	  NULL,
	  "00:00:00.000000 a:1                  stall        p                sleeping: nothing on its stack holds it; the kernel tries again every second; stack a < b < c < d < e < f < g < h\n"
	  "00:00:00.000000 a:2                  stall        p                sleeping: nothing on its stack holds it; the kernel tries again every second; stack a < b < c < d < e < f < g < h ... (9 frames in all)\n",
	  NULL,
	  "a:1,1=a,2=b,3=c,4=d,5=e,6=f,7=g,8=h,uwhole;a:2,1=a,2=b,3=c,4=d,5=e,6=f,7=g,8=h,9=i,uwhole" },
	{ { BASE, .kind = EVENT_STATE, .patch = "p", .attempt = 1,
	    .state = { UINT64_MAX, &one, &max, "old", "p" } },
	  NULL,
	  TEXT("state        p                state 18446744073709551615: version 1 (old) -> 4294967295 (p)"),
	  JSON("state", "\"p\"",
	       ",\"attempt\":1,\"state\":18446744073709551615,\"from_version\":1,\"to_version\":4294967295,"
	       "\"from_patch\":\"old\",\"to_patch\":\"p\"") },
	{ { BASE, .kind = EVENT_STATE, .patch = "p", .state = { .id = 1, .to_version = &two } },
	  NULL,
	  TEXT("state        p                state 1: version none -> 2"),
	  JSON("state", "\"p\"",
	       ",\"attempt\":null,\"state\":1,\"from_version\":null,\"to_version\":2,"
	       "\"from_patch\":null,\"to_patch\":null") },
	{ { BASE, .kind = EVENT_STATE, .patch = "p",
	    .state = { .id = 1, .from_patch = "old", .to_patch = "p" } },
	  NULL,
	  TEXT("state        p                state 1: old -> p"),
	  JSON("state", "\"p\"",
	       ",\"attempt\":null,\"state\":1,\"from_version\":null,\"to_version\":null,"
	       "\"from_patch\":\"old\",\"to_patch\":\"p\"") },
	{ { BASE, .kind = EVENT_LOOKUP, .patch = "p",
	    .lookup = { .function = "klp_get_prev_state", .id = 1, .found = true } },
	  NULL,
	  TEXT("lookup       p                klp_get_prev_state state 1: found, called by unknown"),
	  NULL },
	{ { BASE, .kind = EVENT_LOOKUP, .patch = "p",
	    .lookup = { "klp_get_prev_state", 1, &two, "old", "cb+0x1" } },
	  NULL,
	  TEXT("lookup       p                klp_get_prev_state state 1: version 2 (old), called by cb+0x1"),
	  JSON("lookup", "\"p\"",
	       ",\"attempt\":null,\"function\":\"klp_get_prev_state\",\"state\":1,\"version\":2,"
	       "\"from_patch\":\"old\",\"caller\":\"cb+0x1\"") },
	{ { BASE, .kind = EVENT_LOOKUP, .patch = "p", .lookup = { "klp_get_state", UINT64_MAX } },
	  NULL,
	  TEXT("lookup       p                klp_get_state state 18446744073709551615: none, called by unknown"),
	  JSON("lookup", "\"p\"",
	       ",\"attempt\":null,\"function\":\"klp_get_state\",\"state\":18446744073709551615,\"version\":null,"
	       "\"from_patch\":null,\"caller\":null") },
	{ { .kind = EVENT_LOOKUP_COUNT, .patch = "p", .lookup_count = { 1, UINT64_MAX, "cb" } },
	  NULL,
	  DASH("lookup_count p                klp_get_state state 1: 18446744073709551615 calls, called by cb"),
	  NO_TASK("lookup_count", "\"p\"",
		  ",\"function\":\"klp_get_state\",\"state\":1,\"count\":18446744073709551615,\"caller\":\"cb\"") },
	{ { .kind = EVENT_LOOKUP_COUNT, .patch = "p", .lookup_count = { 1, 1, NULL } },
	  NULL,
	  DASH("lookup_count p                klp_get_state state 1: 1 call, called by unknown"),
	  NULL },
	{ { BASE, .kind = EVENT_DISABLE, .patch = "p" },
	  NULL,
	  TEXT("disable      p"),
	  JSON("disable", "\"p\"", "") },
	{ { BASE, .kind = EVENT_FREED, .patch = "p" },
	  NULL,
	  TEXT("freed        p"),
	  JSON("freed", "\"p\"", "") },
	{ { BASE, .kind = EVENT_REPLACED, .patch = "old", .attempt = 1, .replaced = { "p\t" } },
	  NULL,
	  TEXT("replaced     old              by p\\x09"),
	  JSON("replaced", "\"old\"", ",\"attempt\":1,\"by\":\"p\\t\"") },
	{ { BASE, .kind = EVENT_MESSAGE, .truncated = true, .message = { "a\\\"\n" } },
	  NULL,
	  TEXT("message      -                a\\x5c\"\\x0a [incomplete]"),
	  JSON("message", "null",
	       ",\"incomplete\":true,\"attempt\":null,\"message\":\"a\\\\\\\"\\n\"") },
	{ { .kind = EVENT_LOST, .lost = { 1, 2, 3, 4 } },
	  NULL,
	  DASH("LOST         -                1 records: the ring buffer was full (try a larger -m); 2 attempts: too many at once; 3 lookups not counted: too many callers; 4 calls: a hook was met while it was running"),
	  NO_TASK("lost", "null",
		  ",\"count\":10,\"records\":1,\"attempts\":2,\"lookups\":3,\"missed\":4") },
	{ { .kind = EVENT_LOST, .lost = { 0, 2, 0, 4 } },
	  NULL,
	  DASH("LOST         -                2 attempts: too many at once; 4 calls: a hook was met while it was running"),
	  NULL },
	{ { .kind = EVENT_LOST, .lost = { 0, 0, 3 } },
	  NULL,
	  DASH("LOST         -                3 lookups not counted: too many callers"),
	  NULL },
	{ { BASE, .kind = EVENT_WARNING, .patch = "p", .attempt = 1,
	    .warning = { "careful \x1b", &conflicts } },
	  NULL,
	  TEXT("WARNING      p                careful \\x1b"),
	  JSON("warning", "\"p\"",
	       ",\"attempt\":1,\"message\":\"careful \\u001B\",\"conflicts\":["
	       "{\"state\":18446744073709551615,\"offered_version\":1,\"installed_version\":2,\"installed_by\":\"old\"},"
	       "{\"state\":3,\"offered_version\":null,\"installed_version\":4,\"installed_by\":\"older\"}]") },
};

static void events(void **state _unused_)
{
	struct sink text_sink, json_sink;
	struct text text, json;
	struct facts code = code_facts();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct facts facts = facts_of(rows[i].candidate ? rows[i].candidate : "");
		struct blockers blockers = blockers_of(rows[i].tasks ? rows[i].tasks : "");
		struct event event = rows[i].event;

		classify(&blockers, &code, 1);
		if (rows[i].candidate)
			event.enable.candidate = facts.patches;
		if (rows[i].tasks)
			event.stall.blockers = &blockers;
		text_open(&text);
		text_open(&json);
		assert_int_equal(
			sink__open(&text_sink, &sink_text, text.out, &(struct sink_options){ 0 }),
			0);
		assert_int_equal(
			sink__open(&json_sink, &sink_json, json.out, &(struct sink_options){ 0 }),
			0);
		assert_int_equal(sink__event(&text_sink, &event),
				 event.kind != EVENT_PROGRESS || event.progress.changed);
		if (rows[i].text)
			text_expect(&text, rows[i].text);
		assert_true(sink__event(&json_sink, &event));
		if (rows[i].json)
			text_expect(&json, rows[i].json);
		sink__close(&text_sink);
		sink__close(&json_sink);
		text_close(&text);
		text_close(&json);
		facts__clear(&facts);
		blockers__clear(&blockers);
	}
	facts__clear(&code);
}

static void times(void **state _unused_)
{
	static const struct {
		enum time_style style;
		const char *lines;
	} cases[] = {
		{ TIME_WALL, "09:25:42.123456 -                    freed        p\n"
			     "09:25:43.623456 -                    freed        p\n"
			     "09:25:43.523456 -                    freed        p\n" },
		{ TIME_BOOT, "       5.000000 -                    freed        p\n"
			     "       6.500000 -                    freed        p\n"
			     "       6.400000 -                    freed        p\n" },
		{ TIME_DELTA, "       0.000000 -                    freed        p\n"
			      "       1.500000 -                    freed        p\n"
			      "       0.000000 -                    freed        p\n" },
		{ TIME_ISO,
		  "2026-11-22T09:25:42.123456+00:00 -                    freed        p\n"
		  "2026-11-22T09:25:43.623456+00:00 -                    freed        p\n"
		  "2026-11-22T09:25:43.523456+00:00 -                    freed        p\n" },
	};
	static const int64_t after[] = { 0, 1500000000, 1400000000 };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sink_options options = { .time = cases[i].style };
		struct sink sink;
		struct text text;

		text_open(&text);
		assert_int_equal(sink__open(&sink, &sink_text, text.out, &options), 0);
		for (size_t e = 0; e < ARRAY_SIZE(after); e++)
			sink__event(&sink,
				    &(struct event){ .kind = EVENT_FREED,
						     .patch = "p",
						     .boot_ns = 5000000000 + after[e],
						     .real_ns = 1795339542123456000 + after[e] });
		text_expect(&text, cases[i].lines);
		sink__close(&sink);
		text_close(&text);
	}
	assert_int_equal(time_style_of("wall"), TIME_WALL);
	assert_int_equal(time_style_of("boot"), TIME_BOOT);
	assert_int_equal(time_style_of("delta"), TIME_DELTA);
	assert_int_equal(time_style_of("iso"), TIME_ISO);
	assert_int_equal(time_style_of(""), -EINVAL);
	assert_int_equal(time_style_of("ISO"), -EINVAL);
}

/* An event that is not written is none that the next one's time could be told from. */
static void times_of_written(void **state _unused_)
{
	struct sink_options options = { .time = TIME_DELTA };
	struct sink sink;
	struct text text;

	text_open(&text);
	assert_int_equal(sink__open(&sink, &sink_text, text.out, &options), 0);
	sink__event(&sink, &(struct event){ .kind = EVENT_FREED, .boot_ns = 1000000000 });
	sink__event(&sink, &(struct event){ .kind = EVENT_PROGRESS, .boot_ns = 2000000000 });
	sink__event(&sink, &(struct event){ .kind = EVENT_FREED, .boot_ns = 4000000000 });
	text_expect(&text, "       0.000000 -                    freed        -\n"
			   "       3.000000 -                    freed        -\n");
	sink__close(&sink);
	text_close(&text);
}

static void colors(void **state _unused_)
{
	static const struct {
		struct event event;
		const char *painted; /* the colour and the padded word; NULL: plain */
	} cases[] = {
		{ { .kind = EVENT_LOST, .lost = { 1 } }, "\033[31mLOST         \033[0m" },
		{ { .kind = EVENT_REFUSED, .refused = { .explanation = "" } },
		  "\033[31mREFUSED \033[0m" },
		{ { .kind = EVENT_STATE }, "\033[36mstate        \033[0m" },
		{ { .kind = EVENT_TRANSITION, .transition = { ACTION_COMPLETE } },
		  "\033[32mtransition   \033[0m" },
		{ { .kind = EVENT_TRANSITION, .transition = { ACTION_RETRY } },
		  "\033[33mtransition   \033[0m" },
		{ { .kind = EVENT_TRANSITION, .transition = { ACTION_START } }, NULL },
		{ { .kind = EVENT_FREED }, NULL },
		{ { .kind = EVENT_PROGRESS, .progress.changed = true }, NULL },
		{ { .kind = EVENT_STALL, .stall = { .blockers = &no_blockers, .more = 1 } },
		  "\033[33mstall        \033[0m" },
		{ { .kind = EVENT_TRANSITION, .transition = { ACTION_SIGNAL } },
		  "\033[33mtransition   \033[0m" },
	};
	struct sink_options options = { .color = true };
	struct sink sink;
	struct text text;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		text_open(&text);
		assert_int_equal(sink__open(&sink, &sink_text, text.out, &options), 0);
		sink__event(&sink, &cases[i].event);
		fflush(text.out);
		/* The time is dim always. */
		assert_memory_equal(text.s, "\033[2m00:00:00.000000 \033[0m", 24);
		expect_true(cases[i].painted ? !!strstr(text.s + 24, cases[i].painted)
					     : !strchr(text.s + 24, '\033'),
			    "row %zu: %s", i, text.s);
		sink__close(&sink);
		text_close(&text);
	}
}

/* A parser that is not ours finds nothing to object to. */
static bool is_json(const char *s, size_t len)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *tree;
	bool ok;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	tree = json_tokener_parse_ex(tokener, s, (int)len);
	ok = tree && json_tokener_get_parse_end(tokener) == len;
	json_object_put(tree);
	json_tokener_free(tokener);
	return ok;
}

/* Names with any bytes in them: one line of valid JSON, one line of harmless text. */
static void any_names(void **state _unused_)
{
	uint64_t seed = 99;
	char name[WIRE_NAME_LEN + 1];
	struct sink text_sink, json_sink;
	struct text text, json;

	for (int round = 0; round < 2000; round++) {
		struct event event = { .kind = EVENT_REPLACED,
				       .patch = name,
				       .has_task = true,
				       .replaced = { name } };

		for (size_t i = 0; i < sizeof(name); i++)
			name[i] = random_u64(&seed) >> 24;
		name[sizeof(name) - 1] = '\0';
		memcpy(event.comm, name, WIRE_COMM_LEN);
		text_open(&text);
		text_open(&json);
		assert_int_equal(
			sink__open(&text_sink, &sink_text, text.out, &(struct sink_options){ 0 }),
			0);
		assert_int_equal(
			sink__open(&json_sink, &sink_json, json.out, &(struct sink_options){ 0 }),
			0);
		sink__event(&text_sink, &event);
		sink__event(&json_sink, &event);
		sink__close(&text_sink);
		sink__close(&json_sink);
		fflush(text.out);
		fflush(json.out);
		expect_true(strcspn(json.s, "\n") == json.size - 1, "round %d: %s", round, json.s);
		expect_true(is_json(json.s, json.size), "round %d: %s", round, json.s);
		expect_true(strcspn(text.s, "\n") == text.size - 1, "round %d: %s", round, text.s);
		for (size_t i = 0; i < text.size - 1; i++)
			expect_true((unsigned char)text.s[i] >= 0x20 && text.s[i] != 0x7f,
				    "round %d: %s", round, text.s);
		text_close(&text);
		text_close(&json);
	}
}

/* However long, no string is cut. */
static void long_strings(void **state _unused_)
{
	static const size_t lengths[] = { 254, 255, 256, 257, 1999 };
	char words[2000];

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct event event = { .kind = EVENT_MESSAGE, .message = { words } };
		struct sink sink;
		struct text text;
		size_t n = 0;

		memset(words, 0x9b, lengths[i]);
		words[lengths[i]] = '\0';
		text_open(&text);
		assert_int_equal(
			sink__open(&sink, &sink_json, text.out, &(struct sink_options){ 0 }), 0);
		sink__event(&sink, &event);
		sink__close(&sink);
		fflush(text.out);
		for (const char *at = text.s; (at = strstr(at, "\\\\x9b")); at++)
			n++;
		assert_int_equal(n, lengths[i]);
		text_close(&text);
	}
}

static void full_disk(void **state _unused_)
{
	FILE *full = fopen("/dev/full", "w");
	struct sink sink;

	assert_non_null(full);
	assert_int_equal(sink__open(&sink, &sink_text, full, &(struct sink_options){ 0 }), 0);
	assert_int_equal(sink__flush(&sink), 0);
	sink__event(&sink, &(struct event){ .kind = EVENT_FREED });
	assert_int_equal(sink__flush(&sink), -ENOSPC);
	/* Once something was lost it stays an error, though the next write may work. */
	errno = 0;
	assert_true(sink__flush(&sink) < 0);
	sink__close(&sink);
	assert_null(sink.ops);
	sink__close(&sink);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events),	    cmocka_unit_test(times),
		cmocka_unit_test(times_of_written), cmocka_unit_test(colors),
		cmocka_unit_test(any_names),	    cmocka_unit_test(long_strings),
		cmocka_unit_test(full_disk),
	};

	setenv("TZ", "UTC0", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
