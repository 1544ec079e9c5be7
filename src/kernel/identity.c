// SPDX-License-Identifier: GPL-2.0
#include "kernel/identity.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "kernel/host.h"

static int hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* 32 hexadecimal digits, hyphens between them, to bytes; zeros if they are none. */
static void identity_parse(const char *text, __u8 id[16])
{
	int n = 0;

	memset(id, 0, 16);
	for (; *text; text++) {
		int digit = hex(*text);

		if (*text == '-')
			continue;
		if (digit < 0 || n == 32) {
			n = 0;
			break;
		}
		id[n / 2] = id[n / 2] << 4 | digit;
		n++;
	}
	if (n != 32)
		memset(id, 0, 16);
}

static void read_id(const char *path, __u8 id[16])
{
	char word[64];

	host_read_word(path, word, sizeof(word));
	identity_parse(word, id);
}

void identity_read(struct recording_header *header)
{
	struct utsname kernel;

	if (!uname(&kernel)) {
		snprintf(header->host, sizeof(header->host), "%s", kernel.nodename);
		snprintf(header->release, sizeof(header->release), "%s", kernel.release);
		snprintf(header->build, sizeof(header->build), "%s", kernel.version);
		snprintf(header->machine, sizeof(header->machine), "%.*s",
			 (int)sizeof(header->machine) - 1, kernel.machine);
	}
	read_id("/proc/sys/kernel/random/boot_id", header->boot_id);
	read_id("/etc/machine-id", header->machine_id);
}
