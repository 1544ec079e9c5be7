/* SPDX-License-Identifier: GPL-2.0 */
/* The kprobes of this kernel, from debugfs and tracefs. */
#ifndef KLPSCOPE_KERNEL_KPROBES_H
#define KLPSCOPE_KERNEL_KPROBES_H

#include "facts/foreign_found.h"

/**
 * kprobes_parse() - one line of debugfs' kprobes/list
 * @line: "ffffffff8110a0d0  r  SYMBOL+0x0  MODULE [DISABLED][FTRACE]", without newline
 * @kprobe: filled
 *
 * Return: whether it is such a line.
 */
bool kprobes_parse(const char *line, struct foreign_kprobe *kprobe);

/**
 * kprobes_read() - all lines of an open kprobes/list
 * @fd: read from its beginning
 * @found: filled: kprobes, gaps
 *
 * Return: 0 or negative errno.
 */
int kprobes_read(int fd, struct foreign_found *found);

/** kprobes_name_events() - names of trace events, from an open kprobe_events of tracefs */
int kprobes_name_events(int fd, struct foreign_found *found);

#endif
