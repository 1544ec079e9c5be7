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
	struct baseline *baseline;
	struct against_places *places; /* NULL: addresses are not asked for */
};

static void take_places(struct counting *counting, const struct ksym *ksym,
			struct symbol_export *export)
{
	struct against_places *places = counting->places;
	struct baseline_module *module;

	if (export) {
		export->address = ksym->addr;
		snprintf(export->owner, sizeof(export->owner), "%s",
			 ksym->module ? ksym->module : "");
	}
	if (!ksym->module) {
		if (!strcmp(ksym->name, "vermagic"))
			places->vermagic = ksym->addr;
		exports_take(&places->exports, ksym->name, ksym->addr);
	} else if (!strcmp(ksym->name, "__this_module")) {
		module = baseline_loaded(counting->baseline, ksym->module);
		if (module)
			module->address = ksym->addr;
	}
}

static bool count_symbol(void *ctx, const struct ksym *ksym)
{
	struct counting *counting = ctx;
	struct baseline *baseline = counting->baseline;
	struct symbol_count *symbol = symbols_find(
		&baseline->symbols, ksym->module ? ksym->module : "vmlinux", ksym->name);

	if (symbol)
		symbol->found++;
	symbol = symbols_find(&baseline->symbols, SYMBOLS_ANY, ksym->name);
	if (symbol)
		symbol->found++;
	if (counting->places)
		take_places(counting, ksym, symbol ? symbol->export : NULL);
	return false;
}

int against_count_symbols(struct baseline *baseline, const char *path,
			  struct against_places *places)
{
	struct counting counting = { baseline, places };
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = fd < 0 ? -errno : ksyms_each(fd, count_symbol, &counting);

	if (err) {
		baseline->symbols_known = baseline->module_symbols_known = BASELINE_UNKNOWN;
		snprintf(baseline->symbols_why, sizeof(baseline->symbols_why),
			 "%.100s cannot be read: %s", path, strerror(-err));
		return err;
	}
	baseline->symbols_known = baseline->module_symbols_known = BASELINE_KNOWN;
	return 0;
}

static int fill_none(struct against *against, const struct against_options *options,
		     struct failure *why)
{
	struct baseline *baseline = &against->baseline;
	int err;

	baseline->installed = BASELINE_KNOWN;
	baseline->snapshot.installed.whole = true;
	if (options->layout)
		baseline->loader = options->layout->loader;
	snprintf(baseline->symbols_why, sizeof(baseline->symbols_why),
		 "there is no host whose symbols could be asked");
	if (!options->kallsyms)
		return 0;
	err = against_count_symbols(baseline, options->kallsyms, NULL);
	return err ? failure_set(why, FAILURE_FILE, err, "%s", options->kallsyms) : 0;
}

static int add_module(struct baseline *baseline, const char *path,
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
		err = baseline_enable(baseline, &facts, step);
		baseline->snapshot.installed.flags |= facts.flags;
		baseline->other_rule |= facts.other_rule;
		if (err)
			failure_plain(why, FAILURE_SYSTEM, err);
	}
	module_facts_clear(&facts);
	return err;
}

static int fill_modules(struct against *against, const struct against_options *options,
			struct failure *why)
{
	int err = fill_none(against, options, why);

	for (size_t i = 0; i < options->n_modules && !err; i++) {
		err = add_module(&against->baseline, options->modules[i], options, -1, why);
		if (err) {
			char detail[sizeof(why->detail)];

			/* Which of them. */
			snprintf(detail, sizeof(detail), "%s", why->detail);
			snprintf(why->detail, sizeof(why->detail), "%.80s%s%.70s",
				 options->modules[i], detail[0] ? ": " : "", detail);
		}
	}
	/* What they have replaced is as if it had never been loaded. */
	for (size_t i = 0; i < against->baseline.n_loaded && !err;) {
		if (against->baseline.loaded[i].unused)
			against->baseline.loaded[i] =
				against->baseline.loaded[--against->baseline.n_loaded];
		else
			i++;
	}
	return err;
}

/* Of the host, a recording tells what is installed; livepatches are loaded modules. */
static int fill_recording(struct against *against, const struct against_options *options,
			  struct failure *why)
{
	struct baseline *baseline = &against->baseline;
	int err = fill_none(against, options, why);

	if (err)
		return err;
	snapshot_clear(&baseline->snapshot);
	baseline->snapshot = *options->recorded;
	*options->recorded = (struct snapshot){ 0 };
	if (!options->recorded_whole) {
		baseline->installed = BASELINE_UNKNOWN;
		snprintf(baseline->installed_why, sizeof(baseline->installed_why),
			 "the recording does not tell all that is installed");
	}
	for (size_t i = 0; i < baseline->snapshot.installed.n_patches && !err; i++) {
		struct baseline_module module = { .livepatch = true, .step = -1 };

		snprintf(module.name, sizeof(module.name), "%s",
			 baseline->snapshot.installed.patches[i].name);
		err = baseline_add_module(baseline, &module);
	}
	return err ? failure_plain(why, FAILURE_SYSTEM, err) : 0;
}

const struct against_ops against_recording = { .name = "recording", .fill = fill_recording };
const struct against_ops against_none = { .name = "none", .fill = fill_none };
const struct against_ops against_modules = { .name = "modules", .fill = fill_modules };

void against_release(struct against *against)
{
	if (against->ops && against->ops->release)
		against->ops->release(against);
	baseline_clear(&against->baseline);
}
