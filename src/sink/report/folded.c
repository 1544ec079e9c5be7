// SPDX-License-Identifier: GPL-2.0
/* Stacks of tasks that transitions waited for, as flamegraph.pl and speedscope read them: "a;b;c WEIGHT". */
#include <inttypes.h>

#include "sink/report/forms.h"
#include "util/escape.h"

/* ';' and newlines mean something there, a blank before the weight does not matter. */
static void frame(FILE *out, const char *s)
{
	for (; *s; s++) {
		char c[2] = { *s == ';' ? ':' : *s, '\0' };

		/* Byte by byte: what is not ASCII becomes \xNN. */
		escape_text(out, c);
	}
}

int report_folded(FILE *out, const struct report *r)
{
	for (size_t i = 0; i < r->stalls.n; i++) {
		const struct report_stall *stall = r->stalls.list[i];

		frame(out, *stall->patch ? stall->patch : "?");
		fputc(';', out);
		frame(out, stall->comm);
		for (size_t f = stall->n_frames; f--;) {
			fputc(';', out);
			frame(out, stall->stack[f]);
		}
		/* Milliseconds that were seen to be waited, and at least 1, so that none is invisible. */
		fprintf(out, " %" PRIu64 "\n",
			stall->total_at_least_ns > 1000000 ? stall->total_at_least_ns / 1000000
							   : 1);
	}
	return 0;
}
