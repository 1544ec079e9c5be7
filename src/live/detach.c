// SPDX-License-Identifier: GPL-2.0
#include "live/detach.h"

#include <linux/close_range.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Who reads what we wrote shall see its end, and no map of ours shall stay. */
static void close_others(const int *fds, size_t n)
{
	int next = 0;

	for (size_t i = 0; i < n; i++) {
		if (fds[i] > next)
			close_range(next, fds[i] - 1, 0);
		next = fds[i] + 1;
	}
	close_range(next, ~0U, 0);
}

bool detach_in_background(int *fds, size_t n)
{
	pid_t pid;

	qsort(fds, n, sizeof(*fds), by_number);
	pid = fork();
	if (pid)
		return pid > 0;
	/* What is typed at the terminal is no longer for us. */
	setsid();
	prctl(PR_SET_NAME, "klpscope-detach");
	close_others(fds, n);
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
	_exit(0);
}
