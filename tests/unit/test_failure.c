// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <errno.h>
#include <string.h>

#include "util/array.h"
#include "util/attributes.h"
#include "util/cleanup.h"
#include "util/failure.h"

static void first_one_counts(void **state _unused_)
{
	struct failure why = { 0 };

	assert_int_equal(failure_set(&why, FAILURE_HOOK, 0, "%s_%d", "klp", 1), -EIO);
	assert_int_equal(failure_set(&why, FAILURE_OUTPUT, -ENOSPC, "later"), -ENOSPC);
	assert_int_equal(why.kind, FAILURE_HOOK);
	assert_int_equal(why.error, 0);
	assert_string_equal(why.detail, "klp_1");
	why = (struct failure){ 0 };
	assert_int_equal(failure_plain(&why, FAILURE_OUTPUT, -ENOSPC), -ENOSPC);
	assert_int_equal(why.error, -ENOSPC);
	assert_string_equal(why.detail, "");
}

static void long_detail(void **state _unused_)
{
	struct failure why = { 0 };
	char detail[400];

	memset(detail, 'd', sizeof(detail));
	detail[sizeof(detail) - 1] = '\0';
	failure_set(&why, FAILURE_OUTPUT, -ENOSPC, "%s", detail);
	assert_int_equal(strlen(why.detail), sizeof(why.detail) - 1);
}

/* What failure_print() writes to stderr. */
static void printed(const struct failure *why, char *said, size_t size)
{
	_cleanup_fclose_ FILE *tmp = tmpfile();
	int old = dup(STDERR_FILENO);
	size_t n;

	assert_non_null(tmp);
	fflush(stderr);
	dup2(fileno(tmp), STDERR_FILENO);
	failure_print(why, "trace");
	fflush(stderr);
	dup2(old, STDERR_FILENO);
	close(old);
	rewind(tmp);
	n = fread(said, 1, size - 1, tmp);
	said[n] = '\0';
}

static void words(void **state _unused_)
{
	static const struct {
		struct failure why;
		const char *said;
	} cases[] = {
		{ { FAILURE_NO_SYSFS },
		  "klpscope: cannot trace: /sys is not mounted; mount -t sysfs sysfs /sys\n" },
		{ { FAILURE_CAPABILITIES, 0, "CAP_BPF" },
		  "klpscope: cannot trace: missing capabilities: CAP_BPF; run it as root (sudo), or grant them with setcap\n" },
		{ { FAILURE_OUTPUT, -ENOSPC, "out" },
		  "klpscope: cannot trace: cannot write the output: out: No space left on device; free space or choose another -o FILE\n" },
	};
	char said[512];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		printed(&cases[i].why, said, sizeof(said));
		assert_string_equal(said, cases[i].said);
	}
	/* Every kind has both, a cause and a remedy. */
	for (int kind = FAILURE_NONE + 1; kind < FAILURE_KINDS; kind++) {
		printed(&(struct failure){ .kind = kind }, said, sizeof(said));
		expect_true(!strstr(said, "(null)"), "kind %d: %s", kind, said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_one_counts),
		cmocka_unit_test(long_detail),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
