// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <stdlib.h>
#include <string.h>

#include "facts/foreign_index.h"
#include "util/attributes.h"
#include "util/cleanup.h"

#define MAX   40
#define NAMES 7

static const char *const names[NAMES] = { "", "a", "b", "ba", "klp_a", "z", "zz" };

static void fill(struct foreign_found *found, struct foreign_program *programs,
		 struct foreign_kprobe *kprobes)
{
	found->n_programs = rand() % MAX;
	found->n_kprobes = rand() % MAX;
	for (size_t i = 0; i < found->n_programs; i++) {
		programs[i].id = 1 + i * 3;
		strcpy(programs[i].func, names[rand() % NAMES]);
	}
	for (size_t i = 0; i < found->n_kprobes; i++) {
		kprobes[i].address = rand() % 8 * 16;
		strcpy(kprobes[i].symbol, names[rand() % NAMES]);
	}
}

/* What is found is what looking at each of them finds, in the same order. */
static void as_one_by_one(void **state _unused_)
{
	static struct foreign_program programs[MAX];
	static struct foreign_kprobe kprobes[MAX];
	struct foreign_found found = { .programs = programs, .kprobes = kprobes };

	srand(1);
	for (int round = 0; round < 500; round++) {
		_cleanup_(foreign_index_clear) struct foreign_index index = { 0 };
		size_t n, at;

		fill(&found, programs, kprobes);
		assert_int_equal(foreign_index_make(&index, &found), 0);
		for (size_t k = 0; k < NAMES; k++) {
			struct foreign_program *const *on =
				foreign_programs_on(&index, names[k], &n);
			struct foreign_kprobe *const *in;

			at = 0;
			for (size_t i = 0; i < found.n_programs; i++)
				if (!strcmp(programs[i].func, names[k]))
					assert_true(at < n && on[at++] == &programs[i]);
			assert_int_equal(at, n);
			in = foreign_kprobes_on(&index, names[k], &n);
			at = 0;
			for (size_t i = 0; i < found.n_kprobes; i++)
				if (!strcmp(kprobes[i].symbol, names[k]))
					assert_true(at < n && in[at++] == &kprobes[i]);
			assert_int_equal(at, n);
		}
		for (uint64_t address = 0; address < 140; address++) {
			struct foreign_kprobe *const *there =
				foreign_kprobes_at(&index, address, &n);

			at = 0;
			for (size_t i = 0; i < found.n_kprobes; i++)
				if (kprobes[i].address == address)
					assert_true(at < n && there[at++] == &kprobes[i]);
			assert_int_equal(at, n);
		}
		for (uint32_t id = 0; id < 3 * MAX; id++)
			assert_ptr_equal(foreign_program_of(&index, id),
					 id % 3 == 1 && id / 3 < found.n_programs
						 ? &programs[id / 3]
						 : NULL);
	}
}

/* Before anything was read, nothing is there. */
static void nothing(void **state _unused_)
{
	struct foreign_index index = { 0 };
	size_t n;

	assert_null(foreign_program_of(&index, 1));
	foreign_kprobes_at(&index, 0, &n);
	assert_int_equal(n, 0);
	foreign_index_clear(&index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_one_by_one),
		cmocka_unit_test(nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
