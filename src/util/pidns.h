/* SPDX-License-Identifier: GPL-2.0 */
/* Whether all processes of the host can be seen from here. */
#ifndef KLPSCOPE_UTIL_PIDNS_H
#define KLPSCOPE_UTIL_PIDNS_H

#include <stdbool.h>

/** pidns_is_initial() - whether we see all tasks: iterators show only those of our PID namespace */
bool pidns_is_initial(void);

#endif
