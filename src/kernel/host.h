/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the running kernel says of itself, for "klpscope doctor".
 *
 * Room kernel: what a kernel says of itself. It must not judge, or attach to it.
 */
#ifndef KLPSCOPE_KERNEL_HOST_H
#define KLPSCOPE_KERNEL_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "check/doctor.h"

struct btf;

/** host_lockdown() - the mode, "none", "integrity", "confidentiality"; "" if it is not known */
void host_lockdown(char *mode, size_t size);

/** host_lockdown_parse() - the same from "none [integrity] confidentiality" */
void host_lockdown_parse(const char *text, char *mode, size_t size);

/** host_read_word() - the first word of a file; "" if it cannot be read */
void host_read_word(const char *path, char *word, size_t size);

/** host_ftrace_enabled() - false where kernel.ftrace_enabled is 0: fentry and kprobe are not called */
bool host_ftrace_enabled(void);

/** host_btf() - the kernel's BTF, or of a file; NULL with errno set; to be freed with btf__free() */
struct btf *host_btf(const char *path);

/** host_unwinder() - what its functions tell of this kernel; @btf may be NULL */
void host_unwinder(const struct btf *btf, struct doctor_unwinder *unwinder);

/** host_iterator() - whether there is a BPF iterator over @target, such as "bpf_link" */
bool host_iterator(const struct btf *btf, const char *target);

/** host_has_struct() - whether the kernel has a structure of this name */
bool host_has_struct(const struct btf *btf, const char *name);

/**
 * host_member() - where a member of a structure lies
 * @btf: the kernel's
 * @structure: its name
 * @member: of it, not of what is within it
 * @offset, @size: set, bytes; @size of a number or a pointer, of others 0
 *
 * Return: whether there is one.
 */
bool host_member(const struct btf *btf, const char *structure, const char *member, uint32_t *offset,
		 uint32_t *size);

/**
 * host_fields() - the members of a structure, anonymous ones looked into
 * @btf: the kernel's
 * @structure: its name
 * @fields: set to "a b c", the caller's to free; NULL if there is no such structure
 *
 * Return: 0 or -ENOMEM.
 */
int host_fields(const struct btf *btf, const char *structure, char **fields);

/** host_has_word() - whether a word is in "a b c" */
bool host_has_word(const char *list, const char *word);

#endif
