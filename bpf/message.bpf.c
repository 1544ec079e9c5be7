// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own words: every line that a task logs while it is inside an
 * attempt, and every other line of the livepatch core.
 */
#include "emit.bpf.h"

static const char prefix[] = "livepatch: ";

/* "[    7.116124] " is no longer. */
#define STAMP_MAX 32

/*
 * Whether a line is the livepatch core's. Where the text is what the console gets
 * (before 5.19), it begins with "[    7.116124] ". A global function, so that the
 * verifier looks at its loop once; by address, as 5.10 lets no other pointer in.
 * The prefix is read again from where it should be: the verifier would follow
 * comparisons at a variable place once for each place.
 */
__noinline int is_livepatch_line(__u64 text)
{
	char stamp[STAMP_MAX + 2] = {}, begin[sizeof(prefix) - 1] = {};
	__u32 at = 0;

	if (bpf_probe_read_kernel(stamp, sizeof(stamp), (void *)text))
		return 0;
	if (stamp[0] == '[')
		for (int i = 1; i < STAMP_MAX; i++)
			if (stamp[i] == ']' && stamp[i + 1] == ' ') {
				at = i + 2;
				break;
			}
	if (bpf_probe_read_kernel(begin, sizeof(begin), (void *)(text + at)))
		return 0;
	for (unsigned int i = 0; i < sizeof(begin); i++)
		if (begin[i] != prefix[i])
			return 0;
	return 1;
}

/*
 * The attempt that a line belongs to. Where the kernel was about to log why it
 * refuses, this was not seen unless the line is the livepatch core's.
 */
static __always_inline struct bpf_attempt *attempt_of_line(__u64 text)
{
	struct bpf_attempt *attempt = current_attempt();

	if (attempt && attempt->returned)
		return 0;
	if (!attempt || !attempt->last_line || is_livepatch_line(text))
		return attempt;
	attempt_end(attempt, WIRE_ENDED_RETURN, 0);
	return 0;
}

SEC("raw_tp/console")
int console__tracepoint(struct bpf_raw_tracepoint_args *ctx)
{
	const char *text = (const char *)ctx->args[0];
	struct bpf_attempt *attempt = attempt_of_line((__u64)text);
	struct wire_message rec = {};
	__u32 size, len = ctx->args[1], tid = current_tid();

	/* The text is not NUL-terminated. */
	if (len > sizeof(rec.text)) {
		len = sizeof(rec.text);
		rec.head.flags |= WIRE_F_TRUNCATED;
	}
	if (!len || bpf_probe_read_kernel(rec.text, len, text))
		return 0;
	rec.load = bpf_map_lookup_elem(&loads, &tid) != 0;
	if (!attempt && !rec.load && !is_livepatch_line((__u64)text))
		return 0;
	size = offsetof(struct wire_message, text) + len;
	emit_head(&rec.head, WIRE_MESSAGE, size);
	rec.attempt = attempt ? attempt->key : 0;
	rec.len = len;
	emit_if_looked(&rec, PART_SIZE(size, sizeof(rec)));
	if (attempt && attempt->last_line)
		attempt_end(attempt, WIRE_ENDED_RETURN, 0);
	return 0;
}
