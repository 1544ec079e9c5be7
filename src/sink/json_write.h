/* SPDX-License-Identifier: GPL-2.0 */
/* JSON as it is written: value by value to a stream, of strings that may hold any byte. */
#ifndef KLPSCOPE_SINK_JSON_WRITE_H
#define KLPSCOPE_SINK_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct json_writer;

/**
 * json_writer__open() - begin to write
 * @out: stays the caller's, who alone asks it for errors; nobody else writes to it inside of a document
 * @pretty: a line for each value, with an end of line behind the document; else all in one line without one
 *
 * Return: to be closed with json_writer__close(); NULL if there is no memory.
 */
struct json_writer *json_writer__open(FILE *out, bool pretty);

void json_writer__close(struct json_writer *w);

/** json_writer__line() - end a document with a newline and be ready for the next */
void json_writer__line(struct json_writer *w);

/*
 * The order of the calls is the caller's care: inside of an object a key and
 * then its value, in turns; and each is ended.
 */
void json_begin(struct json_writer *w, char bracket); /* '{' or '[' */
void json_end(struct json_writer *w, char bracket); /* '}' or ']' */
void json_key(struct json_writer *w, const char *key);

/**
 * json_text() - a string
 * @w: the writer, where a value may stand
 * @s: any bytes; those that are no UTF-8 become the four characters \xNN
 * @len: how many
 */
void json_text(struct json_writer *w, const char *s, size_t len);

void json_integer(struct json_writer *w, uint64_t absolute, bool negative);
/* What the caller has in letters as JSON has them, a number above all. */
void json_literal(struct json_writer *w, const char *s, size_t len);

static inline void json_null(struct json_writer *w)
{
	json_literal(w, "null", 4);
}

/* NULL: null */
static inline void json_string(struct json_writer *w, const char *s)
{
	if (s)
		json_text(w, s, strlen(s));
	else
		json_null(w);
}

static inline void json_number(struct json_writer *w, uint64_t number)
{
	json_integer(w, number, false);
}

static inline void json_signed(struct json_writer *w, int64_t number)
{
	json_integer(w, number < 0 ? -(uint64_t)number : (uint64_t)number, number < 0);
}

static inline void json_bool(struct json_writer *w, bool b)
{
	json_literal(w, b ? "true" : "false", b ? 4 : 5);
}

static inline void json_begin_object(struct json_writer *w)
{
	json_begin(w, '{');
}

static inline void json_end_object(struct json_writer *w)
{
	json_end(w, '}');
}

static inline void json_begin_array(struct json_writer *w)
{
	json_begin(w, '[');
}

static inline void json_end_array(struct json_writer *w)
{
	json_end(w, ']');
}

#endif
