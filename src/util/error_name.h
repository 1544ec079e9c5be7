/* SPDX-License-Identifier: GPL-2.0 */
/* Errors by their names. */
#ifndef KLPSCOPE_UTIL_ERROR_NAME_H
#define KLPSCOPE_UTIL_ERROR_NAME_H

/** error_name() - "EINVAL" for -EINVAL, a number where there is no name: valid until the next call */
const char *error_name(int error);

#endif
