/* SPDX-License-Identifier: GPL-2.0 */
/* Finds what others have attached: by function, address, or program. What is found must not move meanwhile. */
#ifndef KLPSCOPE_FACTS_FOREIGN_INDEX_H
#define KLPSCOPE_FACTS_FOREIGN_INDEX_H

#include "facts/foreign_found.h"

/* All in the order of what they are looked up by, then of @found. */
struct foreign_index {
	struct foreign_program **programs_by_func, **programs_by_id;
	struct foreign_kprobe **kprobes_by_symbol, **kprobes_by_address;
	size_t n_programs, n_kprobes;
};

/** foreign_index_make() - of all that is in @found now; 0, or -ENOMEM. To be cleared in both cases */
int foreign_index_make(struct foreign_index *index, const struct foreign_found *found);

/** foreign_programs_on() - the programs on functions of a name; @n is set to how many */
struct foreign_program *const *foreign_programs_on(const struct foreign_index *index,
						   const char *func, size_t *n);

/** foreign_kprobes_on() - the kprobes in functions of a name; @n is set to how many */
struct foreign_kprobe *const *foreign_kprobes_on(const struct foreign_index *index,
						 const char *symbol, size_t *n);

/** foreign_kprobes_at() - the kprobes at an address; @n is set to how many */
struct foreign_kprobe *const *foreign_kprobes_at(const struct foreign_index *index,
						 uint64_t address, size_t *n);

/** foreign_program_of() - the program with an id, NULL if there is none, or @id is 0 */
struct foreign_program *foreign_program_of(const struct foreign_index *index, uint32_t id);

/** foreign_index_clear() - release it */
void foreign_index_clear(struct foreign_index *index);

#endif
