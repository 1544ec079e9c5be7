// SPDX-License-Identifier: GPL-2.0
/* from-hex: makes a recording of records in hex in a file on stdin, as tests/golden/capture writes them. */
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "hex.h"
#include "wire.h"

/* When a record was taken, if it tells. */
static void note_time(uint64_t *boot_ns, const unsigned char *record)
{
	const struct wire_hdr *hdr = (const void *)record;

	switch (hdr->type) {
	case WIRE_WALK_BEGIN:
	case WIRE_RESULT:
	case WIRE_TRANSITION:
	case WIRE_MESSAGE:
	case WIRE_LOOKUP:
	case WIRE_FREED:
	case WIRE_PROGRESS:
	case WIRE_LOST:
	case WIRE_LOOKUP_COUNT:
		memcpy(boot_ns, hdr + 1, sizeof(*boot_ns));
	}
}

int main(void)
{
	_Alignas(8) unsigned char record[RECORDING_MAX_PAYLOAD];
	struct frames_out to = { .out = stdout };
	struct wire_clock clock = { 0 };
	uint64_t boot_ns = 0;
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, stdin) > 0) {
		from_hex(line, record, sizeof(clock));
		memcpy(&clock, record, sizeof(clock));
		if (clock.hdr.type == WIRE_CLOCK)
			break;
	}
	rewind(stdin);
	boot_ns = clock.boot_ns;
	frames_header(&to, clock.boot_ns, clock.real_ns);
	while (getline(&line, &room, stdin) > 0) {
		size_t size = from_hex(line, record, sizeof(record));

		note_time(&boot_ns, record);
		frames_record(&to, record, size);
	}
	frames_end(&to, boot_ns, clock.real_ns - clock.boot_ns + boot_ns);
	free(line);
	return fclose(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
