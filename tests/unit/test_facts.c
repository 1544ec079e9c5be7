// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <string.h>

#include "util/array.h"
#include "util/attributes.h"
#include "util/cleanup.h"

#define TWO "a 1:1 2:0 vmlinux(f,g) mod(h);b replace forced disabled 18446744073709551615:9"

static void take(struct facts *facts, const void *rec)
{
	assert_int_equal(facts__add(facts, rec), 0);
}

static void fields(void **state _unused_)
{
	struct facts facts = facts_of(TWO);
	const struct patch *a = &facts.patches[0], *b = &facts.patches[1];

	assert_int_equal(facts.n_patches, 2);
	assert_string_equal(a->name, "a");
	assert_true(a->enabled && !a->replace && !a->forced && a->klp == 1);
	assert_int_equal(a->n_states, 2);
	assert_true(a->states[1].id == 2 && a->states[1].version == 0);
	assert_int_equal(a->n_objects, 2);
	assert_string_equal(a->objects[0].name, "vmlinux");
	assert_string_equal(a->objects[1].name, "mod");
	assert_int_equal(a->objects[0].n_funcs, 2);
	assert_string_equal(a->objects[0].funcs[1].name, "g");
	assert_string_equal(a->objects[1].funcs[0].name, "h");
	assert_false(a->objects[1].funcs[0].cut);
	assert_true(b->replace && b->forced && !b->enabled);
	assert_true(b->states[0].id == UINT64_MAX && b->states[0].version == 9);
	assert_int_equal(b->n_objects, 0);

	assert_ptr_equal(facts__find(&facts, PATCH_ADDR(1)), b);
	assert_null(facts__find(&facts, PATCH_ADDR(2)));
	assert_ptr_equal(patch__state(a, 2), &a->states[1]);
	assert_null(patch__state(a, UINT32_MAX));
	assert_null(patch__state(b, 1));
	facts__clear(&facts);
	assert_int_equal(facts.n_patches + facts.room_patches + facts.whole, 0);
	facts__clear(&facts);

	facts = facts_of("a 7:1 7:2");
	assert_ptr_equal(patch__state(facts.patches, 7), facts.patches->states);
	facts__clear(&facts);
}

static void complete(void **state _unused_)
{
	static const struct {
		uint32_t flags;
		bool complete;
	} cases[] = {
		{ 0, true },
		{ WIRE_F_TRUNCATED, false },
		{ WIRE_F_UNREADABLE, false },
		{ WIRE_F_NO_ADDRESS, false },
		{ WIRE_F_NO_STATES, true },
		{ WIRE_F_NO_VERSION, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct facts facts = { .whole = true, .flags = cases[i].flags };

		expect_true(facts__complete(&facts) == cases[i].complete, "flags %u",
			    cases[i].flags);
		facts.whole = false;
		expect_true(!facts__complete(&facts), "flags %u", cases[i].flags);
	}
}

/* Whichever record of a walk is missing, it shows. */
static void lost(void **state _unused_)
{
	struct records r;

	records_of(&r, 0, TWO);
	for (size_t gap = 0; gap < r.n; gap++) {
		struct facts facts = { 0 };

		for (size_t i = 0; i < r.n; i++)
			if (i != gap)
				take(&facts, &r.list[i]);
		expect_true(!facts.whole, "without record %zu, type %u", gap, r.list[gap].hdr.type);
		facts__clear(&facts);
	}
	records_clear(&r);
}

/* What comes in another order, or twice, is not taken for what it is not. */
static void out_of_order(void **state _unused_)
{
	struct records r;

	records_of(&r, 0, TWO);
	for (size_t at = 0; at + 1 < r.n; at++) {
		struct facts facts = { 0 };
		enum wire_type first = r.list[at].hdr.type, then = r.list[at + 1].hdr.type;
		/* Nothing tells the order of these, and nothing rests on it. */
		bool either = (first == WIRE_FUNC && then == WIRE_FUNC) ||
			      (first == WIRE_STATES && then == WIRE_OBJECT);

		for (size_t i = 0; i < r.n; i++)
			take(&facts, &r.list[i == at ? at + 1 : i == at + 1 ? at : i]);
		expect_true(facts.whole == either, "record %zu, type %u", at, first);
		facts__clear(&facts);
	}
	for (size_t twice = 0; twice + 1 < r.n; twice++) {
		struct facts facts = { 0 };
		enum wire_type type = r.list[twice].hdr.type;

		for (size_t i = 0; i < r.n; i++)
			for (int n = 0; n <= (i == twice); n++)
				take(&facts, &r.list[i]);
		expect_true(facts.whole == (type == WIRE_PATCH || type == WIRE_OBJECT),
			    "record %zu, type %u", twice, type);
		facts__clear(&facts);
	}
	records_clear(&r);
}

static void limits(void **state _unused_)
{
	struct facts facts = { 0 };
	struct wire_patch patch = { .hdr = { WIRE_PATCH, offsetof(struct wire_patch, name), 0 } };
	struct wire_states states = { .hdr = { WIRE_STATES, sizeof(states), 0 } };
	struct wire_object object = { .hdr = { WIRE_OBJECT, sizeof(object), 0 } };
	struct wire_func func = { .hdr = { WIRE_FUNC, offsetof(struct wire_func, name), 0 } };
	struct wire_walk_end end = { .hdr = { WIRE_WALK_END, sizeof(end), 0 } };

	for (uint32_t i = 0; i < WIRE_MAX_PATCHES + 2; i++) {
		patch.index = i;
		take(&facts, &patch);
	}
	assert_int_equal(facts.n_patches, WIRE_MAX_PATCHES);
	object.patch = func.patch = states.patch = WIRE_MAX_PATCHES - 1;

	/* The last record is taken as a whole or not at all. */
	states.n = WIRE_STATES_CHUNK;
	for (uint32_t i = 0; i < WIRE_MAX_STATES / WIRE_STATES_CHUNK + 1; i++)
		take(&facts, &states);
	assert_int_equal(facts.patches[WIRE_MAX_PATCHES - 1].n_states,
			 WIRE_MAX_STATES - WIRE_MAX_STATES % WIRE_STATES_CHUNK);
	states.n = WIRE_MAX_STATES % WIRE_STATES_CHUNK;
	take(&facts, &states);
	states.n = 1;
	take(&facts, &states);
	assert_int_equal(facts.patches[WIRE_MAX_PATCHES - 1].n_states, WIRE_MAX_STATES);

	for (uint32_t i = 0; i < WIRE_MAX_OBJECTS + 2; i++) {
		object.index = i;
		take(&facts, &object);
	}
	assert_int_equal(facts.patches[WIRE_MAX_PATCHES - 1].n_objects, WIRE_MAX_OBJECTS);

	func.object = WIRE_MAX_OBJECTS - 1;
	for (uint32_t i = 0; i < WIRE_MAX_FUNCS + 2; i++)
		take(&facts, &func);
	assert_int_equal(facts.patches[WIRE_MAX_PATCHES - 1].objects[WIRE_MAX_OBJECTS - 1].n_funcs,
			 WIRE_MAX_FUNCS);

	end.patches = WIRE_MAX_PATCHES;
	end.states = WIRE_MAX_STATES;
	end.objects = WIRE_MAX_OBJECTS;
	end.funcs = WIRE_MAX_FUNCS;
	take(&facts, &end);
	assert_true(facts.whole);
	facts__clear(&facts);
}

/* In memory of just the record's size, so that reading on would be noticed. */
static void take_exact(struct facts *facts, const struct wire_hdr *rec)
{
	_cleanup_free_ void *exact = malloc(rec->size);

	assert_non_null(exact);
	memcpy(exact, rec, rec->size);
	take(facts, exact);
}

/* A function that is not all there makes the whole not complete, unlike one that is. */
static void function_flags(void **state _unused_)
{
	static const uint32_t flags[] = { 0, WIRE_F_TRUNCATED, WIRE_F_UNREADABLE };
	struct records r;

	records_of(&r, 0, "a 1:1 vmlinux(f,g)");
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		struct facts facts = { 0 };

		assert_int_equal(r.list[3].hdr.type, WIRE_FUNC);
		r.list[3].func.flags = flags[i];
		for (size_t n = 0; n < r.n; n++)
			take(&facts, &r.list[n]);
		assert_true(facts.whole);
		expect_true(facts__complete(&facts) == !flags[i], "flags %u", flags[i]);
		facts__clear(&facts);
	}
	records_clear(&r);
}

/* What belongs to no walk is left out. */
static void other_records(void **state _unused_)
{
	struct facts facts = { 0 };
	union record rec = { 0 };

	for (uint16_t type = WIRE_RESULT; type < WIRE_HOOKS + 2; type++) {
		rec.hdr = (struct wire_hdr){ type, sizeof(rec), 0 };
		take(&facts, &rec);
	}
	take(&facts, &(struct wire_walk_begin){ .head.hdr.type = WIRE_WALK_BEGIN });
	assert_true(!facts.n_patches && !facts.whole);
}

static void names(void **state _unused_)
{
	struct facts facts = { 0 };
	struct wire_patch patch = { .hdr = { WIRE_PATCH, sizeof(patch), 0 } };
	struct wire_object object = { .hdr = { WIRE_OBJECT, sizeof(object), 0 } };
	struct wire_func func = { .hdr = { WIRE_FUNC, sizeof(func), 0 } };
	const struct func *funcs;

	/* Filling the field, without a NUL. */
	memset(patch.name, 'p', sizeof(patch.name));
	memset(object.name, 'o', sizeof(object.name));
	memset(func.name, 'f', sizeof(func.name));
	func.flags = WIRE_F_TRUNCATED;
	take_exact(&facts, &patch.hdr);
	take_exact(&facts, &object.hdr);
	take_exact(&facts, &func.hdr);
	/* Empty and unreadable; as long as the record; shorter than it. */
	func.flags = WIRE_F_UNREADABLE;
	func.hdr.size = offsetof(struct wire_func, name);
	take_exact(&facts, &func.hdr);
	func.flags = 0;
	func.hdr.size = offsetof(struct wire_func, name) + 3;
	take_exact(&facts, &func.hdr);
	func.name[1] = '\0';
	take_exact(&facts, &func.hdr);
	patch.index = 1;
	patch.hdr.size = offsetof(struct wire_patch, name);
	take_exact(&facts, &patch.hdr);

	assert_int_equal(strlen(facts.patches[0].name), WIRE_NAME_LEN);
	assert_int_equal(strlen(facts.patches[0].objects[0].name), WIRE_NAME_LEN);
	funcs = facts.patches[0].objects[0].funcs;
	assert_int_equal(strspn(funcs[0].name, "f"), WIRE_SYMBOL_LEN);
	assert_int_equal(strlen(funcs[0].name), WIRE_SYMBOL_LEN);
	assert_string_equal(funcs[1].name, "");
	assert_string_equal(funcs[2].name, "fff");
	assert_string_equal(funcs[3].name, "f");
	assert_true(funcs[0].cut && funcs[1].cut && !funcs[2].cut);
	assert_string_equal(facts.patches[1].name, "");
	facts__clear(&facts);
}

static void code(void **state _unused_)
{
	struct facts facts = { 0 };
	struct wire_patch patch = { .hdr = { WIRE_PATCH, sizeof(patch), 0 }, .name = "p" };
	struct wire_object object = { .hdr = { WIRE_OBJECT, sizeof(object), 0 } };
	struct wire_func func = { .hdr = { WIRE_FUNC, sizeof(func), 0 }, .name = "f" };
	struct wire_code rec = {
		.hdr = { WIRE_CODE, sizeof(rec), 0 },
		.old_addr = 1,
		.old_size = 2,
		.new_addr = 3,
		.new_size = 4,
	};
	struct wire_walk_end end = {
		.hdr = { WIRE_WALK_END, sizeof(end), 0 }, .patches = 1, .objects = 2, .funcs = 3
	};
	const struct func *f, *g, *h;

	/* Before there is a patch, an object, a function: of none. */
	take(&facts, &rec);
	take(&facts, &patch);
	take(&facts, &rec);
	take(&facts, &object);
	take(&facts, &rec);
	take(&facts, &func);
	f = &facts.patches[0].objects[0].funcs[0];
	assert_true(!f->before.addr && !f->before.size && !f->after.addr && !f->after.size);
	/* Of another patch or object than the last. */
	rec.patch = 1;
	take(&facts, &rec);
	rec.patch = 0;
	rec.object = 1;
	take(&facts, &rec);
	assert_true(!f->before.addr && !f->after.addr);
	rec.object = 0;
	take(&facts, &rec);
	/* The function of the next one was lost. */
	rec.old_addr = rec.new_addr = 9;
	take(&facts, &rec);
	take(&facts, &func);
	rec.old_addr = 0;
	rec.old_size = 5;
	take(&facts, &rec);
	object.index = 1;
	take(&facts, &object);
	take(&facts, &rec);
	func.object = 1;
	take(&facts, &func);
	take(&facts, &end);
	f = &facts.patches[0].objects[0].funcs[0];
	g = &facts.patches[0].objects[0].funcs[1];
	h = &facts.patches[0].objects[1].funcs[0];
	assert_true(f->before.addr == 1 && f->before.size == 2);
	assert_true(f->after.addr == 3 && f->after.size == 4);
	assert_true(g->before.addr == 0 && g->before.size == 5 && g->after.addr == 9);
	assert_true(!h->before.addr && !h->before.size && !h->after.addr && !h->after.size);
	/* It is not counted: what is not known of a function's code shows elsewhere. */
	assert_true(facts.whole);
	facts__clear(&facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),	 cmocka_unit_test(complete),
		cmocka_unit_test(lost),		 cmocka_unit_test(out_of_order),
		cmocka_unit_test(limits),	 cmocka_unit_test(function_flags),
		cmocka_unit_test(other_records), cmocka_unit_test(names),
		cmocka_unit_test(code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
