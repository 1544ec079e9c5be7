// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "facts/hooks.h"
#include "kernel/kmsg.h"
#include "kernel/ksyms.h"
#include "kernel/sysfs.h"
#include "util/array.h"
#include "util/attributes.h"
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

/* Closes what it reads. */
static int parse_fd(int fd, struct bpf_addresses *addr)
{
	_cleanup_close_ int in = fd;
	struct ksyms ksyms;
	int err;

	memset(&ksyms, 0xff, sizeof(ksyms)); /* of something before */
	errno = EIO;
	err = ksyms_parse(in, &ksyms);
	assert_int_equal(ksyms.counted, !err);
	*addr = ksyms.addr;
	return err;
}

static int parse(const char *bytes, struct bpf_addresses *addr)
{
	return parse_fd(file_of(bytes, strlen(bytes)), addr);
}

#define PATCHES	   "ffffffff81000001 D klp_patches\n"
#define TRANSITION "ffffffff81000002 b klp_transition_patch\n"
#define TARGET	   "ffffffff81000003 b klp_target_state\n"
#define GET	   "ffffffff81000004 T klp_get_state\n"
#define GET_PREV   "ffffffff81000005 T klp_get_prev_state\n"
#define MODULE	   "ffffffffc0000001 t klp_get_state\t[mod]\n"
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
		/* A module's, after which there are only modules'. */
		{ PATCHES "ffffffffc0000001 d klp_target_state\t[mod]\n" TRANSITION, 0x81000001 },
		/* One that only begins alike, and one after the first. */
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
		assert_int_equal(parse_fd(fd[0], &addr), 0);
		expect_true(found_all(&addr), "split at %zu", at);
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
		assert_int_equal(parse_fd(file_of(text, len), &addr), 0);
		expect_true(found_all(&addr), "%zu before the end", shift);
	}
	/* No further than to the modules. */
	memset(text, '\n', sizeof(text));
	memcpy(text, ALL MODULE, sizeof(ALL MODULE) - 1);
	fd = file_of(text, sizeof(text));
	assert_int_equal(parse_fd(dup(fd), &addr), 0);
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
		assert_int_equal(parse_fd(fd, &addr), cases[i].err);
		assert_true(cases[i].err ? !addr.patches : found_all(&addr));
	}
}

static void ksyms_unreadable(void **state _unused_)
{
	struct bpf_addresses addr = { 0 };
	int fd = open("/", O_RDONLY | O_DIRECTORY);

	assert_int_equal(parse_fd(fd, &addr), -EISDIR);
	assert_int_equal(parse_fd(-1, &addr), -EBADF);
}

static void ksyms_counts(void **state _unused_)
{
	static const struct {
		const char *text;
		enum wire_hook hook;
		struct ksym_count count;
	} cases[] = {
		{ ALL, WIRE_HOOK_STATE, { .exact = 1 } },
		{ ALL, WIRE_HOOK_START, { 0 } },
		{ GET GET, WIRE_HOOK_STATE, { .exact = 2 } },
		{ GET MODULE GET, WIRE_HOOK_STATE, { .exact = 1 } },
		{ "0 t klp_get_state.isra.0\n", WIRE_HOOK_STATE, { .copies = 1 } },
		{ "0 t klp_get_state.constprop.0\n0 t klp_get_state.isra.1\n" GET,
		  WIRE_HOOK_STATE,
		  { .exact = 1, .copies = 2 } },
		{ "0 t klp_get_state.constprop.0.isra.0\n", WIRE_HOOK_STATE, { .copies = 1 } },
		{ "0 t klp_get_state.llvm.123\n", WIRE_HOOK_STATE, { .copies = 1 } },
		{ "0 t klp_start_transition.part.0\n0 t klp_start_transition.cold\n"
		  "0 t klp_start_transition.part.0.cold\n",
		  WIRE_HOOK_START,
		  { .parts = 1 } },
		{ "0 t klp_get_state.cold\n0 t klp_get_states\n0 t klp_get_stat\n0 t __klp_get_state\n",
		  WIRE_HOOK_STATE,
		  { 0 } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_close_ int fd = file_of(cases[i].text, strlen(cases[i].text));
		const struct ksym_count *count;
		struct ksyms ksyms;

		assert_int_equal(ksyms_parse(fd, &ksyms), 0);
		count = &ksyms.counts[cases[i].hook];
		expect_true(count->exact == cases[i].count.exact &&
				    count->copies == cases[i].count.copies &&
				    count->parts == cases[i].count.parts,
			    "row %zu", i);
	}
}

static void ksyms_tracepoints(void **state _unused_)
{
#define ENTRY(tracepoint) "ffffffff82000000 d __bpf_trace_tp_map_" tracepoint "\n"
	static const struct {
		const char *text;
		uint64_t tracepoints;
	} cases[] = {
		{ ALL, 0 },
		{ ENTRY("klp_enable_begin"), 1ULL << WIRE_HOOK_ENABLE },
		{ ENTRY("klp_state_check") ALL ENTRY("klp_transition_try"),
		  1ULL << WIRE_HOOK_COMPATIBLE | 1ULL << WIRE_HOOK_TRY },
		/* Addresses may be hidden. */
		{ "0000000000000000 d __bpf_trace_tp_map_klp_transition_start\n",
		  1ULL << WIRE_HOOK_START },
		/* Tracepoints that are not of the livepatch core, and what belongs to one. */
		{ ENTRY("klp_enable_begin2") ENTRY("klp_enable") ENTRY("initcall_finish")
			  ENTRY("console") ENTRY(""),
		  0 },
		{ "ffffffff82000000 D __tracepoint_klp_enable_begin\n"
		  "ffffffff82000000 t klp_enable_begin\n",
		  0 },
		{ MODULE ENTRY("klp_enable_begin"), 0 },
	};
#undef ENTRY

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_close_ int fd = file_of(cases[i].text, strlen(cases[i].text));
		struct ksyms ksyms;

		assert_int_equal(ksyms_parse(fd, &ksyms), 0);
		expect_true(ksyms.tracepoints == cases[i].tracepoints, "row %zu", i);
	}
}

/* Names are one function's where all lie together, and else have to be counted. */
static void ksyms_places(void **state _unused_)
{
	const uint64_t enable = 0xffffffff81100000, cold = 0xffffffff81900000;
	static const struct {
		uint64_t addr; /* of klp_force_transition */
		bool cold, counted;
	} cases[] = {
		{ 0xffffffff81100100, false, true },  { 0xffffffff810fff00, false, true },
		{ 0xffffffff8110ffff, false, true },  { 0xffffffff81110000, false, false },
		{ 0xffffffff810f0001, false, true },  { 0xffffffff810f0000, false, false },
		{ 0xffffffff81900100, true, true },   { 0xffffffff81900100, false, false },
		{ 0xffffffff81910000, true, false },  { 0, true, false },
		{ 0xffffffffc0000000, false, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bpf_symbols symbols = { .addr.patches = 7 };
		struct ksyms ksyms = { 0 };

		for (int j = 0; j < WIRE_HOOKS_COUNT; j++)
			if (hooks[j].kind != HOOK_TRACEPOINT && hooks[j].place == HOOK_IN_LIVEPATCH)
				symbols.function[j] = enable + j;
		symbols.function[WIRE_HOOK_FORCE] = cases[i].addr;
		symbols.enable_cold = cases[i].cold ? cold : 0;
		symbols.copies = 1ULL << WIRE_HOOK_TRY;
		symbols.parts = 1ULL << WIRE_HOOK_START;
		symbols.tracepoints = 1ULL << WIRE_HOOK_FORCE;
		ksyms_by_place(&ksyms, &symbols);
		expect_true(ksyms.counted == cases[i].counted, "row %zu", i);
		assert_int_equal(ksyms.addr.patches, 7);
		assert_int_equal(ksyms.tracepoints, symbols.tracepoints);
		assert_int_equal(ksyms.counts[WIRE_HOOK_FORCE].exact, 1);
		assert_true(ksyms.counts[WIRE_HOOK_TRY].copies &&
			    !ksyms.counts[WIRE_HOOK_TRY].parts);
		assert_true(ksyms.counts[WIRE_HOOK_START].parts &&
			    !ksyms.counts[WIRE_HOOK_START].copies);
	}
}

/* Functions of which many have the name, and those of the module loader. */
static void ksyms_elsewhere(void **state _unused_)
{
	const uint64_t enable = 0xffffffff81100000, loader = 0xffffffff81200000;
	static const struct {
		uint64_t store, load, find;
		uint64_t is_store;
		bool counted, is_load, is_find;
	} cases[] = {
		{ 0xffffffff81100200, 0xffffffff81200100, 0xffffffff811fff00, 0xffffffff81100200,
		  true, true, true },
		/* Another's. */
		{ 0xffffffff81110000, 0xffffffff81200100, 0xffffffff811fff00, 0, true, true, true },
		/* Not there: nothing is read for that. */
		{ 0, 0, 0xffffffff811fff00, 0, true, false, true },
		{ 0, 0, 0, 0, true, false, false },
		/* May be another of the name: so the names are to be counted. */
		{ 0, 0xffffffff81100000, 0, 0, false, true, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bpf_symbols symbols = { .addr.patches = 7, .try_module_get = loader };
		struct ksyms ksyms = { 0 };

		for (int j = 0; j < WIRE_HOOKS_COUNT; j++)
			if (hooks[j].kind != HOOK_TRACEPOINT)
				symbols.function[j] = enable + j;
		symbols.function[WIRE_HOOK_FORCE_STORE] = cases[i].store;
		symbols.function[WIRE_HOOK_LOAD] = cases[i].load;
		symbols.function[WIRE_HOOK_FIND] = cases[i].find;
		symbols.parts = 1ULL << WIRE_HOOK_LOAD;
		ksyms_by_place(&ksyms, &symbols);
		expect_true(ksyms.counted == cases[i].counted &&
				    ksyms.store[WIRE_HOOK_FORCE_STORE] == cases[i].is_store &&
				    ksyms.store[WIRE_HOOK_ENABLED_STORE] ==
					    enable + WIRE_HOOK_ENABLED_STORE &&
				    ksyms.counts[WIRE_HOOK_LOAD].exact == cases[i].is_load &&
				    ksyms.counts[WIRE_HOOK_LOAD].parts == 1 &&
				    ksyms.counts[WIRE_HOOK_FIND].exact == cases[i].is_find,
			    "row %zu", i);
	}
}

/* Of those with the name the one near klp_enable_patch, wherever the file has that. */
static void ksyms_store(void **state _unused_)
{
#define FAR   "ffffffff81900000 t enabled_store\n"
#define NEAR  "ffffffff81100400 t enabled_store\n"
#define CORE  "ffffffff81100000 T klp_enable_patch\n"
#define OTHER "ffffffff81100800 t enabled_store.part.0\nffffffff81100900 t enabled_stores\n"
	static const struct {
		const char *text;
		uint64_t store;
	} cases[] = {
		{ CORE FAR NEAR FAR, 0xffffffff81100400 },
		{ FAR FAR NEAR FAR CORE, 0xffffffff81100400 },
		{ NEAR CORE, 0xffffffff81100400 },
		{ CORE FAR OTHER, 0 },
		{ FAR NEAR, 0 },
		{ CORE "ffffffff81100400 t enabled_store\t[mod]\n", 0 },
		/* With kptr_restrict, nobody knows. */
		{ "0000000000000000 T klp_enable_patch\n0000000000000000 t enabled_store\n", 0 },
		{ CORE FAR FAR FAR FAR FAR FAR FAR FAR FAR FAR FAR FAR FAR FAR FAR NEAR,
		  0xffffffff81100400 },
		/* So many are not kept. */
		{ CORE FAR FAR FAR FAR FAR FAR FAR FAR FAR FAR FAR FAR FAR FAR FAR FAR NEAR, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_close_ int fd = file_of(cases[i].text, strlen(cases[i].text));
		struct ksyms ksyms;

		assert_int_equal(ksyms_parse(fd, &ksyms), 0);
		expect_true(ksyms.store[WIRE_HOOK_ENABLED_STORE] == cases[i].store &&
				    !ksyms.store[WIRE_HOOK_FORCE_STORE],
			    "row %zu", i);
	}
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

static void write_modules(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

static void sysfs(void **state _unused_)
{
	/* A file is touched only where the module is live; where it is gone, the kernel has freed what the file shows. */
	static const struct {
		const char *name, *module, *enabled, *transition;
		bool is_read, is_enabled, in_transition, gone;
	} cases[] = {
		{ "on", "Live", "1\n", "0\n", true, true, false },
		{ "off", "Live", "0\n", "0\n", true, false, false },
		{ "coming", "Live", "1\n", "1\n", true, true, true },
		{ "going", "Live", "0\n", "1\n", true, false, true },
		{ "freed", "Live", NULL, NULL, true, false, false },
		{ "empty", "Live", "", "1", true, false, true },
		{ "odd", "Live", "2\n", "yes", true, false, false },
		{ "in_init", "Loading", "1\n", "1\n", false, false, false },
		{ "leaving", "Unloading", "1\n", "0\n", false, false, false },
		{ "left", NULL, "1\n", "0\n", false, false, false, true },
		{ "o", NULL, "1\n", "0\n", false, false, false, true },
		{ "name_of_56_characters_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "Live", "1\n", "0\n",
		  true, true, false },
	};
	char dir[] = "/tmp/klpscope-unit-XXXXXX", modules[] = "/tmp/klpscope-unit-XXXXXX";
	struct sysfs_patches patches = { 0 };
	struct text text;
	int fd = mkstemp(modules);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(strlen(cases[ARRAY_SIZE(cases) - 1].name), WIRE_NAME_LEN);
	assert_int_equal(sysfs_read("/nonexistent", modules, &patches), -ENOENT);
	assert_int_equal(sysfs_read("/dev/null", modules, &patches), -ENOTDIR);
	assert_non_null(mkdtemp(dir));
	assert_int_equal(sysfs_read(dir, "/nonexistent", &patches), 0);
	assert_int_equal(patches.n, 0);
	assert_null(sysfs_find(&patches, "on"));

	text_open(&text);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		make_patch(dir, cases[i].name, cases[i].enabled, cases[i].transition);
		if (cases[i].module)
			fprintf(text.out, "%s 16384 1 - %s 0x0000000000000000 (OEK)\n",
				cases[i].name, cases[i].module);
	}
	fflush(text.out);
	write_modules(modules, text.s);
	text_close(&text);
	assert_int_equal(sysfs_read(dir, "/nonexistent", &patches), -ENOENT);
	assert_int_equal(sysfs_read(dir, modules, &patches), 0);
	assert_int_equal(patches.n, ARRAY_SIZE(cases));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct sysfs_patch *patch = sysfs_find(&patches, cases[i].name);

		assert_non_null(patch);
		expect_true(patch->read == cases[i].is_read &&
				    patch->enabled == cases[i].is_enabled &&
				    patch->transition == cases[i].in_transition &&
				    patch->gone == cases[i].gone,
			    "%s", cases[i].name);
	}
	assert_null(sysfs_find(&patches, "of"));
	remove_patches(dir, &patches);
	sysfs_clear(&patches);
	assert_null(patches.list);
	assert_int_equal(patches.n, 0);
	assert_int_equal(rmdir(dir), 0);
	unlink(modules);
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

/*
 * Exits only where a function has left the stack before any stack is looked at. The loader's find_module_all() walks a list
 * and calls nothing; it has returned before the module's init begins, and so before klp_start_transition().
 */
static void exits_of_leaves_only(void **state _unused_)
{
	static const uint64_t leaves = 1ULL << WIRE_HOOK_COMPATIBLE |
				       1ULL << WIRE_HOOK_OBJECT_LOADED |
				       1ULL << WIRE_HOOK_PATCH_OBJECT |
				       1ULL << WIRE_HOOK_PREV_STATE | 1ULL << WIRE_HOOK_FIND;

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
		cmocka_unit_test(ksyms_counts),
		cmocka_unit_test(ksyms_tracepoints),
		cmocka_unit_test(ksyms_places),
		cmocka_unit_test(ksyms_elsewhere),
		cmocka_unit_test(ksyms_store),
		cmocka_unit_test(sysfs),
		cmocka_unit_test(kernel_log),
		cmocka_unit_test(hook_names),
		cmocka_unit_test(exits_of_leaves_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
