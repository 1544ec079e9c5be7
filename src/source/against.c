// SPDX-License-Identifier: GPL-2.0
#include "source/against.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "facts/module_facts.h"
#include "kernel/ksyms.h"
#include "module/file.h"
#include "util/cleanup.h"

struct counting {
	struct ground *ground;
	const char *name; /* a symbol of the kernel whose address is asked for, too */
	uint64_t *address; /* NULL: none is */
};

static bool count_symbol(void *ctx, const struct ksym *ksym)
{
	struct counting *counting = ctx;
	struct ground *ground = counting->ground;
	struct symbol_count *symbol =
		symbols_find(&ground->symbols, ksym->module ? ksym->module : "vmlinux", ksym->name);

	if (symbol)
		symbol->found++;
	symbol = symbols_find(&ground->symbols, SYMBOLS_ANY, ksym->name);
	if (symbol)
		symbol->found++;
	if (!ksym->module && counting->address && !strcmp(ksym->name, counting->name))
		*counting->address = ksym->addr;
	return false;
}

int against_count_symbols(struct ground *ground, const char *path, const char *name,
			  uint64_t *address)
{
	struct counting counting = { ground, name, address };
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = fd < 0 ? -errno : ksyms_each(fd, count_symbol, &counting);

	if (err) {
		ground->symbols_known = ground->module_symbols_known = GROUND_UNKNOWN;
		snprintf(ground->symbols_why, sizeof(ground->symbols_why),
			 "%.100s cannot be read: %s", path, strerror(-err));
		return err;
	}
	ground->symbols_known = ground->module_symbols_known = GROUND_KNOWN;
	return 0;
}

static int fill_none(struct against *against, const struct against_options *options,
		     struct failure *why)
{
	struct ground *ground = &against->ground;
	int err;

	ground->installed = GROUND_KNOWN;
	ground->snapshot.installed.whole = true;
	snprintf(ground->symbols_why, sizeof(ground->symbols_why),
		 "there is no host whose symbols could be asked");
	if (!options->kallsyms)
		return 0;
	err = against_count_symbols(ground, options->kallsyms, NULL, NULL);
	return err ? failure_set(why, FAILURE_FILE, err, "%s", options->kallsyms) : 0;
}

static int add_module(struct ground *ground, const char *path,
		      const struct against_options *options, int step, struct failure *why)
{
	struct module_facts facts;
	int err = module_file_read(path, options->layout, &facts, why);

	if (!err && facts.setup != MODULE_STATIC) {
		err = failure_set(why, FAILURE_NO_FACTS, 0, "%s%s%s",
				  facts.setup == MODULE_RUN_TIME    ? "set up at run time"
				  : facts.setup == MODULE_NO_LAYOUT ? "no type information"
								    : facts.why,
				  facts.tool ? ", as by " : "",
				  facts.tool ? module_tool_name(facts.tool) : "");
	} else if (!err && (facts.states != MODULE_KNOWN || facts.replace != MODULE_KNOWN ||
			    facts.objects != MODULE_KNOWN)) {
		err = failure_set(why, FAILURE_NO_FACTS, 0,
				  "its code or a parameter changes it before it is enabled");
	} else if (!err) {
		err = ground_enable(ground, &facts.patch, step);
		ground->snapshot.installed.flags |= facts.flags;
		ground->other_rule |= facts.other_rule;
		if (err)
			failure_set(why, FAILURE_SYSTEM, err, "%s", "");
	}
	module_facts_clear(&facts);
	return err;
}

static int fill_modules(struct against *against, const struct against_options *options,
			struct failure *why)
{
	int err = fill_none(against, options, why);

	for (size_t i = 0; i < options->n_modules && !err; i++) {
		err = add_module(&against->ground, options->modules[i], options, -1, why);
		if (err) {
			char detail[sizeof(why->detail)];

			/* Which of them. */
			snprintf(detail, sizeof(detail), "%s", why->detail);
			snprintf(why->detail, sizeof(why->detail), "%.80s%s%.70s",
				 options->modules[i], detail[0] ? ": " : "", detail);
		}
	}
	/* What they have replaced is as if it had never been loaded. */
	for (size_t i = 0; i < against->ground.n_loaded && !err;) {
		if (against->ground.loaded[i].unused)
			against->ground.loaded[i] =
				against->ground.loaded[--against->ground.n_loaded];
		else
			i++;
	}
	return err;
}

/* Of the host, a recording tells what is installed; livepatches are loaded modules. */
static int fill_recording(struct against *against, const struct against_options *options,
			  struct failure *why)
{
	struct ground *ground = &against->ground;
	int err = fill_none(against, options, why);

	if (err)
		return err;
	snapshot_clear(&ground->snapshot);
	ground->snapshot = *options->recorded;
	*options->recorded = (struct snapshot){ 0 };
	if (!options->recorded_whole) {
		ground->installed = GROUND_UNKNOWN;
		snprintf(ground->installed_why, sizeof(ground->installed_why),
			 "the recording does not tell all that is installed");
	}
	for (size_t i = 0; i < ground->snapshot.installed.n_patches && !err; i++) {
		struct ground_module module = { .livepatch = true, .step = -1 };

		snprintf(module.name, sizeof(module.name), "%s",
			 ground->snapshot.installed.patches[i].name);
		err = ground_add_module(ground, &module);
	}
	return err ? failure_set(why, FAILURE_SYSTEM, err, "%s", "") : 0;
}

const struct against_ops against_recording = { .name = "recording", .fill = fill_recording };
const struct against_ops against_none = { .name = "none", .fill = fill_none };
const struct against_ops against_modules = { .name = "modules", .fill = fill_modules };

void against_release(struct against *against)
{
	if (against->ops && against->ops->release)
		against->ops->release(against);
	ground_clear(&against->ground);
}
