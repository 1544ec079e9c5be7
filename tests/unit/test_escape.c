// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <string.h>

#include "util/array.h"
#include "util/attributes.h"
#include "util/cleanup.h"
#include "util/escape.h"

/* Writes @point as RFC 3629 says, without asking whether it may be; returns the length. */
static size_t encode(uint32_t point, unsigned char u[4])
{
	if (point < 0x80) {
		u[0] = point;
		return 1;
	}
	if (point < 0x800) {
		u[0] = 0xc0 | point >> 6;
		u[1] = 0x80 | (point & 0x3f);
		return 2;
	}
	if (point < 0x10000) {
		u[0] = 0xe0 | point >> 12;
		u[1] = 0x80 | (point >> 6 & 0x3f);
		u[2] = 0x80 | (point & 0x3f);
		return 3;
	}
	u[0] = 0xf0 | point >> 18;
	u[1] = 0x80 | (point >> 12 & 0x3f);
	u[2] = 0x80 | (point >> 6 & 0x3f);
	u[3] = 0x80 | (point & 0x3f);
	return 4;
}

/* Every character there is, also when cut. */
static void every_character(void **state _unused_)
{
	for (uint32_t point = 0; point < 0x120000; point++) {
		bool may_be = point < 0xd800 || (point > 0xdfff && point <= 0x10ffff);
		unsigned char u[4];
		size_t n = encode(point, u);

		if (utf8_sequence((char *)u, n) != (may_be ? n : 0))
			fail_msg("U+%04X", point);
		if (n > 1 && utf8_sequence((char *)u, n - 1))
			fail_msg("U+%04X, cut", point);
	}
	assert_int_equal(utf8_sequence("", 0), 0);
}

/* The point that four bytes at most amount to, however they are written; counts them. */
static uint32_t loosely(const unsigned char u[4], size_t *n)
{
	uint32_t point = u[0];

	*n = u[0] < 0xc0 ? 1 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
	if (*n > 1)
		point = u[0] & (0x7f >> *n);
	for (size_t i = 1; i < *n; i++)
		point = point << 6 | (u[i] & 0x3f);
	return point;
}

/* All of four bytes where something begins or ends: valid only if encode() makes them. */
static void every_edge(void **state _unused_)
{
	static const unsigned char edges[] = {
		0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf,
		0xe0, 0xe1, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xfe, 0xff,
	};
	size_t edge = ARRAY_SIZE(edges);

	for (size_t i = 0; i < edge * edge * edge * edge; i++) {
		unsigned char u[] = { edges[i % edge], edges[i / edge % edge],
				      edges[i / edge / edge % edge],
				      edges[i / edge / edge / edge] };
		unsigned char canonical[4];
		size_t n, expected = 0;
		uint32_t point = loosely(u, &n);

		if (point <= 0x10ffff && (point < 0xd800 || point > 0xdfff) &&
		    encode(point, canonical) == n && !memcmp(u, canonical, n))
			expected = n;
		if (utf8_sequence((char *)u, 4) != expected)
			fail_msg("%02x %02x %02x %02x: not %zu", u[0], u[1], u[2], u[3], expected);
	}
}

static const struct {
	const char *s, *text, *json;
} cases[] = {
	{ "", "", "" },
	{ "livepatch_1", "livepatch_1", "livepatch_1" },
	{ "\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m", "\x1b[31mred\x1b[0m" },
	{ "a\nb\tc\rd\x01\x1f\x7f", "a\\x0ab\\x09c\\x0dd\\x01\\x1f\\x7f",
	  "a\nb\tc\rd\x01\x1f\x7f" },
	{ "back\\slash \\x41", "back\\x5cslash \\x5cx41", "back\\slash \\x41" },
	/* U+00E9, U+20AC, U+1F600 */
	{ "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
	  "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80" },
	/* C1: U+0080, CSI U+009B, U+009F; U+00A0 is none. */
	{ "\xc2\x80\xc2\x9b"
	  "1m\xc2\x9f\xc2\xa0",
	  "\\xc2\\x80\\xc2\\x9b"
	  "1m\\xc2\\x9f\xc2\xa0",
	  "\xc2\x80\xc2\x9b"
	  "1m\xc2\x9f\xc2\xa0" },
	{ "\x9b"
	  "1m\x80\xff\xfe",
	  "\\x9b"
	  "1m\\x80\\xff\\xfe",
	  "\\x9b"
	  "1m\\x80\\xff\\xfe" },
	/* A name that is shown from its end, in an isolate, after a mark, with a blank of no width, as one line of several. */
	{ "\xe2\x80\xae"
	  "ok",
	  "\\xe2\\x80\\xaeok",
	  "\xe2\x80\xae"
	  "ok" },
	{ "\xe2\x81\xa6\xd8\x9c\xe2\x80\x8b\xe2\x80\xa8",
	  "\\xe2\\x81\\xa6\\xd8\\x9c\\xe2\\x80\\x8b\\xe2\\x80\\xa8",
	  "\xe2\x81\xa6\xd8\x9c\xe2\x80\x8b\xe2\x80\xa8" },
	/* U+FEFF, U+00AD, U+E0041; their neighbours are seen: U+200A, U+2010, U+2027, U+202F, U+2070. */
	{ "\xef\xbb\xbf\xc2\xad\xf3\xa0\x81\x81", "\\xef\\xbb\\xbf\\xc2\\xad\\xf3\\xa0\\x81\\x81",
	  "\xef\xbb\xbf\xc2\xad\xf3\xa0\x81\x81" },
	{ "\xe2\x80\x8a\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xb0",
	  "\xe2\x80\x8a\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xb0",
	  "\xe2\x80\x8a\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xb0" },
	/* Overlong NUL and '/', a surrogate, beyond the last, cut short, a lone end. */
	{ "\xc0\x80\xe0\x80\xaf", "\\xc0\\x80\\xe0\\x80\\xaf", "\\xc0\\x80\\xe0\\x80\\xaf" },
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80" },
	{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "\\xf4\\x90\\x80\\x80" },
	{ "x\xe2\x82", "x\\xe2\\x82", "x\\xe2\\x82" },
	{ "\xe2\x82"
	  "abc\xf0\x9f\x98",
	  "\\xe2\\x82"
	  "abc\\xf0\\x9f\\x98",
	  "\\xe2\\x82"
	  "abc\\xf0\\x9f\\x98" },
};

static void known_strings(void **state _unused_)
{
	struct text text;
	char json[256];

	text_open(&text);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		escape_text(text.out, cases[i].s);
		text_expect(&text, cases[i].text);
		assert_int_equal(escape_json(json, sizeof(json), cases[i].s),
				 strlen(cases[i].json));
		assert_string_equal(json, cases[i].json);
	}
	text_close(&text);
}

/* Whatever the size: what fits of whole characters and escapes, and a NUL. */
static void cut_anywhere(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t all = strlen(cases[i].json), worst = strlen(cases[i].s) * 4 + 1, best = 0;

		for (size_t size = 0; size <= worst; size++) {
			_cleanup_free_ char *dst = malloc(size + !size);
			size_t n = escape_json(dst, size, cases[i].s), at = 0;

			expect_true(n < size || !size, "%zu of %zu", n, size);
			expect_true(!size || strlen(dst) == n, "row %zu, size %zu", i, size);
			expect_true(!memcmp(dst, cases[i].json, n), "row %zu, size %zu", i, size);
			/* Never less for more room, and nothing is left out that would fit. */
			expect_true(n >= best && n + 5 > (size < all ? size : all),
				    "row %zu, size %zu: %zu", i, size, n);
			best = n;
			while (at < n) {
				size_t step = utf8_sequence(dst + at, n - at);

				expect_true(step, "row %zu, size %zu: split", i, size);
				/* In these strings a backslash before x begins an escape. */
				if (!strcmp(cases[i].s, cases[i].json) || dst[at] != '\\')
					at += step;
				else
					at += 4;
			}
			expect_true(at == n, "row %zu, size %zu: split", i, size);
		}
		assert_int_equal(best, all);
	}
}

/* In HTML and Markdown nothing else is seen than in a terminal. */
static void unseen_in_documents(void **state _unused_)
{
	struct text text;

	text_open(&text);
	escape_html(text.out, "a\xe2\x80\xae<b");
	text_expect(&text, "a\\xe2\\x80\\xae&lt;b");
	escape_markdown(text.out, "a\xe2\x81\xa9*b");
	text_expect(&text, "a\\xe2\\x81\\xa9\\*b");
	text_close(&text);
}

/* Of escape_text(): \xNN back to bytes. */
static void unescape(char *s)
{
	char *to = s;
	unsigned int byte;

	for (; *s; s++, to++) {
		if (*s == '\\' && sscanf(s, "\\x%2x", &byte) == 1) {
			*to = byte;
			s += 3;
		} else {
			*to = *s;
		}
	}
	*to = '\0';
}

/* Nothing that moves a terminal comes through, and nothing is lost. */
static void any_bytes(void **state _unused_)
{
	uint64_t seed = 7;

	for (int round = 0; round < 20000; round++) {
		/* Half of them near the beginning of C1, and of valid sequences. */
		uint64_t r = random_u64(&seed), in = r & 1 ? r : r & 0x3fffbfffbfffbfff;
		char s[9] = { 0 };
		struct text text;

		memcpy(s, &in, sizeof(in));
		if (!(r & 2))
			memcpy(s + (r >> 60) % 7, "\xc2\x9b", 2);
		text_open(&text);
		escape_text(text.out, s);
		fflush(text.out);
		for (size_t at = 0; at < text.size;) {
			unsigned char *u = (unsigned char *)text.s + at;
			size_t n = utf8_sequence(text.s + at, text.size - at);

			expect_true(n, "round %d: no UTF-8", round);
			expect_true(*u >= 0x20 && *u != 0x7f, "round %d: control", round);
			expect_true(!(*u == 0xc2 && u[1] < 0xa0), "round %d: C1", round);
			at += n;
		}
		unescape(text.s);
		assert_string_equal(text.s, s);
		text_close(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character), cmocka_unit_test(every_edge),
		cmocka_unit_test(known_strings),   cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(any_bytes),	   cmocka_unit_test(unseen_in_documents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
