// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <string.h>

#include "facts/wire_check.h"
#include "util/array.h"
#include "util/attributes.h"
#include "util/cleanup.h"

/* The sizes as numbers: a record of a file must not change its size by accident. */
static const struct {
	enum wire_type type;
	uint16_t min, max;
} sizes[] = {
	{ WIRE_WALK_BEGIN, 80, 80 },
	{ WIRE_PATCH, 24, 80 },
	{ WIRE_STATES, 16, 256 },
	{ WIRE_OBJECT, 72, 72 },
	{ WIRE_FUNC, 24, 152 },
	{ WIRE_WALK_END, 32, 32 },
	{ WIRE_RESULT, 192, 192 },
	{ WIRE_TRANSITION, 120, 120 },
	{ WIRE_MESSAGE, 64, 320 },
	{ WIRE_LOOKUP, 320, 320 },
	{ WIRE_FREED, 112, 112 },
	{ WIRE_CLOCK, 24, 24 },
	{ WIRE_LOST, 48, 48 },
	{ WIRE_LOOKUP_COUNT, 224, 224 },
	{ WIRE_HOOKS, 16, 16 },
	{ WIRE_CODE, 48, 48 },
	{ WIRE_TASK, 56, 568 },
	{ WIRE_PROGRESS, 160, 160 },
	{ WIRE_FRAME, 16, 272 },
	{ WIRE_CGROUP, 16, 528 },
	{ WIRE_PROBE, 304, 304 },
	{ WIRE_BREAK, 16, 16 },
	{ WIRE_SNAPSHOT, 24, 24 },
	{ WIRE_WRITE, 192, 192 },
	{ WIRE_LOAD, 120, 120 },
	{ WIRE_SETTLED, 24, 24 },
	{ WIRE_OBJECT_RESULT, 168, 168 },
	{ WIRE_UNWOUND, 24, 24 },
	{ WIRE_DEEPER, 16, 528 },
};

/* In memory of just that size; the header says @said. */
static bool check(union record *rec, size_t size, uint16_t said)
{
	_cleanup_free_ void *exact = malloc(size + !size);

	assert_non_null(exact);
	rec->hdr.size = said;
	memcpy(exact, rec, size);
	return wire_check(exact, size);
}

/* A record of the type with all its fields valid at this size, as far as that can be. */
static union record valid(uint16_t type, size_t size)
{
	union record rec = { 0 };

	rec.hdr.type = type;
	switch (type) {
	case WIRE_WALK_BEGIN:
		rec.begin.kind = WIRE_WALK_ENABLE;
		break;
	case WIRE_STATES:
		rec.states.n = (size - 16) / 12;
		break;
	case WIRE_TASK:
		rec.task.n_frames = (size - 56) / 8;
		break;
	case WIRE_DEEPER:
		rec.deeper.n_frames = (size - 16) / 8;
		break;
	case WIRE_TRANSITION:
		rec.transition.action = WIRE_ACTION_START;
		break;
	case WIRE_MESSAGE:
		rec.message.len = size - 64;
		break;
	case WIRE_LOOKUP:
		rec.lookup.kind = WIRE_LOOKUP_STATE;
		break;
	case WIRE_WRITE:
		rec.write.file = WIRE_FILE_ENABLED;
		break;
	}
	return rec;
}

static bool size_is_right(uint16_t type, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		if (sizes[i].type == type)
			return size >= sizes[i].min && size <= sizes[i].max &&
			       (type != WIRE_STATES || (size - 16) % 12 == 0) &&
			       ((type != WIRE_TASK && type != WIRE_DEEPER) || size % 8 == 0);
	return false;
}

static void every_type_and_size(void **state _unused_)
{
	for (uint16_t type = 0; type < 300; type++) {
		for (size_t size = 0; size <= sizeof(union record); size++) {
			union record rec = valid(type, size);

			expect_true(check(&rec, size, size) == size_is_right(type, size),
				    "type %u, size %zu", type, size);
		}
	}
}

static void size_as_said(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		union record rec = valid(sizes[i].type, sizes[i].max);

		expect_true(check(&rec, sizes[i].max, sizes[i].max), "type %u", sizes[i].type);
		expect_true(!check(&rec, sizes[i].max, sizes[i].max - 1), "type %u", sizes[i].type);
		expect_true(!check(&rec, sizes[i].max, sizes[i].max + 1), "type %u", sizes[i].type);
		expect_true(!check(&rec, sizes[i].max, 0), "type %u", sizes[i].type);
	}
}

static void enums(void **state _unused_)
{
	for (unsigned int value = 0; value < 256; value++) {
		union record begin = valid(WIRE_WALK_BEGIN, 80);
		union record transition = valid(WIRE_TRANSITION, 120);
		union record lookup = valid(WIRE_LOOKUP, 320);
		union record write = valid(WIRE_WRITE, 192);
		union record unwound = valid(WIRE_UNWOUND, 24);

		begin.begin.kind = value;
		expect_true(check(&begin, 80, 80) == (value >= 1 && value <= 5), "%u", value);
		transition.transition.action = value;
		expect_true(check(&transition, 120, 120) == (value >= 1 && value <= 6), "%u",
			    value);
		lookup.lookup.kind = value;
		expect_true(check(&lookup, 320, 320) == (value == 1 || value == 2), "%u", value);
		write.write.file = value;
		expect_true(check(&write, 192, 192) == (value == 1 || value == 2), "%u", value);
		unwound.unwound.end = value;
		expect_true(check(&unwound, 24, 24) == (value <= 5), "%u", value);
	}
}

static void lengths(void **state _unused_)
{
	static const struct {
		enum wire_type type;
		uint16_t size;
		uint32_t n;
		bool ok;
	} cases[] = {
		{ WIRE_STATES, 16, 0, true },
		{ WIRE_STATES, 28, 1, true },
		{ WIRE_STATES, 28, 0, false },
		{ WIRE_STATES, 28, 2, false },
		{ WIRE_STATES, 256, 20, true },
		{ WIRE_STATES, 256, 21, false },
		/* 12 * n wraps around in 32 bits to what the size says. */
		{ WIRE_STATES, 28, 0x55555556, false },
		{ WIRE_STATES, 16, UINT32_MAX, false },
		{ WIRE_TASK, 56, 0, true },
		{ WIRE_TASK, 64, 1, true },
		{ WIRE_TASK, 64, 0, false },
		{ WIRE_TASK, 64, 2, false },
		{ WIRE_TASK, 568, 64, true },
		{ WIRE_TASK, 568, 65, false },
		/* 8 * n wraps around in 32 bits to what the size says. */
		{ WIRE_TASK, 64, 0x20000001, false },
		{ WIRE_TASK, 56, UINT32_MAX, false },
		{ WIRE_DEEPER, 16, 0, true },
		{ WIRE_DEEPER, 24, 1, true },
		{ WIRE_DEEPER, 24, 2, false },
		{ WIRE_DEEPER, 528, 64, true },
		{ WIRE_DEEPER, 528, 65, false },
		{ WIRE_DEEPER, 24, 0x20000001, false },
		{ WIRE_MESSAGE, 64, 0, true },
		{ WIRE_MESSAGE, 65, 0, false },
		{ WIRE_MESSAGE, 65, 2, false },
		{ WIRE_MESSAGE, 320, 256, true },
		{ WIRE_MESSAGE, 320, 257, false },
		{ WIRE_MESSAGE, 64, UINT32_MAX, false },
		{ WIRE_MESSAGE, 64, UINT32_MAX - 63, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		union record rec = valid(cases[i].type, cases[i].size);

		if (cases[i].type == WIRE_STATES)
			rec.states.n = cases[i].n;
		else if (cases[i].type == WIRE_TASK)
			rec.task.n_frames = cases[i].n;
		else if (cases[i].type == WIRE_DEEPER)
			rec.deeper.n_frames = cases[i].n;
		else
			rec.message.len = cases[i].n;
		expect_true(check(&rec, cases[i].size, cases[i].size) == cases[i].ok, "row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_and_size),
		cmocka_unit_test(size_as_said),
		cmocka_unit_test(enums),
		cmocka_unit_test(lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
