// SPDX-License-Identifier: GPL-2.0
/*
 * Does what klpscope must not: has a BPF trampoline on the stack of the task
 * that enables a livepatch, which livepatch then calls unreliable. With it, a
 * test of "does no harm" shows that it would see harm.
 *
 * usage: harm-probe [FUNCTION COUNT]
 * With arguments: as many programs as COUNT, or as fit, on that function.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "harm-probe.skel.h"

/* Kept until the process ends. */
static int probe(const char *function)
{
	struct harm_probe_bpf *skel = harm_probe_bpf__open();
	int err;

	if (!skel)
		return -1;
	err = bpf_program__set_attach_target(skel->progs.leave, 0, function);
	if (!err)
		err = harm_probe_bpf__load(skel);
	if (!err)
		err = harm_probe_bpf__attach(skel);
	return err;
}

int main(int argc, char **argv)
{
	const char *function = argc > 2 ? argv[1] : "klp_enable_patch";
	int wanted = argc > 2 ? atoi(argv[2]) : 1, n = 0;

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
