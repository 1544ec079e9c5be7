// SPDX-License-Identifier: GPL-2.0
#include "kernel/foreign.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "facts/foreign_index.h"
#include "foreign.skel.h"
#include "kernel/kernel_btf.h"
#include "kernel/kprobes.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/pidns.h"

/* An iterator's answer is read in pieces of this size, bytes; the kernel's own buffer is 32 KB. */
#define READ_SIZE (32 * 1024)

/* Attach types that <linux/bpf.h> may be too old for. */
#define ATTACH_LSM_CGROUP     43
#define ATTACH_FSESSION	      58
#define ATTACH_FENTRY_MULTI   59
#define ATTACH_FEXIT_MULTI    60
#define ATTACH_FSESSION_MULTI 61
#define LINK_KPROBE_MULTI     8
#define MULTI_RETURN	      1

struct foreign {
	struct foreign_bpf *skel; /* NULL: could not be loaded */
	struct foreign_found found;
	struct foreign_index index; /* of @found, once all programs and kprobes are there */
	int kprobes_fd, events_fd, tracer_fd; /* -1: cannot be read */
	char buf[READ_SIZE];
	int perf_fd; /* an event of ours, by which others' are known; -1: none */
};

/* Where debugfs and tracefs are usually mounted; the first that opens. */
static int open_first(const char *const *paths)
{
	int fd = -1;

	for (; fd < 0 && *paths; paths++)
		fd = open(*paths, O_RDONLY | O_CLOEXEC);
	return fd;
}

static void open_files(struct foreign *f)
{
	static const char *const lists[] = { "/sys/kernel/debug/kprobes/list", NULL };
	static const char *const events[] = { "/sys/kernel/tracing/kprobe_events",
					      "/sys/kernel/debug/tracing/kprobe_events", NULL };
	static const char *const tracers[] = { "/sys/kernel/tracing/current_tracer",
					       "/sys/kernel/debug/tracing/current_tracer", NULL };
	/* Whether addresses are shown is decided by who opened the file (5.8 and later). */
	f->kprobes_fd = open_first(lists);
	f->events_fd = open_first(events);
	f->tracer_fd = open_first(tracers);
}

/*
 * The first perf event of a host waits for an RCU grace period, which a kernel
 * thread that is busy holds up: no matter for a command that may take its time.
 */
static void open_perf(struct foreign *f)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.disabled = 1,
	};

	f->perf_fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

/* Turns off the iterators that this kernel has not; an iterator hangs on the kernel's own BTF. */
static void choose_iterators(struct foreign_bpf *skel)
{
	struct bpf_program *const iterators[] = {
		skel->progs.programs,
		skel->progs.links,
		skel->progs.holders,
	};

	for (size_t i = 0; i < ARRAY_SIZE(iterators); i++)
		bpf_program__set_autoload(iterators[i], kernel_btf_has(iterators[i]));
}

static void skel_freep(struct foreign_bpf **skel)
{
	foreign_bpf__destroy(*skel);
}

static struct foreign_bpf *load(const char *btf)
{
	_cleanup_(kernel_btf_close) struct kernel_btf_file file = { .fd = -1 };
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = file.path);
	_cleanup_(skel_freep) struct foreign_bpf *skel = NULL;
	struct foreign_bpf *loaded;

	if (kernel_btf_register() || kernel_btf_open(&file))
		return NULL;
	skel = foreign_bpf__open_opts(&opts);
	if (!skel || kernel_btf_fill(&file, skel->obj, btf))
		return NULL;
	choose_iterators(skel);
	if (foreign_bpf__load(skel))
		return NULL;
	loaded = skel;
	skel = NULL;
	return loaded;
}

struct foreign *foreign__open(const char *btf, bool with_perf)
{
	struct foreign *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->perf_fd = -1;
	open_files(f);
	if (with_perf)
		open_perf(f);
	f->skel = load(btf);
	kernel_btf_forget();
	return f;
}

static void link_destroyp(struct bpf_link **link)
{
	bpf_link__destroy(*link);
}

/* Hands on the records of an iterator, each of @size bytes. */
static int iterate(struct bpf_program *prog, size_t size,
		   int (*fn)(struct foreign *f, const void *rec), struct foreign *f)
{
	_cleanup_(link_destroyp) struct bpf_link *link = NULL;
	char *buf = f->buf;
	_cleanup_close_ int fd = -1;
	size_t len = 0;
	ssize_t n;
	int err;

	if (!prog || !bpf_program__autoload(prog))
		return -EOPNOTSUPP;
	link = bpf_program__attach_iter(prog, NULL);
	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd < 0)
		return fd;
	for (;;) {
		size_t at = 0;

		n = read(fd, buf + len, READ_SIZE - len);
		/* The kernel lets others run after a million files or so, and asks to go on. */
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		for (len += n; len - at >= size; at += size) {
			err = fn(f, buf + at);
			if (err)
				return err;
		}
		len -= at;
		memmove(buf, buf + at, len);
	}
}

/* Tells the kernel's part which files are links, programs and perf events. */
static int learn_files(struct foreign *f)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);
	_cleanup_(link_destroyp) struct bpf_link *link = NULL;
	struct foreign_files *files;

	/* Where arrays cannot be mapped (before 5.5), the skeleton has no variables; nor is there an iterator to ask. */
	if (!f->skel->bss)
		return -EOPNOTSUPP;
	files = &f->skel->bss->files;
	link = bpf_program__attach_iter(f->skel->progs.programs, NULL);
	files->fds[0] = -1;
	files->fds[FOREIGN_HELD_LINK] = link ? bpf_link__fd(link) : -1;
	files->fds[FOREIGN_HELD_PROGRAM] = bpf_program__fd(f->skel->progs.learn);
	files->fds[FOREIGN_HELD_PERF] = f->perf_fd;
	return bpf_prog_test_run_opts(bpf_program__fd(f->skel->progs.learn), &run);
}

static enum foreign_kind kind_of(const struct foreign_rec_program *rec)
{
	if (rec->type == BPF_PROG_TYPE_LSM)
		return rec->attach_type == ATTACH_LSM_CGROUP ? FOREIGN_LSM_CGROUP : FOREIGN_LSM;
	switch (rec->attach_type) {
	case BPF_TRACE_FENTRY:
	case ATTACH_FENTRY_MULTI:
		return FOREIGN_FENTRY;
	case BPF_TRACE_FEXIT:
	case ATTACH_FEXIT_MULTI:
		return FOREIGN_FEXIT;
	case BPF_MODIFY_RETURN:
		return FOREIGN_FMOD_RET;
	case ATTACH_FSESSION:
	case ATTACH_FSESSION_MULTI:
		return FOREIGN_FSESSION;
	default:
		return FOREIGN_OTHER;
	}
}

/*
 * bpf_trampoline_compute_key() of the kernel: since 5.11 bit 31 says that the
 * upper half is a BTF's id and not a program's.
 */
static uint64_t key_of(const struct foreign_rec_program *rec)
{
	/* On a program it has the program's id, which only a link tells; on many functions, there are many. */
	if (rec->on_program || !rec->btf_id)
		return 0;
	if (!rec->btf_obj)
		return rec->btf_id;
	return (uint64_t)rec->btf_obj << 32 | 0x80000000 | rec->btf_id;
}

static int take_program(struct foreign *f, const void *data)
{
	static const char prefix[] = "bpf_prog_";
	const struct foreign_rec_program *rec = data;
	struct foreign_found *found = &f->found;
	struct foreign_program *list;
	const char *name = rec->ksym;

	if (found->n_programs == FOREIGN_PROGRAMS_MAX) {
		found->gaps |= FOREIGN_TRUNCATED;
		return 0;
	}
	list = grow(found->programs, found->n_programs, &found->room_programs, sizeof(*list));
	if (!list)
		return -ENOMEM;
	found->programs = list;
	list = &list[found->n_programs++];
	*list = (struct foreign_program){
		.id = rec->id,
		.kind = kind_of(rec),
		.attached = rec->linked,
		.sleepable = rec->sleepable,
		.on_program = rec->on_program,
		.key = key_of(rec),
	};
	/* "bpf_prog_TAG_NAME": the only place with a name that is not cut to 15 characters. */
	if (!strncmp(name, prefix, sizeof(prefix) - 1)) {
		name += sizeof(prefix) - 1;
		name += strcspn(name, "_");
		name += *name == '_';
	}
	snprintf(list->name, sizeof(list->name), "%s", name);
	snprintf(list->func, sizeof(list->func), "%s", rec->func);
	snprintf(list->module, sizeof(list->module), "%s", rec->module);
	return 0;
}

static void hold(struct foreign_owners *owners, bool *own, const struct foreign_rec_held *rec)
{
	if (!rec->tgid)
		return;
	foreign_owners_add(owners, rec->tgid, rec->comm);
	*own |= rec->tgid == (uint32_t)getpid();
}

static int take_multi(struct foreign_found *found, const struct foreign_rec_held *rec)
{
	struct foreign_multi *list;

	for (size_t i = 0; i < found->n_multis; i++) {
		struct foreign_multi *multi = &found->multis[i];

		if (multi->program == rec->program) {
			hold(&multi->owners, &multi->own, rec);
			return 0;
		}
	}
	if (found->n_multis == FOREIGN_MULTIS_MAX) {
		found->gaps |= FOREIGN_TRUNCATED;
		return 0;
	}
	list = grow(found->multis, found->n_multis, &found->room_multis, sizeof(*list));
	if (!list)
		return -ENOMEM;
	found->multis = list;
	list = &list[found->n_multis++];
	*list = (struct foreign_multi){
		.program = rec->program,
		.count = rec->count,
		.on_return = rec->flags & MULTI_RETURN,
	};
	hold(&list->owners, &list->own, rec);
	return 0;
}

/* "GROUP/NAME" against a name alone: the kernel's structure of the group is of no use else. */
static bool is_event(const struct foreign_kprobe *kprobe, const char *name)
{
	const char *slash = strchr(kprobe->event, '/');

	return slash && !strcmp(slash + 1, name);
}

/*
 * Which of the kprobes in a place a perf event is: the trace event of that
 * name, else those that are none, as perf makes them without a name in tracefs.
 */
static void take_kprobe(const struct foreign_index *index, const struct foreign_rec_held *rec)
{
	bool named = false;
	size_t n;
	struct foreign_kprobe *const *list = foreign_kprobes_at(index, rec->address, &n);

	for (int exact = 1; exact >= 0 && !named; exact--) {
		for (size_t i = 0; i < n; i++) {
			struct foreign_kprobe *kprobe = list[i];

			if (kprobe->on_return != rec->on_return)
				continue;
			if (exact ? !is_event(kprobe, rec->event) : kprobe->event[0] != '\0')
				continue;
			named = true;
			if (rec->program)
				kprobe->program = rec->program;
			kprobe->overrides |= rec->flags & FOREIGN_OVERRIDES;
			hold(&kprobe->owners, &kprobe->own, rec);
		}
	}
}

static int take_held(struct foreign *f, const void *data)
{
	const struct foreign_rec_held *rec = data;
	struct foreign_program *program = foreign_program_of(&f->index, rec->program);

	if (rec->address)
		take_kprobe(&f->index, rec);
	if (rec->what == FOREIGN_HELD_LINK && rec->link_type == LINK_KPROBE_MULTI)
		return take_multi(&f->found, rec);
	if (!program || rec->what == FOREIGN_HELD_PERF)
		return 0;
	if (rec->what == FOREIGN_HELD_LINK) {
		program->attached = FOREIGN_LINKED_YES;
		if (rec->key)
			program->key = rec->key;
	}
	hold(&program->owners, &program->own, rec);
	return 0;
}

/* What the kernel broke off is said; what it has not at all is another gap. */
static int note(struct foreign_found *found, int err, enum foreign_gap missing)
{
	if (err == -EOPNOTSUPP)
		found->gaps |= missing;
	else if (err)
		found->gaps |= missing | FOREIGN_UNREADABLE;
	return err == -ENOMEM ? err : 0;
}

static int read_bpf(struct foreign *f)
{
	struct foreign_found *found = &f->found;
	int err;

	if (!f->skel) {
		found->gaps |= FOREIGN_NO_PROGRAMS | FOREIGN_NO_OWNERS;
		return 0;
	}
	err = note(found,
		   iterate(f->skel->progs.programs, sizeof(struct foreign_rec_program),
			   take_program, f),
		   FOREIGN_NO_PROGRAMS);
	if (!err)
		err = foreign_index_make(&f->index, found);
	if (err)
		return err;
	err = iterate(f->skel->progs.links, sizeof(struct foreign_rec_held), take_held, f);
	/* With the links known, a program without one is attached nowhere, but for cgroups'. */
	for (size_t i = 0; !err && i < found->n_programs; i++)
		if (found->programs[i].attached == FOREIGN_LINKED_UNKNOWN &&
		    found->programs[i].kind != FOREIGN_LSM_CGROUP)
			found->programs[i].attached = FOREIGN_LINKED_NO;
	err = note(found, err, FOREIGN_NO_LINKS);
	if (!err && learn_files(f))
		found->gaps |= FOREIGN_NO_OWNERS;
	else if (!err)
		err = note(found,
			   iterate(f->skel->progs.holders, sizeof(struct foreign_rec_held),
				   take_held, f),
			   FOREIGN_NO_OWNERS);
	if (!pidns_is_initial())
		found->gaps |= FOREIGN_NOT_ALL_OWNERS;
	return err;
}

static void read_tracer(struct foreign *f)
{
	ssize_t n = f->tracer_fd < 0
			    ? -1
			    : pread(f->tracer_fd, f->found.tracer, sizeof(f->found.tracer) - 1, 0);

	f->found.tracer[n > 0 ? n : 0] = '\0';
	f->found.tracer[strcspn(f->found.tracer, "\n")] = '\0';
}

const struct foreign_found *foreign__read(struct foreign *f)
{
	struct foreign_found *found = &f->found;
	int err;

	foreign_index_clear(&f->index);
	foreign_clear(found);
	err = f->kprobes_fd < 0 ? -EOPNOTSUPP : kprobes_read(f->kprobes_fd, found);
	err = note(found, err, FOREIGN_NO_KPROBES);
	if (!err && !(found->gaps & FOREIGN_NO_KPROBES))
		err = note(found,
			   f->events_fd < 0 ? -EOPNOTSUPP
					    : kprobes_name_events(f->events_fd, found),
			   FOREIGN_NO_EVENTS);
	if (!err)
		err = read_bpf(f);
	if (err) {
		errno = -err;
		return NULL;
	}
	read_tracer(f);
	return found;
}

void foreign__close(struct foreign *f)
{
	if (!f)
		return;
	foreign_index_clear(&f->index);
	foreign_clear(&f->found);
	foreign_bpf__destroy(f->skel);
	closep(&f->kprobes_fd);
	closep(&f->events_fd);
	closep(&f->tracer_fd);
	closep(&f->perf_fd);
	free(f);
}
