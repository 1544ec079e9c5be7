// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "util/child.h"
#include "util/array.h"
#include "util/attributes.h"

/* Waits until there is something for child__poll() to notice. */
static void wait_for(const struct child *child)
{
	siginfo_t info;

	assert_int_equal(waitid(P_PID, child->pid, &info, WEXITED | WNOWAIT), 0);
}

static void spawn(struct child *child, const char *const argv[])
{
	*child = (struct child)CHILD_NONE;
	assert_int_equal(child__spawn(child, (char *const *)argv), 0);
	assert_true(child->pid > 0);
}

static void ends(struct child *child, int exit_status)
{
	int go_fd, error_fd;

	assert_false(child->ended);
	wait_for(child);
	child__poll(child);
	assert_true(child->ended);
	assert_int_equal(child__exit_status(child), exit_status);
	/* Nothing more to notice. */
	child__poll(child);
	assert_true(child->ended);
	go_fd = child->go_fd;
	error_fd = child->error_fd;
	child__release(child);
	assert_true(child->go_fd == -1 && child->error_fd == -1);
	assert_true(fcntl(go_fd, F_GETFD) == -1 && fcntl(error_fd, F_GETFD) == -1);
	child__release(child);
}

static void exit_status(void **state _unused_)
{
	static const struct {
		const char *script;
		int status;
	} cases[] = {
		{ "exit 0", 0 },
		{ "exit 7", 7 },
		{ "exit 255", 255 },
		{ "kill -TERM $$", 128 + SIGTERM },
		{ "kill -KILL $$", 128 + SIGKILL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct child child;

		spawn(&child, (const char *[]){ "sh", "-c", cases[i].script, NULL });
		assert_int_equal(child__go(&child), 0);
		ends(&child, cases[i].status);
	}
}

static void cannot_run(void **state _unused_)
{
	char path[] = "/tmp/klpscope-unit-XXXXXX";
	struct child child;
	int fd;

	spawn(&child, (const char *[]){ "/nonexistent/command", NULL });
	assert_int_equal(child__go(&child), -ENOENT);
	ends(&child, 127);
	spawn(&child, (const char *[]){ "no such command", NULL });
	assert_int_equal(child__go(&child), -ENOENT);
	ends(&child, 127);

	/* No bit of it says that anyone may execute it, which binds root, too. */
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0644), 0);
	close(fd);
	spawn(&child, (const char *[]){ path, NULL });
	assert_int_equal(child__go(&child), -EACCES);
	ends(&child, 127);
	unlink(path);
}

/* What it would have done is not done. */
static void never_let_go(void **state _unused_)
{
	char dir[] = "/tmp/klpscope-unit-XXXXXX", file[sizeof(dir) + 8];
	struct child child;

	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/made", dir);
	spawn(&child, (const char *[]){ "mkdir", file, NULL });
	child__poll(&child);
	assert_false(child.ended);
	child__release(&child);
	ends(&child, EXIT_FAILURE);
	assert_int_equal(access(file, F_OK), -1);
	rmdir(dir);
}

static void none(void **state _unused_)
{
	struct child child = CHILD_NONE;

	child__poll(&child);
	assert_false(child.ended);
	child__release(&child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exit_status),
		cmocka_unit_test(cannot_run),
		cmocka_unit_test(never_let_go),
		cmocka_unit_test(none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
