// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sink/journal.h"
#include "util/attributes.h"
#include "util/cleanup.h"

/* A journald: what it was sent last, as it came, or by a memfd. */
static char folder[32], path[64];
static int listener = -1;
static unsigned int failures, recoveries;
static uint64_t lost_said;

static void on_news(int error, uint64_t lost)
{
	failures += error < 0;
	recoveries += !error;
	lost_said = lost;
}

static void begin_listening(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(address.sun_path, path);
	listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_true(listener >= 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
}

static void end_listening(void)
{
	close(listener);
	unlink(path);
}

static struct journal *open_journal(void)
{
	strcpy(folder, "/tmp/klpscope-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/socket", folder);
	failures = recoveries = 0;
	return journal__new(&(struct journal_options){ .socket = path, .news = on_news });
}

static void close_journal(struct journal *journal)
{
	journal__free(journal);
	assert_int_equal(rmdir(folder), 0);
}

/* The next entry, NULL if there is none; @sealed: whether it came by a memfd that cannot change. */
static char *next_entry(size_t *size, bool *sealed)
{
	static char data[16 << 20];
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec vector = { data, sizeof(data) - 1 };
	struct msghdr message = {
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(listener, &message, 0);
	struct cmsghdr *header = n < 0 ? NULL : CMSG_FIRSTHDR(&message);
	int fd, seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;

	*sealed = false;
	if (n < 0)
		return NULL;
	if (header) {
		/* Never both. */
		assert_int_equal(n, 0);
		memcpy(&fd, CMSG_DATA(header), sizeof(fd));
		*sealed = (fcntl(fd, F_GET_SEALS) & seals) == seals;
		n = pread(fd, data, sizeof(data) - 1, 0);
		close(fd);
	}
	data[n] = '\0';
	*size = n;
	return data;
}

/* A field's value, the caller's to free; NULL: there is none. */
static char *field_of(const char *data, size_t size, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = data; at < data + size;) {
		size_t key = strcspn(at, "=\n");
		uint64_t n = strcspn(at, "\n") - key - 1;
		const char *value = at + key + 1;

		if (at[key] == '\n') {
			memcpy(&n, value, sizeof(n));
			n = le64toh(n);
			value += sizeof(n);
		}
		if (key == len && !memcmp(at, name, len))
			return strndup(value, n);
		at = value + n + 1;
	}
	return NULL;
}

static void has(const char *data, size_t size, const char *name, const char *wanted)
{
	_cleanup_free_ char *value = field_of(data, size, name);

	if (!wanted && !value)
		return;
	if (!wanted || !value || strcmp(value, wanted))
		fail_msg("%s is '%s', not '%s'", name, value ? value : "(none)",
			 wanted ? wanted : "(none)");
}

static void send_refused(struct journal *journal, const char *message)
{
	struct conflict conflict = { .id = 18446744073709551615ULL, .installed_by = "b" };
	struct conflicts conflicts = { .list = &conflict, .n = 1 };
	struct event event = {
		.kind = EVENT_REFUSED,
		.boot_ns = 5,
		.real_ns = 1795339542000000000LL,
		.has_task = true,
		.pid = 7,
		.tid = 8,
		.comm = "ins\nmod",
		.patch = "fix",
		.attempt = 3,
		.refused = { -22, CAUSE_STATE_OLDER_VERSION, message, "because", &conflicts },
	};

	journal__event(journal, &event);
}

static void fields(void **state _unused_)
{
	static const uint32_t from = 1, to = 2;
	struct journal *journal = open_journal();
	struct event event = {
		.kind = EVENT_STATE,
		.patch = "fix",
		.state = { 10, &from, &to, "old", "fix" },
	};
	_cleanup_free_ char *json = NULL;
	char *entry;
	size_t size;
	bool sealed;

	begin_listening();
	send_refused(journal, "one\ntwo");
	entry = next_entry(&size, &sealed);
	assert_non_null(entry);
	has(entry, size, "MESSAGE_ID", "ba4648647e4e42ffabdf48d9f21a1430");
	has(entry, size, "MESSAGE", "refused fix EINVAL: because");
	has(entry, size, "PRIORITY", "4");
	has(entry, size, "KLPSCOPE_EVENT", "refused");
	has(entry, size, "KLPSCOPE_PATCH", "fix");
	has(entry, size, "KLPSCOPE_CAUSE", "state_older_version");
	has(entry, size, "KLPSCOPE_ERRNO", "EINVAL");
	has(entry, size, "KLPSCOPE_STATE", "18446744073709551615");
	has(entry, size, "KLPSCOPE_KERNEL_MESSAGE", "one\ntwo");
	has(entry, size, "KLPSCOPE_COMM", "ins\nmod");
	has(entry, size, "KLPSCOPE_TID", "8");
	json = field_of(entry, size, "KLPSCOPE_JSON");
	assert_non_null(json);
	assert_null(strchr(json, '\n'));
	assert_int_equal(strncmp(json, "{\"event\":\"refused\",\"time\":\"2026-", 32), 0);

	journal__event(journal, &event);
	entry = next_entry(&size, &sealed);
	assert_non_null(entry);
	has(entry, size, "MESSAGE", "state fix state 10: version 1 (old) -> 2 (fix)");
	has(entry, size, "KLPSCOPE_FROM_VERSION", "1");
	has(entry, size, "KLPSCOPE_TO_VERSION", "2");
	has(entry, size, "KLPSCOPE_TO_PATCH", "fix");
	/* Not known is not there. */
	has(entry, size, "KLPSCOPE_PID", NULL);

	/* A look that brought nothing new is no entry. */
	event = (struct event){ .kind = EVENT_PROGRESS, .patch = "fix" };
	journal__event(journal, &event);
	assert_null(next_entry(&size, &sealed));
	event = (struct event){ .kind = EVENT_TRANSITION, .transition.action = ACTION_RETRY };
	journal__event(journal, &event);
	assert_null(next_entry(&size, &sealed));
	event = (struct event){ .kind = EVENT_PROGRESS, .patch = "fix" };
	event.progress.changed = true;
	journal__event(journal, &event);
	assert_non_null(next_entry(&size, &sealed));
	assert_int_equal(journal__lost(journal), 0);
	end_listening();
	close_journal(journal);
}

static void what_is_installed(void **state _unused_)
{
	struct journal *journal = open_journal();
	struct snapshot snapshot = { .installed = facts_of("a 1:1; b 1:2") };
	char *entry;
	size_t size;
	bool sealed;

	begin_listening();
	journal__installed(journal, &snapshot);
	entry = next_entry(&size, &sealed);
	assert_non_null(entry);
	has(entry, size, "KLPSCOPE_EVENT", "installed");
	has(entry, size, "MESSAGE", "2 livepatches are installed");
	assert_non_null(strstr(entry, "\"states\":[{\"state\":1,\"version\":2,\"patch\":\"b\"}]"));
	snapshot_clear(&snapshot);
	end_listening();
	close_journal(journal);
}

static void too_large_for_a_datagram(void **state _unused_)
{
	struct journal *journal = open_journal();
	char *large = malloc(6000000), *entry;
	_cleanup_free_ char *value = NULL;
	size_t size;
	bool sealed;

	memset(large, 'x', 5999999);
	large[5999999] = '\0';
	begin_listening();
	send_refused(journal, large);
	entry = next_entry(&size, &sealed);
	assert_non_null(entry);
	assert_true(sealed);
	value = field_of(entry, size, "KLPSCOPE_KERNEL_MESSAGE");
	assert_non_null(value);
	assert_int_equal(strlen(value), 5999999);
	assert_int_equal(failures, 0);
	free(large);
	end_listening();
	close_journal(journal);
}

/* Absent, there, restarted, absent. */
static void losses(void **state _unused_)
{
	struct journal *journal = open_journal();
	char *entry;
	size_t size;
	bool sealed;

	send_refused(journal, "");
	send_refused(journal, "");
	assert_int_equal(failures, 1);
	begin_listening();
	send_refused(journal, "");
	assert_int_equal(recoveries, 1);
	assert_int_equal(lost_said, 2);
	/* What is missing is told in the journal, too, where it is missing. */
	entry = next_entry(&size, &sealed);
	assert_non_null(entry);
	has(entry, size, "KLPSCOPE_EVENT", "journal_lost");
	has(entry, size, "KLPSCOPE_COUNT", "2");
	entry = next_entry(&size, &sealed);
	assert_non_null(entry);
	has(entry, size, "KLPSCOPE_EVENT", "refused");

	/* Another socket behind the same name: nothing is lost. */
	end_listening();
	begin_listening();
	send_refused(journal, "");
	assert_non_null(next_entry(&size, &sealed));
	assert_int_equal(failures, 1);
	end_listening();
	send_refused(journal, "");
	assert_int_equal(failures, 2);
	assert_int_equal(journal__lost(journal), 3);
	close_journal(journal);
}

/* It does not read: after a moment, entries are lost and not waited for. */
static void hangs(void **state _unused_)
{
	struct journal *journal = open_journal();

	begin_listening();
	for (int i = 0; i < 2000 && !failures; i++)
		send_refused(journal, "");
	assert_int_equal(failures, 1);
	assert_int_equal(journal__lost(journal), 1);
	end_listening();
	close_journal(journal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(what_is_installed),
		cmocka_unit_test(too_large_for_a_datagram),
		cmocka_unit_test(losses),
		cmocka_unit_test(hangs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
