// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel/btf_part.h"
#include "kernel/btf_view.h"
#include "module/klp_layout.h"
#include "util/array.h"
#include "util/attributes.h"
#include "util/cleanup.h"

/* A kernel with a structure that is wanted, what it consists of, and what it only points at. */
static struct btf *kernel(void)
{
	struct btf *btf = btf__new_empty();
	int integer = btf__add_int(btf, "unsigned long", 8, 0);
	int far = btf__add_struct(btf, "far", 8);
	int pointer = btf__add_ptr(btf, far);
	int inner = btf__add_struct(btf, "inner", 16);
	int array, proto, number;

	btf__add_field(btf, "a", integer, 0, 0);
	btf__add_field(btf, "b", pointer, 64, 0);
	array = btf__add_array(btf, integer, inner, 2);
	number = btf__add_typedef(btf, "number", array);
	btf__add_enum(btf, "colour", 4);
	btf__add_enum_value(btf, "RED", 0);
	btf__add_enum_value(btf, "BLUE", 7);
	btf__add_enum64(btf, "wide", 8, false);
	btf__add_enum64_value(btf, "HUGE_ONE", 1ULL << 40);
	proto = btf__add_func_proto(btf, integer);
	btf__add_func_param(btf, "arg", pointer);
	btf__add_func(btf, "klp_do", BTF_FUNC_STATIC, proto);
	btf__add_struct(btf, "outer", 40);
	btf__add_field(btf, "in", inner, 0, 0);
	btf__add_field(btf, "many", number, 64, 0);
	btf__add_struct(btf, "unwanted", 16);
	btf__add_field(btf, "x", inner, 0, 0);
	btf__add_float(btf, "double", 8);
	btf__add_decl_tag(btf, "tag", inner, -1);
	btf__add_var(btf, "v", BTF_VAR_STATIC, integer);
	btf__add_datasec(btf, ".data", 8);
	btf__add_datasec_var_info(btf, btf__type_cnt(btf) - 2, 0, 8);
	return btf;
}

static void as_libbpf(void **state _unused_)
{
	struct btf *btf = kernel();
	struct btf_view view;
	const void *bytes;
	uint32_t size;

	bytes = btf__raw_data(btf, &size);
	assert_int_equal(btf_view_open(&view, bytes, size), 0);
	assert_int_equal(view.n, btf__type_cnt(btf));
	for (uint32_t id = 1; id < view.n; id++) {
		const struct btf_type *ours = btf_view_type(&view, id);
		const struct btf_type *theirs = btf__type_by_id(btf, id);

		assert_memory_equal(ours, theirs, btf_view_size(theirs));
		assert_string_equal(btf_view_name(&view, ours->name_off),
				    btf__name_by_offset(btf, theirs->name_off));
	}
	assert_null(btf_view_type(&view, 0));
	assert_null(btf_view_type(&view, view.n));
	assert_string_equal(btf_view_name(&view, ~0U), "");
	btf_view_close(&view);
	btf__free(btf);
}

/* The part, as libbpf reads it. */
static struct btf *part_of(const struct btf_view *whole, const struct btf *wanted)
{
	int fd = memfd_create("part", 0);
	struct btf *part;
	char path[64];

	assert_int_equal(btf_part_write(fd, whole, wanted), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	part = btf__parse(path, NULL);
	close(fd);
	return part;
}

static void a_part(void **state _unused_)
{
	struct btf *btf = kernel(), *wanted = btf__new_empty(), *part;
	const struct btf_type *outer, *inner;
	struct btf_view view;
	const void *bytes;
	uint32_t size;

	btf__add_struct(wanted, "outer___old", 0);
	btf__add_enum(wanted, "colour", 4);
	btf__add_enum64(wanted, "wide", 8, false);
	btf__add_struct(wanted, "not_there", 0);
	bytes = btf__raw_data(btf, &size);
	assert_int_equal(btf_view_open(&view, bytes, size), 0);
	part = part_of(&view, wanted);
	assert_non_null(part);

	/* outer, inner, unsigned long, pointer, number, its array, colour, wide */
	assert_int_equal(btf__type_cnt(part), 1 + 8);
	assert_true(btf__find_by_name_kind(part, "unwanted", BTF_KIND_STRUCT) < 0);
	assert_true(btf__find_by_name_kind(part, "far", BTF_KIND_STRUCT) < 0);
	assert_true(btf__find_by_name_kind(part, "klp_do", BTF_KIND_FUNC) < 0);
	outer = btf__type_by_id(part, btf__find_by_name_kind(part, "outer", BTF_KIND_STRUCT));
	assert_int_equal(outer->size, 40);
	assert_string_equal(btf__name_by_offset(part, btf_members(outer)[1].name_off), "many");
	assert_int_equal(btf_members(outer)[1].offset, 64);
	assert_int_equal(btf__resolve_size(part, btf_members(outer)[1].type), 32);
	inner = btf__type_by_id(part, btf_members(outer)[0].type);
	assert_string_equal(btf__name_by_offset(part, inner->name_off), "inner");
	assert_int_equal(btf__type_by_id(part, btf_members(inner)[1].type)->type, 0);
	inner = btf__type_by_id(part, btf__find_by_name_kind(part, "wide", BTF_KIND_ENUM64));
	assert_true(btf_enum64_value(btf_enum64(inner)) == 1ULL << 40);
	inner = btf__type_by_id(part, btf__find_by_name_kind(part, "colour", BTF_KIND_ENUM));
	assert_string_equal(btf__name_by_offset(part, btf_enum(inner)[1].name_off), "BLUE");
	btf__free(part);
	btf_view_close(&view);
	btf__free(wanted);
	btf__free(btf);
}

/* Under ASan: each prefix, and each byte changed. */
static void hostile(void **state _unused_)
{
	struct btf *btf = kernel(), *wanted = btf__new_empty();
	const unsigned char *bytes;
	struct btf_view view;
	uint32_t size;

	btf__add_struct(wanted, "outer", 0);
	bytes = btf__raw_data(btf, &size);
	for (uint32_t n = 0; n < size; n++) {
		_cleanup_free_ unsigned char *cut = malloc(n + 1);

		memcpy(cut, bytes, n);
		assert_int_equal(btf_view_open(&view, cut, n), -EINVAL);
		btf_view_close(&view);
	}
	for (uint32_t at = 0; at < size; at++) {
		for (unsigned int bit = 0; bit < 8; bit++) {
			_cleanup_free_ unsigned char *flipped = malloc(size);

			memcpy(flipped, bytes, size);
			flipped[at] ^= 1U << bit;
			if (!btf_view_open(&view, flipped, size))
				btf__free(part_of(&view, wanted));
			btf_view_close(&view);
		}
	}
	btf__free(wanted);
	btf__free(btf);
}

static void add_pointers(struct btf *btf, const char *structure, const char *const names[3],
			 int pointer)
{
	btf__add_struct(btf, structure, 24);
	for (int i = 0; i < 3; i++)
		btf__add_field(btf, names[i], pointer, i * 64, 0);
}

/* What livepatch has at least. */
static struct btf *livepatch(void)
{
	struct btf *btf = btf__new_empty();
	int pointer = btf__add_ptr(btf, 0);

	add_pointers(btf, "klp_patch", (const char *[]){ "mod", "objs", "x" }, pointer);
	add_pointers(btf, "klp_object", (const char *[]){ "name", "funcs", "x" }, pointer);
	add_pointers(btf, "klp_func", (const char *[]){ "old_name", "new_func", "old_sympos" },
		     pointer);
	return btf;
}

/* A section of a module is anywhere in memory, and says anything of itself. */
static void layouts(void **state _unused_)
{
	static const struct {
		uint32_t header; /* bytes it says to have */
		uint32_t more; /* bytes that are there behind it */
		int err;
	} cases[] = {
		{ 24, 0, 0 },
		{ 28, 4, 0 },
		/* Types would be where numbers of 32 bits cannot. */
		{ 25, 1, -EINVAL },
		{ 26, 2, -EINVAL },
		/* And beyond the end. */
		{ 28, 0, -EINVAL },
		{ 4096, 0, -EINVAL },
		{ UINT32_MAX, 0, -EINVAL },
		{ 0, 0, -EINVAL },
	};
	struct btf *btf = livepatch();
	struct klp_layout layout;
	const char *bytes;
	uint32_t size;

	bytes = btf__raw_data(btf, &size);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (size_t shift = 0; shift < 4; shift++) {
			size_t n = size + cases[i].more;
			_cleanup_free_ char *room = calloc(n + shift, 1);
			char *at = room + shift;

			memcpy(at, bytes, 24);
			memcpy(at + 4, &cases[i].header, sizeof(cases[i].header));
			memcpy(at + 24 + cases[i].more, bytes + 24, size - 24);
			expect_true(klp_layout_read(at, n, NULL, 0, &layout) == cases[i].err,
				    "row %zu, %zu", i, shift);
			/* The same as what another builds on. */
			expect_true(klp_layout_read(bytes, size, at, n, &layout) == cases[i].err,
				    "row %zu, %zu", i, shift);
		}
	}
	btf__free(btf);
}

/* Typedefs without an end, which libbpf would follow. */
static void circle(void **state _unused_)
{
	struct btf *btf = btf__new_empty(), *wanted = btf__new_empty();
	int fd = memfd_create("part", 0);
	struct btf_view view;
	const void *bytes;
	uint32_t size;

	btf__add_typedef(btf, "a", 2);
	btf__add_const(btf, 1);
	btf__add_struct(btf, "outer", 8);
	btf__add_field(btf, "x", 1, 0, 0);
	btf__add_struct(wanted, "outer", 0);
	bytes = btf__raw_data(btf, &size);
	assert_int_equal(btf_view_open(&view, bytes, size), 0);
	assert_int_equal(btf_part_write(fd, &view, wanted), -EINVAL);
	btf_view_close(&view);
	close(fd);
	btf__free(wanted);
	btf__free(btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_libbpf), cmocka_unit_test(a_part), cmocka_unit_test(hostile),
		cmocka_unit_test(layouts),   cmocka_unit_test(circle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
