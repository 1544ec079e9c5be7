// SPDX-License-Identifier: GPL-2.0
#include "event/requests.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/array.h"

struct request *requests__find(struct requests *requests, uint32_t tid)
{
	for (size_t i = 0; tid && i < requests->used; i++)
		if (requests->list[i].tid == tid)
			return &requests->list[i];
	return NULL;
}

struct request *requests__get(struct requests *requests, uint32_t tid, bool *lost)
{
	struct request *request = requests__find(requests, tid);

	*lost = false;
	if (!request) {
		/* A free place has order 0. */
		request = &requests->list[0];
		for (size_t i = 1; i < requests->used; i++)
			if (requests->list[i].order < request->order)
				request = &requests->list[i];
		if (requests->used < REQUESTS_MAX && (request->order || !requests->used))
			request = &requests->list[requests->used++];
		*lost = request->write.head.hdr.type || request->object.head.hdr.type;
		request__clear(request);
		request->tid = tid;
	}
	request->order = ++requests->last;
	return request;
}

void request__line(struct request *request, const char *text, uint64_t boot_ns)
{
	size_t len = strlen(text);

	if (boot_ns - request->line_ns > REQUEST_LINES_NS)
		request->len = 0;
	request->line_ns = boot_ns;
	if (request->len + len + 2 > sizeof(request->lines))
		return;
	if (request->len)
		request->lines[request->len++] = '\n';
	memcpy(request->lines + request->len, text, len + 1);
	request->len += len;
}

const char *request__lines(const struct request *request, uint64_t since_ns)
{
	return request->len && request->line_ns >= since_ns ? request->lines : "";
}

void request__clear(struct request *request)
{
	memset(request, 0, sizeof(*request));
}

enum wanted { WANTED_OFF, WANTED_ON, WANTED_NOTHING };

/* As kstrtobool(), which looks at the first letter, or two: what newer kernels take, too. */
static enum wanted wanted_of(const struct wire_write *rec)
{
	switch (rec->len ? rec->text[0] : '\0') {
	case '1':
	case 'y':
	case 'Y':
	case 't':
	case 'T':
		return WANTED_ON;
	case '0':
	case 'n':
	case 'N':
	case 'f':
	case 'F':
		return WANTED_OFF;
	case 'o':
	case 'O':
		if (rec->text[1] == 'n' || rec->text[1] == 'N')
			return WANTED_ON;
		return rec->text[1] == 'f' || rec->text[1] == 'F' ? WANTED_OFF : WANTED_NOTHING;
	default:
		return WANTED_NOTHING;
	}
}

static void set(struct event *event, int error, enum refused_cause cause)
{
	event->refused.error = error;
	event->refused.cause = cause;
}

/* Writes to "enabled" of a livepatch that is not in transition: one that is would have been reversed. */
static void enabled_refusal(const struct wire_write *rec, enum wanted wanted, struct event *event,
			    char *text, size_t size)
{
	if (wanted == WANTED_OFF && rec->enabled && rec->other) {
		set(event, -EBUSY, CAUSE_TRANSITION_BUSY);
		snprintf(
			text, size,
			"%.*s is still in transition, and the kernel runs one transition at a time; try again when it is complete",
			WIRE_NAME_LEN, rec->busy_name[0] ? rec->busy_name : "another livepatch");
	} else if (wanted == WANTED_ON && rec->enabled) {
		set(event, -EINVAL, CAUSE_ALREADY);
		snprintf(text, size, "it is enabled already");
	} else if (wanted == WANTED_OFF && !rec->enabled) {
		set(event, -EINVAL, CAUSE_ALREADY);
		snprintf(text, size, "it is disabled already");
	} else if (wanted == WANTED_ON) {
		set(event, -EINVAL, CAUSE_INVALID);
		snprintf(
			text, size,
			"a disabled livepatch cannot be enabled again; unload its module and load it again");
	} else {
		snprintf(text, size, "the cause could not be seen");
	}
}

bool write_refusal(const struct wire_write *rec, struct event *event, char *text, size_t size)
{
	enum wanted wanted = wanted_of(rec);

	if (rec->file == WIRE_FILE_FORCE && wanted == WANTED_OFF)
		return false;
	event->refused.action = rec->file == WIRE_FILE_ENABLED && wanted == WANTED_OFF
					? REFUSED_DISABLE
					: REFUSED_WRITE;
	event->refused.message = "";
	event->refused.explanation = text;
	set(event, 0, CAUSE_UNKNOWN);
	if (wanted == WANTED_NOTHING) {
		set(event, -EINVAL, CAUSE_INVALID);
		snprintf(text, size, "the kernel takes 0 or 1, and nothing else was changed");
	} else if (rec->file == WIRE_FILE_FORCE) {
		set(event, -EINVAL, CAUSE_NOT_IN_TRANSITION);
		snprintf(text, size, "it is not in transition, so there is nothing to force");
	} else {
		enabled_refusal(rec, wanted, event, text, size);
	}
	return true;
}

bool write_would_be_seen(const struct wire_write *rec, uint64_t hooks)
{
	const uint64_t enabled = 1ULL << WIRE_HOOK_INIT_TRANSITION | 1ULL << WIRE_HOOK_REVERSE,
		       force = 1ULL << WIRE_HOOK_FORCE,
		       wanted = rec->file == WIRE_FILE_FORCE ? force : enabled;

	return wanted_of(rec) == WANTED_NOTHING || (hooks & wanted) == wanted;
}

/* What load_module() returns where it logs one of these, 5.10 to 7.3; the first that fits. */
static const struct {
	const char *part;
	int error;
} lines_of_loader[] = {
	{ "disagrees about version of symbol module_layout", -ENOEXEC },
	{ "disagrees about version of symbol ", -EINVAL },
	{ "no symbol version for ", -EINVAL },
	{ "version magic ", -ENOEXEC },
	{ " from namespace ", -EINVAL },
	{ "Unknown symbol ", -ENOENT },
	{ "section size must match", -ENOEXEC },
	{ "livepatch support is disabled", -ENOEXEC },
	{ "is rejected", -EKEYREJECTED },
	{ "license taints kernel", 0 },
};

/* The line that says why; @len is its length, 0 where none does. */
static const char *line_of_loader(const char *lines, int *error, size_t *len)
{
	*error = 0;
	for (size_t i = 0; i < ARRAY_SIZE(lines_of_loader); i++) {
		const char *at =
			lines_of_loader[i].error ? strstr(lines, lines_of_loader[i].part) : NULL;

		if (!at)
			continue;
		while (at > lines && at[-1] != '\n')
			at--;
		*error = lines_of_loader[i].error;
		*len = strcspn(at, "\n");
		return at;
	}
	*len = 0;
	return NULL;
}

bool load_refusal(const struct wire_load *rec, const char *lines, struct event *event, char *text,
		  size_t size)
{
	const char *line;
	size_t len;
	int error;

	if (rec->klp == WIRE_KLP_UNMARKED)
		return false;
	line = line_of_loader(lines, &error, &len);
	event->refused.action = REFUSED_LOAD;
	event->refused.by_loader = true;
	event->refused.message = lines;
	event->refused.explanation = text;
	set(event, error, CAUSE_LOADER);
	if (line) {
		snprintf(text, size, "the module loader refused it: %.*s", (int)len, line);
	} else if (rec->found) {
		set(event, -EEXIST, CAUSE_LOADER);
		snprintf(text, size, "a module of this name is loaded already");
	} else {
		snprintf(
			text, size,
			"the module loader refused it and logged no reason; klpscope check says what it can know beforehand");
	}
	return true;
}
