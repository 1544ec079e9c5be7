// SPDX-License-Identifier: GPL-2.0
#include "stream.h"

#include <string.h>

#include "util/cleanup.h"

static void on_event(void *ctx, const struct event *event)
{
	event_line(((struct stream *)ctx)->text.out, event);
}

int feed(struct stream *s, const void *rec, size_t size)
{
	_cleanup_free_ void *exact = malloc(size + !size);

	assert_non_null(exact);
	memcpy(exact, rec, size);
	if (s->drop >= 0 && s->drop-- == 0)
		return 0;
	return decoder__feed(s->d, exact, size);
}

void feed_rec(struct stream *s, const void *rec)
{
	const struct wire_hdr *hdr = rec;

	assert_int_equal(feed(s, rec, hdr->size), 0);
}

void stream_hooks(struct stream *s, uint64_t attached)
{
	feed_rec(s, &(struct wire_hooks){ { WIRE_HOOKS, sizeof(struct wire_hooks), 0 }, attached });
}

void stream_open(struct stream *s)
{
	*s = (struct stream){ .boot_ns = 100000, .drop = -1 };
	text_open(&s->text);
	s->d = decoder__new(on_event, s);
	assert_non_null(s->d);
	stream_hooks(s, ALL_HOOKS);
}

void stream_close(struct stream *s)
{
	decoder__free(s->d);
	text_close(&s->text);
}

struct wire_head head(struct stream *s, enum wire_type type, size_t size)
{
	struct wire_head head = { .hdr = { type, size, 0 }, .pid = 10, .tid = 11, .uid = 12 };

	s->boot_ns += 1000;
	head.boot_ns = s->boot_ns;
	memcpy(head.comm, "insmod", sizeof("insmod"));
	return head;
}

void walk(struct stream *s, struct wire_walk_begin begin, const char *text, uint32_t flags)
{
	struct records r;

	begin.head = head(s, WIRE_WALK_BEGIN, sizeof(begin));
	begin.head.hdr.walk = begin.head.tid;
	feed_rec(s, &begin);
	records_of(&r, begin.head.hdr.walk, text);
	r.list[r.n - 1].end.flags = flags;
	for (size_t i = 0; i < r.n; i++)
		feed_rec(s, &r.list[i]);
	records_clear(&r);
}

void enable(struct stream *s, uint64_t attempt, const char *candidate)
{
	WALK(s, candidate, 0, .kind = WIRE_WALK_ENABLE, .attempt = attempt);
}

void compat(struct stream *s, uint64_t attempt, bool verdict, const char *installed)
{
	WALK(s, installed, 0, .kind = WIRE_WALK_COMPAT, .attempt = attempt, .verdict = verdict);
}

void complete(struct stream *s, uint64_t attempt, int patch, int target, const char *installed)
{
	WALK(s, installed, 0, .kind = WIRE_WALK_COMPLETE, .attempt = attempt, .target = target,
	     .tries = 1, .patch = PATCH_ADDR(patch), .start_ns = s->boot_ns + 1000 - 5000);
}

void result(struct stream *s, uint64_t attempt, int init_ret, uint32_t stages)
{
	feed_rec(s, &(struct wire_result){
			    .head = head(s, WIRE_RESULT, sizeof(struct wire_result)),
			    .attempt = attempt,
			    .init_ret = init_ret,
			    .stages = stages,
			    .klp = 1,
			    .name = "new",
		    });
}

void transition(struct stream *s, uint64_t attempt, enum wire_action action, int target)
{
	feed_rec(s, &(struct wire_transition){
			    .head = head(s, WIRE_TRANSITION, sizeof(struct wire_transition)),
			    .action = action,
			    .target = target,
			    .tries = action == WIRE_ACTION_RETRY ? 2 : 0,
			    .attempt = attempt,
			    .name = "new",
		    });
}

void message(struct stream *s, uint64_t attempt, const char *text)
{
	size_t len = strlen(text);
	struct wire_message rec = {
		.head = head(s, WIRE_MESSAGE, offsetof(struct wire_message, text) + len),
		.attempt = attempt,
		.len = len,
	};

	memcpy(rec.text, text, len);
	feed_rec(s, &rec);
}

void lookup(struct stream *s, uint64_t attempt, uint64_t id, int version)
{
	feed_rec(s, &(struct wire_lookup){
			    .head = head(s, WIRE_LOOKUP, sizeof(struct wire_lookup)),
			    .attempt = attempt,
			    .id = id,
			    .version = version,
			    .kind = WIRE_LOOKUP_PREV_STATE,
			    .found = version >= 0,
			    .name = "new",
			    .owner = "old",
			    .symbol = "pre_patch+0x1",
		    });
}

void progress(struct stream *s, uint64_t attempt, uint64_t left, uint64_t since_ns, uint32_t flags)
{
	struct wire_progress rec = {
		.head = head(s, WIRE_PROGRESS, sizeof(rec)),
		.attempt = attempt,
		.since_ns = since_ns,
		.tasks = 100,
		.left = left,
		.cost_ns = 5,
		.reported = 3,
		.tries = 4,
		.target = 1,
		.running = 1,
		.name = "new",
	};

	rec.head.flags = flags;
	feed_rec(s, &rec);
}

void stall(struct stream *s, uint64_t patch, const char *patches, const char *tasks, int said)
{
	struct wire_walk_begin begin = {
		.head = head(s, WIRE_WALK_BEGIN, sizeof(begin)),
		.kind = WIRE_WALK_STALL,
		.target = 1,
		.attempt = 7,
		.patch = patch,
	};
	struct records r;

	begin.head.hdr.walk = begin.head.tid;
	feed_rec(s, &begin);
	records_of(&r, begin.head.hdr.walk, patches);
	records_add_tasks(&r, tasks);
	r.list[r.n - 1].end.tasks += said;
	for (size_t i = 0; i < r.n; i++)
		feed_rec(s, &r.list[i]);
	records_clear(&r);
}
