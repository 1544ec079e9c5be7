/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of the kernel's BTF that BPF programs need. libbpf would read all of
 * it for each object, and look through its 100,000 types once for each type and
 * function that a program names, which is most of what starting takes.
 */
#ifndef KLPSCOPE_KERNEL_KERNEL_BTF_H
#define KLPSCOPE_KERNEL_KERNEL_BTF_H

#include <bpf/libbpf.h>
#include <stdbool.h>

/* A file in memory that an object is opened with, and that is filled before it is loaded. */
struct kernel_btf_file {
	int fd; /* -1: none */
	char path[32]; /* for bpf_object_open_opts.btf_custom_path */
};

/**
 * kernel_btf_open() - make the file
 * @file: set; to be closed with kernel_btf_close() once the object is loaded
 *
 * Return: 0 or negative errno.
 */
int kernel_btf_open(struct kernel_btf_file *file);

/**
 * kernel_btf_fill() - what of the kernel's BTF an object needs
 * @file: gets the types whose names the object's own BTF has
 * @object: opened with @file's path, not loaded
 * @btf: a file to take the types from instead of the kernel's own BTF, or NULL
 *
 * Also finds the functions that its programs for trampolines and its iterators
 * hang on, always in the kernel's own BTF, and sees to it that they are loaded
 * with them. The kernel's BTF is read by the first call and kept, see
 * kernel_btf_forget().
 *
 * Return: 0, or negative errno: there are no types.
 */
int kernel_btf_fill(const struct kernel_btf_file *file, const struct bpf_object *object,
		    const char *btf);

/** kernel_btf_close() - the object is loaded; what is closed already is left alone */
void kernel_btf_close(struct kernel_btf_file *file);

/**
 * kernel_btf_has() - whether the kernel has what a program hangs on
 * @prog: in section fentry/, fexit/ or iter/ of an object that kernel_btf_fill() has seen
 *
 * Return: true if it has.
 */
bool kernel_btf_has(const struct bpf_program *prog);

/** kernel_btf_register() - to be called before the first object is opened; negative errno */
int kernel_btf_register(void);

/** kernel_btf_forget() - all objects are loaded: give the memory back */
void kernel_btf_forget(void);

#endif
