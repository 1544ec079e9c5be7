// SPDX-License-Identifier: GPL-2.0
#include "util/pidns.h"

#include <sys/stat.h>

/* PROC_PID_INIT_INO of include/linux/proc_ns.h, the same in all kernels since 3.8. */
#define PID_NS_INITIAL 0xEFFFFFFCU

bool pidns_is_initial(void)
{
	struct stat ns;

	return !stat("/proc/self/ns/pid", &ns) && ns.st_ino == PID_NS_INITIAL;
}
