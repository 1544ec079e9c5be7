// SPDX-License-Identifier: GPL-2.0
#include "module_facts.h"

#include <stdlib.h>
#include <string.h>

#include "symbols.h"

void module_facts_clear(struct module_facts *m)
{
	for (size_t i = 0; i < m->n_symbols; i++) {
		free(m->symbols[i].section_object);
		free(m->symbols[i].object);
		free(m->symbols[i].name);
	}
	free(m->symbols);
	for (size_t i = 0; i < m->n_imports; i++)
		free(m->imports[i]);
	free(m->imports);
	patch__clear(&m->patch);
	free(m->vermagic);
	free(m->file);
	memset(m, 0, sizeof(*m));
}

int module_facts_symbols(const struct module_facts *m, struct symbols *symbols)
{
	int err = symbols_want_export(symbols, "klp_enable_patch");

	for (size_t i = 0; i < m->n_imports && !err; i++)
		err = symbols_want_export(symbols, m->imports[i]);
	for (size_t i = 0; i < m->n_symbols && !err; i++)
		if (m->symbols[i].object)
			err = symbols_want(symbols, m->symbols[i].object, m->symbols[i].name);
	for (size_t o = 0; o < m->patch.n_objects; o++) {
		const struct object *object = &m->patch.objects[o];

		for (size_t f = 0; f < object->n_funcs && !err; f++)
			err = symbols_want(symbols, object->name, object->funcs[f].name);
	}
	return err;
}

const char *module_tool_name(enum module_tool tool)
{
	static const char *const names[] = {
		[MODULE_TOOL_KPATCH] = "kpatch-build",
		[MODULE_TOOL_KLP_BUILD] = "klp-build",
	};

	return names[tool];
}
