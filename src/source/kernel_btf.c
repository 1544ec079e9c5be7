// SPDX-License-Identifier: GPL-2.0
#include "source/kernel_btf.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "util/cleanup.h"

#define FUNCTIONS_MAX 64

/* What programs hang on; there is one kernel, and libbpf gives its handlers no context. */
struct function {
	char name[64];
	uint32_t id; /* 0: the kernel has none */
};

static struct {
	struct function list[FUNCTIONS_MAX];
	size_t n;
} functions;

static struct btf *kernels_own;

static void btf_freep(struct btf **btf)
{
	btf__free(*btf);
}

/* Of what is looked for. */
struct name {
	const char *text;
	size_t len;
};

struct names {
	struct name *list;
	size_t n, room;
	bool starts[256]; /* whether any begins with this letter: most of the kernel's do not */
};

static void names_clear(struct names *names)
{
	free(names->list);
}

static bool add_name(struct names *names, const char *text, size_t len)
{
	struct name *list = grow(names->list, names->n, &names->room, sizeof(*list));

	if (!list)
		return false;
	names->list = list;
	list[names->n++] = (struct name){ text, len };
	names->starts[(unsigned char)*text] = true;
	return true;
}

static bool has_name(const struct names *names, const char *text)
{
	size_t len;

	if (!names->starts[(unsigned char)*text])
		return false;
	len = strlen(text);
	for (size_t i = 0; i < names->n; i++)
		if (names->list[i].len == len && !memcmp(names->list[i].text, text, len))
			return true;
	return false;
}

/* A program's types as they are called in the kernel: what follows ___ only tells them apart (libbpf). */
static int add_types_of(struct names *names, const struct btf *btf)
{
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const char *name = btf__name_by_offset(btf, type->name_off), *flavour;
		int kind = btf_kind(type);

		if (!*name || (kind != BTF_KIND_STRUCT && kind != BTF_KIND_UNION &&
			       kind != BTF_KIND_ENUM && kind != BTF_KIND_ENUM64))
			continue;
		flavour = strstr(name, "___");
		if (!add_name(names, name, flavour ? (size_t)(flavour - name) : strlen(name)))
			return -ENOMEM;
	}
	return 0;
}

/* Types of the kernel on their way into a BTF of their own. */
struct choice {
	const struct btf *from;
	uint32_t *ids; /* by number in @from, what it becomes; 0: not taken */
	uint32_t *list; /* those taken, in the order of their new numbers, from 1 on */
	uint32_t n;
};

static void choice_clear(struct choice *choice)
{
	free(choice->ids);
	free(choice->list);
}

static void choose(struct choice *choice, uint32_t id)
{
	if (!id || choice->ids[id])
		return;
	choice->list[choice->n] = id;
	choice->ids[id] = ++choice->n;
}

/* What a type consists of. CO-RE looks at no pointer's target, so that is left out. */
static void choose_parts(struct choice *choice, const struct btf_type *type)
{
	switch (btf_kind(type)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		for (int i = 0; i < btf_vlen(type); i++)
			choose(choice, btf_members(type)[i].type);
		break;
	case BTF_KIND_ARRAY:
		choose(choice, btf_array(type)->type);
		choose(choice, btf_array(type)->index_type);
		break;
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		choose(choice, type->type);
		break;
	default:
		break;
	}
}

static void rename_parts(const struct choice *choice, struct btf_type *type)
{
	switch (btf_kind(type)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		for (int i = 0; i < btf_vlen(type); i++)
			btf_members(type)[i].type = choice->ids[btf_members(type)[i].type];
		break;
	case BTF_KIND_ARRAY:
		btf_array(type)->type = choice->ids[btf_array(type)->type];
		btf_array(type)->index_type = choice->ids[btf_array(type)->index_type];
		break;
	case BTF_KIND_PTR:
		type->type = 0;
		break;
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		type->type = choice->ids[type->type];
		break;
	default:
		break;
	}
}

static void choose_named(struct choice *choice, const struct names *names)
{
	for (uint32_t id = 1; id < btf__type_cnt(choice->from); id++) {
		const struct btf_type *type = btf__type_by_id(choice->from, id);
		int kind = btf_kind(type);

		if ((kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION || kind == BTF_KIND_ENUM ||
		     kind == BTF_KIND_ENUM64) &&
		    has_name(names, btf__name_by_offset(choice->from, type->name_off)))
			choose(choice, id);
	}
	for (uint32_t i = 0; i < choice->n; i++)
		choose_parts(choice, btf__type_by_id(choice->from, choice->list[i]));
}

static int write_choice(int fd, const struct choice *choice)
{
	_cleanup_(btf_freep) struct btf *btf = btf__new_empty();
	const void *bytes;
	uint32_t size;

	if (!btf)
		return -errno;
	for (uint32_t i = 0; i < choice->n; i++) {
		const struct btf_type *type = btf__type_by_id(choice->from, choice->list[i]);
		int id = btf__add_type(btf, choice->from, type);

		if (id < 0)
			return id;
		/* Ours to change: it is of a BTF that is being built. */
		rename_parts(choice, (struct btf_type *)btf__type_by_id(btf, id));
	}
	bytes = btf__raw_data(btf, &size);
	if (!bytes)
		return -ENOMEM;
	if (ftruncate(fd, 0) || pwrite(fd, bytes, size, 0) != (ssize_t)size)
		return -errno;
	return 0;
}

static int fill_types(int fd, const struct bpf_object *object, const struct btf *from)
{
	_cleanup_(choice_clear) struct choice choice = {
		.from = from,
		.ids = calloc(btf__type_cnt(from), sizeof(*choice.ids)),
		.list = calloc(btf__type_cnt(from), sizeof(*choice.list)),
	};
	_cleanup_(names_clear) struct names names = { 0 };
	int err;

	if (!choice.ids || !choice.list)
		return -ENOMEM;
	err = add_types_of(&names, bpf_object__btf(object));
	if (err)
		return err;
	choose_named(&choice, &names);
	return write_choice(fd, &choice);
}

/* The function of the kernel's BTF that stands for a section; false: none does. */
static bool function_of(const struct bpf_program *prog, char *name, size_t size)
{
	const char *section = bpf_program__section_name(prog), *slash = strchr(section, '/');

	if (!slash)
		return false;
	if (!strncmp(section, "iter/", 5))
		snprintf(name, size, "bpf_iter_%s", slash + 1);
	else if (!strncmp(section, "fentry/", 7) || !strncmp(section, "fexit/", 6))
		snprintf(name, size, "%s", slash + 1);
	else
		return false;
	return true;
}

static const struct function *find_function(const char *name)
{
	for (size_t i = 0; i < functions.n; i++)
		if (!strcmp(functions.list[i].name, name))
			return &functions.list[i];
	return NULL;
}

/* 0: none */
static uint32_t function_id(const struct bpf_program *prog)
{
	const struct function *function;
	char name[sizeof(function->name)];

	if (!function_of(prog, name, sizeof(name)))
		return 0;
	function = find_function(name);
	return function ? function->id : 0;
}

/* Those of @object's programs that are not in the table yet. */
static int list_functions(const struct bpf_object *object, struct names *names)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, object) {
		struct function *function = &functions.list[functions.n];
		char name[sizeof(function->name)];

		if (!function_of(prog, name, sizeof(name)) || find_function(name))
			continue;
		if (functions.n == FUNCTIONS_MAX)
			return -E2BIG;
		memcpy(function->name, name, sizeof(name));
		function->id = 0;
		functions.n++;
		if (!add_name(names, function->name, strlen(function->name)))
			return -ENOMEM;
	}
	return 0;
}

/* In one pass; of several functions of one name, the first counts, as for libbpf. */
static int find_functions(const struct bpf_object *object)
{
	_cleanup_(names_clear) struct names names = { 0 };
	size_t old = functions.n, left;
	int err = list_functions(object, &names);

	if (err)
		return err;
	left = functions.n - old;
	for (uint32_t id = 1; left && kernels_own && id < btf__type_cnt(kernels_own); id++) {
		const struct btf_type *type = btf__type_by_id(kernels_own, id);
		const char *name;

		if (btf_kind(type) != BTF_KIND_FUNC)
			continue;
		name = btf__name_by_offset(kernels_own, type->name_off);
		if (!has_name(&names, name))
			continue;
		for (size_t i = old; i < functions.n; i++) {
			if (functions.list[i].id || strcmp(functions.list[i].name, name))
				continue;
			functions.list[i].id = id;
			left--;
		}
	}
	return 0;
}

int kernel_btf_open(struct kernel_btf_file *file)
{
	file->fd = memfd_create("klpscope-btf", MFD_CLOEXEC);
	if (file->fd < 0)
		return -errno;
	snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", file->fd);
	return 0;
}

int kernel_btf_fill(const struct kernel_btf_file *file, const struct bpf_object *object,
		    const char *btf)
{
	_cleanup_(btf_freep) struct btf *other = NULL;
	int err, why_none = 0;

	if (!kernels_own)
		kernels_own = btf__load_vmlinux_btf();
	if (!kernels_own)
		why_none = -errno;
	err = find_functions(object);
	if (err)
		return err;
	if (btf) {
		other = btf__parse(btf, NULL);
		if (!other)
			return -errno;
	} else if (!kernels_own) {
		return why_none;
	}
	return fill_types(file->fd, object, other ? other : kernels_own);
}

void kernel_btf_close(struct kernel_btf_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

bool kernel_btf_has(const struct bpf_program *prog)
{
	return function_id(prog);
}

/* Called by libbpf just before it loads a program. */
static int hang(struct bpf_program *prog, struct bpf_prog_load_opts *options, long cookie _unused_)
{
	options->attach_btf_id = function_id(prog);
	return options->attach_btf_id ? bpf_program__set_type(prog, BPF_PROG_TYPE_TRACING) : -ESRCH;
}

/*
 * For programs of type tracing, libbpf would read the kernel's BTF by itself. So
 * they are of another type until they are about to be loaded.
 */
int kernel_btf_register(void)
{
	static const struct {
		const char *section;
		enum bpf_attach_type type;
	} sections[] = {
		{ "fentry/", BPF_TRACE_FENTRY },
		{ "fexit/", BPF_TRACE_FEXIT },
		{ "iter/", BPF_TRACE_ITER },
	};
	static bool registered;
	LIBBPF_OPTS(libbpf_prog_handler_opts, options, .prog_prepare_load_fn = hang);

	for (size_t i = 0; !registered && i < ARRAY_SIZE(sections); i++) {
		int id = libbpf_register_prog_handler(sections[i].section,
						      BPF_PROG_TYPE_RAW_TRACEPOINT,
						      sections[i].type, &options);

		if (id < 0)
			return id;
	}
	registered = true;
	return 0;
}

void kernel_btf_forget(void)
{
	btf__free(kernels_own);
	kernels_own = NULL;
}
