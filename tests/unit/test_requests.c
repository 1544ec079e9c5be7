// SPDX-License-Identifier: GPL-2.0
/* What is asked of the kernel besides enabling: writes to a livepatch's files, modules that come. */
#include "stream.h"

#include <errno.h>
#include <string.h>

#include "event/requests.h"
#include "util/array.h"
#include "util/attributes.h"

enum { ENABLED = 1, IN_TRANSITION = 2, OTHER = 4 };

/* @text to a file of "new" by thread @tid; @how the livepatch is; @lost records until then */
static void write_file(struct stream *s, uint32_t tid, enum wire_file file, const char *text,
		       int how, uint64_t lost)
{
	struct wire_write rec = {
		.head = head(s, WIRE_WRITE, sizeof(rec)),
		.file = file,
		.enabled = !!(how & ENABLED),
		.in_transition = !!(how & IN_TRANSITION),
		.other = !!(how & OTHER),
		.len = strlen(text),
		.lost = lost,
		.name = "new",
	};

	rec.head.tid = tid;
	memcpy(rec.text, text, rec.len);
	if (how & OTHER)
		memcpy(rec.busy_name, "slow", sizeof("slow"));
	feed_rec(s, &rec);
}

/* Nobody is in the livepatch core any more of those who came up to now. */
static void settled(struct stream *s, uint64_t lost)
{
	feed_rec(s, &(struct wire_settled){
			    .hdr = { WIRE_SETTLED, sizeof(struct wire_settled), 0 },
			    .boot_ns = s->boot_ns + 1,
			    .lost = lost,
		    });
}

static void keep(void *ctx, const struct event *event)
{
	struct event *kept = ctx;

	if (event->kind != EVENT_REFUSED)
		return;
	*kept = *event;
	/* The rest is gone when this returns. */
	kept->refused.explanation = strdup(event->refused.explanation);
}

/* What enabled_store() and force_store() answer, by what is written and how the livepatch is. */
static void answers(void **state _unused_)
{
	static const char busy
		[] = "slow is still in transition, and the kernel runs one transition at a time; try again when it is complete",
	    on[] = "it is enabled already", off[] = "it is disabled already",
	    again[] =
		    "a disabled livepatch cannot be enabled again; unload its module and load it again",
	    what[] = "the kernel takes 0 or 1, and nothing else was changed",
	    unknown[] = "the cause could not be seen",
	    force[] = "it is not in transition, so there is nothing to force";
	static const struct {
		enum wire_file file;
		const char *text;
		int how;
		enum refused_action action;
		int error;
		enum refused_cause cause;
		const char *explanation; /* NULL: no refusal */
	} cases[] = {
		{ WIRE_FILE_ENABLED, "0\n", ENABLED | OTHER, REFUSED_DISABLE, -EBUSY,
		  CAUSE_TRANSITION_BUSY, busy },
		{ WIRE_FILE_ENABLED, "0\n", ENABLED, REFUSED_DISABLE, 0, CAUSE_UNKNOWN, unknown },
		{ WIRE_FILE_ENABLED, "0\n", 0, REFUSED_DISABLE, -EINVAL, CAUSE_ALREADY, off },
		{ WIRE_FILE_ENABLED, "0\n", OTHER, REFUSED_DISABLE, -EINVAL, CAUSE_ALREADY, off },
		{ WIRE_FILE_ENABLED, "1\n", ENABLED, REFUSED_WRITE, -EINVAL, CAUSE_ALREADY, on },
		{ WIRE_FILE_ENABLED, "1\n", ENABLED | IN_TRANSITION, REFUSED_WRITE, -EINVAL,
		  CAUSE_ALREADY, on },
		{ WIRE_FILE_ENABLED, "1\n", ENABLED | OTHER, REFUSED_WRITE, -EINVAL, CAUSE_ALREADY,
		  on },
		{ WIRE_FILE_ENABLED, "1\n", 0, REFUSED_WRITE, -EINVAL, CAUSE_INVALID, again },
		{ WIRE_FILE_ENABLED, "maybe\n", ENABLED, REFUSED_WRITE, -EINVAL, CAUSE_INVALID,
		  what },
		{ WIRE_FILE_FORCE, "1\n", ENABLED, REFUSED_WRITE, -EINVAL, CAUSE_NOT_IN_TRANSITION,
		  force },
		{ WIRE_FILE_FORCE, "2\n", ENABLED | IN_TRANSITION, REFUSED_WRITE, -EINVAL,
		  CAUSE_INVALID, what },
		{ WIRE_FILE_FORCE, "0\n", ENABLED },
		{ WIRE_FILE_FORCE, "n\n", ENABLED | IN_TRANSITION },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct event event = { 0 };
		struct stream s = { .d = decoder__new(keep, &event), .drop = -1 };

		stream_hooks(&s, ALL_HOOKS);
		write_file(&s, 5, cases[i].file, cases[i].text, cases[i].how, 0);
		settled(&s, 0);
		expect_true(!!event.refused.explanation == !!cases[i].explanation, "row %zu", i);
		if (cases[i].explanation) {
			assert_string_equal(event.refused.explanation, cases[i].explanation);
			expect_true(event.kind == EVENT_REFUSED && event.tid == 5 &&
					    !event.attempt &&
					    event.refused.action == cases[i].action &&
					    event.refused.error == cases[i].error &&
					    event.refused.cause == cases[i].cause &&
					    !event.refused.by_loader,
				    "row %zu", i);
		}
		free((char *)event.refused.explanation);
		decoder__free(s.d);
	}
}

/* Every text of two letters that kstrtobool() takes, and all others. */
static void truth(void **state _unused_)
{
	struct event event;
	char explanation[256];

	for (int first = 0; first < 256; first++) {
		for (int second = 0; second < 256; second++) {
			struct wire_write rec = { .file = WIRE_FILE_ENABLED,
						  .enabled = 1,
						  .len = 2,
						  .text = { (char)first, (char)second } };
			bool o = first == 'o' || first == 'O';
			bool is_on = first && (strchr("1yYtT", first) ||
					       (o && (second == 'n' || second == 'N')));
			bool is_off = first && (strchr("0nNfF", first) ||
						(o && (second == 'f' || second == 'F')));
			enum refused_cause wanted = is_on    ? CAUSE_ALREADY
						    : is_off ? CAUSE_UNKNOWN
							     : CAUSE_INVALID;

			event = (struct event){ 0 };
			assert_true(write_refusal(&rec, &event, explanation, sizeof(explanation)));
			expect_true(event.refused.cause == wanted &&
					    (event.refused.action == REFUSED_DISABLE) == is_off,
				    "%d %d", first, second);
		}
	}
	/* Nothing is written, whatever lies there; and a name that fills its field. */
	event = (struct event){ 0 };
	assert_true(write_refusal(&(struct wire_write){ .file = WIRE_FILE_ENABLED, .text = "1" },
				  &event, explanation, sizeof(explanation)));
	assert_int_equal(event.refused.cause, CAUSE_INVALID);
}

/* What the kernel does is seen to be done, by the same thread. */
static void done(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	write_file(&s, 11, WIRE_FILE_ENABLED, "0", ENABLED, 0);
	transition(&s, 0, WIRE_ACTION_DISABLE, 0);
	write_file(&s, 11, WIRE_FILE_ENABLED, "1", IN_TRANSITION, 0);
	transition(&s, 0, WIRE_ACTION_REVERSE, 1);
	write_file(&s, 11, WIRE_FILE_FORCE, "1", ENABLED | IN_TRANSITION, 0);
	transition(&s, 0, WIRE_ACTION_FORCE, 1);
	settled(&s, 0);
	expect(&s, "disable #0 new\ntransition #0 new reverse 1\ntransition #0 new force 1\n");
	/* Another thread's is another's. */
	write_file(&s, 12, WIRE_FILE_ENABLED, "0", ENABLED | OTHER, 0);
	transition(&s, 0, WIRE_ACTION_DISABLE, 0);
	settled(&s, 0);
	expect(&s, "disable #0 new\nrefused #0 new -16 transition_busy [] disable -\n");
	/* What the thread does besides is no answer. */
	write_file(&s, 11, WIRE_FILE_ENABLED, "1", ENABLED, 0);
	transition(&s, 0, WIRE_ACTION_RETRY, 1);
	settled(&s, 0);
	settled(&s, 0);
	finish(&s, "transition #0 new retry 1 tries 2\nrefused #0 new -22 already [] write -\n");
}

/* When it is decided: by the thread's next, or once nobody is there; not before, and not at the end. */
static void when(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	write_file(&s, 5, WIRE_FILE_ENABLED, "1", ENABLED, 0);
	expect(&s, "");
	write_file(&s, 5, WIRE_FILE_ENABLED, "x", ENABLED, 0);
	expect(&s, "refused #0 new -22 already [] write -\n");
	feed_rec(&s, &(struct wire_settled){
			     .hdr = { WIRE_SETTLED, sizeof(struct wire_settled), 0 },
			     .boot_ns = s.boot_ns,
		     });
	expect(&s, "");
	settled(&s, 0);
	expect(&s, "refused #0 new -22 invalid [] write -\n");
	write_file(&s, 5, WIRE_FILE_ENABLED, "1", ENABLED, 0);
	decoder__finish(s.d);
	expect(&s, "");
	/* What comes after a break knows nothing of it. */
	feed_rec(&s, &(struct wire_break){ { WIRE_BREAK, sizeof(struct wire_break), 0 } });
	settled(&s, 0);
	finish(&s, "");
}

/* Where it may be lost that the kernel has done it, nothing is known. */
static void lost(void **state _unused_)
{
	const struct wire_lost records = { { WIRE_LOST, sizeof(records), 0 }, .records = 1 },
			       missed = { { WIRE_LOST, sizeof(missed), 0 }, .missed = 1 },
			       lookups = { { WIRE_LOST, sizeof(lookups), 0 }, .lookups = 1 };
	struct stream s;

	stream_open(&s);
	write_file(&s, 5, WIRE_FILE_ENABLED, "0", ENABLED | OTHER, 7);
	settled(&s, 8);
	write_file(&s, 5, WIRE_FILE_ENABLED, "0", ENABLED | OTHER, 8);
	write_file(&s, 5, WIRE_FILE_ENABLED, "1", ENABLED, 9);
	settled(&s, 9);
	expect(&s, "refused #0 new -22 already [] write -\n");
	write_file(&s, 5, WIRE_FILE_ENABLED, "1", ENABLED, 9);
	feed_rec(&s, &records);
	settled(&s, 9);
	write_file(&s, 5, WIRE_FILE_ENABLED, "1", ENABLED, 9);
	feed_rec(&s, &missed);
	settled(&s, 9);
	write_file(&s, 5, WIRE_FILE_ENABLED, "1", ENABLED, 9);
	feed_rec(&s, &lookups);
	settled(&s, 9);
	finish(&s, "lost #0 - 1 0 0 0\n"
		   "lost #0 - 0 0 0 1\n"
		   "lost #0 - 0 0 1 0\n"
		   "refused #0 new -22 already [] write -\n");
}

/* Without the hooks that see it done, only what is no answer at all is known to be refused. */
static void not_hooked(void **state _unused_)
{
	static const struct {
		enum wire_hook without;
		enum wire_file file;
		const char *text;
		bool told;
	} cases[] = {
		{ WIRE_HOOK_INIT_TRANSITION, WIRE_FILE_ENABLED, "0", false },
		{ WIRE_HOOK_REVERSE, WIRE_FILE_ENABLED, "0", false },
		{ WIRE_HOOK_FORCE, WIRE_FILE_ENABLED, "0", true },
		{ WIRE_HOOK_FORCE, WIRE_FILE_FORCE, "1", false },
		{ WIRE_HOOK_REVERSE, WIRE_FILE_FORCE, "1", true },
		{ WIRE_HOOK_INIT_TRANSITION, WIRE_FILE_ENABLED, "x", true },
		{ WIRE_HOOK_FORCE, WIRE_FILE_FORCE, "x", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct stream s;

		stream_open(&s);
		stream_hooks(&s, ALL_HOOKS & ~(1ULL << cases[i].without));
		write_file(&s, 5, cases[i].file, cases[i].text, ENABLED | OTHER, 0);
		settled(&s, 0);
		fflush(s.text.out);
		expect_true(!!strstr(s.text.s, "refused") == cases[i].told, "row %zu", i);
		stream_close(&s);
	}
}

/* More threads than are remembered: what is forgotten undecided is said. */
static void many_threads(void **state _unused_)
{
	struct stream s;
	size_t told = 0;

	stream_open(&s);
	for (uint32_t tid = 1; tid <= REQUESTS_MAX; tid++)
		write_file(&s, tid, WIRE_FILE_ENABLED, "1", ENABLED, 0);
	/* Heard of again, 1 is not the one to be forgotten. */
	write_file(&s, 1, WIRE_FILE_ENABLED, "1", ENABLED, 0);
	expect(&s, "refused #0 new -22 already [] write -\n");
	write_file(&s, REQUESTS_MAX + 1, WIRE_FILE_ENABLED, "1", ENABLED, 0);
	expect(&s, "lost #0 - 0 1 0 0\n");
	settled(&s, 0);
	fflush(s.text.out);
	for (const char *at = s.text.s; (at = strstr(at, "refused")); at++)
		told++;
	assert_int_equal(told, REQUESTS_MAX);
	stream_close(&s);
	/* Those that are decided make room without a word. */
	stream_open(&s);
	for (uint32_t tid = 1; tid <= 2 * REQUESTS_MAX; tid++) {
		write_file(&s, tid, WIRE_FILE_FORCE, "0", ENABLED, 0);
		settled(&s, 0);
	}
	finish(&s, "");
}

/* A line of thread 11, which is loading a module. */
static void line(struct stream *s, const char *text)
{
	size_t len = strlen(text);
	struct wire_message rec = {
		.head = head(s, WIRE_MESSAGE, offsetof(struct wire_message, text) + len),
		.len = len,
		.load = 1,
	};

	memcpy(rec.text, text, len);
	feed_rec(s, &rec);
}

static void object_failed(struct stream *s, enum wire_stage stage, int ret, const char *patch,
			  const char *object)
{
	struct wire_object_result rec = {
		.head = head(s, WIRE_OBJECT_RESULT, sizeof(rec)),
		.stage = stage,
		.ret = ret,
	};

	strncpy(rec.name, patch, sizeof(rec.name) - 1);
	strncpy(rec.object, object, sizeof(rec.object) - 1);
	feed_rec(s, &rec);
}

/* Thread 11 has not loaded module "m", which it began to 100 us ago. */
static void load(struct stream *s, enum wire_klp klp, bool named, bool found)
{
	struct wire_load rec = {
		.head = head(s, WIRE_LOAD, sizeof(rec)),
		.begun_ns = s->boot_ns - 100000,
		.named = named,
		.found = found,
		.klp = klp,
	};

	if (named)
		memcpy(rec.name, "m", sizeof("m"));
	feed_rec(s, &rec);
}

#define SYMBOL	  "livepatch: symbol 'f' not found in symbol table"
#define REFUSES	  "livepatch: patch 'fix' failed for module 'm', refusing to load module 'm'"
#define INSTALLED "the installed livepatch fix changes this module, and "

/* A module that an installed livepatch changes, and for which that fails. */
static void late_module(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	object_failed(&s, WIRE_STAGE_OBJECT, -EINVAL, "fix", "");
	line(&s, SYMBOL);
	line(&s, REFUSES);
	/* It is told once, whoever comes after. */
	settled(&s, 0);
	load(&s, WIRE_KLP_UNMARKED, true, false);
	expect(&s, "message #0 - [" SYMBOL "]\n"
		   "refused #0 fix -22 symbol [" SYMBOL "\n" REFUSES "] load m\n");
	/* By ftrace, and by a callback, whose result nobody sees. */
	object_failed(&s, WIRE_STAGE_PATCH_OBJECT, -EBUSY, "", "m");
	line(&s, REFUSES);
	load(&s, WIRE_KLP_UNMARKED, true, false);
	line(&s, "livepatch: pre-patch callback failed for object 'm'");
	line(&s, REFUSES);
	load(&s, WIRE_KLP_UNMARKED, true, false);
	line(&s, REFUSES);
	load(&s, WIRE_KLP_UNMARKED, true, false);
	expect(&s,
	       "refused #0 fix -16 ftrace [" REFUSES "] load m\n"
	       "message #0 - [livepatch: pre-patch callback failed for object 'm']\n"
	       "refused #0 fix 0 callback [livepatch: pre-patch callback failed for object 'm'\n" REFUSES
	       "] load m\n"
	       "refused #0 fix 0 unknown [" REFUSES "] load m\n");
	/* A livepatch itself: livepatch's refusal is not the loader's as well. */
	line(&s, REFUSES);
	load(&s, WIRE_KLP_MARKED, true, false);
	load(&s, WIRE_KLP_MARKED, true, true);
	finish(&s, "refused #0 fix 0 unknown [" REFUSES "] load m\n"
		   "refused #0 - -17 loader [] load m by loader\n");
}

/* The line did not reach the console: what was seen says it, as soon as anything else does. */
static void late_module_silent(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	object_failed(&s, WIRE_STAGE_OBJECT, -EINVAL, "fix", "");
	expect(&s, "");
	settled(&s, 0);
	expect(&s, "refused #0 fix -22 symbol [] load -\n");
	load(&s, WIRE_KLP_MARKED, true, false);
	expect(&s, "");
	/* Its thread ends; of it the module's name is known. */
	object_failed(&s, WIRE_STAGE_OBJECT, -EINVAL, "fix", "");
	load(&s, WIRE_KLP_UNMARKED, true, false);
	expect(&s, "refused #0 fix -22 symbol [] load m\n");
	object_failed(&s, WIRE_STAGE_PATCH_OBJECT, -EBUSY, "", "obj");
	load(&s, WIRE_KLP_UNMARKED, true, false);
	expect(&s, "refused #0 - -16 ftrace [] load obj\n");
	/* The recording ends. */
	object_failed(&s, WIRE_STAGE_PATCH_OBJECT, -EBUSY, "", "obj");
	decoder__finish(s.d);
	expect(&s, "refused #0 - -16 ftrace [] load obj\n");
	decoder__finish(s.d);
	/* Lines of long ago are another module's. */
	line(&s, "livepatch: pre-patch callback failed for object 'm'");
	expect(&s, "message #0 - [livepatch: pre-patch callback failed for object 'm']\n");
	s.boot_ns += 2ULL * REQUEST_LINES_NS;
	object_failed(&s, WIRE_STAGE_OBJECT, -EINVAL, "fix", "m");
	settled(&s, 0);
	finish(&s, "refused #0 fix -22 symbol [] load m\n");
}

static void late_module_explained(void **state _unused_)
{
	static const struct {
		uint32_t stage; /* 0: none */
		const char *line, *words;
	} cases[] = {
		{ WIRE_STAGE_OBJECT, NULL, INSTALLED "a symbol that it names is not there" },
		{ WIRE_STAGE_PATCH_OBJECT, NULL, INSTALLED "a function could not be hooked" },
		{ 0, "livepatch: pre-patch callback failed for object 'm'",
		  INSTALLED "its pre_patch callback refused" },
		{ 0, NULL, INSTALLED "could not be applied to it" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct event event = { 0 };
		struct stream s = { .d = decoder__new(keep, &event), .drop = -1 };

		stream_hooks(&s, 0);
		if (cases[i].stage)
			object_failed(&s, cases[i].stage, -EINVAL, "fix", "m");
		if (cases[i].line)
			line(&s, cases[i].line);
		line(&s, REFUSES);
		assert_string_equal(event.refused.explanation, cases[i].words);
		free((char *)event.refused.explanation);
		decoder__free(s.d);
	}
}

/* Of what the loader logs, which line says why, and with what it fails. */
static void loader_lines(void **state _unused_)
{
	static const struct {
		const char *lines;
		bool found;
		int error;
		const char *words;
	} cases[] = {
#define REFUSED_IT "the module loader refused it: "
		{ "m: disagrees about version of symbol module_layout", false, -ENOEXEC,
		  REFUSED_IT "m: disagrees about version of symbol module_layout" },
		{ "m: disagrees about version of symbol f\nm: Unknown symbol f (err -22)", false,
		  -EINVAL, REFUSED_IT "m: disagrees about version of symbol f" },
		{ "m: no symbol version for f", false, -EINVAL,
		  REFUSED_IT "m: no symbol version for f" },
		{ "m: version magic '1' should be '2'", false, -ENOEXEC,
		  REFUSED_IT "m: version magic '1' should be '2'" },
		{ "m: module uses symbol (f) from namespace N, but does not import it.", false,
		  -EINVAL,
		  REFUSED_IT
		  "m: module uses symbol (f) from namespace N, but does not import it." },
		{ "m: module license 'X' taints kernel.\nm: Unknown symbol f (err -2)", false,
		  -ENOENT, REFUSED_IT "m: Unknown symbol f (err -2)" },
		{ "module m: .gnu.linkonce.this_module section size must match the kernel's built struct module size at run time",
		  false, -ENOEXEC,
		  REFUSED_IT
		  "module m: .gnu.linkonce.this_module section size must match the kernel's built struct module size at run time" },
		{ "m: module is marked as livepatch module, but livepatch support is disabled",
		  false, -ENOEXEC,
		  REFUSED_IT
		  "m: module is marked as livepatch module, but livepatch support is disabled" },
		{ "Loading of unsigned module is rejected", false, -EKEYREJECTED,
		  REFUSED_IT "Loading of unsigned module is rejected" },
		{ "", true, -EEXIST, "a module of this name is loaded already" },
		{ "m: module verification failed: signature and/or required key missing - tainting kernel",
		  true, -EEXIST, "a module of this name is loaded already" },
		{ "m: module license 'X' taints kernel.", false, 0,
		  "the module loader refused it and logged no reason; klpscope check says what it can know beforehand" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct wire_load rec = { .klp = WIRE_KLP_MARKED, .found = cases[i].found };
		struct event event = { 0 };
		char text[WIRE_TEXT_LEN + 128];

		assert_true(load_refusal(&rec, cases[i].lines, &event, text, sizeof(text)));
		assert_string_equal(event.refused.explanation, cases[i].words);
		assert_string_equal(event.refused.message, cases[i].lines);
		expect_true(event.refused.error == cases[i].error && event.refused.by_loader &&
				    event.refused.cause == CAUSE_LOADER &&
				    event.refused.action == REFUSED_LOAD,
			    "row %zu", i);
		/* What says that it is no livepatch is none of our business. */
		rec.klp = WIRE_KLP_UNMARKED;
		assert_false(load_refusal(&rec, cases[i].lines, &event, text, sizeof(text)));
	}
}

static void loader(void **state _unused_)
{
	struct stream s;

	stream_open(&s);
	/* Of these lines only those of the livepatch core are events. */
	line(&s, "m: loading out-of-tree module taints kernel.");
	line(&s, "m: Unknown symbol f (err -2)");
	load(&s, WIRE_KLP_MARKED, true, false);
	expect(&s,
	       "refused #0 - -2 loader [m: loading out-of-tree module taints kernel.\nm: Unknown symbol f (err -2)] load m by loader\n");
	load(&s, WIRE_KLP_UNMARKED, true, true);
	/* Before the loader had come to the name. */
	line(&s, "m: version magic '1' should be '2'");
	load(&s, WIRE_KLP_UNKNOWN, false, false);
	expect(&s,
	       "refused #0 - -8 loader [m: version magic '1' should be '2'] load - by loader\n");
	/* A line of a module before, which was loaded. */
	line(&s, "other: Unknown symbol g (err -2)");
	s.boot_ns += 500000;
	load(&s, WIRE_KLP_MARKED, true, true);
	expect(&s, "refused #0 - -17 loader [] load m by loader\n");
	/* More lines than are kept: the first ones are. */
	for (int i = 0; i < 100; i++)
		line(&s, "m: Unknown symbol f (err -2)");
	load(&s, WIRE_KLP_MARKED, true, false);
	fflush(s.text.out);
	assert_in_range(strlen(s.text.s), REQUEST_LINES_MAX - 64, REQUEST_LINES_MAX + 64);
	text_close(&s.text);
	text_open(&s.text);
	/* Without these hooks a module may have been loaded, or be no livepatch. */
	stream_hooks(&s, ALL_HOOKS & ~(1ULL << WIRE_HOOK_MODULE_LOAD));
	load(&s, WIRE_KLP_MARKED, true, true);
	stream_hooks(&s, ALL_HOOKS & ~(1ULL << WIRE_HOOK_FIND));
	load(&s, WIRE_KLP_UNKNOWN, false, false);
	finish(&s, "");
}

/* A line of an attempt in the same thread is the attempt's. */
static void line_of_attempt(void **state _unused_)
{
	struct wire_message rec = { .attempt = 7, .load = 1, .len = 1, .text = "x" };
	struct stream s;

	stream_open(&s);
	enable(&s, 7, "new");
	rec.head = head(&s, WIRE_MESSAGE, offsetof(struct wire_message, text) + 1);
	feed_rec(&s, &rec);
	result(&s, 7, -EINVAL, 0);
	finish(&s, "enable #1 new\nrefused #1 new -22 invalid [x]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(truth),
		cmocka_unit_test(done),
		cmocka_unit_test(when),
		cmocka_unit_test(lost),
		cmocka_unit_test(not_hooked),
		cmocka_unit_test(many_threads),
		cmocka_unit_test(late_module),
		cmocka_unit_test(late_module_silent),
		cmocka_unit_test(late_module_explained),
		cmocka_unit_test(loader_lines),
		cmocka_unit_test(loader),
		cmocka_unit_test(line_of_attempt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
