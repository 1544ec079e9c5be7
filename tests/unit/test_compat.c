// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include "rules/compat.h"
#include "util/array.h"
#include "util/attributes.h"

/*
 * The rule once more, as plainly as it can be said: for every state of every
 * installed patch, in list order, the candidate must name the id with a version
 * that is not lower; not naming it is a conflict only for a cumulative one.
 */
static size_t naive(const struct patch *candidate, const struct facts *installed,
		    struct conflict *out)
{
	size_t n = 0;

	for (size_t p = 0; p < installed->n_patches; p++) {
		const struct patch *patch = &installed->patches[p];

		for (size_t s = 0; s < patch->n_states; s++) {
			struct conflict c = { CONFLICT_MISSING, patch->states[s].id, 0,
					      patch->states[s].version, patch->name };
			bool named = false;

			for (size_t i = 0; i < candidate->n_states && !named; i++) {
				if (candidate->states[i].id != c.id)
					continue;
				named = true;
				c.kind = CONFLICT_OLDER;
				c.offered_version = candidate->states[i].version;
			}
			if (named ? c.offered_version < c.installed_version : candidate->replace)
				out[n++] = c;
		}
	}
	return n;
}

static void compare(const struct patch *candidate, const struct facts *installed)
{
	struct conflict expected[64];
	size_t n = naive(candidate, installed, expected);
	struct conflicts found = { 0 };

	assert_int_equal(compat_check(candidate, installed, &found), 0);
	assert_int_equal(found.n, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(found.list[i].kind, expected[i].kind);
		assert_true(found.list[i].id == expected[i].id);
		assert_int_equal(found.list[i].offered_version, expected[i].offered_version);
		assert_int_equal(found.list[i].installed_version, expected[i].installed_version);
		assert_ptr_equal(found.list[i].installed_by, expected[i].installed_by);
	}
	conflicts__clear(&found);
	assert_null(found.list);
	assert_int_equal(found.n, 0);
}

/* Each of two ids absent or with version 0 to 2, in either order. */
#define CHOICES (4 * 4 * 2)

static void choose(struct patch *patch, struct state states[2], unsigned int choice)
{
	unsigned int version[2] = { choice % 4, choice / 4 % 4 }, swap = choice / 16;

	patch->states = states;
	patch->n_states = 0;
	for (unsigned int i = 0; i < 2; i++)
		if (version[i ^ swap] < 3)
			states[patch->n_states++] =
				(struct state){ 1 + (i ^ swap), version[i ^ swap] };
}

static void small_cases(void **state _unused_)
{
	struct patch patches[2] = { { .name = "a" }, { .name = "b" } };
	struct state states[3][2];

	for (unsigned int n = 0; n <= 2; n++) {
		unsigned int all = n == 2 ? CHOICES * CHOICES : n == 1 ? CHOICES : 1;
		struct facts installed = { .patches = patches, .n_patches = n };

		for (unsigned int i = 0; i < all * CHOICES * 2; i++) {
			struct patch candidate = { .replace = i / all / CHOICES };

			choose(&patches[0], states[0], i % all % CHOICES);
			choose(&patches[1], states[1], i % all / CHOICES);
			choose(&candidate, states[2], i / all % CHOICES);
			compare(&candidate, &installed);
		}
	}
}

static void random_cases(void **state _unused_)
{
	/* Small, equal in either half, and at the ends. */
	static const uint64_t ids[] = { 1,	   2, 1ULL << 32, (1ULL << 32) + 1, UINT64_MAX - 1,
					UINT64_MAX };
	static const uint32_t versions[] = { 0, 1, INT32_MAX, 1U << 31, UINT32_MAX };
	uint64_t seed = 20260101;

	for (int round = 0; round < 20000; round++) {
		struct patch patches[4] = { { .name = "a" }, { .name = "b" }, { .name = "c" } };
		struct facts installed = { .patches = patches, .n_patches = 3 };
		struct state states[4][8];

		for (size_t p = 0; p < 4; p++) {
			patches[p].states = states[p];
			patches[p].n_states = random_u64(&seed) % 9;
			for (size_t s = 0; s < patches[p].n_states; s++) {
				uint64_t random = random_u64(&seed);

				states[p][s].id = ids[random % ARRAY_SIZE(ids)];
				states[p][s].version =
					versions[(random >> 32) % ARRAY_SIZE(versions)];
			}
		}
		patches[3].replace = random_u64(&seed) & 1;
		compare(&patches[3], &installed);
	}
}

/* Where the naive rule could share a mistake: written down case by case. */
static void known_cases(void **state _unused_)
{
	static const struct {
		const char *candidate, *installed, *conflicts;
	} cases[] = {
		{ "n", "", "" },
		{ "n replace 1:0", "", "" },
		{ "n replace", "a;b", "" },
		{ "n", "a 1:1", "" },
		{ "n replace", "a 1:0", " {1 -<0 a}" },
		{ "n 1:1", "a 1:1", "" },
		{ "n 1:2", "a 1:1", "" },
		{ "n 1:1", "a 1:2", " {1 1<2 a}" },
		{ "n replace 2:9", "a 1:3 2:10", " {1 -<3 a} {2 9<10 a}" },
		/* The candidate's first entry of an id counts, whatever follows. */
		{ "n 1:1 1:9", "a 1:2", " {1 1<2 a}" },
		{ "n 1:9 1:1", "a 1:2", "" },
		/* Of an installed patch every entry counts. */
		{ "n 1:2", "a 1:1 1:3;b 1:4", " {1 2<3 a} {1 2<4 b}" },
		{ "n replace", "a 1:1 1:1", " {1 -<1 a} {1 -<1 a}" },
		/* No patch has an id of 0, but a record may. */
		{ "n replace", "a 0:1", " {0 -<1 a}" },
		/* All 64 bits of an id, all 32 of a version. */
		{ "n replace 4294967297:1", "a 1:1", " {1 -<1 a}" },
		{ "n replace 1:1", "a 18446744073709551615:1", " {18446744073709551615 -<1 a}" },
		{ "n 1:2147483648", "a 1:1", "" },
		{ "n 1:1", "a 1:4294967295", " {1 1<4294967295 a}" },
	};
	struct text text;

	text_open(&text);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct facts candidate = facts_of(cases[i].candidate);
		struct facts installed = facts_of(cases[i].installed);
		struct conflicts found = { 0 };

		assert_int_equal(compat_check(candidate.patches, &installed, &found), 0);
		write_conflicts(text.out, &found);
		text_expect(&text, cases[i].conflicts);
		conflicts__clear(&found);
		facts__clear(&candidate);
		facts__clear(&installed);
	}
	text_close(&text);
}

#define MANY 10000

/* Offered in another order than installed; every 100th is too old. */
static void many_states(void **state _unused_)
{
	static struct state offered[MANY], held[MANY];
	struct patch candidate = { .states = offered, .n_states = MANY, .replace = true };
	struct patch patch = { .states = held, .n_states = MANY };
	struct facts installed = { .patches = &patch, .n_patches = 1 };
	struct conflicts found = { 0 };

	for (uint64_t i = 0; i < MANY; i++) {
		held[i] = (struct state){ (i + 1) << 20, 5 };
		offered[(i * 7919) % MANY] = (struct state){ (i + 1) << 20, i % 100 ? 5 : 4 };
	}
	assert_int_equal(compat_check(&candidate, &installed, &found), 0);
	assert_int_equal(found.n, MANY / 100);
	for (uint64_t i = 0; i < found.n; i++)
		assert_true(found.list[i].id == (i * 100 + 1) << 20);
	conflicts__clear(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_cases),
		cmocka_unit_test(random_cases),
		cmocka_unit_test(known_cases),
		cmocka_unit_test(many_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
