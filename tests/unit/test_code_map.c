// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <stdlib.h>
#include <string.h>

#include "rules/code_map.h"
#include "util/array.h"
#include "util/attributes.h"
#include "util/cleanup.h"

#define FUNCS 24

/* As klp_check_stack_func() goes on, function by function. */
static uint32_t naive(const struct object *object, int target, uint64_t addr)
{
	uint32_t there = 0;

	for (size_t f = 0; f < object->n_funcs; f++) {
		const struct func *func = &object->funcs[f];
		const struct code *code = target ? &func->before : &func->after;

		if (!code->addr || !code->size)
			continue;
		if (addr >= code->addr && addr - code->addr < code->size)
			return there;
		there++;
	}
	return CODE_MAP_NONE;
}

static void check_all(const struct patch *patch, int target, const uint64_t *addrs, size_t n)
{
	_cleanup_(code_map_clear) struct code_map map = { 0 };

	assert_int_equal(code_map_make(&map, patch, target), 0);
	for (size_t i = 0; i < n; i++) {
		uint32_t found = code_map_find(&map, addrs[i]);

		assert_int_equal(found, naive(patch->objects, target, addrs[i]));
		if (found != CODE_MAP_NONE)
			assert_ptr_equal(map.ranges[found].object, patch->objects);
	}
}

/* Functions that overlap, lie within each other, are empty, or reach the end of all addresses. */
static void overlaps(void **state _unused_)
{
	struct func funcs[FUNCS] = { 0 };
	struct object object = { .name = "vmlinux", .funcs = funcs };
	struct patch patch = { .objects = &object, .n_objects = 1 };
	uint64_t addrs[80];

	srand(1);
	for (size_t i = 0; i < 64; i++)
		addrs[i] = i;
	for (size_t i = 64; i < ARRAY_SIZE(addrs); i++)
		addrs[i] = UINT64_MAX - (i - 64);
	for (int round = 0; round < 3000; round++) {
		object.n_funcs = rand() % (FUNCS + 1);
		for (size_t f = 0; f < object.n_funcs; f++) {
			uint64_t addr = rand() % 64, size = rand() % 12;

			if (rand() % 8 == 0)
				addr = UINT64_MAX - rand() % 16;
			if (rand() % 16 == 0)
				size = UINT64_MAX - rand() % 4;
			funcs[f].before = (struct code){ addr, size };
			funcs[f].after = (struct code){ rand() % 64, rand() % 64 };
		}
		check_all(&patch, 1, addrs, ARRAY_SIZE(addrs));
		check_all(&patch, 0, addrs, ARRAY_SIZE(addrs));
	}
}

static void nothing(void **state _unused_)
{
	struct patch patch = { 0 };
	struct code_map none = { 0 };

	check_all(&patch, 1, (uint64_t[]){ 0 }, 0);
	assert_true(code_map_find(&none, 1) == CODE_MAP_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overlaps),
		cmocka_unit_test(nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
