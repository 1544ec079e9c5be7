/* SPDX-License-Identifier: GPL-2.0 */
/* Words for a wait that nothing of ours can shorten. */
#ifndef KLPSCOPE_UTIL_PATIENCE_H
#define KLPSCOPE_UTIL_PATIENCE_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>

struct patience {
	const char *text;
	unsigned int seconds;
	bool started;
	pthread_t thread;
	sem_t over;
};

/**
 * patience_begin() - say something if what comes takes long
 * @patience: filled; at the same place until patience_end()
 * @seconds: how long is long
 * @text: a line for stderr, without a newline
 *
 * A thread of its own waits, because the kernel keeps ours where no signal
 * reaches it. Should there be no thread, nothing is said.
 */
void patience_begin(struct patience *patience, unsigned int seconds, const char *text);

/** patience_end() - it is over; the thread is gone when this returns */
void patience_end(struct patience *patience);

#endif
