// SPDX-License-Identifier: GPL-2.0
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cmd/common/cmd.h"
#include "cmd/common/digest.h"
#include "kernel/host.h"
#include "module/file.h"
#include "pump.h"
#include "recording/frames.h"
#include "sink/check_sink.h"
#include "source/against.h"
#include "util/array.h"
#include "util/cleanup.h"

enum {
	OPT_JSON = 0x100,
	OPT_AGAINST,
	OPT_KERNEL_BTF,
	OPT_KALLSYMS,
	OPT_DISABLE,
};

/* One step of the plan. */
struct step {
	enum check_action action;
	const char *name; /* a file, or a livepatch */
	struct module_facts module; /* CHECK_ENABLE */
};

struct plan {
	const struct against_ops *against;
	struct against_options options;
	const char **others; /* of options.modules */
	size_t n_others, room_others;
	struct step *steps;
	size_t n_steps, room_steps;
	const char *kernel_btf;
	struct klp_layout layout;
	const char *recording; /* to check against */
	struct digest digest; /* of that */
	struct digest_end end;
	bool json;
};

static void add_step(struct plan *plan, enum check_action action, const char *name,
		     const struct argp_state *state)
{
	struct step *steps = grow(plan->steps, plan->n_steps, &plan->room_steps, sizeof(*steps));

	if (!steps)
		usage_error(state, "no memory for so many modules");
	plan->steps = steps;
	steps[plan->n_steps++] = (struct step){ .action = action, .name = name };
}

/* By its first bytes, of either byte order. What cannot be read is said when it is read as a module. */
static bool is_recording(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat file;
	uint32_t sync;

	return fd >= 0 && !fstat(fd, &file) && S_ISREG(file.st_mode) &&
	       read(fd, &sync, sizeof(sync)) == sizeof(sync) &&
	       frames_order(sync, NULL) != FRAMES_FOREIGN;
}

static void add_against(struct plan *plan, const char *what, const struct argp_state *state)
{
	const struct against_ops *ops = &against_modules;
	const char **others;

	if (!strcmp(what, against_live.name))
		ops = &against_live;
	else if (!strcmp(what, against_none.name))
		ops = &against_none;
	else if (is_recording(what))
		ops = &against_recording;
	if (plan->against && (plan->against != ops || ops != &against_modules))
		usage_error(
			state,
			"--against is one of live, none, a recording, and modules, of which there may be several");
	plan->against = ops;
	if (ops == &against_recording)
		plan->recording = what;
	if (ops != &against_modules)
		return;
	others = grow(plan->others, plan->n_others, &plan->room_others, sizeof(*others));
	if (!others)
		usage_error(state, "no memory for so many modules");
	plan->others = others;
	others[plan->n_others++] = what;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct plan *plan = state->input;

	switch (key) {
	case OPT_JSON:
		plan->json = true;
		return 0;
	case OPT_AGAINST:
		add_against(plan, arg, state);
		return 0;
	case OPT_KERNEL_BTF:
		plan->kernel_btf = arg;
		return 0;
	case OPT_KALLSYMS:
		plan->options.kallsyms = arg;
		return 0;
	case OPT_DISABLE:
		add_step(plan, CHECK_DISABLE, arg, state);
		return 0;
	case 'v':
		plan->options.live.verbose = true;
		return 0;
	case ARGP_KEY_ARG:
		add_step(plan, CHECK_ENABLE, arg, state);
		return 0;
	case ARGP_KEY_END:
		if (!plan->n_steps)
			usage_error(state, "no module given");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option argp_options[] = {
	{ "against", OPT_AGAINST, "live|none|FILE", 0,
	  "what it is checked against: this host (default), a host without livepatches, one with "
	  "these modules enabled in the order given, or what a recording's end leaves installed",
	  1 },
	{ "disable", OPT_DISABLE, "PATCH", 0,
	  "at this place in the plan, livepatch PATCH is disabled and unloaded", 1 },
	{ "kernel-btf", OPT_KERNEL_BTF, "FILE", 0,
	  "type information of the kernel that it is for: raw BTF, or an ELF file with .BTF", 1 },
	{ "kallsyms", OPT_KALLSYMS, "FILE", 0, "a copy of that kernel's /proc/kallsyms", 1 },
	{ "json", OPT_JSON, NULL, 0, "all of it as JSON", 1 },
	{ "verbose", 'v', NULL, 0, "also the rules that are fulfilled", 1 },
	{ 0 },
};

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.args_doc = "MODULE.ko...",
	.doc = "Say whether the kernel will accept a livepatch, before it is loaded.\v"
	       "Several modules are a plan: each is checked as if those before it had been enabled. "
	       "Nothing is loaded. Exit status: 0 all would be accepted, 3 one would be refused, "
	       "4 cannot tell, 1 failure, 2 usage.",
};

/* Runs in a build pipeline too, where the running kernel is another one: then only BTF that is given counts. */
static int find_layout(struct plan *plan, struct failure *why)
{
	struct btf *btf;

	if (plan->kernel_btf) {
		int err = klp_layout_from_file(plan->kernel_btf, &plan->layout, why);

		plan->options.layout = err ? NULL : &plan->layout;
		plan->options.live.btf = plan->kernel_btf;
		return err;
	}
	if (plan->against != &against_live)
		return 0;
	btf = host_btf(NULL);
	if (btf && !klp_layout_of(btf, &plan->layout))
		plan->options.layout = &plan->layout;
	btf__free(btf);
	return 0;
}

static int fail(const struct failure *why, const char *file)
{
	char doing[512];

	snprintf(doing, sizeof(doing), "check %s", file);
	failure_print(why, doing);
	return EXIT_FAILED;
}

/* Reads all modules first, because what they name is then asked of the kernel in one go. */
static int read_modules(struct plan *plan, struct symbols *symbols)
{
	for (size_t i = 0; i < plan->n_steps; i++) {
		struct step *step = &plan->steps[i];
		struct failure why = { 0 };

		if (step->action != CHECK_ENABLE)
			continue;
		if (module_file_read(step->name, plan->options.layout, &step->module, &why))
			return fail(&why, step->name);
		if (step->module.format == MODULE_FORMAT_OK && !step->module.marked &&
		    !step->module.enables) {
			failure_plain(&why, FAILURE_NO_LIVEPATCH_MODULE, 0);
			return fail(&why, step->name);
		}
		if (module_facts_symbols(&step->module, symbols)) {
			failure_set(&why, FAILURE_SYSTEM, -ENOMEM, "memory");
			return fail(&why, step->name);
		}
	}
	symbols_sort(symbols);
	return 0;
}

/* What the baseline is after a step. */
static int go_on(struct against *against, const struct plan *plan, size_t i,
		 const struct check *check)
{
	struct baseline *baseline = &against->baseline;
	const struct step *step = &plan->steps[i];

	if (check->verdict == CHECK_REFUSED)
		return 0;
	if (check->verdict == CHECK_UNKNOWN) {
		if (!baseline->open_step)
			baseline->open_step = i + 1;
		return 0;
	}
	if (step->action == CHECK_ENABLE)
		return baseline_enable(baseline, &step->module, i);
	baseline_disable(baseline, step->name);
	return 0;
}

static int check_all(struct plan *plan, struct against *against, struct check_sink *sink,
		     enum check_verdict *worst)
{
	int err = sink->ops->begin(sink, &against->baseline);

	*worst = CHECK_ACCEPTED;
	if (err)
		return err;
	for (size_t i = 0; i < plan->n_steps && !err; i++, sink->steps++) {
		const struct step *step = &plan->steps[i];
		struct check check = { 0 };

		err = step->action == CHECK_ENABLE
			      ? check_enable(&check, &step->module, &against->baseline)
			      : check_disable(&check, step->name, &against->baseline);
		if (!err) {
			sink->ops->step(sink, &check, &against->baseline);
			if (check.verdict > *worst)
				*worst = check.verdict;
			err = go_on(against, plan, i, &check);
		}
		check_clear(&check);
	}
	sink->ops->end(sink, *worst);
	return err;
}

/* EXIT_DONE where it could be read; that it is torn is said, and it is as of what it has. */
static int read_recording(struct plan *plan)
{
	int status;

	if (!plan->recording)
		return EXIT_DONE;
	pump_signals();
	plan->digest.doing = "check";
	status = digest_end(&plan->digest, plan->recording, &plan->end);
	plan->options.recorded = &plan->end.snapshot;
	plan->options.recorded_whole = plan->end.known && !plan->end.incomplete;
	if (status == EXIT_FAILED)
		return status;
	/* What would be checked against is its end. */
	return plan->end.interrupted ? EXIT_CANNOT_TELL : EXIT_DONE;
}

static int check_plan(struct plan *plan, struct against *against)
{
	static const int status[CHECK_VERDICTS] = {
		[CHECK_ACCEPTED] = EXIT_DONE,
		[CHECK_UNKNOWN] = EXIT_CANNOT_TELL,
		[CHECK_REFUSED] = EXIT_REFUSED,
	};
	struct check_sink sink = {
		.ops = plan->json ? &check_json : &check_text,
		.out = stdout,
		.color = isatty(STDOUT_FILENO),
		.verbose = plan->options.live.verbose,
		.n_steps = plan->n_steps,
	};
	struct failure why = { 0 };
	enum check_verdict worst;
	int err, exit_status;

	live_be_verbose(plan->options.live.verbose);
	exit_status = read_recording(plan);
	if (exit_status)
		return exit_status;
	err = find_layout(plan, &why);
	if (!err) {
		exit_status = read_modules(plan, &against->baseline.symbols);
		if (exit_status)
			return exit_status;
		against->baseline.name = plan->against->name;
		err = plan->against->fill(against, &plan->options, &why);
	}
	if (!err) {
		err = check_all(plan, against, &sink, &worst);
		if (err)
			failure_plain(&why, FAILURE_SYSTEM, err);
		else
			err = close_output(stdout);
		if (err)
			failure_set(&why, FAILURE_OUTPUT, err, "stdout");
	}
	if (err)
		failure_print(&why, "check");
	return err ? EXIT_FAILED : status[worst];
}

static int run(int argc, char **argv)
{
	struct plan plan = { 0 };
	struct against against = { 0 };
	int status;

	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &plan);
	if (!plan.against)
		plan.against = &against_live;
	plan.options.modules = plan.others;
	plan.options.n_modules = plan.n_others;
	against.ops = plan.against;
	status = check_plan(&plan, &against);
	against_release(&against);
	snapshot_clear(&plan.end.snapshot);
	digest_clear(&plan.digest);
	for (size_t i = 0; i < plan.n_steps; i++)
		module_facts_clear(&plan.steps[i].module);
	free(plan.steps);
	free(plan.others);
	return status;
}

const struct cmd cmd_check = {
	.name = "check",
	.help = "say whether the kernel will accept a livepatch, before it is loaded",
	.run = run,
	.argp = &argp,
};
