// SPDX-License-Identifier: GPL-2.0
#include "sink/live_line.h"

#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>

#include "util/cleanup.h"
#include "util/escape.h"
#include "util/timefmt.h"

#define WIDTH_DEFAULT 80

static void note_worst(struct live_line *line, const struct blockers *blockers)
{
	for (size_t i = 0; i < blockers->n; i++) {
		const struct blocker *blocker = &blockers->list[i];
		_cleanup_free_ char *comm = NULL, *why = NULL;

		/* A class that says more is the worse one; a task that has moved is told anew. */
		if (line->worst[0] && blocker->class <= line->worst_class &&
		    blocker->tid != line->worst_tid)
			continue;
		comm = escape_text_dup(blocker->comm);
		why = blocker__explanation(blocker);
		snprintf(line->worst, sizeof(line->worst), "%s:%u %s", comm ? comm : "?",
			 blocker->tid, why ? why : "");
		line->worst_class = blocker->class;
		line->worst_tid = blocker->tid;
		line->worst_of = line->remaining;
	}
}

void live_line__note(struct live_line *line, const struct event *event)
{
	switch (event->kind) {
	case EVENT_PROGRESS:
		line->running = true;
		snprintf(line->patch, sizeof(line->patch), "%s", event->patch ? event->patch : "?");
		line->target = event->progress.target;
		line->tasks = event->progress.tasks;
		line->remaining = event->progress.remaining;
		line->elapsed_ns = event->progress.elapsed_ns;
		line->tries = event->progress.tries;
		break;
	case EVENT_STALL:
		note_worst(line, event->stall.blockers);
		break;
	case EVENT_TRANSITION:
		if (event->transition.action == ACTION_COMPLETE ||
		    event->transition.action == ACTION_CANCEL)
			line->running = false;
		if (event->transition.action != ACTION_RETRY &&
		    event->transition.action != ACTION_SIGNAL)
			line->worst[0] = '\0';
		break;
	default:
		break;
	}
}

void live_line__hide(struct live_line *line, FILE *out)
{
	if (!line->shown)
		return;
	fputs("\r\033[K", out);
	line->shown = false;
}

static size_t width_of(FILE *out)
{
	struct winsize size;

	if (ioctl(fileno(out), TIOCGWINSZ, &size) || size.ws_col < 2)
		return WIDTH_DEFAULT;
	return size.ws_col;
}

/* The first @columns characters of @text; bytes that go on with one take no column. */
static size_t cut(const char *text, size_t columns)
{
	size_t len = 0;

	for (; text[len]; len++)
		if ((text[len] & 0xc0) != 0x80 && !columns--)
			break;
	return len;
}

/* Short: what comes last is cut where the terminal ends. */
static void write_line(FILE *out, const struct live_line *line)
{
	uint64_t done = line->tasks > line->remaining ? line->tasks - line->remaining : 0;

	escape_text(out, line->patch);
	fprintf(out, " %s %" PRIu64 "%%: %" PRIu64 " of %" PRIu64 " tasks left",
		line->target == 0 ? "unpatching" : "patching",
		line->tasks ? done * 100 / line->tasks : 0, line->remaining, line->tasks);
	if (line->elapsed_ns)
		fprintf(out, ", %" PRIu64 " s", (uint64_t)(line->elapsed_ns / NSEC_PER_SEC));
	fprintf(out, ", try %u", line->tries);
	if (line->worst[0] && line->remaining)
		fprintf(out, "%s%s", line->remaining < line->worst_of ? "; earlier: " : "; ",
			line->worst);
}

void live_line__show(struct live_line *line, FILE *out)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *mem;

	if (!line->running)
		return;
	mem = open_memstream(&text, &size);
	if (!mem)
		return;
	write_line(mem, line);
	if (fclose(mem))
		return;
	/* The last column stays free: a cursor that wraps would leave the line behind. */
	fwrite(text, 1, cut(text, width_of(out) - 1), out);
	line->shown = true;
}
