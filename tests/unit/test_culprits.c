// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <errno.h>
#include <string.h>

#include "live/culprits.h"
#include "util/array.h"
#include "util/attributes.h"

/* In place of asking the kernel. */
struct foreign {
	const struct foreign_found *found;
	int asked;
};

const struct foreign_found *foreign__read(struct foreign *foreign)
{
	foreign->asked++;
	return foreign->found;
}

static struct foreign_program programs[] = {
	{ .id = 1,
	  .kind = FOREIGN_FEXIT,
	  .attached = FOREIGN_LINKED_YES,
	  .key = 7,
	  .name = "prog",
	  .func = "func",
	  .owners = { .list = { { 77, "holder" }, { 78, "other" } }, .n = 2 } },
	/* An entry's leaves no frame; one that another trampoline has is not there. */
	{ .id = 2, .kind = FOREIGN_FENTRY, .attached = FOREIGN_LINKED_YES, .key = 7 },
	{ .id = 3, .kind = FOREIGN_FEXIT, .attached = FOREIGN_LINKED_YES, .key = 8 },
	{ .id = 4, .kind = FOREIGN_FMOD_RET, .attached = FOREIGN_LINKED_UNKNOWN, .key = 7 },
	{ .id = 5, .kind = FOREIGN_FSESSION, .attached = FOREIGN_LINKED_YES, .key = 7 },
	{ .id = 6, .kind = FOREIGN_LSM, .attached = FOREIGN_LINKED_YES, .key = 9 },
};

static struct foreign_kprobe kprobes[] = {
	{ .symbol = "a" },
	{ .symbol = "b",
	  .on_return = true,
	  .event = "g/e",
	  .program = 9,
	  .owners = { .list = { { 79, "tracer" } }, .n = 1 } },
	{ .symbol = "c", .on_return = true },
};

static const struct foreign_found found = {
	.programs = programs,
	.n_programs = ARRAY_SIZE(programs),
	.kprobes = kprobes,
	.n_kprobes = ARRAY_SIZE(kprobes),
};

struct seen {
	struct text text;
	int err, after; /* fails so, after so many */
};

static int on_probe(void *ctx, const void *data, size_t size)
{
	const struct wire_probe *rec = data;
	struct seen *seen = ctx;

	assert_int_equal(size, sizeof(*rec));
	assert_true(rec->hdr.type == WIRE_PROBE && rec->hdr.size == size && rec->hdr.walk == 5);
	fprintf(seen->text.out, "%u[%u] %s %u '%.*s' on '%.*s' of %u '%.*s'%s\n", rec->tid,
		rec->index, probe_kind_name(rec->kind), rec->prog_id, (int)sizeof(rec->name),
		rec->name, (int)sizeof(rec->function), rec->function, rec->pid,
		(int)sizeof(rec->comm), rec->comm,
		rec->flags == WIRE_F_TRUNCATED ? " and more"
		: rec->flags		       ? " ?"
					       : "");
	return seen->after-- == 0 ? seen->err : 0;
}

static const struct wire_task task = { .hdr = { WIRE_TASK, 56, 5 }, .tid = 3 };

static void frames(void **state _unused_)
{
	static const struct {
		const char *symbol, *probes;
		bool asks;
	} cases[] = {
		{ "schedule+0x1/0x2\n", "" },
		{ "0xffffffffc0001234\n", "" },
		{ "bpf_prog_6deef7357e7b4530_x+0x1/0x2\n", "" },
		{ "", "" },
		{ "\n", "" },
		/* What is on the next line is another frame. */
		{ "schedule+0x1/0x2\nbpf_trampoline_7+0x1/0x2\n", "" },
		{ "bpf_trampoline_7+0x4c/0x1000\n",
		  "3[4] fexit 1 'prog' on 'func' of 77 'holder'\n"
		  "3[4] fmod_ret 4 '' on '' of 0 ''\n"
		  "3[4] other 5 '' on '' of 0 ''\n",
		  true },
		{ "bpf_trampoline_8\nx", "3[4] fexit 3 '' on '' of 0 ''\n", true },
		{ "bpf_trampoline_9+0x1/0x2", "", true },
		{ "bpf_trampoline_10+0x1/0x2", "", true },
		{ "arch_rethook_trampoline+0x0/0x60\n",
		  "3[4] kretprobe 9 'g/e' on 'b' of 79 'tracer'\n"
		  "3[4] kretprobe 0 '' on 'c' of 0 ''\n",
		  true },
		{ "kretprobe_trampoline",
		  "3[4] kretprobe 9 'g/e' on 'b' of 79 'tracer'\n"
		  "3[4] kretprobe 0 '' on 'c' of 0 ''\n",
		  true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct foreign foreign = { .found = &found };
		struct culprits culprits = { .foreign = &foreign };
		struct seen seen = { .after = -1 };

		text_open(&seen.text);
		assert_int_equal(
			culprits__tell(&culprits, &task, 4, cases[i].symbol, on_probe, &seen), 0);
		text_expect(&seen.text, cases[i].probes);
		expect_true(foreign.asked == cases[i].asks, "%s", cases[i].symbol);
		/* Asked once, until it is forgotten. */
		culprits__tell(&culprits, &task, 4, cases[i].symbol, on_probe, &seen);
		text_expect(&seen.text, cases[i].probes);
		expect_true(foreign.asked == cases[i].asks, "%s", cases[i].symbol);
		text_close(&seen.text);
	}
}

static void cannot_be_asked(void **state _unused_)
{
	struct foreign foreign = { 0 };
	struct culprits culprits = { .foreign = &foreign };
	struct seen seen = { .after = -1 };

	text_open(&seen.text);
	assert_int_equal(culprits__tell(&culprits, &task, 0, "bpf_trampoline_7", on_probe, &seen),
			 0);
	assert_int_equal(foreign.asked, 1);
	culprits.foreign = NULL;
	assert_int_equal(culprits__tell(&culprits, &task, 0, "bpf_trampoline_7", on_probe, &seen),
			 0);
	text_expect(&seen.text, "");
	text_close(&seen.text);
}

/* An error of who takes them ends it. */
static void cannot_be_reported(void **state _unused_)
{
	static const char *const symbols[] = { "bpf_trampoline_7", "kretprobe_trampoline" };

	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
		struct culprits culprits = { .found = &found };
		struct seen seen = { .err = -EIO };

		text_open(&seen.text);
		assert_int_equal(culprits__tell(&culprits, &task, 0, symbols[i], on_probe, &seen),
				 -EIO);
		fflush(seen.text.out);
		assert_ptr_equal(strchr(seen.text.s, '\n'), seen.text.s + seen.text.size - 1);
		text_close(&seen.text);
	}
}

/* Marked where there are more, and only there. */
static void many(void **state _unused_)
{
	static struct foreign_program program[WIRE_MAX_PROBES + 2];
	static struct foreign_kprobe kprobe[WIRE_MAX_PROBES + 1];

	for (size_t i = 0; i < ARRAY_SIZE(program); i++) {
		/* The last one is not on the stack. */
		program[i] = (struct foreign_program){
			.kind = i == WIRE_MAX_PROBES + 1 ? FOREIGN_FENTRY : FOREIGN_FEXIT,
			.attached = FOREIGN_LINKED_YES,
			.key = 1,
		};
		/* Names that fill their fields. */
		memset(program[i].name, 'n', sizeof(program[i].name) - 1);
		memset(program[i].func, 'f', sizeof(program[i].func) - 1);
	}
	for (size_t i = 0; i < ARRAY_SIZE(kprobe); i++)
		kprobe[i] = (struct foreign_kprobe){ .on_return = true };
	for (int more = 0; more < 2; more++) {
		struct foreign_found full = {
			.programs = program + !more,
			.n_programs = WIRE_MAX_PROBES + 1 + more,
			.kprobes = kprobe,
			.n_kprobes = WIRE_MAX_PROBES + more,
		};
		struct culprits culprits = { .found = &full };

		for (int by_return = 0; by_return < 2; by_return++) {
			struct seen seen = { .after = -1 };
			size_t lines = 0;

			text_open(&seen.text);
			assert_int_equal(culprits__tell(&culprits, &task, 0,
							by_return ? "kretprobe_trampoline"
								  : "bpf_trampoline_1",
							on_probe, &seen),
					 0);
			fflush(seen.text.out);
			for (const char *at = seen.text.s; (at = strchr(at, '\n')); at++)
				lines++;
			assert_int_equal(lines, WIRE_MAX_PROBES);
			expect_true(!!strstr(seen.text.s, " and more\n") == more, "%d", by_return);
			assert_null(strstr(seen.text.s, " ?"));
			text_close(&seen.text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames),
		cmocka_unit_test(cannot_be_asked),
		cmocka_unit_test(cannot_be_reported),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
