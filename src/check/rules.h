/* SPDX-License-Identifier: GPL-2.0 */
/* What the rules of check share: how a verdict is said, and how symbols are looked up. */
#ifndef KLPSCOPE_CHECK_RULES_H
#define KLPSCOPE_CHECK_RULES_H

#include <stdio.h>

#include "check/check.h"
#include "util/attributes.h"

/* One check while it is made. */
struct checking {
	struct check *check;
	const struct module_facts *m;
	const struct baseline *g;
};

/** check_add() - one more finding; never NULL: without memory, one that nobody sees */
struct check_finding *check_add(struct checking *c, enum check_rule rule,
				enum check_verdict verdict, const char *format, ...) _printf_(4, 5);

/** check_refuse() - one more finding that refuses */
struct check_finding *check_refuse(struct checking *c, enum check_rule rule, int error,
				   enum refused_cause cause, const char *format, ...)
	_printf_(5, 6);

/** check_remedy() - what to do about a finding */
void check_remedy(struct checking *c, struct check_finding *finding, const char *format, ...)
	_printf_(3, 4);

/** check_assume() - what an acceptance rests on */
void check_assume(struct checking *c, struct check_finding *finding, const char *format, ...)
	_printf_(3, 4);

/** check_has_kernel() - whether there is a kernel to ask; a finding says so where there is none */
bool check_has_kernel(struct checking *c, enum check_rule rule);

/* A list of names in words, and how many more. */
struct names {
	FILE *out;
	char *text;
	size_t size, n;
	const char *separator; /* NULL: a comma */
};

/** names_add() - one more */
void names_add(struct names *names, const char *format, ...) _printf_(2, 3);

/** names_text() - all of them; to be called once, the text stays until names_clear() */
const char *names_text(struct names *names);

/** names_clear() - release them */
void names_clear(struct names *names);

enum lookup {
	LOOKUP_FOUND,
	LOOKUP_NONE,
	LOOKUP_AMBIGUOUS, /* several, and no position given */
	LOOKUP_POSITION, /* fewer than the position given */
	LOOKUP_UNKNOWN,
};

/** check_look_up() - as klp_find_object_symbol() */
enum lookup check_look_up(const struct baseline *g, const char *object, const char *name,
			  uint32_t sympos);

/** names_lookup() - say what is wrong, if anything is */
void names_lookup(struct names *names, enum lookup found, const struct baseline *g,
		  const char *object, const char *name, uint32_t sympos);

/** check_look_symbol() - a livepatch symbol: what is wrong with it is added to @bad, or it counts as unknown */
void check_look_symbol(struct checking *c, const struct module_symbol *symbol, struct names *bad,
		       size_t *unknown);

/** why_no_symbols() - why symbols cannot be looked up */
const char *why_no_symbols(const struct baseline *g);

/** object_loaded() - whether an object is there now, so that its functions are looked up and patched at once */
bool object_loaded(const struct baseline *g, const struct object *object, bool *known);

/** object_never() - why no module can be this object, static; NULL: one can, as far as is known */
const char *object_never(const struct baseline *g, const struct object *object);

/** check_loader() - the rules of the module loader; returns whether any others can be looked at */
bool check_loader(struct checking *c);

#endif
