/* SPDX-License-Identifier: GPL-2.0 */
/* Which host and boot this is, for the header of a recording. */
#ifndef KLPSCOPE_KERNEL_IDENTITY_H
#define KLPSCOPE_KERNEL_IDENTITY_H

#include "recording.h"

/** identity_read() - which host, boot and kernel this is, for the header of a recording */
void identity_read(struct recording_header *header);

#endif
