// SPDX-License-Identifier: GPL-2.0
/* The running kernel as what modules are checked against. */
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "source/against.h"
#include "kernel/foreign.h"
#include "kernel/host.h"
#include "kernel/kcore.h"
#include "live/snapshot.h"
#include "kernel/sysfs.h"
#include "util/caps.h"

#define LIVEPATCH_DIR "/sys/kernel/livepatch"

static void look_kernel(struct ground *ground)
{
	struct failure why = { 0 };
	struct utsname kernel;
	char word[8];

	ground->kernel = GROUND_KNOWN;
	if (!uname(&kernel))
		snprintf(ground->release, sizeof(ground->release), "%s", kernel.release);
	ground->no_livepatch = live_check_kernel(&why) && why.kind == FAILURE_NO_LIVEPATCH;
	host_lockdown(ground->lockdown, sizeof(ground->lockdown));
	host_read_word("/sys/module/module/parameters/sig_enforce", word, sizeof(word));
	ground->signatures = word[0];
	ground->signatures_enforced = word[0] == 'Y';
	host_read_word("/proc/sys/kernel/modules_disabled", word, sizeof(word));
	ground->modules_disabled = !strcmp(word, "1");
	ground->ftrace_off = !host_ftrace_enabled();
}

/* "NAME SIZE REFCOUNT USERS STATE ADDRESS (TAINT)"; K is a livepatch's (kernel/module/main.c). */
static int look_modules(struct ground *ground)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/modules", "re");
	_cleanup_free_ char *line = NULL;
	size_t size = 0;
	int err = 0;

	ground->modules = f ? GROUND_KNOWN : GROUND_UNKNOWN;
	while (f && !err && getline(&line, &size, f) > 0) {
		struct ground_module module = { .step = -1 };
		const char *taint = strrchr(line, '(');

		snprintf(module.name, sizeof(module.name), "%.*s", (int)strcspn(line, " \n"), line);
		module.livepatch = taint && strchr(taint, 'K');
		err = ground_add_module(ground, &module);
	}
	/* A kernel without loadable modules has no such file. */
	if (!f && errno == ENOENT)
		ground->modules = GROUND_KNOWN;
	return err;
}

/* The kernel tells its vermagic nowhere but in its memory. */
static void look_vermagic(struct ground *ground, uint64_t address)
{
	char text[sizeof(ground->vermagic)];
	size_t len = strlen(ground->release);
	int n = address ? kcore_read(address, text, sizeof(text) - 1) : 0;

	if (n <= 0)
		return;
	text[n] = '\0';
	/* That it begins with the release shows that it is what it should be. */
	if (!strncmp(text, ground->release, len) && text[len] == ' ' && strlen(text) < (size_t)n)
		snprintf(ground->vermagic, sizeof(ground->vermagic), "%s", text);
}

/* What cannot be read is said where it is missed. */
static void look_symbols(struct ground *ground, const struct against_options *options)
{
	uint64_t vermagic = 0;

	against_count_symbols(ground, options->kallsyms ? options->kallsyms : "/proc/kallsyms",
			      "vermagic", options->kallsyms ? NULL : &vermagic);
	look_vermagic(ground, vermagic);
}

/* One line is "FUNCTION" or "FUNCTION [MODULE]". */
static int look_hooks(struct ground *ground)
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
		ground->hooks_known = GROUND_UNKNOWN;
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
		symbol = symbols_find(&ground->symbols, object, line);
		if (symbol)
			symbol->hookable++;
	}
	ground->hooks_known = ferror(f) ? GROUND_UNKNOWN : GROUND_KNOWN;
	return 0;
}

static void installed_unknown(struct ground *ground, const char *why)
{
	ground->installed = GROUND_UNKNOWN;
	snprintf(ground->installed_why, sizeof(ground->installed_why), "%s", why);
}

static int look_installed(struct ground *ground, const struct against_options *options)
{
	struct sysfs_patches sysfs;
	struct failure why = { 0 };
	char words[256];
	int err;

	/* Where the kernel itself says that there is none, nothing has to be loaded to see it. */
	if (ground->no_livepatch || !sysfs_read(LIVEPATCH_DIR, &sysfs)) {
		bool none = ground->no_livepatch || !sysfs.n;

		if (!ground->no_livepatch)
			sysfs_clear(&sysfs);
		if (none) {
			ground->installed = GROUND_KNOWN;
			ground->snapshot.installed.whole = true;
			return 0;
		}
	}
	err = snapshot_of_kernel(&options->live, &ground->snapshot, &why);
	if (err == -ENOMEM)
		return err;
	if (err) {
		snprintf(words, sizeof(words), "%s%s%s; %s", failure_what(&why),
			 why.detail[0] ? ": " : "", why.detail, failure_remedy(&why));
		installed_unknown(ground, words);
		return 0;
	}
	if (ground->snapshot.in_flux)
		installed_unknown(ground, "livepatches kept changing while they were read");
	else if (!facts__complete(&ground->snapshot.installed))
		installed_unknown(
			ground,
			"not all could be read (a limit was reached, or memory was unreadable)");
	else
		ground->installed = GROUND_KNOWN;
	return 0;
}

static void look_foreign(struct against *against, const struct against_options *options)
{
	struct ground *ground = &against->ground;
	struct failure why = { 0 };

	ground->foreign_known = GROUND_UNKNOWN;
	if (ground->no_livepatch || caps_check(&why))
		return;
	against->state = foreign__open(options->live.btf, false);
	if (against->state)
		ground->foreign = foreign__read(against->state);
	if (ground->foreign && !(ground->foreign->gaps & FOREIGN_NO_PROGRAMS))
		ground->foreign_known = GROUND_KNOWN;
}

static void look_btf(struct ground *ground, const struct against_options *options)
{
	struct btf *btf = host_btf(options->live.btf);
	struct klp_layout layout;

	host_unwinder(btf, &ground->unwinder);
	if (btf && !klp_layout_of(btf, &layout))
		ground->other_rule = layout.patch.states.size && layout.state.other_rule;
	btf__free(btf);
}

static int fill(struct against *against, const struct against_options *options, struct failure *why)
{
	struct ground *ground = &against->ground;
	int err;

	live_be_verbose(options->live.verbose);
	look_kernel(ground);
	look_btf(ground, options);
	err = look_modules(ground);
	if (!err) {
		look_symbols(ground, options);
		err = look_hooks(ground);
	}
	if (!err) {
		look_foreign(against, options);
		err = look_installed(ground, options);
	}
	return err ? failure_set(why, FAILURE_SYSTEM, err, "asking the kernel") : 0;
}

static void release(struct against *against)
{
	foreign__close(against->state);
	against->state = NULL;
	against->ground.foreign = NULL;
}

const struct against_ops against_live = { .name = "live", .fill = fill, .release = release };
