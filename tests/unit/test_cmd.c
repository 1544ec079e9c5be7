// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

#include "cmd/common/cmd.h"
#include "util/array.h"
#include "util/attributes.h"

static void whole_numbers(void **state _unused_)
{
	static const struct {
		const char *s;
		int err;
		uint64_t value;
	} cases[] = {
		{ "0", 0, 0 },
		{ "42", 0, 42 },
		{ "007", 0, 7 },
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "0x1f", 0, 0x1f },
		{ "0xFFFFFFFFFFFFFFFF", 0, UINT64_MAX },
		{ "18446744073709551616", -ERANGE },
		{ "0x10000000000000000", -ERANGE },
		{ "", -EINVAL },
		{ "-1", -EINVAL },
		{ "+1", -EINVAL },
		{ " 1", -EINVAL },
		{ "1 ", -EINVAL },
		{ "1k", -EINVAL },
		{ "0x", -EINVAL },
		{ "0x-1", -EINVAL },
		{ "1f", -EINVAL },
		{ "x1", -EINVAL },
		{ "1.5", -EINVAL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t value = 1;
		int err;

		errno = EIO; /* of something before */
		err = parse_u64(cases[i].s, &value);
		expect_true(err == cases[i].err, "'%s': %d", cases[i].s, err);
		expect_true(err || value == cases[i].value, "'%s'", cases[i].s);
	}
}

static void seconds(void **state _unused_)
{
	static const struct {
		const char *s;
		int err;
		uint64_t ns;
	} cases[] = {
		{ "1", 0, 1000000000 },
		{ "1.5", 0, 1500000000 },
		{ ".25", 0, 250000000 },
		{ "2.", 0, 2000000000 },
		{ "1e3", 0, 1000000000000 },
		{ "0.000000001", 0, 1 },
		{ "1000000000", 0, 1000000000000000000 },
		{ "0", -ERANGE },
		{ "0.0000000001", -ERANGE },
		{ "1000000001", -ERANGE },
		{ "1e300", -ERANGE },
		{ "", -EINVAL },
		{ ".", -EINVAL },
		{ "-1", -EINVAL },
		{ "+1", -EINVAL },
		{ " 1", -EINVAL },
		{ "1s", -EINVAL },
		{ "1,5", -EINVAL },
		{ "inf", -EINVAL },
		{ "nan", -EINVAL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t ns = 0;
		int err = parse_seconds(cases[i].s, &ns);

		expect_true(err == cases[i].err, "'%s': %d", cases[i].s, err);
		expect_true(err || ns == cases[i].ns, "'%s'", cases[i].s);
	}
}

/* How a process ends that parses these options; the options are left in @options. */
static int parse_live(const char *const argv[], struct live_options *options)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	*options = (struct live_options){ .buffer = LIVE_BUFFER_DEFAULT };
	return argp_parse(&argp_live, argc, (char **)argv, ARGP_NO_EXIT, NULL, options);
}

static void live_options(void **state _unused_)
{
	struct live_options o;

	assert_int_equal(parse_live((const char *[]){ "t", NULL }, &o), 0);
	assert_int_equal(o.buffer, LIVE_BUFFER_DEFAULT);
	assert_int_equal(o.without, 0);
	assert_int_equal(o.attach, LIVE_ATTACH_AUTO);
	assert_false(o.verbose);
	assert_int_equal(
		parse_live((const char *[]){ "t", "-m4", "-v", "--attach=kprobe", "--btf=file",
					     "--without=console", "--without",
					     "klp_get_state,klp_patch_object", NULL },
			   &o),
		0);
	assert_int_equal(o.buffer, 4096);
	assert_true(o.verbose);
	assert_int_equal(o.attach, LIVE_ATTACH_KPROBE);
	assert_string_equal(o.btf, "file");
	assert_int_equal(o.without, 1 << WIRE_HOOK_CONSOLE | 1 << WIRE_HOOK_STATE |
					    1 << WIRE_HOOK_PATCH_OBJECT);
	assert_int_equal(parse_live((const char *[]){ "t", "-m", "1048576", "--attach", "fentry",
						      "--attach", "auto", NULL },
				    &o),
			 0);
	assert_int_equal(o.buffer, 1 << 30);
	assert_int_equal(o.attach, LIVE_ATTACH_AUTO);
	assert_int_equal(parse_live((const char *[]){ "t", "--attach", "fentry", NULL }, &o), 0);
	assert_int_equal(o.attach, LIVE_ATTACH_FENTRY);
	assert_int_equal(parse_live((const char *[]){ "t", "--attach", "tracepoint", NULL }, &o),
			 0);
	assert_int_equal(o.attach, LIVE_ATTACH_TRACEPOINT);
}

/* Runs usage_error() to its end in a process of its own; what it said is in @said. */
static int usage_of(const char *option, char *said, size_t size)
{
	int status, out[2];
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(out), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct live_options options;

		dup2(out[1], STDERR_FILENO);
		parse_live((const char *[]){ "tool", option, NULL }, &options);
		_exit(EXIT_DONE);
	}
	close(out[1]);
	while ((n = read(out[0], said + len, size - 1 - len)) > 0)
		len += n;
	said[len] = '\0';
	close(out[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void live_usage(void **state _unused_)
{
	static const struct {
		const char *option, *said; /* NULL: it is right */
	} cases[] = {
		{ "-m256", NULL },
		{ "-m2", "tool: -m: '2' is no power of two from 4 to 1048576 (kilobytes)" },
		{ "-m2097152", "tool: -m: '2097152' is" },
		{ "-m6", "tool: -m: '6' is" },
		{ "-mx", "tool: -m: 'x' is" },
		{ "-m18014398509481984", "tool: -m: '18014398509481984' is" },
		{ "--attach=fexit",
		  "tool: --attach: 'fexit' is none of auto, tracepoint, fentry, kprobe" },
		{ "--without=console,foo,x", "tool: --without: there is no hook 'foo'" },
		{ "--without=", "tool: --without: there is no hook ''" },
		{ "--without=klp_enable_patch",
		  "tool: --without: nothing works without klp_enable_patch" },
	};
	char said[512];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int status = usage_of(cases[i].option, said, sizeof(said));

		expect_true(status == (cases[i].said ? EXIT_USAGE : EXIT_DONE), "%s: %d, %s",
			    cases[i].option, status, said);
		if (!cases[i].said)
			continue;
		expect_true(!strncmp(said, cases[i].said, strlen(cases[i].said)), "%s: %s",
			    cases[i].option, said);
		expect_true(strstr(said, "; see 'tool --help'\n"), "%s: %s", cases[i].option, said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_numbers),
		cmocka_unit_test(seconds),
		cmocka_unit_test(live_options),
		cmocka_unit_test(live_usage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
