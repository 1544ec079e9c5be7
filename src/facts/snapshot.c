// SPDX-License-Identifier: GPL-2.0
#include "facts/snapshot.h"

#include <string.h>

void snapshot_clear(struct snapshot *snapshot)
{
	facts__clear(&snapshot->installed);
	memset(snapshot, 0, sizeof(*snapshot));
}
