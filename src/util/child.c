// SPDX-License-Identifier: GPL-2.0
#include "util/child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/cleanup.h"

static _Noreturn void child_run(int go_fd, int error_fd, char *const argv[])
{
	char byte;
	int error;

	if (read(go_fd, &byte, 1) != 1)
		_exit(EXIT_FAILURE);
	execvp(argv[0], argv);
	error = errno;
	if (write(error_fd, &error, sizeof(error)) != sizeof(error))
		_exit(EXIT_FAILURE);
	_exit(127);
}

int child__spawn(struct child *child, char *const argv[])
{
	_cleanup_close_ int go_read = -1, error_write = -1;
	int go[2], error[2];

	if (pipe2(go, O_CLOEXEC))
		return -errno;
	go_read = go[0];
	child->go_fd = go[1];
	if (pipe2(error, O_CLOEXEC))
		return -errno;
	child->error_fd = error[0];
	error_write = error[1];

	child->pid = fork();
	if (child->pid < 0) {
		child->pid = 0;
		return -errno;
	}
	if (!child->pid) {
		close(child->go_fd);
		child_run(go_read, error_write, argv);
	}
	return 0;
}

int child__go(struct child *child)
{
	ssize_t n;
	int error;

	if (write(child->go_fd, "", 1) != 1)
		return -errno;
	/* exec closes the other end; an errno comes through only if it failed. */
	do {
		n = read(child->error_fd, &error, sizeof(error));
	} while (n < 0 && errno == EINTR);
	return n == sizeof(error) ? -error : 0;
}

void child__poll(struct child *child)
{
	if (child->pid && !child->ended && waitpid(child->pid, &child->status, WNOHANG) > 0)
		child->ended = true;
}

int child__exit_status(const struct child *child)
{
	if (WIFSIGNALED(child->status))
		return 128 + WTERMSIG(child->status);
	return WEXITSTATUS(child->status);
}

void child__release(struct child *child)
{
	closep(&child->go_fd);
	closep(&child->error_fd);
	child->go_fd = child->error_fd = -1;
}
