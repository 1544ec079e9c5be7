// SPDX-License-Identifier: GPL-2.0
#include "source/sharers.h"

#include <string.h>

#include "kernel/enabled.h"
#include "kernel/foreign.h"

struct looking {
	const struct facts *installed;
	bool shared;
};

static bool is_patched(const struct facts *installed, const struct enabled_function *function)
{
	for (size_t p = 0; p < installed->n_patches; p++) {
		const struct patch *patch = &installed->patches[p];

		for (size_t o = 0; patch->enabled && o < patch->n_objects; o++) {
			const struct object *object = &patch->objects[o];

			if (object->no_module || strcmp(object->name, function->module))
				continue;
			for (size_t f = 0; f < object->n_funcs; f++)
				if (!strcmp(object->funcs[f].name, function->name))
					return true;
		}
	}
	return false;
}

/* BPF's trampolines are called directly, or in the name of an ftrace_ops of theirs. */
static bool look_function(void *ctx, const struct enabled_function *function)
{
	struct looking *looking = ctx;

	looking->shared |= (function->direct || function->count > 1) &&
			   is_patched(looking->installed, function);
	return looking->shared;
}

const struct foreign_found *sharers_look(const struct facts *installed, const char *btf,
					 struct foreign **state)
{
	static const struct foreign_found nobody;
	struct looking looking = { .installed = installed };
	const struct foreign_found *found;

	*state = NULL;
	if (!installed->n_patches)
		return &nobody;
	if (!enabled_each(NULL, look_function, &looking) && !looking.shared)
		return &nobody;
	*state = foreign__open(btf, true);
	found = *state ? foreign__read(*state) : NULL;
	return found && !(found->gaps & FOREIGN_NO_PROGRAMS) ? found : NULL;
}
