/* SPDX-License-Identifier: GPL-2.0 */
/* The BPF programs, of which the binary carries two forms. */
#ifndef KLPSCOPE_LIVE_PROGRAMS_H
#define KLPSCOPE_LIVE_PROGRAMS_H

#include <bpf/libbpf.h>

#include "bpf_shared.h"
#include "klpscope.skel.h"

/**
 * programs__open() - the programs in the form that the running kernel can load
 * @opts: as for bpf_object__open_mem()
 *
 * With bpf_loop() (5.17 and later) where the kernel has it, else with bounded
 * loops and smaller limits (bpf/kernel.bpf.h). None is loaded unless it is asked
 * for by bpf_program__set_autoload().
 *
 * Return: to be released with klpscope_bpf__destroy(); NULL, errno says why.
 */
struct klpscope_bpf *programs__open(const struct bpf_object_open_opts *opts);

#endif
