// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "cmd/common/cmd.h"
#include "event/event.h"
#include "facts/hooks.h"
#include "util/cleanup.h"

/* A field of a line: nothing that would begin another field or line. */
static void put_text(FILE *out, const char *text, size_t len)
{
	fputc('\t', out);
	for (size_t i = 0; i < len; i++)
		fputc(text[i] == '\t' || text[i] == '\n' ? ' ' : text[i], out);
}

static void put(FILE *out, const char *text)
{
	put_text(out, text ? text : "", text ? strlen(text) : 0);
}

static void print_option(FILE *out, const char *command, const struct argp_option *option,
			 int group)
{
	const char key[] = { option->key > ' ' && option->key < 0x7f ? (char)option->key : '\0',
			     '\0' };

	fprintf(out, "option\t%s\t%d", command, group);
	put(out, option->name);
	put(out, key);
	put(out, option->arg);
	fputs(option->flags & OPTION_ARG_OPTIONAL ? "\toptional"
	      : option->arg			  ? "\trequired"
						  : "\tnone",
	      out);
	put(out, option->doc);
	fputc('\n', out);
}

/* Groups are counted as argp counts them. */
static void print_table(FILE *out, const char *command, const struct argp_option *option)
{
	int group = 0;

	for (; option && (option->name || option->key || option->doc || option->group); option++) {
		bool header = !option->name && !option->key;

		group = option->group ? option->group : group + header;
		if (option->flags & OPTION_HIDDEN)
			continue;
		if (header) {
			fprintf(out, "header\t%s\t%d", command, group);
			put(out, option->doc);
			fputc('\n', out);
		} else {
			print_option(out, command, option, group);
		}
	}
}

/* As deep as the tables are nested, which are constants. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static void print_argp(FILE *out, const char *command, const struct argp *argp)
{
	print_table(out, command, argp->options);
	for (const struct argp_child *child = argp->children; child && child->argp; child++)
		print_argp(out, command, child->argp);
}

/* What --help ends with, line by line: lists of columns are found in it. */
static void print_more(FILE *out, const char *command, const struct argp *argp, const char *doc)
{
	_cleanup_free_ char *filtered = NULL;

	if (argp->help_filter) {
		filtered = argp->help_filter(ARGP_KEY_HELP_POST_DOC, doc, NULL);
		doc = filtered;
	}
	while (doc && *doc) {
		size_t len = strcspn(doc, "\n");

		fprintf(out, "more\t%s", command);
		put_text(out, doc, len);
		fputc('\n', out);
		doc += len + (doc[len] == '\n');
	}
}

static void print_command(FILE *out, const struct cmd *cmd)
{
	/* argp has these by itself. */
	static const struct argp_option helps[] = {
		{ "help", '?', NULL, 0, "show the options and end", -1 },
		{ "usage", 0x100, NULL, 0, "show them more briefly and end", -1 },
		{ 0 },
	};
	const char *doc = cmd->argp->doc;
	size_t len = strcspn(doc, "\v");

	fprintf(out, "command\t%s", cmd->name);
	put(out, cmd->argp->args_doc);
	put(out, cmd->help);
	put_text(out, doc, len);
	fputc('\n', out);
	print_argp(out, cmd->name, cmd->argp);
	print_table(out, cmd->name, helps);
	print_more(out, cmd->name, cmd->argp, doc[len] ? doc + len + 1 : NULL);
}

void options_print(FILE *out, const struct cmd *const *commands, size_t n)
{
	for (size_t i = 0; i < n; i++)
		print_command(out, commands[i]);
	for (int kind = 0; kind < EVENT_KINDS; kind++)
		fprintf(out, "value\tEVENT\t%s\n", event_name(kind));
	for (int hook = 0; hook < WIRE_HOOKS_COUNT; hook++)
		if (hooks[hook].without)
			fprintf(out, "value\tHOOK\t%s\n", hooks[hook].name);
}
