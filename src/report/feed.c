// SPDX-License-Identifier: GPL-2.0
#include "report/feed.h"

bool feed_snapshot(struct decoder *decoder, const struct wire_hdr *record,
		   struct snapshot *snapshot)
{
	const struct wire_snapshot *end = (const void *)record;
	const struct wire_walk_begin *begin;

	*snapshot = (struct snapshot){ 0 };
	if (record->type != WIRE_SNAPSHOT)
		return false;
	begin = decoder__take_snapshot(decoder, &snapshot->installed);
	if (!begin)
		return false;
	if (begin->patch)
		snapshot->transition = facts__find(&snapshot->installed, begin->patch);
	snapshot->target = begin->target;
	snapshot->in_flux = decoder__snapshot_in_flux(decoder);
	snapshot->real_ns = decoder__real_ns(decoder, end->boot_ns);
	return true;
}

int report_feed(struct report *report, struct decoder *decoder, const void *data, size_t size)
{
	const struct wire_hdr *hdr = data;
	struct snapshot snapshot;
	int err = decoder__feed(decoder, data, size);

	if (err || !report)
		return err;
	if (hdr->type == WIRE_CLOCK) {
		const struct wire_clock *clock = data;

		report__clock(report, clock->boot_ns, (int64_t)clock->real_ns);
	}
	if (!feed_snapshot(decoder, hdr, &snapshot))
		return 0;
	report__snapshot(report, &snapshot,
			 &(struct report_when){ ((const struct wire_snapshot *)data)->boot_ns,
						snapshot.real_ns, 0 });
	snapshot_clear(&snapshot);
	return 0;
}
