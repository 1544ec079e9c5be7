// SPDX-License-Identifier: GPL-2.0
#include "check/rules.h"
#include "util/array.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many functions or symbols one finding names before it counts the rest. */
#define NAMES_IN_TEXT 4

static void set_text(struct check *check, char **text, const char *format, va_list args)
{
	free(*text);
	if (vasprintf(text, format, args) >= 0)
		return;
	*text = NULL;
	check->no_memory = true;
}

/* One more finding; never NULL: without memory, one that nobody sees. */
struct check_finding *check_add(struct checking *c, enum check_rule rule,
				enum check_verdict verdict, const char *format, ...)
{
	static struct check_finding nowhere;
	struct check *check = c->check;
	struct check_finding *list =
		grow(check->findings, check->n_findings, &check->room_findings, sizeof(*list));
	va_list args;

	if (!list) {
		check->no_memory = true;
		nowhere = (struct check_finding){ 0 };
		return &nowhere;
	}
	check->findings = list;
	list = &list[check->n_findings++];
	*list = (struct check_finding){ .rule = rule, .verdict = verdict };
	va_start(args, format);
	set_text(check, &list->text, format, args);
	va_end(args);
	return list;
}

struct check_finding *check_refuse(struct checking *c, enum check_rule rule, int error,
				   enum refused_cause cause, const char *format, ...)
{
	struct check_finding *finding = check_add(c, rule, CHECK_REFUSED, "%s", "");
	va_list args;

	finding->error = error;
	finding->cause = cause;
	va_start(args, format);
	if (finding->text)
		set_text(c->check, &finding->text, format, args);
	va_end(args);
	return finding;
}

void check_remedy(struct checking *c, struct check_finding *finding, const char *format, ...)
{
	va_list args;

	if (!finding->text)
		return;
	va_start(args, format);
	set_text(c->check, &finding->remedy, format, args);
	va_end(args);
}

void check_assume(struct checking *c, struct check_finding *finding, const char *format, ...)
{
	va_list args;

	if (!finding->text)
		return;
	va_start(args, format);
	set_text(c->check, &finding->assumes, format, args);
	va_end(args);
}

/* Whether there is a kernel to ask; says so where there is none. */
bool check_has_kernel(struct checking *c, enum check_rule rule)
{
	if (c->g->kernel == BASELINE_KNOWN)
		return true;
	if (c->g->kernel == BASELINE_NOT_ASKED)
		check_add(c, rule, CHECK_NOT_CHECKED, "there is no host to ask");
	else
		check_add(c, rule, CHECK_UNKNOWN, "the kernel is not known");
	return false;
}

void names_add(struct names *names, const char *format, ...)
{
	va_list args;

	if (!names->n)
		names->out = open_memstream(&names->text, &names->size);
	if (names->out && names->n < NAMES_IN_TEXT) {
		if (names->n)
			fputs(names->separator ? names->separator : ", ", names->out);
		va_start(args, format);
		vfprintf(names->out, format, args);
		va_end(args);
	}
	names->n++;
}

/* To be called once; the text stays until names_clear(). */
const char *names_text(struct names *names)
{
	if (!names->out)
		return "";
	if (names->n > NAMES_IN_TEXT)
		fprintf(names->out, " and %zu more", names->n - NAMES_IN_TEXT);
	if (fclose(names->out)) {
		free(names->text);
		names->text = NULL;
	}
	names->out = NULL;
	return names->text ? names->text : "";
}

void names_clear(struct names *names)
{
	if (names->out)
		fclose(names->out);
	free(names->text);
}

/* As klp_find_object_symbol(). */
enum lookup check_look_up(const struct baseline *g, const char *object, const char *name,
			  uint32_t sympos)
{
	bool own = !strcmp(object, "vmlinux");
	const struct symbol_count *symbol = symbols_find(&g->symbols, object, name);

	if ((own ? g->symbols_known : g->module_symbols_known) != BASELINE_KNOWN || !symbol)
		return LOOKUP_UNKNOWN;
	if (!symbol->found)
		return LOOKUP_NONE;
	if (!sympos)
		return symbol->found > 1 ? LOOKUP_AMBIGUOUS : LOOKUP_FOUND;
	return sympos > symbol->found ? LOOKUP_POSITION : LOOKUP_FOUND;
}

bool object_loaded(const struct baseline *g, const struct object *object, bool *known)
{
	*known = true;
	if (!strcmp(object->name, "vmlinux"))
		return !object->no_module;
	if (baseline_loaded(g, object->name))
		return true;
	*known = g->modules == BASELINE_KNOWN;
	return false;
}

/* klp_find_object_module() and klp_module_coming() compare with a module's name, which kbuild makes. */
const char *object_never(const struct baseline *g, const struct object *object)
{
	static const char identifier[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t len = strlen(object->name);

	if (object->no_module)
		return "the kernel itself has no name: NULL";
	if (!strcmp(object->name, "vmlinux") || baseline_loaded(g, object->name))
		return NULL;
	if (len > 3 && !strcmp(object->name + len - 3, ".ko"))
		return "a module's name is without .ko";
	if (strchr(object->name, '-'))
		return "a module's name has _ for each -";
	if (object->name[strspn(object->name, identifier)])
		return "a module's name has letters, digits and _ only";
	if (baseline_builtin(g, object->name))
		return "it is built into this kernel";
	return NULL;
}

static uint32_t count_of(const struct baseline *g, const char *object, const char *name)
{
	const struct symbol_count *symbol = symbols_find(&g->symbols, object, name);

	return symbol ? symbol->found : 0;
}

void names_lookup(struct names *names, enum lookup found, const struct baseline *g,
		  const char *object, const char *name, uint32_t sympos)
{
	uint32_t count = count_of(g, object, name);

	switch (found) {
	case LOOKUP_NONE:
		names_add(names, "%s is not in %s", name, object);
		break;
	case LOOKUP_AMBIGUOUS:
		names_add(names, "%s is %u times in %s, and no position is given", name, count,
			  object);
		break;
	case LOOKUP_POSITION:
		names_add(names, "%s is %u times in %s, so there is no position %u", name, count,
			  object, sympos);
		break;
	default:
		break;
	}
}

const char *why_no_symbols(const struct baseline *g)
{
	return g->symbols_why[0] ? g->symbols_why : "the kernel's symbols are not known";
}

/* What is wrong with a livepatch symbol in a section of @section_object. */
static bool bad_symbol(struct names *names, const struct module_symbol *symbol,
		       const char *section_object, size_t limit)
{
	if (symbol->object && limit && strlen(symbol->name) >= limit)
		names_add(names, "symbol %.40s... has a name of %zu or more characters",
			  symbol->name, limit);
	else if (symbol->unmarked)
		names_add(names, "symbol %s is not marked as a livepatch symbol", symbol->name);
	else if (!symbol->object)
		names_add(names, "symbol %s has a malformed name", symbol->name);
	else if (strcmp(section_object, "vmlinux") && !strcmp(symbol->object, "vmlinux"))
		names_add(names, "symbol %s of vmlinux is in the relocations of %s", symbol->name,
			  section_object);
	else
		return false;
	return true;
}

/* Counts what of a section's symbols is wrong, and what cannot be known. */
void check_look_symbol(struct checking *c, const struct module_symbol *symbol, struct names *bad,
		       size_t *unknown)
{
	enum lookup found;

	if (bad_symbol(bad, symbol, symbol->section_object, c->g->loader.name_len))
		return;
	found = check_look_up(c->g, symbol->object, symbol->name, symbol->sympos);
	if (found == LOOKUP_UNKNOWN)
		++*unknown;
	else
		names_lookup(bad, found, c->g, symbol->object, symbol->name, symbol->sympos);
}
