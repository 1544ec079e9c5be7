// SPDX-License-Identifier: GPL-2.0
#include "util/escape.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/attributes.h"

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

/* Of a sequence of @n bytes that is right. */
static unsigned int point_of(const char *s, size_t n)
{
	static const unsigned char first[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	unsigned int point = (unsigned char)*s & first[n];

	for (size_t i = 1; i < n; i++)
		point = point << 6 | ((unsigned char)s[i] & 0x3f);
	return point;
}

/*
 * What is not seen but changes what is: controls, which move terminals; what turns the direction of writing round, so
 * that a name reads as another; blanks of no width, and marks.
 */
static bool is_control(const char *s, size_t n)
{
	static const struct {
		unsigned int first, last;
	} unseen[] = {
		{ 0x00, 0x1f },	      { 0x7f, 0x9f }, /* C0, DEL, C1 */
		{ 0xad, 0xad },	      { 0x61c, 0x61c }, /* soft hyphen, Arabic letter mark */
		{ 0x180e, 0x180e },   { 0x200b, 0x200f }, /* of no width, and marks of direction */
		{ 0x2028, 0x202e },   { 0x2060, 0x206f }, /* ends of lines, embeddings, isolates */
		{ 0xfeff, 0xfeff },   { 0xfff9, 0xfffb }, /* byte order, annotations */
		{ 0xe0000, 0xe007f }, /* tags */
	};
	unsigned int point = point_of(s, n);

	for (size_t i = 0; i < ARRAY_SIZE(unseen); i++)
		if (point >= unseen[i].first && point <= unseen[i].last)
			return true;
	return false;
}

#define INSTEAD_MAX 8

/* What is special in a form of output, of ASCII, and what it writes instead; if nothing, the character itself. */
struct special {
	const char *characters;
	void (*replace)(char instead[INSTEAD_MAX], const char *s, char before);
};

/* Bytes that stand for themselves. */
static size_t plain_length(const char *s, const char *special)
{
	size_t n = 0;

	while (s[n] >= ' ' && s[n] < 0x7f && !strchr(special, s[n]))
		n++;
	return n;
}

static size_t escape(FILE *out, const char *s, const struct special *special)
{
	size_t len = strlen(s), written = 0;
	char before = ' ';

	while (len) {
		size_t n = plain_length(s, special->characters);
		char instead[INSTEAD_MAX] = "";

		if (!n) {
			n = utf8_sequence(s, len);
			if (n == 1 && strchr(special->characters, *s)) {
				special->replace(instead, s, before);
			} else if (!n || is_control(s, n)) {
				snprintf(instead, sizeof(instead), "\\x%02x", (unsigned char)*s);
				n = 1;
			}
		}
		written +=
			*instead ? fwrite(instead, 1, strlen(instead), out) : fwrite(s, 1, n, out);
		before = s[n - 1];
		s += n;
		len -= n;
	}
	return written;
}

static void replace_text(char instead[INSTEAD_MAX], const char *s _unused_, char before _unused_)
{
	strcpy(instead, "\\x5c");
}

static void replace_markdown(char instead[INSTEAD_MAX], const char *s, char before)
{
	/* Within a word it means nothing, and names of functions are full of it. */
	if (*s == '_' && isalnum((unsigned char)before) && isalnum((unsigned char)s[1]))
		return;
	if (*s == '\n')
		strcpy(instead, " ");
	else
		snprintf(instead, INSTEAD_MAX, "\\%c", *s);
}

static void replace_html(char instead[INSTEAD_MAX], const char *s, char before _unused_)
{
	static const char *const references[] = {
		['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
	};

	if (*s != '\n')
		strcpy(instead, references[(unsigned char)*s]);
}

size_t escape_text(FILE *out, const char *s)
{
	static const struct special special = { "\\", replace_text };

	return escape(out, s, &special);
}

void escape_markdown(FILE *out, const char *s)
{
	static const struct special special = { "\n\\`*_[]<|&~$", replace_markdown };

	escape(out, s, &special);
}

void escape_html(FILE *out, const char *s)
{
	static const struct special special = { "\n&<>\"'", replace_html };

	escape(out, s, &special);
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
