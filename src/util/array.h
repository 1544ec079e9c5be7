/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arrays: how many elements, and room for one more.
 *
 * Room util: of no subject: nothing here knows livepatching.
 */
#ifndef KLPSCOPE_UTIL_ARRAY_H
#define KLPSCOPE_UTIL_ARRAY_H

#include <stdlib.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

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
