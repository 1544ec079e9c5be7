// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as type information: in a file given with --kernel-btf or --btf, raw
 * or ELF, or in a module, with what it builds on or without. The first byte
 * chooses, the two after it how much of the rest is the module's own.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check/doctor.h"
#include "kernel/btf_file.h"
#include "kernel/btf_part.h"
#include "kernel/host.h"
#include "module/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory_file {
	int fd;
	char path[32];
};

static void memory_file_make(struct memory_file *file)
{
	file->fd = memfd_create("btf", 0);
	snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", file->fd);
}

/* What programs name; "one" is in no kernel, but in short inputs. */
static struct btf *wanted_types(void)
{
	static const char *const names[] = { "klp_patch", "klp_object___old", "klp_func",
					     "klp_state", "module",	      "one" };
	struct btf *btf = btf__new_empty();

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		btf__add_struct(btf, names[i], 0);
	btf__add_enum(btf, "colour", 4);
	btf__add_enum64(btf, "wide", 8, false);
	return btf;
}

static void ask_host(const struct btf *btf)
{
	struct doctor_unwinder unwinder;
	char *fields = NULL;

	host_unwinder(btf, &unwinder);
	host_iterator(btf, "task");
	host_has_struct(btf, "klp_state");
	host_fields(btf, "klp_patch", &fields);
	free(fields);
	fields = NULL;
	host_fields(btf, "one", &fields);
	free(fields);
}

/* What is taken of it is sound, too. */
static void take_part(const char *path)
{
	static struct memory_file part;
	static struct btf *wanted;
	struct btf_view view = { 0 };
	void *bytes = NULL;
	size_t size;

	if (!wanted) {
		wanted = wanted_types();
		memory_file_make(&part);
	}
	if (!btf_file_read(path, &bytes, &size) && !btf_view_open(&view, bytes, size) &&
	    !btf_part_write(part.fd, &view, wanted)) {
		struct btf *btf = btf_file_parse(part.path);

		if (!btf)
			abort();
		btf__free(btf);
	}
	btf_view_close(&view);
	free(bytes);
}

static void as_file(const uint8_t *data, size_t size)
{
	static struct memory_file file = { .fd = -1 };
	struct klp_layout layout;
	struct failure why = { 0 };
	struct btf *btf;

	if (file.fd < 0)
		memory_file_make(&file);
	if (ftruncate(file.fd, 0) || pwrite(file.fd, data, size, 0) != (ssize_t)size)
		abort();
	klp_layout_from_file(file.path, &layout, &why);
	btf = host_btf(file.path);
	if (btf)
		ask_host(btf);
	btf__free(btf);
	take_part(file.path);
}

static void in_module(const uint8_t *data, size_t size, size_t own, bool builds_on)
{
	struct klp_layout layout;

	own = own < size ? own : size;
	if (builds_on)
		klp_layout_read(data, own, data + own, size - own, &layout);
	else
		klp_layout_read(data, size, NULL, 0, &layout);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	libbpf_set_print(NULL);
	if (size < 3)
		return 0;
	if (data[0] % 4 < 2)
		as_file(data + 3, size - 3);
	else
		in_module(data + 3, size - 3, data[1] | data[2] << 8, data[0] % 4 == 3);
	return 0;
}
