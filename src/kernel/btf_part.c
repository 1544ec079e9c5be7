// SPDX-License-Identifier: GPL-2.0
#include "kernel/btf_part.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel/btf_names.h"
#include "util/cleanup.h"

/* Typedefs and qualifiers one upon the other, in BTF that makes sense. */
#define STEPS_MAX 32

static bool is_named_kind(const struct btf_type *type)
{
	int kind = btf_kind(type);

	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION || kind == BTF_KIND_ENUM ||
	       kind == BTF_KIND_ENUM64;
}

/* A program's types as they are called in the kernel: what follows ___ only tells them apart (libbpf). */
static int add_types_of(struct btf_names *names, const struct btf *btf)
{
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const char *name = btf__name_by_offset(btf, type->name_off), *flavour;

		if (!*name || !is_named_kind(type))
			continue;
		flavour = strstr(name, "___");
		if (!btf_names_add(names, name, flavour ? (size_t)(flavour - name) : strlen(name)))
			return -ENOMEM;
	}
	return 0;
}

/* Types of the kernel on their way into a BTF of their own. */
struct choice {
	const struct btf_view *from;
	uint32_t *ids; /* by id in @from, what it becomes; 0: not taken */
	uint32_t *list; /* those taken, in the order of their new ids, from 1 on */
	uint32_t n;
	size_t size; /* of all of them, bytes */
};

static void choice_clear(struct choice *choice)
{
	free(choice->ids);
	free(choice->list);
}

static void choose(struct choice *choice, uint32_t id)
{
	const struct btf_type *type = btf_view_type(choice->from, id);

	if (!type || choice->ids[id])
		return;
	choice->list[choice->n] = id;
	choice->ids[id] = ++choice->n;
	choice->size += btf_view_size(type);
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
	default:
		if (btf_is_mod(type) || btf_is_typedef(type))
			choose(choice, type->type);
		break;
	}
}

/* libbpf goes from typedef to typedef for as long as there is one. */
static bool ends(const struct btf_view *view, uint32_t id)
{
	for (int step = 0; step < STEPS_MAX; step++) {
		const struct btf_type *type = btf_view_type(view, id);

		if (!type || (!btf_is_mod(type) && !btf_is_typedef(type)))
			return true;
		id = type->type;
	}
	return false;
}

static int choose_named(struct choice *choice, const struct btf_names *names)
{
	for (uint32_t id = 1; id < choice->from->n; id++) {
		const struct btf_type *type = btf_view_type(choice->from, id);

		if (is_named_kind(type) &&
		    btf_names_has(names, btf_view_name(choice->from, type->name_off)))
			choose(choice, id);
	}
	for (uint32_t i = 0; i < choice->n; i++) {
		if (!ends(choice->from, choice->list[i]))
			return -EINVAL;
		choose_parts(choice, btf_view_type(choice->from, choice->list[i]));
	}
	return 0;
}

/* A choice as it is written. */
struct writing {
	const struct choice *choice;
	FILE *strings;
	uint32_t strings_size;
};

static void move_name(struct writing *w, uint32_t *name)
{
	const char *text = btf_view_name(w->choice->from, *name);

	if (!*text) {
		*name = 0;
		return;
	}
	*name = w->strings_size;
	w->strings_size += fprintf(w->strings, "%s", text) + 1;
	fputc('\0', w->strings);
}

static void move_id(const struct writing *w, uint32_t *id)
{
	*id = *id < w->choice->from->n ? w->choice->ids[*id] : 0;
}

/* From the names and ids of the whole to those of the choice. */
static void move_type(struct writing *w, struct btf_type *type)
{
	move_name(w, &type->name_off);
	switch (btf_kind(type)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		for (int i = 0; i < btf_vlen(type); i++) {
			move_name(w, &btf_members(type)[i].name_off);
			move_id(w, &btf_members(type)[i].type);
		}
		break;
	case BTF_KIND_ENUM:
		for (int i = 0; i < btf_vlen(type); i++)
			move_name(w, &btf_enum(type)[i].name_off);
		break;
	case BTF_KIND_ENUM64:
		for (int i = 0; i < btf_vlen(type); i++)
			move_name(w, &btf_enum64(type)[i].name_off);
		break;
	case BTF_KIND_ARRAY:
		move_id(w, &btf_array(type)->type);
		move_id(w, &btf_array(type)->index_type);
		break;
	case BTF_KIND_PTR:
		type->type = 0;
		break;
	default:
		if (btf_is_mod(type) || btf_is_typedef(type))
			move_id(w, &type->type);
		break;
	}
}

static int write_all(int fd, const struct choice *choice, const void *types, const char *strings,
		     uint32_t strings_size)
{
	const struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = choice->size,
		.str_off = choice->size,
		.str_len = strings_size,
	};

	/* To memory: what is written, is written whole. */
	if (ftruncate(fd, 0) || pwrite(fd, &header, sizeof(header), 0) < 0 ||
	    pwrite(fd, types, choice->size, sizeof(header)) < 0 ||
	    pwrite(fd, strings, strings_size, sizeof(header) + choice->size) < 0)
		return -errno;
	return 0;
}

static int write_choice(int fd, const struct choice *choice)
{
	_cleanup_free_ unsigned char *types = malloc(choice->size + 1);
	_cleanup_free_ char *strings = NULL;
	struct writing w = { .choice = choice, .strings_size = 1 };
	size_t size, at = 0;

	w.strings = open_memstream(&strings, &size);
	if (!types || !w.strings) {
		if (w.strings)
			fclose(w.strings);
		return -ENOMEM;
	}
	fputc('\0', w.strings);
	for (uint32_t i = 0; i < choice->n; i++) {
		const struct btf_type *type = btf_view_type(choice->from, choice->list[i]);

		memcpy(types + at, type, btf_view_size(type));
		move_type(&w, (struct btf_type *)(types + at));
		at += btf_view_size(type);
	}
	if (fclose(w.strings))
		return -errno;
	return write_all(fd, choice, types, strings, w.strings_size);
}

int btf_part_write(int fd, const struct btf_view *from, const struct btf *wanted)
{
	_cleanup_(choice_clear) struct choice choice = {
		.from = from,
		.ids = calloc(from->n, sizeof(*choice.ids)),
		.list = calloc(from->n, sizeof(*choice.list)),
	};
	_cleanup_(btf_names_clear) struct btf_names names = { 0 };
	int err;

	if (!choice.ids || !choice.list)
		return -ENOMEM;
	err = add_types_of(&names, wanted);
	if (err)
		return err;
	err = choose_named(&choice, &names);
	return err ? err : write_choice(fd, &choice);
}
