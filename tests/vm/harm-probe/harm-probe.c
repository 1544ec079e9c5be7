// SPDX-License-Identifier: GPL-2.0
/*
 * Does what klpscope must not: has a BPF trampoline on the stack of a task,
 * which livepatch then calls unreliable. By default on that of the task that
 * enables a livepatch: a test of "does no harm" with it shows that it would see
 * harm.
 *
 * usage: harm-probe [FUNCTION]
 */
#include <stdio.h>
#include <unistd.h>
#include "harm-probe.skel.h"

int main(int argc, char **argv)
{
	struct harm_probe_bpf *skel = harm_probe_bpf__open();

	if (!skel || (argc > 1 && bpf_program__set_attach_target(skel->progs.leave, 0, argv[1])) ||
	    harm_probe_bpf__load(skel) || harm_probe_bpf__attach(skel)) {
		fprintf(stderr, "harm-probe: cannot attach\n");
		harm_probe_bpf__destroy(skel);
		return 1;
	}
	puts("attached");
	fflush(stdout);
	pause();
	harm_probe_bpf__destroy(skel);
	return 0;
}
