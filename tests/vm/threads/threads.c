// SPDX-License-Identifier: GPL-2.0
/*
 * Many tasks: so many threads asleep, or inside a read of a file, until the end
 * of its own standard input.
 *
 * usage: threads NUMBER [FILE]
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *file;

static void *thread(void *unused)
{
	char byte;
	int fd = file ? open(file, O_RDONLY) : -1;

	(void)unused;
	if (fd >= 0 && read(fd, &byte, 1) < 0)
		perror(file);
	for (;;)
		pause();
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_attr_t attr;
	pthread_t id;
	char byte;

	if (argc < 2)
		return 2;
	file = argv[2];
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 32 * 1024);
	for (int i = 0; i < atoi(argv[1]); i++) {
		if (pthread_create(&id, &attr, thread, NULL)) {
			fprintf(stderr, "threads: only %d\n", i);
			return 1;
		}
	}
	puts("ready");
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	_exit(0);
}
