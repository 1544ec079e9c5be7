// SPDX-License-Identifier: GPL-2.0
/*
 * Does what klpscope must not: has a BPF trampoline on the stack of a task,
 * which livepatch then calls unreliable. By default on that of the task that
 * enables a livepatch: a test of "does no harm" with it shows that it would see
 * harm.
 *
 * usage: harm-probe [-k KIND] [FUNCTION [COUNT]]
 * With COUNT: as many programs, or as fit, on that function. KIND: how they are attached, fexit
 * by default, fentry, fmod_ret, lsm (FUNCTION is then the hook's), kprobe, kretprobe, override;
 * fmod_ret, lsm and override say -EPERM in the function's place.
 *
 * usage: harm-probe -g
 * Prints what getsid(2) of process 1 says, an error or "ok".
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "harm-probe.skel.h"

static const char *kind = "fexit";

static struct bpf_program *chosen(struct harm_probe_bpf *skel)
{
	const struct {
		const char *kind;
		struct bpf_program *program;
	} programs[] = {
		{ "fexit", skel->progs.leave },	      { "fentry", skel->progs.enter },
		{ "fmod_ret", skel->progs.modify },   { "lsm", skel->progs.guard },
		{ "kprobe", skel->progs.probe },      { "kretprobe", skel->progs.probe_return },
		{ "override", skel->progs.override },
	};
	struct bpf_program *found = NULL;

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		bool is = !strcmp(programs[i].kind, kind);

		bpf_program__set_autoload(programs[i].program, is);
		if (is)
			found = programs[i].program;
	}
	return found;
}

/* Kept until the process ends. */
static int probe(const char *function)
{
	struct harm_probe_bpf *skel = harm_probe_bpf__open();
	struct bpf_program *program = skel ? chosen(skel) : NULL;
	bool kprobe = strstr(kind, "probe") || !strcmp(kind, "override");
	int err;

	if (!program)
		return -1;
	err = kprobe ? 0 : bpf_program__set_attach_target(program, 0, function);
	if (!err)
		err = harm_probe_bpf__load(skel);
	if (err)
		return err;
	if (kprobe)
		return bpf_program__attach_kprobe(program, !strcmp(kind, "kretprobe"), function)
			       ? 0
			       : -errno;
	return bpf_program__attach(program) ? 0 : -errno;
}

int main(int argc, char **argv)
{
	const char *function = "klp_enable_patch";
	int wanted = 1, n = 0, option;

	while ((option = getopt(argc, argv, "k:g")) >= 0) {
		if (option == 'g') {
			puts(getsid(1) < 0 ? strerror(errno) : "ok");
			return 0;
		}
		if (option != 'k')
			return 2;
		kind = optarg;
	}
	if (optind < argc)
		function = argv[optind];
	if (optind + 1 < argc)
		wanted = atoi(argv[optind + 1]);
	while (n < wanted && !probe(function))
		n++;
	if (!n) {
		fprintf(stderr, "harm-probe: cannot attach\n");
		return 1;
	}
	printf("%d attached\n", n);
	fflush(stdout);
	pause();
	return 0;
}
