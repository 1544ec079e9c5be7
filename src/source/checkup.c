// SPDX-License-Identifier: GPL-2.0
#include "source/checkup.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "facts/hooks.h"
#include "kernel/enabled.h"
#include "kernel/foreign.h"
#include "kernel/host.h"
#include "kernel/ksyms.h"
#include "live/attach.h"
#include "live/snapshot.h"
#include "util/array.h"
#include "util/caps.h"
#include "util/cleanup.h"

/* Members that klpscope reads, and what it cannot say where the kernel has them not. */
static const struct {
	const char *structure, *field;
	const char *without;
} fields_read[] = {
	{ "klp_patch", "mod", "names of livepatches" },
	{ "klp_patch", "objs", "functions that a livepatch changes" },
	{ "klp_patch", "states", "system states" },
	{ "klp_patch", "replace", "which livepatches replace others" },
	{ "klp_patch", "list", "what is installed" },
	{ "klp_patch", "enabled", "whether a livepatch is enabled" },
	{ "klp_patch", "forced", "whether a livepatch was forced" },
	{ "klp_patch", "free_work", "freed livepatches" },
	{ "klp_state", "id", "system states" },
	{ "klp_state", "version", "versions of states, and conflicts between them" },
	{ "klp_object", "name", "which modules a livepatch changes" },
	{ "klp_object", "funcs", "functions that a livepatch changes" },
	{ "klp_func", "old_name", "functions that a livepatch changes" },
	{ "klp_func", "new_func", "functions that a livepatch changes" },
	{ "klp_func", "old_sympos", "which of several functions of one name is changed" },
};

struct look {
	struct doctor *doctor;
	const struct live_options *options;
	struct btf *btf; /* NULL: cannot be read */
	struct doctor_unwinder unwinder;
	bool livepatch; /* this kernel has it */
	bool privileged;
	bool without_ftrace; /* the kernel calls no hook on a function, and yet there is something to see */
};

static struct doctor_finding *bad(struct look *look, const char *name, const struct failure *why)
{
	struct doctor_finding *finding =
		doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_BAD, name, "%s%s%s",
			   failure_what(why), why->detail[0] ? ": " : "", why->detail);

	doctor_advise(look->doctor, finding, NULL, failure_remedy(why));
	return finding;
}

static void look_livepatch(struct look *look)
{
	struct failure why = { 0 };

	look->livepatch = !live_check_kernel(&why);
	if (look->livepatch)
		doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_OK, "livepatch",
			   "this kernel can be livepatched");
	else
		bad(look, "livepatch", &why);
}

static void look_privileges(struct look *look)
{
	struct failure why = { 0 };

	look->privileged = !caps_check(&why);
	if (look->privileged) {
		doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_OK, "privileges",
			   "CAP_BPF, CAP_PERFMON, CAP_SYSLOG");
		return;
	}
	doctor_advise(look->doctor, bad(look, "privileges", &why),
		      "not looked at: programs, addresses, what others have attached",
		      failure_remedy(&why));
}

static void look_lockdown(struct look *look)
{
	char mode[32];

	host_lockdown(mode, sizeof(mode));
	if (!strcmp(mode, "confidentiality")) {
		struct failure why = { .kind = FAILURE_LOCKDOWN, .detail = "mode confidentiality" };

		bad(look, "lockdown", &why);
		return;
	}
	doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_OK, "lockdown", "%s",
		   mode[0] ? mode : "not in this kernel, or securityfs is not mounted");
}

static void look_btf(struct look *look)
{
	const char *file = look->options->btf;
	struct failure why = { .kind = file ? FAILURE_BAD_BTF : FAILURE_NO_BTF };

	look->btf = host_btf(file);
	host_unwinder(look->btf, &look->unwinder);
	if (look->btf) {
		doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_OK, "btf", "%s",
			   file ? file : "/sys/kernel/btf/vmlinux");
		return;
	}
	snprintf(why.detail, sizeof(why.detail), "%s: %s", file ? file : "/sys/kernel/btf/vmlinux",
		 strerror(errno));
	bad(look, "btf", &why);
}

static void look_features(struct look *look)
{
	struct doctor_finding *finding;

	if (!look->privileged)
		return;
	if (libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL) == 1) {
		doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_OK, "ring_buffer",
			   "BPF ring buffer");
	} else {
		finding = doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_BAD, "ring_buffer",
				     "no BPF ring buffer, or BPF is forbidden here");
		doctor_advise(
			look->doctor, finding, "no record of the kernel can be read",
			"Linux 5.8 or later; look for seccomp, a container, or a security module");
	}
	doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_OK, "loops", "%s",
		   libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_loop, NULL) == 1
			   ? "bpf_loop()"
			   : "bounded ones, as bpf_loop() is not there");
}

static void look_iterators(struct look *look)
{
	static const struct {
		const char *target, *without;
		const char *wanted_for; /* a structure of the kernel; NULL: always */
	} iterators[] = {
		{ "task", "tasks that a transition waits for", NULL },
		{ "task_file", "which process attached a probe", NULL },
		{ "bpf_prog", "BPF programs that others have attached", NULL },
		/* Before 5.15 a program knows itself whether it is attached, and no kprobe has a link. */
		{ "bpf_link", "BPF links that no process holds", "bpf_perf_link" },
	};
	char there[128] = "", missing[256] = "";
	struct doctor_finding *finding;

	if (!look->btf)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(iterators); i++) {
		bool has = host_iterator(look->btf, iterators[i].target);
		char *list = has ? there : missing;
		size_t size = has ? sizeof(there) : sizeof(missing), len = strlen(list);

		if (!has && iterators[i].wanted_for &&
		    !host_has_struct(look->btf, iterators[i].wanted_for))
			continue;
		snprintf(list + len, size - len, "%s%s", len ? ", " : "",
			 has ? iterators[i].target : iterators[i].without);
	}
	finding = doctor_add(look->doctor, DOCTOR_KERNEL, missing[0] ? DOCTOR_GAP : DOCTOR_OK,
			     "iterators", "%s", there[0] ? there : "none");
	if (missing[0]) {
		char advice[300];

		snprintf(advice, sizeof(advice), "not shown: %s", missing);
		doctor_advise(look->doctor, finding, advice, "a newer kernel");
	}
}

static void look_addresses(struct look *look)
{
	struct doctor_finding *finding;
	struct ksyms ksyms;
	char restricted[8];

	/* Of what is not there, there is no address. */
	if (!look->privileged || !look->livepatch)
		return;
	if (!ksyms_find(&ksyms)) {
		doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_OK, "addresses",
			   "klp_patches is known");
		return;
	}
	host_read_word("/proc/sys/kernel/kptr_restrict", restricted, sizeof(restricted));
	finding = doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_GAP, "addresses",
			     "klp_patches is not known (kernel.kptr_restrict is %s)",
			     restricted[0] ? restricted : "not readable");
	doctor_advise(
		look->doctor, finding,
		"not shown: conflicts, state changes, replaced livepatches; status does not work",
		!strcmp(restricted, "0") || !strcmp(restricted, "1")
			? NULL
			: "sysctl kernel.kptr_restrict=1");
}

/* Without it, attempts are seen only where the kernel has a tracepoint for them. */
static bool sees_without_ftrace(const struct look *look)
{
	struct attach_plan plan;

	return !attach_plan_make(&plan, look->options->attach) &&
	       plan.hook[WIRE_HOOK_ENABLE].method == ATTACH_TRACEPOINT;
}

/* With it off, the kernel calls no hook on a function. */
static void look_ftrace(struct look *look)
{
	struct doctor_finding *finding;

	if (host_ftrace_enabled()) {
		doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_OK, "ftrace",
			   "functions can be hooked");
		return;
	}
	look->without_ftrace = sees_without_ftrace(look);
	finding = doctor_add(look->doctor, DOCTOR_KERNEL,
			     look->without_ftrace ? DOCTOR_GAP : DOCTOR_BAD, "ftrace",
			     "kernel.ftrace_enabled is 0: no hook on a function is called");
	doctor_advise(look->doctor, finding,
		      look->without_ftrace ? "not shown: what is not seen by tracepoints"
					   : "not shown: all but the kernel's own words",
		      "sysctl kernel.ftrace_enabled=1");
}

static void look_signatures(struct look *look)
{
	char enforced[8];

	host_read_word("/sys/module/module/parameters/sig_enforce", enforced, sizeof(enforced));
	doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_OK, "module_signatures", "%s",
		   !enforced[0]		? "not checked by this kernel"
		   : enforced[0] == 'Y' ? "required: a livepatch without one is refused"
					: "not required");
}

static void look_hook(struct look *look, const struct attach_plan *plan, int i)
{
	const struct hook_plan *hook = &plan->hook[i];
	bool left_out = look->options->without & (1ULL << i);
	enum attach_method method = left_out ? ATTACH_ABSENT : hook->method;
	bool silent = look->without_ftrace && (attach_on_functions(plan) & (1ULL << i));
	bool unseen = method == ATTACH_ABSENT || silent;
	const char *tracepoint = method == ATTACH_TRACEPOINT ? hooks[i].tracepoint : NULL;
	const char *why = left_out ? "left out by --without"
			  : silent ? "not called while kernel.ftrace_enabled is 0"
				   : hook->why;
	struct doctor_finding *finding;
	char advice[160];

	if (hooks[i].kind != HOOK_TRACEPOINT && tracepoint)
		why = tracepoint;
	finding = doctor_add(look->doctor, DOCTOR_HOOKS,
			     unseen && !hooks[i].without ? DOCTOR_BAD
			     : unseen || hook->gaps	 ? DOCTOR_GAP
							 : DOCTOR_OK,
			     hooks[i].name, "%s%s%s", attach_method_name(method), why ? ": " : "",
			     why ? why : "");
	finding->method = attach_method_name(method);
	finding->tracepoint = tracepoint;
	if (!unseen && !hook->gaps)
		return;
	snprintf(advice, sizeof(advice), "%s: %s", unseen ? "not shown" : "not all shown",
		 hooks[i].without ? hooks[i].without : "anything");
	doctor_advise(look->doctor, finding, advice, NULL);
}

static void look_hooks(struct look *look, const struct attach_plan *plan)
{
	for (int i = 0; i < WIRE_HOOKS_COUNT; i++)
		look_hook(look, plan, i);
}

/* One finding for each structure: which of its members there are, and which are wanted. */
static void look_fields(struct look *look)
{
	for (size_t i = 0; look->btf && i < ARRAY_SIZE(fields_read);) {
		const char *structure = fields_read[i].structure;
		char missing[256] = "", without[512] = "";
		_cleanup_free_ char *fields = NULL;
		struct doctor_finding *finding;

		if (host_fields(look->btf, structure, &fields))
			look->doctor->no_memory = true;
		for (; i < ARRAY_SIZE(fields_read) && !strcmp(fields_read[i].structure, structure);
		     i++) {
			size_t len = strlen(missing), at = strlen(without);

			if (fields && host_has_word(fields, fields_read[i].field))
				continue;
			snprintf(missing + len, sizeof(missing) - len, "%s%s", len ? " " : "",
				 fields_read[i].field);
			snprintf(without + at, sizeof(without) - at, "%s%s",
				 at ? ", " : "not shown: ", fields_read[i].without);
		}
		finding =
			doctor_add(look->doctor, DOCTOR_FIELDS, missing[0] ? DOCTOR_GAP : DOCTOR_OK,
				   structure, "%s", fields ? fields : "");
		if (!missing[0])
			continue;
		doctor_advise(look->doctor, finding, without, NULL);
		finding->missing = strdup(missing);
		look->doctor->no_memory |= !finding->missing;
	}
}

/* How hooks would be attached, without asking the verifier. */
static void look_plan(struct look *look)
{
	struct attach_plan plan;
	int err = attach_plan_make(&plan, look->options->attach);

	if (err)
		doctor_add(look->doctor, DOCTOR_HOOKS, DOCTOR_GAP, "kallsyms",
			   "/proc/kallsyms cannot be read: %s", strerror(-err));
	else
		look_hooks(look, &plan);
}

/* The verifier's own word, on all programs that trace would attach. */
static void look_programs(struct look *look)
{
	struct live_options options = *look->options;
	struct failure why = { 0 };
	struct live *live;

	options.load_only = true;
	live = live__open_trace(&options, &why);
	if (live) {
		doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_OK, "programs",
			   "accepted by the kernel's verifier");
		look_hooks(look, live__plan(live));
	} else {
		bad(look, "programs", &why);
		look_plan(look);
	}
	live__close(live);
}

static int look_installed(struct look *look, struct snapshot *snapshot)
{
	struct doctor_finding *finding;
	struct failure why = { 0 };
	int err = snapshot_of_kernel(look->options, snapshot, &why);

	if (!err && snapshot->broken[0]) {
		finding = doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_BAD, "livepatches",
				     "the module of %s is gone, and its livepatch is not",
				     snapshot->broken);
		doctor_advise(
			look->doctor, finding,
			"the kernel has freed code that is in use, and can crash at any time",
			"do not load or unload modules, do not disable or read livepatches; plan a reboot");
		return -EIO;
	}
	if (!err && !snapshot->in_flux && facts__complete(&snapshot->installed)) {
		doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_OK, "livepatches", "%zu installed",
			   snapshot->installed.n_patches);
		return 0;
	}
	finding = doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_GAP, "livepatches",
			     err ? "what is installed cannot be read"
				 : "what is installed could not be read as a whole");
	doctor_advise(look->doctor, finding,
		      "not shown: probes on functions that an installed livepatch changes",
		      err ? NULL : "run it again when nothing changes");
	return err;
}

static bool is_leaf(const char *function)
{
	int i = hook_find(function, strlen(function));

	return i >= 0 && hooks[i].kind == HOOK_EXIT;
}

/* What could not be looked at is no "all fine". */
static void look_gaps(struct look *look, uint32_t gaps)
{
	static const struct {
		uint32_t gap;
		const char *text, *consequence, *remedy;
	} advice[] = {
		{ FOREIGN_NO_PROGRAMS, "BPF programs cannot be read",
		  "not shown: fexit and fmod_ret programs that hold transitions up", NULL },
		{ FOREIGN_NO_OWNERS, "open files cannot be read",
		  "not shown: which process attached a probe", NULL },
		{ FOREIGN_NOT_ALL_OWNERS, "processes outside this PID namespace are not seen",
		  "not shown: which of them attached a probe", "run it in the host's own" },
		{ FOREIGN_NO_KPROBES, "/sys/kernel/debug/kprobes/list cannot be read",
		  "not shown: kprobes and kretprobes",
		  "mount -t debugfs debugfs /sys/kernel/debug" },
		{ FOREIGN_NO_EVENTS, "/sys/kernel/tracing/kprobe_events cannot be read",
		  "not shown: names of trace events that kprobes are",
		  "mount -t tracefs tracefs /sys/kernel/tracing" },
		{ FOREIGN_TRUNCATED, "there are more than are looked at", "not shown: those beyond",
		  NULL },
		{ FOREIGN_UNREADABLE, "the kernel broke off while it was asked",
		  "not shown: what comes after", "run it again" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(advice); i++)
		if (gaps & advice[i].gap)
			doctor_advise(look->doctor,
				      doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_GAP,
						 "probes_of_others", "%s", advice[i].text),
				      advice[i].consequence, advice[i].remedy);
}

/* A tracer of ftrace does no harm: the unwinder of every version follows its frames. */
static void look_counts(struct look *look, const struct foreign_found *found)
{
	bool tracer = found->tracer[0] && strcmp(found->tracer, "nop");

	doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_OK, "probes_of_others",
		   "%zu BPF programs on functions, %zu kprobes%s%s",
		   found->n_programs + found->n_multis, found->n_kprobes,
		   tracer ? ", ftrace's " : "", tracer ? found->tracer : "");
}

/* More are no tool's that anybody would use beside livepatching. */
#define USERS_MAX 1024

struct users {
	struct look *look;
	const struct facts *installed;
	size_t n;
};

static bool look_user(void *ctx, const struct enabled_function *function)
{
	struct users *users = ctx;
	bool direct = function->direct && !function->direct_bpf;
	const struct doctor_user user = {
		.function = function->name,
		.module = function->module,
		.by = direct ? function->direct_by : function->by,
		.direct = direct,
	};

	/* Of BPF's, the programs are looked at. */
	if (!direct && (!function->modify || function->direct))
		return false;
	doctor_user(users->look->doctor, &user, users->installed);
	return ++users->n == USERS_MAX;
}

static void look_users(struct look *look, const struct facts *installed)
{
	struct users users = { look, installed, 0 };
	int err = enabled_each(NULL, look_user, &users);

	if (!err && users.n < USERS_MAX)
		return;
	doctor_advise(look->doctor,
		      doctor_add(look->doctor, DOCTOR_KERNEL, DOCTOR_GAP, "users_of_ftrace",
				 err ? "/sys/kernel/tracing/enabled_functions cannot be read"
				     : "there are more than are looked at"),
		      "not shown: who else uses ftrace, so that livepatches are refused",
		      err ? "mount -t tracefs tracefs /sys/kernel/tracing" : NULL);
}

static int look_probes(struct look *look, const struct facts *installed)
{
	struct foreign *foreign = foreign__open(look->options->btf, true);
	const struct foreign_found *found = foreign ? foreign__read(foreign) : NULL;

	if (found) {
		/* Of ours nothing is attached now, so what there is, is others'. */
		look_counts(look, found);
		look_gaps(look, found->gaps & ~FOREIGN_NO_LINKS);
		doctor_probes(look->doctor, found, installed, &look->unwinder, is_leaf);
		look_users(look, installed);
	}
	foreign__close(foreign);
	return found ? 0 : -ENOMEM;
}

int checkup(struct doctor *doctor, const struct live_options *options)
{
	struct look look = { .doctor = doctor, .options = options };
	struct snapshot snapshot = { 0 };
	struct utsname kernel;
	int err = 0;

	if (!uname(&kernel))
		snprintf(doctor->kernel, sizeof(doctor->kernel), "%s", kernel.release);
	live_be_verbose(options->verbose);
	look_livepatch(&look);
	look_privileges(&look);
	look_lockdown(&look);
	look_btf(&look);
	look_features(&look);
	look_iterators(&look);
	look_addresses(&look);
	look_ftrace(&look);
	look_signatures(&look);
	look_fields(&look);
	/* What is already known to fail has been said, with its cause. */
	if (look.privileged && doctor_verdict(doctor) != DOCTOR_BAD)
		look_programs(&look);
	else
		look_plan(&look);
	if (look.privileged && doctor_verdict(doctor) != DOCTOR_BAD) {
		bool installed = !look_installed(&look, &snapshot);

		err = look_probes(&look, installed ? &snapshot.installed : NULL);
		snapshot_clear(&snapshot);
	}
	btf__free(look.btf);
	return doctor->no_memory ? -ENOMEM : err;
}
