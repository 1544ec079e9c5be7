// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/common/cmd.h"
#include "util/array.h"

static const struct cmd *const commands[] = {
	&cmd_trace, &cmd_record,  &cmd_script, &cmd_report, &cmd_export,   &cmd_diff,
	&cmd_stat,  &cmd_metrics, &cmd_status, &cmd_check,  &cmd_blockers, &cmd_doctor,
};

static void usage(FILE *out)
{
	fputs("usage: klpscope COMMAND [OPTION...]\n\n"
	      "Watches Linux kernel livepatching: which livepatch was enabled, which\n"
	      "system states changed version, what was refused and why, and which tasks\n"
	      "hold a transition up.\n\n",
	      out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-8s  %s\n", commands[i]->name, commands[i]->help);
	fputs("\nklpscope help COMMAND tells more; klpscope --version.\n", out);
}

static const struct cmd *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(name, commands[i]->name))
			return commands[i];
	fprintf(stderr, "klpscope: there is no command '%s'; see 'klpscope --help'\n", name);
	return NULL;
}

/*
 * A file that we open must not become stdin, stdout or stderr because one of
 * them was closed; the stand-in fails when it is used.
 */
static void occupy_standard_fds(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
			exit(EXIT_FAILED);
}

static int run(const struct cmd *cmd, int argc, char **argv)
{
	char name[32];

	snprintf(name, sizeof(name), "klpscope %s", cmd->name);
	argv[0] = name;
	return cmd->run(argc, argv);
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
	return !strcmp(word, a) || !strcmp(word, b);
}

/* klpscope help, klpscope help COMMAND; an exit status. */
static int help(int argc, char **argv)
{
	static char option[] = "--help";
	char *args[] = { NULL, option, NULL };
	const struct cmd *cmd;

	if (argc < 2) {
		usage(stdout);
		return fflush(stdout) ? EXIT_FAILED : EXIT_DONE;
	}
	cmd = find(argv[1]);
	return cmd ? run(cmd, 2, args) : EXIT_USAGE;
}

int main(int argc, char **argv)
{
	const struct cmd *cmd;

	occupy_standard_fds();
	argp_err_exit_status = EXIT_USAGE;
	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "help") || is_one_of(argv[1], "--help", "-h"))
		return help(argc - 1, argv + 1);
	if (is_one_of(argv[1], "--version", "-V")) {
		version_print(stdout);
		return fflush(stdout) ? EXIT_FAILED : EXIT_DONE;
	}
	/* Not for users: contrib/completion and man/ are made with it. */
	if (!strcmp(argv[1], "--options")) {
		options_print(stdout, commands, ARRAY_SIZE(commands));
		return fflush(stdout) ? EXIT_FAILED : EXIT_DONE;
	}
	cmd = find(argv[1]);
	return cmd ? run(cmd, argc - 1, argv + 1) : EXIT_USAGE;
}
