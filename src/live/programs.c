// SPDX-License-Identifier: GPL-2.0
#include "live/programs.h"

#include <stddef.h>

#include "bounded.skel.h"
#include "kernel/kernel_btf.h"
#include "module/unpack.h"
#include "util/cleanup.h"

/* The form that few kernels need is packed, which takes 150 KB off the binary. */
__asm__(".pushsection .rodata.bounded, \"a\", @progbits\n"
	"bounded_begin: .incbin \"bounded.bpf.o.zst\"\n"
	"bounded_end:\n"
	".balign 8\n"
	"bounded_size: .quad bounded_end - bounded_begin\n"
	".popsection");
extern const unsigned char bounded_begin[];
extern const uint64_t bounded_size;

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

static int take_bounded(struct bpf_object_skeleton *skel, unsigned char **bytes)
{
	struct failure why = {};

	skel->data_sz = 0;
	return unpack(bounded_begin, bounded_size, bytes, &skel->data_sz, &why);
}

struct klpscope_bpf *programs__open(const struct bpf_object_open_opts *opts)
{
	_cleanup_(skel_freep) struct klpscope_bpf *skel = calloc(1, sizeof(*skel));
	_cleanup_free_ unsigned char *bounded = NULL; /* libbpf copies what it needs of it */
	struct klpscope_bpf *opened;
	struct bpf_program *prog;
	int err;

	if (!skel)
		return NULL;
	err = kernel_btf_register();
	if (!err)
		err = klpscope_bpf__create_skeleton(skel);
	if (!err && libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_loop, NULL) <= 0) {
		err = take_bounded(skel->skeleton, &bounded);
		skel->skeleton->data = bounded;
	}
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
