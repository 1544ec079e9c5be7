// SPDX-License-Identifier: GPL-2.0
#include "kernel/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/clock.h"
#include "util/timefmt.h"
#include "wire.h"

#define KERNEL_PRIORITIES 8 /* what users write has others */

bool kmsg_is_start(const char *line, const char *patch, uint64_t *usec)
{
	char begin[WIRE_NAME_LEN + 64];
	const char *text = strchr(line, ';');
	unsigned int priority;

	/* priority,sequence,microseconds,flags;text (Documentation/ABI/testing/dev-kmsg) */
	snprintf(begin, sizeof(begin), ";livepatch: '%s': starting ", patch);
	return text && !strncmp(text, begin, strlen(begin)) &&
	       sscanf(line, "%u,%*u,%" SCNu64, &priority, usec) == 2 &&
	       priority < KERNEL_PRIORITIES;
}

bool kmsg_transition_start(const char *patch, int64_t *real_ns)
{
	_cleanup_close_ int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char line[2048];
	bool found = false;
	int64_t offset;
	ssize_t n;

	if (fd < 0)
		return false;
	offset = (int64_t)(clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC));
	for (;;) {
		uint64_t usec;

		n = read(fd, line, sizeof(line) - 1);
		if (n < 0 && errno == EPIPE)
			continue; /* overwritten under us; the next read goes on */
		if (n <= 0)
			return found;
		line[n] = '\0';
		if (!kmsg_is_start(line, patch, &usec))
			continue;
		found = true;
		*real_ns = (int64_t)usec * NSEC_PER_USEC + offset;
	}
}
