// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <pty.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "sink/sink.h"
#include "util/array.h"
#include "util/attributes.h"

#define SEC 1000000000ULL

/* A text sink with the line, or without. */
struct screen {
	struct sink sink;
	struct text text;
};

static void screen_open(struct screen *screen, bool live_line)
{
	struct sink_options options = { .time = TIME_BOOT, .live_line = live_line };

	text_open(&screen->text);
	assert_int_equal(sink__open(&screen->sink, &sink_text, screen->text.out, &options), 0);
}

#define shows(screen, expected)                                                                    \
	do {                                                                                       \
		text_expect(&(screen)->text, expected);                                            \
		(screen)->sink.out = (screen)->text.out;                                           \
	} while (0)

/* What the sink is closed with comes too. */
#define screen_close(screen, expected)                                                             \
	do {                                                                                       \
		sink__close(&(screen)->sink);                                                      \
		shows(screen, expected);                                                           \
		text_close(&(screen)->text);                                                       \
	} while (0)

static bool progress(struct screen *screen, uint64_t left, uint64_t elapsed_ns, bool changed)
{
	return sink__event(&screen->sink, &(struct event){
						  .kind = EVENT_PROGRESS,
						  .boot_ns = 5 * SEC,
						  .patch = "p",
						  .progress = { .target = 1,
								.tries = 3,
								.tasks = 200,
								.remaining = left,
								.elapsed_ns = elapsed_ns,
								.changed = changed },
					  });
}

static bool action(struct screen *screen, enum transition_action action)
{
	return sink__event(&screen->sink, &(struct event){
						  .kind = EVENT_TRANSITION,
						  .boot_ns = 5 * SEC,
						  .patch = "p",
						  .transition = { .action = action, .target = 1 },
					  });
}

static bool stall(struct screen *screen, const char *tasks)
{
	struct blockers blockers = blockers_of(tasks);
	struct facts code = code_facts();
	bool written;

	classify(&blockers, &code, 1);
	written = sink__event(&screen->sink, &(struct event){ .kind = EVENT_STALL,
							      .boot_ns = 5 * SEC,
							      .patch = "p",
							      .stall = { 1, 0, &blockers, 0 } });
	facts__clear(&code);
	blockers__clear(&blockers);
	return written;
}

#define AT	   "       5.000000 "
#define NOBODY	   AT "-                    "
#define CLEAR	   "\r\033[K"
#define ASLEEP	   "asleep in f, which is being patched; it must return from there"
#define STALLED(t) AT t "                  stall        p                "

/* Each event takes the line's place, and the line comes back below it. */
static void between_events(void **state _unused_)
{
	struct screen s;

	screen_open(&s, true);
	assert_true(action(&s, ACTION_START));
	shows(&s, NOBODY "transition   p                start to patched\n");
	assert_false(progress(&s, 50, 0, true));
	shows(&s, "p patching 75%: 50 of 200 tasks left, try 3");
	/* In its place; also when nothing but the time has changed. */
	assert_false(progress(&s, 50, 2 * SEC - 1, false));
	shows(&s, CLEAR "p patching 75%: 50 of 200 tasks left, 1 s, try 3");
	assert_false(action(&s, ACTION_RETRY));
	shows(&s, CLEAR "p patching 75%: 50 of 200 tasks left, 1 s, try 3");
	assert_true(action(&s, ACTION_SIGNAL));
	shows(&s, CLEAR NOBODY "transition   p                signal to patched\n"
			       "p patching 75%: 50 of 200 tasks left, 1 s, try 3");
	assert_true(sink__event(
		&s.sink, &(struct event){ .kind = EVENT_FREED, .boot_ns = 5 * SEC, .patch = "q" }));
	shows(&s, CLEAR NOBODY "freed        q\n"
			       "p patching 75%: 50 of 200 tasks left, 1 s, try 3");
	assert_true(action(&s, ACTION_COMPLETE));
	shows(&s,
	      CLEAR NOBODY "transition   p                complete to patched, start not seen\n");
	assert_true(action(&s, ACTION_START));
	shows(&s, NOBODY "transition   p                start to patched\n");
	progress(&s, 50, 0, true);
	assert_true(action(&s, ACTION_CANCEL));
	shows(&s, "p patching 75%: 50 of 200 tasks left, try 3" CLEAR NOBODY
		  "transition   p                cancel to patched\n");
	screen_close(&s, "");
}

/* Nothing is left of it behind the prompt, nor beside the summary. */
static void at_the_end(void **state _unused_)
{
	struct summary none = { 0 };
	struct screen s;

	screen_open(&s, true);
	progress(&s, 50, 0, true);
	shows(&s, "p patching 75%: 50 of 200 tasks left, try 3");
	screen_close(&s, CLEAR);

	screen_open(&s, true);
	progress(&s, 50, 0, true);
	sink__summary(&s.sink, &none);
	screen_close(&s, "p patching 75%: 50 of 200 tasks left, try 3" CLEAR "\n0 transitions\n");
}

/* Without it, what it would show is among the events. */
static void without(void **state _unused_)
{
	struct screen s;

	screen_open(&s, false);
	assert_true(progress(&s, 50, 2 * SEC, true));
	assert_false(progress(&s, 50, 3 * SEC, false));
	assert_true(action(&s, ACTION_RETRY));
	assert_true(stall(&s, "a:1,1=f,uwhole"));
	screen_close(
		&s, NOBODY
		"progress     p                50 of 200 tasks left, 2.000 s\n" NOBODY
		"transition   p                retry to patched\n" STALLED(
			"a:1") "sleeping: nothing on its stack holds it; the kernel tries again every second; stack f\n");
}

static void words(void **state _unused_)
{
	static const struct {
		const char *patch; /* NULL: not known */
		int target;
		uint64_t tasks, remaining, elapsed_ns;
		const char *line;
	} cases[] = {
		{ "p", 1, 100, 100, 0, "p patching 0%: 100 of 100 tasks left, try 1" },
		{ "p", 0, 100, 1, 0, "p unpatching 99%: 1 of 100 tasks left, try 1" },
		{ "p", -1, 100, 0, 0, "p patching 100%: 0 of 100 tasks left, try 1" },
		/* All but done is not done. */
		{ "p", 1, 5000, 1, 0, "p patching 99%: 1 of 5000 tasks left, try 1" },
		{ "p", 1, 0, 0, 0, "p patching 0%: 0 of 0 tasks left, try 1" },
		{ "p", 1, 5, 9, 0, "p patching 0%: 9 of 5 tasks left, try 1" },
		{ NULL, 1, 2, 1, 61 * SEC, "? patching 50%: 1 of 2 tasks left, 61 s, try 1" },
		{ "\x1b\n", 1, 2, 1, SEC - 1,
		  "\\x1b\\x0a patching 50%: 1 of 2 tasks left, 0 s, try 1" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct screen s;

		screen_open(&s, true);
		sink__event(&s.sink, &(struct event){
					     .kind = EVENT_PROGRESS,
					     .patch = cases[i].patch,
					     .progress = { .target = cases[i].target,
							   .tries = 1,
							   .tasks = cases[i].tasks,
							   .remaining = cases[i].remaining,
							   .elapsed_ns = cases[i].elapsed_ns },
				     });
		shows(&s, cases[i].line);
		screen_close(&s, CLEAR);
	}
}

/* Whether the line names this blocker, cut as it is at 79 columns. */
static void expect_worst(struct screen *s, const char *worst)
{
	char line[256];

	text_close(&s->text);
	text_open(&s->text);
	s->sink.out = s->text.out;
	progress(s, 1, 0, false);
	snprintf(line, sizeof(line), CLEAR "%.79s", worst);
	shows(s, line);
}

#define LEFT_1 "p patching 99%: 1 of 200 tasks left, try 3"

static void worst(void **state _unused_)
{
	struct screen s;

	screen_open(&s, true);
	/* Who was told when more were left may be gone. */
	progress(&s, 2, 0, true);
	shows(&s, "p patching 99%: 2 of 200 tasks left, try 3");
	stall(&s, "run:9,C1");
	expect_worst(&s, LEFT_1 "; earlier: run:9 busy; it switches when it leaves");
	action(&s, ACTION_REVERSE);
	expect_worst(&s, LEFT_1);
	stall(&s, "run:1,C1");
	expect_worst(&s, LEFT_1 "; run:1 busy; it switches when it leaves the kernel");
	/* One that says more takes its place, one that says no more does not. */
	stall(&s, "wait:2,1000=f");
	expect_worst(&s, LEFT_1 "; wait:2 " ASLEEP);
	stall(&s, "run:3,C1;also:4,1000=f;k:5,K,C1");
	expect_worst(&s, LEFT_1 "; wait:2 " ASLEEP);
	/* Told anew, it is no longer there. */
	stall(&s, "wait:2,C1");
	expect_worst(&s, LEFT_1 "; wait:2 busy; it switches when it leaves the kernel");
	stall(&s, "k:5,K,C1;run:6,C1");
	expect_worst(&s, LEFT_1 "; k:5 a busy kernel thread; it switches when the kernel");
	/* Names that move the cursor do not; a backslash is escaped once. */
	stall(&s, "\x1b\\:7,1000=f");
	expect_worst(&s, LEFT_1 "; \\x1b\\x5c:7 " ASLEEP);
	/* The same course goes on. */
	action(&s, ACTION_RETRY);
	action(&s, ACTION_SIGNAL);
	expect_worst(&s, LEFT_1 "; \\x1b\\x5c:7 " ASLEEP);
	/* On another one they may be others. */
	action(&s, ACTION_REVERSE);
	expect_worst(&s, LEFT_1);
	stall(&s, "run:1,C1");
	expect_worst(&s, LEFT_1 "; run:1 busy; it switches when it leaves the kernel");
	/* None is left: nobody holds it up. */
	progress(&s, 0, 0, true);
	shows(&s, CLEAR "p patching 100%: 0 of 200 tasks left, try 3");
	screen_close(&s, CLEAR);
}

/* On a terminal of @columns, the last of which stays free. */
static void widths(void **state _unused_)
{
	static const struct {
		unsigned short columns;
		const char *patch, *line;
	} cases[] = {
		{ 20, "p", "p patching 50%: 1 o" },
		{ 2, "p", "p" },
		/* What it says cannot be. */
		{ 1, "p", "p patching 50%: 1 of 2 tasks left, try 0" },
		{ 0, "p", "p patching 50%: 1 of 2 tasks left, try 0" },
		/* A character is a column, however many bytes it has. */
		{ 6, "\u00e4\u20ac\U0001f600x", "\u00e4\u20ac\U0001f600x " },
		{ 4, "\u00e4\u20ac\U0001f600x", "\u00e4\u20ac\U0001f600" },
		{ 41, "p", "p patching 50%: 1 of 2 tasks left, try 0" },
		{ 40, "p", "p patching 50%: 1 of 2 tasks left, try " },
		{ 200, "p", "p patching 50%: 1 of 2 tasks left, try 0" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sink_options options = { .live_line = true };
		struct winsize size = { .ws_col = cases[i].columns };
		struct termios raw = { 0 };
		char said[256];
		struct sink sink;
		int master, slave;
		FILE *out;
		ssize_t n;

		cfmakeraw(&raw);
		if (openpty(&master, &slave, NULL, &raw, &size))
			skip();
		out = fdopen(slave, "w");
		assert_non_null(out);
		assert_int_equal(sink__open(&sink, &sink_text, out, &options), 0);
		sink__event(
			&sink,
			&(struct event){ .kind = EVENT_PROGRESS,
					 .patch = cases[i].patch,
					 .progress = { .target = 1, .tasks = 2, .remaining = 1 } });
		assert_int_equal(sink__flush(&sink), 0);
		n = read(master, said, sizeof(said) - 1);
		assert_true(n > 0);
		said[n] = '\0';
		assert_string_equal(said, cases[i].line);
		sink__close(&sink);
		fclose(out);
		close(master);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(between_events), cmocka_unit_test(at_the_end),
		cmocka_unit_test(without),	  cmocka_unit_test(words),
		cmocka_unit_test(worst),	  cmocka_unit_test(widths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
