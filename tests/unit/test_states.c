// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <inttypes.h>

#include "rules/states.h"
#include "facts/snapshot.h"
#include "util/array.h"
#include "util/attributes.h"

static void write_holder(FILE *out, const struct patch *patch, uint32_t version)
{
	if (patch)
		fprintf(out, " %u %s", version, patch->name);
	else
		fputs(" none", out);
}

static void write_change(void *ctx, const struct state_change *c)
{
	FILE *out = ctx;

	fprintf(out, "%" PRIu64 ":", c->id);
	write_holder(out, c->from, c->from_version);
	fputs(" ->", out);
	write_holder(out, c->to, c->to_version);
	fputc(';', out);
}

static void changes(void **state _unused_)
{
	static const struct {
		const char *installed;
		unsigned int patch; /* the one in transition */
		int target;
		const char *changes;
	} cases[] = {
		/* Enabled beside others: what it names, whoever held it before. */
		{ "a", 0, 1, "" },
		{ "a 1:1", 0, 1, "1: none -> 1 a;" },
		{ "a 1:1 2:0", 0, 1, "1: none -> 1 a;2: none -> 0 a;" },
		{ "a 1:1;b 1:2", 1, 1, "1: 1 a -> 2 b;" },
		{ "a 1:1;b 1:1", 1, 1, "1: 1 a -> 1 b;" },
		{ "a 1:1;b 1:2;c 1:3", 2, 1, "1: 2 b -> 3 c;" },
		{ "a 1:1;b 2:1", 1, 1, "2: none -> 1 b;" },
		{ "a 18446744073709551615:7;b 4294967295:7", 1, 1, "4294967295: none -> 7 b;" },
		/* Cumulative: what the replaced ones had and it has not is gone. */
		{ "a 1:1;b replace 1:2", 1, 1, "1: 1 a -> 2 b;" },
		{ "a 1:1 2:3;b replace 1:2", 1, 1, "1: 1 a -> 2 b;2: 3 a -> none;" },
		{ "a 1:1;b 1:2;c 2:5;d replace", 3, 1, "1: 2 b -> none;2: 5 c -> none;" },
		{ "a;b replace 1:1", 1, 1, "1: none -> 1 b;" },
		/* Disabled: back to who is under it. */
		{ "a 1:1", 0, 0, "1: 1 a -> none;" },
		{ "a 1:1;b 1:2", 1, 0, "1: 2 b -> 1 a;" },
		{ "a 1:1;b 1:2 2:1;c 3:1", 1, 0, "1: 2 b -> 1 a;2: 1 b -> none;" },
		{ "a 1:1;b replace 1:2", 1, 0, "1: 2 b -> 1 a;" },
		/* Not the latest that has the state: nothing changes for the system. */
		{ "a 1:1;b 1:2", 0, 0, "" },
		/* An enable that was reversed takes back what it brought, replaced ones stay. */
		{ "a 1:1 2:1;b replace 1:2", 1, 0, "1: 2 b -> 1 a;" },
		/* A disable that was reversed. */
		{ "a 1:1;b 1:2", 1, 1, "1: 1 a -> 2 b;" },
		/* Then there may be others above it, which a cumulative one does not replace. */
		{ "a 1:1 2:1;b replace 1:2;c 1:3 3:1", 1, 1, "2: 1 a -> none;" },
		{ "a 1:1;b replace 1:2;c 2:3", 1, 1, "1: 1 a -> 2 b;" },
		/* Duplicates: the first of an id counts, and each id is told once. */
		{ "a 1:1 1:9", 0, 1, "1: none -> 1 a;" },
		{ "a 1:1 1:9;b 1:2 1:8", 1, 1, "1: 1 a -> 2 b;" },
		{ "a 1:1 1:9;b 1:4 2:1;c replace 2:2 2:3", 2, 1, "2: 1 b -> 2 c;1: 4 b -> none;" },
	};
	struct text text;

	text_open(&text);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct facts facts = facts_of(cases[i].installed);

		assert_int_equal(state_changes(&facts, &facts.patches[cases[i].patch],
					       cases[i].target, write_change, text.out),
				 0);
		text_expect(&text, cases[i].changes);
		facts__clear(&facts);
	}
	text_close(&text);
}

static void holder(void **state _unused_)
{
	static const struct {
		uint64_t id;
		int except, holder; /* -1: none */
		uint32_t version;
	} cases[] = {
		{ 1, -1, 2, 3 },
		{ 1, 2, 1, 2 },
		{ 1, 1, 2, 3 },
		{ 1, 0, 2, 3 },
		{ 2, -1, 0, 7 },
		{ 2, 0, -1, 0 },
		{ 2, 2, 0, 7 },
		{ 3, -1, -1, 0 },
		{ 4, -1, 1, 5 },
		{ 0, -1, -1, 0 },
		{ 1ULL << 32 | 1, -1, -1, 0 },
	};
	struct facts facts = facts_of("a 1:1 2:7;b 1:2 4:5 4:6;c 1:3");

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct patch *except =
			cases[i].except < 0 ? NULL : &facts.patches[cases[i].except];
		uint32_t version = 0;
		const struct patch *found = state_holder(&facts, cases[i].id, except, &version);

		expect_true(found == (cases[i].holder < 0 ? NULL : &facts.patches[cases[i].holder]),
			    "row %zu", i);
		expect_true(version == cases[i].version, "row %zu: %u", i, version);
	}
	facts__clear(&facts);
}

static void write_force(void *ctx, const struct state_force *s)
{
	FILE *out = ctx;

	fprintf(out, "%" PRIu64 ":", s->id);
	write_holder(out, s->holder, s->version);
	if (s->changing) {
		fputs(" ->", out);
		write_holder(out, s->next, s->next_version);
	}
	fputc(';', out);
}

static void in_force(void **state _unused_)
{
	static const struct {
		const char *installed;
		int transition; /* index, -1: none */
		int target;
		const char *states;
	} cases[] = {
		{ "", -1, -1, "" },
		{ "a;b", -1, -1, "" },
		{ "a 2:1 1:4", -1, -1, "1: 4 a;2: 1 a;" },
		{ "a 1:1;b 1:2 3:3;c 2:2", -1, -1, "1: 2 b;2: 2 c;3: 3 b;" },
		{ "a 18446744073709551615:1 4294967296:2 1:3", -1, -1,
		  "1: 3 a;4294967296: 2 a;18446744073709551615: 1 a;" },
		{ "a 1:1 1:2;b 1:3 1:4", -1, -1, "1: 3 b;" },
		/* On its way in: holds nothing yet. */
		{ "a 1:1;b 1:2 2:1", 1, 1, "1: 1 a -> 2 b;2: none -> 1 b;" },
		{ "a 1:1 3:1;b replace 1:2", 1, 1, "1: 1 a -> 2 b;3: 1 a -> none;" },
		{ "a 1:1;b 2:1", 1, 1, "1: 1 a;2: none -> 1 b;" },
		/* On its way out: still holds. */
		{ "a 1:1;b 1:2 2:1", 1, 0, "1: 2 b -> 1 a;2: 1 b -> none;" },
		/* Which way is not known. */
		{ "a 1:1;b 1:2 2:1", 1, -1, "1: 2 b;2: 1 b;" },
	};
	struct text text;

	text_open(&text);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct snapshot snapshot = { .installed = facts_of(cases[i].installed),
					     .target = cases[i].target };

		if (cases[i].transition >= 0)
			snapshot.transition = &snapshot.installed.patches[cases[i].transition];
		assert_int_equal(snapshot_states(&snapshot, write_force, text.out), 0);
		text_expect(&text, cases[i].states);
		snapshot_clear(&snapshot);
		assert_null(snapshot.installed.patches);
		assert_null(snapshot.transition);
	}
	text_close(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes),
		cmocka_unit_test(holder),
		cmocka_unit_test(in_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
