/* SPDX-License-Identifier: GPL-2.0 */
/* Who shares functions with the installed livepatches. */
#ifndef KLPSCOPE_SOURCE_SHARERS_H
#define KLPSCOPE_SOURCE_SHARERS_H

#include "facts/facts.h"
#include "facts/foreign_found.h"

struct foreign;

/**
 * sharers_look() - what others have attached, if it can be on a function of an enabled livepatch
 * @installed: livepatches
 * @btf: file to use instead of the kernel's own BTF, or NULL
 * @state: set; to be closed with foreign__close()
 *
 * Where ftrace shows that it calls nobody but livepatch for these functions, no BPF is loaded.
 *
 * Return: what was found, as long as @state is there; NULL: not known.
 */
const struct foreign_found *sharers_look(const struct facts *installed, const char *btf,
					 struct foreign **state);

#endif
