// SPDX-License-Identifier: GPL-2.0
/* The running kernel as what modules are checked against. */
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "kernel/foreign.h"
#include "kernel/host.h"
#include "kernel/kcore.h"
#include "kernel/sysfs.h"
#include "live/snapshot.h"
#include "rules/refusal.h"
#include "source/against.h"
#include "util/caps.h"

#define LIVEPATCH_DIR "/sys/kernel/livepatch"
#define MODULES	      "/proc/modules"

static void look_kernel(struct baseline *baseline)
{
	struct failure why = { 0 };
	struct utsname kernel;
	char word[8];

	baseline->kernel = BASELINE_KNOWN;
	if (!uname(&kernel))
		snprintf(baseline->release, sizeof(baseline->release), "%s", kernel.release);
	baseline->no_livepatch = live_check_kernel(&why) && why.kind == FAILURE_NO_LIVEPATCH;
	host_lockdown(baseline->lockdown, sizeof(baseline->lockdown));
	host_read_word("/sys/module/module/parameters/sig_enforce", word, sizeof(word));
	baseline->signatures = word[0];
	baseline->signatures_enforced = word[0] == 'Y';
	host_read_word("/proc/sys/kernel/modules_disabled", word, sizeof(word));
	baseline->modules_disabled = !strcmp(word, "1");
	baseline->ftrace_off = !host_ftrace_enabled();
}

/* "NAME SIZE REFCOUNT USERS STATE ADDRESS (TAINT)"; K is a livepatch's (kernel/module/main.c). */
static int look_modules(struct baseline *baseline)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/modules", "re");
	_cleanup_free_ char *line = NULL;
	size_t size = 0;
	int err = 0;

	baseline->modules = f ? BASELINE_KNOWN : BASELINE_UNKNOWN;
	while (f && !err && getline(&line, &size, f) > 0) {
		struct baseline_module module = { .step = -1 };
		const char *taint = strrchr(line, '(');

		snprintf(module.name, sizeof(module.name), "%.*s", (int)strcspn(line, " \n"), line);
		module.livepatch = taint && strchr(taint, 'K');
		err = baseline_add_module(baseline, &module);
	}
	/* A kernel without loadable modules has no such file. */
	if (!f && errno == ENOENT)
		baseline->modules = BASELINE_KNOWN;
	return err;
}

/* The kernel tells its vermagic nowhere but in its memory. */
static void look_vermagic(struct baseline *baseline, uint64_t address)
{
	char text[sizeof(baseline->vermagic)];
	size_t len = strlen(baseline->release);
	int n = address ? kcore_read(address, text, sizeof(text) - 1) : 0;

	if (n <= 0)
		return;
	text[n] = '\0';
	/* That it begins with the release shows that it is what it should be. */
	if (!strncmp(text, baseline->release, len) && text[len] == ' ' && strlen(text) < (size_t)n)
		snprintf(baseline->vermagic, sizeof(baseline->vermagic), "%s", text);
}

/* What cannot be read is said where it is missed. */
static void look_symbols(struct baseline *baseline, const struct against_options *options)
{
	uint64_t vermagic = 0;

	against_count_symbols(baseline, options->kallsyms ? options->kallsyms : "/proc/kallsyms",
			      "vermagic", options->kallsyms ? NULL : &vermagic);
	look_vermagic(baseline, vermagic);
}

/* One line is "FUNCTION" or "FUNCTION [MODULE]". */
static int look_hooks(struct baseline *baseline)
{
	static const char *const paths[] = {
		"/sys/kernel/tracing/available_filter_functions",
		"/sys/kernel/debug/tracing/available_filter_functions",
	};
	_cleanup_fclose_ FILE *f = NULL;
	_cleanup_free_ char *line = NULL;
	size_t size = 0;

	for (size_t i = 0; !f && i < ARRAY_SIZE(paths); i++)
		f = fopen(paths[i], "re");
	if (!f) {
		baseline->hooks_known = BASELINE_UNKNOWN;
		return 0;
	}
	while (getline(&line, &size, f) > 0) {
		size_t len = strcspn(line, " \n");
		const char *object = "vmlinux";
		struct symbol_count *symbol;
		char *module = strchr(line, '[');

		if (module) {
			object = module + 1;
			module[strcspn(module, "]")] = '\0';
		}
		line[len] = '\0';
		symbol = symbols_find(&baseline->symbols, object, line);
		if (symbol)
			symbol->hookable++;
	}
	baseline->hooks_known = ferror(f) ? BASELINE_UNKNOWN : BASELINE_KNOWN;
	return 0;
}

static void installed_unknown(struct baseline *baseline, const char *why)
{
	baseline->installed = BASELINE_UNKNOWN;
	snprintf(baseline->installed_why, sizeof(baseline->installed_why), "%s", why);
}

static int look_installed(struct baseline *baseline, const struct against_options *options)
{
	struct sysfs_patches sysfs;
	struct failure why = { 0 };
	char reason[320];
	int err;

	/* Where the kernel itself says that there is none, nothing has to be loaded to see it. */
	if (baseline->no_livepatch || !sysfs_read(LIVEPATCH_DIR, MODULES, &sysfs)) {
		bool none = baseline->no_livepatch || !sysfs.n;

		if (!baseline->no_livepatch)
			sysfs_clear(&sysfs);
		if (none) {
			baseline->installed = BASELINE_KNOWN;
			baseline->snapshot.installed.whole = true;
			return 0;
		}
	}
	err = snapshot_of_kernel(&options->live, &baseline->snapshot, &why);
	if (err == -ENOMEM)
		return err;
	if (err) {
		snprintf(reason, sizeof(reason), "%s%s%s; %s", failure_what(&why),
			 why.detail[0] ? ": " : "", why.detail, failure_remedy(&why));
		installed_unknown(baseline, reason);
		return 0;
	}
	if (baseline->snapshot.broken[0]) {
		snprintf(reason, sizeof(reason),
			 "the module of %s is gone, and its livepatch is not: %s",
			 baseline->snapshot.broken, FREED_IN_USE);
		installed_unknown(baseline, reason);
	} else if (baseline->snapshot.in_flux) {
		installed_unknown(baseline, "livepatches kept changing while they were read");
	} else if (!facts__complete(&baseline->snapshot.installed)) {
		installed_unknown(
			baseline,
			"not all could be read (a limit was reached, or memory was unreadable)");
	} else {
		baseline->installed = BASELINE_KNOWN;
	}
	return 0;
}

static void look_foreign(struct against *against, const struct against_options *options)
{
	struct baseline *baseline = &against->baseline;
	struct failure why = { 0 };

	baseline->foreign_known = BASELINE_UNKNOWN;
	if (baseline->no_livepatch || caps_check(&why))
		return;
	against->state = foreign__open(options->live.btf, false);
	if (against->state)
		baseline->foreign = foreign__read(against->state);
	if (baseline->foreign && !(baseline->foreign->gaps & FOREIGN_NO_PROGRAMS))
		baseline->foreign_known = BASELINE_KNOWN;
}

static void look_btf(struct baseline *baseline, const struct against_options *options)
{
	struct btf *btf = host_btf(options->live.btf);
	struct klp_layout layout;

	host_unwinder(btf, &baseline->unwinder);
	if (btf && !klp_layout_of(btf, &layout))
		baseline->other_rule = layout.patch.states.size && layout.state.other_rule;
	btf__free(btf);
}

static int fill(struct against *against, const struct against_options *options, struct failure *why)
{
	struct baseline *baseline = &against->baseline;
	int err;

	live_be_verbose(options->live.verbose);
	look_kernel(baseline);
	look_btf(baseline, options);
	err = look_modules(baseline);
	if (!err) {
		look_symbols(baseline, options);
		err = look_hooks(baseline);
	}
	if (!err) {
		look_foreign(against, options);
		err = look_installed(baseline, options);
	}
	return err ? failure_set(why, FAILURE_SYSTEM, err, "asking the kernel") : 0;
}

static void release(struct against *against)
{
	foreign__close(against->state);
	against->state = NULL;
	against->baseline.foreign = NULL;
}

const struct against_ops against_live = { .name = "live", .fill = fill, .release = release };
