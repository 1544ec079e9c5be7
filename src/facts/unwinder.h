/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KLPSCOPE_FACTS_UNWINDER_H
#define KLPSCOPE_FACTS_UNWINDER_H

#include <stdbool.h>

/* What decides whether a probe can hold a transition up; all from the kernel's BTF. */
struct doctor_unwinder {
	bool known; /* if not, nothing is taken for granted */
	bool bpf; /* it goes through frames of BPF (7.0) */
	bool kretprobes; /* and through those of kretprobes (5.16) */
	bool shares; /* a livepatch and a trampoline may be on the same function (6.0) */
};

#endif
