// SPDX-License-Identifier: GPL-2.0
/*
 * Does what klpscope must not: has a BPF trampoline on the stack of the task
 * that enables a livepatch, which livepatch then calls unreliable. With it, a
 * test of "does no harm" shows that it would see harm.
 */
#include <stdio.h>
#include <unistd.h>
#include "harm-probe.skel.h"

int main(void)
{
	struct harm_probe_bpf *skel = harm_probe_bpf__open_and_load();

	if (!skel || harm_probe_bpf__attach(skel)) {
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
