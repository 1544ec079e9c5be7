/* SPDX-License-Identifier: GPL-2.0 */
/* What is installed at one moment. */
#ifndef KLPSCOPE_FACTS_SNAPSHOT_H
#define KLPSCOPE_FACTS_SNAPSHOT_H

#include "facts/facts.h"

struct snapshot {
	struct facts installed;
	const struct patch *transition; /* in @installed; NULL: none runs */
	int target; /* of the transition: 1 patched, 0 unpatched, -1 not known */
	bool has_since;
	int64_t since_real_ns; /* when the kernel log says that the transition started */
	bool has_tasks;
	uint64_t tasks, tasks_left;
	int64_t real_ns; /* when this was taken */
	bool in_flux; /* it kept changing, or sysfs says otherwise */
	char broken
		[WIRE_NAME_LEN +
		 1]; /* a livepatch whose module is gone, so the kernel has freed code in use; "": none */
};

/** snapshot_clear() - release what a snapshot holds */
void snapshot_clear(struct snapshot *snapshot);

#endif
