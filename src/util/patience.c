// SPDX-License-Identifier: GPL-2.0
#include "util/patience.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

static void *wait_and_say(void *arg)
{
	struct patience *patience = arg;
	struct timespec until;
	int err;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += patience->seconds;
	do {
		err = sem_timedwait(&patience->over, &until) ? errno : 0;
	} while (err == EINTR);
	if (err == ETIMEDOUT)
		fprintf(stderr, "%s\n", patience->text);
	return NULL;
}

void patience_begin(struct patience *patience, unsigned int seconds, const char *text)
{
	*patience = (struct patience){ .text = text, .seconds = seconds };
	if (sem_init(&patience->over, 0, 0))
		return;
	patience->started = !pthread_create(&patience->thread, NULL, wait_and_say, patience);
}

void patience_end(struct patience *patience)
{
	if (!patience->started)
		return;
	sem_post(&patience->over);
	pthread_join(patience->thread, NULL);
	sem_destroy(&patience->over);
	patience->started = false;
}
