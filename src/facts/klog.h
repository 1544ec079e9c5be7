/* SPDX-License-Identifier: GPL-2.0 */
/* Lines of the kernel log that livepatch's code writes. */
#ifndef KLPSCOPE_FACTS_KLOG_H
#define KLPSCOPE_FACTS_KLOG_H

#include <stdbool.h>
#include <stdint.h>

/** klog_text() - a kernel log line without the "[ 12.345678] " that it may begin with before 5.19 */
const char *klog_text(const char *line);

/**
 * klog_is_event() - whether an event says what a livepatch core's line says
 * @text: the line
 * @hooks: the hooks whose events are there (bits of enum wire_hook)
 */
bool klog_is_event(const char *text, uint64_t hooks);

/** klog_is_reason() - whether a livepatch core's line says why something failed; it may go on after a newline */
bool klog_is_reason(const char *line);

/** klog_is_unknown() - whether it is neither that nor a step that is logged anyway, by dynamic debug, too */
bool klog_is_unknown(const char *line);

/** klog_is_signal() - whether the line says that the kernel sends its signals to the tasks left */
bool klog_is_signal(const char *text);

#endif
