// SPDX-License-Identifier: GPL-2.0
/* Called for each value of millions of events: hence streams without locks, and no format where there is another way. */
#include "sink/json_write.h"

#include <stdlib.h>
#include <string.h>

#include "util/escape.h"

struct json_writer {
	FILE *out;
	unsigned int depth; /* objects and arrays that are open */
	bool pretty;
	bool first; /* nothing is in the innermost of them yet */
	bool after_key;
};

struct json_writer *json_writer__open(FILE *out, bool pretty)
{
	struct json_writer *w = malloc(sizeof(*w));

	if (w)
		*w = (struct json_writer){ .out = out, .pretty = pretty, .first = true };
	return w;
}

void json_writer__close(struct json_writer *w)
{
	free(w);
}

void json_writer__line(struct json_writer *w)
{
	putc_unlocked('\n', w->out);
	w->first = true;
}

static void indent(struct json_writer *w)
{
	putc_unlocked('\n', w->out);
	for (unsigned int i = 0; i < w->depth; i++)
		fwrite_unlocked("  ", 1, 2, w->out);
}

/* What stands between a value or key and what is before it. */
static void separate(struct json_writer *w)
{
	if (!w->first && !w->after_key)
		putc_unlocked(',', w->out);
	if (w->pretty && w->depth && !w->after_key)
		indent(w);
	w->first = false;
	w->after_key = false;
}

void json_begin(struct json_writer *w, char bracket)
{
	separate(w);
	putc_unlocked(bracket, w->out);
	w->depth++;
	w->first = true;
}

void json_end(struct json_writer *w, char bracket)
{
	/* What is empty has an empty line, as ever. */
	if (w->pretty && w->first)
		putc_unlocked('\n', w->out);
	w->depth--;
	if (w->pretty)
		indent(w);
	putc_unlocked(bracket, w->out);
	if (w->pretty && !w->depth)
		putc_unlocked('\n', w->out);
	w->first = false;
}

/* Bytes that stand for themselves. */
static size_t plain_length(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] >= ' ' && s[n] != '"' && s[n] != '\\')
		n++;
	return n;
}

/* Another character; its bytes. */
static size_t write_special(FILE *out, const char *s, size_t len)
{
	static const char letters[] = { ['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
					['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't' };
	size_t n = utf8_sequence(s, len);

	if (n > 1)
		fwrite_unlocked(s, 1, n, out);
	else if (!n)
		fprintf(out, "\\\\x%02x", (unsigned char)*s);
	else if (letters[(unsigned char)*s])
		fprintf(out, "\\%c", letters[(unsigned char)*s]);
	else
		fprintf(out, "\\u%04X", (unsigned char)*s);
	return n ? n : 1;
}

void json_text(struct json_writer *w, const char *s, size_t len)
{
	separate(w);
	putc_unlocked('"', w->out);
	while (len) {
		size_t n = plain_length(s, len);

		if (n)
			fwrite_unlocked(s, 1, n, w->out);
		else
			n = write_special(w->out, s, len);
		s += n;
		len -= n;
	}
	putc_unlocked('"', w->out);
}

void json_key(struct json_writer *w, const char *key)
{
	json_text(w, key, strlen(key));
	putc_unlocked(':', w->out);
	if (w->pretty)
		putc_unlocked(' ', w->out);
	w->after_key = true;
}

void json_literal(struct json_writer *w, const char *s, size_t len)
{
	separate(w);
	fwrite_unlocked(s, 1, len, w->out);
}

void json_integer(struct json_writer *w, uint64_t absolute, bool negative)
{
	char digits[21], *end = digits + sizeof(digits), *at = end;

	do
		*--at = '0' + absolute % 10;
	while (absolute /= 10);
	if (negative)
		*--at = '-';
	json_literal(w, at, end - at);
}
