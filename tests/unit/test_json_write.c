// SPDX-License-Identifier: GPL-2.0
/* The bytes that are written, and that Python's json module reads the same strings from them. */
#include "build.h"

#include "sink/json_write.h"
#include "util/array.h"
#include "util/attributes.h"
#include "util/cleanup.h"

/* All kinds of values, an empty container of each kind first, in the middle and last. */
static void write_document(struct json_writer *w)
{
	json_begin_object(w);
	json_key(w, "a");
	json_begin_array(w);
	json_end_array(w);
	json_key(w, "b");
	json_begin_array(w);
	json_begin_object(w);
	json_end_object(w);
	json_number(w, 0);
	json_number(w, UINT64_MAX);
	json_signed(w, INT64_MIN);
	json_signed(w, INT64_MAX);
	json_begin_object(w);
	json_key(w, "c");
	json_literal(w, "0.001", 5);
	json_key(w, "");
	json_string(w, NULL);
	json_end_object(w);
	json_bool(w, true);
	json_bool(w, false);
	json_string(w, "");
	json_end_array(w);
	json_key(w, "d");
	json_begin_object(w);
	json_end_object(w);
	json_end_object(w);
}

static void one_line(void **state _unused_)
{
#define LINE                                                                                       \
	"{\"a\":[],\"b\":[{},0,18446744073709551615,-9223372036854775808,9223372036854775807,"     \
	"{\"c\":0.001,\"\":null},true,false,\"\"],\"d\":{}}\n"
	struct json_writer *w;
	struct text text;

	text_open(&text);
	w = json_writer__open(text.out, false);
	for (int i = 0; i < 2; i++) {
		write_document(w);
		json_writer__line(w);
	}
	json_writer__close(w);
	text_expect(&text, LINE LINE);
	text_close(&text);
}

static void pretty(void **state _unused_)
{
	struct json_writer *w;
	struct text text;

	text_open(&text);
	w = json_writer__open(text.out, true);
	write_document(w);
	json_writer__close(w);
	text_expect(&text, "{\n"
			   "  \"a\": [\n"
			   "\n"
			   "  ],\n"
			   "  \"b\": [\n"
			   "    {\n"
			   "\n"
			   "    },\n"
			   "    0,\n"
			   "    18446744073709551615,\n"
			   "    -9223372036854775808,\n"
			   "    9223372036854775807,\n"
			   "    {\n"
			   "      \"c\": 0.001,\n"
			   "      \"\": null\n"
			   "    },\n"
			   "    true,\n"
			   "    false,\n"
			   "    \"\"\n"
			   "  ],\n"
			   "  \"d\": {\n"
			   "\n"
			   "  }\n"
			   "}\n");
	text_close(&text);
}

static void escapes(void **state _unused_)
{
	static const struct {
		const char *s;
		size_t len;
		const char *wanted;
	} cases[] = {
		{ "a/b'<>&", 7, "a/b'<>&" },
		{ "\"\\\b\f\n\r\t", 7, "\\\"\\\\\\b\\f\\n\\r\\t" },
		{ "a\0b", 3, "a\\u0000b" },
		{ "\x01\x1b\x1f\x7f", 4, "\\u0001\\u001B\\u001F\x7f" },
		/* U+0080, U+2028, U+FFFF, U+10FFFF */
		{ "\xc2\x80\xe2\x80\xa8\xef\xbf\xbf\xf4\x8f\xbf\xbf", 12,
		  "\xc2\x80\xe2\x80\xa8\xef\xbf\xbf\xf4\x8f\xbf\xbf" },
		/* cut, overlong, half of a surrogate, too large, none at all */
		{ "\xe2\x80", 2, "\\\\xe2\\\\x80" },
		{ "\xc0\xaf", 2, "\\\\xc0\\\\xaf" },
		{ "\xed\xa0\x80", 3, "\\\\xed\\\\xa0\\\\x80" },
		{ "\xf4\x90\x80\x80", 4, "\\\\xf4\\\\x90\\\\x80\\\\x80" },
		{ "\xff", 1, "\\\\xff" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct json_writer *w;
		struct text text;

		text_open(&text);
		w = json_writer__open(text.out, false);
		json_text(w, cases[i].s, cases[i].len);
		json_writer__close(w);
		fflush(text.out);
		expect_true(text.size == strlen(cases[i].wanted) + 2 &&
				    !memcmp(text.s + 1, cases[i].wanted, text.size - 2),
			    "row %zu: %s", i, text.s);
		text_close(&text);
	}
}

/* A line for Python: the bytes, and what is written of them, as a value and as a key. */
static void write_case(struct json_writer *w, const char *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	_cleanup_free_ char *hex = malloc(len * 2 + 1), *key = malloc(len + 1);

	assert_true(hex && key);
	for (size_t i = 0; i < len; i++) {
		hex[2 * i] = digits[(unsigned char)bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	memcpy(key, bytes, len);
	key[len] = '\0';
	json_begin_array(w);
	json_text(w, hex, len * 2);
	json_text(w, bytes, len);
	json_begin_object(w);
	json_key(w, key);
	json_number(w, strlen(key));
	json_end_object(w);
	json_end_array(w);
	json_writer__line(w);
}

/* Those of UTF-8 at its borders, and anything. */
static size_t random_bytes(char *bytes, uint64_t *seed)
{
	static const char borders[] = "\0\"\\\x1f \x7f\x80\xbf\xc0\xc1\xc2\xdf\xe0\xed\xef"
				      "\xf0\xf4\xf5\xff\x9f\xa0\x90\x8f";
	size_t len = random_u64(seed) % 12;

	for (size_t i = 0; i < len; i++) {
		uint64_t random = random_u64(seed) >> 8;

		bytes[i] =
			random % 4 ? borders[(random >> 2) % sizeof(borders)] : (char)(random >> 2);
	}
	return len;
}

static void python_reads_the_same(void **state _unused_)
{
	static char longest[1 << 20];
	FILE *judge = popen("/usr/bin/python3 tests/unit/json-judge", "w");
	struct json_writer *w = json_writer__open(judge, false);
	uint64_t seed = 7;
	char bytes[16];

	assert_non_null(judge);
	for (unsigned int i = 0; i < 0x10000; i++) {
		bytes[0] = i;
		bytes[1] = i >> 8;
		write_case(w, bytes, i < 0x100 ? 1 : 2);
	}
	for (unsigned int i = 0; i < 100000; i++)
		write_case(w, bytes, random_bytes(bytes, &seed));
	for (size_t i = 0; i < sizeof(longest); i++)
		longest[i] = random_u64(&seed) >> 24;
	write_case(w, longest, sizeof(longest));
	memset(longest, 'x', sizeof(longest));
	write_case(w, longest, sizeof(longest));
	json_writer__close(w);
	assert_int_equal(pclose(judge), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line),
		cmocka_unit_test(pretty),
		cmocka_unit_test(escapes),
		cmocka_unit_test(python_reads_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
