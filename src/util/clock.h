/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KLPSCOPE_UTIL_CLOCK_H
#define KLPSCOPE_UTIL_CLOCK_H

#include <stdint.h>
#include <time.h>

/** clock_ns() - what a clock shows now, ns */
uint64_t clock_ns(clockid_t clock);

#endif
