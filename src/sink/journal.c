// SPDX-License-Identifier: GPL-2.0
/* The protocol is the journal's native one, which is documented; libsystemd is no library to link statically. */
#include "sink/journal.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "rules/refusal.h"
#include "sink/sink.h"
#include "sink/status.h"
#include "util/attributes.h"
#include "util/cleanup.h"
#include "util/error_name.h"

struct journal {
	struct consumer consumer; /* first */
	struct journal_options options;
	int fd; /* -1: not connected */
	bool failing;
	uint64_t lost; /* in all */
	uint64_t unreported; /* of these, not told in the journal */
};

/* One for each kind of entry, for ever; the catalog in contrib/journal explains them. */
#define INSTALLED_ID "2068e24cdc9a47ef8a2373d0b83c4976"
#define LOST_HERE_ID "f65ce826354f4640adc3c9f6f65e3f7b"

static const char *const message_ids[EVENT_KINDS] = {
	[EVENT_ENABLE] = "f89d50a28b8142d6985d46e4d5206294",
	[EVENT_REFUSED] = "ba4648647e4e42ffabdf48d9f21a1430",
	[EVENT_TRANSITION] = "731f4c80c7d24e80b1f71195c877b840",
	[EVENT_PROGRESS] = "7b603662b3464487b22ea33912145117",
	[EVENT_STALL] = "5a87c6d5fe96402bb11a32ceb9c4dba3",
	[EVENT_STATE] = "27a208c516a342a39bd56d5b60966b2e",
	[EVENT_LOOKUP] = "1382bace35a948a5bfb39714ef7dbc8b",
	[EVENT_LOOKUP_COUNT] = "618125753b9a4a2d9435044f5930125e",
	[EVENT_DISABLE] = "9a36fee2021040daaf4b24f48cb412ac",
	[EVENT_REPLACED] = "040e2d5b8a27410a9c1f4b6408724657",
	[EVENT_FREED] = "b3faa6dfba9e476381304279670d31f8",
	[EVENT_MESSAGE] = "0a43a82ba7d742e0a6a7095414b64bd7",
	[EVENT_LOST] = "b6ee329b02694604a87e7c7aa94dc059",
	[EVENT_WARNING] = "1aab71e907d448c7948d71306fcdc772",
	[EVENT_INIT_FAILED] = "8d7e0c2a9f4b4c61b5a3e2d1f0c9b8a7",
};

/* An entry: text that grows. */
struct entry {
	FILE *out;
	char *data;
	size_t size;
};

static void field_bytes(FILE *out, const char *name, const char *value, size_t size)
{
	uint64_t length = htole64(size);

	if (!memchr(value, '\n', size)) {
		fprintf(out, "%s=", name);
	} else {
		fprintf(out, "%s\n", name);
		fwrite(&length, sizeof(length), 1, out);
	}
	fwrite(value, 1, size, out);
	fputc('\n', out);
}

static void field(FILE *out, const char *name, const char *value)
{
	if (value)
		field_bytes(out, name, value, strlen(value));
}

static void field_number(FILE *out, const char *name, uint64_t value)
{
	fprintf(out, "%s=%" PRIu64 "\n", name, value);
}

static void field_version(FILE *out, const char *name, const uint32_t *version)
{
	if (version)
		field_number(out, name, *version);
}

static int priority(const struct event *event)
{
	switch (event->kind) {
	case EVENT_REFUSED:
	case EVENT_STALL:
	case EVENT_LOST:
	case EVENT_WARNING:
		return LOG_WARNING;
	case EVENT_INIT_FAILED:
		return LOG_CRIT;
	case EVENT_TRANSITION:
		return event->transition.action == ACTION_FORCE ? LOG_WARNING : LOG_INFO;
	case EVENT_STATE:
	case EVENT_REPLACED:
		return LOG_NOTICE;
	default:
		return LOG_INFO;
	}
}

static void begin_entry(struct entry *entry, const char *name, const char *message_id, int priority)
{
	*entry = (struct entry){ 0 };
	entry->out = open_memstream(&entry->data, &entry->size);
	if (entry->out)
		fprintf(entry->out,
			"SYSLOG_IDENTIFIER=klpscope\nMESSAGE_ID=%s\nPRIORITY=%d\nKLPSCOPE_EVENT=%s\n",
			message_id, priority, name);
}

static void write_kind(FILE *out, const struct event *event)
{
	switch (event->kind) {
	case EVENT_REFUSED:
		field(out, "KLPSCOPE_ACTION", refused_action_name(event->refused.action));
		field(out, "KLPSCOPE_MODULE", event->refused.module);
		field(out, "KLPSCOPE_CAUSE", cause_name(event->refused.cause));
		if (event->refused.error)
			field(out, "KLPSCOPE_ERRNO", error_name(event->refused.error));
		field(out, "KLPSCOPE_EXPLANATION", event->refused.explanation);
		field(out, "KLPSCOPE_KERNEL_MESSAGE", event->refused.message);
		for (size_t i = 0; i < event->refused.conflicts->n; i++)
			field_number(out, "KLPSCOPE_STATE", event->refused.conflicts->list[i].id);
		break;
	case EVENT_TRANSITION:
		field(out, "KLPSCOPE_ACTION", action_name(event->transition.action));
		field(out, "KLPSCOPE_TARGET", target_name(event->transition.target));
		field_number(out, "KLPSCOPE_TRIES", event->transition.tries);
		if (event->transition.duration_ns)
			field_number(out, "KLPSCOPE_DURATION_NS", event->transition.duration_ns);
		break;
	case EVENT_PROGRESS:
		field(out, "KLPSCOPE_TARGET", target_name(event->progress.target));
		field_number(out, "KLPSCOPE_REMAINING", event->progress.remaining);
		break;
	case EVENT_STALL:
		field(out, "KLPSCOPE_TARGET", target_name(event->stall.target));
		if (event->stall.elapsed_ns)
			field_number(out, "KLPSCOPE_ELAPSED_NS", event->stall.elapsed_ns);
		break;
	case EVENT_STATE:
		field_number(out, "KLPSCOPE_STATE", event->state.id);
		field_version(out, "KLPSCOPE_FROM_VERSION", event->state.from_version);
		field_version(out, "KLPSCOPE_TO_VERSION", event->state.to_version);
		field(out, "KLPSCOPE_FROM_PATCH", event->state.from_patch);
		field(out, "KLPSCOPE_TO_PATCH", event->state.to_patch);
		break;
	case EVENT_LOOKUP:
		field_number(out, "KLPSCOPE_STATE", event->lookup.id);
		break;
	case EVENT_LOOKUP_COUNT:
		field_number(out, "KLPSCOPE_STATE", event->lookup_count.id);
		break;
	case EVENT_REPLACED:
		field(out, "KLPSCOPE_BY", event->replaced.by);
		break;
	case EVENT_INIT_FAILED:
		field(out, "KLPSCOPE_ERRNO", error_name(event->init_failed.error));
		field(out, "KLPSCOPE_EXPLANATION", event->init_failed.explanation);
		break;
	default:
		break;
	}
}

static void write_event(FILE *out, const struct event *event)
{
	if (event->patch)
		field(out, "KLPSCOPE_PATCH", event->patch);
	if (event->attempt)
		field_number(out, "KLPSCOPE_ATTEMPT", event->attempt);
	field_number(out, "KLPSCOPE_BOOT_NS", event->boot_ns);
	if (event->has_task) {
		field_number(out, "KLPSCOPE_PID", event->pid);
		field_number(out, "KLPSCOPE_TID", event->tid);
		field_number(out, "KLPSCOPE_UID", event->uid);
		field(out, "KLPSCOPE_COMM", event->comm);
	}
	if (event->truncated)
		field(out, "KLPSCOPE_INCOMPLETE", "1");
	write_kind(out, event);
}

/* What trace --json writes of it, so that a reader has all; the other fields are to search by. */
static int event_json(const struct event *event, char **text, size_t *size)
{
	const struct sink_options options = { 0 };
	FILE *out = open_memstream(text, size);
	struct sink sink = { 0 };
	int err = out ? sink__open(&sink, &sink_json, out, &options) : -ENOMEM;

	if (!err)
		sink__event(&sink, event);
	sink__close(&sink);
	if (out && fclose(out))
		err = -ENOMEM;
	/* The end of the line. */
	if (!err && *size)
		--*size;
	return err;
}

static int connect_to(struct journal *j)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(j->options.socket);
	int err = 0, room = 8 << 20;

	if (j->fd >= 0)
		return 0;
	if (len >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, j->options.socket, len);
	j->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (j->fd < 0)
		return -errno;
	/* As much as is allowed. */
	setsockopt(j->fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	if (connect(j->fd, (struct sockaddr *)&address,
		    offsetof(struct sockaddr_un, sun_path) + len + 1)) {
		err = -errno;
		close(j->fd);
		j->fd = -1;
	}
	return err;
}

static int send_data(const struct journal *j, const struct entry *entry)
{
	if (send(j->fd, entry->data, entry->size, MSG_NOSIGNAL) >= 0)
		return 0;
	return -errno;
}

/* What is too large for a datagram: sealed, so that nobody can change it while it is read. */
static int send_memfd(const struct journal *j, const struct entry *entry)
{
	_cleanup_close_ int fd = memfd_create("klpscope-entry", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr message = { .msg_control = &control, .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	size_t done = 0;

	if (fd < 0)
		return -errno;
	while (done < entry->size) {
		ssize_t n = write(fd, entry->data + done, entry->size - done);

		if (n <= 0)
			return n ? -errno : -EIO;
		done += n;
	}
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL))
		return -errno;
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(int));
	return sendmsg(j->fd, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int send_once(struct journal *j, const struct entry *entry)
{
	struct pollfd ready;
	int err = connect_to(j);

	if (err)
		return err;
	err = send_data(j, entry);
	if (err == -EMSGSIZE || err == -ENOBUFS)
		err = send_memfd(j, entry);
	if (err != -EAGAIN)
		return err;
	ready = (struct pollfd){ .fd = j->fd, .events = POLLOUT };
	poll(&ready, 1, JOURNAL_PATIENCE_MS);
	err = send_data(j, entry);
	return err == -EMSGSIZE || err == -ENOBUFS ? send_memfd(j, entry) : err;
}

/* A journald that was started again has another socket behind the name. */
static int send_entry(struct journal *j, const struct entry *entry)
{
	int err = send_once(j, entry);

	if (!err || err == -EAGAIN || j->fd < 0)
		return err;
	close(j->fd);
	j->fd = -1;
	return send_once(j, entry);
}

static int end_entry(struct journal *j, struct entry *entry)
{
	int err = entry->out ? 0 : -ENOMEM;

	if (entry->out && (ferror(entry->out) | fclose(entry->out)))
		err = -ENOMEM;
	if (!err)
		err = send_entry(j, entry);
	free(entry->data);
	return err;
}

/* What was lost is told where it is missing. */
static int tell_lost(struct journal *j)
{
	uint64_t unreported = j->unreported;
	struct entry entry;
	int err;

	if (!unreported)
		return 0;
	begin_entry(&entry, "journal_lost", LOST_HERE_ID, LOG_WARNING);
	if (entry.out) {
		fprintf(entry.out,
			"MESSAGE=%" PRIu64 " events before this did not reach the journal\n",
			unreported);
		field_number(entry.out, "KLPSCOPE_COUNT", unreported);
	}
	err = end_entry(j, &entry);
	if (err)
		return err;
	j->unreported = 0;
	j->failing = false;
	j->options.news(0, unreported);
	return 0;
}

static void deliver(struct journal *j, struct entry *entry)
{
	int err = tell_lost(j);

	if (err) {
		if (entry->out)
			fclose(entry->out);
		free(entry->data);
	} else {
		err = end_entry(j, entry);
	}
	if (!err)
		return;
	j->lost++;
	j->unreported++;
	if (!j->failing)
		j->options.news(err, 0);
	j->failing = true;
}

/* What only says that a transition still waits, which is told once a second. */
static bool is_idle(const struct event *event)
{
	return (event->kind == EVENT_PROGRESS && !event->progress.changed) ||
	       (event->kind == EVENT_TRANSITION && event->transition.action == ACTION_RETRY);
}

void journal__event(struct journal *j, const struct event *event)
{
	_cleanup_free_ char *text = NULL, *json = NULL;
	size_t text_size = 0, json_size = 0;
	struct entry entry;
	FILE *out;

	if (is_idle(event))
		return;
	begin_entry(&entry, event_name(event->kind), message_ids[event->kind], priority(event));
	out = open_memstream(&text, &text_size);
	if (out) {
		text_message(out, event);
		fclose(out);
	}
	if (entry.out) {
		field(entry.out, "MESSAGE", text);
		write_event(entry.out, event);
		if (!event_json(event, &json, &json_size))
			field_bytes(entry.out, "KLPSCOPE_JSON", json, json_size);
	}
	deliver(j, &entry);
}

void journal__installed(struct journal *j, const struct snapshot *snapshot)
{
	size_t n = snapshot->installed.n_patches, size = 0;
	_cleanup_free_ char *json = NULL;
	FILE *out = open_memstream(&json, &size);
	struct entry entry;
	int err = out ? status_json_line(out, snapshot, NULL) : -ENOMEM;

	if (out && fclose(out))
		err = -ENOMEM;
	begin_entry(&entry, "installed", INSTALLED_ID, LOG_INFO);
	if (entry.out && !err) {
		fprintf(entry.out, "MESSAGE=%zu %s installed\n", n,
			n == 1 ? "livepatch is" : "livepatches are");
		for (size_t i = 0; i < n; i++)
			field(entry.out, "KLPSCOPE_PATCH", snapshot->installed.patches[i].name);
		field_bytes(entry.out, "KLPSCOPE_JSON", json, size);
	}
	deliver(j, &entry);
}

static int on_event(struct consumer *consumer, const struct event *event)
{
	journal__event((struct journal *)consumer, event);
	return 0;
}

static int on_installed(struct consumer *consumer, const struct snapshot *snapshot,
			uint64_t boot_ns _unused_)
{
	journal__installed((struct journal *)consumer, snapshot);
	return 0;
}

static void on_missed(struct consumer *consumer)
{
	struct journal *j = (struct journal *)consumer;

	j->lost++;
	j->unreported++;
}

static const struct consumer_ops ops = {
	.event = on_event,
	.installed = on_installed,
	.missed = on_missed,
};

struct journal *journal__new(const struct journal_options *options)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->consumer.ops = &ops;
	j->options = *options;
	j->fd = -1;
	return j;
}

struct consumer *journal__consumer(struct journal *j)
{
	return &j->consumer;
}

uint64_t journal__lost(const struct journal *j)
{
	return j->lost;
}

void journal__free(struct journal *j)
{
	if (!j)
		return;
	if (j->fd >= 0)
		close(j->fd);
	free(j);
}
