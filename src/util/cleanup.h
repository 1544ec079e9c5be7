/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Scope-bound release of what C leaves to us, and small helpers around it.
 *
 * Room util: of no subject: nothing here knows livepatching.
 */
#ifndef KLPSCOPE_UTIL_CLEANUP_H
#define KLPSCOPE_UTIL_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(fn)  __attribute__((cleanup(fn)))
#define _must_check_   __attribute__((warn_unused_result))
#define _printf_(a, b) __attribute__((format(printf, a, b)))
#define _unused_       __attribute__((unused))
#define _noreturn_     __attribute__((noreturn)) /* cppcheck 2.10 does not know _Noreturn */

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

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

/**
 * grow() - make room for one more element in an array
 * @array: the array, reallocated to twice its size when full
 * @n: elements in use
 * @room: elements there is room for, updated
 * @size: of an element, bytes
 *
 * Return: the array, which may have moved; NULL if there is no memory, the old
 * array is then untouched.
 */
static inline void *grow(void *array, size_t n, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 4;
	void *bigger;

	if (n < *room)
		return array;
	bigger = reallocarray(array, more, size);
	if (bigger)
		*room = more;
	return bigger;
}

#endif
