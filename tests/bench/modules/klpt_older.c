// SPDX-License-Identifier: GPL-2.0
/* The same states in an older version: in conflict with each state of each of them. */
#define VERSION 0
#include "klpt_size_000.c"
