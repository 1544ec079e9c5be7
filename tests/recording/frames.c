// SPDX-License-Identifier: GPL-2.0
#include "frames.h"

#include <stddef.h>
#include <string.h>
#include <zlib.h>

static void frame(struct frames_out *to, uint16_t type, const void *payload, size_t size)
{
	static unsigned char bytes[sizeof(struct recording_frame) + RECORDING_MAX_PAYLOAD];
	struct recording_frame head = {
		.sync = RECORDING_SYNC,
		.type = type,
		.length = size,
		.seq = to->seq++,
	};
	size_t after = offsetof(struct recording_frame, type), padded;

	padded = (size + RECORDING_ALIGN - 1) / RECORDING_ALIGN * RECORDING_ALIGN;
	memcpy(bytes, &head, sizeof(head));
	memset(bytes + sizeof(head), 0, padded);
	memcpy(bytes + sizeof(head), payload, size);
	head.crc = crc32(crc32(0, NULL, 0), bytes + after, sizeof(head) - after + padded);
	memcpy(bytes, &head, sizeof(head));
	fwrite(bytes, 1, sizeof(head) + padded, to->out);
}

void frames_header(struct frames_out *to, uint64_t boot_ns, uint64_t real_ns)
{
	struct recording_header header = {
		.boot_ns = boot_ns,
		.real_ns = real_ns,
		.run = 1 + to->boot,
		.boot_id = { 1 + to->boot, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 },
		.machine_id = { 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1 },
		.host = "<host>&\x1b",
		.release = "6.1.0-test",
		.build = "#1 SMP",
		.machine = "x86_64",
		.klpscope = "0",
	};

	frame(to, RECORDING_HEADER, &header, sizeof(header));
}

void frames_record(struct frames_out *to, const void *record, size_t size)
{
	frame(to, RECORDING_RECORD, record, size);
}

void frames_end(struct frames_out *to, uint64_t boot_ns, uint64_t real_ns)
{
	struct recording_end end = {
		.boot_ns = boot_ns,
		.real_ns = real_ns,
		.reason = RECORDING_ENDED,
	};

	frame(to, RECORDING_END, &end, sizeof(end));
}
