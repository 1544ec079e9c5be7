// SPDX-License-Identifier: GPL-2.0
/*
 * What a shell would measure only together with its own forks.
 *
 * clocked start COMMAND...  how long until COMMAND has started the program "stamp": ns, then ns of user and of kernel time,
 *                           and kB that the largest process had resident
 * clocked run COMMAND...    how long it takes, ns, and the rest as above; what it prints goes to /dev/null
 * clocked refuse N MODULE  calls finit_module() so often, as fast as it can: ns, and how often that was refused
 * clocked stop PID          sends SIGINT, and says how many ns pass until PID has ended, and until the kernel calls nothing
 *                           on a function of livepatch any more (those are looked at every 5 ms)
 * stamp                     (this program by another name) writes down what time it is
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char stamp_path[] = "/tmp/stamp";

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static uint64_t timeval_ns(struct timeval time)
{
	return time.tv_sec * 1000000000ULL + time.tv_usec * 1000ULL;
}

static int fail(const char *what)
{
	fprintf(stderr, "clocked: %s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

static int stamp(void)
{
	uint64_t now = now_ns();
	int fd = open(stamp_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, &now, sizeof(now)) != sizeof(now))
		return fail(stamp_path);
	return EXIT_SUCCESS;
}

/* Runs COMMAND; when it was executed is put into *begin. Its wait status, or -1. */
static int execute(char *command[], bool quiet, uint64_t *begin)
{
	uint64_t *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid = shared == MAP_FAILED ? -1 : fork();

	if (pid < 0)
		return -1;
	if (!pid) {
		if (quiet)
			dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		*shared = now_ns();
		execvp(command[0], command);
		_exit(fail(command[0]));
	}
	waitpid(pid, &status, 0);
	*begin = *shared;
	return status;
}

static void print(uint64_t ns)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %ld\n", ns, timeval_ns(usage.ru_utime),
	       timeval_ns(usage.ru_stime), usage.ru_maxrss);
}

static int start(char *command[])
{
	uint64_t begin, stamped;
	int fd;

	unlink(stamp_path);
	if (execute(command, false, &begin) < 0)
		return fail("fork");
	fd = open(stamp_path, O_RDONLY);
	if (fd < 0 || read(fd, &stamped, sizeof(stamped)) != sizeof(stamped))
		return fail("the command was not started");
	print(stamped - begin);
	return EXIT_SUCCESS;
}

static int run(char *command[])
{
	uint64_t begin;
	int status = execute(command, true, &begin);

	if (status < 0)
		return fail("fork");
	print(now_ns() - begin);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

static bool is_attached(void)
{
	FILE *functions = fopen("/sys/kernel/tracing/enabled_functions", "re");
	bool attached = false;
	char line[512];

	while (functions && !attached && fgets(line, sizeof(line), functions))
		attached = !strncmp(line, "klp_", 4);
	if (functions)
		fclose(functions);
	return attached;
}

static int stop(pid_t pid)
{
	uint64_t ended_ns;

	struct pollfd ended = { .fd = syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	uint64_t begin = now_ns();

	if (ended.fd < 0 || kill(pid, SIGINT))
		return fail("SIGINT");
	if (poll(&ended, 1, 60000) != 1)
		return fail("it does not end");
	ended_ns = now_ns() - begin;
	while (is_attached())
		usleep(5000);
	printf("%" PRIu64 " %" PRIu64 "\n", ended_ns, now_ns() - begin);
	return EXIT_SUCCESS;
}

static int refuse(int n, const char *module)
{
	int fd = open(module, O_RDONLY), refused = 0;
	uint64_t begin = now_ns();

	if (fd < 0)
		return fail(module);
	for (int i = 0; i < n; i++)
		refused += syscall(SYS_finit_module, fd, "", 0) < 0;
	printf("%" PRIu64 " %d\n", now_ns() - begin, refused);
	return EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
	const char *name = strrchr(argv[0], '/');

	if (!strcmp(name ? name + 1 : argv[0], "stamp"))
		return stamp();
	if (argc > 2 && !strcmp(argv[1], "start"))
		return start(argv + 2);
	if (argc > 2 && !strcmp(argv[1], "run"))
		return run(argv + 2);
	if (argc == 4 && !strcmp(argv[1], "refuse"))
		return refuse(atoi(argv[2]), argv[3]);
	if (argc == 3 && !strcmp(argv[1], "stop"))
		return stop(atoi(argv[2]));
	fputs("usage: clocked start COMMAND... | run COMMAND... | refuse N MODULE | stop PID\n",
	      stderr);
	return 2;
}
