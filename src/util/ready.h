/* SPDX-License-Identifier: GPL-2.0 */
/* Telling systemd that a service is ready. */
#ifndef KLPSCOPE_UTIL_READY_H
#define KLPSCOPE_UTIL_READY_H

/** ready_tell() - tell systemd, where it waits for that (Type=notify), that we are ready */
void ready_tell(void);

#endif
