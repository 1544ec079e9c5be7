/* SPDX-License-Identifier: GPL-2.0 */
/* Text that came from elsewhere, made harmless for a terminal, JSON, HTML and Markdown. */
#ifndef KLPSCOPE_UTIL_ESCAPE_H
#define KLPSCOPE_UTIL_ESCAPE_H

#include <stddef.h>
#include <stdio.h>

/**
 * utf8_sequence() - length of the UTF-8 character that a string begins with
 * @s: bytes
 * @len: how many
 *
 * Return: 1 to 4, or 0 if the bytes are no UTF-8 (overlong forms, surrogates
 * and what lies beyond U+10FFFF are none, RFC 3629).
 */
size_t utf8_sequence(const char *s, size_t len);

/**
 * escape_text() - write a string from the kernel so that a terminal is safe
 * @out: where to
 * @s: NUL-terminated
 *
 * Control characters, what is not seen but changes what is (marks and turns of
 * direction, blanks of no width), bytes that are no UTF-8, and the backslash are
 * written as \xNN.
 *
 * Return: bytes written.
 */
size_t escape_text(FILE *out, const char *s);

/** escape_text_dup() - the same as a string of its own, the caller's to free; NULL without memory */
char *escape_text_dup(const char *s);

/**
 * escape_markdown() - write a string from the kernel as plain text of Markdown (CommonMark)
 *
 * As escape_text(), but with a backslash before punctuation that could mean
 * something inside a line or a cell, HTML's included; a newline becomes a blank.
 * Not for the beginning of a line.
 */
void escape_markdown(FILE *out, const char *s);

/**
 * escape_html() - write a string from the kernel as text or a quoted attribute of HTML or XML
 *
 * As escape_text(), with the five special characters as references; a newline stays.
 */
void escape_html(FILE *out, const char *s);

/**
 * escape_json() - make a string from the kernel valid UTF-8
 * @dst: result, NUL-terminated, cut when it does not fit
 * @size: of @dst; four times strlen(@s) plus 1 is always enough
 * @s: NUL-terminated
 *
 * Bytes that are no UTF-8 become the four characters \xNN; the rest, control
 * characters included, stays as it is.
 *
 * Return: bytes written without the NUL.
 */
size_t escape_json(char *dst, size_t size, const char *s);

#endif
