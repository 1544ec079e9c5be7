// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "facts/foreign_found.h"
#include "kernel/kprobes.h"
#include "util/array.h"
#include "util/attributes.h"

static void trampolines(void **state _unused_)
{
	static const struct {
		const char *symbol;
		uint64_t key; /* 0: none */
	} cases[] = {
		{ "bpf_trampoline_6442522513", 6442522513 },
		{ "bpf_trampoline_17349_0", 17349 },
		{ "bpf_trampoline_6442522513+0x4c/0x1000", 6442522513 },
		{ "bpf_trampoline_6442522513\t[bpf]", 6442522513 },
		{ "bpf_trampoline_18446744073709551615", UINT64_MAX },
		{ "bpf_trampoline_18446744073709551616" },
		{ "bpf_trampoline_" },
		{ "bpf_trampoline_get" },
		{ "bpf_trampoline_1x" },
		{ "xbpf_trampoline_1" },
		{ "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t key = 0;

		expect_true(foreign_trampoline(cases[i].symbol, &key) == !!cases[i].key, "%s",
			    cases[i].symbol);
		expect_true(!cases[i].key || key == cases[i].key, "%s", cases[i].symbol);
	}
}

static void return_trampolines(void **state _unused_)
{
	static const struct {
		const char *symbol;
		bool is;
	} cases[] = {
		{ "kretprobe_trampoline", true },
		{ "__kretprobe_trampoline", true },
		{ "arch_rethook_trampoline", true },
		{ "arch_rethook_trampoline+0x0/0x60", true },
		{ "arch_rethook_trampoline_callback", false },
		{ "kretprobe_trampolin", false },
		{ "", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		expect_true(foreign_return_trampoline(cases[i].symbol) == cases[i].is, "%s",
			    cases[i].symbol);
}

static void on_trampoline(void **state _unused_)
{
	struct foreign_program programs[] = {
		{ .id = 1, .key = 7, .attached = FOREIGN_LINKED_YES },
		{ .id = 2, .key = 8, .attached = FOREIGN_LINKED_YES },
		{ .id = 3, .key = 7, .attached = FOREIGN_LINKED_NO },
		{ .id = 4, .key = 7, .attached = FOREIGN_LINKED_UNKNOWN },
	};
	struct foreign_kprobe kprobes[] = {
		{ .symbol = "a" },
		{ .symbol = "b", .on_return = true, .disabled = true },
		{ .symbol = "c", .on_return = true },
		{ .symbol = "d", .on_return = true, .gone = true },
	};
	const struct foreign_found found = {
		.programs = programs,
		.n_programs = ARRAY_SIZE(programs),
		.kprobes = kprobes,
		.n_kprobes = ARRAY_SIZE(kprobes),
	};
	const struct foreign_program *program = foreign_on_trampoline(&found, 7, NULL);
	const struct foreign_kprobe *kprobe = foreign_kretprobe(&found, NULL);

	assert_int_equal(program->id, 1);
	program = foreign_on_trampoline(&found, 7, program);
	assert_int_equal(program->id, 4);
	assert_null(foreign_on_trampoline(&found, 7, program));
	assert_null(foreign_on_trampoline(&found, 9, NULL));
	assert_string_equal(kprobe->symbol, "c");
	assert_null(foreign_kretprobe(&found, kprobe));
}

static void owners(void **state _unused_)
{
	struct foreign_owners owners = { 0 };

	for (uint32_t pid = 1; pid <= FOREIGN_OWNERS_MAX + 2; pid++)
		for (int fd = 0; fd < 3; fd++)
			foreign_owners_add(&owners, pid, "a name that is far too long");
	assert_int_equal(owners.n, FOREIGN_OWNERS_MAX + 2);
	assert_int_equal(owners.list[FOREIGN_OWNERS_MAX - 1].pid, FOREIGN_OWNERS_MAX);
	assert_string_equal(owners.list[0].comm, "a name that is ");
}

static void kinds(void **state _unused_)
{
	/* The rule of docs/architecture.md; what is not known counts as harm. */
	for (int kind = 0; kind < FOREIGN_KINDS; kind++) {
		assert_non_null(foreign_kind_name(kind));
		assert_int_equal(foreign_stays(kind), kind != FOREIGN_FENTRY &&
							      kind != FOREIGN_LSM &&
							      kind != FOREIGN_LSM_CGROUP);
	}
}

static void kprobe_lines(void **state _unused_)
{
	static const struct {
		const char *line;
		struct foreign_kprobe kprobe;
	} cases[] = {
		{ "ffffffff8112f9e0  r  klp_enable_patch+0x0    [FTRACE]",
		  { .address = 0xffffffff8112f9e0,
		    .on_return = true,
		    .symbol = "klp_enable_patch",
		    .ftrace = true } },
		{ "ffffffffc00dd004  k  frob+0x1c  my_module [DISABLED][OPTIMIZED]",
		  { .address = 0xffffffffc00dd004,
		    .symbol = "frob",
		    .offset = 0x1c,
		    .module = "my_module",
		    .disabled = true,
		    .optimized = true } },
		{ "0000000000000000  k  frob+0x0  my_module [GONE]",
		  { .symbol = "frob", .module = "my_module", .gone = true } },
		{ "ffffffff81000000  k  frob+0x10    ",
		  { .address = 0xffffffff81000000, .symbol = "frob", .offset = 0x10 } },
		{ "ffffffff81000000  k  frob+0x10  mod",
		  { .address = 0xffffffff81000000,
		    .symbol = "frob",
		    .offset = 0x10,
		    .module = "mod" } },
	};
	static const char *const bad[] = {
		"", "\n", "ffffffff81000000", "ffffffff81000000 k", "not a line", "k frob+0x0 1"
	};
	struct foreign_kprobe kprobe;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct foreign_kprobe *wanted = &cases[i].kprobe;

		expect_true(kprobes_parse(cases[i].line, &kprobe), "%s", cases[i].line);
		expect_true(kprobe.address == wanted->address &&
				    kprobe.on_return == wanted->on_return &&
				    kprobe.offset == wanted->offset &&
				    kprobe.ftrace == wanted->ftrace &&
				    kprobe.optimized == wanted->optimized &&
				    kprobe.disabled == wanted->disabled &&
				    kprobe.gone == wanted->gone,
			    "%s", cases[i].line);
		assert_string_equal(kprobe.symbol, wanted->symbol);
		assert_string_equal(kprobe.module, wanted->module);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		expect_true(!kprobes_parse(bad[i], &kprobe), "%s", bad[i]);
}

static int file_of(const char *text)
{
	char path[] = "/tmp/klpscope-unit-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

/* Read twice from the same descriptors, as for another look. */
static void kprobe_files(void **state _unused_)
{
	int list = file_of("ffffffff81000000  k  a+0x0    [FTRACE]\n"
			   "ffffffff81000000  r  a+0x0    [FTRACE]\n"
			   "ffffffff81000104  k  b+0x4    [FTRACE]\n"
			   "ffffffff81000204  k  c+0x4    \n"
			   "ffffffff81000300  k  d+0x0  m [DISABLED]\n"
			   "ffffffff81000300  k  d+0x0  m \n");
	int events = file_of("r16:kprobes/ret a\n"
			     "p:mine/entry b $stack\n"
			     "p:mine/body c\n"
			     "p:mine/raw 0xffffffff81000204\n"
			     "p:mine/one m:d+0\n"
			     "p:mine/two m:d+0x0 %ax\n"
			     "p:mine/elsewhere zzz+8\n"
			     "garbage\n");
	struct foreign_found found = { 0 };

	for (int i = 0; i < 2; i++) {
		foreign_clear(&found);
		assert_int_equal(kprobes_read(list, &found), 0);
		assert_int_equal(found.n_kprobes, 6);
		assert_int_equal(kprobes_name_events(events, &found), 0);
		assert_string_equal(found.kprobes[0].event, "");
		assert_string_equal(found.kprobes[1].event, "kprobes/ret");
		/* By ftrace, 4 bytes on is still the entry; elsewhere it is not. */
		assert_string_equal(found.kprobes[2].event, "mine/entry");
		assert_string_equal(found.kprobes[3].event, "mine/raw");
		assert_string_equal(found.kprobes[4].event, "mine/one");
		assert_string_equal(found.kprobes[5].event, "mine/two");
	}
	foreign_clear(&found);
	close(list);
	close(events);
	assert_int_equal(kprobes_read(-1, &found), -EBADF);
	assert_int_equal(kprobes_name_events(-1, &found), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trampolines),	 cmocka_unit_test(return_trampolines),
		cmocka_unit_test(on_trampoline), cmocka_unit_test(owners),
		cmocka_unit_test(kinds),	 cmocka_unit_test(kprobe_lines),
		cmocka_unit_test(kprobe_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
