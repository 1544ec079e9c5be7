/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A task's way is a string: it goes from function to function, a letter each, and waits in the last. klpt_zoo.c has the
 * functions a to h, and those to wait in; what else there is, see zoo_next().
 */
#ifndef KLPT_ZOO_H
#define KLPT_ZOO_H

#include <linux/compiler.h>

/* Goes on by a way; each of the functions a to h does so. */
int zoo_next(const char *way);

/* The same, by a function that has no unwind tables. */
int zoo_blind(int (*next)(const char *way), const char *way);

/*
 * A function of the zoo, or what a livepatch puts in its place. It stays on the stack, and no two of them may be the
 * same, or the compiler makes one of them.
 */
#define ZOO_FUNCTION(name)		\
	static noinline int name(const char *way)	\
	{				\
		int err = zoo_next(way);	\
					\
		asm volatile("# " #name);	\
		return err;		\
	}

#endif
