/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a compiler is asked to look at, in short words.
 *
 * Room util: of no subject: nothing here knows livepatching.
 */
#ifndef KLPSCOPE_UTIL_ATTRIBUTES_H
#define KLPSCOPE_UTIL_ATTRIBUTES_H

#define _must_check_   __attribute__((warn_unused_result))
#define _noreturn_     __attribute__((noreturn)) /* cppcheck 2.10 does not know _Noreturn */
#define _printf_(a, b) __attribute__((format(printf, a, b)))
#define _unused_       __attribute__((unused))

#endif
