// SPDX-License-Identifier: GPL-2.0
#include "klpt_zoo_fix.h"
