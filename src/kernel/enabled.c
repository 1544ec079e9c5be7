// SPDX-License-Identifier: GPL-2.0
#include "kernel/enabled.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "facts/foreign_found.h"
#include "util/array.h"
#include "util/cleanup.h"

/* "HOOK+0x0/0x10 [MODULE]" without where in it; an address stays as it is. */
static void take_symbol(char *to, size_t size, const char *text, size_t len)
{
	size_t name = strcspn(text, "+ )\n");
	const char *module = memchr(text, '[', len), *end = module ? strchr(module, ']') : NULL;

	if (name > len)
		name = len;
	if (module && end && end < text + len)
		snprintf(to, size, "%.*s %.*s", (int)name, text, (int)(end + 1 - module), module);
	else
		snprintf(to, size, "%.*s", (int)name, text);
}

/* "NAME [MODULE] (2) R I D \ttramp: 0x... (HOOK+0x0/0x10) ..." (t_show() of kernel/trace/ftrace.c) */
static bool parse_function(const char *line, struct enabled_function *function)
{
	const char *count = strstr(line, " ("), *flags = count ? strchr(count, ')') : NULL;
	const char *module, *hook;

	*function = (struct enabled_function){ .module = "vmlinux" };
	if (!flags)
		return false;
	snprintf(function->name, sizeof(function->name), "%.*s", (int)strcspn(line, " "), line);
	sscanf(count, " (%u)", &function->count);
	module = memchr(line, '[', count - line);
	if (module)
		snprintf(function->module, sizeof(function->module), "%.*s",
			 (int)strcspn(module + 1, "]"), module + 1);
	for (flags++; *flags == ' ' || (*flags >= 'A' && *flags <= 'Z'); flags++) {
		function->modify |= *flags == 'I';
		function->direct |= *flags == 'D';
	}
	/* With several there is "->arch_ftrace_ops_list_func+0x...", which says nothing of them. */
	hook = strstr(flags, "tramp: ");
	hook = hook ? strchr(hook, '(') : NULL;
	if (hook)
		take_symbol(function->by, sizeof(function->by), hook + 1, strcspn(hook + 1, ")"));
	return true;
}

/* "\tdirect-->TRAMPOLINE+0x0/0x10", also "direct(jmp)-->" */
static void parse_direct(const char *line, struct enabled_function *function)
{
	const char *to = strstr(line, "-->");
	uint64_t key;

	if (!to || !strstr(line, "direct"))
		return;
	to += 3;
	take_symbol(function->direct_by, sizeof(function->direct_by), to, strcspn(to, "\n"));
	function->direct_bpf = foreign_trampoline(to, &key);
}

int enabled_each(const char *path, enabled_fn fn, void *ctx)
{
	static const char *const paths[] = {
		"/sys/kernel/tracing/enabled_functions",
		"/sys/kernel/debug/tracing/enabled_functions",
	};
	_cleanup_fclose_ FILE *f = path ? fopen(path, "re") : NULL;
	_cleanup_free_ char *line = NULL;
	struct enabled_function function;
	bool pending = false, enough = false;
	size_t size = 0;

	for (size_t i = 0; !path && !f && i < ARRAY_SIZE(paths); i++)
		f = fopen(paths[i], "re");
	if (!f)
		return -errno;
	while (!enough && getline(&line, &size, f) > 0) {
		if (line[0] == '\t') {
			parse_direct(line, &function);
			continue;
		}
		if (pending)
			enough = fn(ctx, &function);
		pending = !enough && parse_function(line, &function);
	}
	if (pending)
		fn(ctx, &function);
	return ferror(f) ? -EIO : 0;
}
