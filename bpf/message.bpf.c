// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own words: every line that a task logs while it is inside an
 * attempt, and every other line of the livepatch core.
 */
#include "emit.bpf.h"

static const char prefix[] = "livepatch: ";

static __always_inline bool has_prefix(const char *text)
{
	for (unsigned int i = 0; i < sizeof(prefix) - 1; i++)
		if (text[i] != prefix[i])
			return false;
	return true;
}

/* Where the text is what the console gets (before 5.19), it begins with "[    7.116124] ". */
static __always_inline bool is_livepatch_line(const char *text)
{
	if (text[0] != '[')
		return has_prefix(text);
	for (int i = 1; i < 32; i++)
		if (text[i] == ']' && text[i + 1] == ' ')
			return has_prefix(text + i + 2);
	return false;
}

SEC("raw_tp/console")
int console__tracepoint(struct bpf_raw_tracepoint_args *ctx)
{
	const char *text = (const char *)ctx->args[0];
	__u64 attempt = current_attempt_key();
	struct wire_message rec = {};
	__u32 size, len = ctx->args[1];

	/* The text is not NUL-terminated. */
	if (len > sizeof(rec.text)) {
		len = sizeof(rec.text);
		rec.head.flags |= WIRE_F_TRUNCATED;
	}
	if (!len || bpf_probe_read_kernel(rec.text, len, text))
		return 0;
	if (!attempt && !is_livepatch_line(rec.text))
		return 0;
	size = offsetof(struct wire_message, text) + len;
	emit_head(&rec.head, WIRE_MESSAGE, size);
	rec.attempt = attempt;
	rec.len = len;
	emit_part(&rec, size, sizeof(rec));
	return 0;
}
