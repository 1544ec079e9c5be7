// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own words: every line that a task logs while it is inside an
 * attempt, and every other line of the livepatch core.
 */
#include "emit.bpf.h"

static const char prefix[] = "livepatch: ";

/* Where the text is what the console gets (before 5.19), it begins with "[    7.116124] ". */
static __always_inline bool is_livepatch_line(const char *line, const char *text)
{
	char begin[sizeof(prefix) - 1] = {};
	__u32 at = 0;

	if (line[0] == '[')
		for (int i = 1; i < 32; i++)
			if (line[i] == ']' && line[i + 1] == ' ') {
				at = i + 2;
				break;
			}
	/*
	 * Read again, as the verifier follows what comes after a comparison at a
	 * variable place once for each place, but not after a read of it.
	 */
	if (bpf_probe_read_kernel(begin, sizeof(begin), text + at))
		return false;
	for (unsigned int i = 0; i < sizeof(begin); i++)
		if (begin[i] != prefix[i])
			return false;
	return true;
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
	if (!attempt && !is_livepatch_line(rec.text, text))
		return 0;
	size = offsetof(struct wire_message, text) + len;
	emit_head(&rec.head, WIRE_MESSAGE, size);
	rec.attempt = attempt;
	rec.len = len;
	emit_if_looked(&rec, PART_SIZE(size, sizeof(rec)));
	return 0;
}
