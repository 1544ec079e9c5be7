// SPDX-License-Identifier: GPL-2.0
/*
 * hostile CAPTURE...: each 64-bit word of each kind of record of a capture is set to each of the values that sums and
 * times may break on, in all records of that kind, and the recording of these goes where fuzz_recording takes it. To be
 * built with sanitizers, which end it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "hex.h"
#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

/* What libFuzzer has; no input is mutated here by chance. */
size_t LLVMFuzzerMutate(uint8_t *data __attribute__((unused)), size_t size,
			size_t max __attribute__((unused)))
{
	return size;
}

#define RECORDS_MAX   512
#define TYPES	      128
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static struct record {
	size_t size;
	union {
		struct wire_hdr hdr;
		unsigned char bytes[1024];
	};
} records[RECORDS_MAX];
static size_t n_records;

/* Pairs, which take turns: sums of them wrap, and differences. */
static const uint64_t values[][2] = {
	{ 0, 0 },
	{ 1, UINT64_MAX },
	{ INT64_MAX, INT64_MAX },
	{ (uint64_t)INT64_MIN, INT64_MAX },
	{ UINT64_MAX, UINT64_MAX },
	{ 1ULL << 62, 1ULL << 63 },
};

static void read_capture(const char *path)
{
	static char line[4096];
	FILE *in = fopen(path, "r");

	while (in && n_records < RECORDS_MAX && fgets(line, sizeof(line), in)) {
		struct record *record = &records[n_records];

		record->size = from_hex(line, record->bytes, sizeof(record->bytes));
		n_records += record->size >= sizeof(struct wire_hdr);
	}
	if (in)
		fclose(in);
}

static void add(const void *record, size_t size)
{
	if (n_records == RECORDS_MAX)
		return;
	memcpy(records[n_records].bytes, record, size);
	records[n_records++].size = size;
}

/* What the captures do not have, twice, as their sums matter. */
static void add_others(void)
{
	struct wire_lost lost = { { WIRE_LOST, sizeof(lost), 0 }, 1, 1, 1, 1, 1 };
	struct wire_lookup_count count = {
		{ WIRE_LOOKUP_COUNT, sizeof(count), 0 }, 1, 21, 1, 1, "p", ""
	};
	struct wire_break broken = { { WIRE_BREAK, sizeof(broken), 0 }, 1 };

	for (int i = 0; i < 2; i++) {
		add(&lost, sizeof(lost));
		add(&count, sizeof(count));
	}
	add(&broken, sizeof(broken));
	add(&lost, sizeof(lost));
}

/* With the word at @at of the records of one type (0: of the header and the end) as @values. */
static void run(uint16_t type, size_t at, const uint64_t value[2])
{
	char *data = NULL;
	size_t size = 0, turn = 0;
	struct frames_out to = { .out = open_memstream(&data, &size) };

	if (!to.out)
		abort();
	frames_header(&to, type ? 1000 : value[0], type ? 1000 : value[1]);
	for (size_t i = 0; i < n_records; i++) {
		struct record record = records[i];

		if (record.hdr.type == type && at + sizeof(*value) <= record.size)
			memcpy(record.bytes + at, &value[turn++ % 2], sizeof(*value));
		frames_record(&to, record.bytes, record.size);
	}
	frames_end(&to, type ? 1000 : value[1], type ? 1000 : value[0]);
	fclose(to.out);
	LLVMFuzzerTestOneInput((const uint8_t *)data, size);
	free(data);
}

int main(int argc, char **argv)
{
	size_t sizes[TYPES] = { sizeof(struct wire_hdr) + 1 }, n = 0;

	for (int i = 1; i < argc; i++)
		read_capture(argv[i]);
	if (n_records)
		add_others();
	for (size_t i = 0; i < n_records; i++) {
		const struct record *record = &records[i];

		if (record->hdr.type < TYPES && record->size > sizes[record->hdr.type])
			sizes[record->hdr.type] = record->size;
	}
	for (uint16_t type = 0; n_records && type < TYPES; type++) {
		for (size_t at = sizeof(struct wire_hdr); at < sizes[type]; at += 8) {
			for (size_t v = 0; v < ARRAY_SIZE(values); v++, n++)
				run(type, at, values[v]);
		}
	}
	printf("%zu\n", n);
	return n ? EXIT_SUCCESS : EXIT_FAILURE;
}
