// SPDX-License-Identifier: GPL-2.0
#include "util/escape.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

size_t utf8_sequence(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;
	unsigned int point, min;
	size_t n;

	if (!len)
		return 0;
	if (u[0] < 0x80)
		return 1;
	if (u[0] >= 0xc2 && u[0] <= 0xdf) {
		n = 2;
		point = u[0] & 0x1f;
		min = 0x80;
	} else if (u[0] >= 0xe0 && u[0] <= 0xef) {
		n = 3;
		point = u[0] & 0x0f;
		min = 0x800;
	} else if (u[0] >= 0xf0 && u[0] <= 0xf4) {
		n = 4;
		point = u[0] & 0x07;
		min = 0x10000;
	} else {
		return 0;
	}
	if (n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (u[i] & 0x3f);
	}
	if (point < min || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	return n;
}

static bool is_control(const char *s, size_t n)
{
	unsigned char c = *s;

	/* C0 and DEL; C1 (U+0080 to U+009F) is two bytes and moves terminals too. */
	return (n == 1 && (c < 0x20 || c == 0x7f)) ||
	       (n == 2 && c == 0xc2 && (unsigned char)s[1] < 0xa0);
}

/* How a form of output writes a character of ASCII that is special there; false: it is not. @before: the one before. */
typedef bool (*special_fn)(FILE *out, const char *s, char before);

static void escape(FILE *out, const char *s, special_fn special)
{
	size_t len = strlen(s);
	char before = ' ';

	while (len) {
		size_t n = utf8_sequence(s, len);

		if (n == 1 && special(out, s, before)) {
			;
		} else if (n && !is_control(s, n)) {
			fwrite(s, 1, n, out);
		} else {
			n = n ? n : 1;
			for (size_t i = 0; i < n; i++)
				fprintf(out, "\\x%02x", (unsigned char)s[i]);
		}
		before = s[n - 1];
		s += n;
		len -= n;
	}
}

static bool special_text(FILE *out, const char *s, char before _unused_)
{
	if (*s != '\\')
		return false;
	fputs("\\x5c", out);
	return true;
}

static bool special_markdown(FILE *out, const char *s, char before)
{
	/* Within a word it means nothing, and names of functions are full of it. */
	bool within = *s == '_' && isalnum((unsigned char)before) && isalnum((unsigned char)s[1]);

	if (*s == '\n')
		fputc(' ', out);
	else if (!within && strchr("\\`*_[]<|&~$", *s))
		fprintf(out, "\\%c", *s);
	else
		return false;
	return true;
}

static bool special_html(FILE *out, const char *s, char before _unused_)
{
	switch (*s) {
	case '&':
		fputs("&amp;", out);
		return true;
	case '<':
		fputs("&lt;", out);
		return true;
	case '>':
		fputs("&gt;", out);
		return true;
	case '"':
		fputs("&quot;", out);
		return true;
	case '\'':
		fputs("&#39;", out);
		return true;
	case '\n':
		fputc('\n', out);
		return true;
	default:
		return false;
	}
}

void escape_text(FILE *out, const char *s)
{
	escape(out, s, special_text);
}

void escape_markdown(FILE *out, const char *s)
{
	escape(out, s, special_markdown);
}

void escape_html(FILE *out, const char *s)
{
	escape(out, s, special_html);
}

char *escape_text_dup(const char *s)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	escape_text(out, s);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

size_t escape_json(char *dst, size_t size, const char *s)
{
	size_t len = strlen(s), at = 0;

	while (len) {
		size_t n = utf8_sequence(s, len);
		size_t need = n ? n : sizeof("\\xNN") - 1;

		if (at + need >= size)
			break;
		if (n)
			memcpy(dst + at, s, n);
		else
			snprintf(dst + at, need + 1, "\\x%02x", (unsigned char)*s);
		at += need;
		n = n ? n : 1;
		s += n;
		len -= n;
	}
	if (size)
		dst[at] = '\0';
	return at;
}
