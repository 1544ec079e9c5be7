// SPDX-License-Identifier: GPL-2.0
#include "util/error_name.h"

#include <stdio.h>
#include <string.h>

const char *error_name(int error)
{
	const char *name = strerrorname_np(-error);
	static char number[16];

	if (name)
		return name;
	snprintf(number, sizeof(number), "%d", error);
	return number;
}
