// SPDX-License-Identifier: GPL-2.0
#include "source/programs.h"

#include <stddef.h>

#include "bounded.skel.h"
#include "util/cleanup.h"

/* Both forms have the same maps, programs and variables, so one skeleton does for both. */
#define SAME(part)                                                                                 \
	_Static_assert(sizeof(((struct klpscope_bpf *)0)->part) ==                                 \
			       sizeof(((struct bounded_bpf *)0)->part),                            \
		       "the two forms of the programs differ in " #part)
SAME(maps);
SAME(progs);
SAME(rodata[0]);
SAME(rodata->settings);
SAME(bss[0]);
SAME(bss->shared);
_Static_assert(offsetof(struct klpscope_bpf__rodata, settings) ==
		       offsetof(struct bounded_bpf__rodata, settings),
	       "the two forms of the programs have their settings in different places");
_Static_assert(offsetof(struct klpscope_bpf__bss, shared) ==
		       offsetof(struct bounded_bpf__bss, shared),
	       "the two forms of the programs have their counters in different places");
#undef SAME

static void skel_freep(struct klpscope_bpf **skel)
{
	klpscope_bpf__destroy(*skel);
}

struct klpscope_bpf *programs__open(const struct bpf_object_open_opts *opts)
{
	_cleanup_(skel_freep) struct klpscope_bpf *skel = calloc(1, sizeof(*skel));
	struct klpscope_bpf *opened;
	struct bpf_program *prog;
	int err;

	if (!skel)
		return NULL;
	err = klpscope_bpf__create_skeleton(skel);
	if (!err && libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_loop, NULL) <= 0)
		skel->skeleton->data = (void *)bounded_bpf__elf_bytes(&skel->skeleton->data_sz);
	if (!err)
		err = bpf_object__open_skeleton(skel->skeleton, opts);
	if (err) {
		errno = -err;
		return NULL;
	}
	bpf_object__for_each_program(prog, skel->obj)
		bpf_program__set_autoload(prog, false);
	opened = skel;
	skel = NULL;
	return opened;
}
