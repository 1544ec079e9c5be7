// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <bpf/btf.h>
#include <string.h>

#include "check/doctor.h"
#include "sink/doctor.h"
#include "kernel/host.h"
#include "util/array.h"
#include "util/attributes.h"

static const struct doctor_unwinder newest = { true, true, true, true };
static const struct doctor_unwinder usual = { true, false, true, true };
static const struct doctor_unwinder oldest = { true, false, false, false };
static const struct doctor_unwinder unknown = { 0 };

static bool leaf(const char *function)
{
	return !strcmp(function, "leaf");
}

/* Each finding about a probe: "ok fexit TEXT | CONSEQUENCE | REMEDY". */
static void write_findings(FILE *out, const struct doctor *doctor)
{
	for (size_t i = 0; i < doctor->n; i++) {
		const struct doctor_finding *finding = &doctor->list[i];

		fprintf(out, "%s %s %s | %s | %s\n", doctor_verdict_name(finding->verdict),
			finding->name, finding->text, finding->consequence,
			finding->remedy ? finding->remedy : "-");
	}
}

static void judged(const struct foreign_found *found, const char *installed,
		   const struct doctor_unwinder *unwinder, const char *expected)
{
	struct facts facts = facts_of(installed);
	struct doctor doctor = { 0 };
	struct text text;

	doctor_probes(&doctor, found, &facts, unwinder, leaf);
	assert_false(doctor.no_memory);
	text_open(&text);
	write_findings(text.out, &doctor);
	text_expect(&text, expected);
	text_close(&text);
	doctor_clear(&doctor);
	facts__clear(&facts);
}

static void programs(void **state _unused_)
{
	struct foreign_program program = {
		.id = 4,
		.kind = FOREIGN_FEXIT,
		.attached = FOREIGN_LINKED_YES,
		.name = "leave",
		.func = "f",
		.module = "vmlinux",
		.owners = { .list = { { 105, "probe" } }, .n = 1 },
	};
	struct foreign_found found = { .programs = &program, .n_programs = 1 };

	judged(&found, "", &usual,
	       "gap fexit f: BPF program 4 'leave', held by probe (pid 105) | "
	       "makes unreliable the stack of every task inside f: a transition waits for it | "
	       "before livepatching, stop probe (pid 105)\n");
	judged(&found, "", &newest,
	       "ok fexit f: BPF program 4 'leave', held by probe (pid 105) | "
	       "this kernel's unwinder follows its frame | -\n");
	judged(&found, "", &oldest,
	       "gap fexit f: BPF program 4 'leave', held by probe (pid 105) | "
	       "makes unreliable the stack of every task inside f: a transition waits for it; "
	       "a livepatch that changes f is refused (EBUSY) | "
	       "before livepatching, stop probe (pid 105)\n");
	judged(&found, "", &unknown,
	       "gap fexit f: BPF program 4 'leave', held by probe (pid 105) | "
	       "may make (this kernel's BTF cannot be read) unreliable the stack of every task inside f: a transition waits for it | "
	       "before livepatching, stop probe (pid 105)\n");
	judged(&found, "a mod(f) vmlinux(g);b vmlinux(f);c mod(f)", &newest,
	       "ok fexit f: BPF program 4 'leave', held by probe (pid 105) | "
	       "livepatch b changes f: both work; the probe sees calls of the old and the new function alike, under the old one's name | "
	       "-\n");
	program.kind = FOREIGN_FMOD_RET;
	judged(&found, "a mod(f) vmlinux(g);b vmlinux(f);c mod(f)", &newest,
	       "gap fmod_ret f: BPF program 4 'leave', held by probe (pid 105) | "
	       "livepatch b changes f: where the program returns an error, the new function does not run, so the fix may not be in force | "
	       "before livepatching, stop probe (pid 105)\n");
	program.kind = FOREIGN_FEXIT;

	strcpy(program.module, "mod");
	program.kind = FOREIGN_FENTRY;
	program.owners.n = 0;
	judged(&found, "a vmlinux(f)", &usual,
	       "ok fentry f [mod]: BPF program 4 'leave', no process holds it (pinned?) | "
	       "leaves no frame on the stack while f runs | -\n");
	judged(&found, "", &oldest,
	       "gap fentry f [mod]: BPF program 4 'leave', no process holds it (pinned?) | "
	       "a livepatch that changes f is refused (EBUSY) | "
	       "before livepatching, find who pinned program 4: bpftool -f link show, and remove that file\n");
	found.gaps = FOREIGN_NO_OWNERS;
	strcpy(program.func, "klp_start_transition");
	judged(&found, "", &oldest,
	       "ok fentry klp_start_transition [mod]: BPF program 4 'leave', by whom is not known | "
	       "leaves no frame on the stack while klp_start_transition runs | -\n");
	program.kind = FOREIGN_FMOD_RET;
	strcpy(program.func, "leaf");
	judged(&found, "", &usual,
	       "ok fmod_ret leaf [mod]: BPF program 4 'leave', by whom is not known | "
	       "leaf has always returned before livepatch looks at a stack | -\n");
	/* What newer kernels may have counts as harm. */
	program.kind = FOREIGN_OTHER;
	program.func[0] = '\0';
	program.module[0] = '\0';
	program.owners =
		(struct foreign_owners){ .list = { { 1, "a" }, { 2, "b" }, { 3, "c" }, { 4, "d" } },
					 .n = 6 };
	judged(&found, "", &usual,
	       "gap other (unknown function): BPF program 4 'leave', held by a (pid 1), b (pid 2), c (pid 3), d (pid 4) and 2 more | "
	       "makes unreliable the stack of every task inside its function: a transition waits for it | "
	       "before livepatching, stop a (pid 1), b (pid 2), c (pid 3), d (pid 4) and 2 more\n");

	program.own = true;
	judged(&found, "", &usual, "");
	program.own = false;
	program.on_program = true;
	judged(&found, "", &usual, "");
	program.on_program = false;
	program.attached = FOREIGN_LINKED_NO;
	judged(&found, "", &usual, "");
}

static void kprobes(void **state _unused_)
{
	struct foreign_program program = { .id = 7, .name = "prog", .own = true };
	struct foreign_kprobe kprobe = {
		.on_return = true,
		.ftrace = true,
		.offset = 4,
		.symbol = "f",
		.event = "mine/ev",
	};
	struct foreign_found found = {
		.programs = &program,
		.n_programs = 1,
		.kprobes = &kprobe,
		.n_kprobes = 1,
	};

	judged(&found, "", &usual,
	       "ok kretprobe f: trace event mine/ev, no process holds it | "
	       "this kernel's unwinder follows its frame | -\n");
	judged(&found, "", &oldest,
	       "gap kretprobe f: trace event mine/ev, no process holds it | "
	       "makes unreliable the stack of every task inside f: a transition waits for it | "
	       "before livepatching, echo 0 > /sys/kernel/tracing/events/mine/ev/enable\n");
	judged(&found, "a vmlinux(f)", &usual,
	       "ok kretprobe f: trace event mine/ev, no process holds it | "
	       "livepatch a changes f: both work; the probe sees calls of the old and the new function alike, under the old one's name | "
	       "-\n");
	kprobe.overrides = true;
	judged(&found, "a vmlinux(f)", &usual,
	       "gap kretprobe f: trace event mine/ev, no process holds it | "
	       "livepatch a changes f: where the program returns an error, the new function does not run, so the fix may not be in force | "
	       "before livepatching, echo 0 > /sys/kernel/tracing/events/mine/ev/enable\n");
	kprobe.overrides = false;
	kprobe.on_return = kprobe.ftrace = false;
	kprobe.event[0] = '\0';
	judged(&found, "a vmlinux(f)", &usual,
	       "gap kprobe f+0x4: by whom is not known (a kernel module?) | "
	       "livepatch a changes f: the probe is in code that does not run any more | "
	       "before livepatching, find the tool or module that made it, and stop it\n");
	strcpy(kprobe.module, "mod");
	kprobe.program = 7;
	kprobe.owners = (struct foreign_owners){ .list = { { 9, "bpftrace" } }, .n = 1 };
	judged(&found, "a vmlinux(f)", &usual,
	       "ok kprobe f+0x4 [mod]: BPF program 7 'prog', held by bpftrace (pid 9) | "
	       "leaves no frame on the stack while f runs | -\n");
	kprobe.disabled = true;
	judged(&found, "a mod(f)", &usual, "");
	kprobe.disabled = false;
	kprobe.gone = true;
	judged(&found, "a mod(f)", &usual, "");
	kprobe.gone = false;
	kprobe.own = true;
	judged(&found, "a mod(f)", &usual, "");
}

static void multis(void **state _unused_)
{
	struct foreign_multi multi = { .program = 3, .count = 12, .on_return = true };
	const struct foreign_found found = { .multis = &multi, .n_multis = 1 };

	judged(&found, "", &usual,
	       "ok kretprobe_multi 12 functions: BPF program 3, no process holds it (pinned?) | "
	       "this kernel's unwinder follows its frame | -\n");
	multi.on_return = false;
	judged(&found, "", &oldest,
	       "ok kprobe_multi 12 functions: BPF program 3, no process holds it (pinned?) | "
	       "leaves no frame on the stack while one of its functions runs | -\n");
}

static void fill(struct doctor *doctor)
{
	struct doctor_finding *finding;

	strcpy(doctor->kernel, "6.1\033");
	doctor_add(doctor, DOCTOR_KERNEL, DOCTOR_OK, "livepatch", "is %s", "there");
	finding = doctor_add(doctor, DOCTOR_KERNEL, DOCTOR_BAD, "btf", "none");
	doctor_advise(doctor, finding, "nothing", "boot another");
	finding = doctor_add(doctor, DOCTOR_HOOKS, DOCTOR_OK, "klp_enable_patch", "fentry");
	finding->method = "fentry";
	finding = doctor_add(doctor, DOCTOR_HOOKS, DOCTOR_GAP, "console", "absent: why");
	finding->method = "absent";
	doctor_advise(doctor, finding, "not shown: words", NULL);
	finding = doctor_add(doctor, DOCTOR_HOOKS, DOCTOR_OK, "klp_x", "tracepoint: klp_y");
	finding->method = "tracepoint";
	finding->tracepoint = "klp_y";
	finding = doctor_add(doctor, DOCTOR_FIELDS, DOCTOR_GAP, "klp_state", "id data");
	finding->missing = strdup("version new");
	doctor_advise(doctor, finding, "not shown: versions", NULL);
	for (int i = 0; i < 2; i++) {
		finding = doctor_add(doctor, DOCTOR_PROBES, i ? DOCTOR_OK : DOCTOR_GAP, "fexit",
				     "f: a\nb");
		doctor_advise(doctor, finding, "waits", "stop it");
		finding->probe = calloc(1, sizeof(*finding->probe));
		finding->probe->kind = "fexit";
		finding->probe->functions = 1;
		strcpy(finding->probe->function, "f");
		if (i)
			continue;
		finding->probe->program = 4;
		finding->probe->owners = (struct foreign_owners){ .list = { { 5, "x" } }, .n = 1 };
	}
}

static void as_text(void **state _unused_)
{
	struct doctor doctor = { 0 };
	struct text text;

	fill(&doctor);
	text_open(&text);
	doctor_text(text.out, &doctor, false);
	text_expect(&text, "What this kernel offers\n"
			   "  ok   livepatch  is there\n"
			   "  bad  btf        none\n"
			   "                  nothing\n"
			   "                  do: boot another\n"
			   "\n"
			   "How klpscope attaches\n"
			   "  ok   klp_enable_patch  fentry\n"
			   "  gap  console           absent: why\n"
			   "                         not shown: words\n"
			   "  ok   klp_x             tracepoint: klp_y\n"
			   "\n"
			   "What the kernel's structures hold\n"
			   "  gap  klp_state  id data; missing: version new\n"
			   "                  not shown: versions\n"
			   "\n"
			   "Probes of others\n"
			   "  gap  fexit  f: a\\x0ab\n"
			   "              waits\n"
			   "              do: stop it\n"
			   "  ok   1 more does no harm to livepatching (--json lists it)\n"
			   "\n"
			   "klpscope on 6.1\\x1b: cannot work (4 findings)\n");
	doctor_clear(&doctor);
	doctor_add(&doctor, DOCTOR_KERNEL, DOCTOR_OK, "livepatch", "is there");
	doctor_text(text.out, &doctor, true);
	text_expect(&text, "What this kernel offers\n"
			   "  \033[32mok  \033[0m livepatch  is there\n"
			   "\n"
			   "klpscope on : all fine\n");
	doctor_clear(&doctor);
	text_close(&text);
}

static void as_json(void **state _unused_)
{
	struct doctor doctor = { 0 };
	struct text text;
	char *to;

	fill(&doctor);
	text_open(&text);
	assert_int_equal(doctor_json(text.out, &doctor), 0);
	fflush(text.out);
	to = text.s;
	for (char *s = text.s; *s; s++)
		if (*s != ' ' && *s != '\n')
			*to++ = *s;
	*to = '\0';
	assert_string_equal(
		text.s,
		"{\"kernel\":\"6.1\\u001B\",\"verdict\":\"bad\",\"checks\":["
		"{\"check\":\"livepatch\",\"verdict\":\"ok\",\"text\":\"isthere\",\"consequence\":null,\"remedy\":null},"
		"{\"check\":\"btf\",\"verdict\":\"bad\",\"text\":\"none\",\"consequence\":\"nothing\",\"remedy\":\"bootanother\"}],"
		"\"hooks\":["
		"{\"hook\":\"klp_enable_patch\",\"verdict\":\"ok\",\"text\":\"fentry\",\"method\":\"fentry\",\"tracepoint\":null,\"consequence\":null,\"remedy\":null},"
		"{\"hook\":\"console\",\"verdict\":\"gap\",\"text\":\"absent:why\",\"method\":\"absent\",\"tracepoint\":null,\"consequence\":\"notshown:words\",\"remedy\":null},"
		"{\"hook\":\"klp_x\",\"verdict\":\"ok\",\"text\":\"tracepoint:klp_y\",\"method\":\"tracepoint\",\"tracepoint\":\"klp_y\",\"consequence\":null,\"remedy\":null}],"
		"\"structures\":["
		"{\"structure\":\"klp_state\",\"verdict\":\"gap\",\"fields\":[\"id\",\"data\"],\"missing\":[\"version\",\"new\"],\"consequence\":\"notshown:versions\",\"remedy\":null}],"
		"\"probes\":["
		"{\"kind\":\"fexit\",\"verdict\":\"gap\",\"text\":\"f:a\\nb\",\"function\":\"f\",\"functions\":1,\"offset\":0,\"module\":null,"
		"\"program\":{\"id\":4,\"name\":null},\"event\":null,\"livepatch\":null,\"owners\":[{\"pid\":5,\"comm\":\"x\"}],\"owners_not_shown\":0,"
		"\"consequence\":\"waits\",\"remedy\":\"stopit\"},"
		"{\"kind\":\"fexit\",\"verdict\":\"ok\",\"text\":\"f:a\\nb\",\"function\":\"f\",\"functions\":1,\"offset\":0,\"module\":null,"
		"\"program\":null,\"event\":null,\"livepatch\":null,\"owners\":[],\"owners_not_shown\":0,"
		"\"consequence\":\"waits\",\"remedy\":\"stopit\"}]}");
	text_close(&text);
	doctor_clear(&doctor);
}

static void lockdown(void **state _unused_)
{
	static const char *const cases[][2] = {
		{ "[none] integrity confidentiality\n", "none" },
		{ "none [integrity] confidentiality\n", "integrity" },
		{ "none integrity [confidentiality]\n", "confidentiality" },
		{ "none integrity\n", "" },
		{ "[none", "" },
		{ "]none[", "" },
		{ "", "" },
		{ "[a mode with a name that is too long for it]", "a mode " },
	};
	char mode[16];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		/* The last one does not fit. */
		host_lockdown_parse(cases[i][0], mode,
				    i + 1 < ARRAY_SIZE(cases) ? sizeof(mode) : 8);
		assert_string_equal(mode, cases[i][1]);
	}
}

static void words(void **state _unused_)
{
	assert_true(host_has_word("a bc d", "a"));
	assert_true(host_has_word("a bc d", "bc"));
	assert_true(host_has_word("a bc d", "d"));
	assert_false(host_has_word("a bc d", "b"));
	assert_false(host_has_word("a bc d", "c"));
	assert_true(host_has_word("bcd bc", "bc"));
	assert_false(host_has_word("", "a"));
}

static void fields(void **state _unused_)
{
	struct btf *btf = btf__new_empty();
	struct doctor_unwinder unwinder;
	int number, inner, function;
	char *list;

	assert_non_null(btf);
	number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	inner = btf__add_union(btf, "", 4);
	btf__add_field(btf, "b", number, 0, 0);
	btf__add_field(btf, "c", number, 0, 0);
	btf__add_struct(btf, "s", 12);
	btf__add_field(btf, "a", number, 0, 0);
	btf__add_field(btf, "", inner, 32, 0);
	btf__add_field(btf, "d", number, 64, 0);
	btf__add_struct(btf, "empty", 0);
	assert_int_equal(host_fields(btf, "s", &list), 0);
	assert_string_equal(list, "a b c d");
	free(list);
	assert_int_equal(host_fields(btf, "empty", &list), 0);
	assert_string_equal(list, "");
	free(list);
	assert_int_equal(host_fields(btf, "none", &list), 0);
	assert_null(list);
	assert_true(host_has_struct(btf, "s"));
	assert_false(host_has_struct(btf, "int"));

	host_unwinder(btf, &unwinder);
	assert_true(unwinder.known && !unwinder.bpf && !unwinder.kretprobes && !unwinder.shares);
	function = btf__add_func_proto(btf, number);
	btf__add_func(btf, "rethook_find_ret_addr", BTF_FUNC_STATIC, function);
	btf__add_func(btf, "bpf_has_frame_pointer", BTF_FUNC_STATIC, function);
	btf__add_func(btf, "bpf_iter_task", BTF_FUNC_STATIC, function);
	btf__add_enum(btf, "ftrace_ops_cmd", 4);
	host_unwinder(btf, &unwinder);
	assert_true(unwinder.bpf && unwinder.kretprobes && unwinder.shares);
	assert_true(host_iterator(btf, "task"));
	assert_false(host_iterator(btf, "bpf_link"));
	host_unwinder(NULL, &unwinder);
	assert_false(unwinder.known || unwinder.bpf);
	btf__free(btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs), cmocka_unit_test(kprobes), cmocka_unit_test(multis),
		cmocka_unit_test(as_text),  cmocka_unit_test(as_json), cmocka_unit_test(lockdown),
		cmocka_unit_test(words),    cmocka_unit_test(fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
