/* SPDX-License-Identifier: GPL-2.0 */
/* The command of "trace -- CMD": made early, while we still have its privileges. */
#ifndef KLPSCOPE_UTIL_CHILD_H
#define KLPSCOPE_UTIL_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
	pid_t pid; /* 0: there is none */
	int go_fd; /* closing it unused makes the child give up */
	int error_fd; /* the child's errno, should exec fail */
	bool ended;
	int status; /* of waitpid() */
};

#define CHILD_NONE                                                                                 \
	{                                                                                          \
		.go_fd = -1, .error_fd = -1                                                        \
	}

/** child__spawn() - fork a child that waits for child__go(); negative errno on failure */
int child__spawn(struct child *child, char *const argv[]);

/** child__go() - let the child run its command; the negative errno of its exec on failure */
int child__go(struct child *child);

/** child__poll() - notice, without waiting, that the child has ended */
void child__poll(struct child *child);

/** child__exit_status() - as a shell would say it: its status, or 128 and the signal's number */
int child__exit_status(const struct child *child);

/** child__release() - close what belongs to the child; one that was not let go ends */
void child__release(struct child *child);

#endif
