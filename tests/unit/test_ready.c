// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "util/ready.h"

/* Listens as systemd does, at a path or, with @, at an abstract name. */
static void announced(void **state)
{
	char path[64], abstract[64];
	const char *const names[] = { path, abstract };

	(void)state;
	snprintf(path, sizeof(path), "/tmp/klpscope-ready-%d", getpid());
	snprintf(abstract, sizeof(abstract), "@klpscope-ready-%d", getpid());
	for (size_t i = 0; i < 2; i++) {
		struct sockaddr_un address = { .sun_family = AF_UNIX };
		int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
		char said[32] = "";

		memcpy(address.sun_path, names[i], strlen(names[i]));
		if (*names[i] == '@')
			address.sun_path[0] = '\0';
		assert_int_equal(bind(fd, (struct sockaddr *)&address,
				      offsetof(struct sockaddr_un, sun_path) + strlen(names[i])),
				 0);
		setenv("NOTIFY_SOCKET", names[i], 1);
		ready_tell();
		assert_int_equal(read(fd, said, sizeof(said) - 1), strlen("READY=1"));
		assert_string_equal(said, "READY=1");
		close(fd);
	}
	unlink(path);
}

static void nobody(void **state)
{
	char longer[200] = "/";

	(void)state;
	memset(longer + 1, 'x', sizeof(longer) - 2);
	unsetenv("NOTIFY_SOCKET");
	ready_tell();
	setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
	ready_tell();
	setenv("NOTIFY_SOCKET", "", 1);
	ready_tell();
	setenv("NOTIFY_SOCKET", longer, 1);
	ready_tell();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(announced), cmocka_unit_test(nobody) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
