// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "sink/report_forms.h"

int report_html(FILE *out, const struct report *r)
{
	(void)out;
	(void)r;
	return -ENOSYS;
}
