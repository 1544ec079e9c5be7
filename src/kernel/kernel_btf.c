// SPDX-License-Identifier: GPL-2.0
#include "kernel/kernel_btf.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel/btf_file.h"
#include "kernel/btf_names.h"
#include "kernel/btf_part.h"
#include "kernel/btf_view.h"
#include "util/array.h"
#include "util/attributes.h"
#include "util/cleanup.h"

#define FUNCTIONS_MAX 64

/* What programs hang on; there is one kernel, and libbpf gives its handlers no context. */
struct function {
	char name[64];
	uint32_t id; /* 0: the kernel has none */
};

static struct {
	struct function list[FUNCTIONS_MAX];
	size_t n;
} functions;

/* All of a kernel's BTF. */
struct whole {
	struct btf_view view;
	void *bytes; /* as read from a file; or */
	struct btf *parsed; /* as libbpf found it in one of the places where kernels are */
};

static struct whole kernels_own;

static void whole_clear(struct whole *whole)
{
	btf_view_close(&whole->view);
	free(whole->bytes);
	btf__free(whole->parsed);
	*whole = (struct whole){ 0 };
}

static int read_file(struct whole *whole, const char *path)
{
	size_t size;
	int err = btf_file_read(path, &whole->bytes, &size);

	return err ? err : btf_view_open(&whole->view, whole->bytes, size);
}

static int read_kernels(struct whole *whole)
{
	const void *bytes;
	uint32_t size;

	if (!read_file(whole, "/sys/kernel/btf/vmlinux"))
		return 0;
	whole_clear(whole);
	whole->parsed = btf__load_vmlinux_btf();
	if (!whole->parsed)
		return -errno;
	bytes = btf__raw_data(whole->parsed, &size);
	return bytes ? btf_view_open(&whole->view, bytes, size) : -ENOMEM;
}

/* The function of the kernel's BTF that stands for a section; false: none does. */
static bool function_of(const struct bpf_program *prog, char *name, size_t size)
{
	const char *section = bpf_program__section_name(prog), *slash = strchr(section, '/');

	if (!slash)
		return false;
	if (!strncmp(section, "iter/", 5))
		snprintf(name, size, "bpf_iter_%s", slash + 1);
	else if (!strncmp(section, "fentry/", 7) || !strncmp(section, "fexit/", 6))
		snprintf(name, size, "%s", slash + 1);
	else
		return false;
	return true;
}

static const struct function *find_function(const char *name)
{
	for (size_t i = 0; i < functions.n; i++)
		if (!strcmp(functions.list[i].name, name))
			return &functions.list[i];
	return NULL;
}

/* 0: none */
static uint32_t function_id(const struct bpf_program *prog)
{
	const struct function *function;
	char name[sizeof(function->name)];

	if (!function_of(prog, name, sizeof(name)))
		return 0;
	function = find_function(name);
	return function ? function->id : 0;
}

/* Those of @object's programs that are not in the table yet. */
static int list_functions(const struct bpf_object *object, struct btf_names *names)
{
	struct bpf_program *prog = NULL;

	bpf_object__for_each_program(prog, object) {
		struct function *function = &functions.list[functions.n];
		char name[sizeof(function->name)];

		if (!function_of(prog, name, sizeof(name)) || find_function(name))
			continue;
		if (functions.n == FUNCTIONS_MAX)
			return -E2BIG;
		memcpy(function->name, name, sizeof(name));
		function->id = 0;
		functions.n++;
		if (!btf_names_add(names, function->name, strlen(function->name)))
			return -ENOMEM;
	}
	return 0;
}

/* In one pass; of several functions of one name, the first counts, as for libbpf. */
static int find_functions(const struct bpf_object *object)
{
	_cleanup_(btf_names_clear) struct btf_names names = { 0 };
	const struct btf_view *view = &kernels_own.view;
	size_t old = functions.n, left;
	int err = list_functions(object, &names);

	if (err)
		return err;
	left = functions.n - old;
	for (uint32_t id = 1; left && id < view->n; id++) {
		const struct btf_type *type = btf_view_type(view, id);
		const char *name;

		if (btf_kind(type) != BTF_KIND_FUNC)
			continue;
		name = btf_view_name(view, type->name_off);
		if (!btf_names_has(&names, name))
			continue;
		for (size_t i = old; i < functions.n; i++) {
			if (functions.list[i].id || strcmp(functions.list[i].name, name))
				continue;
			functions.list[i].id = id;
			left--;
		}
	}
	return 0;
}

int kernel_btf_open(struct kernel_btf_file *file)
{
	file->fd = memfd_create("klpscope-btf", MFD_CLOEXEC);
	if (file->fd < 0)
		return -errno;
	snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", file->fd);
	return 0;
}

int kernel_btf_fill(const struct kernel_btf_file *file, const struct bpf_object *object,
		    const char *btf)
{
	_cleanup_(whole_clear) struct whole other = { 0 };
	int err, why_none = 0;

	if (!kernels_own.view.n) {
		why_none = read_kernels(&kernels_own);
		if (why_none)
			whole_clear(&kernels_own);
	}
	err = find_functions(object);
	if (err)
		return err;
	if (btf)
		err = read_file(&other, btf);
	else
		err = why_none;
	return err ? err
		   : btf_part_write(file->fd, btf ? &other.view : &kernels_own.view,
				    bpf_object__btf(object));
}

void kernel_btf_close(struct kernel_btf_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

bool kernel_btf_has(const struct bpf_program *prog)
{
	return function_id(prog);
}

/* Called by libbpf just before it loads a program. */
static int hang(struct bpf_program *prog, struct bpf_prog_load_opts *options, long cookie _unused_)
{
	options->attach_btf_id = function_id(prog);
	return options->attach_btf_id ? bpf_program__set_type(prog, BPF_PROG_TYPE_TRACING) : -ESRCH;
}

/*
 * For programs of type tracing, libbpf would read the kernel's BTF by itself. So
 * they are of another type until they are about to be loaded.
 */
int kernel_btf_register(void)
{
	static const struct {
		const char *section;
		enum bpf_attach_type type;
	} sections[] = {
		{ "fentry/", BPF_TRACE_FENTRY },
		{ "fexit/", BPF_TRACE_FEXIT },
		{ "iter/", BPF_TRACE_ITER },
	};
	static bool registered;
	LIBBPF_OPTS(libbpf_prog_handler_opts, options, .prog_prepare_load_fn = hang);

	for (size_t i = 0; !registered && i < ARRAY_SIZE(sections); i++) {
		int id = libbpf_register_prog_handler(sections[i].section,
						      BPF_PROG_TYPE_RAW_TRACEPOINT,
						      sections[i].type, &options);

		if (id < 0)
			return id;
	}
	registered = true;
	return 0;
}

void kernel_btf_forget(void)
{
	whole_clear(&kernels_own);
}
