// SPDX-License-Identifier: GPL-2.0
#include "event/report_feed.h"

static void on_snapshot(struct report *report, struct decoder *decoder, uint64_t boot_ns)
{
	struct snapshot snapshot = { 0 };
	const struct wire_walk_begin *begin = decoder__take_snapshot(decoder, &snapshot.installed);

	if (!begin)
		return;
	if (begin->patch)
		snapshot.transition = facts__find(&snapshot.installed, begin->patch);
	snapshot.target = begin->target;
	snapshot.in_flux = decoder__snapshot_in_flux(decoder);
	snapshot.real_ns = decoder__real_ns(decoder, boot_ns);
	report__snapshot(report, &snapshot, &(struct report_when){ boot_ns, snapshot.real_ns });
	snapshot_clear(&snapshot);
}

int report_feed(struct report *report, struct decoder *decoder, const void *data, size_t size)
{
	const struct wire_hdr *hdr = data;
	int err = decoder__feed(decoder, data, size);

	if (!err && report && hdr->type == WIRE_SNAPSHOT)
		on_snapshot(report, decoder, ((const struct wire_snapshot *)data)->boot_ns);
	return err;
}
