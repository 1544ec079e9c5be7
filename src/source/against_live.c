// SPDX-License-Identifier: GPL-2.0
/* The running kernel as what modules are checked against. */
#include <bpf/btf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kernel/enabled.h"
#include "kernel/foreign.h"
#include "kernel/host.h"
#include "kernel/kcore.h"
#include "kernel/sysfs.h"
#include "live/snapshot.h"
#include "rules/refusal.h"
#include "source/against.h"
#include "util/array.h"
#include "util/caps.h"
#include "util/cleanup.h"

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

static FILE *open_note(const char *module)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s/notes/.note.gnu.build-id", module);
	return fopen(path, "re");
}

/* The raw bytes of its build id, as its file has them. */
static void read_note(struct baseline_module *module)
{
	_cleanup_fclose_ FILE *f = open_note(module->name);

	if (f)
		module->note_size = fread(module->note, 1, sizeof(module->note), f);
}

/* "NAME SIZE REFCOUNT USERS STATE ADDRESS (TAINT)"; K is a livepatch's (kernel/module/main.c). */
static void take_module(struct baseline_module *module, const char *line)
{
	const char *taint = strrchr(line, '(');
	char users[1024], state[16], path[128];

	snprintf(module->name, sizeof(module->name), "%.*s", (int)strcspn(line, " \n"), line);
	module->livepatch = taint && strchr(taint, 'K');
	module->proprietary = taint && strchr(taint, 'P');
	module->refs_known = sscanf(line, "%*s %*u %" SCNu64, &module->refs) == 1;
	if (sscanf(line, "%*s %*s %*s %1023s %15s", users, state) == 2) {
		module->permanent = strstr(users, "[permanent]");
		module->moving = strcmp(state, "Live");
	}
	if (!module->livepatch)
		return;
	snprintf(path, sizeof(path), "/sys/module/%s/srcversion", module->name);
	host_read_word(path, module->srcversion, sizeof(module->srcversion));
	read_note(module);
}

static int look_modules(struct baseline *baseline)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/modules", "re");
	_cleanup_free_ char *line = NULL;
	size_t size = 0;
	int err = 0;

	baseline->modules = f ? BASELINE_KNOWN : BASELINE_UNKNOWN;
	while (f && !err && getline(&line, &size, f) > 0) {
		struct baseline_module module = { .step = -1 };

		take_module(&module, line);
		err = baseline_add_module(baseline, &module);
	}
	/* A kernel without loadable modules has no such file. */
	if (!f && errno == ENOENT)
		baseline->modules = BASELINE_KNOWN;
	return err;
}

/* More is no list of the kernel's; Debian's has 1,500. */
#define BUILTIN_MAX 65536

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* What is in /sys/module and no module, which has an initstate. */
static int look_builtin(struct baseline *baseline)
{
	_cleanup_(closedirp) DIR *dir = opendir("/sys/module");
	struct dirent *entry;
	int err = 0;

	baseline->builtin_known = dir ? BASELINE_KNOWN : BASELINE_UNKNOWN;
	while (dir && !err && (entry = readdir(dir))) {
		char state[NAME_MAX + 16];

		snprintf(state, sizeof(state), "%s/initstate", entry->d_name);
		if (entry->d_name[0] != '.' && faccessat(dirfd(dir), state, F_OK, 0))
			err = baseline_add_builtin(baseline, entry->d_name, true);
	}
	return err;
}

/* The list that came with the kernel: "kernel/drivers/tty/serial/serial_core.ko" a line. */
static int look_builtin_list(struct baseline *baseline)
{
	_cleanup_fclose_ FILE *f = NULL;
	_cleanup_free_ char *line = NULL;
	char path[128];
	size_t size = 0;
	int err = 0;

	snprintf(path, sizeof(path), "/lib/modules/%s/modules.builtin", baseline->release);
	f = fopen(path, "re");
	while (f && !err && baseline->n_builtin < BUILTIN_MAX && getline(&line, &size, f) > 0) {
		char *name = strrchr(line, '/'), *dot;

		name = name ? name + 1 : line;
		dot = strstr(name, ".ko");
		if (!dot)
			continue;
		*dot = '\0';
		for (char *c = name; *c; c++)
			if (*c == '-')
				*c = '_';
		err = baseline_add_builtin(baseline, name, false);
	}
	return err;
}

/* The value of the last word "NAME=VALUE" of a command line, or NULL; what is behind "--" is not the kernel's. */
static char *parameter(const char *line, const char *name)
{
	const char *value = NULL;
	size_t len = strlen(name), value_len = 0;

	while (*line) {
		bool quoted = false;
		const char *end = line;

		for (; *end && (quoted || !strchr(" \t\n", *end)); end++)
			quoted ^= *end == '"';
		if (end - line == 2 && !strncmp(line, "--", 2))
			break;
		if ((size_t)(end - line) > len && !strncmp(line, name, len) && line[len] == '=') {
			value = line + len + 1;
			value_len = end - value;
		}
		line = *end ? end + 1 : end;
	}
	if (value && value_len > 1 && value[0] == '"' && value[value_len - 1] == '"') {
		value++;
		value_len -= 2;
	}
	return value ? strndup(value, value_len) : NULL;
}

/* The first line of a file without its end, NULL where it cannot be read; the caller's to free. */
static char *first_line(const char *path)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;

	if (!f || getline(&line, &size, f) <= 0) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\n")] = '\0';
	return line;
}

/* Root sees the parameter itself; its default is a null pointer. */
static void look_blacklist(struct baseline *baseline)
{
	_cleanup_free_ char *cmdline = NULL;
	char *value = first_line("/sys/module/kernel/parameters/module_blacklist");

	baseline->blacklist_known = BASELINE_KNOWN;
	if (value && strcmp(value, "(null)")) {
		baseline->blacklist = value;
		return;
	}
	if (value) {
		free(value);
		return;
	}
	cmdline = first_line("/proc/cmdline");
	if (cmdline)
		baseline->blacklist = parameter(cmdline, "module_blacklist");
	else
		baseline->blacklist_known = BASELINE_UNKNOWN;
}

/* The kernel tells its vermagic nowhere but in its memory. */
static void look_vermagic(struct baseline *baseline, const struct kcore *kcore, uint64_t address)
{
	char text[sizeof(baseline->vermagic)];
	size_t len = strlen(baseline->release);
	int n = address ? kcore_read(kcore, address, text, sizeof(text) - 1) : 0;

	if (n <= 0)
		return;
	text[n] = '\0';
	/* That it begins with the release shows that it is what it should be. */
	if (!strncmp(text, baseline->release, len) && text[len] == ' ' && strlen(text) < (size_t)n)
		snprintf(baseline->vermagic, sizeof(baseline->vermagic), "%s", text);
}

static uint64_t module_address(void *ctx, const char *name)
{
	const struct baseline_module *module = baseline_loaded(ctx, name);

	return module ? module->address : 0;
}

static void exports_unknown(struct baseline *baseline, const char *why)
{
	baseline->exports_known = BASELINE_UNKNOWN;
	snprintf(baseline->exports_why, sizeof(baseline->exports_why), "%s", why);
}

/* What goes with exports stands in the kernel's memory only. */
static void look_exports(struct baseline *baseline, const struct against_places *places,
			 const struct kcore *kcore, int err, const struct btf *btf)
{
	char why[96];

	baseline->crcs = BASELINE_UNKNOWN;
	/* The word is there where the kernel has CRCs (include/linux/vermagic.h). */
	if (baseline->vermagic[0] || exports_known(&places->exports)) {
		baseline->crcs = BASELINE_KNOWN;
		baseline->has_crcs = baseline->vermagic[0]
					     ? host_has_word(baseline->vermagic, "modversions")
					     : exports_have_crcs(&places->exports);
	}
	if (err) {
		snprintf(why, sizeof(why), "/proc/kcore cannot be read: %s", strerror(-err));
		exports_unknown(baseline, why);
	} else if (!exports_known(&places->exports)) {
		exports_unknown(baseline, "/proc/kallsyms does not show where they are");
	} else {
		baseline->exports_known = BASELINE_KNOWN;
		exports_read(&baseline->symbols, &places->exports, kcore, btf, module_address,
			     baseline);
	}
}

static void kcore_closep(struct kcore **kcore)
{
	kcore_close(*kcore);
}

/* What cannot be read is said where it is missed. */
static void look_symbols(struct baseline *baseline, const struct against_options *options,
			 const struct btf *btf)
{
	_cleanup_(kcore_closep) struct kcore *kcore = NULL;
	struct against_places places = { 0 };
	int err;

	against_count_symbols(baseline, options->kallsyms ? options->kallsyms : "/proc/kallsyms",
			      options->kallsyms ? NULL : &places);
	err = kcore_open(&kcore);
	if (!err)
		look_vermagic(baseline, kcore, places.vermagic);
	look_exports(baseline, &places, kcore, err, btf);
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

static bool take_users(void *ctx, const struct enabled_function *function)
{
	const struct baseline *baseline = ctx;
	struct symbol_count *symbol;
	bool stranger;

	/* The one that may send callers elsewhere is livepatch itself. */
	if (!strcmp(function->by, "klp_ftrace_handler"))
		return false;
	symbol = symbols_find(&baseline->symbols, function->module, function->name);
	stranger = function->direct && !function->direct_bpf;
	if (!symbol || (!function->modify && !stranger))
		return false;
	symbol->users.modify += function->modify;
	symbol->users.direct += stranger;
	if (!symbol->users.by[0])
		strcpy(symbol->users.by, stranger ? function->direct_by : function->by);
	return false;
}

static void look_users(struct baseline *baseline)
{
	baseline->users_known =
		enabled_each(NULL, take_users, baseline) ? BASELINE_UNKNOWN : BASELINE_KNOWN;
}

/* Of several users of a function, who may send its callers elsewhere is not shown: an installed livepatch does. */
static void mark_patched(struct baseline *baseline)
{
	const struct facts *installed = &baseline->snapshot.installed;

	for (size_t p = 0; p < installed->n_patches; p++) {
		const struct patch *patch = &installed->patches[p];

		for (size_t o = 0; o < patch->n_objects; o++) {
			const struct object *object = &patch->objects[o];

			for (size_t f = 0; f < object->n_funcs; f++) {
				struct symbol_count *symbol = symbols_find(
					&baseline->symbols, object->name, object->funcs[f].name);

				if (symbol)
					symbol->users.patched = true;
			}
		}
	}
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

static void look_btf(struct baseline *baseline, const struct btf *btf)
{
	struct klp_layout layout;

	host_unwinder(btf, &baseline->unwinder);
	if (!btf || klp_layout_of(btf, &layout))
		return;
	baseline->other_rule = layout.patch.states.size && layout.state.other_rule;
	baseline->loader = layout.loader;
}

static void btf_freep(struct btf **btf)
{
	btf__free(*btf);
}

static int fill(struct against *against, const struct against_options *options, struct failure *why)
{
	struct baseline *baseline = &against->baseline;
	_cleanup_(btf_freep) struct btf *btf = NULL;
	int err;

	live_be_verbose(options->live.verbose);
	btf = host_btf(options->live.btf);
	look_kernel(baseline);
	look_btf(baseline, btf);
	look_blacklist(baseline);
	err = look_modules(baseline);
	if (!err)
		err = look_builtin(baseline);
	if (!err)
		err = look_builtin_list(baseline);
	baseline_sort_builtin(baseline);
	if (!err) {
		look_symbols(baseline, options, btf);
		look_users(baseline);
		err = look_hooks(baseline);
	}
	if (!err) {
		look_foreign(against, options);
		err = look_installed(baseline, options);
		mark_patched(baseline);
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
