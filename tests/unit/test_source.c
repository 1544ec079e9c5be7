// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "source/hooks.h"
#include "source/kmsg.h"
#include "source/ksyms.h"
#include "source/sysfs.h"
#include "util/cleanup.h"

/* An unnamed file with these bytes, to be read from its beginning. */
static int file_of(const char *bytes, size_t len)
{
	int fd = memfd_create("ksyms", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static int parse(const char *bytes, struct bpf_addresses *addr)
{
	_cleanup_close_ int fd = file_of(bytes, strlen(bytes));

	errno = EIO; /* of something before */
	memset(addr, 0, sizeof(*addr));
	return ksyms_parse(fd, addr);
}

#define PATCHES	   "ffffffff81000001 D klp_patches\n"
#define TRANSITION "ffffffff81000002 b klp_transition_patch\n"
#define TARGET	   "ffffffff81000003 b klp_target_state\n"
#define GET	   "ffffffff81000004 T klp_get_state\n"
#define GET_PREV   "ffffffff81000005 T klp_get_prev_state\n"
#define ALL	   PATCHES TRANSITION TARGET GET GET_PREV

static void ksyms(void **state _unused_)
{
	static const struct {
		const char *text;
		uint32_t patches, transition_patch, target_state, get_state, get_prev_state;
	} cases[] = {
		{ ALL, 0x81000001, 0x81000002, 0x81000003, 0x81000004, 0x81000005 },
		{ GET_PREV "ffffffff81777777 t klp_nothing\n" TARGET PATCHES GET TRANSITION,
		  0x81000001, 0x81000002, 0x81000003, 0x81000004, 0x81000005 },
		{ "" },
		{ "\n\n" PATCHES "\n", 0x81000001 },
		/* The last line must be whole. */
		{ PATCHES "ffffffff81000002 b klp_transition_patch", 0x81000001 },
		/* The letter does not matter: klp_patches has been D and T. */
		{ "ffffffff81000001 T klp_patches\n", 0x81000001 },
		/* Hidden addresses. */
		{ "0000000000000000 D klp_patches\n0000000000000000 b klp_transition_patch\n" },
		/* A module's, one that only begins alike, and one after the first. */
		{ "ffffffffc0000001 d klp_patches\t[mod]\n" PATCHES, 0x81000001 },
		{ "ffffffff81000009 d klp_patches_lock\nffffffff81000009 d klp_patche\n" PATCHES
		  "ffffffff81000009 d klp_patches\n",
		  0x81000001 },
		/* Lines of another form. */
		{ "klp_patches\nffffffff81000009\nffffffff81000009 D\nffffffff81000009 D \n"
		  "ffffffff81000009 DD klp_patches\nffffffff81000009 DDklp_patches\n"
		  "ffffffff81000009  klp_patches\nffffffff81000009 \n klp_patches\n" },
	};
	struct bpf_addresses addr;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(parse(cases[i].text, &addr), 0);
#define IS(field) (addr.field == (cases[i].field ? 0xffffffff00000000ULL | cases[i].field : 0))
		expect_true(IS(patches) && IS(transition_patch) && IS(target_state) &&
				    IS(get_state) && IS(get_prev_state),
			    "row %zu", i);
	}
}

static bool found_all(const struct bpf_addresses *addr)
{
	return addr->patches == 0xffffffff81000001 &&
	       addr->transition_patch == 0xffffffff81000002 &&
	       addr->target_state == 0xffffffff81000003 && addr->get_state == 0xffffffff81000004 &&
	       addr->get_prev_state == 0xffffffff81000005;
}

/* A read may end anywhere; each write to such a pipe is one read. */
static void ksyms_split(void **state _unused_)
{
	size_t len = strlen(ALL);

	for (size_t at = 1; at < len; at++) {
		struct bpf_addresses addr = { 0 };
		int fd[2];

		assert_int_equal(pipe2(fd, O_DIRECT | O_CLOEXEC), 0);
		assert_int_equal(write(fd[1], ALL, at), at);
		assert_int_equal(write(fd[1], &ALL[at], len - at), len - at);
		close(fd[1]);
		assert_int_equal(ksyms_parse(fd[0], &addr), 0);
		expect_true(found_all(&addr), "split at %zu", at);
		close(fd[0]);
	}
}

/* What is wanted lies across the end of what one read takes. */
static void ksyms_large(void **state _unused_)
{
	static char text[3 * 65536];
	static const char other[] = "ffffffff81111111 t some_other_function\n";
	struct bpf_addresses addr = { 0 };
	int fd;

	for (size_t shift = 0; shift < sizeof(ALL); shift++) {
		size_t at = 0, len;

		memset(&addr, 0, sizeof(addr));
		while (at + sizeof(other) < 65536 - shift) {
			memcpy(text + at, other, sizeof(other) - 1);
			at += sizeof(other) - 1;
		}
		memset(text + at, '\n', 65536 - shift - at);
		at = 65536 - shift;
		memcpy(text + at, ALL, sizeof(ALL) - 1);
		len = at + sizeof(ALL) - 1;
		fd = file_of(text, len);
		assert_int_equal(ksyms_parse(fd, &addr), 0);
		expect_true(found_all(&addr), "%zu before the end", shift);
		close(fd);
	}
	/* No further than needed. */
	memset(text, '\n', sizeof(text));
	memcpy(text, ALL, sizeof(ALL) - 1);
	fd = file_of(text, sizeof(text));
	memset(&addr, 0, sizeof(addr));
	assert_int_equal(ksyms_parse(fd, &addr), 0);
	assert_true(found_all(&addr) && lseek(fd, 0, SEEK_CUR) == 65536);
	close(fd);
}

static void ksyms_endless(void **state _unused_)
{
	static char text[200000];
	static const struct {
		size_t newline; /* where the first line ends, 0: nowhere */
		int err;
	} cases[] = { { 0, -EINVAL }, { 65535, 0 }, { 65536, -EINVAL } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bpf_addresses addr = { 0 };
		int fd;

		memset(text, 'a', sizeof(text));
		if (cases[i].newline)
			strcpy(text + cases[i].newline, "\n" ALL);
		fd = file_of(text, cases[i].newline ? strlen(text) : sizeof(text));
		assert_int_equal(ksyms_parse(fd, &addr), cases[i].err);
		assert_true(cases[i].err ? !addr.patches : found_all(&addr));
		close(fd);
	}
}

static void ksyms_unreadable(void **state _unused_)
{
	struct bpf_addresses addr = { 0 };
	int fd = open("/", O_RDONLY | O_DIRECTORY);

	assert_int_equal(ksyms_parse(fd, &addr), -EISDIR);
	close(fd);
	assert_int_equal(ksyms_parse(-1, &addr), -EBADF);
}

/* A livepatch's folder; the files that are NULL do not exist. */
static void make_patch(const char *dir, const char *name, const char *enabled,
		       const char *transition)
{
	const char *const files[][2] = { { "enabled", enabled }, { "transition", transition } };
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(mkdir(path, 0700), 0);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		FILE *out;

		if (!files[i][1])
			continue;
		snprintf(path, sizeof(path), "%s/%s/%s", dir, name, files[i][0]);
		out = fopen(path, "w");
		assert_non_null(out);
		fputs(files[i][1], out);
		fclose(out);
	}
}

static void remove_patches(const char *dir, const struct sysfs_patches *patches)
{
	char path[512];

	for (size_t i = 0; i < patches->n; i++) {
		snprintf(path, sizeof(path), "%s/%s/enabled", dir, patches->list[i].name);
		unlink(path);
		snprintf(path, sizeof(path), "%s/%s/transition", dir, patches->list[i].name);
		unlink(path);
		snprintf(path, sizeof(path), "%s/%s", dir, patches->list[i].name);
		assert_int_equal(rmdir(path), 0);
	}
}

static void sysfs(void **state _unused_)
{
	static const struct {
		const char *name, *enabled, *transition;
		bool is_enabled, in_transition;
	} cases[] = {
		{ "on", "1\n", "0\n", true, false },
		{ "off", "0\n", "0\n", false, false },
		{ "coming", "1\n", "1\n", true, true },
		{ "going", "0\n", "1\n", false, true },
		{ "freed", NULL, NULL, false, false },
		{ "empty", "", "1", false, true },
		{ "odd", "2\n", "yes", false, false },
		{ "name_of_56_characters_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "1\n", "0\n", true,
		  false },
	};
	char dir[] = "/tmp/klpscope-unit-XXXXXX";
	struct sysfs_patches patches = { 0 };

	assert_int_equal(strlen(cases[ARRAY_SIZE(cases) - 1].name), WIRE_NAME_LEN);
	assert_int_equal(sysfs_read("/nonexistent", &patches), -ENOENT);
	assert_int_equal(sysfs_read("/dev/null", &patches), -ENOTDIR);
	assert_non_null(mkdtemp(dir));
	assert_int_equal(sysfs_read(dir, &patches), 0);
	assert_int_equal(patches.n, 0);
	assert_null(sysfs_find(&patches, "on"));

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		make_patch(dir, cases[i].name, cases[i].enabled, cases[i].transition);
	assert_int_equal(sysfs_read(dir, &patches), 0);
	assert_int_equal(patches.n, ARRAY_SIZE(cases));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct sysfs_patch *patch = sysfs_find(&patches, cases[i].name);

		assert_non_null(patch);
		expect_true(patch->enabled == cases[i].is_enabled &&
				    patch->transition == cases[i].in_transition,
			    "%s", cases[i].name);
	}
	assert_null(sysfs_find(&patches, "o"));
	remove_patches(dir, &patches);
	sysfs_clear(&patches);
	assert_null(patches.list);
	assert_int_equal(patches.n, 0);
	assert_int_equal(rmdir(dir), 0);
}

static void hook_names(void **state _unused_)
{
	for (int i = 0; i < WIRE_HOOKS_COUNT; i++) {
		assert_non_null(hooks[i].name);
		assert_int_equal(hook_find(hooks[i].name, strlen(hooks[i].name)), i);
		assert_int_equal(hook_find(hooks[i].name, strlen(hooks[i].name) - 1), -ENOENT);
		/* Only without this one there is nothing to show. */
		assert_int_equal(!hooks[i].without, i == WIRE_HOOK_ENABLE);
	}
	assert_int_equal(hook_find("", 0), -ENOENT);
	assert_int_equal(hook_find("console,x", 7), WIRE_HOOK_CONSOLE);
	assert_int_equal(hook_find("printk", 6), -ENOENT);
}

/* Exits only where a function has left the stack before any stack is looked at. */
static void exits_of_leaves_only(void **state _unused_)
{
	static const uint64_t leaves =
		1ULL << WIRE_HOOK_COMPATIBLE | 1ULL << WIRE_HOOK_OBJECT_LOADED |
		1ULL << WIRE_HOOK_PATCH_OBJECT | 1ULL << WIRE_HOOK_PREV_STATE;

	for (int i = 0; i < WIRE_HOOKS_COUNT; i++)
		expect_true((hooks[i].kind == HOOK_EXIT) == !!(leaves & 1ULL << i), "%s",
			    hooks[i].name);
}

static void kernel_log(void **state _unused_)
{
	static const struct {
		const char *line;
		uint64_t usec; /* 0: does not tell */
	} cases[] = {
		{ "5,1234,98765432101,-;livepatch: 'p': starting patching transition\n",
		  98765432101 },
		{ "5,1,7,-,caller=T12;livepatch: 'p': starting unpatching transition\n", 7 },
		{ "5,1,7,-;livepatch: 'p': initializing patching transition\n" },
		{ "5,1,7,-;livepatch: 'pp': starting patching transition\n" },
		{ "5,1,7,-;livepatch: 'q': starting patching transition\n" },
		{ "5,1,7,-;q: livepatch: 'p': starting patching transition\n" },
		{ "5,1,7,-;'p': starting patching transition\n" },
		/* Written to /dev/kmsg by a user. */
		{ "12,1,7,-;livepatch: 'p': starting patching transition\n" },
		{ "8,1,7,-;livepatch: 'p': starting patching transition\n" },
		{ "7,1,7,-;livepatch: 'p': starting patching transition\n", 7 },
		{ "x,1,7,-;livepatch: 'p': starting patching transition\n" },
		{ "livepatch: 'p': starting patching transition\n" },
		{ "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t usec = 0;

		expect_true(kmsg_is_start(cases[i].line, "p", &usec) == !!cases[i].usec, "%s",
			    cases[i].line);
		expect_true(!cases[i].usec || usec == cases[i].usec, "%s", cases[i].line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ksyms),
		cmocka_unit_test(ksyms_split),
		cmocka_unit_test(ksyms_large),
		cmocka_unit_test(ksyms_endless),
		cmocka_unit_test(ksyms_unreadable),
		cmocka_unit_test(sysfs),
		cmocka_unit_test(kernel_log),
		cmocka_unit_test(hook_names),
		cmocka_unit_test(exits_of_leaves_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
