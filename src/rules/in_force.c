// SPDX-License-Identifier: GPL-2.0
#include "rules/in_force.h"

#include <string.h>

static const char *kernel_if_empty(const char *module)
{
	return module[0] ? module : "vmlinux";
}

/* The last enabled livepatch that changes a function: that one runs. False: none does. */
static bool find_running(const struct facts *installed, const char *module, const char *function,
			 struct skipper *skipper)
{
	for (size_t p = installed->n_patches; p-- > 0;) {
		const struct patch *patch = &installed->patches[p];

		for (size_t o = 0; patch->enabled && o < patch->n_objects; o++) {
			const struct object *object = &patch->objects[o];

			if (object->no_module || strcmp(object->name, module))
				continue;
			for (size_t f = 0; f < object->n_funcs; f++) {
				if (strcmp(object->funcs[f].name, function))
					continue;
				skipper->patch = patch;
				skipper->object = object;
				skipper->func = &object->funcs[f];
				return true;
			}
		}
	}
	return false;
}

static const char *program_name(const struct foreign_found *found, uint32_t id)
{
	for (size_t i = 0; i < found->n_programs; i++)
		if (found->programs[i].id == id)
			return found->programs[i].name;
	return "";
}

void in_force_skippers(const struct facts *installed, const struct foreign_found *found,
		       skipper_fn fn, void *ctx)
{
	for (size_t i = 0; i < found->n_programs; i++) {
		const struct foreign_program *program = &found->programs[i];
		struct skipper skipper = {
			.kind = foreign_kind_name(program->kind),
			.program = program->id,
			.name = program->name,
			.owners = &program->owners,
		};

		if (program->own || program->on_program || program->attached == FOREIGN_LINKED_NO ||
		    !foreign_skips(program->kind))
			continue;
		if (find_running(installed, kernel_if_empty(program->module), program->func,
				 &skipper) &&
		    fn(ctx, &skipper))
			return;
	}
	for (size_t i = 0; i < found->n_kprobes; i++) {
		const struct foreign_kprobe *kprobe = &found->kprobes[i];
		struct skipper skipper = {
			.kind = "kprobe",
			.program = kprobe->program,
			.name = program_name(found, kprobe->program),
			.owners = &kprobe->owners,
		};

		if (kprobe->own || kprobe->disabled || kprobe->gone || !kprobe->overrides)
			continue;
		if (find_running(installed, kernel_if_empty(kprobe->module), kprobe->symbol,
				 &skipper) &&
		    fn(ctx, &skipper))
			return;
	}
}
