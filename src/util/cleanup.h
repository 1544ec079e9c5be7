/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Scope-bound release of what C leaves to us.
 *
 * Room util: of no subject: nothing here knows livepatching.
 */
#ifndef KLPSCOPE_UTIL_CLEANUP_H
#define KLPSCOPE_UTIL_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(fn) __attribute__((cleanup(fn)))

static inline void freep(void *p)
{
	free(*(void **)p);
}

static inline void closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define _cleanup_free_	 _cleanup_(freep)
#define _cleanup_close_	 _cleanup_(closep)
#define _cleanup_fclose_ _cleanup_(fclosep)

#endif
