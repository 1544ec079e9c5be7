/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is asked of the kernel besides enabling: writes to a livepatch's files, and modules to be loaded, until it is known
 * that they were refused. By thread, as a thread asks for one thing at a time.
 */
#ifndef KLPSCOPE_EVENT_REQUESTS_H
#define KLPSCOPE_EVENT_REQUESTS_H

#include <stdbool.h>

#include "event/event.h"

/* Threads that are remembered; then the one that asked longest ago gives way. */
#define REQUESTS_MAX 64
/* Lines of a thread that are farther apart are not of the same module, ns. */
#define REQUEST_LINES_NS 1000000000
/* Of the lines that a thread logs while it loads a module. */
#define REQUEST_LINES_MAX 1024

struct request {
	uint32_t tid; /* 0: the place is free */
	uint64_t order; /* in which they were last heard of */
	struct wire_write write; /* type 0: none */
	struct wire_object_result object; /* type 0: none */
	uint64_t
		refused_ns; /* when it was told of a module that the thread was loading, CLOCK_BOOTTIME */
	uint64_t line_ns; /* when the last of @lines came, CLOCK_BOOTTIME */
	size_t len;
	char lines[REQUEST_LINES_MAX]; /* joined by newlines, the first ones */
};

struct requests {
	struct request list[REQUESTS_MAX];
	size_t used; /* places from the first on that ever were */
	uint64_t last;
};

/** requests__find() - what a thread asks for, or NULL */
struct request *requests__find(struct requests *requests, uint32_t tid);

/** requests__get() - the same, made if there is none; @lost: what another has asked for is forgotten for it, undecided */
struct request *requests__get(struct requests *requests, uint32_t tid, bool *lost);

/** request__line() - a line that the thread has logged while it loads a module */
void request__line(struct request *request, const char *text, uint64_t boot_ns);

/** request__lines() - those that are not older than that; "" for none */
const char *request__lines(const struct request *request, uint64_t since_ns);

/** request__clear() - forget it */
void request__clear(struct request *request);

/**
 * write_refusal() - what a refused write to a livepatch's file means
 * @rec: the write
 * @event: its refused part is filled
 * @text: memory for the explanation, which @event then points to
 * @size: of @text, bytes
 *
 * As enabled_store() and force_store() decide, 5.10 to 7.3.
 *
 * Return: false if the kernel does not refuse this: "0" to "force" changes nothing.
 */
bool write_refusal(const struct wire_write *rec, struct event *event, char *text, size_t size);

/**
 * write_would_be_seen() - whether what the kernel does of a write is seen by a hook, so that nothing seen is a refusal
 * @rec: the write
 * @hooks: those that are attached (bits of enum wire_hook)
 */
bool write_would_be_seen(const struct wire_write *rec, uint64_t hooks);

/**
 * load_refusal() - why the loader has refused a module, from what it logged
 * @rec: what was seen of it
 * @lines: what the thread logged meanwhile, "" for nothing
 * @event: its refused part is filled, but for the module's name
 * @text, @size: as for write_refusal()
 *
 * Return: false if the module is known to be no livepatch.
 */
bool load_refusal(const struct wire_load *rec, const char *lines, struct event *event, char *text,
		  size_t size);

#endif
