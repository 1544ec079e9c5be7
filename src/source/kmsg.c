// SPDX-License-Identifier: GPL-2.0
#include "source/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/cleanup.h"
#include "util/timefmt.h"
#include "wire.h"

bool kmsg_transition_start(const char *patch, int64_t *real_ns)
{
	_cleanup_close_ int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char line[2048], words[WIRE_NAME_LEN + 64];
	struct timespec real, mono;
	bool found = false;
	int64_t offset;
	ssize_t n;

	if (fd < 0)
		return false;
	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_MONOTONIC, &mono);
	offset = (real.tv_sec - mono.tv_sec) * NSEC_PER_SEC + real.tv_nsec - mono.tv_nsec;
	snprintf(words, sizeof(words), "'%s': starting ", patch);
	for (;;) {
		unsigned long long usec;

		n = read(fd, line, sizeof(line) - 1);
		if (n < 0 && errno == EPIPE)
			continue; /* overwritten under us; the next read goes on */
		if (n <= 0)
			return found;
		line[n] = '\0';
		/* priority,sequence,microseconds,flags;text (Documentation/ABI/testing/dev-kmsg) */
		if (!strstr(line, words) || sscanf(line, "%*u,%*u,%llu", &usec) != 1)
			continue;
		found = true;
		*real_ns = (int64_t)usec * NSEC_PER_USEC + offset;
	}
}
