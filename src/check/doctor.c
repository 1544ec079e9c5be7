// SPDX-License-Identifier: GPL-2.0
#include "check/doctor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts/foreign_index.h"
#include "util/array.h"
#include "util/attributes.h"

#define MESSAGE_LEN 1024

struct doctor_finding *doctor_add(struct doctor *doctor, enum doctor_section section,
				  enum doctor_verdict verdict, const char *name, const char *text,
				  ...)
{
	static struct doctor_finding nobodys;
	struct doctor_finding *list, *finding = &nobodys;
	va_list args;

	nobodys = (struct doctor_finding){ 0 };
	list = grow(doctor->list, doctor->n, &doctor->room, sizeof(*list));
	if (list) {
		doctor->list = list;
		finding = &list[doctor->n];
	}
	*finding = (struct doctor_finding){ .section = section, .verdict = verdict, .name = name };
	if (!list) {
		doctor->no_memory = true;
		return finding;
	}
	va_start(args, text);
	if (vasprintf(&finding->text, text, args) < 0) {
		finding->text = NULL;
		doctor->no_memory = true;
	} else {
		doctor->n++;
	}
	va_end(args);
	return finding;
}

static char *copy(struct doctor *doctor, const char *s)
{
	char *dup = s ? strdup(s) : NULL;

	if (s && !dup)
		doctor->no_memory = true;
	return dup;
}

void doctor_advise(struct doctor *doctor, struct doctor_finding *finding, const char *consequence,
		   const char *remedy)
{
	/* Of a finding that could not be kept, nothing is. */
	if (!finding->text)
		return;
	finding->consequence = copy(doctor, consequence);
	finding->remedy = copy(doctor, remedy);
}

enum doctor_verdict doctor_verdict(const struct doctor *doctor)
{
	enum doctor_verdict worst = DOCTOR_OK;

	for (size_t i = 0; i < doctor->n; i++)
		if (doctor->list[i].verdict > worst)
			worst = doctor->list[i].verdict;
	return worst;
}

const char *doctor_verdict_name(enum doctor_verdict verdict)
{
	static const char *const names[] = {
		[DOCTOR_OK] = "ok",
		[DOCTOR_GAP] = "gap",
		[DOCTOR_BAD] = "bad",
	};

	return names[verdict];
}

void doctor_clear(struct doctor *doctor)
{
	for (size_t i = 0; i < doctor->n; i++) {
		struct doctor_finding *finding = &doctor->list[i];

		free(finding->text);
		free(finding->consequence);
		free(finding->remedy);
		free(finding->missing);
		free(finding->probe);
	}
	free(doctor->list);
	*doctor = (struct doctor){ 0 };
}

/* A function that a livepatch changes. */
struct changed {
	const char *object, *function;
	const struct patch *patch; /* the last one that changes it */
};

/* The probes and what they are judged by. */
struct judge {
	struct doctor *doctor;
	const struct doctor_unwinder *unwinder;
	bool (*leaf)(const char *function);
	uint32_t gaps; /* enum foreign_gap */
	struct foreign_index index; /* of the probes */
	struct changed *changed; /* by function, object */
	size_t n_changed;
};

static int changed_cmp(const void *a, const void *b)
{
	const struct changed *x = a, *y = b;
	int order = strcmp(x->function, y->function);

	return order ? order : strcmp(x->object, y->object);
}

/* The last livepatch first, of which bsearch() finds any: only that is kept. */
static int changed_by_patch(const void *a, const void *b)
{
	const struct changed *x = a, *y = b;
	int order = changed_cmp(x, y);

	return order || x->patch == y->patch ? order : x->patch > y->patch ? -1 : 1;
}

static int list_changed(struct judge *judge, const struct facts *installed)
{
	size_t all = 0, n = 0;

	for (size_t p = 0; installed && p < installed->n_patches; p++)
		for (size_t o = 0; o < installed->patches[p].n_objects; o++)
			all += installed->patches[p].objects[o].n_funcs;
	judge->changed = calloc(all + 1, sizeof(*judge->changed));
	if (!judge->changed)
		return -ENOMEM;
	for (size_t p = 0; installed && p < installed->n_patches; p++) {
		const struct patch *patch = &installed->patches[p];

		for (size_t o = 0; o < patch->n_objects; o++)
			for (size_t f = 0; f < patch->objects[o].n_funcs; f++)
				judge->changed[n++] = (struct changed){
					patch->objects[o].name,
					patch->objects[o].funcs[f].name,
					patch,
				};
	}
	qsort(judge->changed, n, sizeof(*judge->changed), changed_by_patch);
	for (size_t i = 0; i < n; i++)
		if (!i || changed_cmp(&judge->changed[i], &judge->changed[judge->n_changed - 1]))
			judge->changed[judge->n_changed++] = judge->changed[i];
	return 0;
}

/* The last of the livepatches that change a function; of a module's, the module must fit. */
static const struct patch *changed_by(const struct judge *judge, const char *function,
				      const char *module)
{
	const struct changed key = { .object = module[0] ? module : "vmlinux",
				     .function = function };
	const struct changed *found =
		bsearch(&key, judge->changed, judge->n_changed, sizeof(key), changed_cmp);

	return found ? found->patch : NULL;
}

/* Who is to be asked: "harm-probe (pid 105), bpftrace (pid 7) and 2 more". */
static void write_owners(FILE *out, const struct foreign_owners *owners)
{
	size_t kept = owners->n < FOREIGN_OWNERS_MAX ? owners->n : FOREIGN_OWNERS_MAX;

	for (size_t i = 0; i < kept; i++)
		fprintf(out, "%s%s (pid %u)", i ? ", " : "", owners->list[i].comm,
			owners->list[i].pid);
	if (owners->n > kept)
		fprintf(out, " and %zu more", owners->n - kept);
}

static void write_place(FILE *out, const struct doctor_probe *probe)
{
	if (probe->functions > 1)
		fprintf(out, "%u functions", probe->functions);
	else
		fprintf(out, "%s", probe->function[0] ? probe->function : "(unknown function)");
	if (probe->offset)
		fprintf(out, "+0x%" PRIx64, probe->offset);
	if (probe->module[0] && strcmp(probe->module, "vmlinux"))
		fprintf(out, " [%s]", probe->module);
}

/* "FUNCTION: program 4 'leave', held by harm-probe (pid 105)" */
static void write_text(FILE *out, const struct doctor_probe *probe, const struct judge *judge)
{
	write_place(out, probe);
	fputs(": ", out);
	if (probe->program) {
		fprintf(out, "BPF program %u", probe->program);
		if (probe->program_name[0])
			fprintf(out, " '%s'", probe->program_name);
		fputs(", ", out);
	}
	if (probe->event[0])
		fprintf(out, "trace event %s, ", probe->event);
	if (probe->owners.n) {
		fputs("held by ", out);
		write_owners(out, &probe->owners);
	} else if (probe->event[0] && !probe->program) {
		fputs("no process holds it", out);
	} else if (judge->gaps & (FOREIGN_NO_OWNERS | FOREIGN_NOT_ALL_OWNERS)) {
		fputs("by whom is not known", out);
	} else if (probe->program) {
		fputs("no process holds it (pinned?)", out);
	} else {
		fputs("by whom is not known (a kernel module?)", out);
	}
}

static void write_remedy(FILE *out, const struct doctor_probe *probe)
{
	fputs("before livepatching, ", out);
	if (probe->owners.n) {
		fputs("stop ", out);
		write_owners(out, &probe->owners);
	} else if (probe->event[0]) {
		fprintf(out, "echo 0 > /sys/kernel/tracing/events/%s/enable", probe->event);
	} else if (probe->program) {
		fprintf(out,
			"find who pinned program %u: bpftool -f link show, and remove that file",
			probe->program);
	} else {
		fputs("find the tool or module that made it, and stop it", out);
	}
}

/* Both words are printed by functions: one place that turns them into strings. */
static void add_probe(struct judge *judge, const struct doctor_probe *probe,
		      enum doctor_verdict verdict, const char *consequence)
{
	char text[MESSAGE_LEN] = "", remedy[MESSAGE_LEN] = "";
	struct doctor_finding *finding;
	FILE *out = fmemopen(text, sizeof(text), "w");

	if (out) {
		write_text(out, probe, judge);
		fclose(out);
		out = fmemopen(remedy, sizeof(remedy), "w");
	}
	if (!out) {
		judge->doctor->no_memory = true;
		return;
	}
	write_remedy(out, probe);
	fclose(out);
	finding = doctor_add(judge->doctor, DOCTOR_PROBES, verdict, probe->kind, "%s", text);
	doctor_advise(judge->doctor, finding, consequence, verdict == DOCTOR_OK ? NULL : remedy);
	if (!finding->text)
		return;
	finding->probe = malloc(sizeof(*probe));
	if (finding->probe)
		*finding->probe = *probe;
	else
		judge->doctor->no_memory = true;
}

/* What follows from a probe, clause by clause. */
struct words {
	char s[MESSAGE_LEN];
};

static void _printf_(2, 3) say(struct words *words, const char *format, ...)
{
	size_t len = strlen(words->s);
	va_list args;

	if (len)
		len += snprintf(words->s + len, sizeof(words->s) - len, "; ");
	va_start(args, format);
	vsnprintf(words->s + len, sizeof(words->s) - len, format, args);
	va_end(args);
}

/* A function as a sentence has it. */
static const char *where(const struct doctor_probe *probe)
{
	if (probe->functions > 1)
		return "one of its functions";
	return probe->function[0] ? probe->function : "its function";
}

/*
 * A frame of a probe that the unwinder cannot follow makes the stack of every
 * task unreliable that is inside the function or anything called by it.
 */
static bool holds_up(const struct judge *judge, const struct doctor_probe *probe, bool periods,
		     bool followed, struct words *words)
{
	if (!periods || (judge->unwinder->known && followed) || judge->leaf(probe->function))
		return false;
	say(words, "%s unreliable the stack of every task inside %s: a transition waits for it",
	    judge->unwinder->known ? "makes" : "may make (this kernel's BTF cannot be read)",
	    where(probe));
	return true;
}

/* Why a probe does no harm. */
static void say_harmless(const struct judge *judge, const struct doctor_probe *probe, bool periods,
			 bool followed, struct words *words)
{
	if (!periods)
		say(words, "leaves no frame on the stack while %s runs", where(probe));
	else if (judge->unwinder->known && followed)
		say(words, "this kernel's unwinder follows its frame");
	else
		say(words, "%s has always returned before livepatch looks at a stack",
		    where(probe));
}

enum on_patched {
	NOT_PATCHED,
	PATCHED_HARMLESS, /* both work, but who reads what the probe tells is misled */
	PATCHED_HARMED,
};

static enum on_patched on_patched(const struct judge *judge, struct doctor_probe *probe,
				  bool in_body, bool skips, struct words *words)
{
	const struct patch *patch = changed_by(judge, probe->function, probe->module);

	if (!patch)
		return NOT_PATCHED;
	strcpy(probe->patch, patch->name);
	if (skips)
		say(words,
		    "livepatch %s changes %s: where the program returns an error, the new function does not run, so the fix may not be in force",
		    patch->name, probe->function);
	else if (in_body)
		say(words,
		    "livepatch %s changes %s: the probe is in code that does not run any more",
		    patch->name, probe->function);
	else
		say(words,
		    "livepatch %s changes %s: both work; the probe sees calls of the old and the new function alike, under the old one's name",
		    patch->name, probe->function);
	return skips || in_body ? PATCHED_HARMED : PATCHED_HARMLESS;
}

/*
 * Before they could share a function, who came second got EBUSY. That somebody
 * livepatches the livepatch core itself is no concern.
 */
static bool refuses_patch(const struct judge *judge, const char *function, struct words *words)
{
	if (!judge->unwinder->known || judge->unwinder->shares || !strncmp(function, "klp_", 4))
		return false;
	say(words, "a livepatch that changes %s is refused (EBUSY)", function);
	return true;
}

static void judge_program(struct judge *judge, const struct foreign_program *program)
{
	bool periods = foreign_stays(program->kind), followed = judge->unwinder->bpf, harm;
	enum on_patched patched;
	struct doctor_probe probe = {
		.kind = foreign_kind_name(program->kind),
		.functions = 1,
		.program = program->id,
		.owners = program->owners,
	};
	struct words words = { "" };

	strcpy(probe.function, program->func);
	if (strcmp(program->module, "vmlinux"))
		strcpy(probe.module, program->module);
	strcpy(probe.program_name, program->name);
	harm = holds_up(judge, &probe, periods, followed, &words);
	patched = on_patched(judge, &probe, false, foreign_skips(program->kind), &words);
	harm |= patched == PATCHED_HARMED;
	harm |= refuses_patch(judge, probe.function, &words);
	if (!harm && patched == NOT_PATCHED)
		say_harmless(judge, &probe, periods, followed, &words);
	add_probe(judge, &probe, harm ? DOCTOR_GAP : DOCTOR_OK, words.s);
}

static void judge_kprobe(struct judge *judge, const struct foreign_kprobe *kprobe)
{
	const struct foreign_program *program = foreign_program_of(&judge->index, kprobe->program);
	bool periods = kprobe->on_return, followed = judge->unwinder->kretprobes, harm;
	enum on_patched patched;
	struct doctor_probe probe = {
		.kind = kprobe->on_return ? "kretprobe" : "kprobe",
		.functions = 1,
		/* By ftrace it is at the entry, after an endbr64. */
		.offset = kprobe->ftrace ? 0 : kprobe->offset,
		.program = kprobe->program,
		.owners = kprobe->owners,
	};
	struct words words = { "" };

	strcpy(probe.function, kprobe->symbol);
	strcpy(probe.module, kprobe->module);
	strcpy(probe.event, kprobe->event);
	if (program)
		strcpy(probe.program_name, program->name);
	harm = holds_up(judge, &probe, periods, followed, &words);
	patched = on_patched(judge, &probe, !kprobe->ftrace, kprobe->overrides, &words);
	harm |= patched == PATCHED_HARMED;
	if (!harm && patched == NOT_PATCHED)
		say_harmless(judge, &probe, periods, followed, &words);
	add_probe(judge, &probe, harm ? DOCTOR_GAP : DOCTOR_OK, words.s);
}

static void judge_multi(struct judge *judge, const struct foreign_multi *multi)
{
	bool followed = judge->unwinder->kretprobes, harm;
	struct doctor_probe probe = {
		.kind = multi->on_return ? "kretprobe_multi" : "kprobe_multi",
		.functions = multi->count,
		.program = multi->program,
		.owners = multi->owners,
	};
	struct words words = { "" };

	harm = holds_up(judge, &probe, multi->on_return, followed, &words);
	if (!harm)
		say_harmless(judge, &probe, multi->on_return, followed, &words);
	add_probe(judge, &probe, harm ? DOCTOR_GAP : DOCTOR_OK, words.s);
}

void doctor_probes(struct doctor *doctor, const struct foreign_found *found,
		   const struct facts *installed, const struct doctor_unwinder *unwinder,
		   bool (*leaf)(const char *function))
{
	struct judge judge = {
		.doctor = doctor,
		.unwinder = unwinder,
		.leaf = leaf,
		.gaps = found->gaps,
	};

	if (foreign_index_make(&judge.index, found) || list_changed(&judge, installed)) {
		doctor->no_memory = true;
		foreign_index_clear(&judge.index);
		return;
	}
	for (size_t i = 0; i < found->n_programs; i++) {
		const struct foreign_program *program = &found->programs[i];

		if (!program->own && !program->on_program && program->attached != FOREIGN_LINKED_NO)
			judge_program(&judge, program);
	}
	for (size_t i = 0; i < found->n_kprobes; i++) {
		const struct foreign_kprobe *kprobe = &found->kprobes[i];

		if (!kprobe->own && !kprobe->gone && !kprobe->disabled)
			judge_kprobe(&judge, kprobe);
	}
	for (size_t i = 0; i < found->n_multis; i++)
		if (!found->multis[i].own)
			judge_multi(&judge, &found->multis[i]);
	foreign_index_clear(&judge.index);
	free(judge.changed);
}

/* Asked of few: those whose user ftrace does not name. */
static bool is_changed(const struct facts *installed, const char *function, const char *module)
{
	for (size_t p = 0; installed && p < installed->n_patches; p++) {
		const struct patch *patch = &installed->patches[p];

		for (size_t o = 0; o < patch->n_objects; o++) {
			const struct object *object = &patch->objects[o];

			if (strcmp(object->name, module))
				continue;
			for (size_t f = 0; f < object->n_funcs; f++)
				if (!strcmp(object->funcs[f].name, function))
					return true;
		}
	}
	return false;
}

void doctor_user(struct doctor *doctor, const struct doctor_user *user,
		 const struct facts *installed)
{
	bool kernel = !strcmp(user->module, "vmlinux");
	struct doctor_probe probe = { .kind = "ftrace", .functions = 1 };
	struct doctor_finding *finding;
	char text[MESSAGE_LEN];

	/* Of several who use a function, who sends its callers elsewhere is not shown: the livepatch does. */
	if (!strcmp(user->by, "klp_ftrace_handler") ||
	    (!user->by[0] && (!installed || is_changed(installed, user->function, user->module))))
		return;
	snprintf(probe.function, sizeof(probe.function), "%s", user->function);
	if (!kernel)
		snprintf(probe.module, sizeof(probe.module), "%s", user->module);
	finding = doctor_add(
		doctor, DOCTOR_PROBES, DOCTOR_GAP, probe.kind, "%s%s%s%s: %s%s", user->function,
		kernel ? "" : " [", kernel ? "" : user->module, kernel ? "" : "]",
		!strcmp(user->by, "kprobe_ftrace_handler") ? "a kprobe with a post_handler"
		: user->by[0]				   ? user->by
							   : "somebody that ftrace does not show",
		user->direct ? " is called directly" : " may send its callers elsewhere");
	snprintf(text, sizeof(text), "a livepatch that changes %s is refused (EBUSY)",
		 user->function);
	doctor_advise(
		doctor, finding, text,
		"before livepatching, end what uses it (unload that module, remove that kprobe)");
	if (!finding->text)
		return;
	finding->probe = malloc(sizeof(probe));
	if (finding->probe)
		*finding->probe = probe;
	else
		doctor->no_memory = true;
}
